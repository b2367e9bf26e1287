//! The first screen: is it out, if not why, and what to do now.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::super::duration::{date, short};
use super::super::markdown::{escape, link, one_line, prose};
use super::super::story::{OfferStory, Story};
use super::again::{self, looked};
use super::steps::{current, status};
use super::{look, messages};
use crate::portal::{Level, Link, Message, Phase};
use crate::release::{Ending, Outcome, Verdict};
use crate::text::cut_text;

/// The longest message of the portal on the first screen.
const LONGEST: usize = 300;

/// Offers, or messages, that the first screen names.
const MOST: usize = 5;

/// The one sentence that tells what came of it, as plain text.
#[must_use]
pub fn headline(story: &Story) -> String {
    let publisher = &story.manifest.publisher;
    let total = story.offers.len();
    let of = if total == 1 {
        story
            .offers
            .first()
            .map(|offer| format!("{} of {publisher}", offer.offer))
            .unwrap_or_default()
    } else {
        format!("{total} offers of {publisher}")
    };
    if story.offers.iter().any(|offer| offer.verdict.is_none()) {
        let complaints = story.offers.iter().any(complaint);
        let (icon, attention) =
            if complaints { ("⚠️", ", and needs attention") } else { ("⏳", "") };
        return format!("{icon} {} is under way{attention}: {of}", story.command);
    }
    if story.command.only_looks() {
        return look::headline(story, &of);
    }
    let (icon, what) = match story.outcome() {
        Outcome::Succeeded => ("✅", done(story)),
        Outcome::Pending => ("⏳", "Not finished"),
        Outcome::Cancelled => ("🚫", "Canceled"),
        Outcome::Failed => ("❌", "Failed"),
    };
    if total == 1 {
        format!("{icon} {what}: {of}")
    } else {
        format!("{icon} {of}: {}", counts(story))
    }
}

/// What a success is: only what is live is out.
fn done(story: &Story) -> &'static str {
    match story.offers.first().and_then(phase) {
        Some(Phase::GoLive) if !looked(story) => "Live",
        Some(Phase::Publish) if !looked(story) => "Preview is ready",
        _ => "Done",
    }
}

/// Whether the portal complains of an error while the operation goes on.
pub fn complaint(offer: &OfferStory) -> bool {
    offer.verdict.is_none()
        && messages::standing(offer).any(|(_, message)| message.level == Level::Error)
}

/// `1 failed, 3 succeeded`
fn counts(story: &Story) -> String {
    let count = |outcome| with(story, outcome).count();
    let counts = [Outcome::Failed, Outcome::Cancelled, Outcome::Pending, Outcome::Succeeded]
        .into_iter()
        .filter(|outcome| count(*outcome) > 0)
        .map(|outcome| format!("{} {outcome}", count(outcome)));
    counts.collect::<Vec<_>>().join(", ")
}

fn with(story: &Story, outcome: Outcome) -> impl Iterator<Item = &OfferStory> {
    story.offers.iter().filter(move |offer| {
        offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome == outcome)
    })
}

/// The three answers.
pub fn answers(story: &Story, now: Timestamp) -> String {
    match &story.offers[..] {
        [offer] => of_one(story, offer, now),
        offers if offers.iter().all(|offer| story.shows_state(offer)) => {
            look::of_many(story, offers)
        }
        offers => of_many(story, offers, now),
    }
}

/// The answers about one offer.
pub fn of_one(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    if story.shows_state(offer) {
        return look::of_one(story, offer);
    }
    let mut text = format!("**Is it out?** {}\n\n", is_it_out(story, offer, now));
    if let Some(why) = why_not(story, offer) {
        let _ = write!(text, "**Why not?** {why}\n\n");
        let errors: Vec<String> = messages::standing(offer)
            .map(|(about, message)| said(story, offer, about, message))
            .collect();
        text.push_str(&errors[..errors.len().min(MOST)].concat());
        if errors.len() > MOST {
            let _ = writeln!(text, "- and {} more, below", errors.len() - MOST);
        }
        if !errors.is_empty() {
            text.push('\n');
        }
    }
    let _ = write!(text, "**What do I do now?** {}\n\n", what_now(offer));
    text.push_str(&again::next(story, offer));
    text
}

