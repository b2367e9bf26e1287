//! What the portal says: what stands, what was overcome, and the rest.

use std::fmt::Write as _;

use super::super::duration::{format_date, format_short};
use super::super::markdown::{escape, escape_code, quote_message};
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use crate::portal::{Level, Message};
use crate::release::Outcome;
use crate::text::{cut_text, html_to_plain};

/// Messages of each kind that are shown, and the longest one, in characters.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many messages are shown of each kind.
    pub count: usize,
    /// The longest message, in characters.
    pub length: usize,
}

/// As much of a message is searched for what it is about, in characters.
const LONGEST_FOR_A_PLACE: usize = 2_000;

/// Errors and warnings that stand, each with the name of its step; errors first.
pub fn list_standing(offer: &OfferStory) -> impl Iterator<Item = (&str, &Message)> {
    let of = |level| {
        let of_steps = offer.steps.iter().flat_map(|step| {
            step.said
                .iter()
                .filter(|said| said.stands())
                .map(|said| (step.step.name.as_str(), &said.message))
        });
        let of_operation = of_operation(offer).map(|message| ("", message));
        of_steps.chain(of_operation).filter(move |(_, message)| message.level == level)
    };
    of(Level::Error).chain(of(Level::Warning))
}

/// Errors and warnings of a whole operation; after a success they are history.
fn of_operation(offer: &OfferStory) -> impl Iterator<Item = &Message> {
    let over = offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Succeeded);
    offer.messages.iter().filter(move |message| {
        message.level > Level::Information && !(over && message.level == Level::Error)
    })
}

/// Whether the portal complains of an error while the operation goes on.
pub fn has_complaint(offer: &OfferStory) -> bool {
    offer.verdict.is_none()
        && list_standing(offer).any(|(_, message)| message.level == Level::Error)
}

/// What stands, as quotes, with the lines of the manifest that they belong to.
pub fn show_standing(story: &Story, offer: &OfferStory, limits: Limits) -> String {
    let all: Vec<_> = list_standing(offer).collect();
    if all.is_empty() {
        return String::new();
    }
    let mut text = "**The portal says**\n\n".to_owned();
    for (about, message) in all.iter().take(limits.count) {
        let level = if message.level == Level::Error { "❌ Error" } else { "⚠️ Warning" };
        let about = if about.is_empty() {
            String::new()
        } else {
            format!(" at {}", escape(&cut_text(about, 80)))
        };
        let place = show_place(story, offer, message);
        let _ = write!(
            text,
            "{level}{about}, for {place}:\n\n{}\n",
            quote_message(&message.html, limits.length)
        );
    }
    text.push_str(&say_more(all.len(), limits));
    text
}

/// The line of the manifest that a message belongs to.
pub fn show_place(story: &Story, offer: &OfferStory, message: &Message) -> String {
    let text = html_to_plain(&message.html, LONGEST_FOR_A_PLACE);
    let place = story.manifest.place_for_message(offer.index, &text);
    escape_code(&format!("{}:{}", place.file, place.line))
}

/// What was overcome: blocked steps that went on, and errors that were withdrawn.
pub fn show_recovered(offer: &OfferStory, limits: Limits) -> String {
    let mut text = String::new();
    for step in offer.steps.iter().take(limits.count) {
        let errors: Vec<_> = step
            .said
            .iter()
            .filter(|said| said.message.level > Level::Information && said.withdrawn.is_some())
            .collect();
        if errors.is_empty() && step.recovered.is_none() {
            continue;
        }
        let when = step.recovered.map_or_else(String::new, |(since, until)| {
            format!(
                ": it stood still for {}, and went on at {} UTC",
                format_short(until.duration_since(since)),
                format_date(until)
            )
        });
        let _ =
            write!(text, "**Recovered: {}**{when}.\n\n", escape(&cut_text(&step.step.name, 80)));
        if !errors.is_empty() {
            text.push_str("What the portal said then no longer holds:\n\n");
        }
        for said in errors.iter().take(limits.count) {
            let level = if said.message.level == Level::Error { "Error" } else { "Warning" };
            let _ = write!(
                text,
                "{level}, withdrawn:\n\n{}\n",
                quote_message(&said.message.html, limits.length)
            );
        }
        text.push_str(&say_more(errors.len(), limits));
    }
    text
}

/// What the portal said for information, folded away.
pub fn show_remarks(offer: &OfferStory, limits: Limits) -> String {
    let of_steps = offer
        .steps
        .iter()
        .flat_map(|step| step.said.iter().map(|said| (step.step.name.as_str(), &said.message)));
    let of_operation = offer.messages.iter().map(|message| ("", message));
    let all: Vec<_> = of_steps
        .chain(of_operation)
        .filter(|(_, message)| message.level == Level::Information)
        .collect();
    if all.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for (about, message) in all.iter().take(limits.count) {
        let about = if about.is_empty() {
            "The operation".to_owned()
        } else {
            escape(&cut_text(about, 80))
        };
        let at = message.at.map(|at| format!(", {} UTC", format_date(at))).unwrap_or_default();
        let _ = write!(text, "{about}{at}:\n\n{}\n", quote_message(&message.html, limits.length));
    }
    let count = if all.len() == 1 { "1 remark" } else { &format!("{} remarks", all.len()) };
    format!(
        "<details><summary>{count} of the portal</summary>\n\n{text}{}</details>\n\n",
        say_more(all.len(), limits)
    )
}

fn say_more(all: usize, limits: Limits) -> String {
    let more = all.saturating_sub(limits.count);
    if more > 0 {
        format!("… and {more} more, in the job log and in the `record`.\n\n")
    } else {
        String::new()
    }
}
