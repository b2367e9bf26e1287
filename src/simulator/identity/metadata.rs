//! The documents that client libraries read before they ask for a token.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::token::{Denied, known_tenant};
use crate::simulator::simulation::{Sim, Simulation};

/// The address under which the client knows this server: a proxy in between says so.
fn public_origin(sim: &Simulation, headers: &HeaderMap) -> String {
    let forwarded = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (forwarded("x-forwarded-proto"), forwarded("x-forwarded-host")) {
        (Some(scheme), Some(host)) => format!("{scheme}://{host}"),
        _ => sim.base_url.clone(),
    }
}

/// GET `/{tenant}/v2.0/.well-known/openid-configuration`.
pub async fn get_openid_configuration(
    State(sim): State<Sim>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !known_tenant(&sim.scenario.auth, &tenant) {
        return Denied::tenant(&tenant).to_response(&sim);
    }
    let origin = public_origin(&sim, &headers);
    let document = json!({
        "issuer": format!("{origin}/{tenant}/v2.0"),
        "authorization_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{origin}/{tenant}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{origin}/{tenant}/discovery/v2.0/keys"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "tenant_region_scope": "EU",
    });
    Json(document).into_response()
}

/// GET `/common/discovery/instance`.
pub async fn get_instances(
    State(sim): State<Sim>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let origin = public_origin(&sim, &headers);
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    let endpoint = query
        .iter()
        .find(|(key, _)| key == "authorization_endpoint")
        .map(|(_, value)| value.as_str());
    let tenant = endpoint.and_then(|address| address.split('/').nth(3)).unwrap_or("common");
    let document = json!({
        "tenant_discovery_endpoint":
            format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    });
    (StatusCode::OK, Json(document)).into_response()
}
