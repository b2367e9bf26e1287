//! The steps as a chart: how long each took, beside how long the portal estimates. The table says
//! the same in words.
//!
//! Mermaid reads lines. Nothing of the portal gets into one but the name of a step, of which only
//! letters, digits and a few harmless marks are left: no `:`, `;`, `#`, `%` or line break, with
//! which Mermaid's syntax begins.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::super::duration::format_short;
use super::super::estimate;
use super::super::offer_story::OfferStory;
use super::super::step_story::StepStory;
use crate::portal::State;

/// Steps in a chart; the table has them all.
const MOST: usize = 20;

/// The longest name of a step, in characters.
const LONGEST: usize = 26;

/// The bar of an estimate is at most so many times as long as that of the longest step.
const ESTIMATE_BESIDE_TIME: i32 = 4;

/// A shorter step would be no bar.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);

/// The chart; empty if it would tell nothing that one number does not.
pub fn draw_chart(offer: &OfferStory, now: Timestamp) -> String {
    let drawn: Vec<(&StepStory, Timestamp, SignedDuration)> = offer
        .steps
        .iter()
        .filter_map(|step| {
            Some((step, step.began?, step.took(now).filter(|took| *took >= SHORTEST)?))
        })
        .take(MOST)
        .collect();
    // An estimate of days beside minutes would leave nothing of the minutes to see.
    let longest = drawn.iter().map(|(_, _, took)| *took).max().unwrap_or_default();
    let room = longest.saturating_mul(ESTIMATE_BESIDE_TIME);
    let estimated =
        |step: &StepStory| step.step.estimate.as_deref().and_then(estimate::read_longest);
    let bar = |estimate: SignedDuration| estimate.min(room);
    let (Some(first), Some(last)) = (
        drawn.iter().map(|(_, began, _)| *began).min(),
        drawn
            .iter()
            .filter_map(|(step, began, took)| {
                began.checked_add(estimated(step).map(bar).unwrap_or_default().max(*took)).ok()
            })
            .max(),
    ) else {
        return String::new();
    };
    if drawn.len() < 2 && drawn.iter().all(|(step, ..)| estimated(step).is_none()) {
        return String::new();
    }
    let mut lines = String::new();
    for (index, (step, began, took)) in drawn.iter().enumerate() {
        let _ = writeln!(lines, "    section {}", name_section(index, &step.step.name));
        let _ = writeln!(
            lines,
            "    {} :{}a{index}, {}, {}s",
            label_bar(step, *took),
            tag_bar(step),
            format_time(*began),
            took.as_secs()
        );
        if let Some(estimate) = estimated(step) {
            let _ = writeln!(
                lines,
                "    estimated up to {}{} :e{index}, {}, {}s",
                format_short(estimate),
                if bar(estimate) < estimate { ", cut here" } else { "" },
                format_time(*began),
                bar(estimate).as_secs()
            );
        }
    }
    let (format, tick) = choose_axis(last.duration_since(first));
    format!(
        "Each step's time (upper bar) beside the portal's estimate (lower bar), in UTC; the table \
         above says the same in words.\n\n\
         ```mermaid\n%%{{init: {{\"gantt\": {{\"leftPadding\": 190}}}}}}%%\ngantt\n    \
             accTitle: Time of each step beside its estimate\n    \
         accDescr: For each step a bar for the time that it took and one for the time that the \
         portal estimates. The table above has the same facts.\n    \
         dateFormat YYYY-MM-DDTHH:mm:ss\n    axisFormat {format}\n    tickInterval {tick}\n    \
             todayMarker off\n{lines}```\n\n"
    )
}

/// What the bar says, so that its colour need not.
fn label_bar(step: &StepStory, took: SignedDuration) -> String {
    let how = match step.step.status.state() {
        State::Succeeded if step.recovered.is_some() => "done after a stop",
        State::Succeeded => "done",
        State::Failed => "failed",
        State::Canceled => "canceled",
        State::Blocked => "blocked",
        State::WaitingForPublisher => "waits for the publisher",
        _ => "under way",
    };
    let late = estimate::read_longest(step.step.estimate.as_deref().unwrap_or_default())
        .is_some_and(|estimate| took > estimate);
    format!("{how}, {}{}", format_short(took), if late { ", longer than estimated" } else { "" })
}

fn tag_bar(step: &StepStory) -> &'static str {
    match step.step.status.state() {
        State::Succeeded => "done, ",
        State::Failed | State::Canceled | State::Blocked => "crit, ",
        // Not `active`: in dark colours its words are black beside a short bar.
        _ => "",
    }
}

/// The name, as far as it can do nothing; sections of the same name would be one.
fn name_section(index: usize, name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || "-_.,()/+&".contains(c) { c } else { ' ' })
        .collect();
    let words: Vec<&str> = safe.split_whitespace().collect();
    let mut name: String = words.join(" ").chars().take(LONGEST).collect();
    if words.join(" ").chars().count() > LONGEST {
        name.push('…');
    }
    format!("{} {name}", index + 1).trim_end().to_owned()
}

fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The labels below the chart and the distance between them, so that there are about ten.
fn choose_axis(span: SignedDuration) -> (&'static str, &'static str) {
    let hours = span.as_hours();
    match hours {
        0 if span.as_mins() < 2 => ("%H:%M:%S", "15second"),
        0 => ("%H:%M", "10minute"),
        1..6 => ("%H:%M", "1hour"),
        6..36 => ("%d %b %H:%M", "6hour"),
        36..240 => ("%d %b", "1day"),
        240..1_680 => ("%d %b", "1week"),
        _ => ("%b %Y", "1month"),
    }
}
