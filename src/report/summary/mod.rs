//! The job summary. Its first screen answers whether the offer is out, if not why, and what to do
//! now; then come the table of all offers, and the details of each.

mod answers;
mod answers_of_many;
mod concern;
mod draft;
mod first_screen;
mod gantt;
mod headline;
mod look;
mod messages;
mod next_run;
mod offer;
mod overview;
mod page;
mod problems;
mod reason;
mod steps;
mod support;
mod what_now;

use std::fmt::Write as _;

use jiff::Timestamp;

use self::concern::{is_troubled, rank_concern};
use self::offer::{Length, StandingMessages};
use self::page::Page;
use super::markdown::{escape, escape_code, escape_link};
use super::offer_story::OfferStory;
use super::story::Story;

pub use self::headline::write_headline;
pub use self::problems::write_problems;

/// With more offers than these, those that went well have no details of their own.
const FEW: usize = 8;

/// With more offers than these to be looked at, each is told shortly.
const MOST_FULL: usize = 30;

/// With more offers than these, no chart is drawn: each is a frame of its own on the page.
const MOST_CHARTS: usize = 3;

/// So many offers that are left out are named.
const MOST_LEFT_OUT: usize = 20;

/// The whole summary, as of `now`, in at most so many bytes.
#[must_use]
pub fn write_summary(story: &Story, now: Timestamp, room: usize) -> String {
    let mut page = Page::new(room);
    page.add(&format!("## {}\n\n", escape(&write_headline(story))));
    page.add(&answers::answer_questions(story, now));
    let mut offers: Vec<&OfferStory> = story.offers.iter().collect();
    offers.sort_by_key(|offer| rank_concern(offer));
    page.add_rows(
        overview::write_header(story),
        offers.iter().map(|offer| overview::write_row(story, offer, now)),
    );
    let (shown, quiet): (Vec<&OfferStory>, _) =
        offers.into_iter().partition(|offer| story.offers.len() <= FEW || is_troubled(offer));
    let mut without: Vec<&OfferStory> = Vec::new();
    let mut sections = Vec::new();
    if shown.len() <= MOST_FULL {
        sections =
            shown.iter().map(|offer| write_section(story, offer, now, Length::Full)).collect();
    }
    if sections.is_empty() || sections.iter().map(String::len).sum::<usize>() > page.left() {
        sections =
            shown.iter().map(|offer| write_section(story, offer, now, Length::Short)).collect();
    }
    for (offer, section) in shown.into_iter().zip(&sections) {
        if !page.add(section) {
            without.push(offer);
        }
    }
    page.close(&say_left_out(&without, &quiet));
    page.into_text()
}

fn write_section(story: &Story, offer: &OfferStory, now: Timestamp, length: Length) -> String {
    let chart = length == Length::Full && story.offers.len() <= MOST_CHARTS;
    let told = match &story.offers[..] {
        [_] => StandingMessages::beside_answers(story, offer),
        _ => StandingMessages::NotTold,
    };
    let mut text = offer::write_details(story, offer, now, length, told, chart);
    if story.offers.len() > 1 {
        // Of a single one, the first screen has it.
        text.push_str(&next_run::suggest_next(story, offer));
    }
    if let Some(url) = &offer.check_run_url {
        // Not in the details, which the check run shows too: it need not lead to itself.
        let _ = write!(
            text,
            "**Check run:** {}\n\n",
            escape_link("messages on the lines of the manifest", url)
        );
    }
    let name = escape(offer.offer.as_str());
    // Of several, those that went well are folded.
    if story.offers.len() > 1 && !is_troubled(offer) && offer.verdict.is_some() {
        format!(
            "<details><summary><b>{name}</b>: {}</summary>\n\n{text}</details>\n\n",
            overview::show_outcome(story, offer)
        )
    } else {
        format!("### {name}\n\n{text}")
    }
}

/// Everything about one offer, without a chart; the check run shows it too.
#[must_use]
pub fn write_offer(story: &Story, offer: &OfferStory, now: Timestamp) -> String {
    let details =
        |told: StandingMessages| offer::write_details(story, offer, now, Length::Full, told, false);
    if offer.verdict.is_some() {
        let told = StandingMessages::beside_answers(story, offer);
        format!("{}{}", answers::answer_for_one(story, offer, now), details(told))
    } else {
        let now = messages::has_complaint(offer)
            .then(|| format!("**What do I do now?** {}\n\n", what_now::say_what_now(offer)));
        format!(
            "{}{}{}",
            details(StandingMessages::NotTold),
            now.unwrap_or_default(),
            next_run::suggest_next(story, offer)
        )
    }
}

/// Which offers have no details, and where they are.
fn say_left_out(without: &[&OfferStory], quiet: &[&OfferStory]) -> String {
    let mut text = String::new();
    if !without.is_empty() {
        let many = if without.len() == 1 {
            "1 offer are"
        } else {
            &format!("{} offers are", without.len())
        };
        let _ = write!(
            text,
            "\n**Left out here:** the details of {many} too long for a job summary (GitHub shows \
             at most 1 MiB): {}. The job log, the output `offers` and the `record` have them.\n",
            name_left_out(without)
        );
    }
    if !quiet.is_empty() {
        let many = if quiet.len() == 1 { "1 offer" } else { &format!("{} offers", quiet.len()) };
        let _ = write!(
            text,
            "\nNo details are shown of {many} with nothing to do; the output `offers` and the \
             `record` have their steps.\n"
        );
    }
    text
}

/// The first few by name, and how many more there are.
fn name_left_out(without: &[&OfferStory]) -> String {
    let shown = without.iter().take(MOST_LEFT_OUT);
    let names: Vec<String> = shown.map(|offer| escape_code(offer.offer.as_str())).collect();
    match without.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests;
