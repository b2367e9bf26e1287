//! All addresses on one port.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::{Json, Router};
use serde_json::json;

use super::shared::Sim;
use super::{checks, control, deeds, identity, portal};

/// Everything that is served. The simulation's own addresses meet no fault and are not written
/// down.
pub fn router(sim: &Sim) -> Router {
    Router::new()
        .merge(portal::router(sim))
        .merge(identity::router())
        .merge(checks::router(sim))
        .fallback(unknown)
        .layer(from_fn_with_state(sim.clone(), deeds::around))
        .merge(control::router())
        .with_state(sim.clone())
}

async fn unknown(request: Request) -> (StatusCode, Json<serde_json::Value>) {
    let message =
        format!("The simulator does not know {} {}.", request.method(), request.uri().path());
    (StatusCode::NOT_FOUND, Json(json!({"error": {"code": "NotFound", "message": message}})))
}
