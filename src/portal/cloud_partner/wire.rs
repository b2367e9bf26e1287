//! The portal's JSON, read with tolerance: keys in any case, one object or an array of one, every
//! field optional, numbers as text.

use std::cmp::Reverse;

use jiff::Timestamp;
use serde_json::Value;

use crate::portal::json::{find_field, read_text, read_time, read_word, the_object};
use crate::portal::{Draft, Kind, Level, Link, Message, OfferView, OperationView, Step, Word};

/// More of anything than this is not shown; it bounds what a hostile answer costs.
const MOST: usize = 500;

/// Any of these tells an offer's draft from a gateway's answer.
const DRAFT_FIELDS: &[&str] =
    &["id", "definition", "changedTime", "offerTypeId", "publisherId", "version", "status", "eTag"];

/// An operation, which the documentation wraps in an array and real answers do not.
pub(super) fn read_operation(answer: &Value) -> Option<OperationView> {
    let value = the_object(answer).filter(|value| {
        has_any(value, &["status", "submissionState", "steps", "id", "operationId"])
    })?;
    let mut messages = read_messages(value);
    messages.extend(read_error(value));
    Some(OperationView {
        id: read_text(value, &["id", "operationId"]),
        kind: read_text(value, &["submissionType"]).map(read_kind),
        status: read_word(value, &["status", "submissionState"]),
        steps: read_steps(value),
        messages,
        preview_links: read_links(value, "previewLinks"),
        live_links: read_links(value, "liveLinks"),
    })
}

/// An offer's status.
pub(super) fn read_offer(answer: &Value) -> Option<OfferView> {
    let value = the_object(answer).filter(|value| has_any(value, &["status", "steps"]))?;
    Some(OfferView {
        status: read_word(value, &["status"]),
        steps: read_steps(value),
        messages: read_messages(value),
        preview_links: read_links(value, "previewLinks"),
        live_links: read_links(value, "liveLinks"),
    })
}

/// An offer's draft.
pub(super) fn read_draft(answer: &Value) -> Option<Draft> {
    let value = the_object(answer).filter(|value| has_any(value, DRAFT_FIELDS))?;
    Some(Draft { changed: read_time(value, &["changedTime"]), etag: None, body: value.clone() })
}

/// Fields may be missing, but not all of them: an object with none is a gateway's, and says nothing
/// about the offer.
fn has_any(value: &Value, names: &[&str]) -> bool {
    find_field(value, names).is_some()
}

/// One row of the list of operations, its address not yet known.
pub(super) struct Row {
    pub id: String,
    pub kind: Option<Kind>,
    pub status: Word,
    pub started: Option<Timestamp>,
    pub changed: Option<Timestamp>,
}

/// The list of operations.
pub(super) fn read_rows(answer: &Value) -> Option<Vec<Row>> {
    let list = answer.as_array().or_else(|| find_field(answer, &["value", "items"])?.as_array())?;
    let row = |value: &Value| Row {
        id: read_text(value, &["id", "operationId"]).unwrap_or_default(),
        kind: read_text(value, &["submissionType"]).map(|word| kind_in_slot(word, value)),
        status: read_word(value, &["submissionState", "status"]),
        started: read_time(value, &["createdDateTime", "startTime"]),
        changed: read_time(value, &["changedTime", "lastActionDateTime"]),
    };
    Some(keep_most(list.iter().filter(|value| value.is_object()).map(row).collect()))
}

/// The rows that matter, in the order of the list: what is not at its end, then what changed last.
/// Without times the portal's order counts.
fn keep_most(rows: Vec<Row>) -> Vec<Row> {
    let mut ranked: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    ranked.sort_by_key(|(_, row)| (row.status.state().is_final(), Reverse(row.changed)));
    ranked.truncate(MOST);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, row)| row).collect()
}

/// How a go-live is spelled is not documented; that it is one in the slot `production` is known.
fn kind_in_slot(word: String, row: &Value) -> Kind {
    let is_live =
        read_text(row, &["slot"]).is_some_and(|slot| slot.eq_ignore_ascii_case("production"));
    match read_kind(word) {
        Kind::Other(word) if is_live && !word.eq_ignore_ascii_case("cancel") => Kind::GoLive,
        kind => kind,
    }
}

/// `publish`, `GoLive`; the documentation also has `GGoLive`.
fn read_kind(word: String) -> Kind {
    let folded: String =
        word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match folded.as_str() {
        "publish" => Kind::Publish,
        "golive" | "ggolive" | "live" => Kind::GoLive,
        _ => Kind::Other(word),
    }
}

fn read_items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    match find_field(value, &[name]) {
        Some(Value::Array(items)) => &items[..items.len().min(MOST)],
        Some(one @ (Value::Object(_) | Value::String(_))) => std::slice::from_ref(one),
        _ => &[],
    }
}

fn read_steps(value: &Value) -> Vec<Step> {
    let step = |value: &Value| {
        let (id, name) = (read_text(value, &["id"]), read_text(value, &["stepName", "name"]));
        Some(Step {
            id: id.clone().or_else(|| name.clone())?,
            name: name.or(id)?,
            status: read_word(value, &["status"]),
            progress: read_text(value, &["progressPercentage", "processPercentage"])
                .and_then(|number| read_percent(&number)),
            estimate: read_text(value, &["estimatedTimeFrame"]),
            messages: read_messages(value),
        })
    };
    read_items(value, "steps").iter().filter_map(step).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100 before"
)]
fn read_percent(number: &str) -> Option<u8> {
    number
        .parse::<f64>()
        .ok()
        .filter(|percent| percent.is_finite())
        .map(|percent| percent.clamp(0.0, 100.0) as u8)
}

fn read_messages(value: &Value) -> Vec<Message> {
    let message = |value: &Value| match value {
        Value::String(html) => {
            Some(Message { level: Level::Information, html: html.clone(), at: None })
        }
        _ => Some(Message {
            level: read_level(read_text(value, &["level", "severity"]).as_deref()),
            html: read_text(value, &["messageHtml", "message", "text"])?,
            at: read_time(value, &["timestamp"]),
        }),
    };
    read_items(value, "messages").iter().filter_map(message).collect()
}

/// An unknown level is worth a look.
fn read_level(word: Option<&str>) -> Level {
    match word.map(str::to_ascii_lowercase).as_deref() {
        None | Some("information" | "info" | "informational" | "verbose") => Level::Information,
        Some("error" | "failure" | "critical" | "fatal") => Level::Error,
        Some(_) => Level::Warning,
    }
}

/// `error` of a failed operation: a text, or an object with code and message.
fn read_error(value: &Value) -> Option<Message> {
    let html = match find_field(value, &["error"])? {
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        object @ Value::Object(_) => {
            let (code, message) = (read_text(object, &["code"]), read_text(object, &["message"]));
            [code, message].into_iter().flatten().collect::<Vec<_>>().join(": ")
        }
        _ => return None,
    };
    (!html.is_empty()).then_some(Message { level: Level::Error, html, at: None })
}

fn read_links(value: &Value, name: &str) -> Vec<Link> {
    let link = |value: &Value| match value {
        Value::String(address) => Some(Link { text: String::new(), address: address.clone() }),
        _ => Some(Link {
            text: read_text(value, &["displayText", "text"]).unwrap_or_default(),
            address: read_text(value, &["uri", "url", "href"])?,
        }),
    };
    read_items(value, name).iter().filter_map(link).collect()
}

#[cfg(test)]
mod tests;
