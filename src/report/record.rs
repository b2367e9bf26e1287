//! The record: the outputs and the whole timeline, for a support ticket or a script.

use serde_json::{Value, json};

use super::markdown::plain;
use super::outputs::{level, offer, time};
use super::story::{Change, Entry, Story};
use crate::portal::Word;

/// The longest message in the record.
const LONGEST_MESSAGE: usize = 20_000;

/// The record as JSON.
#[must_use]
pub fn record(story: &Story) -> Value {
    let offers: Vec<Value> = story
        .offers
        .iter()
        .map(|each| {
            let mut value = offer(story, each);
            value["timeline"] = each.timeline.iter().map(|(at, entry)| line(time(*at), entry)).collect();
            value
        })
        .collect();
    json!({
        "command": story.command,
        "manifest": story.manifest.file(),
        "publisher": story.manifest.publisher.as_str(),
        "outcome": story.outcome().name(),
        "phase": story.phase().map(crate::portal::Phase::name),
        "offers": offers,
    })
}

fn line(at: String, entry: &Entry) -> Value {
    match entry {
        Entry::Note(of, text) => json!({ "at": at, "kind": "note", "level": level(*of), "message": text }),
        Entry::Exchange(exchange) => json!({
            "at": at,
            "kind": "request",
            "method": exchange.method.as_str(),
            "url": exchange.url,
            "status": exchange.status,
            "correlationId": exchange.correlation_id,
            "milliseconds": u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX),
            "error": exchange.error,
        }),
        Entry::Change(change) => {
            let mut value = self::change(change);
            value["at"] = at.into();
            value
        }
    }
}

fn change(change: &Change) -> Value {
    match change {
        Change::Phase(phase, origin, operation) => json!({
            "kind": "phase",
            "phase": phase.name(),
            "origin": format!("{origin:?}").to_lowercase(),
            "operation": operation.as_ref().map(ToString::to_string),
        }),
        Change::Operation(phase, word) => json!({ "kind": "operation", "phase": phase.name(), "status": word.text() }),
        Change::Step { name, from, to, .. } => json!({
            "kind": "step", "step": name, "from": from.as_ref().map(Word::text), "status": to.text(),
        }),
        Change::Message(step, message) => json!({
            "kind": "message", "step": step, "level": level(message.level), "message": plain(&message.html, LONGEST_MESSAGE),
        }),
        Change::Link(phase, link) => json!({ "kind": "link", "phase": phase.name(), "text": link.text, "address": link.address }),
        Change::Ended(verdict) => json!({
            "kind": "end",
            "outcome": verdict.outcome.name(),
            "code": verdict.code().map(|code| code.to_string()),
            "message": verdict.message,
        }),
    }
}
