//! Which offers want to be looked at first.

use super::super::offer_story::OfferStory;
use super::messages::list_standing;
use crate::release::Outcome;

/// How much an offer wants to be looked at; least is most.
pub fn rank_concern(offer: &OfferStory) -> u8 {
    match offer.verdict.as_ref().map(|verdict| verdict.outcome) {
        Some(Outcome::Failed) => 0,
        Some(Outcome::Cancelled) => 1,
        _ if list_standing(offer).next().is_some() => 2,
        None => 3,
        Some(Outcome::Pending) => 4,
        Some(Outcome::Succeeded) => 5,
    }
}

/// It has not succeeded, and does not only wait for its turn.
pub fn is_troubled(offer: &OfferStory) -> bool {
    let waits = offer.verdict.is_none() && offer.phase.is_none();
    rank_concern(offer) < 5 && !waits
}
