//! The token endpoint of Microsoft Entra: one form POST, for every kind of proof.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::entra_error::{EntraAnswer, Proof};
use super::ready_made::fits_a_header;
use super::{Token, entra_error};
use crate::clock::Clock;
use crate::http::{
    Again, Repeatable, Request, Response, Retry, Transport, check_protected, repeat, retry_after,
};
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;
use crate::text::bound_line;

/// Limit of one request for a token.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// Limit of all attempts at one token together; a longer `Retry-After` is not waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A lifetime that is missing or absurd counts as this: short enough to be true of every token.
const ASSUMED_LIFETIME: Duration = Duration::from_mins(5);

/// No token of Entra lives longer.
const LONGEST_LIFETIME: Duration = Duration::from_hours(24);

/// What every token source needs to make requests.
#[derive(Clone)]
pub struct Wire {
    /// Sends the requests.
    pub transport: Rc<dyn Transport>,
    /// Measures the waits between attempts.
    pub clock: Rc<dyn Clock>,
    /// Where every token is registered at first sight.
    pub secrets: Arc<Secrets>,
}

/// An application registered in Microsoft Entra, and what it wants a token for.
#[derive(Debug, Clone)]
pub struct EntraApplication {
    pub(super) endpoint: Url,
    pub(super) tenant: String,
    pub(super) client_id: String,
    pub(super) resource: String,
}

/// A tenant is an id or a domain. Anything else could walk to another path of the authority.
fn check_tenant(tenant: &str) -> Result<(), Problem> {
    if tenant.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
        && tenant.chars().any(|c| c != '.')
    {
        return Ok(());
    }
    let message = format!("input `tenant-id` is `{}`, which is no tenant", bound_line(tenant));
    Err(Problem::new(Code::InputInvalid, message).hint(
        "give the Directory (tenant) ID, or a domain of the tenant such as \
         `contoso.onmicrosoft.com`",
    ))
}

impl EntraApplication {
    /// Puts the parts together: the endpoint is `{authority}/{tenant}/oauth2/v2.0/token`, the scope
    /// `{resource}/.default`.
    ///
    /// # Errors
    /// If a part is empty, or the authority may not receive secrets.
    pub fn new(
        authority: &Url,
        tenant: &str,
        client_id: &str,
        resource: &str,
    ) -> Result<Self, Problem> {
        for (input, value) in
            [("tenant-id", tenant), ("client-id", client_id), ("resource", resource)]
        {
            if value.is_empty() {
                return Err(Problem::new(Code::InputMissing, format!("input `{input}` is empty"))
                    .hint(format!("give `{input}`, or a token of your own as `access-token`")));
            }
        }
        check_tenant(tenant)?;
        check_protected(authority).map_err(|why| {
            let shown = crate::http::show_address(authority);
            let message = format!("input `authority-url` is `{shown}`, which {why}");
            Problem::new(Code::InputInvalid, message)
                .hint("for the public cloud it is `https://login.microsoftonline.com`")
        })?;
        let mut endpoint = authority.clone();
        endpoint.set_query(None);
        endpoint.set_fragment(None);
        if let Ok(mut path) = endpoint.path_segments_mut() {
            path.pop_if_empty().extend([tenant, "oauth2", "v2.0", "token"]);
        }
        Ok(Self {
            endpoint,
            tenant: tenant.to_owned(),
            client_id: client_id.to_owned(),
            resource: resource.to_owned(),
        })
    }

    fn request(&self, proof: &[(&str, &str)]) -> Request {
        let form = Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", &format!("{}/.default", self.resource))
            .append_pair("grant_type", "client_credentials")
            .extend_pairs(proof)
            .finish();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Request {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers,
            body: Some(Bytes::from(form)),
            timeout: TIMEOUT,
        }
    }

    /// One exchange of a proof for a token.
    pub(super) async fn exchange(
        &self,
        wire: &Wire,
        fields: &[(&str, &str)],
        proof: Proof<'_>,
    ) -> Result<Token, Failure> {
        let origin = self.endpoint.origin().ascii_serialization();
        let service = Service {
            what: "token",
            origin: &origin,
            cure: "check input `authority-url`, and that this runner reaches it",
        };
        let answer = match wire.transport.send(self.request(fields)).await {
            Ok(answer) => answer,
            Err(error) => return Err(service.lost(wire, &error.to_string())),
        };
        if is_busy(&answer) {
            return Err(service.unusable(wire, &answer));
        }
        let json = answer.json().unwrap_or_default();
        if answer.status.is_success() {
            return read_token(wire, &json).ok_or_else(|| service.unusable(wire, &answer));
        }
        match EntraAnswer::read(answer.status, &json, |text| wire.secrets.redact(text)) {
            Some(refusal) if refusal.error == "temporarily_unavailable" => {
                Err(service.unusable(wire, &answer))
            }
            Some(refusal) => {
                let problem = entra_error::explain_refusal(self, proof, &refusal);
                Err(Failure {
                    problem,
                    again: Again::Never,
                    unknown_credential: refusal.is_unknown_credential(),
                })
            }
            None => Err(service.unusable(wire, &answer)),
        }
    }
}

