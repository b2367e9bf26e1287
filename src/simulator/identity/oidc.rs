//! GitHub's OIDC endpoint, where `ACTIONS_ID_TOKEN_REQUEST_URL` points.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::issued::read_bearer;
use crate::simulator::clock::add_time;
use crate::simulator::simulation::Sim;

/// GET of the request URL with `audience`.
pub async fn issue_id_token(
    State(sim): State<Sim>,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let auth = &sim.scenario.auth;
    if read_bearer(&headers) != Some(auth.request_token.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"message": "Bad credentials"})))
            .into_response();
    }
    let audience = query.into_iter().find(|(key, _)| key == "audience").map(|(_, value)| value);
    let audience = audience.unwrap_or_else(|| "https://github.com/contoso".to_owned());
    let now = sim.clock.now();
    let jti = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    sim.world().issued.id_tokens.insert(jti.clone(), false);
    let claims = json!({
        "jti": jti,
        "sub": auth.subject,
        "aud": audience,
        "iss": auth.issuer,
        "iat": now.as_second(),
        "nbf": now.as_second() - 60,
        "exp": add_time(now, auth.id_token_lifetime.0).as_second(),
        "repository": "contoso/offers",
        "repository_owner": "contoso",
    });
    Json(json!({"count": 2048, "value": encode_jwt(&claims)})).into_response()
}

/// A token whose signature nobody can check.
fn encode_jwt(claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "simulated"});
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    format!(
        "{}.{}.{}",
        encode(&header.to_string()),
        encode(&claims.to_string()),
        encode("simulated signature")
    )
}

/// The claims of a token.
pub fn read_claims(jwt: &str) -> Option<Value> {
    let payload = jwt.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
