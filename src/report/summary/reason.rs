//! Why an offer is not out.

use std::borrow::Cow;

use super::super::markdown::escape_sentence;
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::messages::{has_complaint, list_standing};
use super::next_run::only_looks;
use crate::release::{Outcome, Verdict};
use crate::text::cut_text;

/// What stands in the way; `None` where nothing does.
pub fn explain_why_not(story: &Story, offer: &OfferStory) -> Option<String> {
    let Some(verdict) = &offer.verdict else {
        return has_complaint(offer)
            .then(|| "The operation still runs, but the portal complains:".to_owned());
    };
    if verdict.outcome == Outcome::Succeeded || only_looks(story) {
        return None;
    }
    let message =
        escape_sentence(cut_text(&describe_reason(offer, verdict), 1_000).trim_end_matches('.'));
    Some(if message.is_empty() {
        "The portal gave no reason.".to_owned()
    } else {
        format!("{}.", capitalize(&message))
    })
}

/// What happened, without the portal's words where they stand beside it.
pub fn describe_reason<'a>(offer: &OfferStory, verdict: &'a Verdict) -> Cow<'a, str> {
    let beside = list_standing(offer).next().is_some();
    if beside { Cow::from(&verdict.message) } else { verdict.whole_message() }
}

/// The text with a capital first letter.
pub fn capitalize(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
