//! The record: the outputs and the whole timeline, for a support ticket or a script.

use serde_json::{Value, json};

use super::news::{StoryChange, TimelineEntry};
use super::outputs::{format_time, name_level, offer_to_json};
use super::story::Story;
use crate::portal::Word;
use crate::release::event::Origin;
use crate::text::html_to_plain;

/// The longest message in the record.
const LONGEST_MESSAGE: usize = 20_000;

/// The record as JSON, in pieces: an offer each, so that the record of a thousand offers is never
/// whole in memory.
pub fn write_record(story: &Story) -> impl Iterator<Item = String> {
    let whole = json!({
        "command": story.command.as_str(),
        "manifest": story.manifest.file(),
        "publisher": story.manifest.publisher.as_str(),
        "outcome": story.outcome().name(),
        "phase": story.phase().map(crate::portal::Phase::name),
        "offers": [],
    });
    let whole = format!("{whole:#}\n");
    // In a string, the quotation marks would have backslashes.
    let (head, tail) = whole.split_once(NO_OFFERS).map_or(("", ""), |(head, tail)| (head, tail));
    let (head, tail) =
        (format!("{head}{}", NO_OFFERS.trim_end_matches(']')), format!("\n  ]{tail}"));
    let offers = story.offers.iter().enumerate().map(|(index, each)| {
        let mut value = offer_to_json(story, each);
        value["timeline"] = each
            .timeline
            .iter()
            .map(|(at, entry)| entry_to_json(format_time(*at), entry))
            .collect();
        let comma = if index == 0 { "" } else { "," };
        format!("{comma}\n{value:#}").replace('\n', "\n    ")
    });
    std::iter::once(head).chain(offers).chain(std::iter::once(tail))
}

const NO_OFFERS: &str = "\"offers\": []";

fn entry_to_json(at: String, entry: &TimelineEntry) -> Value {
    match entry {
        TimelineEntry::Note(of, text) => {
            json!({ "at": at, "kind": "note", "level": name_level(*of), "message": text })
        }
        TimelineEntry::Exchange(exchange) => json!({
            "at": at,
            "kind": "request",
            "method": exchange.method.as_str(),
            "url": exchange.url,
            "status": exchange.status,
            "correlationId": exchange.correlation_id,
            "milliseconds": u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX),
            "error": exchange.error,
        }),
        TimelineEntry::Change(change) => {
            let mut value = self::change_to_json(change);
            value["at"] = at.into();
            value
        }
    }
}

fn change_to_json(change: &StoryChange) -> Value {
    match change {
        StoryChange::Phase(phase, origin, operation) => json!({
            "kind": "phase",
            "phase": phase.name(),
            "origin": name_origin(*origin),
            "operation": operation.as_ref().map(ToString::to_string),
        }),
        StoryChange::Operation(phase, word) => {
            json!({ "kind": "operation", "phase": phase.name(), "status": word.text() })
        }
        StoryChange::Step { name, from, to, .. } => json!({
            "kind": "step",
            "step": name,
            "from": from.as_ref().map(Word::text),
            "status": to.text(),
        }),
        StoryChange::Message(step, message) => json!({
            "kind": "message",
            "step": step,
            "level": name_level(message.level),
            "message": html_to_plain(&message.html, LONGEST_MESSAGE),
        }),
        StoryChange::Link(phase, link) => json!({
            "kind": "link",
            "phase": phase.name(),
            "text": link.text,
            "address": link.address,
        }),
        StoryChange::Ended(verdict) => json!({
            "kind": "end",
            "outcome": verdict.outcome.name(),
            "code": verdict.code().map(|code| code.to_string()),
            "message": verdict.whole_message(),
        }),
    }
}

/// How a half came to be, as the record names it.
fn name_origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Started => "started",
        Origin::Adopted => "adopted",
        Origin::Finished => "finished",
        Origin::Found => "found",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Command;
    use crate::report::offer_story::OfferStory;

    #[test]
    fn the_pieces_are_one_document() {
        let text = "publisher: contoso\noffers: [{id: one}, {id: two}]\n";
        let manifest = crate::manifest::parse("a\"offers\": [].yml", text).unwrap();
        let offers = manifest.offers.iter().map(OfferStory::new).collect();
        let story = Story {
            command: Command::Status,
            manifest: manifest.into(),
            go_live: false,
            workflow: None,
            offers,
        };
        let text: String = write_record(&story).collect();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(text, format!("{value:#}\n"));
        assert_eq!(value["offers"][1]["offer"], "two");
    }
}
