//! The first screen of several offers: each reason, and each thing to do, once.

use jiff::Timestamp;

use super::super::duration::format_date;
use super::super::markdown::{escape, escape_sentence, one_line};
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::concern::rank_concern;
use super::first_screen::{LONGEST, MOST};
use super::headline::{offers_with, phase_of};
use super::messages::has_complaint;
use super::reason::{capitalize, describe_reason, explain_why_not};
use super::what_now::{NOTHING, say_what_now};
use super::{messages, next_run};
use crate::portal::{Level, Phase};
use crate::release::Outcome;

fn are_they_out(story: &Story, offers: &[OfferStory], now: Timestamp) -> String {
    let under_way = offers.iter().filter(|offer| offer.verdict.is_none()).count();
    let live = offers_with(story, Outcome::Succeeded).filter(|offer| is_live(offer)).count();
    let total = offers.len();
    if under_way > 0 {
        return format!(
            "Not all, as far as this job saw at {} UTC: {under_way} of {total} under way, {live} \
             live.",
            format_date(now)
        );
    }
    let preview = offers_with(story, Outcome::Succeeded)
        .filter(|offer| phase_of(offer) == Some(Phase::Publish))
        .count();
    let preview =
        if preview > 0 { format!(", {preview} ready as a preview") } else { String::new() };
    match live {
        _ if live == total => format!("Yes, all {total} are live."),
        0 => format!("No: none of {total} is live{preview}."),
        _ => format!("Not all: {live} of {total} live{preview}."),
    }
}

/// The answers about several offers.
pub fn answer_for_many(story: &Story, offers: &[OfferStory], now: Timestamp) -> String {
    let mut text = format!("**Are they out?** {}\n\n", are_they_out(story, offers, now));
    let mut concerned: Vec<&OfferStory> = offers
        .iter()
        .filter(|offer| !story.shows_state(offer))
        .filter(|offer| {
            rank_concern(offer) < 5 && (offer.verdict.is_some() || has_complaint(offer))
        })
        .collect();
    concerned.sort_by_key(|offer| rank_concern(offer));
    if !concerned.is_empty() {
        text.push_str("**Why not?**\n\n");
        text.push_str(&list_reasons(story, &concerned));
    }
    text.push_str("**What do I do now?**");
    text.push_str(&list_things_to_do(offers));
    text.push_str(&next_run::suggest_all_that_failed(story));
    text
}

/// Why they are not out, each reason once, with the offers that it is of.
fn list_reasons(story: &Story, concerned: &[&OfferStory]) -> String {
    let mut reasons: Vec<(String, Vec<&OfferStory>)> = Vec::new();
    for offer in concerned {
        let why = explain_why_not(story, offer).unwrap_or_else(|| {
            let message = offer.verdict.as_ref().map(|verdict| describe_reason(offer, verdict));
            format!("{}.", capitalize(&escape_sentence(&message.unwrap_or_default())))
        });
        let first = messages::list_standing(offer)
            .find(|(_, message)| message.level == Level::Error)
            .or_else(|| messages::list_standing(offer).next());
        let says = first
            .map(|(_, message)| format!(" The portal says: {}", one_line(&message.html, LONGEST)))
            .unwrap_or_default();
        let reason = why + &says;
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, offers)) => offers.push(offer),
            None => reasons.push((reason, vec![offer])),
        }
    }
    let shown = reasons.iter().take(MOST);
    let lines = shown.clone().map(|(why, offers)| format!("- {}: {why}\n", name_offers(offers)));
    let told: usize = shown.clone().map(|(_, offers)| offers.len()).sum();
    let more = match concerned.len() - told {
        0 => String::new(),
        more => format!("- and {more} more, in the table\n"),
    };
    format!("{}{more}\n", lines.collect::<String>())
}

fn is_live(offer: &OfferStory) -> bool {
    phase_of(offer) == Some(Phase::GoLive)
}

/// The first few offers by name, and how many more there are.
fn name_offers(offers: &[&OfferStory]) -> String {
    let names: Vec<String> = offers
        .iter()
        .take(MOST)
        .map(|offer| format!("**{}**", escape(offer.offer.as_str())))
        .collect();
    let more = match offers.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.join(", ") + &more
}

/// What to do, each thing once, with the offers that it is for.
fn list_things_to_do(offers: &[OfferStory]) -> String {
    let mut things: Vec<(String, Vec<&OfferStory>)> = Vec::new();
    let mut ordered: Vec<&OfferStory> = offers.iter().collect();
    ordered.sort_by_key(|offer| rank_concern(offer));
    // Where there is nothing to do is no hurry.
    ordered.sort_by_key(|offer| say_what_now(offer) == NOTHING);
    for offer in ordered {
        let what = say_what_now(offer);
        match things.iter_mut().find(|(known, _)| *known == what) {
            Some((_, for_offers)) => for_offers.push(offer),
            None => things.push((what, vec![offer])),
        }
    }
    if let [(what, _)] = &things[..] {
        return format!(" {what}\n\n");
    }
    let lines = things
        .iter()
        .take(MOST)
        .map(|(what, for_offers)| format!("- {}: {what}\n", name_offers(for_offers)));
    let more = if things.len() > MOST { "- for the others see their details below\n" } else { "" };
    format!("\n\n{}{more}\n", lines.collect::<String>())
}
