//! What surrounds the program in a fuzz target: a clock that does not wait, a log in memory, and a
//! network that answers from the input.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use offer_release::clock::Clock;
use offer_release::http::{Lost, Request, Response, Transport, TransportError};

/// Sleeping moves it, and takes no time.
#[derive(Default)]
pub struct Instantly(Cell<Duration>);

impl Clock for Instantly {
    fn now(&self) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + self.0.get()
    }

    fn elapsed(&self) -> Duration {
        self.0.get()
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        self.0.set(self.0.get() + duration);
        Box::pin(std::future::ready(()))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// What was printed.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// As text; the program prints nothing else.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Gives the input's answers in turn, the last one for ever, and keeps what it was asked.
pub struct Answers {
    answers: Vec<Result<Response, TransportError>>,
    pub asked: RefCell<Vec<Request>>,
}

impl Answers {
    /// Each answer is written as HTTP writes it: a status, lines of headers, an empty line, the
    /// body. `lost` instead of a status stands for none.
    pub fn read(parts: &[String]) -> Self {
        Self { answers: parts.iter().map(|part| answer(part)).collect(), asked: RefCell::default() }
    }

    pub fn get(&self, index: usize) -> &Result<Response, TransportError> {
        &self.answers[index.min(self.answers.len() - 1)]
    }
}

fn answer(part: &str) -> Result<Response, TransportError> {
    let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    let Some(status) = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok()) else {
        let lost = if status == "unsent" { Lost::Unsent } else { Lost::Unknown };
        return Err(TransportError::new(lost, "no answer"));
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    Ok(Response { status, headers, body: Bytes::from(body.to_owned()) })
}

impl Transport for Answers {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        let answer = self.get(self.asked.borrow().len()).clone();
        self.asked.borrow_mut().push(request);
        Box::pin(std::future::ready(answer))
    }
}
