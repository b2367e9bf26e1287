//! The job log: one line a change, in columns that keep their place: when, which offer, which step,
//! what.

use jiff::Timestamp;

use super::duration::{format_date, format_short};
use super::line::{LogLine, Paint};
use super::news::{StoryChange, TimelineEntry};
use super::offer_story::OfferStory;
use super::step_story::StepStory;
use crate::http::Exchange;
use crate::portal::{Level, Phase, State};
use crate::release::Outcome;
use crate::release::event::Origin;
use crate::text::{cut_text, html_to_plain};

/// The longest message that is put into a line.
const LONGEST: usize = 1_000;

/// Columns of the step. Longer names take more, and push what follows.
const STEP: usize = 24;

/// No name of a step is as long as this; what is longer is cut.
const LONGEST_STEP: usize = 200;

/// The columns that every line begins with. `width` is that of the longest offer id of the run.
pub fn begin_line(at: Timestamp, offer: &str, width: usize, step: &str) -> LogLine {
    LogLine::default().cell(Paint::Dim, 0, format_date(at)).cell(Paint::Strong, width, offer).cell(
        Paint::Plain,
        STEP,
        cut_text(step, LONGEST_STEP),
    )
}

/// The line of an entry.
#[must_use]
pub fn write_line(at: Timestamp, offer: &str, width: usize, entry: &TimelineEntry) -> LogLine {
    let (step, paint, text) = match entry {
        TimelineEntry::Exchange(exchange) => ("request", Paint::Plain, describe_exchange(exchange)),
        TimelineEntry::Note(level, text) => ("", paint_of_level(*level), name_level(*level, text)),
        TimelineEntry::Change(change) => self::describe_change(change),
    };
    begin_line(at, offer, width, step).cell(paint, 0, text)
}

fn describe_exchange(exchange: &Exchange) -> String {
    let Exchange { method, url, took, .. } = exchange;
    let answer = exchange.status.map_or_else(
        || format!("no answer: {}", exchange.error.as_deref().unwrap_or("unknown")),
        |status| status.to_string(),
    );
    let id = exchange.correlation_id.as_deref().map(|id| format!(" (correlation id {id})"));
    format!("{method} {url} → {answer} in {} ms{}", took.as_millis(), id.unwrap_or_default())
}

fn describe_change(change: &StoryChange) -> (&str, Paint, String) {
    match change {
        StoryChange::Phase(phase, origin, operation) => {
            let how = match origin {
                Origin::Started => "started",
                Origin::Adopted => "followed",
                Origin::Finished => "done before",
                Origin::Found => "found",
            };
            let at =
                operation.as_ref().map(|operation| format!(" · {operation}")).unwrap_or_default();
            (phase.name(), Paint::Plain, format!("{how}{at}"))
        }
        StoryChange::Operation(phase, word) => {
            (phase.name(), paint_of_state(word.state()), format!("operation {word}"))
        }
        StoryChange::Step { name, from, to, took, estimate } => {
            let from = from.as_ref().map(|from| format!("{from} → ")).unwrap_or_default();
            let took = took
                .filter(|took| took.as_secs() > 0)
                .map(|took| format!(" after {}", format_short(took)))
                .unwrap_or_default();
            let estimate = estimate
                .as_ref()
                .map(|estimate| format!(" (estimate {estimate})"))
                .unwrap_or_default();
            (name, paint_of_state(to.state()), format!("{from}{to}{took}{estimate}"))
        }
        StoryChange::Message(step, message) => {
            let text = name_level(message.level, &html_to_plain(&message.html, LONGEST));
            (step.as_deref().unwrap_or_default(), paint_of_level(message.level), text)
        }
        StoryChange::Link(phase, link) => {
            let kind = if *phase == Phase::Publish { "preview" } else { "live" };
            (phase.name(), Paint::Plain, format!("{kind} link: {} {}", link.text, link.address))
        }
        StoryChange::Ended(verdict) => {
            (verdict.outcome.name(), paint_of_outcome(verdict.outcome), verdict.sentence())
        }
    }
}

