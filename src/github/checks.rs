//! The Checks API.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::check_run::{Body, Output};
use super::client::GithubClient;
use super::error::GithubResource;
use super::{
    Annotation, AnnotationKey, CheckRunRef, CheckRunRequest, CheckRunStatus, CheckRuns,
    GithubError, limits,
};

/// Annotations of a page; GitHub's largest.
const PAGE: usize = 100;

/// Most pages of annotations that are read: more annotations than that nobody reads either.
const MOST_PAGES: usize = 20;

/// The check runs of one repository.
pub struct GithubChecks(Rc<GithubClient>);

impl GithubChecks {
    /// Check runs through this client; nothing is sent yet.
    #[must_use]
    pub fn new(client: Rc<GithubClient>) -> Self {
        Self(client)
    }

    /// The request as it is sent: no secret in any text, no text too long.
    fn write_body(&self, mut request: CheckRunRequest, new: bool) -> Body {
        let redact = |text: &mut String| *text = self.0.redact(text);
        redact(&mut request.title);
        redact(&mut request.summary);
        for Annotation { message, title, .. } in &mut request.annotations {
            redact(message);
            title.iter_mut().for_each(redact);
        }
        let request = limits::fit_request(request);
        let (status, conclusion) = match request.status {
            CheckRunStatus::Queued => ("queued", None),
            CheckRunStatus::InProgress => ("in_progress", None),
            CheckRunStatus::Completed(conclusion) => ("completed", Some(conclusion)),
        };
        Body {
            head_sha: new.then_some(request.head_sha),
            name: request.name,
            external_id: request.external_id,
            details_url: request.details_url,
            status,
            conclusion,
            started_at: request.started_at.map(format_whole_seconds),
            completed_at: request
                .completed_at
                .filter(|_| conclusion.is_some())
                .map(format_whole_seconds),
            output: Output {
                title: request.title,
                summary: request.summary,
                annotations: request.annotations,
            },
        }
    }

    async fn patch_run<B: serde::Serialize>(
        &self,
        id: u64,
        body: &B,
    ) -> Result<CheckRunRef, GithubError> {
        let answer =
            self.0.patch(GithubResource::CheckRun, &format!("check-runs/{id}"), body).await?;
        read_check_run(&answer).ok_or_else(no_check_run)
    }
}

/// GitHub documents `YYYY-MM-DDTHH:MM:SSZ`, without fractions.
fn format_whole_seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// The only fields of a check run that are needed; `None` if the answer is no check run.
fn read_check_run(answer: &Value) -> Option<CheckRunRef> {
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

fn read_key(annotation: &Value) -> AnnotationKey {
    let text = |name: &str| annotation[name].as_str().unwrap_or_default();
    AnnotationKey::new(
        text("path"),
        annotation["start_line"].as_u64().unwrap_or_default(),
        text("title"),
        text("message"),
    )
}

fn no_check_run() -> GithubError {
    let why = "the answer is not a check run: it has no `id`";
    GithubError::Unavailable(GithubResource::CheckRun.says(why))
}

/// Commits are named by their hash; anything else would be a path or a branch that moves.
fn is_sha(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl CheckRuns for GithubChecks {
    fn create(
        &self,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(async move {
            let body = self.write_body(request, true);
            let made = self.0.post(GithubResource::CheckRun, "check-runs", &body).await;
            let answer = made.map_err(GithubError::of_repository)?;
            read_check_run(&answer).ok_or_else(no_check_run)
        })
    }

    fn update(
        &self,
        id: u64,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(async move {
            let body = self.write_body(request, false);
            self.patch_run(id, &body).await
        })
    }

    fn reopen(&self, id: u64) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(
            async move { self.patch_run(id, &serde_json::json!({"status": "in_progress"})).await },
        )
    }

    fn find<'a>(
        &'a self,
        name: &'a str,
        head_sha: &'a str,
        external_id_prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<CheckRunRef>, GithubError>> {
        Box::pin(async move {
            if !is_sha(head_sha) {
                let why = format!("`{head_sha}` is not the hash of a commit");
                return Err(GithubError::Invalid(GithubResource::CheckRun.says(why)));
            }
            let name: String = byte_serialize(name.as_bytes()).collect();
            // `filter=latest`, the default, would hide a run of ours behind a later one of the same
            // name.
            let route =
                format!("commits/{head_sha}/check-runs?check_name={name}&filter=all&per_page=100");
            let listed = self.0.get(GithubResource::CheckRun, &route).await;
            let answer = listed.map_err(GithubError::of_repository)?;
            let ours = |run: &&Value| {
                run["external_id"].as_str().is_some_and(|id| id.starts_with(external_id_prefix))
            };
            let runs = answer["check_runs"].as_array().into_iter().flatten();
            let mut found: Vec<CheckRunRef> =
                runs.filter(ours).filter_map(read_check_run).collect();
            found.sort_by_key(|run| std::cmp::Reverse(run.id));
            Ok(found)
        })
    }

    fn annotations(&self, id: u64) -> LocalBoxFuture<'_, Result<Vec<AnnotationKey>, GithubError>> {
        Box::pin(async move {
            let mut keys = Vec::new();
            for page in 1..=MOST_PAGES {
                let route = format!("check-runs/{id}/annotations?per_page={PAGE}&page={page}");
                let answer = self.0.get(GithubResource::CheckRun, &route).await?;
                let listed = answer.as_array().ok_or_else(|| {
                    let why = "the answer is no list of annotations";
                    GithubError::Unavailable(GithubResource::CheckRun.says(why))
                })?;
                keys.extend(listed.iter().map(read_key));
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
