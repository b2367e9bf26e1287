//! The network between the program and everyone else: late, lossy, and full of gateways with their
//! own opinion.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use offer_release::http::{Lost, Request, Response, Transport, TransportError};

use crate::extra::Extra;
use crate::faults::{self, Fate};
use crate::identity;
use crate::portal::operation::By;
use crate::portal::{self, Deed};
use crate::time::Sleep;
use crate::world::World;

type Outcome = Result<Response, TransportError>;

/// The network as one process has it.
pub struct Wire {
    pub world: Rc<World>,
    pub run: usize,
}

/// A request under way. It goes on without the process that sent it.
#[derive(Clone)]
pub struct Flight {
    pub run: usize,
    pub number: usize,
    pub sent: Duration,
    pub request: Request,
    slot: Rc<RefCell<Slot>>,
}

#[derive(Default)]
struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

impl Transport for Wire {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Outcome> {
        let world = &self.world;
        let number = world.requests.replace(world.requests.get() + 1);
        world.trace.say(|| format!("#{number} {} {}", request.method, request.url));
        world.oracle.asked(world, self.run, &request);
        let timeout = world.time.sleep(request.timeout);
        let flight =
            Flight { run: self.run, number, sent: world.now(), request, slot: Rc::default() };
        let slot = Rc::clone(&flight.slot);
        launch(world, flight);
        Box::pin(Exchange { slot, timeout })
    }
}

struct Exchange {
    slot: Rc<RefCell<Slot>>,
    timeout: Sleep,
}

impl Future for Exchange {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        if let Some(outcome) = self.slot.borrow_mut().outcome.take() {
            return Poll::Ready(outcome);
        }
        if Pin::new(&mut self.timeout).poll(context).is_ready() {
            return Poll::Ready(Err(TransportError::new(Lost::Unknown, "no answer in time")));
        }
        self.slot.borrow_mut().waker = Some(context.waker().clone());
        Poll::Pending
    }
}

fn launch(world: &Rc<World>, flight: Flight) {
    let fate = faults::draw(world, &flight.request);
    world.trace.say(|| format!("#{} {fate:?}", flight.number));
    let now = world.now();
    let again = world.clone();
    match fate {
        Fate::Delivered { there, back } => {
            world.time.at(now + there, move || {
                let outcome = carry_out(&again, &flight);
                answer(&again, flight, back, Ok(outcome));
            });
        }
        Fate::Doubled { there, later, back } => {
            let second = flight.clone();
            let world = Rc::clone(world);
            again.time.at(now + there, move || {
                let outcome = carry_out(&world, &flight);
                answer(&world, flight, back, Ok(outcome));
            });
            let world = Rc::clone(&again);
            again.time.at(now + there + later, move || {
                carry_out(&world, &second);
            });
        }
        Fate::AnswerLost { there, back } => {
            world.time.at(now + there, move || {
                carry_out(&again, &flight);
                answer(&again, flight, back, Err(lost(Lost::Unknown, "connection reset")));
            });
        }
        Fate::AnswerReplaced { there, back, by } => {
            world.time.at(now + there, move || {
                let outcome = carry_out(&again, &flight);
                answer(&again, flight, back, Ok(by.instead_of(&outcome)));
            });
        }
        Fate::RequestLost { back, kind } => {
            answer(world, flight, back, Err(lost(kind, "connection broken")));
        }
        Fate::Intercepted { back, by } => {
            let echo = by.of_gateway(&flight.request);
            answer(world, flight, back, Ok(echo));
        }
        Fate::Swallowed => {}
        Fate::CarriedOutLate { there, back, by } => {
            let outcome = match by {
                Some(by) => Ok(by.of_gateway(&flight.request)),
                None => Err(lost(Lost::Unknown, "connection reset")),
            };
            answer(world, flight.clone(), back, outcome);
            world.time.at(now + there, move || {
                carry_out(&again, &flight);
            });
        }
    }
}

fn lost(lost: Lost, message: &str) -> TransportError {
    TransportError::new(lost, message)
}

fn answer(world: &Rc<World>, flight: Flight, back: Duration, outcome: Outcome) {
    let again = Rc::clone(world);
    world.time.at(world.now() + back, move || {
        again.trace.say(|| match &outcome {
            Ok(response) => format!(
                "#{} ← {} {:?} {}",
                flight.number,
                response.status,
                response
                    .headers
                    .iter()
                    .map(|(n, v)| format!("{n}: {}", v.to_str().unwrap_or("?")))
                    .collect::<Vec<_>>(),
                String::from_utf8_lossy(&response.body)
            ),
            Err(error) => format!("#{} ← {error}", flight.number),
        });
        let slot = &mut *flight.slot.borrow_mut();
        slot.outcome = Some(outcome);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    });
}

/// The request reaches the other side.
fn carry_out(world: &Rc<World>, flight: &Flight) -> Response {
    let request = &flight.request;
    let origin = request.url.origin().ascii_serialization();
    let now = world.now();
    if origin != world.portal.origin() {
        return response(&identity::carry_out(world, request));
    }
    let token = request
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let token = token.trim_start_matches("Bearer ");
    if !world.calm.get() && world.chance.per_mille(world.plan.refused_tokens) {
        world.identity.revoke(token);
    }
    if !world.identity.accepts(token, now) {
        return response(&portal::Answer::json(401, serde_json::json!({ "Message": "no" })));
    }
    let by = By::Us { run: flight.run, request: flight.number };
    let calm = world.calm.get();
    let (answer, deed) = if world.plan.has(Extra::Ingestion) {
        world.portal.ingest(request, by, now, calm)
    } else {
        world.portal.carry_out(request, by, now, calm)
    };
    if matches!(request.method, Method::POST | Method::PUT) {
        world.trace.say(|| format!("#{} carried out: {} {deed:?}", flight.number, answer.status));
    }
    if let Some(deed) = deed {
        if let Deed::Created { offer, operation } = deed {
            world.trace.say(|| {
                format!("created {:?}", world.portal.offers.borrow()[offer].operations[operation])
            });
        }
        world.oracle.done(world, flight, &deed);
    }
    response(&answer)
}

fn response(answer: &portal::Answer) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    let body = answer.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    Response {
        status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK),
        headers,
        body,
    }
}
