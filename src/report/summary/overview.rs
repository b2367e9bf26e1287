//! The table of all offers.

use jiff::Timestamp;

use super::super::duration::in_a_cell;
use super::super::markdown::{self, escape, escape_sentence};
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::reason::describe_reason;
use super::steps::show_status;
use super::{answers, messages};
use crate::portal::{Phase, State};
use crate::release::Outcome;
use crate::text::cut_text;

/// The longest text of a cell.
const LONGEST: usize = 300;

/// The table's head. Of a single offer the answers above say what happened.
pub fn write_header(story: &Story) -> &'static str {
    match &story.offers[..] {
        [_] => "| Offer | Outcome | Reached | Portal's status | Time |\n|---|---|---|---|---|\n",
        _ => {
            "| Offer | Outcome | Reached | Portal's status | Time | What happened \
             |\n|---|---|---|---|---|---|\n"
        }
    }
}

/// The row of an offer.
pub fn write_row(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    let time = offer
        .began
        .map(|began| in_a_cell(offer.ended.unwrap_or(now).duration_since(began)))
        .unwrap_or_default();
    let said = match &offer.verdict {
        // The answers above have it once for all.
        Some(verdict) if verdict.code().is_some_and(|code| !code.is_about_an_offer()) => {
            verdict.code().map(|code| markdown::escape_code(&code.to_string())).unwrap_or_default()
        }
        Some(verdict) => escape_sentence(&cut_text(&describe_reason(offer, verdict), LONGEST)),
        None => answers::describe_stage(offer, now),
    };
    let errors = messages::list_standing(offer).count();
    let errors = match errors {
        0 => String::new(),
        1 => "; 1 message needs attention".to_owned(),
        many => format!("; {many} messages need attention"),
    };
    let what = match &story.offers[..] {
        [_] => String::new(),
        _ => format!(" {said}{errors} |"),
    };
    format!(
        "| **{}** | {} | {} | {} | {time} |{what}\n",
        escape(offer.offer.as_str()),
        show_outcome(story, offer),
        offer.phase.map(Phase::name).unwrap_or_default(),
        escape(&cut_text(&show_state(offer), LONGEST)),
    )
}

/// The portal's status, but not that of the offer before this run's operation was first seen.
fn show_state(offer: &OfferStory) -> String {
    if offer.phase.is_some() && offer.state.state() == State::NeverPublished {
        return String::new();
    }
    show_status(&offer.state)
}

/// The outcome of an offer, in a word.
pub fn show_outcome(story: &Story, offer: &OfferStory) -> String {
    if story.shows_state(offer) {
        return "🔎\u{a0}looked\u{a0}at".to_owned();
    }
    match (&offer.verdict, offer.began) {
        (Some(verdict), _) => mark_outcome(verdict.outcome).to_owned(),
        (None, Some(_)) => "⏳\u{a0}under\u{a0}way".to_owned(),
        (None, None) => "⏳\u{a0}waiting for its turn".to_owned(),
    }
}

fn mark_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        // Mark and word on one line.
        Outcome::Succeeded => "✅\u{a0}succeeded",
        Outcome::Pending => "⏳\u{a0}pending",
        Outcome::Cancelled => "🚫\u{a0}cancelled",
        Outcome::Failed => "❌\u{a0}failed",
    }
}
