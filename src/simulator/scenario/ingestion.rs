//! The Product Ingestion API: its products, and the switches for what its documentation leaves
//! open.

use serde::Deserialize;
use serde_json::Value;

use super::edits::DraftEdit;
use super::length::LengthOfTime;
use super::operation_switches::Case;
use super::portal::{FirstPolls, ThrottleSetup};
use super::switch::switch;

/// A product of the Product Ingestion API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProductSetup {
    /// The offer id, which the API calls the external id. Two products may have the same.
    pub id: String,
    /// Its type, such as `azureVirtualMachine`.
    #[serde(rename = "type", default = "virtual_machine")]
    pub product_type: String,
    /// Where it stands at the beginning.
    #[serde(default)]
    pub status: ProductStatus,
    /// How long ago the submission behind `status` was made.
    pub since: Option<LengthOfTime>,
    /// External ids of its plans.
    #[serde(default = "one_plan")]
    pub plans: Vec<String>,
    /// Resources of the draft in place of those of the same kind and plan, or beside them.
    #[serde(default)]
    pub resources: Vec<Value>,
    /// Whether the draft is not what was submitted last.
    #[serde(default)]
    pub draft_changed: bool,
    /// Changes of the draft by somebody else: `set` is a JSON Pointer into the list of resources.
    #[serde(default)]
    pub edits: Vec<DraftEdit>,
    /// How long a publish to preview takes.
    #[serde(default = "day_and_a_half")]
    pub preview_takes: LengthOfTime,
    /// How long a publish to live takes.
    #[serde(default = "half_a_day")]
    pub live_takes: LengthOfTime,
    /// A publish to preview ends with these errors.
    #[serde(default)]
    pub preview_errors: Vec<Value>,
    /// A publish to live ends with these errors.
    #[serde(default)]
    pub live_errors: Vec<Value>,
}

/// Where a product stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProductStatus {
    /// There is only a draft.
    #[default]
    NeverPublished,
    /// A publish to preview runs.
    Publishing,
    /// A preview waits for its go-live.
    Previewed,
    /// A publish to preview failed.
    PreviewFailed,
    /// A publish to live runs.
    GoingLive,
    /// The last submission is live.
    Live,
}

switch!(
    /// How a conflict with what runs, or with a newer submission, is answered.
    ConflictAnswer { Job = "job", BadRequest = "400", Conflict = "409", Locked = "423" }
);
switch!(
    /// The status of an accepted configure.
    ConfigureAnswer { Accepted = "202", Ok = "200" }
);
switch!(
    /// Whether a job lasts as long as its publish.
    JobEnds { WithPublish = "with-publish", AtOnce = "at-once" }
);
switch!(
    /// The spelling of a job's id.
    JobIdKey { LowerD = "jobId", UpperD = "jobID" }
);
switch!(
    /// The submission in the detail of a job that published it.
    JobDetail { AsSent = "as-sent", Numbered = "numbered" }
);
switch!(
    /// `jobEnd` of a job that runs.
    RunningEnd {
        YearOne = "0001-01-01T00:00:00",
        Date = "0001-01-01",
        Start = "start",
        Absent = "absent",
    }
);
switch!(
    /// Whether the preview's entry stays in the list while it goes live.
    PreviewEntry { Moves = "moves", Stays = "stays" }
);
switch!(
    /// A go-live of a submission that is live already.
    LiveAgain { NotLatest = "not-latest", Succeeds = "succeeds" }
);
switch!(
    /// A cancel of a job that runs.
    JobCancel { Works = "works", TooLate = "too-late" }
);
switch!(
    /// The submission of a job that was cancelled.
    CancelledSubmission { Failed = "failed", Gone = "gone" }
);
switch!(
    /// `@nextLink` of a list.
    NextLink { Relative = "relative", Absolute = "absolute" }
);
switch!(
    /// The order of a tree and of the list of submissions.
    ListOrder { Kept = "kept", Shuffled = "shuffled" }
);
switch!(
    /// Whether the trees of preview and live can be read.
    Trees { Shown = "shown", NotFound = "not-found" }
);
switch!(
    /// The spelling of the external id in answers.
    ExternalIdKey { LowerD = "externalId", UpperD = "externalID" }
);

