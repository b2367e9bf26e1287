//! The operations that an offer has behind it when the simulation begins.

use jiff::{SignedDuration, Timestamp};

use super::offer::SimulatedOffer;
use super::operation::ForcedEnd;
use super::progress::OperationState;
use crate::simulator::clock::{add_time, subtract_time};
use crate::simulator::scenario::{OfferSetup, OfferStatus, ReleaseHalf, ScriptStep};

impl SimulatedOffer {
    /// Gives the offer the past that its status needs.
    pub(super) fn set_past(&mut self, described: &OfferSetup, start: Timestamp) {
        let version = self.version;
        let publish = self.measure_half(ReleaseHalf::Publish);
        let begun = self.find_begin(described, start);
        let needs_preview =
            described.status == OfferStatus::Running && described.running == ReleaseHalf::GoLive;
        let published = if needs_preview { subtract_time(begun, publish) } else { begun };
        self.changed = subtract_time(published, SignedDuration::from_hours(1));
        self.start_past_operations(described, published, begun);
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

    /// How long a half of a release takes.
    fn measure_half(&self, half: ReleaseHalf) -> SignedDuration {
        let steps = self.script.iter().filter(|step| step.phase() == half);
        let measure = |step: &ScriptStep| {
            let stood_still = step.blocked.as_ref().and_then(|blocked| blocked.lasts);
            step.takes.0.saturating_add(stood_still.map_or(SignedDuration::ZERO, |lasts| lasts.0))
        };
        steps.map(measure).fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// When the last operation was started.
    fn find_begin(&self, described: &OfferSetup, start: Timestamp) -> Timestamp {
        let long = SignedDuration::from_hours(24 * 10);
        let [publish, go_live] =
            [ReleaseHalf::Publish, ReleaseHalf::GoLive].map(|half| self.measure_half(half));
        let usual = match described.status {
            OfferStatus::NeverPublished | OfferStatus::NotStarted => return start,
            OfferStatus::WaitingForPublisherReview => {
                publish.saturating_add(SignedDuration::from_hours(1))
            }
            OfferStatus::Running => SignedDuration::from_mins(1),
            OfferStatus::Succeeded => publish.saturating_add(go_live).saturating_add(long),
            OfferStatus::Canceled | OfferStatus::Failed => long,
        };
        subtract_time(start, described.since.map_or(usual, |since| since.0))
    }

    fn start_past_operations(
        &mut self,
        described: &OfferSetup,
        published: Timestamp,
        begun: Timestamp,
    ) {
        match described.status {
            OfferStatus::NeverPublished | OfferStatus::NotStarted => {}
            OfferStatus::WaitingForPublisherReview => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
            }
            OfferStatus::Running => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
                if described.running == ReleaseHalf::GoLive {
                    self.start_operation(ReleaseHalf::GoLive, begun, String::new());
                }
            }
            OfferStatus::Succeeded => {
                self.start_operation(ReleaseHalf::Publish, published, String::new());
                let live = add_time(published, self.measure_half(ReleaseHalf::Publish));
                self.start_operation(ReleaseHalf::GoLive, live, String::new());
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
    }
}
