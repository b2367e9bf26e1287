//! Text from outside, made short and plain: one line, at most so long, without HTML.

mod html;

pub use html::{Block, BlockContent, Marker, RichText, Style, TextRun, read_html};

/// The longest line that [`bound_line`] makes, in characters.
pub const LONGEST_LINE: usize = 300;

/// As much of an HTML page is read for one line: pages begin with navigation and blanks.
const MOST_OF_PAGE: usize = 16 * LONGEST_LINE;

/// The text in one line of at most [`LONGEST_LINE`] characters: whitespace and control characters
/// become single spaces, and what is too long ends in an ellipsis.
#[must_use]
pub fn bound_line(text: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in split_words(text) {
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word.chars().count();
        if length > LONGEST_LINE {
            break;
        }
    }
    cut_text(&line, LONGEST_LINE)
}

/// What HTML says, in one line of at most [`LONGEST_LINE`] characters.
#[must_use]
pub fn html_to_line(html: &str) -> String {
    bound_line(&html_to_words(html, MOST_OF_PAGE))
}

/// The first `most` characters of what HTML says, in one line; an ellipsis if there is more.
#[must_use]
pub fn html_to_plain(html: &str, most: usize) -> String {
    let words = html_to_words(html, most);
    cut_text(&split_words(&words).collect::<Vec<_>>().join(" "), most)
}

/// The first `most` characters of a text, the last of them an ellipsis if there is more.
#[must_use]
pub fn cut_text(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The words between whitespace and control characters.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
}

/// What HTML says, a space between its blocks.
fn html_to_words(html: &str, most: usize) -> String {
    let text = read_html(html, most);
    let mut words = String::new();
    for block in &text.blocks {
        match &block.content {
            BlockContent::Runs(runs) => runs
                .iter()
                .for_each(|run| words.push_str(if run.text.is_empty() { " " } else { &run.text })),
            BlockContent::Code(lines) => words.push_str(lines),
        }
        words.push(' ');
    }
    if text.cut { words + "…" } else { words }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_single_spaces_and_an_end() {
        assert_eq!(bound_line(" a\n\tb\u{7}c  "), "a b c");
        assert_eq!(bound_line(&"ä".repeat(300)), "ä".repeat(300));
        assert_eq!(bound_line(&"ä ".repeat(200)).chars().count(), LONGEST_LINE);
        assert!(bound_line(&"ä".repeat(301)).ends_with("ä…"));
    }

    #[test]
    fn html_is_read_as_its_words() {
        assert_eq!(
            html_to_plain("<p>No image was found for the plan <b>contoso</b>.</p>", 100),
            "No image was found for the plan contoso."
        );
        assert_eq!(html_to_plain("a<br>b<p>c", 3), "a …");
        assert_eq!(
            html_to_line("the plan <standard> &amp; <li>more"),
            "the plan <standard> & more"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_cut_at_its_length(text in ".{0,40}", most in 1_usize..40) {
            let short = cut_text(&text, most);
            prop_assert!(short.chars().count() <= most);
            prop_assert_eq!(short == text, text.chars().count() <= most);
        }
    }
}
