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
pub fn router(sim: &Sim) -> Router {
    Router::new()
        .merge(cloud_partner::router(sim))
        .merge(product_ingestion::router(sim))
        .merge(identity::router())
        .merge(github::router(sim))
        .fallback(refuse_unknown)
        .layer(from_fn_with_state(sim.clone(), intercept::intercept_request))
        .merge(control::router())
        .with_state(sim.clone())
}

async fn refuse_unknown(request: Request) -> (StatusCode, Json<serde_json::Value>) {
    let message =
        format!("The simulator does not know {} {}.", request.method(), request.uri().path());
    (StatusCode::NOT_FOUND, Json(json!({"error": {"code": "NotFound", "message": message}})))
}
