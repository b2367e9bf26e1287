//! GitHub refuses a whole request if one text is too long. Texts are cut here so that what is left
//! still reads and renders.

use super::{Annotation, CheckRunRequest};

/// Most annotations of one request.
pub const ANNOTATIONS: usize = 50;

/// Longest `summary`, in bytes: the API's description says characters, its check counts
/// bytes.
pub const MARKDOWN: usize = 65_535;

/// Longest `message` of an annotation ("64 KB"), in bytes.
pub const MESSAGE: usize = 64_000;

/// Longest title, in characters.
pub const TITLE: usize = 255;

/// Longest description of a deployment and of its statuses, in characters.
pub const DESCRIPTION: usize = 140;

/// The request as GitHub accepts it: texts cut, the first [`ANNOTATIONS`] only, columns only where
/// they are allowed.
#[must_use]
pub fn fit_request(mut request: CheckRunRequest) -> CheckRunRequest {
    request.title = shorten_title(&request.title);
    request.summary = shorten_markdown(&request.summary, MARKDOWN, &request.elsewhere);
    request.annotations.truncate(ANNOTATIONS);
    request.annotations.iter_mut().for_each(fit_annotation);
    request
}

/// The annotation as GitHub accepts it.
pub fn fit_annotation(annotation: &mut Annotation) {
    annotation.start_line = annotation.start_line.max(1);
    annotation.end_line = annotation.end_line.max(annotation.start_line);
    if annotation.start_line != annotation.end_line {
        (annotation.start_column, annotation.end_column) = (None, None);
    }
    annotation.start_column = annotation.start_column.filter(|column| *column > 0);
    annotation.end_column = annotation
        .end_column
        .filter(|end| annotation.start_column.is_some_and(|start| start <= *end));
    annotation.message = shorten_message(&annotation.message, MESSAGE);
    annotation.title = annotation.title.as_deref().map(shorten_title);
}

/// One line of at most [`TITLE`] characters.
#[must_use]
pub fn shorten_title(text: &str) -> String {
    shorten_line(text, TITLE)
}

/// One line of at most [`DESCRIPTION`] characters.
#[must_use]
pub fn shorten_description(text: &str) -> String {
    shorten_line(text, DESCRIPTION)
}

/// One line of at most so many characters.
#[must_use]
pub fn shorten_line(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Plain text of at most `limit` bytes.
#[must_use]
pub fn shorten_text(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let cut = text.floor_char_boundary(limit.saturating_sub('…'.len_utf8()));
    format!("{}…", text.get(..cut).unwrap_or_default())
}

/// Plain text of at most `limit` bytes that says how much of it is missing, and where the whole is.
fn shorten_message(text: &str, limit: usize) -> String {
    let note = |left_out: usize| {
        format!("… ({left_out} bytes are left out here; Partner Center has the whole)")
    };
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = text.floor_char_boundary(limit.saturating_sub(note(text.len()).len()));
    format!("{}{}", text.get(..kept).unwrap_or_default(), note(text.len() - kept))
}

/// Markdown of at most `limit` bytes, cut at the end of a line, so that no table row or tag is
/// torn; what is open is closed, and the last line says how much is missing and that the whole is
/// in `elsewhere`, such as "the [job log](…)".
#[must_use]
pub fn shorten_markdown(text: &str, limit: usize, elsewhere: &str) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    // The count of what is left out has at most as many digits as the whole.
    let room = limit.saturating_sub(write_note(text.len(), elsewhere).len());
    let (mut kept, mut closing) = (0, String::new());
    let (mut end, mut open) = (0, Open::default());
    for line in text.split_inclusive('\n') {
        end += line.len();
        if end > room {
            break;
        }
        open.read_line(line);
        let closed = open.write_closing();
        if end + closed.len() <= room {
            (kept, closing) = (end, closed);
        }
    }
    if kept == 0 {
        // The first line alone is too long. A piece of a sentence is better than nothing; a piece
        // of a table or a tag is not.
        let first = text.lines().next().unwrap_or_default();
        if !first.trim_start().starts_with(['|', '<', '`', '~']) {
            kept = first.floor_char_boundary(room.saturating_sub(1));
            closing.push('\n');
        }
    }
    let cut = format!(
        "{}{closing}{}",
        text.get(..kept).unwrap_or_default(),
        write_note(text.len() - kept, elsewhere)
    );
    // Only an absurdly small limit, or an absurdly long note, does not leave room for the note.
    if cut.len() <= limit { cut } else { shorten_text(text, limit) }
}

fn write_note(left_out: usize, elsewhere: &str) -> String {
    format!("\n*{left_out} bytes are left out here; the whole is in {elsewhere}.*\n")
}

/// What is open at the end of a line.
#[derive(Debug, Default)]
struct Open {
    /// The line that closes the code fence we are in, without its line break.
    fence: Option<String>,
    /// How many `<details>` we are in.
    details: usize,
}

impl Open {
    fn read_line(&mut self, line: &str) {
        let body = line.trim_start();
        let mark = body.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |mark| body.chars().take_while(|c| *c == mark).count());
        let rest = body.get(run..).unwrap_or_default().trim();
        match &self.fence {
            Some(closing) => {
                if closing.trim_start().chars().next() == mark
                    && run >= closing.trim_start().len()
                    && rest.is_empty()
                {
                    self.fence = None;
                }
            }
            None if run >= 3 && !(mark == Some('`') && rest.contains('`')) => {
                // Indented as the opening line is: a fence in a list item is closed inside the
                // item.
                let indent = line.len() - body.len();
                self.fence = line.get(..indent + run).map(str::to_owned);
            }
            None => {
                // Every second piece is code.
                for piece in line.split('`').step_by(2) {
                    let piece = piece.to_ascii_lowercase();
                    self.details += piece.matches("<details").count();
                    self.details = self.details.saturating_sub(piece.matches("</details").count());
                }
            }
        }
    }

    fn write_closing(&self) -> String {
        let fence = self.fence.as_ref().map(|fence| format!("{fence}\n")).unwrap_or_default();
        // The blank line ends a table or a paragraph, which the tag would otherwise become a part
        // of.
        format!("{fence}{}", "\n</details>\n".repeat(self.details))
    }
}

#[cfg(test)]
mod tests;
