//! The status of an offer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::shared::Sim;
use super::{json, with_offer};

/// GET `…/status`.
pub async fn status(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        Ok(json(StatusCode::OK, &portal.status(offer, now)))
    })
}
