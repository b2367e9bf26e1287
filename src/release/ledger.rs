//! The ledger: marks of our own that outlive the runner, one for each release of an offer, kept as
//! GitHub deployments. The state machine knows only what an earlier mark says, and opens one before
//! it posts anything.

mod choice;
mod wire;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

pub use self::choice::{LedgerQuery, Look};
pub use self::wire::{Description, find_unanswered, standing_of};
use crate::ids::OfferId;
use crate::portal::{Operation, Phase};
use crate::problem::Problem;

/// A workflow run and its attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAttempt {
    /// GitHub's number of the run; the same for all its attempts.
    pub run: u64,
    /// How often the run was started, from 1.
    pub attempt: u32,
}

/// What is marked before anything is posted. It never changes afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The offer.
    pub offer: OfferId,
    /// What the manifest's `${version}` is, if known.
    pub version: Option<String>,
    /// Who released it.
    pub run: Option<RunAttempt>,
    /// The id of the newest operation that the portal listed before: what is newer may be ours.
    pub before: Option<String>,
    /// The preview that is to go live, if that is what it was made for.
    pub preview: Option<String>,
}

/// The deployment that keeps a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkRef {
    /// GitHub's id of the deployment.
    pub deployment: u64,
    /// The commit that is released.
    pub commit: String,
}

/// Where a marked release stands, by its last status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was begun, and nobody said how it ended.
    Open,
    /// Its preview is there; it did not go live.
    Published,
    /// It is live.
    Live,
    /// It failed or was canceled.
    Failed,
}

/// An earlier release, as its mark tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What was marked at its beginning.
    pub mark: Mark,
    /// Where it is kept.
    pub at: MarkRef,
    /// It belongs to this workflow run, of this or of an earlier attempt.
    pub same_run: bool,
    /// Where it stands.
    pub standing: Standing,
    /// A job said that it had done what was asked of it: its preview is there, or it is live.
    pub has_succeeded: bool,
    /// What its statuses name.
    pub names: Names,
    /// The half that was about to be asked for, if nothing is known of the answer.
    pub unanswered: Option<Phase>,
    /// When it was last written to.
    pub touched: Option<Timestamp>,
    /// Where the operations that it names can be looked at, as far as that follows from their names.
    pub operations: Operations,
}

impl Record {
    /// Whether its statuses name what it published.
    #[must_use]
    pub fn has_published(&self) -> bool {
        self.names.publish.is_some() || self.names.preview.is_some()
    }
}

/// The operations of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operations {
    /// The publish.
    pub publish: Option<Operation>,
    /// The go-live.
    pub go_live: Option<Operation>,
}

/// What the statuses of a release name, as [`crate::portal::Operation::id`] and the output
/// `preview` do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The publish.
    pub publish: Option<String>,
    /// The preview that it published.
    pub preview: Option<String>,
    /// The go-live.
    pub go_live: Option<String>,
}

/// What the ledger says of this release when the program starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Earlier {
    /// No ledger is kept, or it could not be read.
    #[default]
    Unknown,
    /// It was read, and has no release that this command could be about.
    Nothing,
    /// This release was marked before.
    Found(Box<Record>),
}

impl Earlier {
    /// Finds where the operations that are named can be looked at.
    pub fn locate(&mut self, find: impl Fn(&str) -> Option<Operation>) {
        if let Self::Found(record) = self {
            let Names { publish, go_live, .. } = &record.names;
            let find = |name: &Option<String>| name.as_deref().and_then(&find);
            record.operations = Operations { publish: find(publish), go_live: find(go_live) };
        }
    }

    /// The mark of this release, if there is one.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        if let Self::Found(record) = self { Some(record) } else { None }
    }
}

/// What is about to be asked of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A publish.
    Publish,
    /// To go live with the preview of this name, if it has one.
    GoLive(Option<String>),
}

/// Where marks are kept.
pub trait Ledger {
    /// Makes a mark before something is asked for, unless the release has one to go on with; a
    /// go-live is noted in it. Bounded in time.
    ///
    /// # Errors
    /// Only where a mark is demanded (`deployment: true`): then nothing may be posted.
    fn open_mark(
        &self,
        asked: Asked,
        mark: Mark,
    ) -> LocalBoxFuture<'_, Result<Option<MarkRef>, Problem>>;
}

/// No ledger is kept.
#[derive(Debug, Clone, Copy)]
pub struct NoLedger;

impl Ledger for NoLedger {
    fn open_mark(&self, _: Asked, _: Mark) -> LocalBoxFuture<'_, Result<Option<MarkRef>, Problem>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
