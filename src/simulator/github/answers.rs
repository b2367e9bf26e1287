//! GitHub's answers that are not about one check run.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::check_run_rules::InvalidBody;
use crate::simulator::identity::issued::bearer;
use crate::simulator::scenario::{ChecksAnswer, ChecksCall};
use crate::simulator::simulation::{Sim, Simulation};

const DOCUMENTATION: &str = "https://docs.github.com/rest/checks/runs";

/// What holds for every call: a token, and the scenario's switch.
pub async fn pass_gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    match admit_call(&sim, request.method(), request.headers()) {
        Admission::No => next.run(request).await,
        Admission::Answer(answer) => *answer,
        Admission::Never => {
            sim.ended().await;
            Response::new(Body::empty())
        }
    }
}

/// Whether a call is refused.
pub enum Admission {
    /// It is not.
    No,
    /// With this answer.
    Answer(Box<Response>),
    /// It is never answered.
    Never,
}

/// Looks at a call's token, and at the scenario.
pub fn admit_call(sim: &Simulation, method: &Method, headers: &HeaderMap) -> Admission {
    let switch = &sim.scenario.checks;
    let fail = |status, message: &str| Admission::Answer(Box::new(reply_error(status, message)));
    let Some(token) = bearer(headers) else {
        return fail(StatusCode::UNAUTHORIZED, "Requires authentication");
    };
    if switch.token.as_deref().is_some_and(|right| right != token) {
        return fail(StatusCode::UNAUTHORIZED, "Bad credentials");
    }
    if switch.answers == ChecksAnswer::Works || !is_about(switch.on, method) {
        return Admission::No;
    }
    let call = {
        let checks = &mut sim.world().checks;
        checks.calls += 1;
        checks.calls
    };
    if call <= switch.after || switch.count.is_some_and(|count| call > switch.after + count) {
        return Admission::No;
    }
    let limited = |mut answer: Response| {
        if let Some(seconds) = switch.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Admission::Answer(Box::new(answer))
    };
    match switch.answers {
        ChecksAnswer::Works => Admission::No,
        ChecksAnswer::Forbidden => {
            fail(StatusCode::FORBIDDEN, "Resource not accessible by integration")
        }
        ChecksAnswer::NotFound => fail(StatusCode::NOT_FOUND, "Not Found"),
        ChecksAnswer::Hangs => Admission::Never,
        ChecksAnswer::Down => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            Admission::Answer(Box::new(
                (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page)
                    .into_response(),
            ))
        }
        ChecksAnswer::SecondaryRateLimited => limited(reply_error(
            StatusCode::TOO_MANY_REQUESTS,
            "You have exceeded a secondary rate limit. Please wait a few minutes.",
        )),
        ChecksAnswer::RateLimited => {
            let mut answer = reply_error(
                StatusCode::FORBIDDEN,
                "API rate limit exceeded for installation ID 1.",
            );
            let reset = sim.clock.now().as_second() + 60;
            answer.headers_mut().insert("x-ratelimit-limit", HeaderValue::from_static("1000"));
            answer.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
            answer.headers_mut().insert("x-ratelimit-reset", HeaderValue::from(reset));
            limited(answer)
        }
    }
}

fn is_about(call: ChecksCall, method: &Method) -> bool {
    match call {
        ChecksCall::All => true,
        ChecksCall::Create => method == Method::POST,
        ChecksCall::Update => method == Method::PATCH,
        ChecksCall::Read => method == Method::GET,
    }
}

/// A JSON answer with GitHub's content type.
pub fn reply_json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        .into_response()
}

fn reply_error(status: StatusCode, message: &str) -> Response {
    reply_json(
        status,
        &json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.as_u16().to_string()}),
    )
}

/// 404.
pub fn not_found() -> Response {
    reply_error(StatusCode::NOT_FOUND, "Not Found")
}

/// 422 (400 for what is not even JSON), in the form that goes with the rule.
pub fn refuse_body(wrong: &InvalidBody) -> Response {
    match wrong {
        InvalidBody::NotJson => reply_error(StatusCode::BAD_REQUEST, "Problems parsing JSON"),
        InvalidBody::Schema(text) => {
            reply_error(StatusCode::UNPROCESSABLE_ENTITY, &format!("Invalid request.\n\n{text}"))
        }
        InvalidBody::Field(field, text) => reply_json(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({
                "message": "Validation Failed",
                "errors": [{"resource": "CheckRun", "code": "custom", "field": field, "message": text}],
                "documentation_url": DOCUMENTATION,
                "status": "422",
            }),
        ),
    }
}
