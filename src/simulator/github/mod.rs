//! GitHub's API, as far as a release is reported there.

mod answers;
mod check_run_rules;
pub mod check_run_store;
mod check_runs;
mod deployment_rules;
pub mod deployment_store;
mod deployments;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::simulation::Sim;

/// The addresses, at the root and where GitHub Enterprise Server has them.
pub fn build_router(sim: &Sim) -> Router<Sim> {
    let api = || {
        Router::new()
            .route("/repos/{owner}/{repo}/check-runs", post(check_runs::create_check_run))
            .route(
                "/repos/{owner}/{repo}/check-runs/{id}",
                get(check_runs::get_check_run).patch(check_runs::update_check_run),
            )
            .route(
                "/repos/{owner}/{repo}/check-runs/{id}/annotations",
                get(check_runs::list_annotations),
            )
            .route(
                "/repos/{owner}/{repo}/commits/{reference}/check-runs",
                get(check_runs::list_of_commit),
            )
            .route(
                "/repos/{owner}/{repo}/deployments",
                get(deployments::list_deployments).post(deployments::create_deployment),
            )
            .route("/repos/{owner}/{repo}/deployments/{id}", get(deployments::get_deployment))
            .route(
                "/repos/{owner}/{repo}/deployments/{id}/statuses",
                get(deployments::list_statuses).post(deployments::create_status),
            )
            .route(
                "/repos/{owner}/{repo}/deployments/{id}/statuses/{status}",
                get(deployments::get_status),
            )
            .route("/repos/{owner}/{repo}/environments", get(deployments::list_environments))
            .route("/repos/{owner}/{repo}/environments/{name}", get(deployments::get_environment))
            .layer(from_fn_with_state(sim.clone(), answers::pass_gate))
    };
    api().nest("/api/v3", api())
}
