//! One operation, and the list of them.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::refusal::PortalRefusal;
use super::reply::{reply_json, with_offer};
use crate::simulator::clock::subtract_time;
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::scenario::{
    CancelRows, Filter, OldPublish, Order, PortalSwitches, ReleaseHalf, Shape,
};
use crate::simulator::simulation::Sim;

/// GET `…/submissions/`, newest first.
pub async fn list_submissions(
    State(sim): State<Sim>,
    Path((publisher, offer)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        let wanted = choose_filter(portal, &query);
        let mut shown = list_rows(portal, offer, subtract_time(now, portal.list_lag.0));
        shown.retain(|submission| {
            wanted.is_none_or(|wanted| {
                submission["submissionState"]
                    .as_str()
                    .is_some_and(|state| state.eq_ignore_ascii_case(wanted))
            })
        });
        match portal.submissions_order {
            Order::NewestFirst => shown.reverse(),
            Order::OldestFirst => {}
            Order::Shuffled => fastrand::shuffle(&mut shown),
        }
        Ok(reply_json(StatusCode::OK, &Value::Array(shown)))
    })
}

/// The rows of the list, oldest first.
fn list_rows(portal: &PortalSwitches, offer: &SimulatedOffer, now: Timestamp) -> Vec<Value> {
    let operations = offer
        .operations
        .iter()
        .filter(|operation| operation.created <= now)
        .map(|operation| (operation.created, portal.show_submission(offer, operation, now)));
    let past = offer
        .past_submissions
        .iter()
        .map(|(at, row)| (*at, portal.show_past_submission(offer, row, *at)));
    let cancels = offer
        .cancels
        .iter()
        .filter(|(_, began, _)| portal.cancel_rows == CancelRows::Listed && *began <= now)
        .map(|(id, began, ends)| {
            let done = ends.is_some_and(|ends| ends <= now);
            (*began, portal.show_cancel_row(offer, id, *began, done))
        });
    let mut rows: Vec<(Timestamp, Value)> = operations.chain(past).chain(cancels).collect();
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn choose_filter<'a>(portal: &PortalSwitches, query: &'a [(String, String)]) -> Option<&'a str> {
    let names: &[&str] = match portal.submissions_filter {
        Filter::Both => &["status", "submissionState"],
        Filter::Status => &["status"],
        Filter::SubmissionState => &["submissionState"],
        Filter::Ignored => &[],
    };
    query.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.as_str())
}

/// GET `…/operations/{id}`.
pub async fn get_operation(
    State(sim): State<Sim>,
    Path((publisher, offer, id)): Path<(String, String, String)>,
) -> Response {
    with_offer(&sim, &publisher, &offer, |offer, portal, now| {
        if let Some((id, began, ends)) = offer.cancels.iter().find(|(cancel, ..)| *cancel == id) {
            let done = ends.is_some_and(|ends| ends <= now);
            return Ok(reply_json(
                StatusCode::OK,
                &shape_operation(portal, portal.show_cancel_operation(id, *began, done)),
            ));
        }
        if let Some((at, row)) = offer.past_submissions.iter().find(|(_, row)| row.id == id) {
            let shown = portal.show_past_operation(row, *at);
            return Ok(reply_json(StatusCode::OK, &shape_operation(portal, shown)));
        }
        read_operation(offer, portal, &id, now)
    })
}

/// GET `…/operations/{id}/`, as one client writes it.
pub async fn get_operation_with_slash(
    state: State<Sim>,
    path: Path<(String, String, String)>,
) -> Response {
    get_operation(state, path).await
}

/// GET `/api/operations/{publisher}${offer}$2$preview`: the offer's latest operation.
pub async fn get_legacy_operation(State(sim): State<Sim>, Path(parts): Path<String>) -> Response {
    let parts: Vec<&str> = parts.split('$').collect();
    let [publisher, offer, "2", "preview"] = parts[..] else {
        return PortalRefusal::not_found("The operation").to_response(&sim.scenario.portal);
    };
    with_offer(&sim, publisher, offer, |offer, portal, now| {
        let id = offer
            .operations
            .last()
            .map(|last| last.id.clone())
            .ok_or_else(|| PortalRefusal::not_found("The operation"))?;
        read_operation(offer, portal, &id, now)
    })
}

fn read_operation(
    offer: &mut SimulatedOffer,
    portal: &PortalSwitches,
    id: &str,
    now: Timestamp,
) -> Result<Response, PortalRefusal> {
    let not_found = || PortalRefusal::not_found(&format!("Operation '{id}'"));
    let operation =
        offer.operations.iter_mut().find(|operation| operation.id == id).ok_or_else(not_found)?;
    operation.polls += 1;
    if let Some(first) = portal.first_polls.filter(|first| operation.polls <= first.count) {
        return Err(match StatusCode::from_u16(first.status) {
            Ok(StatusCode::NOT_FOUND) | Err(_) => not_found(),
            Ok(status) => PortalRefusal::server_error(status),
        });
    }
    if portal.old_publish == OldPublish::Gone
        && operation.kind == ReleaseHalf::Publish
        && operation.closed.is_some()
    {
        return Err(not_found());
    }
    let operation = operation.clone();
    Ok(reply_json(
        StatusCode::OK,
        &shape_operation(portal, portal.show_operation(offer, &operation, now)),
    ))
}

fn shape_operation(portal: &PortalSwitches, operation: Value) -> Value {
    match portal.operation_shape {
        Shape::Object => operation,
        Shape::Array => json!([operation]),
    }
}
