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

/// A step in the chart.
struct DrawnStep<'a> {
    story: &'a StepStory,
    began: Timestamp,
    took: SignedDuration,
    estimate: Option<SignedDuration>,
    /// The estimate's bar, which may be shorter.
    estimate_bar: SignedDuration,
}

/// The chart; empty if it would tell nothing that one number does not.
pub fn draw_chart(offer: &OfferStory, now: Timestamp) -> String {
    let drawn = choose_steps(offer, now);
    let ends =
        drawn.iter().filter_map(|one| one.began.checked_add(one.estimate_bar.max(one.took)).ok());
    let begins = drawn.iter().map(|one| one.began);
    let (Some(first), Some(last)) = (begins.min(), ends.max()) else {
        return String::new();
    };
    if drawn.len() < 2 && drawn.iter().all(|one| one.estimate.is_none()) {
        return String::new();
    }
    let lines: String =
        drawn.iter().enumerate().map(|(index, one)| write_bars(index, one)).collect();
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

/// The first steps that took some time.
fn choose_steps(offer: &OfferStory, now: Timestamp) -> Vec<DrawnStep<'_>> {
    let steps = offer.steps.iter().filter_map(|story| {
        let took = story.took(now).filter(|took| *took >= SHORTEST)?;
        let estimate = story.step.estimate.as_deref().and_then(estimate::read_longest);
        let estimate_bar = estimate.unwrap_or_default();
        Some(DrawnStep { story, began: story.began?, took, estimate, estimate_bar })
    });
    let mut drawn: Vec<_> = steps.take(MOST).collect();
    // An estimate of days beside minutes would leave nothing of the minutes to see.
    let longest = drawn.iter().map(|one| one.took).max().unwrap_or_default();
    let room = longest.saturating_mul(ESTIMATE_BESIDE_TIME);
    for one in &mut drawn {
        one.estimate_bar = one.estimate_bar.min(room);
    }
    drawn
}

fn write_bars(index: usize, drawn: &DrawnStep<'_>) -> String {
    let DrawnStep { story, began, took, estimate, estimate_bar } = drawn;
    let (section, began) = (name_section(index, &story.step.name), format_time(*began));
    let (label, tag, seconds) = (label_bar(story, *took), tag_bar(story), took.as_secs());
    let mut lines =
        format!("    section {section}\n    {label} :{tag}a{index}, {began}, {seconds}s\n");
    if let Some(estimate) = estimate {
        let cut = if estimate_bar < estimate { ", cut here" } else { "" };
        let (estimate, seconds) = (format_short(*estimate), estimate_bar.as_secs());
        let _ =
            writeln!(lines, "    estimated up to {estimate}{cut} :e{index}, {began}, {seconds}s");
    }
    lines
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
