//! Offers and publishers: the draft, its versions and slots, and its change.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::reply::{reply_json, with_offer, with_offers};
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::scenario::{Etag, IfMatchMissing};
use crate::simulator::simulation::Sim;

/// GET `/api/publishers`.
pub async fn list_publishers(State(sim): State<Sim>) -> Response {
    with_offers(&sim, |offers, _, _| {
        let names: BTreeSet<&str> =
            offers.all().iter().map(|offer| offer.publisher.as_str()).collect();
        let shown: Value = names
            .into_iter()
            .map(|name| json!({"version": 0, "id": name, "definition": {"displayText": name, "offerTypeCategories": ["azureisv"], "sellerId": 1_234_456}}))
            .collect();
        Ok(reply_json(StatusCode::OK, &shown))
    })
}

/// GET `/api/publishers/{publisher}/offers`.
pub async fn list_offers(State(sim): State<Sim>, Path(publisher): Path<String>) -> Response {
    with_offers(&sim, |offers, portal, now| {
        let shown: Vec<Value> = offers
            .all()
            .iter()
            .filter(|offer| offer.publisher == publisher)
            .map(|offer| portal.show_offer(offer, false, now))
            .collect();
        Ok(reply_json(StatusCode::OK, &Value::Array(shown)))
    })
}

/// GET `…/offers/{offer}`.
pub async fn get_draft(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let mut response = reply_json(StatusCode::OK, &portal.show_offer(offer, true, now));
        if portal.etag == Etag::Weak {
            tag(&mut response, offer);
        }
        Ok(response)
    })
}

/// GET `…/offers/{offer}/versions/{version}`.
pub async fn get_version(
    State(sim): State<Sim>,
    Path((publisher, offer, version)): Path<(String, String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let wanted: i64 = version.parse().map_err(|_| {
            Refusal::bad_request(format!("The version '{version}' is not a number."))
        })?;
        if !(0..=offer.version).contains(&wanted) {
            return Err(Refusal::not_found(&format!("Version {wanted}")));
        }
        let mut shown = portal.show_offer(offer, true, now);
        shown["version"] = json!(wanted);
        Ok(reply_json(StatusCode::OK, &shown))
    })
}

/// GET `…/offers/{offer}/slot/{slot}`; empty slots are not found.
pub async fn get_slot(
    State(sim): State<Sim>,
    Path((publisher, offer, slot)): Path<(String, String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let filled = match slot.to_ascii_lowercase().as_str() {
            "draft" => true,
            "preview" => offer.was_previewed(now),
            "production" => offer.was_live(now),
            _ => return Err(Refusal::bad_request(format!("The slot '{slot}' is unknown."))),
        };
        if !filled {
            return Err(Refusal::not_found(&format!("Slot '{slot}'")));
        }
        Ok(reply_json(StatusCode::OK, &portal.show_offer(offer, true, now)))
    })
}

/// PUT `…/offers/{offer}`.
pub async fn put_draft(
    State(sim): State<Sim>,
    Path((publisher, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    with_offers(&sim, |offers, portal, now| {
        let body: Value = serde_json::from_slice(&body)
            .map_err(|_| Refusal::bad_request("The request body is not valid JSON."))?;
        if !body["offerTypeId"].is_string() {
            return Err(Refusal::bad_request(
                "The argument: 'OfferTypeId' cannot be null or empty.",
            ));
        }
        let definition = body["definition"].clone();
        let condition = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        let is_known = offers.knows(&publisher, &id);
        if !is_known && condition.is_none() {
            let Some(offer) = offers.create(&publisher, &id, definition, now) else {
                return Err(Refusal::server_error(StatusCode::INTERNAL_SERVER_ERROR));
            };
            let mut response =
                reply_json(StatusCode::CREATED, &portal.show_offer(offer, true, now));
            tag(&mut response, offer);
            return Ok(response);
        }
        let offer = offers
            .find(&publisher, &id)
            .ok_or_else(|| Refusal::not_found(&format!("Offer '{id}'")))?;
        match condition {
            Some("*") => {}
            Some(given) if given == etag(offer) => {}
            Some(_) => {
                let why = "The offer was changed by someone else.";
                return Err(Refusal::new(
                    StatusCode::PRECONDITION_FAILED,
                    "PreconditionFailed",
                    why,
                ));
            }
            None if portal.if_match_missing == IfMatchMissing::BadRequest => {
                return Err(Refusal::bad_request("The If-Match header is required."));
            }
            None => {
                let why = "Offer ID already exists. If you wanted to update an existing offer, \
                    please ensure If-Match header is \
                           specified as per documentation.";
                return Err(Refusal::new(StatusCode::CONFLICT, "InvalidResourceId", why));
            }
        }
        offer.edit_draft(Some(definition), now);
        let mut response = reply_json(StatusCode::OK, &portal.show_offer(offer, true, now));
        tag(&mut response, offer);
        Ok(response)
    })
}

fn etag(offer: &SimulatedOffer) -> String {
    let time = offer.changed.strftime("%Y-%m-%dT%H%%3A%M%%3A%S%.7fZ");
    format!("W/\"datetime'{time}'\"")
}

fn tag(response: &mut Response, offer: &SimulatedOffer) {
    if let Ok(value) = HeaderValue::from_str(&etag(offer)) {
        response.headers_mut().insert(header::ETAG, value);
    }
}
