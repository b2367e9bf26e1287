//! Without a secret: GitHub vouches for the job by an id token, which Entra exchanges for one of
//! its own.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::entra::{Failure, Service, TIMEOUT, is_busy, repeat_exchange};
use super::entra_error::Proof;
use super::ready_made::fits_a_header;
use super::{Claims, EntraApplication, Token, TokenSource, Wire};
use crate::http::{Again, Request, check_protected, show_address};
use crate::ids::RepositoryIds;
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

/// The kind of client assertion (RFC 7523, 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Entra's replicas learn of a new credential one by one, so a refusal may be followed by a
/// success, seconds later. Two more tries bridge that; the minutes that a credential needs at first
/// are not waited for: a wrong subject is by far the commoner cause, and whoever waits for the job
/// wants to hear of it.
const CREDENTIAL_REPEATS: u32 = 2;
const CREDENTIAL_WAIT: Duration = Duration::from_secs(5);

/// GitHub's endpoint that makes id tokens for this job.
pub struct IdTokenService {
    url: Url,
    request_token: SecretString,
}

impl IdTokenService {
    /// Takes `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    ///
    /// # Errors
    /// If the address may not receive a token, or the token fits no header.
    pub fn new(url: Url, request_token: SecretString, secrets: &Secrets) -> Result<Self, Problem> {
        secrets.register(request_token.expose_secret());
        let refused = |why: String| {
            Problem::new(Code::OidcRefused, why)
                .hint("these variables are set by the runner: do not set them in the workflow")
        };
        check_protected(&url).map_err(|why| {
            refused(format!(
                "ACTIONS_ID_TOKEN_REQUEST_URL is `{}`, which {why}",
                show_address(&url)
            ))
        })?;
        if !fits_a_header(request_token.expose_secret()) {
            return Err(refused(
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not a token: it has spaces or line breaks in it"
                    .to_owned(),
            ));
        }
        Ok(Self { url, request_token })
    }

    fn request(&self, audience: &str) -> Request {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("audience", audience);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Ok(mut bearer) =
            HeaderValue::from_str(&format!("Bearer {}", self.request_token.expose_secret()))
        {
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        Request { method: Method::GET, url, headers, body: None, timeout: TIMEOUT }
    }

    /// A new id token. They live five minutes, so none is ever kept.
    async fn id_token(&self, wire: &Wire, audience: &str) -> Result<SecretString, Failure> {
        let origin = self.url.origin().ascii_serialization();
        let service = Service {
            what: "id token from GitHub",
            origin: &origin,
            cure: "look at https://www.githubstatus.com",
        };
        let answer = match wire.transport.send(self.request(audience)).await {
            Ok(answer) => answer,
            Err(error) => return Err(service.lost(wire, &error.to_string())),
        };
        if answer.status.is_client_error() && !is_busy(&answer) {
            return Err(Failure {
                problem: explain_refusal(
                    answer.status.as_u16(),
                    &origin,
                    audience,
                    &answer.quote(&wire.secrets),
                ),
                again: Again::Never,
                unknown_credential: false,
            });
        }
        let json = answer.json().unwrap_or_default();
        match json["value"].as_str() {
            Some(token) if answer.status.is_success() && !token.is_empty() => {
                wire.secrets.register(token);
                Ok(SecretString::from(token))
            }
            _ => Err(service.unusable(wire, &answer)),
        }
    }
}

/// GitHub did not set the address and the token: the job lacks the permission.
#[must_use]
pub fn oidc_not_permitted() -> Problem {
    Problem::new(
        Code::OidcNotPermitted,
        "GitHub gives this job no OIDC token: ACTIONS_ID_TOKEN_REQUEST_URL and \
         ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set",
    )
    .hint(
        "add to the job:\n\npermissions:\n  id-token: write\n  contents: read\n\n\
         (a called workflow needs it from its caller too). Pull requests from forks never get an \
         OIDC token. Elsewhere than in a workflow, give `client-secret` or `access-token`.",
    )
}

fn explain_refusal(status: u16, origin: &str, audience: &str, quote: &str) -> Problem {
    let hint = match status {
        401 | 403 => {
            "the job's request token may have ended: GitHub's hosted jobs end after 6 hours; \
             continue in a new job with `command: resume`"
        }
        _ => "check input `audience`",
    };
    let quote = if quote.is_empty() { String::new() } else { format!(": `{quote}`") };
    Problem::new(
        Code::OidcRefused,
        format!("{origin} gives no id token for audience `{audience}` (HTTP {status}){quote}"),
    )
    .hint(hint)
}

/// Tokens by GitHub's OIDC.
pub struct GithubOidc {
    app: EntraApplication,
    service: IdTokenService,
    audience: String,
    ids: Option<RepositoryIds>,
    wire: Wire,
}

impl GithubOidc {
    /// Nothing is sent yet. `audience` is what the application's federated credential expects.
    #[must_use]
    pub fn new(app: EntraApplication, service: IdTokenService, audience: &str, wire: Wire) -> Self {
        Self { app, service, audience: audience.to_owned(), ids: None, wire }
    }

    /// With the numbers of the repository, for messages about a subject that no credential has.
    #[must_use]
    pub fn of_repository(self, ids: Option<RepositoryIds>) -> Self {
        Self { ids, ..self }
    }

    async fn exchange(&self) -> Result<Token, Failure> {
        let id_token = self.service.id_token(&self.wire, &self.audience).await?;
        let claims = Claims::of(id_token.expose_secret())
            .map(|claims| Claims { ids: claims.ids.or(self.ids), ..claims });
        let fields =
            [("client_assertion_type", JWT_BEARER), ("client_assertion", id_token.expose_secret())];
        self.app.exchange(&self.wire, &fields, Proof::IdToken(claims.as_ref())).await
    }
}

impl TokenSource for GithubOidc {
    fn fetch(&self) -> LocalBoxFuture<'_, Result<Token, Problem>> {
        Box::pin(async move {
            let mut credential_repeats = 0;
            let attempt = async || {
                let mut result = self.exchange().await;
                if let Err(failure) = &mut result
                    && failure.unknown_credential
                    && credential_repeats < CREDENTIAL_REPEATS
                {
                    credential_repeats += 1;
                    failure.again = Again::After(CREDENTIAL_WAIT);
                }
                result
            };
            repeat_exchange(&self.wire, attempt).await
        })
    }
}
