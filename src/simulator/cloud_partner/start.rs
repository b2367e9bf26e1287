//! Publish and go-live.

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::address::answer_start;
use super::refusal::PortalRefusal;
use super::reply::with_offer;
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::offers::operation::ForcedEnd;
use crate::simulator::offers::progress::OperationState;
use crate::simulator::scenario::{
    LengthOfTime, OutOfTurn, PortalSwitches, ReleaseHalf, Unchanged, WhileRunning,
};
use crate::simulator::simulation::{Sim, Simulation};

/// POST `…/publish`.
pub async fn publish_offer(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let emails = read_emails(&body)?;
        let running = offer
            .last_operation(now)
            .filter(|(_, progress)| progress.state == OperationState::Running);
        let id = match running.map(|(last, _)| {
            (last.id.clone(), last.kind, last.revision == offer.revision, last.stopped.is_some())
        }) {
            // The same draft is published already: nothing new is started. A changed one has to
            // wait.
            Some((id, ReleaseHalf::Publish, true, false))
                if portal.publish_while_running == WhileRunning::SameOperation =>
            {
                id
            }
            Some((id, ..)) => return Err(refuse_second_start(portal.publish_while_running, &id)),
            None if offer.is_published(now) => publish_again(offer, portal, now, emails)?,
            None => offer.start_operation(ReleaseHalf::Publish, now, emails).id.clone(),
        };
        Ok(answer_start(&sim, offer, &id, portal.address, portal.publish_answer))
    })
}

fn publish_again(
    offer: &mut SimulatedOffer,
    portal: &PortalSwitches,
    now: Timestamp,
    emails: String,
) -> Result<String, PortalRefusal> {
    let unchanged = "The offer has not changed since it was last published.";
    match portal.republish_unchanged {
        Unchanged::BadRequest => Err(PortalRefusal::bad_request(unchanged)),
        Unchanged::Conflict => Err(PortalRefusal::conflict(unchanged)),
        Unchanged::NewOperation => {
            Ok(offer.start_operation(ReleaseHalf::Publish, now, emails).id.clone())
        }
        Unchanged::FinishedAtOnce => {
            let operation = offer.start_operation(ReleaseHalf::Publish, now, emails);
            finish_at_once(&mut operation.script);
            Ok(operation.id.clone())
        }
    }
}

/// POST `…/golive`.
pub async fn go_live_with_offer(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let last = offer.last_operation(now).map(|(last, progress)| {
            (last.id.clone(), last.kind, progress.state, last.stopped.is_some())
        });
        let id = match last {
            _ if offer.is_previewed(now) => {
                offer.start_operation(ReleaseHalf::GoLive, now, String::new()).id.clone()
            }
            Some((id, ReleaseHalf::GoLive, OperationState::Running, false))
                if portal.go_live_while_running == WhileRunning::SameOperation =>
            {
                id
            }
            Some((id, ReleaseHalf::GoLive, OperationState::Running, _)) => {
                return Err(refuse_second_start(portal.go_live_while_running, &id));
            }
            Some((_, ReleaseHalf::GoLive, ..)) => go_live_again(offer, portal, now)?,
            _ => go_live_early(offer, portal, now)?,
        };
        Ok(answer_go_live(&sim, offer, &id))
    })
}

fn answer_go_live(sim: &Simulation, offer: &SimulatedOffer, id: &str) -> Response {
    let portal = &sim.scenario.portal;
    answer_start(
        sim,
        offer,
        id,
        portal.go_live_address.unwrap_or(portal.address),
        portal.go_live_answer,
    )
}

fn go_live_again(
    offer: &mut SimulatedOffer,
    portal: &PortalSwitches,
    now: Timestamp,
) -> Result<String, PortalRefusal> {
    check_turn(portal.go_live_again, "The offer is live already.")?;
    let operation = offer.start_operation(ReleaseHalf::GoLive, now, String::new());
    if portal.go_live_again != OutOfTurn::Starts {
        finish_at_once(&mut operation.script);
    }
    Ok(operation.id.clone())
}

/// An early go-live that is accepted comes to nothing: what runs goes on, and the operation that
/// was promised has failed.
fn go_live_early(
    offer: &mut SimulatedOffer,
    portal: &PortalSwitches,
    now: Timestamp,
) -> Result<String, PortalRefusal> {
    let why = "The offer is not waiting for the publisher's sign-off.";
    check_turn(portal.go_live_early, why)?;
    let under_way = offer.operations.pop();
    if portal.go_live_early == OutOfTurn::Starts {
        // What is in the preview slot goes live, whatever is being published meanwhile.
        let closed = under_way.as_ref().and_then(|publish| publish.closed);
        offer.operations.extend(under_way);
        let id = offer.start_operation(ReleaseHalf::GoLive, now, String::new()).id.clone();
        if let Some(publish) = offer.operations.iter_mut().rev().nth(1) {
            publish.closed = closed;
        }
        return Ok(id);
    }
    let operation = offer.start_operation(ReleaseHalf::GoLive, now, String::new());
    operation.stopped =
        Some(ForcedEnd { at: now, state: OperationState::Failed, reason: why.to_owned() });
    let id = operation.id.clone();
    offer.operations.extend(under_way);
    Ok(id)
}

fn check_turn(answer: OutOfTurn, why: &str) -> Result<(), PortalRefusal> {
    match answer {
        OutOfTurn::BadRequest => Err(PortalRefusal::bad_request(why)),
        OutOfTurn::Conflict => Err(PortalRefusal::conflict(why)),
        OutOfTurn::Accepted | OutOfTurn::Starts => Ok(()),
    }
}

fn refuse_second_start(answer: WhileRunning, id: &str) -> PortalRefusal {
    let why = format!("Operation '{id}' is running on this offer. Cancel it or wait for its end.");
    match answer {
        WhileRunning::BadRequest => PortalRefusal::bad_request(why),
        WhileRunning::SameOperation | WhileRunning::Conflict => PortalRefusal::conflict(why),
    }
}

fn finish_at_once(script: &mut [crate::simulator::scenario::ScriptStep]) {
    for step in script {
        step.takes = LengthOfTime::minutes(0);
        step.blocked = None;
        step.fails = None;
    }
}

/// The addresses of the body, which may be absent; what is neither absent nor an object is
/// malformed.
fn read_emails(body: &[u8]) -> Result<String, PortalRefusal> {
    if body.is_empty() {
        return Ok(String::new());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| PortalRefusal::bad_request("The request body is not valid JSON."))?;
    match &body["metadata"]["notification-emails"] {
        Value::Null if body.is_object() => Ok(String::new()),
        Value::String(emails) => Ok(emails.clone()),
        _ => {
            Err(PortalRefusal::bad_request("The argument: 'notification-emails' must be a string."))
        }
    }
}
