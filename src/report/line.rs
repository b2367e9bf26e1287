//! A line of the job log: cells in columns, with the only colours that the log has.

use crate::actions::commands::neutralise;

/// How a cell looks. It repeats what the words say, and never says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// In the terminal's own colour.
    Plain,
    /// What is skipped when reading fast.
    Dim,
    /// What the eye looks for.
    Strong,
    /// Green: it succeeded.
    Good,
    /// Yellow: it may need attention.
    Doubtful,
    /// Red: it failed.
    Bad,
}

impl Paint {
    /// The escape sequence; those that both themes of Actions, and terminals of both kinds, show
    /// legibly.
    fn start(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dim => "\u{1b}[90m",
            Self::Strong => "\u{1b}[1m",
            Self::Good => "\u{1b}[32m",
            Self::Doubtful => "\u{1b}[33m",
            Self::Bad => "\u{1b}[31m",
        }
    }
}

const END: &str = "\u{1b}[0m";

/// Between two cells. Never less than a space: what is harmless in each cell is then harmless in
/// the line too.
const GAP: &str = "  ";

/// Before a cell that stands on a line of its own.
const INDENT: &str = "    ";

/// A line, of cells that are not yet redacted and neutralised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogLine(Vec<LineCell>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct LineCell {
    paint: Paint,
    text: String,
    width: usize,
}

impl LogLine {
    /// A line of one cell.
    pub fn of(paint: Paint, text: impl Into<String>) -> Self {
        Self::default().cell(paint, 0, text)
    }

    /// Adds a cell that takes at least `width` columns.
    #[must_use]
    pub fn cell(mut self, paint: Paint, width: usize, text: impl Into<String>) -> Self {
        self.0.push(LineCell { paint, text: text.into(), width });
        self
    }

    /// The line as it is printed: redacted, harmless, and coloured if `colour`.
    pub fn render(&self, colour: bool, redact: impl Fn(&str) -> String) -> String {
        self.render_within(None, colour, redact)
    }

    /// The same; if the line is longer than `width`, its last cell stands on a line of its own, so
    /// that an address in it is broken as late as can be.
    pub fn render_within(
        &self,
        width: Option<usize>,
        colour: bool,
        redact: impl Fn(&str) -> String,
    ) -> String {
        let cells: Vec<(Paint, String, usize)> = self
            .0
            .iter()
            .map(|cell| (cell.paint, neutralise(&redact(&cell.text)), cell.width))
            .collect();
        let plain: Vec<String> =
            cells.iter().map(|(_, text, width)| format!("{text:width$}")).collect();
        let plain = plain.join(GAP).trim_end().to_owned();
        let hidden = redact(&plain);
        // A secret that begins in one cell and ends in another.
        if hidden != plain {
            return hidden;
        }
        let painted: Vec<String> =
            cells
                .iter()
                .map(|(paint, text, width)| {
                    if colour { paint_text(*paint, text, *width) } else { format!("{text:width$}") }
                })
                .collect();
        match &painted[..] {
            [first @ .., last] if !first.is_empty() && is_longer(&plain, width) => {
                format!("{}\n{INDENT}{}", first.join(GAP).trim_end(), last.trim_end())
            }
            painted => painted.join(GAP).trim_end().to_owned(),
        }
    }
}

fn is_longer(line: &str, width: Option<usize>) -> bool {
    width.is_some_and(|width| line.chars().count() > width)
}

fn paint_text(paint: Paint, text: &str, width: usize) -> String {
    let rest = " ".repeat(width.saturating_sub(text.chars().count()));
    if text.is_empty() || paint == Paint::Plain {
        return format!("{text}{rest}");
    }
    // The runner may take no notice of the escape character, and then `##` before a sequence would
    // begin a command.
    let apart = if text.ends_with('#') { " " } else { "" };
    format!("{}{text}{apart}{END}{rest}", paint.start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_with_and_without_colour() {
        let line = |offer: &str| {
            LogLine::default().cell(Paint::Strong, 6, offer).cell(Paint::Bad, 0, "failed")
        };
        let plain = |line: LogLine| line.render(false, str::to_owned);
        assert_eq!([plain(line("a")), plain(line("abcdef"))], ["a       failed", "abcdef  failed"]);
        assert_eq!(
            line("a").render(true, str::to_owned),
            "\u{1b}[1ma\u{1b}[0m       \u{1b}[31mfailed\u{1b}[0m"
        );
    }

    #[test]
    fn a_line_that_does_not_fit_breaks_before_its_last_cell_and_never_in_it() {
        let address = "started · https://portal/operations/1";
        let line = LogLine::of(Paint::Strong, "offer").cell(Paint::Dim, 8, "publish");
        let line = line.cell(Paint::Plain, 0, address);
        let within = |width| line.render_within(width, false, str::to_owned);
        let whole = format!("offer  publish   {address}");
        assert_eq!(within(None), whole);
        assert_eq!(within(Some(whole.chars().count())), whole);
        assert_eq!(within(Some(40)), format!("offer  publish\n    {address}"));
        assert_eq!(
            LogLine::of(Paint::Plain, address).render_within(Some(9), false, str::to_owned),
            address
        );
    }

    #[test]
    fn colours_of_others_are_text_and_ours_make_no_command() {
        let render = |text: &str| {
            LogLine::of(Paint::Bad, text)
                .cell(Paint::Good, 0, "[error]")
                .render(true, str::to_owned)
        };
        assert!(render("\u{1b}[32mall is well").contains("\\u{1b}[32mall is well"));
        for text in ["x ##", "::error::x", "##[error]x", "#"] {
            let line = render(text);
            let bare: String = line.chars().filter(|c| *c != '\u{1b}').collect();
            assert!(!bare.contains("##[") && !bare.starts_with("::"), "{line:?}");
            assert!(!line.starts_with("::"));
        }
    }

    #[test]
    fn a_secret_is_hidden_also_across_cells() {
        let redact = |text: &str| text.replace("my  secret", "***");
        assert_eq!(
            LogLine::of(Paint::Good, "my").cell(Paint::Bad, 0, "secret").render(true, redact),
            "***"
        );
    }
}
