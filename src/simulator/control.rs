//! The simulation's own addresses, below `/simulator`: to look at it, and to do what others do
//! meanwhile.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::fault_counters::FaultCounter;
use super::offers::offer::{SimulatedOffer, SimulatedSlot};
use super::offers::operation::{ForcedEnd, SimulatedOperation};
use super::offers::progress::OperationState;
use super::product_ingestion::api::show_products;
use super::scenario::LengthOfTime;
use super::simulation::{Sim, Simulation};

/// `/simulator/…`: to look at the simulated world, and to let time pass.
pub fn build_router() -> Router<Sim> {
    Router::new()
        .route("/simulator/journal", get(get_journal))
        .route("/simulator/state", get(get_state))
        .route("/simulator/advance/{length}", post(advance_time))
        .route("/simulator/offers/{publisher}/{offer}/draft", post(edit_draft))
        .route("/simulator/products/{id}/{action}", post(act_on_product))
        .route("/simulator/operations/{id}/cancel-by-someone", post(cancel_operation))
        .route("/simulator/operations/{id}/fail", post(fail_operation))
}

async fn get_journal(State(sim): State<Sim>) -> Response {
    Json(sim.journal().all()).into_response()
}

async fn get_state(State(sim): State<Sim>) -> Response {
    Json(show_world(&sim)).into_response()
}

/// Lets time jump ahead.
async fn advance_time(State(sim): State<Sim>, Path(length): Path<String>) -> Response {
    match LengthOfTime::parse(&length) {
        Err(wrong) => (StatusCode::BAD_REQUEST, wrong).into_response(),
        Ok(length) => {
            sim.clock.skip(length.0);
            Json(json!({"now": sim.clock.now()})).into_response()
        }
    }
}

/// Someone changes the draft: what the body's `set` and `value` say, or else its summary.
async fn edit_draft(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let now = sim.clock.now();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let offers = &mut sim.world().offers;
    offers.make_due_edits(now);
    match offers.find(&publisher, &offer) {
        None => (StatusCode::NOT_FOUND, "no such offer").into_response(),
        Some(offer) => {
            match body["set"].as_str() {
                Some(pointer) => offer.edit_value(pointer, body["value"].clone(), now),
                None => offer.change_summary(now),
            }
            Json(json!({"version": offer.version, "changedTime": offer.changed})).into_response()
        }
    }
}

/// Somebody else changes the draft of a product, publishes it to preview, or to live.
async fn act_on_product(
    State(sim): State<Sim>,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let now = sim.clock.now();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let products = &mut sim.world().products;
    products.ensure(&id);
    products.settle(now);
    let found = products.products.iter_mut().find(|product| product.external_id == id);
    let Some(product) = found else {
        return (StatusCode::NOT_FOUND, "no such product").into_response();
    };
    let number = match (action.as_str(), body["set"].as_str()) {
        ("draft", Some(pointer)) => {
            product.edit_value(pointer, body["value"].clone());
            None
        }
        ("draft", None) => {
            product.change_summary(now);
            None
        }
        ("publish", _) => Some(product.submit(now)),
        ("go-live", _) => product.go_live(now),
        _ => return (StatusCode::NOT_FOUND, "no such action").into_response(),
    };
    Json(json!({"submission": number.map(|number| number.to_string())})).into_response()
}

async fn cancel_operation(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    stop_operation(&sim, &id, OperationState::Canceled)
}

async fn fail_operation(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    stop_operation(&sim, &id, OperationState::Failed)
}

fn stop_operation(sim: &Simulation, id: &str, state: OperationState) -> Response {
    let at = sim.clock.now();
    match sim.world().offers.operation(id) {
        None => (StatusCode::NOT_FOUND, "no such operation").into_response(),
        Some(operation) => {
            operation.stopped = Some(ForcedEnd {
                at,
                state,
                reason: "The operation failed for reasons of its own.".to_owned(),
            });
            Json(json!({"state": format!("{:?}", operation.progress_at(at).state)})).into_response()
        }
    }
}

/// The world as it is, in the simulator's own words.
pub fn show_world(sim: &Simulation) -> Value {
    let now = sim.clock.now();
    let faults: Value = sim.faults().all().iter().map(show_fault).collect();
    let mut world = sim.world();
    world.offers.make_due_edits(now);
    let offers: Value = world.offers.all().iter().map(|offer| show_offer(offer, now)).collect();
    world.products.settle(now);
    let ingestion = show_products(&world.products, &sim.scenario.ingestion, now);
    json!({
        "now": now,
        "timeScale": sim.scenario.time_scale,
        "accessTokens": world.issued.count(),
        "offers": offers,
        "ingestion": ingestion,
        "checkRuns": world.checks.show_all(),
        "deployments": world.deployments.show_all(),
        "faults": faults,
    })
}

fn show_fault(counter: &FaultCounter) -> Value {
    let on = format!("{} {}", counter.fault.on.method, counter.fault.on.path);
    let answer = format!("{:?}", counter.fault.effect.answer);
    json!({"on": on, "do": answer, "met": counter.met, "used": counter.used})
}

fn show_offer(offer: &SimulatedOffer, now: Timestamp) -> Value {
    let operations: Value = offer.operations.iter().map(|one| show_operation(one, now)).collect();
    json!({
        "publisher": offer.publisher,
        "id": offer.id,
        "status": format!("{:?}", offer.status_at(now)),
        "version": offer.version,
        "changed": offer.changed,
        "draft": offer.definition,
        "preview": offer.slot_at(SimulatedSlot::Preview, now),
        "production": offer.slot_at(SimulatedSlot::Production, now),
        "operations": operations,
    })
}

fn show_operation(operation: &SimulatedOperation, now: Timestamp) -> Value {
    let progress = operation.progress_at(now);
    let steps = operation.script.iter().zip(&progress.steps).map(|(step, seen)| {
        json!({"id": step.id, "status": format!("{:?}", seen.mark), "percent": seen.percent})
    });
    json!({
        "id": operation.id,
        "kind": format!("{:?}", operation.kind),
        "state": format!("{:?}", progress.state),
        "created": operation.created,
        "lastAction": progress.last_action,
        "emails": operation.emails,
        "reads": operation.polls,
        "steps": steps.collect::<Value>(),
    })
}
