//! The outputs of the action, and `offers` as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::markdown::parse_https;
use super::matrix::{build_matrix, build_waiting_matrix};
use super::offer_story::{HalfStory, OfferStory};
use super::output_limit::{ROOM, count_units, fit_offers, join_links};
use super::step_story::StepStory;
use super::story::Story;
use crate::choices::Command;
use crate::portal::{Level, Link, Phase};
use crate::release::event::Origin;
use crate::release::{Outcome, Verdict};
use crate::text::html_to_plain;

/// The longest message in an output.
const LONGEST_MESSAGE: usize = 2_000;

/// Every output that has a value, in the order of `action.yml`; `record` is the path of the record,
/// if one is written.
#[must_use]
pub fn list_outputs(story: &Story, record: Option<&str>) -> Vec<(&'static str, String)> {
    let mut outputs = vec![("outcome", story.outcome().name().to_owned())];
    if let Some(phase) = story.phase() {
        outputs.push(("phase", phase.name().to_owned()));
    }
    outputs.extend(list_outputs_of_one(story));
    outputs.extend(list_link_outputs(story));
    let waiting = list_waiting(story);
    if !waiting.is_empty() {
        let ids: Vec<&str> = waiting.iter().map(|offer| offer.offer.as_str()).collect();
        outputs.push(("waiting", ids.join(",")));
    }
    let at = outputs.len();
    if story.command == Command::Plan {
        let ids: Vec<&str> = story.offers.iter().map(|offer| offer.offer.as_str()).collect();
        outputs.push(("matrix", build_matrix(&ids).to_string()));
    }
    if matches!(story.command, Command::Status | Command::Resume) && !waiting.is_empty() {
        let jobs: Vec<_> =
            waiting.iter().map(|offer| (offer.offer.as_str(), offer.preview.as_deref())).collect();
        outputs.push(("matrix", build_waiting_matrix(&jobs).to_string()));
    }
    let changed = story.offers.iter().any(is_changed);
    outputs.push(("changed", changed.to_string()));
    outputs.extend(record.map(|path| ("record", path.to_owned())));
    let taken: usize = outputs.iter().map(|(_, value)| count_units(value)).sum();
    let offers: Vec<Value> =
        story.offers.iter().map(|offer| self::offer_to_json(story, offer)).collect();
    outputs.insert(at, ("offers", fit_offers(&offers, ROOM.saturating_sub(taken))));
    outputs
}

/// What only a release of one offer has.
fn list_outputs_of_one(story: &Story) -> Vec<(&'static str, String)> {
    let [only] = &story.offers[..] else { return Vec::new() };
    let values = [
        ("publish-operation", find_address(only.publish.as_ref())),
        ("go-live-operation", find_address(only.go_live.as_ref())),
        ("preview", only.preview.clone()),
        ("version", only.version.clone()),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Links of all offers, each kind in an output.
fn list_link_outputs(story: &Story) -> Vec<(&'static str, String)> {
    let of_all =
        |list: fn(&OfferStory) -> Vec<String>| story.offers.iter().flat_map(list).collect();
    let kinds: [(_, Vec<String>); 3] = [
        ("preview-links", of_all(|offer| list_addresses(&offer.preview_links))),
        ("live-links", of_all(|offer| list_addresses(&offer.live_links))),
        ("check-run-url", of_all(|offer| offer.check_run_url.iter().cloned().collect())),
    ];
    let kinds = kinds.into_iter().filter(|(_, links)| !links.is_empty());
    kinds.map(|(name, links)| (name, join_links(&links))).collect()
}

/// One offer, as in the output `offers` and in the record.
#[must_use]
pub fn offer_to_json(story: &Story, offer: &OfferStory) -> Value {
    json!({
        "publisher": story.manifest.publisher.as_str(),
        "offer": offer.offer.as_str(),
        "outcome": offer.verdict.as_ref().map_or("pending", |verdict| verdict.outcome.name()),
        "phase": offer.phase.map(Phase::name),
        "state": offer.state.text(),
        "publishOperation": find_address(offer.publish.as_ref()),
        "goLiveOperation": find_address(offer.go_live.as_ref()),
        "previewLinks": list_addresses(&offer.preview_links),
        "liveLinks": list_addresses(&offer.live_links),
        "checkRunUrl": offer.check_run_url,
        "message": offer.verdict.as_ref().map_or_else(Default::default, Verdict::whole_message),
        "code": offer.verdict.as_ref().and_then(Verdict::code).map(|code| code.to_string()),
        "api": story.manifest.offers[offer.index].api.name(),
        "version": offer.version,
        "changed": is_changed(offer),
        "preview": offer.preview,
        "verified": offer.verified.map(|(_, verified)| verified.name()),
        "startedAt": offer.began.map(format_time),
        "finishedAt": offer.ended.map(format_time),
        "steps": offer.steps.iter().map(step_to_json).collect::<Vec<_>>(),
    })
}

/// The draft was changed (or would be), or something was started.
fn is_changed(offer: &OfferStory) -> bool {
    let started =
        |half: &Option<HalfStory>| half.as_ref().is_some_and(|half| half.origin == Origin::Started);
    let edited = offer.draft.as_ref().is_some_and(|draft| !draft.changes.is_empty());
    edited || started(&offer.publish) || started(&offer.go_live)
}

fn step_to_json(story: &StepStory) -> Value {
    let step = &story.step;
    json!({
        "id": step.id,
        "name": step.name,
        "phase": story.phase.name(),
        "status": step.status.text(),
        "progress": step.progress,
        "estimate": step.estimate,
        "startedAt": story.began.map(format_time),
        "finishedAt": story.ended.map(format_time),
        "messages": step.messages.iter().map(|message| json!({
            "level": name_level(message.level),
            "message": html_to_plain(&message.html, LONGEST_MESSAGE),
            "timestamp": message.at.map(format_time),
        })).collect::<Vec<_>>(),
    })
}

/// The portal's names of the levels.
#[must_use]
pub fn name_level(level: Level) -> &'static str {
    match level {
        Level::Information => "information",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// RFC 3339 with seconds.
#[must_use]
pub fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The offers whose preview was seen and is not live yet, if the manifest lets them go live.
fn list_waiting(story: &Story) -> Vec<&OfferStory> {
    let preview = |offer: &&OfferStory| {
        let succeeded =
            offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Succeeded);
        // What was canceled on purpose is no preview either.
        succeeded
            && offer.phase == Some(Phase::Publish)
            && story.command != Command::Cancel
            && story.manifest.offers[offer.index].go_live
    };
    story.offers.iter().filter(preview).collect()
}

fn find_address(half: Option<&HalfStory>) -> Option<String> {
    Some(half?.operation.as_ref()?.to_string())
}

/// Only those that a workflow may pass on to people. As they were parsed: a line break would make
/// two of one.
fn list_addresses(links: &[Link]) -> Vec<String> {
    links.iter().filter_map(|link| parse_https(&link.address)).map(String::from).collect()
}
