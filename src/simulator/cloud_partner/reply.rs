//! What every handler of the portal needs: the offer that is meant, and a JSON answer.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::refusal::PortalRefusal;
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::offers::store::OfferStore;
use crate::simulator::scenario::PortalSwitches;
use crate::simulator::simulation::Simulation;

/// The portal's answer, or why it refuses.
pub type Reply = Result<Response, PortalRefusal>;

/// Does something to an offer, if there is such an offer.
pub fn with_offer(
    sim: &Simulation,
    publisher: &str,
    offer: &str,
    act: impl FnOnce(&mut SimulatedOffer, &PortalSwitches, Timestamp) -> Reply,
) -> Response {
    with_offers(sim, |offers, portal, now| {
        let found = offers.find(publisher, offer).ok_or_else(|| {
            PortalRefusal::not_found(&format!("Offer '{offer}' of '{publisher}'"))
        })?;
        act(found, portal, now)
    })
}

/// Does something to the offers.
pub fn with_offers(
    sim: &Simulation,
    act: impl FnOnce(&mut OfferStore, &PortalSwitches, Timestamp) -> Reply,
) -> Response {
    let portal = &sim.scenario.portal;
    let now = sim.clock.now();
    let offers = &mut sim.world().offers;
    offers.make_due_edits(now);
    act(offers, portal, now).unwrap_or_else(|refusal| refusal.to_response(portal))
}

/// A JSON answer with the portal's content type.
pub fn reply_json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        .into_response()
}
