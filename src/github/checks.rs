//! The Checks API, through octocrab's raw requests.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::HeaderValue;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited};
use jiff::Timestamp;
use octocrab::Octocrab;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::check_run::{Body, Output};
use super::error::of_repository;
use super::{
    Annotation, AnnotationKey, CheckRunError, CheckRunRef, CheckRunRequest, CheckRuns, Status,
    limits,
};
use crate::clock::Clock;
use crate::http::{ReqwestTransport, causes, json, protected, quote};
use crate::secrets::Secrets;

/// Largest answer that is read; one check run is a few kilobytes, a page of a hundred less than
/// this.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// Annotations of a page; GitHub's largest.
const PAGE: usize = 100;

/// Most pages of annotations that are read: more annotations than that nobody reads either.
const MOST_PAGES: usize = 20;

/// `owner/name`, as in `GITHUB_REPOSITORY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository(String);

impl Repository {
    /// Accepts two names of letters, digits, `-`, `_` and `.`, so that no path can be made of them
    /// but the repository's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            !matches!(name, "" | "." | "..")
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        let (owner, name) = text.split_once('/')?;
        (is_name(owner) && is_name(name)).then(|| Self(text.to_owned()))
    }
}

/// Check runs of a repository on github.com, ghe.com or a GitHub server.
pub struct GithubChecks {
    octocrab: Octocrab,
    repository: Repository,
    clock: Rc<dyn Clock>,
    secrets: Arc<Secrets>,
}

impl GithubChecks {
    /// Sets up the client for the API at `api` (`GITHUB_API_URL`; its path is kept). Must be called
    /// on a runtime, where octocrab starts a task. The time that a call may take is the HTTP
    /// client's own limit.
    ///
    /// # Errors
    /// If the address may not receive a token, or the token fits no header.
    pub fn new(
        http: &ReqwestTransport,
        api: &Url,
        repository: Repository,
        token: &SecretString,
        clock: Rc<dyn Clock>,
        secrets: Arc<Secrets>,
    ) -> Result<Self, CheckRunError> {
        secrets.register(token.expose_secret());
        protected(api).map_err(|why| CheckRunError::Invalid(format!("GITHUB_API_URL {why}")))?;
        // octocrab unwraps what it makes of the token.
        if token.expose_secret().is_empty() || HeaderValue::from_str(token.expose_secret()).is_err()
        {
            return Err(CheckRunError::NotPermitted(
                "input `github-token` is empty, or no token".to_owned(),
            ));
        }
        let setup = |error: octocrab::Error| CheckRunError::Invalid(causes(&error));
        let octocrab = Octocrab::builder()
            .base_uri(api.as_str())
            .map_err(setup)?
            .personal_token(token.clone())
            .add_header(http::header::ACCEPT, "application/vnd.github+json".to_owned())
            .build_with_reqwest(http.client_for(api).clone())
            .map_err(setup)?;
        Ok(Self { octocrab, repository, clock, secrets })
    }

    fn route(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository.0)
    }

    /// The request as it is sent: no secret in any text, no text too long.
    fn body(&self, mut request: CheckRunRequest, new: bool) -> Body {
        let redact = |text: &mut String| *text = self.secrets.redact(text);
        redact(&mut request.title);
        redact(&mut request.summary);
        request.text.iter_mut().for_each(redact);
        for Annotation { message, title, raw_details, .. } in &mut request.annotations {
            redact(message);
            title.iter_mut().chain(raw_details).for_each(redact);
        }
        let request = limits::fitted(request);
        let (status, conclusion) = match request.status {
            Status::Queued => ("queued", None),
            Status::InProgress => ("in_progress", None),
            Status::Completed(conclusion) => ("completed", Some(conclusion)),
        };
        Body {
            head_sha: new.then_some(request.head_sha),
            name: request.name,
            external_id: request.external_id,
            details_url: request.details_url,
            status,
            conclusion,
            started_at: request.started_at.map(whole_seconds),
            completed_at: request.completed_at.filter(|_| conclusion.is_some()).map(whole_seconds),
            output: Output {
                title: request.title,
                summary: request.summary,
                text: request.text,
                annotations: request.annotations,
            },
        }
    }

    async fn patch<B: serde::Serialize>(
        &self,
        id: u64,
        body: &B,
    ) -> Result<CheckRunRef, CheckRunError> {
        let answer = self
            .read(self.octocrab._patch(self.route(&format!("check-runs/{id}")), Some(body)).await)
            .await?;
        check_run(&answer).ok_or_else(no_check_run)
    }

    /// Reads an answer, bounded, as JSON.
    async fn read(
        &self,
        sent: octocrab::Result<http::Response<BoxBody<Bytes, octocrab::Error>>>,
    ) -> Result<Value, CheckRunError> {
        let (head, body) =
            sent.map_err(|error| CheckRunError::Unavailable(causes(&error)))?.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await;
        let body = body
            .map_err(|error| {
                CheckRunError::Unavailable(format!("the answer broke off: {}", causes(&*error)))
            })?
            .to_bytes();
        let said = quote(&body, &self.secrets);
        match json(&body) {
            Some(value) if head.status.is_success() => Ok(value),
            None if head.status.is_success() => Err(CheckRunError::Unavailable(format!(
                "HTTP {} without JSON: {said}",
                head.status.as_u16()
            ))),
            value => Err(CheckRunError::of(
                head.status,
                &head.headers,
                &value.unwrap_or_default(),
                &said,
                self.clock.now(),
            )),
        }
    }
}

