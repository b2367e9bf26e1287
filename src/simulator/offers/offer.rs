//! One offer, and what was done to it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::operation::{ForcedEnd, OperationProgress, OperationState, SimulatedOperation};
use crate::simulator::clock::{earlier, later};
use crate::simulator::scenario::{Half, OfferLink, OfferSetup, OfferStatus, ScriptStep};

/// One offer.
#[derive(Debug)]
pub struct SimulatedOffer {
    /// Publisher id.
    pub publisher: String,
    /// Offer id.
    pub id: String,
    /// Its other id.
    pub guid: String,
    /// Its status before any operation.
    pub initial: OfferStatus,
    /// Whether it was migrated to Partner Center.
    pub migrated: bool,
    /// The draft's version.
    pub version: i64,
    /// When the draft was last changed.
    pub changed: Timestamp,
    /// The draft.
    pub definition: Value,
    /// Links shown from the sign-off on.
    pub preview_links: Vec<OfferLink>,
    /// Links shown when live.
    pub live_links: Vec<OfferLink>,
    /// Its operations, oldest first.
    pub operations: Vec<SimulatedOperation>,
    /// Its cancel operations: id, start and end, if it ends.
    pub cancels: Vec<(String, Timestamp, Option<Timestamp>)>,
    script: Vec<ScriptStep>,
    numbers: Numbers,
}

/// The numbers that the next operation gets.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// Counts operations.
    pub id: u64,
    /// `version` of the next submission.
    pub version: i64,
}

/// How far apart two submissions' versions are: a tenth of a microsecond each, so minutes.
const VERSION_STEP: i64 = 1_234_567_891;

impl SimulatedOffer {
    /// An offer as the scenario describes it, with the past that its status needs.
    pub fn new(
        described: &OfferSetup,
        guid: String,
        script: &[ScriptStep],
        numbers: Numbers,
        start: Timestamp,
    ) -> Self {
        let link = |text: &str, path: &str| {
            let (publisher, id) = (&described.publisher, &described.id);
            vec![OfferLink {
                text: text.to_owned(),
                uri: format!("https://{path}/{publisher}.{id}"),
            }]
        };
        let preview = link("Preview in the Azure portal", "portal.azure.com/#create");
        let live = link("Azure Marketplace", "azuremarketplace.microsoft.com/marketplace/apps");
        let plans: Vec<Value> =
            described.plans.iter().map(|plan| json!({"planId": plan})).collect();
        let mut offer = Self {
            publisher: described.publisher.clone(),
            id: described.id.clone(),
            guid,
            initial: described.status,
            migrated: described.migrated,
            version: described.version,
            changed: start,
            definition: json!({"displayText": described.id, "offer": {}, "plans": plans}),
            preview_links: described.preview_links.clone().unwrap_or(preview),
            live_links: described.live_links.clone().unwrap_or(live),
            operations: Vec::new(),
            cancels: Vec::new(),
            script: described.steps.clone().unwrap_or_else(|| script.to_vec()),
            numbers,
        };
        offer.set_past(described, start);
        offer
    }

