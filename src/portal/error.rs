//! Why a call to the portal has no good answer.

use std::time::Duration;

use crate::problem::Problem;

/// What kind of trouble a call had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The portal does not know what was asked for.
    NotFound,
    /// The portal says that it is in the way of something else.
    Conflict,
    /// The document is not the one that the write was made from, or the service's own parts did not
    /// agree about it: read it again.
    Changed,
    /// The answer is larger, or nested deeper, than this program reads.
    Unreadable,
    /// The portal refused, for good.
    Refused,
    /// The credentials were refused, for good.
    Auth,
    /// Worth asking again: overload, an error of the portal, a broken or missing answer.
    Passing,
}

/// A call without a good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct CallError {
    /// What kind of trouble.
    pub trouble: Trouble,
    /// For people.
    pub problem: Problem,
    /// How long the portal wants to be left alone.
    pub retry_after: Option<Duration>,
}
