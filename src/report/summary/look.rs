//! What a command that only looks shows on the first screen: the state, and no verdict.

use super::super::markdown::{escape, escape_sentence};
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::first_screen::MOST;
use super::next_run;
use super::reason::capitalize;
use crate::choices::Command;

/// The one sentence that tells what was seen, as plain text; `of` names the offers.
pub fn write_look_headline(story: &Story, of: &str) -> String {
    let failed = story.offers.iter().filter(|offer| !story.shows_state(offer)).count();
    match &story.offers[..] {
        [_] if failed > 0 => format!("❌ Could not look: {of}"),
        [offer] => format!("🔎 {of}: {}", find_message(offer).replace('`', "")),
        _ if failed > 0 => format!("❌ {of}: {failed} could not be looked at"),
        _ => format!("🔎 {}: {of}", capitalize(story.command.as_str())),
    }
}

/// The state of one offer, and what can be done about it.
pub fn show_state_of_one(story: &Story, offer: &OfferStory) -> String {
    let question = match story.command {
        Command::Plan => "What would `release` do?",
        _ => "What is its state?",
    };
    let state =
        format!("**{question}** {}.\n\n", capitalize(&escape_sentence(&find_message(offer))));
    format!("{state}{}{}", show_advice(offer), next_run::suggest_next(story, offer))
}

/// Which offers need something; the table has the state of each.
pub fn show_states_of_many(story: &Story, offers: &[OfferStory]) -> String {
    let with_advice = offers.iter().filter(|offer| !show_advice(offer).is_empty());
    let lines: Vec<String> = with_advice
        .map(|offer| {
            let state = capitalize(&escape_sentence(&find_message(offer)));
            format!(
                "- **{}**: {state}. {}",
                escape(offer.offer.as_str()),
                show_advice(offer).trim_end()
            )
        })
        .collect();
    let plan = match story.command {
        Command::Plan => "What `release` would do, and the state of each, is in the table.",
        _ => "The state of each is in the table.",
    };
    let shown = &lines[..lines.len().min(MOST)];
    let more = match lines.len() - shown.len() {
        0 => String::new(),
        more => format!("\n- and {more} more, in the table"),
    };
    match shown {
        [] => format!("{plan}\n\n"),
        _ => format!("{plan}\n\n{}{more}\n\n", shown.join("\n")),
    }
}

fn find_message(offer: &OfferStory) -> String {
    let message = offer.verdict.as_ref().map(|verdict| verdict.whole_message().into_owned());
    message.unwrap_or_default()
}

/// What to do, if the state asks for something.
fn show_advice(offer: &OfferStory) -> String {
    let hint = offer.verdict.as_ref().and_then(|verdict| verdict.hint.as_deref());
    hint.map(|hint| {
        format!(
            "**What can I do?** {}.\n\n",
            capitalize(&escape_sentence(hint.trim_end_matches('.')))
        )
    })
    .unwrap_or_default()
}
