//! What became of a document that was written, by what is read afterwards.

use serde_json::Value as Json;

use super::Wanted;
use super::compare::{Mode, find_unequal};
use super::diff::Difference;
use super::names::ResourceNames;

/// The difference between what was written and what is read then.
#[derive(Debug, Clone, Default)]
pub struct Landing {
    /// Written, and not there: the service did not take it, or somebody wrote after us.
    pub lost: Vec<Difference>,
    /// Keys that the service added.
    pub added: Vec<Difference>,
}

/// Compares what was written with what is read. A secret that the service does not return counts
/// as there.
#[must_use]
pub fn check_landing(wanted: &Wanted, written: &Json, read: &Json) -> Landing {
    let mut landing = Landing::default();
    let hidden = |value: &Json| {
        value.as_str().is_some_and(|text| wanted.confidential.iter().any(|known| known == text))
    };
    let names = ResourceNames::read([written]);
    for unequal in find_unequal(&written["definition"], &read["definition"], Mode::Written) {
        if unequal.before.as_ref().is_some_and(hidden) {
            continue;
        }
        let added = unequal.before.is_none();
        let difference = names.describe(unequal, None, &wanted.confidential);
        if added { landing.added.push(difference) } else { landing.lost.push(difference) }
    }
    landing
}
