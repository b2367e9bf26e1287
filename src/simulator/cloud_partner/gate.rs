//! What holds for every request to the portal: throttling, token, api-version, permission.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::SignedDuration;

use super::refusal::PortalRefusal;
use crate::simulator::clock::add_time;
use crate::simulator::dates::http_date;
use crate::simulator::guid::new_guid;
use crate::simulator::identity::issued::read_bearer;
use crate::simulator::scenario::RetryAfterForm;
use crate::simulator::simulation::{Sim, Simulation};

/// What holds for every request: api-version, token, limits, and the headers of every answer.
pub async fn pass_gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    let mut answer = match admit_request(&sim, &request) {
        Ok(()) => next.run(request).await,
        Err(refused) => *refused,
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
    headers.insert(header::SERVER, HeaderValue::from_static("Microsoft-IIS/10.0"));
    if let Ok(id) = HeaderValue::from_str(&new_guid()) {
        headers.insert("x-ms-correlation-request-id", id);
    }
    answer
}

fn admit_request(sim: &Simulation, request: &Request) -> Result<(), Box<Response>> {
    let portal = &sim.scenario.portal;
    let refuse = |refusal: PortalRefusal| Err(Box::new(refusal.to_response(portal)));
    throttle_request(sim)?;
    let now = sim.clock.now();
    if let Err(why) = sim.world().issued.admits(
        read_bearer(request.headers()),
        &sim.scenario.auth.resource,
        &sim.scenario.auth,
        now,
    ) {
        return refuse(PortalRefusal::new(StatusCode::UNAUTHORIZED, "Unauthorized", why));
    }
    let query = request.uri().query().unwrap_or_default();
    let version =
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "api-version");
    if version.is_none_or(|(_, version)| version != "2017-10-31") {
        let message = "Invalid api version. Allowed values are [2017-10-31]";
        return refuse(PortalRefusal::new(StatusCode::BAD_REQUEST, "InvalidAPIVersion", message));
    }
    let publisher = request
        .uri()
        .path()
        .strip_prefix("/api/publishers/")
        .and_then(|rest| rest.split('/').next());
    if publisher.is_some_and(|publisher| {
        sim.scenario.auth.forbidden_publishers.iter().any(|forbidden| forbidden == publisher)
    }) {
        return refuse(PortalRefusal::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "User does not have the required permissions",
        ));
    }
    if portal.post_needs_if_match
        && request.method() == Method::POST
        && !request.headers().contains_key(header::IF_MATCH)
    {
        return refuse(PortalRefusal::bad_request("The If-Match header is required."));
    }
    Ok(())
}

fn throttle_request(sim: &Simulation) -> Result<(), Box<Response>> {
    let Some(throttle) = sim.scenario.portal.throttle else { return Ok(()) };
    let mut world = sim.world();
    world.portal_requests += 1;
    if !world.portal_requests.is_multiple_of(throttle.every)
        || throttle.count.is_some_and(|count| world.throttled >= count)
    {
        return Ok(());
    }
    world.throttled += 1;
    let refusal = PortalRefusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        "Too many requests. Try again later.",
    );
    let mut answer = refusal.to_response(&sim.scenario.portal);
    let value = match throttle.form {
        RetryAfterForm::Seconds => Some(throttle.retry_after.to_string()),
        RetryAfterForm::Date => Some(http_date(add_time(
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
