//! The token endpoint, versions 1 and 2: client secret and client assertion.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::oidc::read_claims;
use crate::simulator::dates::to_the_second;
use crate::simulator::scenario::{Reuse, TenantClient, TokenSwitches, default_audience};
use crate::simulator::simulation::{Sim, Simulation};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// POST `/{tenant}/oauth2/token`: numbers are strings.
pub async fn issue_v1(State(sim): State<Sim>, Path(tenant): Path<String>, body: Bytes) -> Response {
    let form = TokenForm::read(&body);
    let named = form.get("resource");
    let resource = known_resources(&sim)
        .into_iter()
        .find(|known| named.is_some_and(|named| named.trim_end_matches('/') == *known));
    let result = resource
        .ok_or_else(|| Denied::resource(named))
        .and_then(|resource| issue_token(&sim, &tenant, &form, resource));
    match result {
        Err(denied) => denied.to_response(&sim),
        Ok(token) => {
            let lifetime = sim.scenario.auth.token_lifetime.0.as_secs();
            let now = sim.clock.now().as_second();
            Json(json!({
                "token_type": "Bearer",
                "expires_in": lifetime.to_string(),
                "ext_expires_in": lifetime.to_string(),
                "expires_on": (now + lifetime).to_string(),
                "not_before": (now - 300).to_string(),
                "resource": resource,
                "access_token": token,
            }))
            .into_response()
        }
    }
}

/// POST `/{tenant}/oauth2/v2.0/token`.
pub async fn issue_v2(State(sim): State<Sim>, Path(tenant): Path<String>, body: Bytes) -> Response {
    let form = TokenForm::read(&body);
    let scope = form.get("scope");
    let resource = known_resources(&sim).into_iter().find(|known| {
        let wanted = format!("{known}/.default");
        scope.is_some_and(|scope| scope.split(' ').any(|one| one == wanted))
    });
    let result = resource
        .ok_or_else(|| Denied::scope(scope))
        .and_then(|resource| issue_token(&sim, &tenant, &form, resource));
    match result {
        Err(denied) => denied.to_response(&sim),
        Ok(token) => {
            let lifetime = sim.scenario.auth.token_lifetime.0.as_secs();
            let body = json!({
                "token_type": "Bearer",
                "expires_in": lifetime,
                "ext_expires_in": lifetime,
                "access_token": token,
            });
            Json(body).into_response()
        }
    }
}

/// The resources that there are tokens for: one for each API.
fn known_resources(sim: &Simulation) -> [&str; 2] {
    let auth = &sim.scenario.auth;
    [&auth.resource, &auth.ingestion_resource]
}

fn issue_token(
    sim: &Simulation,
    tenant: &str,
    form: &TokenForm,
    resource: &str,
) -> Result<String, Denied> {
    let auth = &sim.scenario.auth;
    if form.get("grant_type") != Some("client_credentials") {
        return Err(Denied::request(
            900_144,
            "The request body must contain the parameter 'grant_type' with 'client_credentials'.",
        ));
    }
    let id = form.get("client_id").ok_or_else(|| {
        Denied::request(900_144, "The request body must contain the parameter 'client_id'.")
    })?;
    if !known_tenant(auth, tenant) {
        return Err(Denied::tenant(tenant));
    }
    let listed = auth.tenants.iter().find(|known| known.id == tenant);
    let client = match listed {
        None => None,
        Some(known) => Some(
            known
                .clients
                .iter()
                .find(|client| client.id == id)
                .ok_or_else(|| Denied::client(id, tenant))?,
        ),
    };
    if let Some(assertion) = form.get("client_assertion") {
        check_assertion(sim, form, client, assertion)?;
    } else {
        let secret = form.get("client_secret").filter(|secret| !secret.is_empty());
        let secret = secret.ok_or_else(|| {
            Denied::unauthorized(
                7_000_216,
                "'client_assertion', 'client_secret' or 'request' is required.",
            )
        })?;
        if client.is_some_and(|client| client.secret.as_deref() != Some(secret)) {
            return Err(Denied::secret(id));
        }
    }
    let now = sim.clock.now();
    Ok(sim.world().issued.access_token(resource, auth, now))
}

