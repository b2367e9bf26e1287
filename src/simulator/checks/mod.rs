//! GitHub's check-run API.

mod answers;
mod rules;

use std::collections::BTreeMap;

use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, http};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use self::answers::{not_found, unprocessable};
use super::shared::Sim;
use super::words::to_the_second;

/// The addresses, at the root and where GitHub Enterprise Server has them.
pub fn router(sim: &Sim) -> Router<Sim> {
    let api = || {
        Router::new()
            .route("/repos/{owner}/{repo}/check-runs", post(create))
            .route("/repos/{owner}/{repo}/check-runs/{id}", get(read).patch(update))
            .route("/repos/{owner}/{repo}/check-runs/{id}/annotations", get(annotations))
            .route("/repos/{owner}/{repo}/commits/{reference}/check-runs", get(of_commit))
            .layer(from_fn_with_state(sim.clone(), gate))
    };
    api().nest("/api/v3", api())
}

/// All check runs.
#[derive(Debug, Default)]
pub struct CheckRuns {
    runs: BTreeMap<u64, CheckRun>,
    /// Calls that the scenario's switch is about.
    pub calls: u64,
}

/// One check run: what was sent, put together.
#[derive(Debug)]
struct CheckRun {
    repository: String,
    fields: Map<String, Value>,
    output: Map<String, Value>,
    annotations: Vec<Value>,
}

const FIRST_ID: u64 = 5_000_000_001;

impl CheckRuns {
    /// All of them, with their annotations.
    pub fn shown(&self) -> Value {
        self.runs
            .iter()
            .map(|(id, run)| {
                let mut shown = run.shown(*id);
                shown["repository"] = json!(run.repository);
                shown["output"]["annotations"] = Value::Array(run.annotations.clone());
                shown
            })
            .collect()
    }

    fn find(&mut self, id: &str, repository: &str) -> Option<(u64, &mut CheckRun)> {
        let id = id.parse().ok()?;
        self.runs.get_mut(&id).filter(|run| run.repository == repository).map(|run| (id, run))
    }
}

impl CheckRun {
    /// Takes over what a request says; annotations are added to those that are there.
    fn merge(&mut self, mut sent: Map<String, Value>, now: &str, reopens: bool) {
        if let Some(Value::Object(mut output)) = sent.remove("output") {
            if let Some(Value::Array(annotations)) = output.remove("annotations") {
                self.annotations.extend(annotations);
            }
            self.output.extend(output);
        }
        if sent.contains_key("conclusion") {
            sent.insert("status".to_owned(), json!("completed"));
            sent.entry("completed_at").or_insert_with(|| json!(now));
        } else if !reopens && self.fields.contains_key("conclusion") {
            sent.remove("status");
        } else if sent.get("status").is_some_and(|status| status != "completed") {
            self.fields.remove("conclusion");
            self.fields.remove("completed_at");
        }
        self.fields.extend(sent);
    }

    fn shown(&self, id: u64) -> Value {
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let output = |name: &str| self.output.get(name).cloned().unwrap_or_default();
        let repository = &self.repository;
        let url = format!("https://api.github.com/repos/{repository}/check-runs/{id}");
        json!({
            "id": id,
            "node_id": format!("CR_{id}"),
            "name": field("name"),
            "head_sha": field("head_sha"),
            "external_id": field("external_id"),
            "status": self.fields.get("status").cloned().unwrap_or(json!("queued")),
            "conclusion": field("conclusion"),
            "started_at": field("started_at"),
            "completed_at": field("completed_at"),
            "details_url": format!("https://github.com/{repository}/runs/{id}"),
            "html_url": format!("https://github.com/{repository}/runs/{id}"),
            "url": url,
            "output": {
                "title": output("title"),
                "summary": output("summary"),
                "text": output("text"),
                "annotations_count": self.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": {"id": 7},
            "app": {"id": 15368, "slug": "github-actions", "name": "GitHub Actions"},
            "pull_requests": [],
        })
    }
}

/// What holds for every call: a token, and the scenario's switch.
async fn gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    match answers::refused(&sim, request.method(), request.headers()) {
        answers::Refused::No => next.run(request).await,
        answers::Refused::Answer(answer) => *answer,
        answers::Refused::Never => {
            sim.ended().await;
            http::Response::new(axum::body::Body::empty())
        }
    }
}

