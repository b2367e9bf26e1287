//! How to go on: as a step of a workflow and as a command line, both to be copied.

use super::super::markdown::escape_link;
use super::super::offer_story::OfferStory;
use super::super::story::Story;
use crate::choices::Command;
use crate::portal::{Operation, Phase};
use crate::release::Outcome;

/// A run that is to be made next.
struct NextRun<'a> {
    why: &'static str,
    command: Command,
    operation: Option<&'a str>,
    preview: Option<&'a str>,
    go_live: bool,
}

/// How to go on with this offer; empty if there is nothing to do.
pub fn suggest_next(story: &Story, offer: &OfferStory) -> String {
    let Some(next) = choose_run(story, offer) else {
        return String::new();
    };
    show_run(story, &next, offer.offer.as_str())
}

/// How to release those again that failed, and no other; empty if none failed.
pub fn suggest_all_that_failed(story: &Story) -> String {
    let bad = |offer: &&OfferStory| {
        offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome <= Outcome::Cancelled)
    };
    let failed: Vec<&str> =
        story.offers.iter().filter(bad).map(|offer| offer.offer.as_str()).collect();
    if failed.is_empty() || only_looks(story) {
        return String::new();
    }
    let why = if failed.len() == story.offers.len() {
        "To release them again"
    } else {
        "To release only what failed"
    };
    show_run(
        story,
        &NextRun {
            why,
            command: story.command,
            operation: None,
            preview: None,
            go_live: story.go_live,
        },
        &failed.join(","),
    )
}

/// Whether this run only looked, or only ended what ran.
pub fn only_looks(story: &Story) -> bool {
    matches!(story.command, Command::Status | Command::Plan | Command::Cancel)
}

/// Whether the manifest forbids the offer to go live.
pub fn is_vetoed(story: &Story, offer: &OfferStory) -> bool {
    story.manifest.offers.iter().any(|known| known.index == offer.index && !known.go_live)
}

fn choose_run<'a>(story: &'a Story, offer: &'a OfferStory) -> Option<NextRun<'a>> {
    let outcome = offer.verdict.as_ref().map_or(Outcome::Pending, |verdict| verdict.outcome);
    let go_live = story.go_live && !is_vetoed(story, offer);
    let phase = offer.verdict.as_ref().and_then(|verdict| verdict.phase).or(offer.phase);
    match (outcome, phase) {
        (Outcome::Pending, Some(_)) => {
            let operation =
                offer.half().and_then(|half| half.operation.as_ref()).map(Operation::address);
            let why = "To follow it again";
            Some(NextRun { why, command: Command::Resume, operation, preview: None, go_live })
        }
        (Outcome::Succeeded, Some(Phase::Publish))
            if !only_looks(story) && !is_vetoed(story, offer) =>
        {
            Some(NextRun {
                why: "To go live",
                command: Command::GoLive,
                operation: None,
                preview: offer.preview.as_deref(),
                go_live: false,
            })
        }
        (Outcome::Failed | Outcome::Cancelled, _)
            if !only_looks(story) && story.offers.len() == 1 =>
        {
            let command =
                if story.command == Command::Resume { Command::Release } else { story.command };
            Some(NextRun {
                why: "To release it again",
                command,
                operation: None,
                preview: None,
                go_live,
            })
        }
        _ => None,
    }
}

fn show_run(story: &Story, next: &NextRun<'_>, offers: &str) -> String {
    let manifest = story.manifest.file();
    let mut inputs =
        vec![("command", next.command.as_str()), ("manifest", manifest), ("offers", offers)];
    inputs.extend(next.go_live.then_some(("go-live", "true")));
    inputs.extend(next.operation.map(|operation| ("operation", operation)));
    inputs.extend(next.preview.map(|preview| ("preview", preview)));
    let with: Vec<String> =
        inputs.iter().map(|(name, value)| format!("  {name}: {}\n", quote_yaml(value))).collect();
    let flags: Vec<String> = inputs[1..]
        .iter()
        .map(|(name, value)| format!("--{name} {}", quote_shell(value)))
        .collect();
    format!(
        "**{}**, as inputs of the action:\n\n```yaml\nwith:\n{}```\n\n\
         <details><summary>The same on a command line</summary>\n\n```sh\n\
         offer-release {} {}\n```\n\n</details>\n\n",
        next.why,
        with.concat(),
        quote_shell(next.command.as_str()),
        flags.join(" ")
    ) + &next.preview.map(|preview| suggest_by_hand(story, offers, preview)).unwrap_or_default()
}

/// The workflow to paste that a person can start with a preview.
const BY_HAND: &str = "release-and-leave.yml";

/// How a person approves on GitHub, where environments have no reviewers.
fn suggest_by_hand(story: &Story, offers: &str, preview: &str) -> String {
    let (file, place) = match &story.workflow {
        Some(page) => (
            &*page.file,
            format!(
                "If this workflow can be started with a `preview`, as `{BY_HAND}` can: {}",
                escape_link(&format!("Actions → {} → Run workflow", page.file), &page.url)
            ),
        ),
        None => (
            BY_HAND,
            format!("Where `{BY_HAND}` is used: *Actions → Release offers → Run workflow*"),
        ),
    };
    format!(
        "<details><summary>The same by hand on GitHub</summary>\n\n{place}, with this `preview` \
         and `offers`, or\n\n```sh\ngh workflow run {file} --field offers={} --field \
         preview={}\n```\n\n</details>\n\n",
        quote_shell(offers),
        quote_shell(preview)
    )
}

/// Whether the text needs no quotes. An id of digits and letters by chance gets them always.
fn is_plain(text: &str) -> bool {
    let is_guid = text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    !is_guid
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./,".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// In one line, and without what would end the code.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect()
}

/// The text as a YAML scalar, quoted where it has to be.
fn quote_yaml(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", one_line(text).replace('\'', "''"))
    }
}

/// A word of a shell.
fn quote_shell(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        format!("'{}'", one_line(text).replace('\'', "'\\''"))
    }
}
