//! GitHub's answers that are not about one check run.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json as value};

use super::super::identity::bearer;
use super::super::scenario::{ChecksAnswer, ChecksCall};
use super::super::shared::Simulation;
use super::rules::Wrong;

const DOCUMENTATION: &str = "https://docs.github.com/rest/checks/runs";

/// Whether a call is refused.
pub enum Refused {
    /// It is not.
    No,
    /// With this answer.
    Answer(Box<Response>),
    /// It is never answered.
    Never,
}

/// Looks at a call's token, and at the scenario.
pub fn refused(sim: &Simulation, method: &Method, headers: &HeaderMap) -> Refused {
    let switch = &sim.scenario.checks;
    let fail = |status, message: &str| Refused::Answer(Box::new(error(status, message)));
    let Some(token) = bearer(headers) else {
        return fail(StatusCode::UNAUTHORIZED, "Requires authentication");
    };
    if switch.token.as_deref().is_some_and(|right| right != token) {
        return fail(StatusCode::UNAUTHORIZED, "Bad credentials");
    }
    if switch.answers == ChecksAnswer::Works || !concerns(switch.on, method) {
        return Refused::No;
    }
    let call = {
        let checks = &mut sim.world().checks;
        checks.calls += 1;
        checks.calls
    };
    if call <= switch.after || switch.count.is_some_and(|count| call > switch.after + count) {
        return Refused::No;
    }
    let limited = |mut answer: Response| {
        if let Some(seconds) = switch.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Refused::Answer(Box::new(answer))
    };
    match switch.answers {
        ChecksAnswer::Works => Refused::No,
        ChecksAnswer::Forbidden => {
            fail(StatusCode::FORBIDDEN, "Resource not accessible by integration")
        }
        ChecksAnswer::NotFound => fail(StatusCode::NOT_FOUND, "Not Found"),
        ChecksAnswer::Hangs => Refused::Never,
        ChecksAnswer::Down => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            Refused::Answer(Box::new(
                (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page)
                    .into_response(),
            ))
        }
        ChecksAnswer::SecondaryRateLimited => limited(error(
            StatusCode::TOO_MANY_REQUESTS,
            "You have exceeded a secondary rate limit. Please wait a few minutes.",
        )),
        ChecksAnswer::RateLimited => {
            let mut answer =
                error(StatusCode::FORBIDDEN, "API rate limit exceeded for installation ID 1.");
            let reset = sim.clock.now().as_second() + 60;
            answer.headers_mut().insert("x-ratelimit-limit", HeaderValue::from_static("1000"));
            answer.headers_mut().insert("x-ratelimit-remaining", HeaderValue::from_static("0"));
            answer.headers_mut().insert("x-ratelimit-reset", HeaderValue::from(reset));
            limited(answer)
        }
    }
}

fn concerns(call: ChecksCall, method: &Method) -> bool {
    match call {
        ChecksCall::All => true,
        ChecksCall::Create => method == Method::POST,
        ChecksCall::Update => method == Method::PATCH,
        ChecksCall::Read => method == Method::GET,
    }
}

/// A JSON answer with GitHub's content type.
pub fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
        .into_response()
}

fn error(status: StatusCode, message: &str) -> Response {
    json(
        status,
        &value!({"message": message, "documentation_url": DOCUMENTATION, "status": status.as_u16().to_string()}),
    )
}

/// 404.
pub fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "Not Found")
}

/// 422 (400 for what is not even JSON), in the form that goes with the rule.
pub fn unprocessable(wrong: &Wrong) -> Response {
    match wrong {
        Wrong::NotJson => error(StatusCode::BAD_REQUEST, "Problems parsing JSON"),
        Wrong::Schema(text) => {
            error(StatusCode::UNPROCESSABLE_ENTITY, &format!("Invalid request.\n\n{text}"))
        }
        Wrong::Field(field, text) => json(
            StatusCode::UNPROCESSABLE_ENTITY,
            &value!({
                "message": "Validation Failed",
                "errors": [{"resource": "CheckRun", "code": "custom", "field": field, "message": text}],
                "documentation_url": DOCUMENTATION,
                "status": "422",
            }),
        ),
    }
}
