//! What went over the wire, for the record and for debug logs: when, whereto and with what result;
//! no body, no header, no secret.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use http::Method;
use jiff::Timestamp;
use url::Url;

use super::{Request, Response, Transport, TransportError};
use crate::clock::Clock;

/// Query parameters whose values are shown; of all others only the name is.
const SHOWN_PARAMETERS: [&str; 10] = [
    "$version",
    "api-version",
    "audience",
    "check_name",
    "externalId",
    "filter",
    "page",
    "per_page",
    "status",
    "targetType",
];

/// One request and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took, body included.
    pub took: Duration,
    /// The HTTP method.
    pub method: Method,
    /// Address without secrets, as [`show_address`] writes it.
    pub url: String,
    /// Status of the answer, if there was one.
    pub status: Option<u16>,
    /// The service's own id of this exchange.
    pub correlation_id: Option<String>,
    /// Why there is no answer.
    pub error: Option<String>,
}

/// The address without user, password, fragment and the values of query parameters that are not
/// known to be harmless.
#[must_use]
pub fn show_address(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for addresses that cannot have a user, such as `data:`.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    if url.query().is_some() {
        let pairs: Vec<_> = url
            .query_pairs()
            .map(|(name, value)| {
                if SHOWN_PARAMETERS.contains(&&*name) {
                    (name, value)
                } else {
                    (name, "***".into())
                }
            })
            .collect();
        shown.query_pairs_mut().clear().extend_pairs(pairs);
    }
    shown.into()
}

/// A transport that tells an observer of every exchange.
pub struct Recorded<T> {
    inner: T,
    clock: Rc<dyn Clock>,
    observe: Box<dyn Fn(Exchange)>,
}

impl<T: Transport> Recorded<T> {
    /// Wraps `inner`; `observe` is called once for each request, after its end.
    pub fn new(inner: T, clock: Rc<dyn Clock>, observe: Box<dyn Fn(Exchange)>) -> Self {
        Self { inner, clock, observe }
    }
}

impl<T: Transport> Transport for Recorded<T> {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let (at, began) = (self.clock.now(), self.clock.elapsed());
            let (method, url) = (request.method.clone(), show_address(&request.url));
            let result = self.inner.send(request).await;
            let answer = result.as_ref().ok();
            (self.observe)(Exchange {
                at,
                took: self.clock.elapsed().saturating_sub(began),
                method,
                url,
                status: answer.map(|answer| answer.status.as_u16()),
                correlation_id: answer.and_then(Response::correlation_id),
                error: result.as_ref().err().map(ToString::to_string),
            });
            result
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use http::HeaderMap;

    use super::*;
    use crate::http::Lost;
    use crate::http::testing::{FakeClock, Scripted, block_on};

    #[test]
    fn addresses_are_shown_without_secrets() {
        let show = |text: &str| show_address(&Url::parse(text).unwrap());
        assert_eq!(
            show("https://u:p@x.example/a?api-version=2017-10-31#f"),
            "https://x.example/a?api-version=2017-10-31"
        );
        assert_eq!(
            show("https://x.example/a?sig=abc&api-version=1"),
            "https://x.example/a?sig=***&api-version=1"
        );
        assert_eq!(show("https://x.example/a"), "https://x.example/a");
        assert_eq!(show("data:text/plain,x"), "data:text/plain,x");
    }

    #[test]
    fn every_request_is_told_of() {
        let scripted = Scripted::default();
        scripted
            .answer_with(503, &[("x-ms-request-id", "id-1")], "{}")
            .lose(Lost::Unsent, "no route");
        let told: Rc<RefCell<Vec<Exchange>>> = Rc::default();
        let log = Rc::clone(&told);
        let clock = Rc::new(FakeClock::with_chance(0.0));
        let recorded = Recorded::new(
            scripted,
            clock.clone(),
            Box::new(move |exchange| log.borrow_mut().push(exchange)),
        );
        for _ in 0..2 {
            let url = Url::parse("https://x.example/?t=1").unwrap();
            let request = Request {
                method: Method::GET,
                url,
                headers: HeaderMap::new(),
                body: None,
                timeout: Duration::from_secs(1),
            };
            let _ = block_on(recorded.send(request));
        }
        let expected = Exchange {
            at: clock.now(),
            took: Duration::ZERO,
            method: Method::GET,
            url: "https://x.example/?t=***".to_owned(),
            status: Some(503),
            correlation_id: Some("id-1".to_owned()),
            error: None,
        };
        let lost = Exchange {
            status: None,
            correlation_id: None,
            error: Some("no route".to_owned()),
            ..expected.clone()
        };
        assert_eq!(*told.borrow(), [expected, lost]);
    }
}
