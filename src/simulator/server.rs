//! All addresses on one port.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::{Json, Router};
use serde_json::json;

use super::simulation::Sim;
use super::{cloud_partner, control, github, identity, intercept, product_ingestion};

/// Everything that is served. The simulation's own addresses meet no fault and are not written
/// down.
pub fn build_router(sim: &Sim) -> Router {
    Router::new()
        .merge(cloud_partner::build_router(sim))
        .merge(product_ingestion::build_router(sim))
        .merge(identity::build_router())
        .merge(github::build_router(sim))
        .fallback(refuse_unknown)
        .layer(from_fn_with_state(sim.clone(), intercept::intercept_request))
        .merge(control::build_router())
        .with_state(sim.clone())
}

async fn refuse_unknown(request: Request) -> (StatusCode, Json<serde_json::Value>) {
    let message =
        format!("The simulator does not know {} {}.", request.method(), request.uri().path());
    (StatusCode::NOT_FOUND, Json(json!({"error": {"code": "NotFound", "message": message}})))
}
