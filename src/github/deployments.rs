//! The Deployments API.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::client::GithubClient;
use super::error::GithubResource;
use super::{
    DeploymentRef, DeploymentRequest, DeploymentStatus, DeploymentStatusRequest, GithubError,
};

/// Deployments that one question returns; a release that is not among the newest of its environment
/// was replaced long ago.
const NEWEST: usize = 30;

/// Statuses that one question returns; GitHub's largest page.
const STATUSES: usize = 100;

/// The deployments of one repository. Each call is one request, bounded in time and never repeated
/// here.
pub trait Deployments {
    /// The newest deployments of an environment, the newest first.
    fn list_deployments<'a>(
        &'a self,
        environment: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<DeploymentRef>, GithubError>>;

    /// Makes a deployment. Not idempotent: after an error that leaves the outcome open, list them
    /// before making another.
    fn create_deployment(
        &self,
        request: DeploymentRequest,
    ) -> LocalBoxFuture<'_, Result<DeploymentRef, GithubError>>;

    /// The statuses of a deployment, the newest first.
    fn list_statuses(
        &self,
        deployment: u64,
    ) -> LocalBoxFuture<'_, Result<Vec<DeploymentStatus>, GithubError>>;

    /// Adds a status to a deployment. None is ever changed or removed.
    fn create_status(
        &self,
        deployment: u64,
        request: DeploymentStatusRequest,
    ) -> LocalBoxFuture<'_, Result<(), GithubError>>;
}

/// The deployments of one repository on GitHub.
pub struct GithubDeployments(Rc<GithubClient>);

impl GithubDeployments {
    /// Deployments through this client; nothing is sent yet.
    #[must_use]
    pub fn new(client: Rc<GithubClient>) -> Self {
        Self(client)
    }

    async fn list<T>(
        &self,
        route: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, GithubError> {
        let answer = self.0.get(GithubResource::Deployment, route).await?;
        match answer.as_array() {
            Some(listed) => Ok(listed.iter().filter_map(read).collect()),
            None => Err(report_unavailable("the answer is no list")),
        }
    }
}

impl Deployments for GithubDeployments {
    fn list_deployments<'a>(
        &'a self,
        environment: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<DeploymentRef>, GithubError>> {
        Box::pin(async move {
            let environment: String = byte_serialize(environment.as_bytes()).collect();
            let route = format!("deployments?environment={environment}&per_page={NEWEST}");
            let listed = self.list(&route, read_deployment).await;
            let mut found = listed.map_err(GithubError::of_repository)?;
            found.sort_by_key(|deployment| std::cmp::Reverse(deployment.id));
            Ok(found)
        })
    }

    fn create_deployment(
        &self,
        mut request: DeploymentRequest,
    ) -> LocalBoxFuture<'_, Result<DeploymentRef, GithubError>> {
        Box::pin(async move {
            request.description = self.0.redact(&request.description);
            let made = self.0.post(GithubResource::Deployment, "deployments", &request).await;
            let answer = made.map_err(GithubError::of_repository)?;
            // 202 is "merged, and no deployment made", which `auto_merge: false` rules out.
            read_deployment(&answer)
                .ok_or_else(|| report_unavailable("the answer is not a deployment"))
        })
    }

    fn list_statuses(
        &self,
        deployment: u64,
    ) -> LocalBoxFuture<'_, Result<Vec<DeploymentStatus>, GithubError>> {
        Box::pin(async move {
            let route = format!("deployments/{deployment}/statuses?per_page={STATUSES}");
            let mut found = self.list(&route, read_status).await?;
            found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
            Ok(found.into_iter().map(|(_, status)| status).collect())
        })
    }

    fn create_status(
        &self,
        deployment: u64,
        mut request: DeploymentStatusRequest,
    ) -> LocalBoxFuture<'_, Result<(), GithubError>> {
        Box::pin(async move {
            request.description = self.0.redact(&request.description);
            let route = format!("deployments/{deployment}/statuses");
            self.0.post(GithubResource::Deployment, &route, &request).await?;
            Ok(())
        })
    }
}

fn report_unavailable(why: &str) -> GithubError {
    GithubError::Unavailable(GithubResource::Deployment.says(why))
}

/// `None` if the answer is no deployment.
fn read_deployment(answer: &Value) -> Option<DeploymentRef> {
    let payload = match &answer["payload"] {
        // What was sent as text comes back as text; servers differ in what they make of an object.
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        payload => payload.clone(),
    };
    Some(DeploymentRef {
        id: answer["id"].as_u64()?,
        commit: answer["sha"].as_str()?.to_owned(),
        payload,
        created_at: answer["created_at"].as_str().and_then(|at| at.parse().ok()),
    })
}

/// The status and its id; `None` if the answer is no status.
fn read_status(answer: &Value) -> Option<(u64, DeploymentStatus)> {
    let status = DeploymentStatus {
        state: answer["state"].as_str()?.to_owned(),
        description: answer["description"].as_str().unwrap_or_default().to_owned(),
        created_at: answer["created_at"].as_str().and_then(|at| at.parse().ok()),
    };
    Some((answer["id"].as_u64()?, status))
}

#[cfg(test)]
mod tests;
