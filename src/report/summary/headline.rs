//! The first line: what came of the release, in one sentence.

use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::look;
use super::messages::has_complaint;
use super::next_run::only_looks;
use crate::portal::Phase;
use crate::release::Outcome;

/// The one sentence that tells what came of it, as plain text.
#[must_use]
pub fn write_headline(story: &Story) -> String {
    let publisher = &story.manifest.publisher;
    let total = story.offers.len();
    let of = if total == 1 {
        story
            .offers
            .first()
            .map(|offer| format!("{} of {publisher}", offer.offer))
            .unwrap_or_default()
    } else {
        format!("{total} offers of {publisher}")
    };
    if story.offers.iter().any(|offer| offer.verdict.is_none()) {
        let complaints = story.offers.iter().any(has_complaint);
        let (icon, attention) =
            if complaints { ("⚠️", ", and needs attention") } else { ("⏳", "") };
        return format!("{icon} {} is under way{attention}: {of}", story.command);
    }
    if story.command.only_looks() {
        return look::write_look_headline(story, &of);
    }
    let (icon, what) = match story.outcome() {
        Outcome::Succeeded => ("✅", name_success(story)),
        Outcome::Pending => ("⏳", "Not finished"),
        Outcome::Cancelled => ("🚫", "Canceled"),
        Outcome::Failed => ("❌", "Failed"),
    };
    if total == 1 {
        format!("{icon} {what}: {of}")
    } else {
        format!("{icon} {of}: {}", count_outcomes(story))
    }
}

/// What a success is: only what is live is out.
fn name_success(story: &Story) -> &'static str {
    match story.offers.first().and_then(phase_of) {
        Some(Phase::GoLive) if !only_looks(story) => "Live",
        Some(Phase::Publish) if !only_looks(story) => "Preview is ready",
        _ => "Done",
    }
}

/// `1 failed, 3 succeeded`
fn count_outcomes(story: &Story) -> String {
    let count = |outcome| offers_with(story, outcome).count();
    let counts = [Outcome::Failed, Outcome::Cancelled, Outcome::Pending, Outcome::Succeeded]
        .into_iter()
        .filter(|outcome| count(*outcome) > 0)
        .map(|outcome| format!("{} {outcome}", count(outcome)));
    counts.collect::<Vec<_>>().join(", ")
}

pub fn offers_with(story: &Story, outcome: Outcome) -> impl Iterator<Item = &OfferStory> {
    story.offers.iter().filter(move |offer| {
        offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome == outcome)
    })
}

/// The half that was reached.
pub fn phase_of(offer: &OfferStory) -> Option<Phase> {
    offer.verdict.as_ref().and_then(|verdict| verdict.phase).or(offer.phase)
}
