//! How the check-run API behaves.

use serde::Deserialize;

/// The check-run API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CheckSwitches {
    /// What it does with the calls that `on`, `after` and `count` choose.
    pub answers: ChecksAnswer,
    /// Which calls.
    pub on: ChecksCall,
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

/// What GitHub does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksAnswer {
    /// Its work.
    #[default]
    Works,
    /// 403 `Resource not accessible by integration`.
    Forbidden,
    /// 403 with the primary limit used up.
    RateLimited,
    /// 429 for the secondary limit.
    SecondaryRateLimited,
    /// 404.
    NotFound,
    /// 502.
    Down,
    /// It never answers.
    Hangs,
}

/// A kind of call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChecksCall {
    /// Every call.
    #[default]
    All,
    /// POST.
    Create,
    /// PATCH.
    Update,
    /// GET.
    Read,
}

impl Default for CheckSwitches {
    fn default() -> Self {
        Self {
            answers: ChecksAnswer::Works,
            on: ChecksCall::All,
            after: 0,
            count: None,
            retry_after: None,
            reopens: false,
            token: None,
        }
    }
}
