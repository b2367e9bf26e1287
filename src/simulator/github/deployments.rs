//! GitHub's deployments, their statuses and their environments.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answers::{not_found, refuse_body, reply_error, reply_json};
use super::deployment_rules::{check_deployment, check_status};
use super::deployment_store::DeploymentFilter;
use crate::simulator::dates::to_the_second;
use crate::simulator::simulation::Sim;

type DeploymentsPath = Path<(String, String)>;
type DeploymentPath = Path<(String, String, String)>;
type GithubQuery = Query<Vec<(String, String)>>;

/// POST `/repos/{owner}/{repo}/deployments`.
pub async fn create_deployment(
    State(sim): State<Sim>,
    Path((owner, repo)): DeploymentsPath,
    body: Bytes,
) -> Response {
    let sent = match check_deployment(&body) {
        Ok(sent) => sent,
        Err(wrong) => return refuse_body("Deployment", &wrong),
    };
    let repository = format!("{owner}/{repo}");
    let now = sim.clock.now();
    let world = &mut *sim.world();
    // The default merges the default branch into the ref and makes no deployment.
    if sent.get("auto_merge") != Some(&json!(false)) {
        let message = format!("Auto-merged main into {} on deployment.", sent["ref"]);
        return reply_json(StatusCode::ACCEPTED, &json!({"message": message}));
    }
    let wants_every_check = sent.get("required_contexts").is_none();
    if wants_every_check && world.checks.list(&repository).any(|run| run["status"] != "completed") {
        let message = format!("Conflict: Commit status checks failed for {}.", sent["ref"]);
        let error = json!({
            "contexts": [],
            "resource": "Deployment",
            "field": "required_contexts",
            "code": "invalid",
        });
        return reply_json(
            StatusCode::CONFLICT,
            &json!({"message": message, "errors": [error], "status": "409"}),
        );
    }
    reply_json(StatusCode::CREATED, &world.deployments.create(&repository, sent, now))
}

/// GET `/repos/{owner}/{repo}/deployments`, newest first.
pub async fn list_deployments(
    State(sim): State<Sim>,
    Path((owner, repo)): DeploymentsPath,
    Query(query): GithubQuery,
) -> Response {
    let value =
        |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let filter = DeploymentFilter {
        sha: value("sha"),
        reference: value("ref"),
        task: value("task"),
        environment: value("environment"),
    };
    let repository = format!("{owner}/{repo}");
    let list = sim.world().deployments.list(&repository, &filter);
    let path = format!("https://api.github.com/repos/{repository}/deployments");
    reply_page(&path, &query, list)
}

/// GET `/repos/{owner}/{repo}/deployments/{id}`.
pub async fn get_deployment(
    State(sim): State<Sim>,
    Path((owner, repo, id)): DeploymentPath,
) -> Response {
    let world = sim.world();
    let found = world.deployments.find(&format!("{owner}/{repo}"), &id);
    found.map_or_else(not_found, |deployment| reply_json(StatusCode::OK, &deployment.show()))
}

/// POST `/repos/{owner}/{repo}/deployments/{id}/statuses`.
pub async fn create_status(
    State(sim): State<Sim>,
    Path((owner, repo, id)): DeploymentPath,
    body: Bytes,
) -> Response {
    let sent = match check_status(&body) {
        Ok(sent) => sent,
        Err(wrong) => return refuse_body("DeploymentStatus", &wrong),
    };
    let now = sim.clock.now();
    let made = sim.world().deployments.add_status(&format!("{owner}/{repo}"), &id, sent, now);
    made.map_or_else(not_found, |status| reply_json(StatusCode::CREATED, &status))
}

/// GET `/repos/{owner}/{repo}/deployments/{id}/statuses`, newest first.
pub async fn list_statuses(
    State(sim): State<Sim>,
    Path((owner, repo, id)): DeploymentPath,
    Query(query): GithubQuery,
) -> Response {
    let repository = format!("{owner}/{repo}");
    let world = sim.world();
    let Some(deployment) = world.deployments.find(&repository, &id) else { return not_found() };
    let path = format!("https://api.github.com/repos/{repository}/deployments/{id}/statuses");
    reply_page(&path, &query, deployment.list_statuses())
}

/// GET `/repos/{owner}/{repo}/deployments/{id}/statuses/{status}`.
pub async fn get_status(
    State(sim): State<Sim>,
    Path((owner, repo, id, status)): Path<(String, String, String, String)>,
) -> Response {
    let world = sim.world();
    let found = world.deployments.find(&format!("{owner}/{repo}"), &id);
    found
        .and_then(|deployment| deployment.find_status(&status))
        .map_or_else(not_found, |shown| reply_json(StatusCode::OK, &shown))
}

/// GET `/repos/{owner}/{repo}/environments`.
pub async fn list_environments(
    State(sim): State<Sim>,
    Path((owner, repo)): DeploymentsPath,
) -> Response {
    let repository = format!("{owner}/{repo}");
    let shown = show_environments(&sim, &repository);
    reply_json(StatusCode::OK, &json!({"total_count": shown.len(), "environments": shown}))
}

/// GET `/repos/{owner}/{repo}/environments/{name}`; a slash in the name is sent as `%2F`.
pub async fn get_environment(
    State(sim): State<Sim>,
    Path((owner, repo, name)): DeploymentPath,
) -> Response {
    let all = show_environments(&sim, &format!("{owner}/{repo}"));
    let found = all.into_iter().find(|shown| shown["name"] == name.as_str());
    found.map_or_else(not_found, |shown| reply_json(StatusCode::OK, &shown))
}

/// Environments that a deployment has made have no protection rules.
fn show_environments(sim: &Sim, repository: &str) -> Vec<Value> {
    let names = sim.world().deployments.environments(repository);
    let shown = names.into_iter().enumerate().map(|(index, (name, created))| {
        let path = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
        json!({
            "id": 161_088_068 + index,
            "node_id": format!("EN_{index}"),
            "name": name,
            "url": format!("https://api.github.com/repos/{repository}/environments/{path}"),
            "html_url": format!("https://github.com/{repository}/deployments/{path}"),
            "created_at": to_the_second(created),
            "updated_at": to_the_second(created),
            "protection_rules": [],
            "deployment_branch_policy": null,
        })
    });
    shown.collect()
}

/// One page of a list, with the `link` header to the next one.
fn reply_page(path: &str, query: &[(String, String)], list: Vec<Value>) -> Response {
    let number = |name: &str| {
        query.iter().find(|(key, _)| key == name).map(|(_, value)| value.parse::<usize>())
    };
    let (Ok(size), Ok(page)) =
        (number("per_page").unwrap_or(Ok(30)), number("page").unwrap_or(Ok(1)))
    else {
        return reply_error(StatusCode::UNPROCESSABLE_ENTITY, "Invalid request.");
    };
    let (size, page) = (size.clamp(1, 100), page.max(1));
    let has_more = list.len() > page * size;
    let shown: Vec<Value> = list.into_iter().skip((page - 1) * size).take(size).collect();
    let mut answer = reply_json(StatusCode::OK, &Value::Array(shown));
    if has_more {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        next.extend_pairs(query.iter().filter(|(key, _)| key != "page"));
        next.append_pair("page", &(page + 1).to_string());
        let link = format!("<{path}?{}>; rel=\"next\"", next.finish());
        if let Ok(value) = HeaderValue::from_str(&link) {
            answer.headers_mut().insert(header::LINK, value);
        }
    }
    answer
}