fn of_many(story: &Story, offers: &[OfferStory], now: Timestamp) -> String {
    let under_way = offers.iter().filter(|offer| offer.verdict.is_none()).count();
    let live = with(story, Outcome::Succeeded).filter(|offer| is_live(offer)).count();
    let total = offers.len();
    let mut text = if under_way > 0 {
        format!(
            "**Are they out?** Not all, as far as this job saw at {} UTC: {under_way} of {total} \
             under way, {live} live.\n\n",
            date(now)
        )
    } else if live == total {
        format!("**Are they out?** Yes, all {total} are live.\n\n")
    } else {
        let preview = with(story, Outcome::Succeeded)
            .filter(|offer| phase(offer) == Some(Phase::Publish))
            .count();
        let preview =
            if preview > 0 { format!(", {preview} ready as a preview") } else { String::new() };
        match live {
            0 => format!("**Are they out?** No: none of {total} is live{preview}.\n\n"),
            _ => format!("**Are they out?** Not all: {live} of {total} live{preview}.\n\n"),
        }
    };
    let mut concerned: Vec<&OfferStory> = offers
        .iter()
        .filter(|offer| !story.shows_state(offer))
        .filter(|offer| super::concern(offer) < 5 && (offer.verdict.is_some() || complaint(offer)))
        .collect();
    concerned.sort_by_key(|offer| super::concern(offer));
    if !concerned.is_empty() {
        text.push_str("**Why not?**\n\n");
        text.push_str(&list_reasons(story, &concerned));
    }
    text.push_str("**What do I do now?**");
    text.push_str(&things_to_do(offers));
    text.push_str(&again::all_that_failed(story));
    text
}

