//! The operations that an offer has behind it when the simulation begins.

use jiff::{SignedDuration, Timestamp};

use super::offer::SimulatedOffer;
use super::operation::ForcedEnd;
use super::progress::OperationState;
use crate::simulator::clock::{add_time, subtract_time};
use crate::simulator::scenario::{OfferSetup, OfferStatus, ReleaseHalf};

impl SimulatedOffer {
    /// Gives the offer the past that its status needs.
    pub(super) fn set_past(&mut self, described: &OfferSetup, start: Timestamp) {
        let version = self.version;
        let half = |phase| {
            self.script.iter().filter(|step| step.phase() == phase).fold(
                SignedDuration::ZERO,
                |sum, step| {
                    let stood_still = step
                        .blocked
                        .as_ref()
                        .and_then(|blocked| blocked.lasts)
                        .map_or(SignedDuration::ZERO, |l| l.0);
                    sum.saturating_add(step.takes.0).saturating_add(stood_still)
                },
            )
        };
        let (publish, go_live) = (half(ReleaseHalf::Publish), half(ReleaseHalf::GoLive));
        let long = SignedDuration::from_hours(24 * 10);
        let ago = |default: SignedDuration| {
            subtract_time(start, described.since.map_or(default, |since| since.0))
        };
        let begun = match described.status {
            OfferStatus::NeverPublished | OfferStatus::NotStarted => start,
            OfferStatus::WaitingForPublisherReview => {
                ago(publish.saturating_add(SignedDuration::from_hours(1)))
            }
            OfferStatus::Running => ago(SignedDuration::from_mins(1)),
            OfferStatus::Succeeded => ago(publish.saturating_add(go_live).saturating_add(long)),
            OfferStatus::Canceled | OfferStatus::Failed => ago(long),
        };
        let needs_preview =
            described.status == OfferStatus::Running && described.running == ReleaseHalf::GoLive;
        let published = if needs_preview { subtract_time(begun, publish) } else { begun };
        self.changed = subtract_time(published, SignedDuration::from_hours(1));
        match described.status {
            OfferStatus::NeverPublished | OfferStatus::NotStarted => {}
            OfferStatus::WaitingForPublisherReview => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
            }
            OfferStatus::Running => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
                if needs_preview {
                    self.start_operation(ReleaseHalf::GoLive, begun, String::new());
                }
            }
            OfferStatus::Succeeded => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
                self.start_operation(
                    ReleaseHalf::GoLive,
                    add_time(published, publish),
                    String::new(),
                );
            }
            OfferStatus::Canceled | OfferStatus::Failed => {
                let state = if described.status == OfferStatus::Failed {
                    OperationState::Failed
                } else {
                    OperationState::Canceled
                };
                let at = add_time(published, SignedDuration::from_mins(1));
                self.start_operation(ReleaseHalf::Publish, published, String::new()).stopped =
                    Some(ForcedEnd { at, state, reason: "The last publish failed.".to_owned() });
            }
        }
        self.modified = self.changed;
        for operation in &mut self.operations {
            let [preview, live] = &self.base_slots;
            let of_slot = if operation.kind == ReleaseHalf::GoLive { live } else { preview };
            if let Some(definition) = of_slot.as_ref().or(preview.as_ref()) {
                operation.definition = definition.clone();
            }
        }
        if described.draft_changed {
            self.change_summary(subtract_time(start, SignedDuration::from_secs(1)).max(published));
            self.version = version;
        }
    }
}
