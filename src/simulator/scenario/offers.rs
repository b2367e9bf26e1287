//! The offers that exist when the simulation begins.

use serde::Deserialize;
use serde_json::Value;

use super::edits::DraftEdit;
use super::length::LengthOfTime;
use super::steps::{ReleaseHalf, ScriptStep};

/// An offer of the Cloud Partner Portal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfferSetup {
    /// The id of its publisher, as in addresses.
    pub publisher: String,
    /// Its own id, as in addresses.
    pub id: String,
    /// Where the offer stands at the beginning.
    #[serde(default)]
    pub status: OfferStatus,
    /// How long ago the operation behind `status` was started; by default so long that `status` is
    /// just true.
    pub since: Option<LengthOfTime>,
    /// With `status: running`, what runs.
    #[serde(default = "default_running")]
    pub running: ReleaseHalf,
    /// Whether the draft was changed after the last publish.
    #[serde(default)]
    pub draft_changed: bool,
    /// The draft's version at the beginning.
    #[serde(default = "default_version")]
    pub version: i64,
    /// `pcMigrationStatus`.
    #[serde(default = "default_migrated")]
    pub migrated: bool,
    /// The ids of the draft's plans.
    #[serde(default = "one_plan")]
    pub plans: Vec<String>,
    /// `offerTypeId`.
    #[serde(rename = "type", default = "virtual_machine")]
    pub offer_type: String,
    /// The draft's `definition`, in place of the one that goes with the type and the plans.
    pub document: Option<Value>,
    /// The `definition` in the preview slot, if it is not what was published.
    pub preview_document: Option<Value>,
    /// The `definition` in the production slot, if it is not what was previewed.
    pub live_document: Option<Value>,
    /// Changes of the draft by somebody else.
    #[serde(default)]
    pub edits: Vec<DraftEdit>,
    /// Further rows of the list of operations.
    #[serde(default)]
    pub submissions: Vec<PastSubmission>,
    /// The steps of its operations, if they are not the scenario's.
    pub steps: Option<Vec<ScriptStep>>,
    /// Shown from the sign-off on; `null` for the built-in one.
    pub preview_links: Option<Vec<OfferLink>>,
    /// Shown when live; `null` for the built-in one.
    pub live_links: Option<Vec<OfferLink>>,
}

/// A row of the list of operations that stands for no operation of the simulator's.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PastSubmission {
    /// Id of the operation.
    pub id: String,
    /// `submissionType`; without it the field is absent.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `submissionState`.
    pub state: String,
    /// `slot`; without it the field is absent.
    pub slot: Option<String>,
    /// How long ago it changed last.
    pub since: LengthOfTime,
}

/// A link to the offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfferLink {
    /// The text of the link.
    pub text: String,
    /// The address that it leads to.
    pub uri: String,
}

/// The statuses of an offer that the portal documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OfferStatus {
    /// No operation ever ran.
    #[default]
    NeverPublished,
    /// The same under another name.
    NotStarted,
    /// A publish waits for the publisher.
    WaitingForPublisherReview,
    /// A publish runs, or a go-live if `running` says so.
    Running,
    /// The offer is live.
    Succeeded,
    /// The last publish was canceled.
    Canceled,
    /// The last publish failed.
    Failed,
}

impl OfferSetup {
    /// An offer that nobody described.
    pub fn unheard_of(publisher: &str, id: &str) -> Self {
        Self {
            publisher: publisher.to_owned(),
            id: id.to_owned(),
            status: OfferStatus::default(),
            since: None,
            running: default_running(),
            draft_changed: false,
            version: default_version(),
            migrated: default_migrated(),
            plans: one_plan(),
            offer_type: virtual_machine(),
            document: None,
            preview_document: None,
            live_document: None,
            edits: Vec::new(),
            submissions: Vec::new(),
            steps: None,
            preview_links: None,
            live_links: None,
        }
    }
}

fn default_running() -> ReleaseHalf {
    ReleaseHalf::Publish
}

fn virtual_machine() -> String {
    "microsoft-azure-virtualmachines".to_owned()
}

fn one_plan() -> Vec<String> {
    vec!["standard".to_owned()]
}

fn default_version() -> i64 {
    1
}

fn default_migrated() -> bool {
    true
}
