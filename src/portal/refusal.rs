//! An answer that is not a good one, as a [`CallError`]. Errors come in six forms:
//! `error.code` and `error.message`, a bare `Message`, a JSON text, the `error` of a part of the
//! service, plain text or HTML, and nothing.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::json::{find_field, read_text};
use super::{CallError, Trouble};
use crate::http::{Response, quote};
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

/// What a call was about, for its messages.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    /// What was tried: `publish offer contoso-offer of publisher contoso`.
    pub doing: String,
    /// What a 404 means.
    pub missing: Code,
    /// What to do about a status, if there is something to do.
    pub hint: fn(StatusCode) -> Option<&'static str>,
}

/// Reads an answer whose status is not 2xx.
pub(super) fn read_refusal(
    subject: &Subject,
    answer: &Response,
    retry_after: Option<Duration>,
    secrets: &Secrets,
) -> CallError {
    let status = answer.status;
    let (trouble, code) = classify(status, subject.missing);
    let mut message = format!("could not {}: the portal answered {status}", subject.doing);
    let said = said(answer, secrets);
    if !said.is_empty() {
        message.push_str(": ");
        message.push_str(&said);
    }
    let problem = Problem {
        correlation_id: answer.correlation_id(),
        hint: (subject.hint)(status).map(str::to_owned),
        ..Problem::new(code, message)
    };
    CallError { trouble, problem, retry_after }
}

fn classify(status: StatusCode, missing: Code) -> (Trouble, Code) {
    match status.as_u16() {
        401 => (Trouble::Auth, Code::PortalUnauthorized),
        403 => (Trouble::Auth, Code::PortalForbidden),
        404 => (Trouble::NotFound, missing),
        409 => (Trouble::Conflict, Code::PortalRefused),
        408 | 429 | 300..=399 | 500..=599 => (Trouble::Passing, Code::Unavailable),
        _ => (Trouble::Refused, Code::PortalRefused),
    }
}

/// The words of one of the service's own parts, which stand under its name.
fn of_a_part(json: &Value) -> Option<String> {
    json.as_object()?.values().find_map(|part| read_text(part, &["error"]))
}

/// The portal's own words; empty if it has none.
fn said(answer: &Response, secrets: &Secrets) -> String {
    let Some(json) = answer.json() else {
        return answer.quote(secrets);
    };
    let inner = find_field(&json, &["error"]).filter(|value| value.is_object()).unwrap_or(&json);
    let bare = json.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let parts: Vec<String> = [
        read_text(inner, &["code"]),
        read_text(inner, &["message", "error_description"]),
        bare,
        read_text(&json, &["error"]),
        of_a_part(&json),
    ]
    .into_iter()
    .flatten()
    .take(2)
    .collect();
    if parts.is_empty() {
        answer.quote(secrets)
    } else {
        quote(parts.join(": ").as_bytes(), secrets)
    }
}
