//! The machine's network: one reqwest client on rustls and ring.

use std::error::Error;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use http::Method;
use http::header::CONTENT_LENGTH;
use url::Url;

use super::{Lost, Request, Response, Transport, TransportError, is_loopback};

/// Largest body that is read, after decompression. The portal's longest answers, an offer's
/// operations, stay far below.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Limit of a whole exchange for callers that set none of their own, such as octocrab.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(30);

/// Load balancers close idle connections after minutes; a POST on a connection that is just being
/// closed has an unknown fate, so connections do not grow that old.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest list of causes in a message.
const DEEPEST_CAUSE: usize = 6;

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up: {0}")]
pub struct ClientError(String);

/// Sends requests through reqwest.
///
/// Certificates are checked against the system's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR`
/// are honoured) and against the public ones that are built in, so that an image without a CA
/// bundle and a company with its own authority both work.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    outside: reqwest::Client,
    loopback: reqwest::Client,
    largest_body: usize,
}

impl ReqwestTransport {
    /// Sets up the client; reads the proxy variables and the system's certificates.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new() -> Result<Self, ClientError> {
        Self::with_limits(EXCHANGE_TIMEOUT, LARGEST_BODY)
    }

    fn with_limits(exchange_timeout: Duration, largest_body: usize) -> Result<Self, ClientError> {
        // Fails only if a provider is installed already: by an earlier call.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut public = Vec::with_capacity(webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
            public.push(
                reqwest::Certificate::from_der(certificate)
                    .map_err(|error| ClientError(list_causes(&error)))?,
            );
        }
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| ClientError(list_causes(&error)))
        };
        Ok(Self {
            outside: build(set_up_client(exchange_timeout).tls_certs_merge(public.clone()))?,
            // A proxy cannot reach this machine's loopback: a rehearsal must not go through the one
            // that the runner is behind.
            loopback: build(set_up_client(exchange_timeout).tls_certs_merge(public).no_proxy())?,
            largest_body,
        })
    }

    /// The client for requests to this address, for libraries that bring their own requests.
    #[must_use]
    pub fn client_for(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) { &self.loopback } else { &self.outside }
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let origin = request.url.origin().ascii_serialization();
        let client = self.client_for(&request.url);
        let posts = request.method == Method::POST;
        let mut builder = client
            .request(request.method, request.url)
            .headers(request.headers)
            .timeout(request.timeout);
        builder = match request.body {
            Some(body) => builder.body(body),
            // Azure's front ends refuse a POST that does not say that it has no body (411).
            None if posts => builder.header(CONTENT_LENGTH, 0),
            None => builder,
        };
        let mut answer = builder.send().await.map_err(|error| classify_error(error, &origin))?;
        let body = read_body(&mut answer, self.largest_body, &origin).await?;
        Ok(Response {
            status: answer.status(),
            headers: std::mem::take(answer.headers_mut()),
            body,
        })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one HTTP client")]
fn set_up_client(exchange_timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_rustls()
        .user_agent(concat!("offer-release/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .gzip(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(exchange_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
}

/// Reads the body piece by piece, after decompression, so that neither its length nor what it
/// unpacks to is believed.
async fn read_body(
    answer: &mut reqwest::Response,
    largest: usize,
    origin: &str,
) -> Result<Bytes, TransportError> {
    let status = answer.status().as_u16();
    let mut body = BytesMut::new();
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) if body.len() + piece.len() <= largest => {
                body.extend_from_slice(&piece);
            }
            Ok(Some(_)) => {
                let message =
                    format!("{origin} answered HTTP {status} with more than {largest} bytes");
                return Err(without_body(answer, TransportError::new(Lost::TooLarge, message)));
            }
            Ok(None) => return Ok(body.freeze()),
            Err(error) => {
                let message = format!(
                    "the answer of {origin} (HTTP {status}) broke off: {}",
                    list_causes(&error.without_url())
                );
                return Err(without_body(answer, TransportError::new(Lost::Unknown, message)));
            }
        }
    }
}

/// An error after the answer's head arrived.
fn without_body(answer: &reqwest::Response, error: TransportError) -> TransportError {
    TransportError { head: Some((answer.status(), answer.headers().clone())), ..error }
}

/// An error before the answer's head arrived. Only while a connection is being made is it certain
/// that nothing was sent.
fn classify_error(error: reqwest::Error, origin: &str) -> TransportError {
    let (connecting, timed_out) = (error.is_connect(), error.is_timeout());
    let causes = list_causes(&error.without_url());
    let (lost, message) = match (connecting, timed_out) {
        (true, _) if causes.contains("UnknownIssuer") => (
            Lost::Unsent,
            format!(
                "no connection to {origin}: {causes}; if a proxy of your company opens TLS, name \
                 its certificate authority in SSL_CERT_FILE, \
                 a PEM file that this process can read"
            ),
        ),
        (true, _) => (Lost::Unsent, format!("no connection to {origin}: {causes}")),
        (false, true) => (Lost::Unknown, format!("{origin} did not answer in time: {causes}")),
        (false, false) => (Lost::Unknown, format!("no answer from {origin}: {causes}")),
    };
    TransportError::new(lost, message)
}

/// The chain of causes in one line, without what the outer ones only repeat.
pub(crate) fn list_causes(error: &dyn Error) -> String {
    let mut chain = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next.filter(|_| chain.len() < DEEPEST_CAUSE) {
        let text = cause.to_string();
        if !chain.iter().any(|outer| outer.contains(&text)) {
            chain.push(text);
        }
        next = cause.source();
    }
    crate::text::bound_line(&chain.join(": "))
}

#[cfg(test)]
mod tests;
