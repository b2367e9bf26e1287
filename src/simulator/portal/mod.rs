//! The Cloud Partner Portal, API version 2017-10-31.

mod address;
mod cancel;
mod offers;
mod operations;
mod start;
mod status;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};

use super::clock::later;
use super::identity::bearer;
use super::refusal::Refusal;
use super::scenario::{Portal, RetryAfterForm};
use super::shared::{Sim, Simulation};
use super::words::http_date;
use super::world::{Offer, Offers};

const OFFER: &str = "/api/publishers/{publisher}/offers/{offer}";

/// The portal's addresses.
pub fn router(sim: &Sim) -> Router<Sim> {
    let of_offer = |rest: &str| format!("{OFFER}{rest}");
    Router::new()
        .route("/api/publishers", get(offers::publishers))
        .route("/api/publishers/{publisher}/offers", get(offers::list))
        .route(OFFER, get(offers::draft).put(offers::put))
        .route(&of_offer("/versions/{version}"), get(offers::version))
        .route(&of_offer("/slot/{slot}"), get(offers::slot))
        .route(&of_offer("/publish"), post(start::publish))
        .route(&of_offer("/golive"), post(start::go_live))
        .route(&of_offer("/cancel"), post(cancel::cancel))
        .route(&of_offer("/status"), get(status::status))
        .route(&of_offer("/submissions"), get(operations::list))
        .route(&of_offer("/submissions/"), get(operations::list))
        .route(&of_offer("/operations/{operation}"), get(operations::one))
        .route(&of_offer("/operations/{operation}/"), get(operations::one_with_slash))
        .route("/api/operations/{legacy}", get(operations::legacy))
        .layer(from_fn_with_state(sim.clone(), gate))
}

/// What holds for every request: api-version, token, limits, and the headers of every answer.
async fn gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let mut answer = match admitted(&sim, &request) {
        Ok(()) => next.run(request).await,
        Err(refused) => *refused,
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
    headers.insert(header::SERVER, HeaderValue::from_static("Microsoft-IIS/10.0"));
    if let Ok(id) = HeaderValue::from_str(&guid()) {
        headers.insert("x-ms-correlation-request-id", id);
    }
    answer
}

fn admitted(sim: &Simulation, request: &Request) -> Result<(), Box<Response>> {
    let portal = &sim.scenario.portal;
    let refuse = |refusal: Refusal| Err(Box::new(refusal.answer(portal)));
    throttled(sim)?;
    let now = sim.clock.now();
    if let Err(why) = sim.world().issued.admits(bearer(request.headers()), &sim.scenario.auth, now)
    {
        return refuse(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized", why));
    }
    let query = request.uri().query().unwrap_or_default();
    let version =
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "api-version");
    if version.is_none_or(|(_, version)| version != "2017-10-31") {
        let message = "Invalid api version. Allowed values are [2017-10-31]";
        return refuse(Refusal::new(StatusCode::BAD_REQUEST, "InvalidAPIVersion", message));
    }
    let publisher = request
        .uri()
        .path()
        .strip_prefix("/api/publishers/")
        .and_then(|rest| rest.split('/').next());
    if publisher.is_some_and(|publisher| {
        sim.scenario.auth.forbidden_publishers.iter().any(|forbidden| forbidden == publisher)
    }) {
        return refuse(Refusal::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "User does not have the required permissions",
        ));
    }
    if portal.post_needs_if_match
        && request.method() == Method::POST
        && !request.headers().contains_key(header::IF_MATCH)
    {
        return refuse(Refusal::bad_request("The If-Match header is required."));
    }
    Ok(())
}

fn throttled(sim: &Simulation) -> Result<(), Box<Response>> {
    let Some(throttle) = sim.scenario.portal.throttle else { return Ok(()) };
    let mut world = sim.world();
    world.portal_requests += 1;
    if !world.portal_requests.is_multiple_of(throttle.every)
        || throttle.count.is_some_and(|count| world.throttled >= count)
    {
        return Ok(());
    }
    world.throttled += 1;
    let refusal = Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        "Too many requests. Try again later.",
    );
    let mut answer = refusal.answer(&sim.scenario.portal);
    let value = match throttle.form {
        RetryAfterForm::Seconds => Some(throttle.retry_after.to_string()),
        RetryAfterForm::Date => Some(http_date(later(
            sim.clock.now(),
            SignedDuration::from_secs(i64::from(throttle.retry_after)),
        ))),
        RetryAfterForm::Absent => None,
    };
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
        answer.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Err(Box::new(answer))
}

/// Does something to an offer, if there is such an offer.
fn with_offer(
    sim: &Simulation,
    publisher: &str,
    offer: &str,
    act: impl FnOnce(&mut Offer, &Portal, Timestamp) -> Result<Response, Refusal>,
) -> Response {
    with_offers(sim, |offers, portal, now| {
        let found = offers
            .find(publisher, offer)
            .ok_or_else(|| Refusal::not_found(&format!("Offer '{offer}' of '{publisher}'")))?;
        act(found, portal, now)
    })
}

/// Does something to the offers.
fn with_offers(
    sim: &Simulation,
    act: impl FnOnce(&mut Offers, &Portal, Timestamp) -> Result<Response, Refusal>,
) -> Response {
    let portal = &sim.scenario.portal;
    let now = sim.clock.now();
    act(&mut sim.world().offers, portal, now).unwrap_or_else(|refusal| refusal.answer(portal))
}

/// A JSON answer with the portal's content type.
fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        .into_response()
}

/// A random id.
pub fn guid() -> String {
    let (a, b) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}
