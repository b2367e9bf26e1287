//! The table of an offer's steps.

use jiff::Timestamp;

use super::super::duration::in_a_cell;
use super::super::markdown::escape;
use super::super::offer_story::OfferStory;
use super::super::step_story::StepStory;
use crate::portal::{State, Word};
use crate::text::cut_text;

/// Steps that are shown; the portal's own operations have a handful.
const MOST: usize = 60;

/// The longest text of a cell.
const LONGEST: usize = 120;

/// The table; empty if there are no steps.
pub fn write_steps(offer: &OfferStory, now: Timestamp) -> String {
    if offer.steps.is_empty() {
        return String::new();
    }
    let rows: String = offer.steps.iter().take(MOST).map(|step| write_step(step, now)).collect();
    let more = offer.steps.len().saturating_sub(MOST);
    let more = if more > 0 {
        format!("| … and {more} more steps, in the output `offers` |  |  |  |\n")
    } else {
        String::new()
    };
    format!("| Step | Status | Time taken | Portal's estimate |\n|---|---|---|---|\n{rows}{more}\n")
}

fn write_step(story: &StepStory, now: Timestamp) -> String {
    let step = &story.step;
    let state = step.status.state();
    let icon = match state {
        State::Succeeded => "✅",
        State::Failed => "❌",
        State::Canceled => "🚫",
        State::Blocked => "⛔",
        State::WaitingForPublisher => "✋",
        State::NotStarted | State::NeverPublished => "▫️",
        State::Running | State::Unknown => "⏳",
    };
    let percent = step
        .progress
        .filter(|percent| (1..100).contains(percent))
        .map(|p| format!(", {p} %"))
        .unwrap_or_default();
    let recovered = story.recovered.map(|_| "; recovered").unwrap_or_default();
    let late = match (story.late(now), story.ended) {
        (false, _) => "",
        (true, Some(_)) => " (longer than estimated)",
        (true, None) => " (already longer than estimated)",
    };
    format!(
        "| {} | {icon} {}{percent}{recovered} | {}{late} | {} |\n",
        escape(&cut_text(&step.name, LONGEST)),
        escape(&cut_text(&show_status(&step.status), LONGEST)),
        story.took(now).map(in_a_cell).unwrap_or_default(),
        step.estimate
            .as_deref()
            .map(|estimate| escape(&cut_text(estimate, LONGEST)))
            .unwrap_or_default(),
    )
}

/// The step that is under way, or stands still, and its number.
pub fn find_current(offer: &OfferStory) -> Option<(usize, &StepStory)> {
    let ahead =
        |state| matches!(state, State::NotStarted | State::NeverPublished | State::Succeeded);
    offer
        .steps
        .iter()
        .enumerate()
        .find(|(_, step)| !ahead(step.step.status.state()))
        .map(|(index, step)| (index + 1, step))
}

/// A status word with its words apart: `waitingForPublisherReview` is `waiting for publisher
/// review`.
pub fn show_status(word: &Word) -> String {
    let mut apart = String::new();
    let mut before = ' ';
    for c in word.to_string().chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            apart.push(' ');
        }
        before = c;
        apart.push(c.to_ascii_lowercase());
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_apart() {
        let apart = [
            "notStarted",
            "InProgress",
            "waitingForPublisherReview",
            "complete",
            "FAILED",
            "in progress",
            "",
        ]
        .map(|word| show_status(&Word::new(word)));
        assert_eq!(
            apart,
            [
                "not started",
                "in progress",
                "waiting for publisher review",
                "complete",
                "failed",
                "in progress",
                "no status"
            ]
        );
    }
}
