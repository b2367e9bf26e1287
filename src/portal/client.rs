//! One request to an API, with a token: what every backend does in the same way.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, InvalidHeaderValue};
use http::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::error::{CallError, Trouble};
use crate::auth::Credentials;
use crate::clock::Clock;
use crate::http::{Lost, Request, Response, Transport, TransportError};
use crate::problem::{Class, Code, Problem};
use crate::secrets::{Secrets, find_signatures_in_answer};

/// `serde_json` stops here.
const DEEPEST: u32 = 128;

/// Where an API is, and how to sign in.
#[derive(Clone)]
pub struct Access {
    /// The API's origin. The token goes there and nowhere else.
    pub origin: Url,
    /// How to sign in.
    pub credentials: Rc<Credentials>,
    /// What must not be quoted from answers.
    pub secrets: Arc<Secrets>,
}

/// Sends requests with a token to one API.
pub(super) struct Client<T> {
    transport: T,
    pub access: Access,
    pub clock: Rc<dyn Clock>,
}

/// A write whose first answer, a refused token, took longer is not repeated unseen: something may
/// have been started in the meantime.
const LONGEST_UNSEEN: Duration = Duration::from_secs(5);

/// One request without its token.
pub(super) struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    pub timeout: Duration,
    /// Whether an answer is one also if its body breaks off.
    pub head_is_enough: bool,
}

impl<T: Transport> Client<T> {
    pub fn new(access: Access, transport: T, clock: Rc<dyn Clock>) -> Self {
        Self { transport, access, clock }
    }

    /// The answer, whatever its status. A token that the API refuses is renewed once, for a 401
    /// surely started nothing. `doing` is what could not be done, for the error.
    pub async fn send(&self, doing: &str, call: Call) -> Result<Response, CallError> {
        let credentials = &self.access.credentials;
        let mut token = credentials.token().await.map_err(CallError::without_token)?;
        let mut renewed = false;
        let since = self.clock.elapsed();
        loop {
            let mut headers = call.headers.clone();
            headers.extend(signed(&token).map_err(|_| unusable_token())?);
            let request = Request {
                method: call.method.clone(),
                url: call.url.clone(),
                headers,
                body: call.body.clone(),
                timeout: call.timeout,
            };
            let answer = match self.transport.send(request).await {
                Ok(answer) => answer,
                Err(TransportError { head: Some((status, headers)), .. })
                    if call.head_is_enough =>
                {
                    Response { status, headers, body: Bytes::new() }
                }
                Err(error) => return Err(CallError::lost(doing, &error)),
            };
            for signature in &find_signatures_in_answer(&answer.body) {
                self.access.secrets.register(signature);
            }
            if answer.status != StatusCode::UNAUTHORIZED || renewed {
                return Ok(answer);
            }
            token = credentials.renew(&token).await.map_err(CallError::without_token)?;
            renewed = true;
            let waited = self.clock.elapsed().saturating_sub(since);
            if call.method == Method::PUT && waited > LONGEST_UNSEEN {
                return Err(CallError::outdated(doing));
            }
        }
    }
}

impl CallError {
    /// No answer that says anything.
    pub(super) fn passing(message: String) -> Self {
        let problem = Problem::new(Code::Unavailable, message);
        Self { trouble: Trouble::Passing, problem, retry_after: None }
    }

    /// What was read before a write is too old by now to be written upon.
    fn outdated(doing: &str) -> Self {
        let message = format!("could not {doing}: the token was refused, after some time");
        let problem = Problem::new(Code::PortalUnauthorized, message);
        Self { trouble: Trouble::Changed, problem, retry_after: None }
    }

    /// No answer, or one that is too large.
    fn lost(doing: &str, error: &TransportError) -> Self {
        let message = format!("could not {doing}: {error}");
        match error.lost {
            Lost::TooLarge => Self::unreadable(message),
            Lost::Unsent | Lost::Unknown => Self::passing(message),
        }
    }

    /// The same for an answer that is small whenever it is the API's own: what is too large came
    /// from elsewhere.
    pub(super) fn of_small_answer(self) -> Self {
        match self.trouble {
            Trouble::Unreadable => Self::passing(self.problem.to_string()),
            _ => self,
        }
    }

    /// An answer that this program does not read; asking again would not change that.
    pub(super) fn unreadable(message: String) -> Self {
        let problem = Problem::new(Code::AnswerUnreadable, message).hint(
            "this program reads answers of up to 8 MiB, nested 128 levels deep; look at the offer \
             in Partner Center, and report this",
        );
        Self { trouble: Trouble::Unreadable, problem, retry_after: None }
    }

    /// Without a token nothing was asked of the API.
    fn without_token(problem: Problem) -> Self {
        let unavailable = problem.code.class() == Class::Unavailable;
        let trouble = if unavailable { Trouble::Passing } else { Trouble::Auth };
        Self { trouble, problem, retry_after: None }
    }
}

/// Whether a body is JSON that nests deeper than the reader goes: an answer of the API, though not
/// one for this program.
pub(super) fn is_too_deep(body: &[u8]) -> bool {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_u32, 0_u32, false, false);
    let json = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(json, Some(b'{' | b'[')) {
        return false;
    }
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest >= DEEPEST
}

/// Microsoft's pages list the content type on every call, reads included.
fn signed(token: &SecretString) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
    bearer.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    Ok(HeaderMap::from_iter([
        (AUTHORIZATION, bearer),
        (ACCEPT, json.clone()),
        (CONTENT_TYPE, json),
    ]))
}

fn unusable_token() -> CallError {
    CallError::without_token(
        Problem::new(
            Code::TokenRefused,
            "the access token has characters that no HTTP header can carry",
        )
        .hint("check what input `authority-url` points to: Microsoft Entra gives no such tokens"),
    )
}
