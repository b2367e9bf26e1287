//! The manifest's text, and where its lines are.

use crate::problem::{Code, Place, Problem};
use crate::secrets::blank_signatures;

/// A stretch of one line. Lines and columns count from 1; columns count characters; the last column
/// is included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextExtent {
    pub line: u32,
    pub column: u32,
    pub end_column: u32,
}

/// Something that is wrong at a stretch of the text.
#[derive(Debug, Clone)]
pub struct Finding {
    pub code: Code,
    pub at: TextExtent,
    pub message: String,
    pub hint: String,
}

impl Finding {
    /// The text is not YAML, or uses what is not allowed of it.
    pub fn syntax(at: TextExtent, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: Code::ManifestSyntax, at, message: message.into(), hint: hint.into() }
    }

    /// The text is YAML but no offer manifest.
    pub fn invalid(at: TextExtent, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: Code::ManifestInvalid, at, message: message.into(), hint: hint.into() }
    }
}

/// The text of a file, without a byte order mark.
#[derive(Debug, Clone)]
pub struct ManifestSource {
    file: String,
    text: String,
    /// Where each line starts and where it ends before its line break, in bytes.
    lines: Vec<(usize, usize)>,
}

impl ManifestSource {
    pub fn new(file: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        Self { file: file.to_owned(), lines: split_lines(&text), text }
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// A line without its line break, counted from 1.
    pub fn line(&self, line: u32) -> Option<&str> {
        let index = usize::try_from(line).ok()?.checked_sub(1)?;
        self.lines.get(index).map(|(start, end)| &self.text[*start..*end])
    }

    /// Behind the last character: line from 1, column from 0.
    pub fn end(&self) -> (usize, usize) {
        if self.text.ends_with(['\n', '\r']) {
            return (self.lines.len() + 1, 0);
        }
        let last = self.lines.last().map_or("", |(start, end)| &self.text[*start..*end]);
        (self.lines.len(), last.chars().count())
    }

    /// The stretch from one character (lines from 1, columns from 0) to before another. It ends
    /// with its line; what is behind the last line is put at the end of it, so that every extent
    /// can be shown.
    pub fn extent(&self, start: (usize, usize), end: (usize, usize)) -> TextExtent {
        let number = start.0.clamp(1, self.lines.len());
        // Counted only where it matters: a line can be as long as the file.
        let length =
            || self.line(count_from(number)).unwrap_or_default().trim_end().chars().count();
        let column = if number == start.0 { start.1 } else { length() };
        let end = if end.0 == number { end.1 } else { length() };
        TextExtent {
            line: count_from(number),
            column: count_from(column + 1),
            end_column: count_from(end.max(column + 1)),
        }
    }

    pub fn place(&self, extent: TextExtent) -> Place {
        Place {
            file: self.file.clone(),
            line: extent.line,
            column: extent.column,
            end_column: extent.end_column,
        }
    }

    /// The problem as it is told, with its line for an excerpt.
    pub fn problem(&self, finding: Finding) -> Problem {
        /// No one looks for a place in a longer line.
        const LONGEST_LINE: usize = 4096;
        let Finding { code, at, message, hint } = finding;
        // A message quotes the text, maybe shortened, so that a mask of the whole does not find it.
        let (message, hint) = (blank_signatures(&message), blank_signatures(&hint));
        let problem = Problem::new(code, message).hint(hint).at(self.place(at));
        match self.line(at.line) {
            Some(line) if line.len() <= LONGEST_LINE => problem.showing(line),
            _ => problem,
        }
    }

    /// Characters that YAML does not allow, and line breaks that only some of its readers take for
    /// such: behind them, one reader could see a key where another sees a comment.
    pub fn characters(&self) -> impl Iterator<Item = Finding> + '_ {
        self.lines.iter().enumerate().flat_map(move |(index, (start, end))| {
            let wrong =
                self.text[*start..*end].chars().enumerate().filter(|(_, c)| !is_allowed(*c));
            wrong.map(move |(column, c)| {
                let extent = self.extent((index + 1, column), (index + 1, column + 1));
                let message = format!(
                    "the manifest has the character U+{:04X}, which is not allowed in it",
                    u32::from(c)
                );
                Finding::syntax(extent, message, suggest_cure(c))
            })
        })
    }
}

/// `c-printable` of YAML 1.2, without the line breaks of YAML 1.1 and without a byte order mark.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn suggest_cure(c: char) -> &'static str {
    match c {
        '\0' => "remove it; if there are many, the file is not saved as UTF-8 text",
        '\u{feff}' => "remove it: a byte order mark belongs at the start of the file, once",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "replace it by an ordinary line break",
        _ => "remove it",
    }
}

/// The lines of a text, broken at LF, CR LF and CR as YAML does.
fn split_lines(text: &str) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (position, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if position > 0 && bytes[position - 1] == b'\r' => start = position + 1,
            b'\n' | b'\r' => {
                lines.push((start, position));
                start = position + 1;
            }
            _ => {}
        }
    }
    if start < text.len() || lines.is_empty() {
        lines.push((start, text.len()));
    }
    lines
}

/// A manifest has at most a million characters, so this loses nothing.
fn count_from(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_lines(text: &str) -> Vec<String> {
        let source = ManifestSource::new("f", text);
        (1..).map_while(|line| source.line(line).map(str::to_owned)).collect()
    }

    #[test]
    fn lines_break_as_in_yaml() {
        assert_eq!(all_lines("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(all_lines("a\n"), ["a"]);
        assert_eq!(all_lines("\r\n\r\na"), ["", "", "a"]);
        assert_eq!(all_lines(""), [""]);
        assert_eq!(all_lines("\u{feff}a"), ["a"]);
    }

    #[test]
    fn an_extent_stays_on_its_line() {
        let source = ManifestSource::new("f", "ab cd  \nef");
        let extent = |start, end| {
            let TextExtent { line, column, end_column } = source.extent(start, end);
            (line, column, end_column)
        };
        assert_eq!(extent((1, 3), (1, 5)), (1, 4, 5));
        assert_eq!(extent((1, 3), (2, 1)), (1, 4, 5));
        assert_eq!(extent((1, 3), (1, 3)), (1, 4, 4));
        assert_eq!(extent((3, 0), (3, 0)), (2, 3, 3));
    }

    #[test]
    fn characters_that_readers_disagree_about_are_refused() {
        let source = ManifestSource::new(
            "f",
            "a: b # \u{2028}x\u{85}\n\u{7f}\u{0}\u{feff}\u{1f600}ä\t\u{a0}",
        );
        let places: Vec<_> =
            source.characters().map(|finding| (finding.at.line, finding.at.column)).collect();
        assert_eq!(places, [(1, 8), (1, 10), (2, 1), (2, 2), (2, 3)]);
    }
}
