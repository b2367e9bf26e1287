//! Workflow commands: lines that the runner reads from the log and acts upon. Pure functions from
//! text to text; every returned text is whole lines without the last line's end.
//!
//! The runner parses stdout and stderr alike, and knows two forms: `::name key=value::data` at the
//! start of a line, and the older `##[name key=value]data` anywhere in one (`ActionCommand.cs`).
//! Whatever comes from outside therefore goes through one of the escapes, or through
//! [`neutralise`].

use std::borrow::Cow;

use crate::problem::Place;

/// The runner keeps 4096 characters of an annotation's message.
const LONGEST_MESSAGE: usize = 4096;
/// A check run's annotation has a title of at most 255 characters; one bound for both.
const LONGEST_TITLE: usize = 255;

/// How serious an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandLevel {
    /// Shown as a notice: nothing has to be done about it.
    Notice,
    /// Something to look at.
    Warning,
    /// Why the step fails.
    Error,
}

impl CommandLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Escapes what follows the second `::`.
#[must_use]
pub fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
#[must_use]
pub fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// An annotation on a place of a file, or on none.
#[must_use]
pub fn render_annotation(
    level: CommandLevel,
    place: Option<&Place>,
    title: &str,
    message: &str,
) -> String {
    let mut properties = Vec::new();
    if let Some(Place { file, line, column, end_column }) = place {
        properties.push(format!("file={}", escape_property(&show_control_characters(file))));
        properties.push(format!("line={line},endLine={line},col={column},endColumn={end_column}"));
    }
    if !title.is_empty() {
        properties.push(format!(
            "title={}",
            escape_property(cut_to_bytes(&show_control_characters(title), LONGEST_TITLE).as_ref())
        ));
    }
    let space = if properties.is_empty() { "" } else { " " };
    let message = show_control_characters(message);
    format!(
        "::{}{space}{}::{}",
        level.name(),
        properties.join(","),
        escape_data(&cut_to_bytes(&message, LONGEST_MESSAGE))
    )
}

/// Hides a secret in everything that is printed afterwards. Empty for an empty secret: the runner
/// would only warn.
///
/// A secret of several lines is hidden as a whole and line by line, because the runner masks line
/// by line.
#[must_use]
pub fn add_mask(secret: &str) -> String {
    let lines = secret.lines().map(str::trim).filter(|line| !line.is_empty() && *line != secret);
    let whole = (!secret.trim().is_empty()).then_some(secret);
    whole
        .into_iter()
        .chain(lines)
        .map(|part| format!("::add-mask::{}", escape_data(part)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Opens a group of log lines. Groups do not nest.
#[must_use]
pub fn open_group(title: &str) -> String {
    format!("::group::{}", escape_data(&show_control_characters(title)))
}

/// Closes the group of log lines that is open.
#[must_use]
pub fn end_group() -> String {
    "::endgroup::".to_owned()
}

/// A line that is shown only when step debugging is on.
#[must_use]
pub fn render_debug(message: &str) -> String {
    format!("::debug::{}", escape_data(&show_control_characters(message)))
}

/// Makes one harmless log line of any text: no command in either form, no line break, no control or
/// direction character.
///
/// The runner trims Unicode whitespace before it looks for `::`, and compares by the rules of a
/// culture, in which some invisible characters count as nothing. So everything but printable ASCII
/// is skipped in the search for both marks.
#[must_use]
pub fn neutralise(text: &str) -> String {
    let text = show_control_characters(text).replace('\n', "\\n");
    let mut safe = String::with_capacity(text.len());
    let mut marks = text.chars().filter(char::is_ascii_graphic);
    if (marks.next(), marks.next()) == (Some(':'), Some(':')) {
        safe.push('\\');
    }
    let mut last_two = [' ', ' '];
    for c in text.chars() {
        if c == '[' && last_two == ['#', '#'] {
            safe.push('\\');
        }
        if c.is_ascii_graphic() || c == ' ' {
            last_two = [last_two[1], c];
        }
        safe.push(c);
    }
    safe
}

/// Replaces characters that would act on a terminal or reorder the text by their names; line feeds
/// and tabs stay.
fn show_control_characters(text: &str) -> Cow<'_, str> {
    let acts = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' => shown.push_str("\\r"),
            c if acts(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Cuts the text to at most `longest` bytes, between characters, and says so by `…`.
fn cut_to_bytes(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    let cut = text.floor_char_boundary(longest - '…'.len_utf8());
    Cow::Owned(format!("{}…", &text[..cut]))
}

#[cfg(test)]
mod tests;
