//! The change of a draft: a document is put in place of the one that is there.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::refusal::PortalRefusal;
use super::reply::{reply_json, with_offers};
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::offers::progress::OperationState;
use crate::simulator::scenario::{
    ChangedTime, IfMatchMissing, PortalSwitches, PutAnswer, PutBody, PutWhileRunning,
};
use crate::simulator::simulation::Sim;

/// PUT `…/offers/{offer}`.
pub async fn put_draft(
    State(sim): State<Sim>,
    Path((publisher, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let has_conflict = {
        let world = &mut *sim.world();
        world.portal_puts += 1;
        world.portal_puts <= sim.scenario.portal.put_conflicts
    };
    if has_conflict {
        return reply_internal_conflict();
    }
    with_offers(&sim, |offers, portal, now| {
        let body: Value = serde_json::from_slice(&body)
            .map_err(|_| PortalRefusal::bad_request("The request body is not valid JSON."))?;
        let Some(offer_type) = body["offerTypeId"].as_str() else {
            return Err(PortalRefusal::bad_request(
                "The argument: 'OfferTypeId' cannot be null or empty.",
            ));
        };
        let definition = body["definition"].clone();
        let condition = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        let is_known = offers.knows(&publisher, &id);
        if !is_known && condition.is_none() {
            let Some(offer) = offers.create(&publisher, &id, offer_type, definition, now) else {
                return Err(PortalRefusal::server_error(StatusCode::INTERNAL_SERVER_ERROR));
            };
            let shown = portal.show_offer(offer, Some(&offer.definition), now);
            let mut response = reply_json(StatusCode::CREATED, &shown);
            add_etag(&mut response, offer);
            return Ok(response);
        }
        let offer = offers
            .find(&publisher, &id)
            .ok_or_else(|| PortalRefusal::not_found(&format!("Offer '{id}'")))?;
        check_condition(portal, offer, condition)?;
        check_idle(portal, offer, now)?;
        replace_draft(portal, offer, definition, now)
    })
}

/// Writes the draft of an offer that is there, and shows it.
fn replace_draft(
    portal: &PortalSwitches,
    offer: &mut SimulatedOffer,
    definition: Value,
    now: Timestamp,
) -> Result<Response, PortalRefusal> {
    let old = offer.definition.clone();
    let changed = offer.changed;
    offer.edit_draft(portal.accept_definition(definition, &old)?, now);
    if portal.changed_time == ChangedTime::Stays {
        offer.changed = changed;
    }
    let status = match portal.put_answer {
        PutAnswer::Ok => StatusCode::OK,
        PutAnswer::Created => StatusCode::CREATED,
    };
    let whole = match portal.put_body {
        PutBody::New => &offer.definition,
        PutBody::Old => &old,
    };
    let mut response = reply_json(status, &portal.show_offer(offer, Some(whole), now));
    add_etag(&mut response, offer);
    Ok(response)
}

fn check_condition(
    portal: &PortalSwitches,
    offer: &SimulatedOffer,
    condition: Option<&str>,
) -> Result<(), PortalRefusal> {
    match (condition, portal.if_match_missing) {
        (Some("*"), _) | (None, IfMatchMissing::Accepted) => Ok(()),
        (Some(given), _) if given == make_etag(offer) => Ok(()),
        (Some(_), _) => {
            let why = "The offer was changed by someone else.";
            Err(PortalRefusal::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", why))
        }
        (None, IfMatchMissing::BadRequest) => {
            Err(PortalRefusal::bad_request("The If-Match header is required."))
        }
        (None, IfMatchMissing::Conflict) => {
            let why = "Offer ID already exists. If you wanted to update an existing offer, please \
                       ensure If-Match header is specified as per documentation.";
            Err(PortalRefusal::new(StatusCode::CONFLICT, "InvalidResourceId", why))
        }
    }
}

fn check_idle(
    portal: &PortalSwitches,
    offer: &SimulatedOffer,
    now: Timestamp,
) -> Result<(), PortalRefusal> {
    let runs = offer
        .last_operation(now)
        .is_some_and(|(_, progress)| progress.state == OperationState::Running);
    let why = "An operation is running on this offer; the draft cannot be changed.";
    match portal.put_while_running {
        PutWhileRunning::Conflict if runs => Err(PortalRefusal::conflict(why)),
        PutWhileRunning::BadRequest if runs => Err(PortalRefusal::bad_request(why)),
        _ => Ok(()),
    }
}

/// A conflict between parts of the service, in the one form that was seen.
fn reply_internal_conflict() -> Response {
    let error = "snapshot() resulted in an internal conflict! Retry is OK.\r\n[\
                 \"azure-sku [variantId: 3fa85f64, configuration.externalId: standard] -- \
                 mismatch(1)\"]";
    let body = json!({"Variant": {"serviceName": "Variant", "error": error}});
    reply_json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

fn make_etag(offer: &SimulatedOffer) -> String {
    let time = offer.modified.strftime("%Y-%m-%dT%H%%3A%M%%3A%S%.7fZ");
    format!("W/\"datetime'{time}'\"")
}

/// Adds the draft's `ETag` to an answer.
pub fn add_etag(response: &mut Response, offer: &SimulatedOffer) {
    if let Ok(value) = HeaderValue::from_str(&make_etag(offer)) {
        response.headers_mut().insert(header::ETAG, value);
    }
}
