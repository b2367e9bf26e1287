//! What the tests of this crate share: a clock that never waits, and a transport that answers from
//! a script.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::{Lost, Request, Response, Transport, TransportError};
use crate::clock::Clock;

/// Runs a future on a runtime of the production kind.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A clock that is moved by sleeping; `chance` is fixed.
pub(crate) struct FakeClock {
    elapsed: Cell<Duration>,
    chance: f64,
    slept: RefCell<Vec<Duration>>,
}

impl FakeClock {
    pub(crate) fn with_chance(chance: f64) -> Self {
        Self { elapsed: Cell::new(Duration::ZERO), chance, slept: RefCell::default() }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.elapsed.set(self.elapsed.get() + by);
    }

    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.borrow().clone()
    }

    pub(crate) fn total_slept(&self) -> Duration {
        self.slept.borrow().iter().sum()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + self.elapsed.get()
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            self.slept.borrow_mut().push(duration);
            self.advance(duration);
            tokio::task::yield_now().await;
        })
    }

    fn chance(&self) -> f64 {
        self.chance
    }
}

/// Answers from a script, in order, and keeps what it was asked. A request that the script does not
/// know fails the test.
#[derive(Default)]
pub(crate) struct Scripted {
    answers: RefCell<VecDeque<Result<Response, TransportError>>>,
    asked: RefCell<Vec<Request>>,
}

impl Scripted {
    pub(crate) fn answer(&self, status: u16, body: &str) -> &Self {
        self.answer_with(status, &[], body)
    }

    pub(crate) fn answer_with(
        &self,
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) -> &Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        self.answers.borrow_mut().push_back(Ok(Response {
            status,
            headers: map,
            body: Bytes::from(body.to_owned()),
        }));
        self
    }

    pub(crate) fn lose(&self, lost: Lost, message: &str) -> &Self {
        self.answers.borrow_mut().push_back(Err(TransportError::new(lost, message)));
        self
    }

    pub(crate) fn fail(&self, error: TransportError) -> &Self {
        self.answers.borrow_mut().push_back(Err(error));
        self
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.borrow().clone()
    }
}

impl Transport for Scripted {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            // Real answers take a turn of the loop, which is what lets callers run into each other.
            tokio::task::yield_now().await;
            let what = format!("{} {}", request.method, request.url);
            self.asked.borrow_mut().push(request);
            self.answers
                .borrow_mut()
                .pop_front()
                .unwrap_or_else(|| panic!("nobody expected {what}"))
        })
    }
}
