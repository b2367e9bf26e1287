//! Microsoft Entra's token endpoint and GitHub's OIDC endpoint.

pub mod issued;
mod metadata;
mod oidc;
#[cfg(test)]
pub use self::oidc::read_claims;
mod token;

use axum::Router;
use axum::routing::{get, post};

use super::simulation::Sim;

/// The addresses of both.
pub fn build_router() -> Router<Sim> {
    Router::new()
        .route("/{tenant}/oauth2/token", post(token::issue_v1))
        .route("/{tenant}/oauth2/v2.0/token", post(token::issue_v2))
        .route(
            "/{tenant}/.well-known/openid-configuration",
            get(metadata::get_openid_configuration),
        )
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(metadata::get_openid_configuration),
        )
        .route("/common/discovery/instance", get(metadata::get_instances))
        .route("/oidc/token", get(oidc::issue_id_token))
}