type Repository = Path<(String, String)>;
type Run = Path<(String, String, String)>;

/// POST `/repos/{owner}/{repo}/check-runs`.
async fn create(State(sim): State<Sim>, Path((owner, repo)): Repository, body: Bytes) -> Response {
    let sent = match rules::check(&body, true) {
        Ok(sent) => sent,
        Err(wrong) => return unprocessable(&wrong),
    };
    let now = to_the_second(sim.clock.now());
    let checks = &mut sim.world().checks;
    let id = checks.runs.last_key_value().map_or(FIRST_ID, |(last, _)| last + 1);
    let mut run = CheckRun {
        repository: format!("{owner}/{repo}"),
        fields: Map::new(),
        output: Map::new(),
        annotations: Vec::new(),
    };
    run.fields.insert("started_at".to_owned(), json!(now));
    run.merge(sent, &now, false);
    let shown = run.shown(id);
    checks.runs.insert(id, run);
    answers::json(StatusCode::CREATED, &shown)
}

/// PATCH `/repos/{owner}/{repo}/check-runs/{id}`.
async fn update(State(sim): State<Sim>, Path((owner, repo, id)): Run, body: Bytes) -> Response {
    let now = to_the_second(sim.clock.now());
    let checks = &mut sim.world().checks;
    let Some((id, run)) = checks.find(&id, &format!("{owner}/{repo}")) else { return not_found() };
    match rules::check(&body, false) {
        Err(wrong) => unprocessable(&wrong),
        Ok(sent) => {
            run.merge(sent, &now, sim.scenario.checks.reopens);
            answers::json(StatusCode::OK, &run.shown(id))
        }
    }
}

/// GET `/repos/{owner}/{repo}/check-runs/{id}`.
async fn read(State(sim): State<Sim>, Path((owner, repo, id)): Run) -> Response {
    let checks = &mut sim.world().checks;
    checks
        .find(&id, &format!("{owner}/{repo}"))
        .map_or_else(not_found, |(id, run)| answers::json(StatusCode::OK, &run.shown(id)))
}

/// GET `/repos/{owner}/{repo}/check-runs/{id}/annotations`.
async fn annotations(
    State(sim): State<Sim>,
    Path((owner, repo, id)): Run,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let checks = &mut sim.world().checks;
    let Some((_, run)) = checks.find(&id, &format!("{owner}/{repo}")) else { return not_found() };
    let number = |name: &str, default: usize| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(default)
    };
    let size = number("per_page", 30).clamp(1, 100);
    let page: Vec<Value> = run
        .annotations
        .iter()
        .skip((number("page", 1).max(1) - 1) * size)
        .take(size)
        .cloned()
        .collect();
    answers::json(StatusCode::OK, &Value::Array(page))
}

/// GET `/repos/{owner}/{repo}/commits/{ref}/check-runs`, newest first.
async fn of_commit(
    State(sim): State<Sim>,
    Path((owner, repo, reference)): Run,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let repository = format!("{owner}/{repo}");
    let name = query.iter().find(|(key, _)| key == "check_name").map(|(_, value)| value.as_str());
    let checks = &sim.world().checks;
    let shown: Vec<Value> = checks
        .runs
        .iter()
        .rev()
        .filter(|(_, run)| run.repository == repository)
        .map(|(id, run)| run.shown(*id))
        .filter(|run| {
            run["head_sha"] == reference.as_str() && name.is_none_or(|name| run["name"] == name)
        })
        .collect();
    answers::json(StatusCode::OK, &json!({"total_count": shown.len(), "check_runs": shown}))
}
