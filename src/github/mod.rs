//! GitHub's API: check runs, and the deployments that are the ledger of releases. Everything here
//! may fail, and never holds up a release for long.

mod backoff;
mod budget;
mod check_run;
mod checks;
mod client;
mod deployment;
mod deployments;
mod error;
pub mod limits;
#[cfg(test)]
mod testing;

use futures_util::future::LocalBoxFuture;

pub use backoff::{Backoff, NextAttempt};
pub use budget::{Budget, Urgency};
pub use check_run::{
    Annotation, AnnotationKey, AnnotationLevel, CheckRunRef, CheckRunRequest, CheckRunStatus,
    Conclusion,
};
pub use checks::GithubChecks;
pub use client::GithubClient;
pub use deployment::{
    DeploymentRef, DeploymentRequest, DeploymentState, DeploymentStatus, DeploymentStatusRequest,
};
pub use deployments::{Deployments, GithubDeployments};
pub use error::{GithubError, GithubMessage, GithubResource};

/// The check runs of one repository. Each call is one request, bounded in time and never repeated
/// here: what to do after an error is for [`Backoff`] to say.
pub trait CheckRuns {
    /// Makes a check run. Not idempotent: after an error that leaves the outcome open,
    /// [`CheckRuns::find`] it before making another.
    ///
    /// Of the annotations the first [`limits::ANNOTATIONS`] are sent.
    fn create(
        &self,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>>;

    /// Changes a check run. Texts replace what was there; annotations are added to what is there,
    /// and none is ever removed, so each must be sent only once. Of the annotations the first
    /// [`limits::ANNOTATIONS`] are sent.
    fn update(
        &self,
        id: u64,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>>;

    /// Opens a check run again that has ended, changing nothing else of it, and says how it stands
    /// then. GitHub may accept the request and leave the run ended: the answer's `conclusion`
    /// tells.
    fn reopen(&self, id: u64) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>>;

    /// The check runs of this name on this commit whose external id begins so, the newest first.
    /// Whether another app made them is not told.
    fn find<'a>(
        &'a self,
        name: &'a str,
        head_sha: &'a str,
        external_id_prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<CheckRunRef>, GithubError>>;

    /// The annotations that a check run has: tells, after an update whose answer was lost, which of
    /// them arrived.
    fn annotations(&self, id: u64) -> LocalBoxFuture<'_, Result<Vec<AnnotationKey>, GithubError>>;
}
