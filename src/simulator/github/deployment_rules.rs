//! What GitHub accepts as a deployment and as its status.

use serde_json::{Map, Value};

use super::check_run_rules::InvalidBody;

const STATES: [&str; 7] =
    ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"];
const MOST_CHARACTERS: usize = 140;

/// Checks the body of `POST …/deployments`.
pub fn check_deployment(body: &[u8]) -> Result<Map<String, Value>, InvalidBody> {
    let sent: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| InvalidBody::NotJson)?;
    if sent.get("ref").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(InvalidBody::Schema("\"ref\" wasn't supplied.".to_owned()));
    }
    for name in ["task", "environment", "description"] {
        require_text(&sent, name)?;
    }
    for name in ["auto_merge", "transient_environment", "production_environment"] {
        require_flag(&sent, name)?;
    }
    if let Some(payload) = sent.get("payload").filter(|one| !one.is_object() && !one.is_string()) {
        return Err(InvalidBody::Schema(format!("For 'payload', {payload} is not an object.")));
    }
    let contexts = sent.get("required_contexts");
    if contexts.is_some_and(|contexts| {
        contexts.as_array().is_none_or(|all| all.iter().any(|one| !one.is_string()))
    }) {
        return Err(InvalidBody::Schema("\"required_contexts\" is not an array.".to_owned()));
    }
    Ok(sent)
}

/// Checks the body of `POST …/deployments/{id}/statuses`.
pub fn check_status(body: &[u8]) -> Result<Map<String, Value>, InvalidBody> {
    let sent: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| InvalidBody::NotJson)?;
    let state = sent.get("state").and_then(Value::as_str).unwrap_or_default();
    if !STATES.contains(&state) {
        return Err(InvalidBody::Schema(format!(
            "\"{state}\" is not a possible value for \"state\". Must be one of: {}.",
            STATES.join(", ")
        )));
    }
    for name in ["target_url", "log_url", "environment_url", "environment", "description"] {
        require_text(&sent, name)?;
    }
    require_flag(&sent, "auto_inactive")?;
    let description = sent.get("description").and_then(Value::as_str).unwrap_or_default();
    if description.chars().count() > MOST_CHARACTERS {
        let text = format!("description is too long (maximum is {MOST_CHARACTERS} characters)");
        return Err(InvalidBody::Field("description", text));
    }
    for name in ["target_url", "log_url", "environment_url"] {
        let url = sent.get(name).and_then(Value::as_str).unwrap_or_default();
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            let text = format!("{name} must use http(s) scheme");
            return Err(InvalidBody::Field(name, text));
        }
    }
    Ok(sent)
}

fn require_text(sent: &Map<String, Value>, name: &str) -> Result<(), InvalidBody> {
    let value = sent.get(name).filter(|value| !value.is_string() && !value.is_null());
    value.map_or(Ok(()), |value| {
        Err(InvalidBody::Schema(format!("For '{name}', {value} is not a string.")))
    })
}

fn require_flag(sent: &Map<String, Value>, name: &str) -> Result<(), InvalidBody> {
    let value = sent.get(name).filter(|value| !value.is_boolean());
    value.map_or(Ok(()), |value| {
        Err(InvalidBody::Schema(format!("For '{name}', {value} is not a boolean.")))
    })
}
