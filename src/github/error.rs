//! Why something could not be written to GitHub or read from it.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use crate::http::retry_after;

/// A secondary limit without a time means "at least a minute" (GitHub's best practices).
const LEAST_WAIT: Duration = Duration::from_mins(1);

/// What a call is about; errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GithubResource {
    /// The repository itself, before anything of it is asked for.
    Repository,
    /// Needs the permission `checks: write`.
    CheckRun,
    /// Needs the permission `deployments: write`.
    Deployment,
}

impl GithubResource {
    /// Words about this, for an error.
    #[must_use]
    pub fn says(self, words: impl Into<String>) -> GithubMessage {
        GithubMessage { about: self, words: words.into() }
    }

    /// What one of these is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Repository | Self::CheckRun => "check run",
            Self::Deployment => "deployment",
        }
    }

    /// The API in GitHub's manual, which is also the permission that a job needs.
    fn permission(self) -> &'static str {
        match self {
            Self::Repository | Self::CheckRun => "checks",
            Self::Deployment => "deployments",
        }
    }
}

/// GitHub's words, or ours where it said nothing, and what they are about. Without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GithubMessage {
    about: GithubResource,
    words: String,
}

impl fmt::Display for GithubMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// A refused or failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GithubError {
    /// This token may not write here; it will not get better within this run.
    #[error(
        "GitHub does not let this job write {name}s ({0}): add `permissions: {permission}: write` \
         to the job; pull requests from forks never may",
        name = .0.about.name(),
        permission = .0.about.permission()
    )]
    NotPermitted(GithubMessage),
    /// Too many requests, of this job or of others with the same token.
    #[error(
        "GitHub's rate limit is reached ({message}); it asks to wait {} s",
        retry_after.as_secs()
    )]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
        /// What GitHub says about it, without secrets.
        message: String,
    },
    /// No useful answer. The request may have been carried out.
    #[error("GitHub's {api} API did not answer usefully: {0}", api = .0.about.permission())]
    Unavailable(GithubMessage),
    /// It is another app's: it can be read, but only its maker may write it. One of our own may
    /// still be made.
    #[error("the {name} belongs to another GitHub App: {0}", name = .0.about.name())]
    NotOurs(GithubMessage),
    /// It is not there any more. Another one may be made.
    #[error("GitHub no longer has the {name}: {0}", name = .0.about.name())]
    Gone(GithubMessage),
    /// GitHub will never accept this request.
    #[error("GitHub refused the {name}: {0}", name = .0.about.name())]
    Invalid(GithubMessage),
}

impl GithubError {
    /// Reads an answer that is no success. `quote` is its body, short and redacted.
    pub(super) fn of_answer(
        about: GithubResource,
        status: StatusCode,
        headers: &HeaderMap,
        json: &Value,
        quote: &str,
        now: Timestamp,
    ) -> Self {
        let message = json["message"].as_str().unwrap_or_default();
        let words = if quote.is_empty() {
            format!("HTTP {}", status.as_u16())
        } else {
            format!("HTTP {}: {quote}", status.as_u16())
        };
        match status.as_u16() {
            403 | 429 if let Some(retry_after) = read_rate_limit(status, headers, message, now) => {
                Self::RateLimited { retry_after, message: words }
            }
            403 if is_of_other_app(message) => Self::NotOurs(about.says(words)),
            401 | 403 => Self::NotPermitted(about.says(words)),
            404 => Self::Gone(about.says(words)),
            408 | 500.. => Self::Unavailable(about.says(words)),
            _ => Self::Invalid(about.says(words)),
        }
    }

    /// The same, said of something else.
    #[must_use]
    pub fn about(mut self, resource: GithubResource) -> Self {
        match &mut self {
            Self::NotPermitted(said)
            | Self::Unavailable(said)
            | Self::NotOurs(said)
            | Self::Gone(said)
            | Self::Invalid(said) => said.about = resource,
            Self::RateLimited { .. } => {}
        }
        self
    }

    /// The error of a call about the repository itself, which is there as long as the job runs:
    /// with 404 GitHub then says that the token may not see it.
    pub(super) fn of_repository(self) -> Self {
        match self {
            Self::Gone(said) => Self::NotPermitted(said),
            other => other,
        }
    }
}

