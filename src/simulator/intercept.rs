//! Around every request: the journal, and the fault that it meets.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use jiff::SignedDuration;

use super::clock::{SimulatedClock, add_time};
use super::connection::Cut;
use super::dates::http_date;
use super::journal::JournalEntry;
use super::scenario::{FaultAnswer, FaultEffect, FixedAnswer, RetryAfter};
use super::simulation::{Sim, Simulation};

const LARGEST_BODY: usize = 16 << 20;
const MIB: usize = 1 << 20;

/// Writes the request down, carries it out or not, and answers truly or not. A request that has
/// arrived runs its course, even if the client no longer waits.
pub async fn intercept_request(
    State(sim): State<Sim>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let course = tokio::spawn(carry_out(sim, cut, request, next));
    course.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn carry_out(sim: Sim, cut: Cut, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let effect = sim.faults().next_effect(parts.method.as_str(), parts.uri.path());
    let fault = effect.as_ref().map(|effect| format!("{:?}", effect.answer));
    let effect = effect.unwrap_or(FaultEffect { handled: true, ..FaultEffect::default() });
    let number = record_request(&sim, &parts, &body, fault);

    if let Some(delay) = effect.delay {
        SimulatedClock::sleep(delay.real()).await;
    }
    if let Some(late) = effect.late {
        let (sim, parts, body, next) = (sim.clone(), parts.clone(), body.clone(), next.clone());
        tokio::spawn(run_late(sim, number, parts, body, next, late.0));
    }
    let answer = if effect.handled {
        Some(run_handler(&sim, number, &parts, &body, next, &effect.answer).await)
    } else {
        None
    };
    let answer = match effect.answer {
        FaultAnswer::Hang => {
            sim.ended().await;
            None
        }
        FaultAnswer::Reset => {
            cut.reset();
            None
        }
        FaultAnswer::Close => {
            cut.close();
            None
        }
        FaultAnswer::FixedAnswer(ref fixed) => Some(write_fixed(&sim, fixed)),
        ref changed => match answer {
            Some(answer) => Some(spoil_answer(answer, changed).await),
            None => None,
        },
    };
    if let Some(exchange) = sim.journal().entry(number) {
        exchange.status = answer.as_ref().map(|answer| answer.status().as_u16());
    }
    // Without an answer the connection is cut, or the simulation over: nobody sees this one.
    answer.unwrap_or_default()
}

/// Carries a request out when it is that much later.
async fn run_late(
    sim: Sim,
    number: usize,
    parts: request::Parts,
    body: Bytes,
    next: Next,
    late: SignedDuration,
) {
    let due = add_time(sim.clock.now(), late);
    // Simulated time may jump, so it is looked at again and again.
    while sim.clock.now() < due {
        SimulatedClock::sleep(Duration::from_millis(5)).await;
    }
    run_handler(&sim, number, &parts, &body, next, &FaultAnswer::True).await;
}

async fn run_handler(
    sim: &Simulation,
    number: usize,
    parts: &request::Parts,
    body: &Bytes,
    next: Next,
    answer: &FaultAnswer,
) -> Response {
    if let Some(exchange) = sim.journal().entry(number) {
        exchange.handled = true;
    }
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let copy = || Request::from_parts(parts.clone(), Body::from(body.clone()));
    if *answer == FaultAnswer::Duplicate {
        next.clone().run(copy()).await;
    }
    let answer = next.run(copy()).await;
    let now = sim.clock.now();
    let world = &mut *sim.world();
    world.offers.note_request(method, path, now);
    world.products.note_request(method, path, now);
    answer
}

fn record_request(
    sim: &Simulation,
    parts: &request::Parts,
    body: &[u8],
    fault: Option<String>,
) -> usize {
    let headers = record_headers(sim, &parts.headers);
    sim.journal().add_entry(JournalEntry {
        number: 0,
        at: sim.clock.now(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: String::from_utf8_lossy(body).into_owned(),
        fault,
        handled: false,
        status: None,
    })
}

/// Headers as the journal keeps them.
fn record_headers(sim: &Simulation, headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |name: &header::HeaderName, value: &header::HeaderValue| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if name != header::AUTHORIZATION {
            return value;
        }
        let (scheme, token) = value.split_once(' ').unwrap_or((value.as_str(), ""));
        format!("{scheme} {}", sim.world().issued.name(token.trim(), &sim.scenario.auth))
    };
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), shown(name, value))).collect()
}

/// The answer that the scenario writes for this request.
fn write_fixed(sim: &Simulation, fixed: &FixedAnswer) -> Response {
    let mut response = Response::new(Body::from(fixed.body.clone()));
    *response.status_mut() =
        StatusCode::from_u16(fixed.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry_after = fixed.retry_after.as_ref().map(|retry| match retry {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::Written(text) => {
            match text.strip_prefix("date+").and_then(|seconds| seconds.parse().ok()) {
                Some(seconds) => {
                    http_date(add_time(sim.clock.now(), SignedDuration::from_secs(seconds)))
                }
                None => text.clone(),
            }
        }
    });
    let content_type =
        fixed.content_type.clone().unwrap_or_else(|| "application/json; charset=utf-8".to_owned());
    let extra =
        [("content-type".to_owned(), Some(content_type)), ("retry-after".to_owned(), retry_after)];
    let named =
        fixed.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), Some(value.clone())));
    for (name, value) in extra.into_iter().chain(named) {
        let name = HeaderName::try_from(name).ok();
        let value = value.and_then(|value| HeaderValue::try_from(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The true answer, spoilt.
async fn spoil_answer(answer: Response, how: &FaultAnswer) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = match how {
        FaultAnswer::Body(kind, text) => {
            parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            parts.headers.remove(header::CONTENT_LENGTH);
            Body::from(*text)
        }
        FaultAnswer::Truncate(by) => {
            let whole = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
            parts
                .headers
                .insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len() as u64 + by));
            // The server drops what it has not yet sent when a body breaks off, so the part gets
            // time to leave.
            let breaks_off = async {
                SimulatedClock::sleep(Duration::from_millis(50)).await;
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
            };
            Body::from_stream(stream::iter([Ok(whole)]).chain(stream::once(breaks_off)))
        }
        FaultAnswer::Huge(size) => {
            let whole = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
            parts.headers.remove(header::CONTENT_LENGTH);
            let size = usize::try_from(*size).unwrap_or(usize::MAX);
            let spaces = Bytes::from(vec![b' '; MIB]);
            let pieces = std::iter::once(whole).chain(std::iter::repeat_n(spaces, size));
            Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))
        }
        FaultAnswer::SlowDrip(pause) => {
            let whole = to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
            drip_body(whole, pause.real())
        }
        _ => body,
    };
    Response::from_parts(parts, body)
}

fn drip_body(whole: Bytes, pause: Duration) -> Body {
    Body::from_stream(stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        SimulatedClock::sleep(pause).await;
        let drop = rest.split_to(1);
        Some((Ok::<_, std::io::Error>(drop), rest))
    }))
}