/// Reads a token, and registers it as a secret before anything else.
fn read_token(wire: &Wire, json: &Value) -> Option<Token> {
    let secret = json["access_token"]
        .as_str()
        .filter(|secret| !secret.is_empty() && fits_a_header(secret))?;
    wire.secrets.register(secret);
    let bearer = json["token_type"].as_str().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    bearer.then(|| Token {
        secret: SecretString::from(secret),
        lifetime: Some(read_lifetime(&json["expires_in"])),
    })
}

/// `expires_in`: a number in version 2, a text in version 1.
fn read_lifetime(expires_in: &Value) -> Duration {
    let seconds = expires_in.as_f64().or_else(|| expires_in.as_str()?.trim().parse().ok());
    match seconds {
        Some(seconds) if seconds > 0.0 && seconds.is_finite() => {
            Duration::try_from_secs_f64(seconds)
                .map_or(LONGEST_LIFETIME, |lifetime| lifetime.min(LONGEST_LIFETIME))
        }
        _ => ASSUMED_LIFETIME,
    }
}

/// A failed attempt at a token.
#[derive(Debug)]
pub(super) struct Failure {
    pub problem: Problem,
    pub again: Again,
    /// Entra does not know the federated credential, or one of its replicas does not know it yet.
    pub unknown_credential: bool,
}

impl Repeatable for Failure {
    fn again(&self) -> Again {
        self.again
    }
}

/// Whether the status says to come back later.
pub(super) fn is_busy(answer: &Response) -> bool {
    matches!(answer.status.as_u16(), 408 | 429) || answer.status.is_server_error()
}

/// An endpoint that gives tokens, for messages about its hiccups.
pub(super) struct Service<'a> {
    /// What it gives: `token from Microsoft Entra`.
    pub what: &'static str,
    pub origin: &'a str,
    /// What to look at if it never answers usefully.
    pub cure: &'static str,
}

impl Service<'_> {
    /// There is an answer, but nothing can be done with it.
    pub fn unusable(&self, wire: &Wire, answer: &Response) -> Failure {
        let quote = match answer.quote(&wire.secrets) {
            empty if empty.is_empty() => "without a body".to_owned(),
            _ if answer.status.is_success() => "with a body that holds no token".to_owned(),
            quote => format!("`{quote}`"),
        };
        let id =
            answer.correlation_id().map(|id| format!(" (request id {id})")).unwrap_or_default();
        let again =
            retry_after(&answer.headers, wire.clock.now()).map_or(Again::Soon, Again::After);
        Failure {
            again,
            ..self.lost(
                wire,
                &format!("{} answered HTTP {} {quote}{id}", self.origin, answer.status.as_u16()),
            )
        }
    }

    /// There is no answer.
    pub fn lost(&self, wire: &Wire, message: &str) -> Failure {
        let problem = Problem::new(
            Code::Unavailable,
            format!("no {}: {}", self.what, wire.secrets.redact(message)),
        )
        .hint(format!("{}; if the service is down, run the job again later", self.cure));
        Failure { problem, again: Again::Soon, unknown_credential: false }
    }
}

/// Attempts until there is a token, within [`PATIENCE`].
pub(super) async fn repeat_exchange(
    wire: &Wire,
    attempt: impl AsyncFnMut() -> Result<Token, Failure>,
) -> Result<Token, Problem> {
    let deadline = wire.clock.elapsed().saturating_add(PATIENCE);
    let mut repeats = 0;
    let observe = |failure: &Failure, wait: Duration, number: u32| {
        repeats = number;
        tracing::debug!("{}; trying again in {:.1} s", failure.problem, wait.as_secs_f64());
    };
    let result = repeat(&*wire.clock, Retry::TOKEN, Some(deadline), attempt, observe).await;
    result.map_err(|failure| {
        let mut problem = failure.problem;
        if repeats > 0 {
            problem.message = format!("{} (after {} attempts)", problem.message, repeats + 1);
        }
        problem
    })
}
