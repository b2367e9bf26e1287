//! Answers of the Product Ingestion API and of Microsoft Graph in front of it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::simulator::guid::new_guid;
use crate::simulator::simulation::Simulation;

/// A JSON answer with the API's content type.
pub fn reply_json(status: StatusCode, body: &Value) -> Response {
    let mut answer =
        (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
            .into_response();
    if let Ok(id) = HeaderValue::from_str(&new_guid()) {
        answer.headers_mut().insert("request-id", id);
    }
    answer
}

/// An error of the API itself.
pub fn reply_error(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({"code": code, "message": message, "details": []});
    reply_json(status, &json!({"error": error}))
}

/// 404 for a resource that does not exist.
pub fn reply_not_found(what: &str) -> Response {
    reply_error(StatusCode::NOT_FOUND, "notFound", &format!("{what} was not found."))
}

/// 400 with the reason in words.
pub fn reply_bad_request(message: &str) -> Response {
    reply_error(StatusCode::BAD_REQUEST, "badRequest", message)
}

/// An error of Microsoft Graph, which is in front of the API.
pub fn reply_graph_error(
    sim: &Simulation,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Response {
    let id = new_guid();
    let inner = json!({
        "date": sim.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "request-id": id,
        "client-request-id": id,
    });
    let error = json!({"code": code, "message": message, "innerError": inner});
    reply_json(status, &json!({"error": error}))
}
