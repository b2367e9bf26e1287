//! `keep-versions`: the oldest versions beyond the number go.

use std::num::NonZeroUsize;

use serde_json::Value as Json;

use super::Version;
use super::image::{ImageSlot, list_slots, newest_version};
use crate::problem::Problem;

/// Removes the oldest versions of each image type beyond the number. Never the newest that
/// is live nor a newer one, nothing if what is live is not known, and never a key that is no
/// version.
pub fn prune_versions(
    plan: &mut Json,
    live_plan: Option<&Json>,
    offer_type: &str,
    keep: NonZeroUsize,
) -> Result<(), Problem> {
    let live_slots = live_plan.map(|plan| list_slots(plan, offer_type)).transpose()?;
    for slot in list_slots(plan, offer_type)? {
        let live = live_slots.iter().flatten().find(|live| live.id == slot.id);
        let newest_live = live_plan
            .zip(live)
            .and_then(|(plan, live)| live.versions(plan))
            .and_then(newest_version);
        if let Some(newest_live) = newest_live {
            remove_oldest(plan, &slot, keep, &newest_live);
        }
    }
    Ok(())
}

fn remove_oldest(plan: &mut Json, slot: &ImageSlot, keep: NonZeroUsize, newest_live: &Version) {
    let Some(versions) = slot.versions_mut(plan) else { return };
    let mut known: Vec<Version> = versions.keys().filter_map(|key| Version::parse(key)).collect();
    known.sort();
    let beyond = known.len().saturating_sub(keep.get());
    for version in known.iter().take(beyond).filter(|version| *version < newest_live) {
        versions.shift_remove(version.as_str());
    }
}