/// Why they are not out, each reason once, with the offers that it is of.
fn list_reasons(story: &Story, concerned: &[&OfferStory]) -> String {
    let mut reasons: Vec<(String, Vec<&OfferStory>)> = Vec::new();
    for offer in concerned {
        let why = why_not(story, offer).unwrap_or_else(|| {
            let message = offer.verdict.as_ref().map(|verdict| reason(offer, verdict));
            format!("{}.", capital(&prose(&message.unwrap_or_default())))
        });
        let first = messages::standing(offer)
            .find(|(_, message)| message.level == Level::Error)
            .or_else(|| messages::standing(offer).next());
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

/// The first few offers by name, and how many more there are.
fn name_offers(offers: &[&OfferStory]) -> String {
    let names: Vec<String> =
        offers.iter().take(MOST).map(|offer| format!("**{}**", escape(&offer.offer))).collect();
    let more = match offers.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.join(", ") + &more
}

/// What to do, each thing once, with the offers that it is for.
fn things_to_do(offers: &[OfferStory]) -> String {
    let mut things: Vec<(String, Vec<&OfferStory>)> = Vec::new();
    let mut ordered: Vec<&OfferStory> = offers.iter().collect();
    ordered.sort_by_key(|offer| super::concern(offer));
    // Where there is nothing to do is no hurry.
    ordered.sort_by_key(|offer| what_now(offer) == NOTHING);
    for offer in ordered {
        let what = what_now(offer);
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

fn said(story: &Story, offer: &OfferStory, about: &str, message: &Message) -> String {
    let level = if message.level == Level::Error { "❌" } else { "⚠️" };
    let place = messages::place(story, offer, message);
    let about = if about.is_empty() {
        format!("for {place}: ")
    } else {
        format!("{}, for {place}: ", escape(&cut_text(about, 80)))
    };
    format!("- {level} {about}{}\n", one_line(&message.html, LONGEST))
}

/// Whether the answers have every message that stands, and all of it: then nobody wants to read
/// them once more.
pub fn tells_all_messages(story: &Story, offer: &OfferStory) -> bool {
    why_not(story, offer).is_some()
        && messages::standing(offer).count() <= MOST
        && messages::standing(offer).all(|(_, message)| message.html.len() <= LONGEST)
}

fn is_it_out(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    let Some(verdict) = &offer.verdict else {
        let (seen, silent) = match offer.silent_since() {
            Some(since) => (since, ", since when the portal has not answered"),
            None => (now, ""),
        };
        return format!(
            "Not yet, as far as this job saw at {} UTC{silent}: {}.",
            date(seen),
            stage(offer, seen)
        );
    };
    if looked(story) {
        return format!("This run only looked after it: {}.", prose(&verdict.whole_message()));
    }
    match (verdict.outcome, phase(offer)) {
        (Outcome::Succeeded, Some(Phase::GoLive)) => {
            format!("Yes: {}.{}", prose(&verdict.whole_message()), links(&offer.live_links))
        }
        (Outcome::Succeeded, Some(Phase::Publish)) => {
            format!(
                "As a preview, not yet to the public ({}).{}",
                prose(&verdict.whole_message()),
                links(&offer.preview_links)
            )
        }
        (Outcome::Succeeded, None) => {
            format!("Nothing was changed: {}.", prose(&verdict.whole_message()))
        }
        (Outcome::Pending, None) => "No.".to_owned(),
        (Outcome::Pending, Some(_)) => format!("Not yet: {}.", stage(offer, now)),
        (_, Some(Phase::GoLive)) => "No: it did not go live.".to_owned(),
        (..) => "No: it was not published.".to_owned(),
    }
}

fn is_live(offer: &OfferStory) -> bool {
    phase(offer) == Some(Phase::GoLive)
}

fn phase(offer: &OfferStory) -> Option<Phase> {
    offer.verdict.as_ref().and_then(|verdict| verdict.phase).or(offer.phase)
}

fn links(links: &[Link]) -> String {
    let links: Vec<String> =
        links.iter().take(MOST).map(|one| link(&one.text, &one.address)).collect();
    if links.is_empty() { String::new() } else { format!(" {}", links.join(" · ")) }
}

/// What is under way, in a few words.
pub fn stage(offer: &OfferStory, now: Timestamp) -> String {
    let Some(phase) = offer.phase else {
        return if offer.began.is_some() {
            "the offer was being looked at".to_owned()
        } else {
            "it waits for its turn".to_owned()
        };
    };
    let step = current(offer).map(|(number, step)| {
        let word = escape(&cut_text(&status(&step.step.status), 40));
        // How long it stands still, not how long it was under way before.
        let since = step
            .blocked
            .or(step.began)
            .map(|since| offer.ended.unwrap_or(now).duration_since(since));
        let took = since
            .filter(|time| time.as_secs() > 0)
            .map(|time| format!(" for {}", short(time)))
            .unwrap_or_default();
        let estimate =
            step.step.estimate.as_deref().map(|estimate| escape(&cut_text(estimate, 40)));
        let estimate = estimate
            .map(|estimate| format!("; the portal's estimate is {estimate}"))
            .unwrap_or_default();
        format!(
            ", at step {number} of {}: {} ({word}{took}{estimate})",
            offer.steps.len(),
            escape(&cut_text(&step.step.name, 80))
        )
    });
    format!("the {phase} goes on at the portal{}", step.unwrap_or_default())
}

fn why_not(story: &Story, offer: &OfferStory) -> Option<String> {
    let Some(verdict) = &offer.verdict else {
        return complaint(offer)
            .then(|| "The operation still runs, but the portal complains:".to_owned());
    };
    if verdict.outcome == Outcome::Succeeded || looked(story) {
        return None;
    }
    let message = prose(cut_text(&reason(offer, verdict), 1_000).trim_end_matches('.'));
    Some(if message.is_empty() {
        "The portal gave no reason.".to_owned()
    } else {
        format!("{}.", capital(&message))
    })
}

/// What to do now.
pub fn what_now(offer: &OfferStory) -> String {
    let Some(verdict) = &offer.verdict else {
        return under_way(offer).to_owned();
    };
    match &verdict.hint {
        Some(hint) => format!("{}.", capital(&prose(hint.trim_end_matches('.')))),
        None => without_hint(verdict).to_owned(),
    }
}

/// What happened, without the portal's words where they stand beside it.
pub fn reason<'a>(offer: &OfferStory, verdict: &'a Verdict) -> Cow<'a, str> {
    let beside = messages::standing(offer).next().is_some();
    if beside { Cow::from(&verdict.message) } else { verdict.whole_message() }
}

fn under_way(offer: &OfferStory) -> &'static str {
    if complaint(offer) {
        "Read what the portal says. It does not say whether the step goes on by itself; if it \
         does, this is withdrawn here. If it is \
         about your offer, this operation has to end first, for the portal runs one at a time: \
         wait, or ask the portal to cancel it \
         (`command: cancel`). Then correct the offer in Partner Center, and release again."
    } else {
        "Wait. If this job has ended, run the same command again: it follows what runs at the \
         portal."
    }
}

/// Said of an offer that is done with.
const NOTHING: &str = "Nothing: all is done.";

fn without_hint(verdict: &Verdict) -> &'static str {
    match (verdict.outcome, verdict.ending) {
        (Outcome::Succeeded, _) => NOTHING,
        (Outcome::Pending, Ending::Interrupted(_)) => "Run the job again when it shall go on.",
        (Outcome::Pending, _) => {
            "Run the same command again: it looks first, and follows what runs."
        }
        _ => {
            "See what happened, below, and look at the offer in Partner Center; then run the \
             release again."
        }
    }
}

pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
