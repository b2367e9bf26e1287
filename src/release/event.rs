//! What happened, as data. One stream of these feeds every report.

use jiff::Timestamp;

use super::ledger::MarkRef;
use super::verdict::Verdict;
use crate::content::Difference;
use crate::http::Exchange;
use crate::portal::{Level, OfferView, Operation, OperationView, Phase};
use crate::problem::{Place, Problem};

/// How a half of the release came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Started here.
    Started,
    /// Found running, and followed.
    Adopted,
    /// Found finished.
    Finished,
    /// Found, and not followed: looked at, or canceled.
    Found,
}

/// Something happened to an offer.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Which offer, as its place in the list of offers of this run.
    pub offer: usize,
    /// What.
    pub what: What,
}

/// What the manifest does to a draft.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DraftNews {
    /// What it changes.
    pub changes: Vec<Difference>,
    /// What else would be published with it: neither live nor the manifest's.
    pub foreign: Vec<Difference>,
}

/// Something said of a line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRemark {
    /// How serious.
    pub level: Level,
    /// The line.
    pub place: Place,
    /// What is said, in one line.
    pub text: String,
    /// More, for those who see it beside the line.
    pub detail: String,
}

/// Whether a half took effect, by what the slot that it fills was seen to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The slot holds what was released.
    True,
    /// It holds something else.
    False,
    /// The API does not say.
    Unknown,
}

impl Verified {
    /// The name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Unknown => "unknown",
        }
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// The work on the offer began.
    Began,
    /// A half of the release began, or is continued.
    Phase {
        /// Which.
        phase: Phase,
        /// How it came to be.
        origin: Origin,
        /// Where it is followed, as far as known.
        operation: Option<Operation>,
    },
    /// The preview that is this release's has this name.
    Preview(String),
    /// What is released is this version.
    Version(String),
    /// Whether this half took effect.
    Verified(Phase, Verified),
    /// The operation looks different than before.
    Operation(Phase, OperationView),
    /// The offer looks different than before.
    Offer(OfferView),
    /// Nothing is asked of the portal for so long.
    Rests(std::time::Duration),
    /// Something worth a line.
    Note(Level, String),
    /// Something doubtful about a line of the manifest.
    Warning(Problem),
    /// Something said of a line of the manifest, also where nothing is wrong with it.
    OnLine(LineRemark),
    /// A request failed, and what is done about it.
    Setback(Problem, String),
    /// A request was made.
    Exchange(Exchange),
    /// What becomes of the offer's draft.
    Draft(DraftNews),
    /// The release has this mark of an earlier job in the ledger.
    Continues(MarkRef),
    /// The release has this mark in the ledger, and something is asked for under it.
    Marked(MarkRef),
    /// The ledger was read, and no release of the offer is open: there is nothing to look at.
    NothingOpen,
    /// The offer's check run has this page.
    CheckRun(String),
    /// The offer has this page in Partner Center.
    OfferPage(String),

    /// The work on the offer ended.
    Ended(Verdict),
}
