//! GitHub's check-run API.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answers::{not_found, refuse_body, reply_json};
use super::check_run_rules;
use crate::simulator::dates::to_the_second;
use crate::simulator::simulation::Sim;

type RepositoryPath = Path<(String, String)>;
type CheckRunPath = Path<(String, String, String)>;

/// POST `/repos/{owner}/{repo}/check-runs`.
pub async fn create_check_run(
    State(sim): State<Sim>,
    Path((owner, repo)): RepositoryPath,
    body: Bytes,
) -> Response {
    let sent = match check_run_rules::check_body(&body, true) {
        Ok(sent) => sent,
        Err(wrong) => return refuse_body("CheckRun", &wrong),
    };
    let now = to_the_second(sim.clock.now());
    let shown = sim.world().checks.create(format!("{owner}/{repo}"), sent, &now);
    reply_json(StatusCode::CREATED, &shown)
}

/// PATCH `/repos/{owner}/{repo}/check-runs/{id}`.
pub async fn update_check_run(
    State(sim): State<Sim>,
    Path((owner, repo, id)): CheckRunPath,
    body: Bytes,
) -> Response {
    let now = to_the_second(sim.clock.now());
    let checks = &mut sim.world().checks;
    let Some((id, run)) = checks.find(&id, &format!("{owner}/{repo}")) else { return not_found() };
    match check_run_rules::check_body(&body, false) {
        Err(wrong) => refuse_body("CheckRun", &wrong),
        Ok(sent) => {
            run.merge(sent, &now, sim.scenario.checks.reopens);
            reply_json(StatusCode::OK, &run.show(id))
        }
    }
}

/// GET `/repos/{owner}/{repo}/check-runs/{id}`.
pub async fn get_check_run(
    State(sim): State<Sim>,
    Path((owner, repo, id)): CheckRunPath,
) -> Response {
    let checks = &mut sim.world().checks;
    checks
        .find(&id, &format!("{owner}/{repo}"))
        .map_or_else(not_found, |(id, run)| reply_json(StatusCode::OK, &run.show(id)))
}

/// GET `/repos/{owner}/{repo}/check-runs/{id}/annotations`.
pub async fn list_annotations(
    State(sim): State<Sim>,
    Path((owner, repo, id)): CheckRunPath,
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
    reply_json(StatusCode::OK, &Value::Array(page))
}

/// GET `/repos/{owner}/{repo}/commits/{ref}/check-runs`, newest first.
pub async fn list_of_commit(
    State(sim): State<Sim>,
    Path((owner, repo, reference)): CheckRunPath,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let repository = format!("{owner}/{repo}");
    let name = query.iter().find(|(key, _)| key == "check_name").map(|(_, value)| value.as_str());
    let checks = &sim.world().checks;
    let shown: Vec<Value> = checks
        .list(&repository)
        .filter(|run| {
            run["head_sha"] == reference.as_str() && name.is_none_or(|name| run["name"] == name)
        })
        .collect();
    reply_json(StatusCode::OK, &json!({"total_count": shown.len(), "check_runs": shown}))
}
