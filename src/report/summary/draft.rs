//! What the manifest does to the draft, as a diff.

use std::fmt::Write as _;

use super::super::markdown::escape;
use super::super::offer_story::OfferStory;
use crate::content::Difference;
use crate::text::cut_text;

/// As many differences are shown; the log has them all.
const MOST: usize = 40;
/// As many lines of one of them.
const MOST_LINES: usize = 30;
/// The longest line of a diff.
const LONGEST: usize = 400;

/// The changes of the manifest, each with its line; and apart from them what else would be
/// published.
pub fn describe_draft(offer: &OfferStory) -> String {
    let Some(news) = &offer.draft else { return String::new() };
    let mut text = String::new();
    if !news.changes.is_empty() {
        let _ = write!(
            text,
            "**The manifest changes the draft:**\n\n{}",
            render_differences(&news.changes)
        );
    }
    if !news.foreign.is_empty() {
        let _ = write!(
            text,
            "**Neither live nor in the manifest, and published too:**\n\n{}",
            render_differences(&news.foreign)
        );
    }
    text
}

fn render_differences(differences: &[Difference]) -> String {
    let mut text = String::new();
    for difference in differences.iter().take(MOST) {
        let place = difference.place.as_ref();
        let place = place.map(|at| format!(", line {} of {}", at.line, escape(&at.file)));
        let place = place.unwrap_or_default();
        let _ = writeln!(text, "* {}{place}", escape(&difference.title()));
        let lines = difference.lines();
        let shown: Vec<String> = lines
            .iter()
            .take(MOST_LINES)
            .map(|line| format!("{} {}", line.mark.sign(), cut_text(&line.text, LONGEST)))
            .collect();
        text.push_str(&fence_lines(&shown, lines.len()));
    }
    if differences.len() > MOST {
        let _ = writeln!(text, "* and {} more; the job log has them", differences.len() - MOST);
    }
    text.push('\n');
    text
}

/// A block of code below a list item, with a fence that no line of it can close.
fn fence_lines(lines: &[String], all: usize) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut text = format!("\n  {fence}diff\n");
    for line in lines {
        let plain = line.replace(|c: char| c.is_control(), " ");
        let _ = writeln!(text, "  {plain}");
    }
    if all > lines.len() {
        let _ = writeln!(text, "    … {} more lines", all - lines.len());
    }
    let _ = writeln!(text, "  {fence}\n");
    text
}

fn longest_run(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
