//! The first screen: is it out, if not why, and what to do now.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::super::duration::{format_date, format_short};
use super::super::markdown::{escape, escape_link, escape_sentence, one_line};
use super::super::offer_story::OfferStory;
use super::super::progress::usual_time;
use super::super::step_story::StepStory;
use super::super::story::Story;
use super::answers_of_many::answer_for_many;
use super::first_screen::{LONGEST, MOST};
use super::headline::phase_of;
use super::next_run::{self, only_looks};
use super::reason::explain_why_not;
use super::steps::{find_current, show_status};
use super::what_now::say_what_now;
use super::{look, messages};
use crate::portal::{Level, Link, Message, Phase};
use crate::release::Outcome;
use crate::release::event::Verified;
use crate::text::cut_text;

/// Whether it is out, if not why, and what to do now: of the one offer, or of all together.
pub fn answer_questions(story: &Story, now: Timestamp) -> String {
    match &story.offers[..] {
        [offer] => answer_for_one(story, offer, now),
        offers if offers.iter().all(|offer| story.shows_state(offer)) => {
            look::show_states_of_many(story, offers)
        }
        offers => answer_for_many(story, offers, now),
    }
}

/// The answers about one offer.
pub fn answer_for_one(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    if story.shows_state(offer) {
        return look::show_state_of_one(story, offer);
    }
    let mut text = format!("**Is it out?** {}\n\n", is_it_out(story, offer, now));
    if let Some(why) = explain_why_not(story, offer) {
        let _ = write!(text, "**Why not?** {why}\n\n");
        let errors: Vec<String> = messages::list_standing(offer)
            .map(|(about, message)| show_message(story, offer, about, message))
            .collect();
        text.push_str(&errors[..errors.len().min(MOST)].concat());
        if errors.len() > MOST {
            let _ = writeln!(text, "- and {} more, below", errors.len() - MOST);
        }
        if !errors.is_empty() {
            text.push('\n');
        }
    }
    let _ = write!(text, "**What do I do now?** {}\n\n", say_what_now(offer));
    text.push_str(&next_run::suggest_next(story, offer));
    text
}

fn show_message(story: &Story, offer: &OfferStory, about: &str, message: &Message) -> String {
    let level = if message.level == Level::Error { "❌" } else { "⚠️" };
    let place = messages::show_place(story, offer, message);
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
    explain_why_not(story, offer).is_some()
        && messages::list_standing(offer).count() <= MOST
        && messages::list_standing(offer).all(|(_, message)| message.html.len() <= LONGEST)
}

fn is_it_out(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    let Some(verdict) = &offer.verdict else {
        let (seen, silent) = match offer.silent_since() {
            Some(since) => (since, ", since when the portal has not answered"),
            None => (now, ""),
        };
        return format!(
            "Not yet, as far as this job saw at {} UTC{silent}: {}.",
            format_date(seen),
            describe_stage(offer, seen)
        );
    };
    if only_looks(story) {
        return format!(
            "This run only looked after it: {}.",
            escape_sentence(&verdict.whole_message())
        );
    }
    match (verdict.outcome, phase_of(offer)) {
        (Outcome::Succeeded, Some(Phase::GoLive)) => {
            format!(
                "Yes: {}.{}{}",
                escape_sentence(&verdict.whole_message()),
                tell_verified(offer, Phase::GoLive),
                join_links(&offer.live_links)
            )
        }
        (Outcome::Succeeded, Some(Phase::Publish)) => {
            format!(
                "As a preview, not yet to the public ({}).{}{}",
                escape_sentence(&verdict.whole_message()),
                tell_verified(offer, Phase::Publish),
                join_links(&offer.preview_links)
            )
        }
        (Outcome::Succeeded, None) => {
            format!("Nothing was changed: {}.", escape_sentence(&verdict.whole_message()))
        }
        (Outcome::Pending, None) => "No.".to_owned(),
        (Outcome::Pending, Some(_)) => format!("Not yet: {}.", describe_stage(offer, now)),
        (_, Some(Phase::GoLive)) => "No: it did not go live.".to_owned(),
        (..) => "No: it was not published.".to_owned(),
    }
}

/// What was found where the half has its effect, if it was looked for there.
fn tell_verified(offer: &OfferStory, phase: Phase) -> String {
    if offer.verified != Some((phase, Verified::True)) {
        return String::new();
    }
    let place = match phase {
        Phase::Publish => "The preview",
        Phase::GoLive => "Production",
    };
    // Without content in the manifest, a version is only what the release is called.
    let version = offer.version.as_ref().filter(|_| offer.draft.is_some());
    let what = version.map_or_else(
        || "what was released".to_owned(),
        |version| format!("version {}", escape(&cut_text(version, 80))),
    );
    format!(" {place} was read, and holds {what}.")
}

fn join_links(links: &[Link]) -> String {
    let links: Vec<String> =
        links.iter().take(MOST).map(|one| escape_link(&one.text, &one.address)).collect();
    if links.is_empty() { String::new() } else { format!(" {}", links.join(" · ")) }
}

/// What is under way, in a few words.
pub fn describe_stage(offer: &OfferStory, now: Timestamp) -> String {
    let Some(phase) = offer.phase else {
        return if offer.began.is_some() {
            "the offer was being looked at".to_owned()
        } else {
            "it waits for its turn".to_owned()
        };
    };
    let now = offer.ended.unwrap_or(now);
    let step = find_current(offer).map(|(number, step)| describe_step(offer, number, step, now));
    let usual = usual_time(offer.api, phase).filter(|_| step.is_none()).map(|usual| {
        let took = offer.half().map(|half| now.duration_since(half.began)).unwrap_or_default();
        format!(" ({usual}; {} so far)", format_short(took))
    });
    format!("the {phase} goes on at the portal{}", step.or(usual).unwrap_or_default())
}

fn describe_step(offer: &OfferStory, number: usize, step: &StepStory, now: Timestamp) -> String {
    let word = escape(&cut_text(&show_status(&step.step.status), 40));
    // How long it stands still, not how long it was under way before.
    let since = step.blocked.or(step.began).map(|since| now.duration_since(since));
    let took = since
        .filter(|time| time.as_secs() > 0)
        .map(|time| format!(" for {}", format_short(time)))
        .unwrap_or_default();
    let estimate = step.step.estimate.as_deref().map(|estimate| escape(&cut_text(estimate, 40)));
    let estimate = estimate
        .map(|estimate| format!("; the portal's estimate is {estimate}"))
        .unwrap_or_default();
    let (count, name) = (offer.steps.len(), escape(&cut_text(&step.step.name, 80)));
    format!(", at step {number} of {count}: {name} ({word}{took}{estimate})")
}
