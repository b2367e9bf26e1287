//! What to do now.

use super::super::markdown::escape_sentence;
use super::super::offer_story::OfferStory;
use super::messages::has_complaint;
use super::reason::capitalize;
use crate::release::{Ending, Outcome, Verdict};

/// What to do now.
pub fn say_what_now(offer: &OfferStory) -> String {
    let Some(verdict) = &offer.verdict else {
        return advise_under_way(offer).to_owned();
    };
    match &verdict.hint {
        Some(hint) => format!("{}.", capitalize(&escape_sentence(hint.trim_end_matches('.')))),
        None => advise_without_hint(verdict).to_owned(),
    }
}

fn advise_under_way(offer: &OfferStory) -> &'static str {
    if has_complaint(offer) {
        "Read what the portal says. It does not say whether the step goes on by itself; if it \
         does, this is withdrawn here. If it is \
         about your offer, this operation has to end first, for the portal runs one at a time: \
         wait, or ask the portal to cancel it \
         (`command: cancel`). Then correct the offer in Partner Center, and release again."
    } else {
        "Wait. If this job has ended, run the same command again: it follows what runs at the \
         portal."
    }
}

/// Said of an offer that is done with.
pub const NOTHING: &str = "Nothing: all is done.";

fn advise_without_hint(verdict: &Verdict) -> &'static str {
    match (verdict.outcome, verdict.ending) {
        (Outcome::Succeeded, _) => NOTHING,
        (Outcome::Pending, Ending::Interrupted(_)) => "Run the job again when it shall go on.",
        (Outcome::Pending, _) => {
            "Run the same command again: it looks first, and follows what runs."
        }
        _ => {
            "See what happened, below, and look at the offer in Partner Center; then run the \
             release again."
        }
    }
}
