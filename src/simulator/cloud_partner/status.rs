//! The status of an offer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::reply::{reply_json, with_offer};
use crate::simulator::simulation::Sim;

/// GET `…/status`.
pub async fn get_status(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        Ok(reply_json(StatusCode::OK, &portal.show_status(offer, now)))
    })
}
