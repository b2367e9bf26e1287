//! A message that was read, as Markdown that shows it and does nothing else.

use super::{escape, escape_code, escape_link, escape_part};
use crate::text::{Block, BlockContent, Marker, RichText, Style, TextRun, cut_text, read_html};

/// A message of the portal as a block quote, of which so many characters count: whatever it says
/// ends with the quote.
#[must_use]
pub fn quote_message(html: &str, most: usize) -> String {
    let mut quote = String::new();
    for line in render_lines(&read_html(html, most)) {
        quote.push_str(if line.is_empty() { ">" } else { "> " });
        quote.push_str(&line);
        quote.push('\n');
    }
    quote
}

/// A message of the portal in one line, for a table or a sentence.
#[must_use]
pub fn one_line(html: &str, most: usize) -> String {
    let text = read_html(html, most);
    let mut line = String::new();
    for block in &text.blocks {
        let said = match &block.content {
            BlockContent::Runs(runs) => render_paragraph(runs).join(" "),
            BlockContent::Code(lines) => escape_code(lines),
        };
        // A sentence parts itself from the next; what is no sentence does not.
        if !line.is_empty() {
            line.push_str(if line.ends_with(['.', ':', ';', '!', '?']) { " " } else { " · " });
        }
        line.push_str(&said);
    }
    if text.cut { line + " …" } else { line }
}

fn render_lines(text: &RichText) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // The width of the marker of each list that is open: what follows in it is indented by as much.
    let mut open: Vec<usize> = Vec::new();
    let mut item_before = false;
    for block in &text.blocks {
        let marker = block.marker.map(|marker| match marker {
            Marker::Bullet => "- ".to_owned(),
            Marker::Number(number) => format!("{number}. "),
        });
        // An item without a parent that was shown would be indented like code.
        open.truncate(block.depth.saturating_sub(usize::from(marker.is_some())));
        let indent = " ".repeat(open.iter().sum());
        let next_item = item_before && marker.is_some();
        if !lines.is_empty() && !next_item {
            lines.push(String::new());
        }
        item_before = marker.is_some();
        open.extend(marker.as_ref().map(String::len));
        let hanging = " ".repeat(open.iter().sum());
        let first = indent + marker.as_deref().unwrap_or_default();
        let content = render_content(block);
        lines.extend(content.iter().enumerate().map(|(number, line)| {
            let before = if number == 0 { &first } else { &hanging };
            format!("{before}{line}")
        }));
    }
    if text.cut {
        lines.extend([
            String::new(),
            "… (cut here; the record and Partner Center have it whole)".to_owned(),
        ]);
    }
    lines
}

fn render_content(block: &Block) -> Vec<String> {
    match &block.content {
        BlockContent::Code(text) => {
            let text = text.replace('`', "'");
            let line = |line: &str| {
                line.chars()
                    .filter(|c| !super::is_invisible(*c))
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .collect()
            };
            let mut lines = vec!["```text".to_owned()];
            lines.extend(text.trim_matches(['\n', '\r']).lines().map(line));
            lines.push("```".to_owned());
            lines
        }
        BlockContent::Runs(runs) => {
            let mut lines = render_paragraph(runs);
            let last = lines.len().saturating_sub(1);
            lines[..last].iter_mut().for_each(|line| line.push('\\'));
            lines
        }
    }
}

/// The lines of a paragraph, none of them empty.
fn render_paragraph(runs: &[TextRun]) -> Vec<String> {
    let lines = runs.split(|run| run.text.is_empty()).map(render_line);
    lines.filter(|line| !line.is_empty()).collect()
}

fn render_line(runs: &[TextRun]) -> String {
    let mut line = String::new();
    let mut space = false;
    for run in runs {
        let words: Vec<&str> = run
            .text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .collect();
        let text = words.join(" ");
        space |= run.text.starts_with(char::is_whitespace);
        let shown = render_run(run, &text);
        if !shown.is_empty() {
            if !line.is_empty() && (space || needs_space(&line, &shown)) {
                line.push(' ');
            }
            line.push_str(&shown);
            space = false;
        }
        space |= run.text.ends_with(char::is_whitespace);
    }
    line
}

/// Whether the marks at the seam would flow together, or would be no marks, without a space
/// between: those of emphasis work only where a word or a gap is on one of their sides.
fn needs_space(before: &str, after: &str) -> bool {
    let marked = (before.ends_with(['*', '`']), after.starts_with(['*', '`']));
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match marked {
        (true, true) => true,
        (true, false) => {
            !is_word(before.trim_end_matches('*').chars().next_back())
                && is_word(after.chars().next())
        }
        (false, true) => {
            is_word(before.chars().next_back())
                && !is_word(after.trim_start_matches('*').chars().next())
        }
        (false, false) => false,
    }
}

fn render_run(run: &TextRun, text: &str) -> String {
    let escaped = escape(text);
    if escaped.trim_matches('\u{200b}').is_empty() {
        return String::new();
    }
    match (&run.link, run.style) {
        (Some(address), _) => render_link(text, address),
        (None, Style::Code) => escape_code(text),
        (None, Style::Strong) => format!("**{escaped}**"),
        (None, Style::Emphasis) => format!("*{escaped}*"),
        (None, Style::Plain) => with_links(text),
    }
}

/// A link, if it is one to https; otherwise its text, and where it would have led, as code.
fn render_link(text: &str, address: &str) -> String {
    if url::Url::parse(address).is_ok_and(|url| url.scheme() == "https") {
        escape_link(text, address)
    } else if text.contains(address) {
        escape(text)
    } else {
        format!("{} ({})", escape(text), escape_code(&cut_text(address, 200)))
    }
}

/// Text in which what begins with `https://` is a link, as people expect.
fn with_links(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("https://") {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || "<>\"'`|\\^{}".contains(c))
            .map_or(rest.len(), |end| start + end);
        let address =
            rest[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '*', '_']);
        let end = start + address.len();
        shown.push_str(&escape_part(&rest[..start]));
        shown.push_str(&escape_link("", address));
        rest = &rest[end..];
    }
    shown.push_str(&escape_part(rest));
    shown
}

#[cfg(test)]
mod tests;
