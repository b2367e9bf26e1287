//! The Product Ingestion API, below `/rp/product-ingestion`.

mod answers;
pub mod api;
mod configure;
pub mod default_resources;
mod documents;
mod draft_checks;
mod job;
mod lists;
pub mod product;
pub mod product_store;
mod submission;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

use super::simulation::Sim;

/// The addresses below `/rp/product-ingestion`, behind their gate.
pub fn build_router(sim: &Sim) -> Router<Sim> {
    Router::new()
        .route("/rp/product-ingestion/{*path}", any(api::handle_request))
        .layer(from_fn_with_state(sim.clone(), api::pass_gate))
}
