//! Secrets in documents: signatures that are hidden from people, and values that the service hides
//! from everybody.

use serde_json::Value as Json;
use url::Url;

use super::sas::Sas;
use super::wanted::{Action, Edit, Wanted};
use crate::secrets::{find_signed_addresses, has_signed_address};

/// The document for people: each signed address without its query.
#[must_use]
pub fn hide_signatures(document: &Json) -> Json {
    match document {
        Json::String(text) => Json::String(hide_in_text(text)),
        Json::Array(items) => items.iter().map(hide_signatures).collect(),
        Json::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), hide_signatures(value))).collect()
        }
        other => other.clone(),
    }
}

/// A text for people: each signed address in it without its query.
pub fn hide_in_text(text: &str) -> String {
    let mut shown = text.to_owned();
    for address in find_signed_addresses(text) {
        let hidden = Sas::parse(address).map_or_else(
            |_| "(signed address)".to_owned(),
            |sas| format!("{sas} (signature hidden)"),
        );
        shown = shown.replace(address, &hidden);
    }
    shown
}

/// The configured things of an offer whose secrets the service does not return on reading, and
/// might blank when the document is written without them. Empty if the manifest supplies them.
#[must_use]
pub fn list_hidden_secrets(document: &Json, wanted: &Wanted) -> Vec<String> {
    let mut found = Vec::new();
    let definition = &document["definition"];
    let offer = definition["offer"].as_object().into_iter().flatten();
    for (key, value) in offer {
        let Some(destination) = value.as_str() else { continue };
        let none = destination.is_empty() || destination.eq_ignore_ascii_case("none");
        if last_part(key) == "leadDestination" && !none && !supplies(&wanted.edits, is_lead) {
            found.push(format!("`{key}` is `{destination}`, and its connection has a secret"));
        }
    }
    for plan in definition["plans"].as_array().into_iter().flatten() {
        let id = plan["planId"].as_str().unwrap_or_default();
        let edits = wanted.plans.iter().find(|plan| plan.id.as_str() == id);
        if has_registry(plan) && !edits.is_some_and(|plan| supplies(&plan.edits, is_password)) {
            found.push(format!("plan `{id}` has a container registry, which has a password"));
        }
    }
    found
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

/// An edit sets what the test says.
fn supplies(edits: &[Edit], what: fn(&str) -> bool) -> bool {
    edits.iter().any(|edit| {
        matches!(edit.action, Action::Set { .. })
            && edit.pointer.tokens().iter().any(|token| what(last_part(token)))
    })
}

fn is_lead(key: &str) -> bool {
    key.ends_with("LeadConfiguration") || key == "leadDestination"
}

fn is_password(key: &str) -> bool {
    key.to_ascii_lowercase().contains("password")
}

/// The keys of container offers on this API are not documented; whatever names a registry counts.
fn has_registry(value: &Json) -> bool {
    let configured = |value: &Json| match value {
        Json::String(text) => !text.is_empty(),
        Json::Object(members) => !members.is_empty(),
        _ => false,
    };
    match value {
        Json::Object(members) => members.iter().any(|(key, value)| {
            let key = last_part(key).to_ascii_lowercase();
            (key.contains("registry") && configured(value)) || has_registry(value)
        }),
        Json::Array(items) => items.iter().any(has_registry),
        _ => false,
    }
}

/// What the service shows in place of a secret: asterisks.
pub fn is_mask(value: &Json) -> bool {
    const SHORTEST: usize = 3;
    let masked = |text: &str| text.len() >= SHORTEST && text.bytes().all(|byte| byte == b'*');
    value.as_str().is_some_and(masked)
}

/// Both are addresses of the same thing, whatever their queries are, and one of them is signed: the
/// service signs its addresses anew at every reading.
pub fn same_signed_address(one: &str, other: &str) -> bool {
    if !has_signed_address(one) && !has_signed_address(other) {
        return false;
    }
    let parsed = Url::parse(one).ok().zip(Url::parse(other).ok());
    parsed.is_some_and(|(one, other)| super::sas::same_blob(&one, &other))
}
