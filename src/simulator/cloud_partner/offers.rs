//! Offers and publishers: the draft, its versions and its slots.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::refusal::PortalRefusal;
use super::reply::{reply_json, with_offer, with_offers};
use super::write_draft::add_etag;
use crate::simulator::clock::subtract_time;
use crate::simulator::offers::offer::SimulatedSlot;
use crate::simulator::scenario::{Etag, Slots};
use crate::simulator::simulation::Sim;

/// GET `/api/publishers`.
pub async fn list_publishers(State(sim): State<Sim>) -> Response {
    with_offers(&sim, |offers, _, _| {
        let names: BTreeSet<&str> =
            offers.all().iter().map(|offer| offer.publisher.as_str()).collect();
        let shown: Value = names
            .into_iter()
            .map(|name| {
                let definition = json!({
                    "displayText": name,
                    "offerTypeCategories": ["azureisv"],
                    "sellerId": 1_234_456,
                });
                json!({"version": 0, "id": name, "definition": definition})
            })
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
            .map(|offer| portal.show_offer(offer, None, now))
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
        let definition = offer.definition_at(subtract_time(now, portal.draft_lag.0));
        let shown = portal.show_offer(offer, Some(definition), now);
        let mut response = reply_json(StatusCode::OK, &shown);
        if portal.etag == Etag::Weak {
            add_etag(&mut response, offer);
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
            PortalRefusal::bad_request(format!("The version '{version}' is not a number."))
        })?;
        if !(0..=offer.version).contains(&wanted) {
            return Err(PortalRefusal::not_found(&format!("Version {wanted}")));
        }
        let mut shown = portal.show_offer(offer, Some(&offer.definition), now);
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
        let seen = subtract_time(now, portal.slot_lag.0);
        let definition = match slot.to_ascii_lowercase().as_str() {
            "draft" => Some(&offer.definition),
            "preview" => offer.slot_at(SimulatedSlot::Preview, seen),
            "production" => offer.slot_at(SimulatedSlot::Production, seen),
            _ => return Err(PortalRefusal::bad_request(format!("The slot '{slot}' is unknown."))),
        };
        definition
            .filter(|_| portal.slots == Slots::Shown)
            .map(|definition| {
                let shown = portal.show_offer(offer, Some(definition), now);
                reply_json(StatusCode::OK, &shown)
            })
            .ok_or_else(|| PortalRefusal::not_found(&format!("Slot '{slot}'")))
    })
}
