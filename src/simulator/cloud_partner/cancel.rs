//! Cancel.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::address::answer_start;
use super::refusal::PortalRefusal;
use super::reply::with_offer;
use crate::simulator::clock::add_time;
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::offers::operation::ForcedEnd;
use crate::simulator::offers::progress::OperationState;
use crate::simulator::scenario::{Accepted, Cancel, CancelNothing, PortalSwitches};
use crate::simulator::simulation::Sim;

/// POST `…/cancel`: ends whatever runs on the offer.
pub async fn cancel_offer(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let runs = offer.last_operation(now).is_some_and(|(_, progress)| {
            matches!(progress.state, OperationState::Running | OperationState::SignOff)
        });
        let accepted = |offer: &mut SimulatedOffer, ends| {
            let id = offer.next_id();
            offer.cancels.push((id.clone(), now, ends));
            answer_start(
                &sim,
                offer,
                &id,
                portal.cancel_address.unwrap_or(portal.address),
                Accepted::Usual,
            )
        };
        if !runs {
            return match portal.cancel_nothing {
                CancelNothing::Accepted => Ok(accepted(offer, Some(now))),
                CancelNothing::Done => Ok(StatusCode::OK.into_response()),
                CancelNothing::BadRequest => {
                    Err(PortalRefusal::bad_request("There is no operation to cancel."))
                }
                CancelNothing::NotFound => Err(PortalRefusal::not_found("A running operation")),
            };
        }
        match portal.cancel {
            Cancel::Refuse => {
                Err(PortalRefusal::bad_request("The operation can no longer be canceled."))
            }
            Cancel::Ignore => Ok(accepted(offer, None)),
            Cancel::Done => {
                stop_last(offer, now);
                Ok(StatusCode::OK.into_response())
            }
            Cancel::Accepted => {
                let ends = stop_later(offer, portal, now);
                Ok(accepted(offer, Some(ends)))
            }
        }
    })
}

/// A second request does not put off the first one's end.
fn stop_later(
    offer: &mut SimulatedOffer,
    portal: &PortalSwitches,
    now: jiff::Timestamp,
) -> jiff::Timestamp {
    let asked = offer.operations.last().and_then(|last| last.stopped.as_ref()).map(|stop| stop.at);
    let at = asked.unwrap_or_else(|| add_time(now, portal.cancel_time.0));
    stop_last(offer, at);
    at
}

fn stop_last(offer: &mut SimulatedOffer, at: jiff::Timestamp) {
    if let Some(last) = offer.operations.last_mut() {
        last.stopped =
            Some(ForcedEnd { at, state: OperationState::Canceled, reason: String::new() });
    }
}
