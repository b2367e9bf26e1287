//! The line that a problem is about, with a mark under the place.

use crate::problem::Place;
use crate::secrets::blank_signatures;

/// As much of a long line is shown, in columns of a terminal.
const WIDEST: usize = 120;
/// As much of it is kept before the place.
const BEFORE: usize = 40;

/// The line with a mark under the place, and a label beside the mark. Signatures are not shown.
///
/// ```text
///   --> offer.yml:7:14
///    |
///  7 |     go-live: yes
///    |              ^^^ expected `true` or `false`
/// ```
#[must_use]
pub fn draw_excerpt(source_line: &str, place: &Place, label: &str) -> String {
    let cells: Vec<ExcerptCell> =
        blank_signatures(source_line).chars().map(ExcerptCell::of).collect();
    let from = index_of_column(place.column).min(cells.len());
    let to = (index_of_column(place.end_column) + 1).clamp(from, cells.len());
    let (start, end) = choose_window(&cells, from);
    let width = |cells: &[ExcerptCell]| cells.iter().map(|cell| cell.width).sum::<usize>();

    let cut = |side: bool| if side { "…" } else { "" };
    let text: String = cells[start..end].iter().map(|cell| cell.shown.as_str()).collect();
    let text = format!("{}{text}{}", cut(start > 0), cut(end < cells.len()));
    let indent = " ".repeat(usize::from(start > 0) + width(&cells[start..from]));
    let marks = "^".repeat(width(&cells[from..to.clamp(from, end)]).max(1));

    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let Place { file, line, column, .. } = place;
    let marked = format!("{indent}{marks} {label}");
    format!(
        "{margin}--> {file}:{line}:{column}\n{margin} |\n{number} | {}\n{margin} | {}",
        text.trim_end(),
        marked.trim_end()
    )
}

fn index_of_column(column: u32) -> usize {
    usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1)
}

/// The part of the line that is shown, so that the place is in it.
fn choose_window(cells: &[ExcerptCell], from: usize) -> (usize, usize) {
    if cells.iter().map(|cell| cell.width).sum::<usize>() <= WIDEST {
        return (0, cells.len());
    }
    let fits = |room: usize| {
        let mut left = Some(room);
        move |cell: &&ExcerptCell| {
            left = left.and_then(|left| left.checked_sub(cell.width));
            left.is_some()
        }
    };
    let start = from - cells[..from].iter().rev().take_while(fits(BEFORE)).count();
    (start, start + cells[start..].iter().take_while(fits(WIDEST - 1)).count())
}

/// One character as it is shown, and the columns of the terminal it takes.
struct ExcerptCell {
    shown: String,
    width: usize,
}

impl ExcerptCell {
    fn of(c: char) -> Self {
        match c {
            '\t' => Self { shown: "    ".to_owned(), width: 4 },
            // These would act on the terminal, or show the line in another order than it has.
            c if c.is_control()
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
                || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                Self { shown: "\u{fffd}".to_owned(), width: 1 }
            }
            c => Self { shown: c.to_string(), width: measure_width(c) },
        }
    }
}

/// Terminal columns of a character: the blocks of Unicode that are wide (East Asian, emoji) or that
/// join the character before.
fn measure_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200D | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