/// What one offer came to: the title of its group, and its lines. `None` if there is no more to say
/// than the end did.
#[must_use]
pub fn write_closing(
    offer: &OfferStory,
    outcome: &str,
    now: Timestamp,
) -> Option<(String, Vec<LogLine>)> {
    let verdict = offer.verdict.as_ref().filter(|_| !offer.steps.is_empty())?;
    let now = offer.ended.unwrap_or(now);
    let took =
        offer.began.map(|began| format!(" after {}", format_short(now.duration_since(began))));
    let title = format!("{}: {outcome}{}", offer.offer, took.unwrap_or_default());
    let longest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text.chars().count()).max().unwrap_or_default()
    };
    let name = longest(&mut offer.steps.iter().map(|step| &*step.step.name)).min(2 * STEP);
    let status = longest(&mut offer.steps.iter().map(|step| step.step.status.text())).min(2 * STEP);
    let mut lines: Vec<LogLine> =
        offer.steps.iter().map(|story| write_step(story, now, name, status)).collect();
    lines.extend(list_references(offer, name));
    let failed = offer.last_failure().filter(|_| verdict.outcome != Outcome::Succeeded);
    lines.extend(failed.map(|id| {
        let id = format!("correlation id {id}");
        indent_text(Paint::Plain, name, "last failed request").cell(Paint::Plain, 0, id)
    }));
    Some((title, lines))
}

/// A step in the closing: its name and status in columns of these widths, its time, its estimate.
fn write_step(story: &StepStory, now: Timestamp, name: usize, status: usize) -> LogLine {
    let step = &story.step;
    let estimate = step.estimate.as_ref().map(|estimate| format!("estimate {estimate}"));
    let paint = paint_of_state(step.status.state());
    indent_text(Paint::Plain, name, cut_text(&step.name, LONGEST_STEP))
        .cell(paint, status, cut_text(step.status.text(), LONGEST_STEP))
        .cell(Paint::Plain, 8, story.took(now).map(format_short).unwrap_or_default())
        .cell(Paint::Dim, 0, estimate.unwrap_or_default())
}

/// The operations and links of an offer.
fn list_references(offer: &OfferStory, name: usize) -> Vec<LogLine> {
    let mut lines = Vec::new();
    for (half, phase) in [(&offer.publish, Phase::Publish), (&offer.go_live, Phase::GoLive)] {
        if let Some(operation) = half.as_ref().and_then(|half| half.operation.as_ref()) {
            lines.push(indent_text(Paint::Plain, name, format!("{phase} operation")).cell(
                Paint::Plain,
                0,
                operation.to_string(),
            ));
        }
    }
    for (kind, links) in [("preview", &offer.preview_links), ("live", &offer.live_links)] {
        let address = |link: &crate::portal::Link| {
            indent_text(Paint::Plain, name, kind).cell(Paint::Plain, 0, &*link.address)
        };
        lines.extend(links.iter().map(address));
    }
    lines
}

fn indent_text(paint: Paint, width: usize, text: impl Into<String>) -> LogLine {
    LogLine::of(Paint::Plain, "").cell(paint, width, text)
}

/// The level in words: colour alone says nothing.
fn name_level(level: Level, text: &str) -> String {
    let word = match level {
        Level::Information => "",
        Level::Warning => "warning: ",
        Level::Error => "error: ",
    };
    format!("{word}{text}")
}

fn paint_of_level(level: Level) -> Paint {
    match level {
        Level::Information => Paint::Plain,
        Level::Warning => Paint::Doubtful,
        Level::Error => Paint::Bad,
    }
}

fn paint_of_state(state: State) -> Paint {
    match state {
        State::Succeeded => Paint::Good,
        State::Failed | State::Canceled => Paint::Bad,
        State::Blocked | State::WaitingForPublisher | State::Unknown => Paint::Doubtful,
        State::Running | State::NotStarted | State::NeverPublished => Paint::Plain,
    }
}

fn paint_of_outcome(outcome: Outcome) -> Paint {
    match outcome {
        Outcome::Succeeded => Paint::Good,
        Outcome::Pending => Paint::Doubtful,
        Outcome::Failed | Outcome::Cancelled => Paint::Bad,
    }
}
