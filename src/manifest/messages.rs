//! The place in the manifest that a message of the portal is about.

use super::{Manifest, Offer, Route, offer_route};
use crate::problem::Place;

impl Manifest {
    /// The most particular thing that the text names: a plan, else an address, else the offer
    /// itself.
    #[must_use]
    pub fn place_for_message(&self, offer_index: usize, text: &str) -> Place {
        let route = self
            .offers
            .get(offer_index)
            .and_then(|offer| find_plan(offer, text).or_else(|| self.address(offer, text)));
        route.and_then(|route| self.place(&route)).unwrap_or_else(|| self.offer_place(offer_index))
    }

    fn address(&self, offer: &Offer, text: &str) -> Option<Route> {
        let text = text.to_ascii_lowercase();
        let named = |address: &str| {
            has_whole_word(&text, &address.to_ascii_lowercase(), is_address_character)
        };
        let index = offer.notification_emails.iter().position(|address| named(address.as_str()))?;
        let own = offer_route(offer.index).key("notification-emails");
        let list =
            if self.place(&own).is_some() { own } else { Route::root().key("notification-emails") };
        Some(list.index(index))
    }
}

/// The plan whose id is in the text as a whole word; of several the longest, for it says the most.
fn find_plan(offer: &Offer, text: &str) -> Option<Route> {
    let named = |(_, id): &(usize, &str)| has_whole_word(text, id, is_id_character);
    let ids = offer.plans.iter().map(crate::ids::PlanId::as_str).enumerate();
    let (index, _) =
        ids.filter(named).max_by_key(|(index, id)| (id.len(), std::cmp::Reverse(*index)))?;
    Some(offer_route(offer.index).key("plans").index(index).key("id"))
}

/// The word is in the text, and neither end of it goes on. A dot at its end is the sentence's
/// unless a word goes on behind it.
fn has_whole_word(text: &str, word: &str, goes_on: fn(char) -> bool) -> bool {
    text.match_indices(word).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let mut after = text[start + word.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let ends = match next {
            Some('.') => !second.is_some_and(goes_on),
            next => !next.is_some_and(goes_on),
        };
        ends && !before.is_some_and(goes_on)
    })
}

fn is_id_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn is_address_character(c: char) -> bool {
    is_id_character(c) || matches!(c, '@' | '+')
}