fn check_assertion(
    sim: &Simulation,
    form: &TokenForm,
    client: Option<&TenantClient>,
    assertion: &str,
) -> Result<(), Denied> {
    let auth = &sim.scenario.auth;
    if form.get("client_assertion_type") != Some(ASSERTION) {
        return Err(Denied::request(
            900_144,
            "The request body must contain the parameter 'client_assertion_type'.",
        ));
    }
    let claims = read_claims(assertion)
        .ok_or_else(|| Denied::unauthorized(50_027, "JWT token is invalid or malformed."))?;
    let claim = |name: &str| claims[name].as_str().unwrap_or_default();
    let no_match = |code, what: &str, name: &str| {
        let presented = claim(name);
        let text = format!(
            "No matching federated identity record found for presented assertion {what} \
             '{presented}'."
        );
        Err(Denied::unauthorized(code, &text))
    };
    if client
        .and_then(|client| client.issuer.as_deref())
        .is_some_and(|issuer| issuer != claim("iss"))
    {
        return no_match(700_211, "issuer", "iss");
    }
    if client
        .and_then(|client| client.subject.as_deref())
        .is_some_and(|subject| subject != claim("sub"))
    {
        return no_match(700_213, "subject", "sub");
    }
    if client.map_or_else(default_audience, |client| client.audience.clone()) != claim("aud") {
        return no_match(700_212, "audience", "aud");
    }
    let now = sim.clock.now();
    let stale = claims["exp"].as_i64().is_none_or(|until| until <= now.as_second());
    let mut world = sim.world();
    match world.issued.id_tokens.get_mut(claim("jti")) {
        None => Err(Denied::unauthorized(
            50_027,
            "JWT token is invalid or malformed: it was not issued by this issuer.",
        )),
        Some(used) if stale || (*used && auth.id_token_reuse == Reuse::Refused) => {
            let shown = to_the_second(now);
            Err(Denied::unauthorized(
                700_024,
                &format!(
                    "TenantClient assertion is not within its valid time range. Current time: \
                     {shown}, \
                     expiry time of assertion {}.",
                    claims["exp"]
                ),
            ))
        }
        Some(used) => {
            *used = true;
            Ok(())
        }
    }
}

/// Whether a tenant exists.
pub fn known_tenant(auth: &TokenSwitches, tenant: &str) -> bool {
    auth.tenants.is_empty() || auth.tenants.iter().any(|known| known.id == tenant)
}

/// The fields of a form.
struct TokenForm(Vec<(String, String)>);

impl TokenForm {
    fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no token.
pub struct Denied {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

impl Denied {
    fn unauthorized(code: u32, text: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            code,
            text: text.to_owned(),
        }
    }

    fn request(code: u32, text: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_request",
            code,
            text: text.to_owned(),
        }
    }

    /// There is no such tenant.
    pub fn tenant(tenant: &str) -> Self {
        Self::request(
            90_002,
            &format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID \
                 and are signing into the correct cloud."
            ),
        )
    }

    fn client(id: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{id}' was not found in the directory '{tenant}'. This \
             can happen if the application has not \
             been installed by the administrator of the tenant or consented to by any user in the \
             tenant."
        );
        Self { status: StatusCode::BAD_REQUEST, error: "unauthorized_client", code: 700_016, text }
    }

    fn secret(id: &str) -> Self {
        Self::unauthorized(
            7_000_215,
            &format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client \
                 secret ID, for a secret added to app '{id}'."
            ),
        )
    }

    fn scope(scope: Option<&str>) -> Self {
        let scope = scope.unwrap_or_default();
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value \
             '{scope}' is not valid."
        );
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_scope", code: 70_011, text }
    }

    fn resource(resource: Option<&str>) -> Self {
        let resource = resource.unwrap_or_default();
        let text = format!("The resource principal named {resource} was not found in the tenant.");
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_resource", code: 500_011, text }
    }

    /// The answer to an exchange that succeeded.
    pub fn to_response(&self, sim: &Simulation) -> Response {
        let (trace, correlation) =
            (crate::simulator::guid::new_guid(), crate::simulator::guid::new_guid());
        let timestamp = sim.clock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.code, self.text
        );
        let body: Value = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        (self.status, Json(body)).into_response()
    }
}
