//! Cancel.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::super::clock::later;
use super::super::operation::{State as Reached, Stop};
use super::super::refusal::Refusal;
use super::super::scenario::{Accepted, Cancel, CancelNothing, Portal};
use super::super::shared::Sim;
use super::super::world::Offer;
use super::address::started;
use super::with_offer;

/// POST `…/cancel`: ends whatever runs on the offer.
pub async fn cancel(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let runs = offer.last(now).is_some_and(|(_, progress)| {
            matches!(progress.state, Reached::Running | Reached::SignOff)
        });
        let accepted = |offer: &mut Offer, ends| {
            let id = offer.next_id();
            offer.cancels.push((id.clone(), now, ends));
            started(
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
                    Err(Refusal::bad_request("There is no operation to cancel."))
                }
                CancelNothing::NotFound => Err(Refusal::not_found("A running operation")),
            };
        }
        match portal.cancel {
            Cancel::Refuse => Err(Refusal::bad_request("The operation can no longer be canceled.")),
            Cancel::Ignore => Ok(accepted(offer, None)),
            Cancel::Done => {
                stop(offer, now);
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
fn stop_later(offer: &mut Offer, portal: &Portal, now: jiff::Timestamp) -> jiff::Timestamp {
    let asked = offer.operations.last().and_then(|last| last.stopped.as_ref()).map(|stop| stop.at);
    let at = asked.unwrap_or_else(|| later(now, portal.cancel_time.0));
    stop(offer, at);
    at
}

fn stop(offer: &mut Offer, at: jiff::Timestamp) {
    if let Some(last) = offer.operations.last_mut() {
        last.stopped = Some(Stop { at, state: Reached::Canceled, reason: String::new() });
    }
}
