//! The Cloud Partner Portal, API version 2017-10-31.

mod address;
mod cancel;
mod documents;
mod draft_rules;
mod gate;
mod offers;
mod operations;
mod refusal;
mod reply;
mod start;
mod status;
mod words;
mod write_draft;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::simulation::Sim;

const OFFER: &str = "/api/publishers/{publisher}/offers/{offer}";

/// The addresses of the Cloud Partner Portal, behind its gate.
pub fn build_router(sim: &Sim) -> Router<Sim> {
    let of_offer = |rest: &str| format!("{OFFER}{rest}");
    Router::new()
        .route("/api/publishers", get(offers::list_publishers))
        .route("/api/publishers/{publisher}/offers", get(offers::list_offers))
        .route(OFFER, get(offers::get_draft).put(write_draft::put_draft))
        .route(&of_offer("/versions/{version}"), get(offers::get_version))
        .route(&of_offer("/slot/{slot}"), get(offers::get_slot))
        .route(&of_offer("/publish"), post(start::publish_offer))
        .route(&of_offer("/golive"), post(start::go_live_with_offer))
        .route(&of_offer("/cancel"), post(cancel::cancel_offer))
        .route(&of_offer("/status"), get(status::get_status))
        .route(&of_offer("/submissions"), get(operations::list_submissions))
        .route(&of_offer("/submissions/"), get(operations::list_submissions))
        .route(&of_offer("/operations/{operation}"), get(operations::get_operation))
        .route(&of_offer("/operations/{operation}/"), get(operations::get_operation_with_slash))
        .route("/api/operations/{legacy}", get(operations::get_legacy_operation))
        .layer(from_fn_with_state(sim.clone(), gate::pass_gate))
}