/// All switches of the Product Ingestion API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct IngestionSwitches {
    /// Whether a product that is not listed exists too.
    pub any_product: bool,
    /// Whether every call is answered 403.
    pub forbidden: bool,
    pub configure_answer: ConfigureAnswer,
    /// A start while something runs on the product.
    pub while_running: ConflictAnswer,
    /// A go-live of a submission that is not the latest.
    pub not_latest: ConflictAnswer,
    pub live_again: LiveAgain,
    pub job_ends: JobEnds,
    /// How long a job takes that writes the draft only, or that fails at once.
    pub job_takes: LengthOfTime,
    /// A finished job cannot be read any more so long after its end.
    pub job_forgotten: Option<LengthOfTime>,
    /// The first reads of every job fail.
    pub first_polls: Option<FirstPolls>,
    pub job_id: JobIdKey,
    /// The word for a job's good end.
    pub job_success: String,
    /// The word for a job and a submission under way.
    pub running_word: String,
    /// Whether the detail of a publish names the submission with its number.
    pub detail: JobDetail,
    pub running_end: RunningEnd,
    pub case: Case,
    pub preview_entry: PreviewEntry,
    /// How late the list of submissions follows what happens.
    pub submission_lag: LengthOfTime,
    /// How late the trees of preview and live show what was published.
    pub tree_lag: LengthOfTime,
    pub trees: Trees,
    pub cancel: JobCancel,
    /// So long after its start a job can still be cancelled.
    pub cancel_until: Option<LengthOfTime>,
    pub cancelled_submission: CancelledSubmission,
    /// Elements of a page, for lists that do not ask for fewer.
    pub page_size: usize,
    pub next_link: NextLink,
    pub order: ListOrder,
    pub external_id: ExternalIdKey,
    /// `$version`s that are refused.
    pub deprecated_versions: Vec<String>,
    pub throttle: Option<ThrottleSetup>,
    /// Fields left out of submissions and jobs.
    pub omit: Vec<String>,
    /// The number of the first submission; each next one is larger.
    pub first_submission: u64,
}

impl Default for IngestionSwitches {
    fn default() -> Self {
        Self {
            any_product: true,
            forbidden: false,
            configure_answer: ConfigureAnswer::default(),
            while_running: ConflictAnswer::default(),
            not_latest: ConflictAnswer::default(),
            live_again: LiveAgain::default(),
            job_ends: JobEnds::default(),
            job_takes: LengthOfTime(jiff::SignedDuration::from_secs(2)),
            job_forgotten: None,
            first_polls: None,
            job_id: JobIdKey::default(),
            job_success: "succeeded".to_owned(),
            running_word: "running".to_owned(),
            detail: JobDetail::default(),
            running_end: RunningEnd::default(),
            case: Case::default(),
            preview_entry: PreviewEntry::default(),
            submission_lag: LengthOfTime::minutes(0),
            tree_lag: LengthOfTime::minutes(0),
            trees: Trees::default(),
            cancel: JobCancel::default(),
            cancel_until: None,
            cancelled_submission: CancelledSubmission::default(),
            page_size: 100,
            next_link: NextLink::default(),
            order: ListOrder::default(),
            external_id: ExternalIdKey::default(),
            deprecated_versions: Vec::new(),
            throttle: None,
            omit: Vec::new(),
            first_submission: 1_152_921_515_689_847_470,
        }
    }
}

impl ProductSetup {
    /// A product that nobody described.
    pub fn unheard_of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            product_type: virtual_machine(),
            status: ProductStatus::default(),
            since: None,
            plans: one_plan(),
            resources: Vec::new(),
            draft_changed: false,
            edits: Vec::new(),
            preview_takes: day_and_a_half(),
            live_takes: half_a_day(),
            preview_errors: Vec::new(),
            live_errors: Vec::new(),
        }
    }
}

fn virtual_machine() -> String {
    "azureVirtualMachine".to_owned()
}

fn one_plan() -> Vec<String> {
    vec!["standard".to_owned()]
}

fn day_and_a_half() -> LengthOfTime {
    LengthOfTime::hours(36)
}

fn half_a_day() -> LengthOfTime {
    LengthOfTime::hours(12)
}
