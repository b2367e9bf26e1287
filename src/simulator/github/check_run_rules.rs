//! What GitHub accepts as a check run.

use serde_json::{Map, Value};

const CONCLUSIONS: [&str; 7] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
const STATUSES: [&str; 3] = ["queued", "in_progress", "completed"];
const LEVELS: [&str; 3] = ["notice", "warning", "failure"];
const MOST_ANNOTATIONS: usize = 50;
const MOST_BYTES: usize = 65535;

/// What is wrong with a request.
#[derive(Debug, PartialEq)]
pub enum InvalidBody {
    /// The body is not a JSON object.
    NotJson,
    /// It does not fit the schema.
    Schema(String),
    /// A field's value is not allowed.
    Field(&'static str, String),
}

/// Checks the body of a POST (`create`) or PATCH.
pub fn check_body(body: &[u8], create: bool) -> Result<Map<String, Value>, InvalidBody> {
    let sent: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| InvalidBody::NotJson)?;
    for name in if create { &["name", "head_sha"][..] } else { &[] } {
        required_text(&sent, name)?;
    }
    let one_of = |name: &str, allowed: &[&str]| match sent.get(name) {
        None => Ok(()),
        Some(value) if value.as_str().is_some_and(|value| allowed.contains(&value)) => Ok(()),
        Some(value) => Err(InvalidBody::Schema(format!(
            "{value} is not a possible value for \"{name}\". Must be one of: {}.",
            allowed.join(", ")
        ))),
    };
    one_of("status", &STATUSES)?;
    one_of("conclusion", &CONCLUSIONS)?;
    let is_completed = sent.get("status").is_some_and(|status| status == "completed");
    if is_completed && !sent.contains_key("conclusion") {
        return Err(InvalidBody::Schema("\"conclusion\" wasn't supplied.".to_owned()));
    }
    if sent.contains_key("completed_at") && !sent.contains_key("conclusion") {
        return Err(InvalidBody::Schema("\"completed_at\" needs \"conclusion\".".to_owned()));
    }
    check_times(&sent)?;
    if sent
        .get("actions")
        .is_some_and(|actions| actions.as_array().is_none_or(|actions| actions.len() > 3))
    {
        return Err(InvalidBody::Schema(
            "No more than 3 items are allowed in \"actions\".".to_owned(),
        ));
    }
    match sent.get("output") {
        None => {}
        Some(Value::Object(output)) => check_output(output)?,
        Some(other) => return Err(InvalidBody::Schema(format!("{other} is not an object."))),
    }
    Ok(sent)
}

fn check_output(output: &Map<String, Value>) -> Result<(), InvalidBody> {
    required_text(output, "title")?;
    required_text(output, "summary")?;
    for name in ["summary", "text"] {
        let value = output.get(name).and_then(Value::as_str).unwrap_or_default();
        if value.len() > MOST_BYTES {
            let field = if name == "text" { "text" } else { "summary" };
            return Err(InvalidBody::Field(
                field,
                format!("{name} exceeds a maximum bytesize of {MOST_BYTES}"),
            ));
        }
    }
    let Some(annotations) = output.get("annotations") else { return Ok(()) };
    let annotations = annotations
        .as_array()
        .ok_or_else(|| InvalidBody::Schema("\"annotations\" is not an array.".to_owned()))?;
    if annotations.len() > MOST_ANNOTATIONS {
        let count = annotations.len();
        return Err(InvalidBody::Schema(format!(
            "No more than {MOST_ANNOTATIONS} items are allowed; {count} were supplied."
        )));
    }
    annotations.iter().try_for_each(check_annotation)
}

fn check_times(sent: &Map<String, Value>) -> Result<(), InvalidBody> {
    let is_time = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
    for name in ["started_at", "completed_at"] {
        if let Some(time) = sent.get(name).filter(|time| !time.as_str().is_some_and(is_time)) {
            let text = format!("{time} is not a valid date-time for \"{name}\".");
            return Err(InvalidBody::Schema(text));
        }
    }
    Ok(())
}

fn check_annotation(annotation: &Value) -> Result<(), InvalidBody> {
    let wrong = |text: String| Err(InvalidBody::Schema(text));
    let Value::Object(fields) = annotation else {
        return wrong(format!("{annotation} is not an object."));
    };
    required_text(fields, "path")?;
    let message = required_text(fields, "message")?;
    let path = fields["path"].as_str().unwrap_or_default();
    if path.starts_with('/') || path.starts_with("./") || path.contains("..") {
        return Err(InvalidBody::Field(
            "annotations",
            format!("path {path:?} is not relative to the repository"),
        ));
    }
    check_extent(fields)?;
    let level = required_text(fields, "annotation_level")?;
    if !LEVELS.contains(&level) {
        return wrong(format!("{level} is not a member of [{}].", LEVELS.join(", ")));
    }
    if fields.get("title").and_then(Value::as_str).is_some_and(|title| title.chars().count() > 255)
    {
        return wrong("Only 255 characters are allowed in \"title\".".to_owned());
    }
    let details = fields.get("raw_details").and_then(Value::as_str).unwrap_or_default();
    if message.len() > 64 * 1024 || details.len() > 64 * 1024 {
        return wrong("\"message\" and \"raw_details\" may have 64 KB each.".to_owned());
    }
    Ok(())
}

/// The lines and columns of an annotation.
fn check_extent(fields: &Map<String, Value>) -> Result<(), InvalidBody> {
    let wrong = |text: &str| Err(InvalidBody::Schema(text.to_owned()));
    let number = |name: &str| fields.get(name).and_then(Value::as_u64).filter(|one| *one > 0);
    let required = |name: &str| {
        let text = format!("\"{name}\" wasn't supplied, or is not a number from 1.");
        number(name).ok_or(InvalidBody::Schema(text))
    };
    let (start, end) = (required("start_line")?, required("end_line")?);
    if end < start {
        return wrong("\"end_line\" is before \"start_line\".");
    }
    for name in ["start_column", "end_column"] {
        if fields.get(name).is_some_and(|column| !column.is_null()) {
            required(name)?;
            if start != end {
                let text =
                    format!("{name} is only allowed if start_line and end_line are the same");
                return Err(InvalidBody::Field("annotations", text));
            }
        }
    }
    match (number("start_column"), number("end_column")) {
        (Some(first), Some(last)) if last < first => {
            wrong("\"end_column\" is before \"start_column\".")
        }
        _ => Ok(()),
    }
}

/// A text that has to be there.
fn required_text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, InvalidBody> {
    match fields.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(InvalidBody::Schema(format!("\"{name}\" wasn't supplied."))),
    }
}