/// GitHub documents `YYYY-MM-DDTHH:MM:SSZ`, without fractions.
fn whole_seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// The only fields of a check run that are needed; `None` if the answer is no check run.
fn check_run(answer: &Value) -> Option<CheckRunRef> {
    let text = |name: &str| answer[name].as_str();
    Some(CheckRunRef {
        id: answer["id"].as_u64()?,
        html_url: text("html_url").map(str::to_owned),
        started_at: text("started_at").and_then(|at| at.parse().ok()),
        // Ended without a conclusion is not known to happen; it would be ended all the same.
        conclusion: text("conclusion")
            .or(text("status").filter(|status| *status == "completed"))
            .map(str::to_owned),
    })
}

fn key(annotation: &Value) -> AnnotationKey {
    let text = |name: &str| annotation[name].as_str().unwrap_or_default();
    AnnotationKey::new(
        text("path"),
        annotation["start_line"].as_u64().unwrap_or_default(),
        text("title"),
        text("message"),
    )
}

fn no_check_run() -> CheckRunError {
    CheckRunError::Unavailable("the answer is not a check run: it has no `id`".to_owned())
}

/// Commits are named by their hash; anything else would be a path or a branch that moves.
fn is_sha(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl CheckRuns for GithubChecks {
    fn create(
        &self,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, CheckRunError>> {
        Box::pin(async move {
            let body = self.body(request, true);
            let answer = self
                .read(self.octocrab._post(self.route("check-runs"), Some(&body)).await)
                .await
                .map_err(of_repository)?;
            check_run(&answer).ok_or_else(no_check_run)
        })
    }

    fn update(
        &self,
        id: u64,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, CheckRunError>> {
        Box::pin(async move {
            let body = self.body(request, false);
            self.patch(id, &body).await
        })
    }

    fn reopen(&self, id: u64) -> LocalBoxFuture<'_, Result<CheckRunRef, CheckRunError>> {
        Box::pin(async move { self.patch(id, &serde_json::json!({"status": "in_progress"})).await })
    }

    fn find<'a>(
        &'a self,
        name: &'a str,
        head_sha: &'a str,
        external_id_prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<CheckRunRef>, CheckRunError>> {
        Box::pin(async move {
            if !is_sha(head_sha) {
                return Err(CheckRunError::Invalid(format!(
                    "`{head_sha}` is not the hash of a commit"
                )));
            }
            let name: String = byte_serialize(name.as_bytes()).collect();
            // `filter=latest`, the default, would hide a run of ours behind a later one of the same
            // name.
            let route =
                format!("commits/{head_sha}/check-runs?check_name={name}&filter=all&per_page=100");
            let answer = self
                .read(self.octocrab._get(self.route(&route)).await)
                .await
                .map_err(of_repository)?;
            let ours = |run: &&Value| {
                run["external_id"].as_str().is_some_and(|id| id.starts_with(external_id_prefix))
            };
            let runs = answer["check_runs"].as_array().into_iter().flatten();
            let mut found: Vec<CheckRunRef> = runs.filter(ours).filter_map(check_run).collect();
            found.sort_by_key(|run| std::cmp::Reverse(run.id));
            Ok(found)
        })
    }

    fn annotations(
        &self,
        id: u64,
    ) -> LocalBoxFuture<'_, Result<Vec<AnnotationKey>, CheckRunError>> {
        Box::pin(async move {
            let mut keys = Vec::new();
            for page in 1..=MOST_PAGES {
                let route =
                    self.route(&format!("check-runs/{id}/annotations?per_page={PAGE}&page={page}"));
                let answer = self.read(self.octocrab._get(route).await).await?;
                let listed = answer.as_array().ok_or_else(|| {
                    CheckRunError::Unavailable("the answer is no list of annotations".to_owned())
                })?;
                keys.extend(listed.iter().map(key));
                if listed.len() < PAGE {
                    break;
                }
            }
            Ok(keys)
        })
    }
}

#[cfg(test)]
mod tests;