    /// Gives the offer the past that its status needs.
    fn set_past(&mut self, described: &OfferSetup, start: Timestamp) {
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
        let (publish, go_live) = (half(Half::Publish), half(Half::GoLive));
        let long = SignedDuration::from_hours(24 * 10);
        let ago = |default: SignedDuration| {
            earlier(start, described.since.map_or(default, |since| since.0))
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
            described.status == OfferStatus::Running && described.running == Half::GoLive;
        let published = if needs_preview { earlier(begun, publish) } else { begun };
        self.changed = earlier(published, SignedDuration::from_hours(1));
        match described.status {
            OfferStatus::NeverPublished | OfferStatus::NotStarted => {}
            OfferStatus::WaitingForPublisherReview => {
                self.start_operation(Half::Publish, published, String::new());
            }
            OfferStatus::Running => {
                self.start_operation(Half::Publish, published, String::new());
                if needs_preview {
                    self.start_operation(Half::GoLive, begun, String::new());
                }
            }
            OfferStatus::Succeeded => {
                self.start_operation(Half::Publish, published, String::new());
                self.start_operation(Half::GoLive, later(published, publish), String::new());
            }
            OfferStatus::Canceled | OfferStatus::Failed => {
                let state = if described.status == OfferStatus::Failed {
                    OperationState::Failed
                } else {
                    OperationState::Canceled
                };
                let at = later(published, SignedDuration::from_mins(1));
                self.start_operation(Half::Publish, published, String::new()).stopped =
                    Some(ForcedEnd { at, state, reason: "The last publish failed.".to_owned() });
            }
        }
        if described.draft_changed {
            self.changed = earlier(start, SignedDuration::from_secs(1)).max(published);
        }
    }

    /// Starts an operation; what waited for the publisher waits no longer.
    pub fn start_operation(
        &mut self,
        kind: Half,
        now: Timestamp,
        emails: String,
    ) -> &mut SimulatedOperation {
        if let Some(last) = self.operations.last_mut() {
            last.closed.get_or_insert(now);
        }
        if kind == Half::Publish {
            self.version += 1;
        }
        let operation = SimulatedOperation {
            id: self.next_id(),
            kind,
            created: now,
            script: self.script.clone(),
            draft: self.changed,
            offer_version: self.version,
            version: self.numbers.version,
            emails,
            stopped: None,
            closed: None,
            polls: 0,
        };
        self.numbers.version = self.numbers.version.saturating_add(VERSION_STEP);
        let index = self.operations.len();
        self.operations.push(operation);
        &mut self.operations[index]
    }

    /// The id of the next operation: not a random one, like those of migrated offers.
    pub fn next_id(&mut self) -> String {
        self.numbers.id += 1;
        format!("408a4835-0000-1000-0000-{:012}", self.numbers.id)
    }

    /// The last operation and how far it is.
    pub fn last_operation(
        &self,
        now: Timestamp,
    ) -> Option<(&SimulatedOperation, OperationProgress)> {
        self.operations.last().map(|operation| (operation, operation.progress_at(now)))
    }

    /// Where the offer stands.
    pub fn status_at(&self, now: Timestamp) -> OfferStatus {
        match self.last_operation(now) {
            None => self.initial,
            Some((operation, progress)) => match progress.state {
                OperationState::Running => OfferStatus::Running,
                OperationState::Complete if operation.kind == Half::GoLive => {
                    OfferStatus::Succeeded
                }
                OperationState::SignOff | OperationState::Complete => {
                    OfferStatus::WaitingForPublisherReview
                }
                OperationState::Failed => OfferStatus::Failed,
                OperationState::Canceled => OfferStatus::Canceled,
            },
        }
    }

    /// Whether the draft is what was last published.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.operations.iter().rfind(|operation| operation.kind == Half::Publish).is_some_and(
            |publish| {
                publish.draft == self.changed
                    && !matches!(
                        publish.progress_at(now).state,
                        OperationState::Failed | OperationState::Canceled
                    )
            },
        )
    }

    /// Whether there is a preview that can go live.
    pub fn is_previewed(&self, now: Timestamp) -> bool {
        match self.last_operation(now) {
            None => false,
            Some((last, progress)) => match last.kind {
                Half::Publish => progress.state == OperationState::SignOff,
                Half::GoLive => {
                    matches!(progress.state, OperationState::Failed | OperationState::Canceled)
                }
            },
        }
    }

    /// Whether a preview was ever reached.
    pub fn was_previewed(&self, now: Timestamp) -> bool {
        self.operations.iter().any(|operation| {
            operation.kind == Half::GoLive
                || matches!(
                    operation.progress_at(now).state,
                    OperationState::SignOff | OperationState::Complete
                )
        })
    }

    /// Whether the offer was ever live.
    pub fn was_live(&self, now: Timestamp) -> bool {
        self.operations.iter().any(|operation| {
            operation.kind == Half::GoLive
                && operation.progress_at(now).state == OperationState::Complete
        })
    }

    /// Changes the draft.
    pub fn edit_draft(&mut self, definition: Option<Value>, now: Timestamp) {
        if let Some(definition) = definition {
            self.definition = definition;
        }
        self.version += 1;
        self.changed = now;
    }
}
