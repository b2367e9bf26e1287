//! Where an offer's release is: its current step, how long that takes, and how long the portal thinks that it takes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::duration::short;
use super::markdown::cut;
use super::story::OfferStory;
use crate::portal::State;

/// The longest estimate that is shown; it is a text of the portal.
const LONGEST_ESTIMATE: usize = 40;

/// The step that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its name, or that of the phase if no step is under way.
    pub step: String,
    /// Its status, if a step is under way.
    pub status: Option<String>,
    /// Its place among all steps, from 1, and their number.
    pub place: Option<(usize, usize)>,
    /// How long it has been under way.
    pub took: SignedDuration,
    /// The portal's estimate, in its own words.
    pub estimate: Option<String>,
}

/// What is under way; `None` if the offer waits for its turn, or is at its end.
#[must_use]
pub fn progress(offer: &OfferStory, now: Timestamp) -> Option<Progress> {
    let began = offer.began.filter(|_| offer.verdict.is_none())?;
    let under_way = |state: State| !matches!(state, State::NotStarted | State::NeverPublished) && !state.is_final();
    let current = offer.steps.iter().position(|step| under_way(step.step.status.state()));
    let Some(index) = current else {
        let step = offer.phase.map_or("looking at the offer", crate::portal::Phase::name).to_owned();
        return Some(Progress { step, status: None, place: None, took: now.duration_since(began), estimate: None });
    };
    let story = &offer.steps[index];
    Some(Progress {
        step: story.step.name.clone(),
        status: Some(story.step.status.text().to_owned()),
        place: Some((index + 1, offer.steps.len())),
        took: story.took(now).unwrap_or_else(|| now.duration_since(began)),
        estimate: story.step.estimate.as_deref().map(|estimate| cut(estimate, LONGEST_ESTIMATE)),
    })
}

impl Progress {
    /// `3h 12m (estimate < 5 day)`
    #[must_use]
    pub fn time(&self) -> String {
        let estimate = self.estimate.as_ref().map(|estimate| format!(" (estimate {estimate})")).unwrap_or_default();
        format!("{}{estimate}", short(self.took))
    }

    /// How much of the estimate is over, in percent. Never all of it: only the portal knows when a step is done.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let estimate = longest(self.estimate.as_deref()?)?.as_secs();
        let took = u64::try_from(self.took.as_secs()).unwrap_or_default();
        Some((took.saturating_mul(100) / estimate.max(1)).min(99))
    }
}

/// The upper end of an estimate such as `< 15 min` or `~2-5 days`.
fn longest(estimate: &str) -> Option<Duration> {
    let digits = |c: char| c.is_ascii_digit();
    let end = estimate.rfind(digits)? + 1;
    let start = estimate[..end].rfind(|c: char| !digits(c)).map_or(0, |before| before + 1);
    let number: u32 = estimate.get(start..end)?.parse().ok()?;
    let unit = match estimate[end..].trim_start().to_ascii_lowercase().chars().next()? {
        's' => Duration::from_secs(1),
        'm' => Duration::from_mins(1),
        'h' => Duration::from_hours(1),
        'd' => Duration::from_hours(24),
        'w' => Duration::from_hours(7 * 24),
        _ => return None,
    };
    Some(unit.saturating_mul(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portals_estimates_have_an_upper_end() {
        let minutes = |text: &str| longest(text).map(|estimate| estimate.as_secs() / 60);
        let texts = ["< 15 min", "< 5 day", "< 1 hour", "~2-5 days", "1 week", "soon", "", "7", "5 äons", "ä 99999999999 d"];
        assert_eq!(
            texts.map(minutes),
            [Some(15), Some(7_200), Some(60), Some(7_200), Some(10_080), None, None, None, None, None]
        );
    }

    #[test]
    fn a_step_is_not_done_before_the_portal_says_so() {
        let percent = |hours: i64, estimate: Option<&str>| {
            let estimate = estimate.map(str::to_owned);
            Progress { step: "x".into(), status: None, place: None, took: SignedDuration::from_hours(hours), estimate }.percent()
        };
        assert_eq!(percent(12, Some("< 1 day")), Some(50));
        assert_eq!(percent(48, Some("< 1 day")), Some(99));
        assert_eq!(percent(-1, Some("< 1 day")), Some(0));
        assert_eq!(percent(1, Some("< 0 day")), Some(99));
        assert_eq!(percent(1, None), None);
    }
}
