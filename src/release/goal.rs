//! What is wanted of one offer.

use std::rc::Rc;

use super::ledger::Earlier;
use crate::choices::ForeignChanges;
pub use crate::choices::{WhenRunning, WhenUnchanged};
use crate::content::Wanted;
use crate::ids::{Email, OfferId};
use crate::portal::Operation;

/// What to do with the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Publish, then go live if the goal says so.
    Release,
    /// Only the second half.
    GoLive,
    /// Follow what is under way, or this operation; never publish.
    Resume(Option<Operation>),
    /// Look, change nothing.
    Status,
    /// Look, and say what [`Aim::Release`] would do.
    Plan,
    /// Cancel what runs, or this operation and no other.
    Cancel(Option<Operation>),
}

/// How the draft came to be what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftOrigin {
    /// It was found so.
    Found,
    /// It was written just now, so nothing that is out already has its content.
    Written,
}

/// Of which commit the manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestOf {
    /// Of the one that is released.
    Release,
    /// Of another one, so that it may say something else by now.
    AnotherCommit,
}

/// One offer, and what is wanted of it.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The offer.
    pub offer: OfferId,
    /// What the ledger says of this release.
    pub earlier: Earlier,
    /// Who is told by the portal.
    pub notify: Vec<Email>,
    /// What to do.
    pub aim: Aim,
    /// Go live after publish. The manifest's veto is already applied.
    pub go_live: bool,
    /// The manifest forbids to go live.
    pub vetoed: bool,
    /// Follow the operation to its end, rather than start it and leave.
    pub wait: bool,
    /// What to do if an operation already runs.
    pub when_running: WhenRunning,
    /// Whose the draft is.
    pub draft: DraftOrigin,
    /// What the manifest says of its content, if it says anything.
    pub content: Option<Rc<Wanted>>,
    /// Of which commit the manifest is.
    pub manifest: ManifestOf,
    /// What to do about changes that are not the manifest's.
    pub foreign: ForeignChanges,
    /// What to do if there is nothing to release.
    pub when_unchanged: WhenUnchanged,
    /// Go live with this preview and with no other; see the output `preview`.
    pub preview: Option<String>,
    /// Where the publish of that preview can be looked at, if its name says so.
    pub preview_at: Option<Operation>,
}
