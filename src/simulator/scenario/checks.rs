//! How GitHub's check-run API and deployments behave.

use serde::Deserialize;

/// How GitHub's check-run API behaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CheckSwitches {
    /// What it does with the calls that `on`, `after` and `count` choose.
    pub answers: GithubAnswer,
    /// The calls that `answers` is about.
    pub on: GithubCall,
    /// So many of those calls still work.
    pub after: u64,
    /// So many of those calls do not; without it, all that follow.
    pub count: Option<u64>,
    /// Seconds in `retry-after`; without it the header is absent.
    pub retry_after: Option<u64>,
    /// A check run that has ended can be opened again. github.com answers 200 and leaves it ended.
    pub reopens: bool,
    /// The only right token; without it every token is.
    pub token: Option<String>,
}

/// How GitHub answers a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GithubAnswer {
    /// It does what was asked.
    #[default]
    Works,
    /// 403 `Resource not accessible by integration`.
    Forbidden,
    /// 403 with the primary limit used up.
    RateLimited,
    /// 429 for the secondary limit.
    SecondaryRateLimited,
    /// 404, as for a repository that is not there.
    NotFound,
    /// 502, as when it is overloaded.
    Down,
    /// It keeps the connection open and never answers.
    Hangs,
}

/// A kind of call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GithubCall {
    /// Reads and writes.
    #[default]
    All,
    /// POST of a check run or a deployment.
    Create,
    /// PATCH, and POST of a deployment's status.
    Update,
    /// Reads, all of which are GET.
    Read,
}

impl Default for CheckSwitches {
    fn default() -> Self {
        Self {
            answers: GithubAnswer::Works,
            on: GithubCall::All,
            after: 0,
            count: None,
            retry_after: None,
            reopens: false,
            token: None,
        }
    }
}

/// How GitHub's deployments API behaves.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DeploymentSwitches {
    /// What it does with the calls that `on`, `after` and `count` choose.
    pub answers: GithubAnswer,
    /// The calls that `answers` is about.
    pub on: GithubCall,
    /// So many of those calls still work.
    pub after: u64,
    /// So many of those calls do not; without it, all that follow.
    pub count: Option<u64>,
    /// Seconds in `retry-after`; without it the header is absent.
    pub retry_after: Option<u64>,
}

/// What becomes of some calls of one API.
#[derive(Debug, Clone, Copy)]
pub struct GithubCalls {
    /// How GitHub answers them.
    pub answers: GithubAnswer,
    /// The calls that it is about.
    pub on: GithubCall,
    /// So many of those calls still work.
    pub after: u64,
    /// So many of those calls do not.
    pub count: Option<u64>,
    /// Seconds in `retry-after`.
    pub retry_after: Option<u64>,
}

impl CheckSwitches {
    /// What becomes of which calls.
    pub fn calls(&self) -> GithubCalls {
        let Self { answers, on, after, count, retry_after, .. } = *self;
        GithubCalls { answers, on, after, count, retry_after }
    }
}

impl DeploymentSwitches {
    /// What becomes of which calls.
    pub fn calls(&self) -> GithubCalls {
        let Self { answers, on, after, count, retry_after } = *self;
        GithubCalls { answers, on, after, count, retry_after }
    }
}
