//! The switches of the portal: wherever its documentation is silent or contradicts its clients, one
//! value a possibility.

use serde::Deserialize;

use super::draft_switches::{
    ChangedTime, Etag, IfMatchMissing, KeyOrder, LegacyKeys, LogoUrls, PutAnswer, PutBody,
    PutDefaults, PutWhileRunning, Secrets, Slots, WindowsOsType,
};
use super::length::LengthOfTime;
use super::operation_switches::{
    Accepted, AcceptedBody, AddressForm, AddressHeader, Cancel, CancelNothing, CancelRows,
    Canceled, Case, ErrorBody, Filter, Links, Messages, OldPublish, Order, OutOfTurn,
    RetryAfterForm, Shape, SignOff, Spelling, StepRunning, SubmissionSlot, Timestamps, Unchanged,
    WhileRunning,
};

/// Where an answer carries the address of an operation.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Address {
    /// The header that carries the address.
    pub header: AddressHeader,
    /// How the address is written.
    pub form: AddressForm,
}

/// The first reads of every operation fail.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FirstPolls {
    /// The HTTP status of these answers.
    pub status: u16,
    /// How many reads of each operation fail.
    pub count: u64,
}

/// Some requests are answered 429.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ThrottleSetup {
    /// Each so-many-th request to the portal.
    pub every: u64,
    /// At most so many times.
    pub count: Option<u64>,
    /// What `Retry-After` asks for, in seconds.
    #[serde(default = "half_a_minute")]
    pub retry_after: u32,
    /// How the header says it.
    #[serde(default)]
    pub form: RetryAfterForm,
}

/// All switches of the portal; each is named like its type, or like the field of the portal that it
/// changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PortalSwitches {
    pub publish_while_running: WhileRunning,
    pub republish_unchanged: Unchanged,
    pub publish_answer: Accepted,
    pub go_live_early: OutOfTurn,
    pub go_live_while_running: WhileRunning,
    pub go_live_again: OutOfTurn,
    pub go_live_answer: Accepted,
    pub go_live_type: String,
    pub old_publish: OldPublish,
    pub sign_off: SignOff,
    pub cancel: Cancel,
    pub cancel_time: LengthOfTime,
    pub cancel_nothing: CancelNothing,
    pub address: Address,
    /// `address` of go-live, if it differs.
    pub go_live_address: Option<Address>,
    /// `address` of cancel, if it differs.
    pub cancel_address: Option<Address>,
    /// Origin of absolute addresses, if it is not the simulator's own.
    pub public_url: Option<String>,
    pub accepted_body: AcceptedBody,
    pub first_polls: Option<FirstPolls>,
    pub throttle: Option<ThrottleSetup>,
    pub operation_shape: Shape,
    pub spelling: Spelling,
    pub case: Case,
    pub step_running: StepRunning,
    pub canceled: Canceled,
    pub timestamps: Timestamps,
    pub messages: Messages,
    pub links: Links,
    /// Whether `notificationEmails` is shown, as for offers that were not migrated.
    pub notification_emails: bool,
    pub error_body: ErrorBody,
    /// Fields left out of every answer about operations and status, at any depth.
    pub omit: Vec<String>,
    pub etag: Etag,
    pub if_match_missing: IfMatchMissing,
    /// Whether POST without `If-Match` is answered 400, as one page says.
    pub post_needs_if_match: bool,
    pub submissions_order: Order,
    pub submissions_filter: Filter,
    pub put_while_running: PutWhileRunning,
    /// So many PUTs are answered 500 because of a conflict inside the service.
    pub put_conflicts: u64,
    pub put_answer: PutAnswer,
    pub put_body: PutBody,
    pub changed_time: ChangedTime,
    pub legacy_keys: LegacyKeys,
    pub windows_os_type: WindowsOsType,
    pub logo_urls: LogoUrls,
    pub put_defaults: PutDefaults,
    pub key_order: KeyOrder,
    pub secrets: Secrets,
    /// The most versions of images that a plan may have.
    pub version_limit: u64,
    pub slots: Slots,
    /// How late the slots show what reached them.
    pub slot_lag: LengthOfTime,
    /// How late the offer's status follows its operations.
    pub status_lag: LengthOfTime,
    /// How late the list of operations follows them.
    pub list_lag: LengthOfTime,
    /// How late a GET of the draft shows a change.
    pub draft_lag: LengthOfTime,
    pub cancel_rows: CancelRows,
    pub submission_slot: SubmissionSlot,
    /// `version` of the first submission; each next one is larger.
    pub first_submission_version: i64,
}

impl Default for PortalSwitches {
    fn default() -> Self {
        Self {
            publish_while_running: WhileRunning::default(),
            republish_unchanged: Unchanged::default(),
            publish_answer: Accepted::default(),
            go_live_early: OutOfTurn::default(),
            go_live_while_running: WhileRunning::default(),
            go_live_again: OutOfTurn::default(),
            go_live_answer: Accepted::default(),
            go_live_type: "goLive".to_owned(),
            old_publish: OldPublish::default(),
            sign_off: SignOff::default(),
            cancel: Cancel::default(),
            cancel_time: LengthOfTime::minutes(2),
            cancel_nothing: CancelNothing::default(),
            address: Address::default(),
            go_live_address: None,
            cancel_address: None,
            public_url: None,
            accepted_body: AcceptedBody::default(),
            first_polls: None,
            throttle: None,
            operation_shape: Shape::default(),
            spelling: Spelling::default(),
            case: Case::default(),
            step_running: StepRunning::default(),
            canceled: Canceled::default(),
            timestamps: Timestamps::default(),
            messages: Messages::default(),
            links: Links::default(),
            notification_emails: false,
            error_body: ErrorBody::default(),
            omit: Vec::new(),
            etag: Etag::default(),
            if_match_missing: IfMatchMissing::default(),
            post_needs_if_match: false,
            submissions_order: Order::default(),
            submissions_filter: Filter::default(),
            put_while_running: PutWhileRunning::default(),
            put_conflicts: 0,
            put_answer: PutAnswer::default(),
            put_body: PutBody::default(),
            changed_time: ChangedTime::default(),
            legacy_keys: LegacyKeys::default(),
            windows_os_type: WindowsOsType::default(),
            logo_urls: LogoUrls::default(),
            put_defaults: PutDefaults::default(),
            key_order: KeyOrder::default(),
            secrets: Secrets::default(),
            version_limit: 100,
            slots: Slots::default(),
            slot_lag: LengthOfTime::minutes(0),
            status_lag: LengthOfTime::minutes(0),
            list_lag: LengthOfTime::minutes(0),
            draft_lag: LengthOfTime::minutes(0),
            cancel_rows: CancelRows::default(),
            submission_slot: SubmissionSlot::default(),
            first_submission_version: 636_576_975_611_768_314,
        }
    }
}

fn half_a_minute() -> u32 {
    30
}
