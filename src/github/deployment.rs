//! A deployment and its statuses, as we write and read them: our own minimal structs, so that no
//! change of GitHub's models can hurt.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// A deployment to make. GitHub never changes one: what happens later is told by its statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentRequest {
    /// The commit that is deployed, as its full hash.
    #[serde(rename = "ref")]
    pub commit: String,
    /// The environment; one that does not exist is made, without protection.
    pub environment: String,
    /// What it is, for people.
    pub description: String,
    /// What it is, for the jobs that find it later: a JSON object.
    pub payload: Value,
    /// By default GitHub would merge the default branch into the commit's branch.
    auto_merge: bool,
    /// By default GitHub refuses while a check of the commit runs, and our own does.
    required_contexts: [String; 0],
    /// By default GitHub decides by the environment's name.
    production_environment: bool,
}

impl DeploymentRequest {
    /// A deployment that merges nothing and waits for no check.
    #[must_use]
    pub fn new(commit: String, environment: String, description: &str, payload: Value) -> Self {
        Self {
            commit,
            environment,
            description: super::limits::shorten_description(description),
            payload,
            auto_merge: false,
            required_contexts: [],
            production_environment: false,
        }
    }
}

/// A deployment that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRef {
    /// GitHub's id; later ones are greater.
    pub id: u64,
    /// The commit, as its full hash.
    pub commit: String,
    /// What it was made with.
    pub payload: Value,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// Where a deployment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// Made, and not begun.
    Queued,
    /// `in_progress`: the release goes on.
    InProgress,
    /// `success`: the release reached what it was for.
    Success,
    /// `failure`: the release ended badly.
    Failure,
    /// It could not be done, for a reason that is not its own.
    Error,
    /// Over, without having failed: canceled, or replaced by another.
    Inactive,
}

/// A status to add to a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentStatusRequest {
    /// The state that the release is in.
    pub state: DeploymentState,
    /// What there is to say; at most [`super::limits::DESCRIPTION`] characters.
    pub description: String,
    /// The page of the workflow run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_url: Option<String>,
    /// Where people see what was deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_url: Option<String>,
    /// Whether earlier successful deployments of the environment become inactive.
    pub auto_inactive: bool,
}

/// A status that a deployment has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// Where it stood then, as GitHub says it.
    pub state: String,
    /// The description that was sent with it.
    pub description: String,
    /// When it was added.
    pub created_at: Option<Timestamp>,
}