/// `Invalid app_id 15368 - check run can only be modified by the GitHub App that created it`, and
/// what is said of the check run of a job since 2025: `Check run status and conclusions can only be
/// updated internally by GitHub Actions`.
fn is_of_other_app(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("by the github app that created it")
        || message.contains("only be updated internally")
}

/// How long to wait if this is a rate limit: `retry-after`, else the end of the hour's budget, else
/// a minute.
fn read_rate_limit(
    status: StatusCode,
    headers: &HeaderMap,
    message: &str,
    now: Timestamp,
) -> Option<Duration> {
    if let Some(wait) = retry_after(headers, now) {
        return Some(wait);
    }
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    if number("x-ratelimit-remaining") == Some(0) {
        let reset =
            number("x-ratelimit-reset").and_then(|second| Timestamp::from_second(second).ok());
        let wait = reset.and_then(|reset| Duration::try_from(reset.duration_since(now)).ok());
        return Some(wait.map_or(LEAST_WAIT, |wait| wait.min(Duration::from_hours(1))));
    }
    (status == StatusCode::TOO_MANY_REQUESTS || message.to_ascii_lowercase().contains("rate limit"))
        .then_some(LEAST_WAIT)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn read(status: u16, headers: &[(&'static str, String)], json: &Value) -> GithubError {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        GithubError::of_answer(
            GithubResource::CheckRun,
            StatusCode::from_u16(status).unwrap(),
            &headers,
            json,
            "words",
            now(),
        )
    }

    fn wait(status: u16, headers: &[(&'static str, String)], json: &Value) -> Option<u64> {
        match read(status, headers, json) {
            GithubError::RateLimited { retry_after, .. } => Some(retry_after.as_secs()),
            _ => None,
        }
    }

    #[test]
    fn limits_say_how_long() {
        let empty = Value::Null;
        let reset = |seconds: i64| {
            vec![
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset", (now().as_second() + seconds).to_string()),
            ]
        };
        assert_eq!(wait(403, &[("retry-after", "90".to_owned())], &empty), Some(90));
        assert_eq!(wait(429, &[], &empty), Some(60));
        assert_eq!(wait(403, &reset(1200), &empty), Some(1200));
        assert_eq!(wait(403, &reset(90_000), &empty), Some(3600));
        assert_eq!(wait(403, &reset(-5), &empty), Some(60));
        assert_eq!(wait(403, &reset(1200)[..1], &empty), Some(60));
        assert_eq!(
            wait(403, &[], &json!({"message": "You have exceeded a secondary rate limit."})),
            Some(60)
        );
        assert_eq!(
            wait(
                403,
                &[("x-ratelimit-remaining", "999".to_owned())],
                &json!({"message": "Forbidden"})
            ),
            None
        );
        assert_eq!(wait(500, &[("retry-after", "90".to_owned())], &empty), None);
    }

    #[test]
    fn what_only_another_app_may_write_is_no_lack_of_permission() {
        for message in [
            "Invalid app_id 15368 - check run can only be modified by the GitHub App that created \
             it",
            "Check run status and conclusions can only be updated internally by GitHub Actions",
        ] {
            assert!(
                matches!(read(403, &[], &json!({"message": message})), GithubError::NotOurs(_)),
                "{message}"
            );
        }
        assert!(matches!(
            read(403, &[], &json!({"message": "Resource not accessible by integration"})),
            GithubError::NotPermitted(_)
        ));
    }

    #[test]
    fn every_status_has_its_kind() {
        let kinds = [400, 401, 403, 404, 408, 410, 422, 429, 301, 500, 503]
            .map(|status| read(status, &[], &Value::Null).to_string());
        assert_snapshot!(kinds.join("\n"), @"
        GitHub refused the check run: HTTP 400: words
        GitHub does not let this job write check runs (HTTP 401: words): add `permissions: checks: \
        write` to the job; pull requests from forks never may
        GitHub does not let this job write check runs (HTTP 403: words): add `permissions: checks: \
        write` to the job; pull requests from forks never may
        GitHub no longer has the check run: HTTP 404: words
        GitHub's checks API did not answer usefully: HTTP 408: words
        GitHub refused the check run: HTTP 410: words
        GitHub refused the check run: HTTP 422: words
        GitHub's rate limit is reached (HTTP 429: words); it asks to wait 60 s
        GitHub refused the check run: HTTP 301: words
        GitHub's checks API did not answer usefully: HTTP 500: words
        GitHub's checks API did not answer usefully: HTTP 503: words
        ");
    }
}
