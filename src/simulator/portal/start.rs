//! Publish and go-live.

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::super::operation::{State as Reached, Stop};
use super::super::refusal::Refusal;
use super::super::scenario::{Length, OutOfTurn, Phase, Portal, Unchanged, WhileRunning};
use super::super::shared::{Sim, Simulation};
use super::super::world::Offer;
use super::address::started;
use super::with_offer;

/// POST `…/publish`.
pub async fn publish(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let emails = emails(&body)?;
        let running = offer.last(now).filter(|(_, progress)| progress.state == Reached::Running);
        let id = match running.map(|(last, _)| {
            (last.id.clone(), last.kind, last.draft == offer.changed, last.stopped.is_some())
        }) {
            // The same draft is published already: nothing new is started. A changed one has to
            // wait.
            Some((id, Phase::Publish, true, false))
                if portal.publish_while_running == WhileRunning::SameOperation =>
            {
                id
            }
            Some((id, ..)) => return Err(busy(portal.publish_while_running, &id)),
            None if offer.is_published(now) => publish_again(offer, portal, now, emails)?,
            None => offer.begin(Phase::Publish, now, emails).id.clone(),
        };
        Ok(started(&sim, offer, &id, portal.address, portal.publish_answer))
    })
}

fn publish_again(
    offer: &mut Offer,
    portal: &Portal,
    now: Timestamp,
    emails: String,
) -> Result<String, Refusal> {
    let unchanged = "The offer has not changed since it was last published.";
    match portal.republish_unchanged {
        Unchanged::BadRequest => Err(Refusal::bad_request(unchanged)),
        Unchanged::Conflict => Err(Refusal::conflict(unchanged)),
        Unchanged::NewOperation => Ok(offer.begin(Phase::Publish, now, emails).id.clone()),
        Unchanged::FinishedAtOnce => {
            let operation = offer.begin(Phase::Publish, now, emails);
            at_once(&mut operation.script);
            Ok(operation.id.clone())
        }
    }
}

/// POST `…/golive`.
pub async fn go_live(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let last = offer.last(now).map(|(last, progress)| {
            (last.id.clone(), last.kind, progress.state, last.stopped.is_some())
        });
        let id = match last {
            _ if offer.is_previewed(now) => {
                offer.begin(Phase::GoLive, now, String::new()).id.clone()
            }
            Some((id, Phase::GoLive, Reached::Running, false))
                if portal.go_live_while_running == WhileRunning::SameOperation =>
            {
                id
            }
            Some((id, Phase::GoLive, Reached::Running, _)) => {
                return Err(busy(portal.go_live_while_running, &id));
            }
            Some((_, Phase::GoLive, ..)) => go_live_again(offer, portal, now)?,
            _ => go_live_early(offer, portal, now)?,
        };
        Ok(answer_go_live(&sim, offer, &id))
    })
}

fn answer_go_live(sim: &Simulation, offer: &Offer, id: &str) -> Response {
    let portal = &sim.scenario.portal;
    started(sim, offer, id, portal.go_live_address.unwrap_or(portal.address), portal.go_live_answer)
}

fn go_live_again(offer: &mut Offer, portal: &Portal, now: Timestamp) -> Result<String, Refusal> {
    out_of_turn(portal.go_live_again, "The offer is live already.")?;
    let operation = offer.begin(Phase::GoLive, now, String::new());
    at_once(&mut operation.script);
    Ok(operation.id.clone())
}

/// An early go-live that is accepted comes to nothing: what runs goes on, and the operation that
/// was promised has failed.
fn go_live_early(offer: &mut Offer, portal: &Portal, now: Timestamp) -> Result<String, Refusal> {
    let why = "The offer is not waiting for the publisher's sign-off.";
    out_of_turn(portal.go_live_early, why)?;
    let under_way = offer.operations.pop();
    let operation = offer.begin(Phase::GoLive, now, String::new());
    operation.stopped = Some(Stop { at: now, state: Reached::Failed, reason: why.to_owned() });
    let id = operation.id.clone();
    offer.operations.extend(under_way);
    Ok(id)
}

fn out_of_turn(answer: OutOfTurn, why: &str) -> Result<(), Refusal> {
    match answer {
        OutOfTurn::BadRequest => Err(Refusal::bad_request(why)),
        OutOfTurn::Conflict => Err(Refusal::conflict(why)),
        OutOfTurn::Accepted => Ok(()),
    }
}

fn busy(answer: WhileRunning, id: &str) -> Refusal {
    let why = format!("Operation '{id}' is running on this offer. Cancel it or wait for its end.");
    match answer {
        WhileRunning::BadRequest => Refusal::bad_request(why),
        WhileRunning::SameOperation | WhileRunning::Conflict => Refusal::conflict(why),
    }
}

fn at_once(script: &mut [super::super::scenario::Step]) {
    for step in script {
        step.takes = Length::minutes(0);
        step.blocked = None;
        step.fails = None;
    }
}

/// The addresses of the body, which may be absent; what is neither absent nor an object is
/// malformed.
fn emails(body: &[u8]) -> Result<String, Refusal> {
    if body.is_empty() {
        return Ok(String::new());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| Refusal::bad_request("The request body is not valid JSON."))?;
    match &body["metadata"]["notification-emails"] {
        Value::Null if body.is_object() => Ok(String::new()),
        Value::String(emails) => Ok(emails.clone()),
        _ => Err(Refusal::bad_request("The argument: 'notification-emails' must be a string.")),
    }
}
