//! The one HTTP client. Everything that leaves this process goes through [`Transport`]; tests put a
//! world in memory behind it.

mod client;
mod exchange;
mod origin;
mod response;
mod retry;
mod retry_after;
#[cfg(test)]
pub(crate) mod testing;

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

pub(crate) use client::list_causes;
pub use client::{ClientError, ReqwestTransport};
pub use exchange::{Exchange, Recorded, show_address};
pub use origin::{Unprotected, check_protected, is_loopback};
pub use response::{correlation_id, quote, read_json};
pub use retry::{Again, Repeatable, Retry, repeat};
pub use retry_after::retry_after;

/// One request. Redirects are never followed.
#[derive(Debug, Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Whole address, query included.
    pub url: Url,
    /// Headers; values with secrets are marked sensitive.
    pub headers: HeaderMap,
    /// The body, as it is sent; `None` sends none.
    pub body: Option<Bytes>,
    /// Limit of the whole exchange, body included.
    pub timeout: Duration,
}

/// One answer, its body read whole and bounded.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status; redirects are not followed.
    pub status: StatusCode,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body, unpacked, within the client's limit.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The request surely did not reach the other side: name not resolved, connection refused, TLS
    /// not agreed.
    Unsent,
    /// It may have been carried out: timeout, reset, a body that broke off.
    Unknown,
    /// The answer came but is larger than the limit.
    TooLarge,
}

/// A request without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What is known of the request's fate.
    pub lost: Lost,
    /// What happened, without secrets, with the address's origin.
    pub message: String,
    /// The head of the answer, where only its body could not be read.
    pub head: Option<(StatusCode, HeaderMap)>,
}

impl TransportError {
    /// A request without any answer.
    #[must_use]
    pub fn new(lost: Lost, message: impl Into<String>) -> Self {
        Self { lost, message: message.into(), head: None }
    }
}

/// Sends requests; no retry, no redirect.
pub trait Transport {
    /// Sends one request and reads the whole answer.
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>>;
}

impl<T: Transport + ?Sized> Transport for Rc<T> {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        (**self).send(request)
    }
}
