//! How this world's portal expresses itself: one of the ways that its documentation and its clients
//! know.

use std::time::Duration;

use crate::chance::Chance;
use crate::extra::Extra;
use crate::plan::Plan;

/// Where an accepted request names its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    Location,
    OperationLocation,
    Both,
    None,
    /// An address at another origin, which must not get the token.
    Foreign,
    /// The foreign one first, then a good one.
    ForeignThenGood,
}

/// How it names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Relative,
    Absolute,
    WithoutVersion,
    /// `publisher$offer$2$preview`, for a publish.
    Legacy,
}

/// Where the sign-off shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignOff {
    /// The publish is `complete`.
    Operation,
    /// The publish is `running`, its sign-off step waits.
    Step,
    /// The publish itself is `waitingForPublisherReview`.
    Word,
    /// The publish is `running`; only the offer says so.
    Offer,
}

/// What is said to a request that is in the way of a running operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    Conflict,
    BadRequest,
    /// Accepted, with the address of what runs already.
    Same,
}

/// Whether the slots can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slots {
    /// Each is a 404, as if nothing had ever been there.
    Absent,
    Readable,
}

/// What `Location` names where there are both headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// Nothing unusual: see [`Header`].
    Plain,
    /// The offer itself, as in Azure's convention.
    Offer,
    /// An operation of an offer of somebody else.
    OtherOffer,
    /// A go-live carries the legacy address of its publish.
    PublishOfGoLive,
}

/// What the list says of a publish after its go-live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldPublish {
    Complete,
    /// It says what it said while its preview waited.
    AsBefore,
    /// It is touched once more, after the go-live.
    TouchedLast,
}

#[derive(Debug, Clone)]
pub struct Dialect {
    pub header: Header,
    pub form: Form,
    pub sign_off: SignOff,
    pub offer_waits_in_word: bool,
    pub conflict: Conflict,
    pub in_array: bool,
    pub list_in_object: bool,
    /// Index into the spellings of each word.
    pub spelling: usize,
    pub list_lag: Duration,
    pub offer_lag: Duration,
    /// How long a new operation is a 404.
    pub absent: Duration,
    pub row_times: bool,
    pub row_kinds: bool,
    pub operation_ids: bool,
    pub draft_times: bool,
    /// A publish counts as a change of the draft.
    pub publish_touches_draft: bool,
    pub cancel_takes: Duration,
    pub cancel_is_synchronous: bool,
    /// Of 8 cancels, so many are accepted and forgotten.
    pub cancels_forgotten: u32,
    pub canceled_offer: &'static str,
    /// What preview and live hold can be asked for.
    pub slots: Slots,
    pub slot_lag: Duration,
    /// What `Location` names, beside `Operation-Location`.
    pub location: Location,
    pub go_live_word: &'static str,
    /// A publish's row after its go-live.
    pub old_publish: OldPublish,
    pub oldest_first: bool,
    /// Documents come with an `ETag`, which a write has to name.
    pub etags: bool,
    /// Of 1000 writes of a draft, so many meet a conflict inside the service.
    pub conflicts: u32,
    /// A draft cannot be written while an operation runs.
    pub locks_draft: bool,
    /// Of 1000 looks at an offer that nothing is to be done about, so many show a word that nobody
    /// knows.
    pub strange_offers: u32,
}

impl Dialect {
    pub fn draw(chance: &Chance, plan: &Plan) -> Self {
        let longest = if plan.has(Extra::SlowViews) { 300_000 } else { 6_000 };
        let lag = || if chance.one_in(3) { chance.millis(500, longest) } else { Duration::ZERO };
        let is = |extra: Extra| plan.has(extra);
        Self {
            header: chance.pick(&[
                Header::Location,
                Header::Location,
                Header::OperationLocation,
                Header::Both,
                Header::None,
                Header::Foreign,
                Header::ForeignThenGood,
            ]),
            form: chance.pick(&[
                Form::Relative,
                Form::Relative,
                Form::Absolute,
                Form::WithoutVersion,
                Form::Legacy,
            ]),
            sign_off: chance.pick(&[
                SignOff::Operation,
                SignOff::Step,
                SignOff::Word,
                SignOff::Offer,
            ]),
            offer_waits_in_word: chance.one_in(2),
            conflict: chance.pick(&[Conflict::Conflict, Conflict::BadRequest, Conflict::Same]),
            in_array: chance.one_in(3),
            list_in_object: chance.one_in(6),
            spelling: chance.below(4),
            list_lag: lag(),
            offer_lag: lag(),
            absent: lag(),
            row_times: !chance.one_in(8),
            row_kinds: !chance.one_in(12),
            operation_ids: chance.one_in(2),
            draft_times: !chance.one_in(8),
            publish_touches_draft: chance.one_in(6),
            cancel_takes: chance.seconds(1, 180),
            cancel_is_synchronous: chance.one_in(4),
            cancels_forgotten: if chance.one_in(6) { 3 } else { 0 },
            canceled_offer: chance.pick(&["canceled", "neverPublished", "notStarted"]),
            strange_offers: if chance.one_in(8) { 300 } else { 0 },
            slots: if is(Extra::Slots) && !chance.one_in(4) {
                Slots::Readable
            } else {
                Slots::Absent
            },
            slot_lag: if is(Extra::Slots) && chance.one_in(3) {
                chance.seconds(1, 300)
            } else {
                Duration::ZERO
            },
            location: if is(Extra::BothHeaders) {
                chance.pick(&[Location::Offer, Location::OtherOffer, Location::PublishOfGoLive])
            } else {
                Location::Plain
            },
            go_live_word: if is(Extra::OldPublishRow) {
                chance.pick(&["GoLive", "golive", "go-live", "Go Live"])
            } else {
                "GoLive"
            },
            old_publish: if is(Extra::OldPublishRow) {
                chance.pick(&[OldPublish::AsBefore, OldPublish::TouchedLast])
            } else {
                OldPublish::Complete
            },
            etags: is(Extra::Drafts) && chance.one_in(2),
            conflicts: if is(Extra::Drafts) { chance.pick(&[0, 0, 150]) } else { 0 },
            locks_draft: is(Extra::Drafts) && chance.one_in(2),
            oldest_first: is(Extra::RowOrder) && !is(Extra::OldPublishRow),
        }
    }

    /// The word in this world's spelling.
    pub fn spelled(&self, word: &'static str) -> &'static str {
        let spellings: &[&str] = match word {
            "running" => &["running", "Running", "inProgress", "in progress"],
            "complete" => &["complete", "completed", "succeeded", "Succeeded"],
            "failed" => &["failed", "Failed", "failure", "rejected"],
            "canceled" => &["canceled", "cancelled", "Canceled", "Cancelled"],
            "waiting" => &["waitingForPublisherReview", "WaitingForPublisherReview"],
            "notStarted" => &["notStarted", "NotStarted", "not started"],
            "blocked" => &["blocked", "Blocked"],
            "neverPublished" => &["neverPublished", "NeverPublished"],
            other => return other,
        };
        spellings[self.spelling % spellings.len()]
    }
}
