//! GitHub's answers that every call can get.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::check_run_rules::InvalidBody;
use crate::simulator::identity::issued::read_bearer;
use crate::simulator::scenario::{GithubAnswer, GithubCall, GithubCalls};
use crate::simulator::simulation::{Sim, Simulation};

const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// What holds for every call: a token, and the scenario's switch.
pub async fn pass_gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    match admit_call(&sim, &request) {
        Admission::No => next.run(request).await,
        Admission::Answer(answer) => *answer,
        Admission::Never => {
            sim.ended().await;
            Response::new(Body::empty())
        }
    }
}

/// Whether a call is refused.
enum Admission {
    /// The request is handled as usual.
    No,
    /// The request is answered so, and not handled.
    Answer(Box<Response>),
    /// It is never answered.
    Never,
}

/// Looks at a call's token, and at the scenario.
fn admit_call(sim: &Simulation, request: &Request) -> Admission {
    let fail = |status, message: &str| Admission::Answer(Box::new(reply_error(status, message)));
    let Some(token) = read_bearer(request.headers()) else {
        return fail(StatusCode::UNAUTHORIZED, "Requires authentication");
    };
    if sim.scenario.checks.token.as_deref().is_some_and(|right| right != token) {
        return fail(StatusCode::UNAUTHORIZED, "Bad credentials");
    }
    let is_deployment = is_about_deployments(request.uri().path());
    let switch =
        if is_deployment { sim.scenario.deployments.calls() } else { sim.scenario.checks.calls() };
    if switch.answers == GithubAnswer::Works || !is_about(switch.on, request) {
        return Admission::No;
    }
    let call = {
        let world = &mut *sim.world();
        let calls =
            if is_deployment { &mut world.deployments.calls } else { &mut world.checks.calls };
        *calls += 1;
        *calls
    };
    if call <= switch.after || switch.count.is_some_and(|count| call > switch.after + count) {
        return Admission::No;
    }
    refuse_call(sim, switch)
}

/// The answer that the scenario has in place of GitHub's.
fn refuse_call(sim: &Simulation, switch: GithubCalls) -> Admission {
    let fail = |status, message: &str| Admission::Answer(Box::new(reply_error(status, message)));
    let limited = |mut answer: Response| {
        if let Some(seconds) = switch.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Admission::Answer(Box::new(answer))
    };
    match switch.answers {
        GithubAnswer::Works => Admission::No,
        GithubAnswer::Forbidden => {
            fail(StatusCode::FORBIDDEN, "Resource not accessible by integration")
        }
        GithubAnswer::NotFound => fail(StatusCode::NOT_FOUND, "Not Found"),
        GithubAnswer::Hangs => Admission::Never,
        GithubAnswer::Down => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            Admission::Answer(Box::new(
                (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page)
                    .into_response(),
            ))
        }
        GithubAnswer::SecondaryRateLimited => limited(reply_error(
            StatusCode::TOO_MANY_REQUESTS,
            "You have exceeded a secondary rate limit. Please wait a few minutes.",
        )),
        GithubAnswer::RateLimited => limited(reply_rate_limit(sim)),
    }
}

/// The primary rate limit, which is reset in a minute.
fn reply_rate_limit(sim: &Simulation) -> Response {
    let message = "API rate limit exceeded for installation ID 1.";
    let mut answer = reply_error(StatusCode::FORBIDDEN, message);
    let reset = sim.clock.now().as_second() + 60;
    answer.headers_mut().insert("x-ratelimit-limit", HeaderValue::from_static("1000"));
    answer.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
    answer.headers_mut().insert("x-ratelimit-reset", HeaderValue::from(reset));
    answer
}

fn is_about_deployments(path: &str) -> bool {
    path.split('/').any(|segment| segment == "deployments" || segment == "environments")
}

fn is_about(call: GithubCall, request: &Request) -> bool {
    let is_status = request.uri().path().ends_with("/statuses");
    match call {
        GithubCall::All => true,
        GithubCall::Create => request.method() == Method::POST && !is_status,
        GithubCall::Update => {
            request.method() == Method::PATCH || request.method() == Method::POST && is_status
        }
        GithubCall::Read => request.method() == Method::GET,
    }
}

/// A JSON answer with GitHub's content type.
pub fn reply_json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        .into_response()
}

pub fn reply_error(status: StatusCode, message: &str) -> Response {
    reply_json(
        status,
        &json!({
            "message": message,
            "documentation_url": DOCUMENTATION,
            "status": status.as_u16().to_string(),
        }),
    )
}

/// 404, which GitHub also gives to those who may not look.
pub fn not_found() -> Response {
    reply_error(StatusCode::NOT_FOUND, "Not Found")
}

/// 422 (400 for what is not even JSON), in the form that goes with the rule.
pub fn refuse_body(resource: &str, wrong: &InvalidBody) -> Response {
    match wrong {
        InvalidBody::NotJson => reply_error(StatusCode::BAD_REQUEST, "Problems parsing JSON"),
        InvalidBody::Schema(text) => {
            reply_error(StatusCode::UNPROCESSABLE_ENTITY, &format!("Invalid request.\n\n{text}"))
        }
        InvalidBody::Field(field, text) => reply_json(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({
                "message": "Validation Failed",
                "errors": [{
                    "resource": resource,
                    "code": "custom",
                    "field": field,
                    "message": text,
                }],
                "documentation_url": DOCUMENTATION,
                "status": "422",
            }),
        ),
    }
}
