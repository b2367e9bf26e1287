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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str, limit: usize) -> String {
        shorten_markdown(text, limit, "the log")
    }

    #[test]
    fn short_texts_are_left_alone() {
        assert_eq!(cut("```\nnot closed", 20), "```\nnot closed");
        assert_eq!(cut(&"é".repeat(10), 20), "é".repeat(10));
    }

    #[test]
    fn tables_are_cut_between_rows() {
        let text = format!("| a |\n|---|\n{}", "| some row |\n".repeat(9));
        assert_eq!(
            cut(&text, 100),
            "| a |\n|---|\n| some row |\n| some row |\n\n\
             *91 bytes are left out here; the whole is in the log.*\n"
        );
    }

    #[test]
    fn code_and_details_are_closed() {
        let text = format!(
            "<details><summary>x</summary>\n\n  ~~~~ text\n  ```\n{}",
            "  line of code\n".repeat(9)
        );
        assert_eq!(
            cut(&text, 150),
            "<details><summary>x</summary>\n\n  ~~~~ text\n  ```\n  line of code\n  \
               ~~~~\n\n</details>\n\n*120 bytes are left out here; the whole is in the log.*\n"
        );
    }

    #[test]
    fn what_was_closed_is_not_closed_again() {
        let text = format!(
            "<details>\n```\n</details>\n```\n</details>\nsay `<details>`\n{}",
            "x\n".repeat(90)
        );
        let shown = cut(&text, 150);
        assert_eq!(shown.matches("```").count(), 2);
        assert_eq!(shown.matches("</details>").count(), 2);
    }

    #[test]
    fn one_endless_line_is_cut_between_characters() {
        assert_eq!(
            cut(&"é".repeat(99), 80),
            format!(
                "{}\n\n*176 bytes are left out here; the whole is in the log.*\n",
                "é".repeat(11)
            )
        );
        assert_eq!(
            cut(&"| cell ".repeat(30), 80),
            "\n*210 bytes are left out here; the whole is in the log.*\n"
        );
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(shorten_title(" a\n b "), "a b");
        assert_eq!(shorten_title(&"é".repeat(255)), "é".repeat(255));
        assert_eq!(shorten_title(&"é".repeat(256)), format!("{}…", "é".repeat(254)));
    }

    fn annotation(lines: (u32, u32), columns: (Option<u32>, Option<u32>)) -> Annotation {
        Annotation {
            path: "offer.yml".to_owned(),
            start_line: lines.0,
            end_line: lines.1,
            start_column: columns.0,
            end_column: columns.1,
            level: crate::github::AnnotationLevel::Failure,
            message: "é".repeat(MESSAGE),
            title: Some("t".repeat(TITLE + 1)),
        }
    }

    #[test]
    fn columns_stay_only_where_github_allows_them() {
        let columns = |lines, columns| {
            let mut annotation = annotation(lines, columns);
            fit_annotation(&mut annotation);
            (
                annotation.start_line,
                annotation.end_line,
                annotation.start_column,
                annotation.end_column,
            )
        };
        assert_eq!(columns((3, 3), (Some(2), Some(5))), (3, 3, Some(2), Some(5)));
        assert_eq!(columns((3, 4), (Some(2), Some(5))), (3, 4, None, None));
        assert_eq!(columns((3, 3), (Some(5), Some(2))), (3, 3, Some(5), None));
        assert_eq!(columns((3, 3), (None, Some(2))), (3, 3, None, None));
        assert_eq!(columns((0, 0), (Some(0), Some(0))), (1, 1, None, None));
        assert_eq!(columns((9, 2), (Some(1), Some(1))), (9, 9, Some(1), Some(1)));
    }

    #[test]
    fn texts_of_annotations_are_cut() {
        let mut annotation = annotation((1, 1), (None, None));
        fit_annotation(&mut annotation);
        assert!(
            annotation.message.len() <= MESSAGE && annotation.message.contains("é… (640"),
            "{}",
            &annotation.message[63_900..]
        );
        assert!(
            annotation.message.ends_with(" bytes are left out here; Partner Center has the whole)")
        );
        let once = annotation.clone();
        fit_annotation(&mut annotation);
        assert_eq!(annotation, once);
        assert!(annotation.title.is_some_and(|title| title.chars().count() == TITLE));
    }

    /// Whether fences and details are balanced, by a rule of its own: no indentation, three
    /// backticks only.
    fn is_balanced(text: &str) -> bool {
        let (mut fence, mut details) = (false, 0_i32);
        for line in text.lines() {
            if line.starts_with("```") {
                fence = !fence;
            } else if !fence {
                details += i32::from(line == "<details>") - i32::from(line == "</details>");
            }
        }
        !fence && details <= 0
    }

    /// A line of a text, some of which open what another one closes.
    const LINE: &str = "(```|<details>|</details>|\\| a \\| b \\||some words|é)";

    proptest! {
        #[test]
        fn markdown_fits_and_says_so(text in ".{0,400}", limit in 80_usize..400) {
            let shown = cut(&text, limit);
            prop_assert!(shown.len() <= limit);
            prop_assert!(shown == text || shown.contains("left out here"));
        }

        #[test]
        fn nothing_stays_open(
            lines in prop::collection::vec(LINE, 60..120),
            limit in 80_usize..300,
        ) {
            let text = format!("{}\n", lines.join("\n"));
            let shown = cut(&text, limit);
            prop_assert!(shown.len() <= limit);
            if shown != text {
                prop_assert!(is_balanced(&shown), "{}", shown);
                let mut rows = shown.lines().filter(|line| line.starts_with('|'));
                prop_assert!(rows.all(|row| row == "| a | b |"));
            }
        }

        #[test]
        fn tiny_limits_hold_too(text in ".{0,90}", limit in 3_usize..80) {
            prop_assert!(cut(&text, limit).len() <= limit);
            prop_assert!(shorten_text(&text, limit).len() <= limit);
        }
    }
}
