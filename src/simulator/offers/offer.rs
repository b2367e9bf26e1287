//! One offer, and what was done to it.

use jiff::Timestamp;
use serde_json::Value;

use super::default_documents::default_definition;
use super::operation::SimulatedOperation;
use super::pending_edits::PendingEdit;
use super::progress::OperationProgress;
use super::progress::OperationState;
use crate::simulator::clock::subtract_time;
use crate::simulator::scenario::{
    OfferLink, OfferSetup, OfferStatus, PastSubmission, ReleaseHalf, ScriptStep,
};

/// An offer on the portal, with its draft and its operations.
#[derive(Debug)]
pub struct SimulatedOffer {
    /// The id of the publisher, as in addresses.
    pub publisher: String,
    /// The id of the offer, as in addresses.
    pub id: String,
    /// The GUID that stands in addresses of the legacy form.
    pub guid: String,
    /// Its status before any operation.
    pub initial: OfferStatus,
    /// Whether it was migrated to Partner Center.
    pub migrated: bool,
    /// The offer's version; each change of the draft and each publish adds 1.
    pub version: i64,
    /// `offerTypeId`, such as `microsoft-azure-virtualmachines`.
    pub offer_type: String,
    /// `changedTime` of the draft.
    pub changed: Timestamp,
    /// When the draft was really changed last: what its `ETag` is made of.
    pub modified: Timestamp,
    /// Counts the changes of the draft.
    pub revision: u64,
    /// The draft's `definition`, as it was written last.
    pub definition: Value,
    /// What the draft was before, and until when.
    pub(super) past_drafts: Vec<(Timestamp, Value)>,
    /// What the slots hold without any operation: preview and production.
    pub(super) base_slots: [Option<Value>; 2],
    pub(super) pending_edits: Vec<PendingEdit>,
    /// Further rows of the list of operations, with the time of each.
    pub past_submissions: Vec<(Timestamp, PastSubmission)>,
    /// Links shown from the sign-off on.
    pub preview_links: Vec<OfferLink>,
    /// Links shown when live.
    pub live_links: Vec<OfferLink>,
    /// Its operations, oldest first.
    pub operations: Vec<SimulatedOperation>,
    /// Its cancel operations: id, start and end, if it ends.
    pub cancels: Vec<(String, Timestamp, Option<Timestamp>)>,
    pub(super) script: Vec<ScriptStep>,
    numbers: Numbers,
}

/// A slot that customers or testers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedSlot {
    /// What waits for the publisher, or went live last.
    Preview,
    /// What customers see.
    Production,
}

/// The numbers that the next operation gets.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// The number of the last operation, of which its id is made.
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
        let definition = described.document.clone().unwrap_or_else(|| {
            default_definition(&described.offer_type, &described.id, &described.plans)
        });
        let past_submissions = described.submissions.iter();
        let mut offer = Self {
            publisher: described.publisher.clone(),
            id: described.id.clone(),
            guid,
            initial: described.status,
            migrated: described.migrated,
            version: described.version,
            offer_type: described.offer_type.clone(),
            changed: start,
            modified: start,
            revision: 1,
            definition,
            past_drafts: Vec::new(),
            base_slots: [described.preview_document.clone(), described.live_document.clone()],
            pending_edits: described.edits.iter().map(|e| PendingEdit::new(e, start)).collect(),
            past_submissions: past_submissions
                .map(|row| (subtract_time(start, row.since.0), row.clone()))
                .collect(),
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

    /// Starts an operation; what waited for the publisher waits no longer.
    pub fn start_operation(
        &mut self,
        kind: ReleaseHalf,
        now: Timestamp,
        emails: String,
    ) -> &mut SimulatedOperation {
        if let Some(last) = self.operations.last_mut() {
            last.closed.get_or_insert(now);
        }
        if kind == ReleaseHalf::Publish {
            self.version += 1;
        }
        let operation = SimulatedOperation {
            id: self.next_id(),
            kind,
            created: now,
            script: self.script.clone(),
            revision: self.revision,
            definition: match kind {
                ReleaseHalf::Publish => self.definition.clone(),
                ReleaseHalf::GoLive => {
                    self.slot_at(SimulatedSlot::Preview, now).unwrap_or(&self.definition).clone()
                }
            },
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
        let operation = self.operations.iter().rfind(|operation| operation.created <= now)?;
        Some((operation, operation.progress_at(now)))
    }

    /// Where the offer stands.
    pub fn status_at(&self, now: Timestamp) -> OfferStatus {
        match self.last_operation(now) {
            None => self.initial,
            Some((operation, progress)) => match progress.state {
                OperationState::Running => OfferStatus::Running,
                OperationState::Complete if operation.kind == ReleaseHalf::GoLive => {
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
        self.operations
            .iter()
            .rfind(|operation| operation.kind == ReleaseHalf::Publish)
            .is_some_and(|publish| {
                publish.revision == self.revision
                    && !matches!(
                        publish.progress_at(now).state,
                        OperationState::Failed | OperationState::Canceled
                    )
            })
    }

    /// Whether there is a preview that can go live.
    pub fn is_previewed(&self, now: Timestamp) -> bool {
        match self.last_operation(now) {
            None => false,
            Some((last, progress)) => match last.kind {
                ReleaseHalf::Publish => progress.state == OperationState::SignOff,
                ReleaseHalf::GoLive => {
                    matches!(progress.state, OperationState::Failed | OperationState::Canceled)
                }
            },
        }
    }

    /// What a slot holds: a publish's definition from its sign-off on, a go-live's from its end.
    pub fn slot_at(&self, slot: SimulatedSlot, now: Timestamp) -> Option<&Value> {
        let (kind, base) = match slot {
            SimulatedSlot::Preview => (ReleaseHalf::Publish, &self.base_slots[0]),
            SimulatedSlot::Production => (ReleaseHalf::GoLive, &self.base_slots[1]),
        };
        let reached = self.operations.iter().rfind(|operation| {
            operation.kind == kind
                && operation.created <= now
                && matches!(
                    operation.progress_at(now).state,
                    OperationState::SignOff | OperationState::Complete
                )
        });
        reached.map(|operation| &operation.definition).or(base.as_ref())
    }
}
