//! Text from outside, put into Markdown so that it is shown and does nothing.

mod message;
#[cfg(test)]
pub(crate) mod rendered;

pub use message::{one_line, quote_message};

use crate::text::cut_text;

/// Text as it is, in one line: no markup, no HTML, no mention, no reference, no link, no end of a
/// table cell.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let mut space = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_whitespace() || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            space = !safe.is_empty();
            continue;
        }
        if std::mem::take(&mut space) {
            safe.push(' ');
        }
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '|' => safe.push_str("&#124;"),
            // A zero-width space behind keeps GitHub from making a mention, a reference, a link or
            // an emoji of it.
            '@' | '#' => {
                safe.push(c);
                safe.push('\u{200b}');
            }
            ':' if rest
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || "/+-_".contains(*next)) =>
            {
                safe.push_str(":\u{200b}");
            }
            '.' if safe.to_ascii_lowercase().ends_with("www") => safe.push_str("\u{200b}."),
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '!' | '(' | ')' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            // `GH-12` is a reference too.
            '-' if safe.to_ascii_lowercase().ends_with("gh") => safe.push_str("-\u{200b}"),
            c if is_invisible(c) => {}
            _ => safe.push(c),
        }
    }
    // At the beginning of a line these make lists, quotes and headings.
    if safe.starts_with(['-', '+', '='])
        || safe.starts_with(|c: char| c.is_ascii_digit()) && is_list_mark(&safe)
    {
        safe.insert(0, '\u{200b}');
    }
    safe
}

/// Characters that reorder or hide what is read.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_list_mark(text: &str) -> bool {
    let mark = text.trim_start_matches(|c: char| c.is_ascii_digit());
    [".", "\\)"].iter().any(|end| {
        mark.strip_prefix(end).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// A sentence of our own, in which backticks mark code; whatever it quotes is shown and does
/// nothing.
#[must_use]
pub fn escape_sentence(text: &str) -> String {
    let mut safe = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        safe.push_str(&escape_part(before));
        if let Some((inside, after)) = after.split_once('`') {
            safe.push_str(&escape_code(inside));
            rest = after;
        } else {
            // Without a closing mark it is none.
            safe.push('\'');
            rest = after;
        }
    }
    safe + &escape_part(rest)
}

/// Escaped, with the spaces at both ends kept.
fn escape_part(part: &str) -> String {
    let space = |there: bool| if there { " " } else { "" };
    let (before, after) =
        (part.starts_with(char::is_whitespace), part.trim_start().ends_with(char::is_whitespace));
    format!("{}{}{}", space(before), escape(part), space(after))
}

/// Code in a line. Backticks inside are turned into apostrophes, and what ends a cell is escaped.
#[must_use]
pub fn escape_code(text: &str) -> String {
    let inner: String = text
        .chars()
        .map(|c| match c {
            '`' => '\'',
            '|' => '¦',
            c if c.is_control() || c.is_whitespace() => ' ',
            c => c,
        })
        .filter(|c| !is_invisible(*c))
        .collect();
    if inner.trim().is_empty() { String::new() } else { format!("`{}`", inner.trim()) }
}

/// An address that a person may be sent to: `https`, and without a name or password in it.
#[must_use]
pub fn parse_https(address: &str) -> Option<url::Url> {
    let url = url::Url::parse(address).ok()?;
    (url.scheme() == "https" && url.username().is_empty() && url.password().is_none())
        .then_some(url)
}

/// A link, only to https; anything else is shown as text.
#[must_use]
pub fn escape_link(text: &str, address: &str) -> String {
    let said = escape(&cut_text(text, 200));
    let shown = if said.is_empty() { escape(&cut_text(address, 200)) } else { said };
    match parse_https(address) {
        Some(url) => {
            // The parser has percent-encoded what could end the link, but for these.
            let target = url
                .as_str()
                .replace('(', "%28")
                .replace(')', "%29")
                .replace('|', "%7C")
                .replace('\\', "%5C");
            format!("[{shown}](<{target}>)")
        }
        None => escape(&cut_text(&format!("{text} {address}"), 300)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Secrets;

    #[test]
    fn markup_of_others_is_text() {
        assert_eq!(escape("a|b\n<b>x</b> `c`"), "a&#124;b &lt;b&gt;x&lt;/b&gt; \\`c\\`");
        assert_eq!(escape("@team see #12"), "@\u{200b}team see #\u{200b}12");
        assert_eq!(
            escape("[x](javascript:alert(1))"),
            "\\[x\\]\\(javascript:\u{200b}alert\\(1\\)\\)"
        );
        assert_eq!(
            escape("https://evil.example www.evil.example"),
            "https:\u{200b}//evil.example www\u{200b}.evil.example"
        );
        assert_eq!(escape("a: b :tada: 12:30"), "a: b :\u{200b}tada: 12:\u{200b}30");
        assert_eq!(escape("- item"), "\u{200b}- item");
        assert_eq!(escape("1. item"), "\u{200b}1. item");
        assert_eq!(escape("abc\u{202e}def"), "abcdef");
    }

    #[test]
    fn our_own_sentences_keep_their_code() {
        assert_eq!(escape_sentence("run `command: resume` again"), "run `command: resume` again");
        assert_eq!(escape_sentence("`a` and `b|c`: *x*"), "`a` and `b¦c`: \\*x\\*");
        assert_eq!(escape_sentence("an open ` mark, and <b>"), "an open ' mark, and &lt;b&gt;");
        assert_eq!(escape_sentence("` `"), "");
    }

    #[test]
    fn only_https_becomes_a_link() {
        assert_eq!(
            escape_link("Preview", "https://example.com/a b"),
            "[Preview](<https://example.com/a%20b>)"
        );
        assert_eq!(escape_link("x", "javascript:alert(1)"), "x javascript:\u{200b}alert\\(1\\)");
        assert_eq!(escape_link("](<https://evil.example>)", "https://good.example/"), {
            "[\\]\\(&lt;https:\u{200b}//evil.example&gt;\\)](<https://good.example/>)"
        });
    }

    #[test]
    fn a_secret_is_found_in_what_is_made_of_it() {
        let secrets = Secrets::new(Box::new(|_| {}));
        let value = "s3cr3t~Client_v`a|b*9";
        secrets.register(value);
        for shown in
            [escape(value), escape_code(value), escape_sentence(value), quote_message(value, 100)]
        {
            let redacted = secrets.redact(&shown);
            assert!(matches!(redacted.trim(), "***" | "`***`" | "> ***"), "{redacted}");
        }
    }
}
