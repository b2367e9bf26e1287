//! The switches of the portal: wherever its documentation is silent or contradicts its clients, one
//! value a possibility.

use serde::Deserialize;

use super::length::LengthOfTime;
use super::switch::switch;

switch!(
    /// Go-live before the sign-off, or again when live; 202 starts an operation that ends at once,
    /// `starts` one that goes live.
    OutOfTurn { BadRequest = "400", Conflict = "409", Accepted = "202", Starts = "starts" }
);
switch!(
    /// A second start of what already runs.
    WhileRunning { SameOperation = "same-operation", Conflict = "409", BadRequest = "400" }
);
switch!(
    /// A publish of a draft that was published already.
    Unchanged { NewOperation = "new-operation", FinishedAtOnce = "finished-at-once", BadRequest = "400", Conflict = "409" }
);
switch!(
    /// How the publish operation looks once go-live was started.
    OldPublish { Complete = "complete", Unchanged = "unchanged", Touched = "touched", Gone = "gone" }
);
switch!(
    /// Where it shows that the publisher is asked: the operation is complete, or its step waits, or
    /// the offer's status says so.
    SignOff { Operation = "operation", Step = "step", Offer = "offer", Waiting = "waiting" }
);
switch!(
    /// A cancel of a running operation; `ignore` answers 202 and does nothing.
    Cancel { Accepted = "202", Done = "200", Refuse = "refuse", Ignore = "ignore" }
);
switch!(
    /// A cancel of nothing.
    CancelNothing { Accepted = "202", Done = "200", BadRequest = "400", NotFound = "404" }
);
switch!(
    /// The header that carries an operation's address.
    AddressHeader {
        Location = "location",
        OperationLocation = "operation-location",
        Both = "both",
        WithOffer = "operation-location-and-offer",
        WithOtherOffer = "operation-location-and-other-offer",
        Absent = "none",
    }
);
switch!(
    /// The form of an operation's address.
    AddressForm {
        Relative = "relative",
        WithoutApiVersion = "without-api-version",
        Absolute = "absolute",
        AbsoluteWithApiVersion = "absolute-with-api-version",
        Legacy = "legacy",
        LegacyGuid = "legacy-guid",
    }
);
switch!(
    /// The status of an accepted start.
    Accepted { Usual = "202", Ok = "200", Created = "201", NoContent = "204" }
);
switch!(
    /// The body of an accepted start.
    AcceptedBody { Empty = "empty", Operation = "operation", Null = "null", Text = "text" }
);
switch!(
    /// Whether an operation comes alone or in a list.
    Shape { Object = "object", Array = "array" }
);
switch!(
    /// The word for an operation's good end.
    Spelling { Complete = "complete", Completed = "completed", Succeeded = "succeeded" }
);
switch!(
    /// How status words are written.
    Case { Camel = "camelCase", Pascal = "PascalCase", Spaced = "spaced", Upper = "UPPERCASE" }
);
switch!(
    /// The word for a step that is under way.
    StepRunning { InProgress = "inProgress", Running = "running" }
);
switch!(
    /// The word for a canceled operation.
    Canceled { OneL = "canceled", TwoL = "cancelled" }
);
switch!(
    /// How timestamps are written.
    Timestamps { Six = "6-digits", Seven = "7-digits", WithoutZone = "without-zone", Seconds = "seconds", Offset = "offset" }
);
switch!(
    /// Messages as objects or as bare texts.
    Messages { Objects = "objects", Strings = "strings", Null = "null" }
);
switch!(
    /// Links as objects or as bare addresses; `none`: never any.
    Links { Objects = "objects", Pascal = "pascal-objects", Strings = "strings", Absent = "none" }
);
switch!(
    /// The body of an error; 401 is always `{"Message":…}`.
    ErrorBody {
        Error = "error",
        Message = "message",
        CapitalMessage = "Message",
        String = "string",
        Text = "text",
        Html = "html",
        Empty = "empty",
    }
);
switch!(
    /// Whether GET of an offer says its `ETag`; PUT always does.
    Etag { Absent = "none", Weak = "weak" }
);
switch!(
    /// A PUT on an offer that exists, without `If-Match`.
    IfMatchMissing { Conflict = "409", BadRequest = "400", Accepted = "200" }
);
switch!(
    /// Order of the list of operations.
    Order { NewestFirst = "newest-first", OldestFirst = "oldest-first", Shuffled = "shuffled" }
);
switch!(
    /// Which query parameter filters the list of operations.
    Filter { Both = "both", Status = "status", SubmissionState = "submissionState", Ignored = "ignored" }
);
switch!(
    /// How `Retry-After` is written.
    RetryAfterForm { Seconds = "seconds", Date = "date", Absent = "none" }
);

switch!(
    /// A PUT while an operation runs.
    PutWhileRunning { Accepted = "200", Conflict = "409", BadRequest = "400" }
);
switch!(
    /// The status of a PUT that changed an offer.
    PutAnswer { Ok = "200", Created = "201" }
);
switch!(
    /// The document in the answer of a PUT.
    PutBody { New = "new", Old = "old" }
);
switch!(
    /// Whether a PUT moves `changedTime`.
    ChangedTime { Moves = "moves", Stays = "stays" }
);
switch!(
    /// A PUT with keys that a GET returns and that cannot be written.
    LegacyKeys { Refused = "refused", Accepted = "accepted" }
);
switch!(
    /// What becomes of the key `windowsOSType`.
    WindowsOsType { Renamed = "renamed", Kept = "kept" }
);
switch!(
    /// Addresses of logos: as they were written, or with a new signature at each GET.
    LogoUrls { Kept = "kept", Signed = "signed" }
);
switch!(
    /// Whether a PUT adds keys of the service's own.
    PutDefaults { Absent = "none", Added = "added" }
);
switch!(
    /// The order of keys in a GET.
    KeyOrder { Kept = "kept", Reversed = "reversed" }
);
switch!(
    /// Credentials in documents: shown; or hidden, and kept or blanked by a PUT without them.
    Secrets { Shown = "shown", Kept = "hidden-kept", Blanked = "hidden-blanked" }
);
switch!(
    /// Whether the slots can be read.
    Slots { Shown = "shown", NotFound = "not-found" }
);
switch!(
    /// Whether cancels are rows of the list of operations.
    CancelRows { Absent = "absent", Listed = "listed" }
);
switch!(
    /// `slot` of a submission.
    SubmissionSlot { ByKind = "by-kind", Staging = "staging" }
);

/// Where an answer carries the address of an operation.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Address {
    /// In which header.
    pub header: AddressHeader,
    /// In which form.
    pub form: AddressForm,
}

/// The first reads of every operation fail.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FirstPolls {
    /// With this status.
    pub status: u16,
    /// So many.
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
    /// Seconds to wait.
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
