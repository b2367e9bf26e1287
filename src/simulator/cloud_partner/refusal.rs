//! The portal's errors, in each form that was seen.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::simulator::scenario::{ErrorBody, PortalSwitches};

/// Why the portal does not do what it was asked.
#[derive(Debug, Clone)]
pub struct PortalRefusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl PortalRefusal {
    /// A refusal with a status, a code and a message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400 with the code `BadRequest`.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// 409 with the code `Conflict`.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", message)
    }

    /// 404 with the code `NotFound`.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", format!("{what} was not found."))
    }

    /// A failure of the portal's own.
    pub fn server_error(status: StatusCode) -> Self {
        Self::new(
            status,
            "InternalServerError",
            "We cannot complete the request now, please try again later.",
        )
    }

    /// The answer; 401 has a form of its own.
    pub fn to_response(&self, portal: &PortalSwitches) -> Response {
        let json = |body: serde_json::Value| {
            ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        };
        let (code, message) = (self.code, &self.message);
        let form = if self.status == StatusCode::UNAUTHORIZED {
            ErrorBody::CapitalMessage
        } else {
            portal.error_body
        };
        let number = self.status.as_u16();
        match form {
            ErrorBody::Error => {
                (self.status, json(json!({"error": {"code": code, "message": message}})))
                    .into_response()
            }
            ErrorBody::Message => (self.status, json(json!({"message": message}))).into_response(),
            ErrorBody::CapitalMessage => {
                (self.status, json(json!({"Message": message}))).into_response()
            }
            ErrorBody::String => {
                let text = format!(
                    "Microsoft.Ingestion.Api.Common.Exceptions.Http{number}Exception: \
                     {message}\r\n   at Microsoft.Ingestion"
                );
                (self.status, json(json!(text))).into_response()
            }
            ErrorBody::Text => {
                (self.status, [(header::CONTENT_TYPE, "text/plain")], message.clone())
                    .into_response()
            }
            ErrorBody::Html => {
                let page = format!(
                    "<!DOCTYPE html><html><body><h2>{number} \
                     {code}</h2><p>{message}</p></body></html>"
                );
                (self.status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
            }
            ErrorBody::Empty => self.status.into_response(),
        }
    }
}
