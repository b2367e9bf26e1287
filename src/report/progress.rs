//! Where an offer's release is: its current step, how long that takes, and how long the portal
//! thinks that it takes.

use jiff::{SignedDuration, Timestamp};

use super::duration::format_short;
use super::estimate::read_longest;
use super::offer_story::OfferStory;
use crate::manifest::Api;
use crate::portal::{Phase, State};
use crate::text::cut_text;

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
    /// How long it usually takes, where the portal tells no progress.
    pub usual: Option<&'static str>,
}

/// What is under way; `None` if the offer waits for its turn, or is at its end.
#[must_use]
pub fn find_progress(offer: &OfferStory, now: Timestamp) -> Option<Progress> {
    let began = offer.began.filter(|_| offer.verdict.is_none())?;
    let under_way = |state: State| {
        !matches!(state, State::NotStarted | State::NeverPublished) && !state.is_final()
    };
    let current = offer.steps.iter().position(|step| under_way(step.step.status.state()));
    let Some(index) = current else {
        let step = offer.phase.map_or("looking at the offer", Phase::name).to_owned();
        return Some(Progress {
            step,
            status: None,
            place: None,
            took: now.duration_since(offer.half().map_or(began, |half| half.began)),
            estimate: None,
            usual: offer.phase.and_then(|phase| usual_time(offer.api, phase)),
        });
    };
    let story = &offer.steps[index];
    Some(Progress {
        step: story.step.name.clone(),
        status: Some(story.step.status.text().to_owned()),
        place: Some((index + 1, offer.steps.len())),
        took: story.took(now).unwrap_or_else(|| now.duration_since(began)),
        estimate: story
            .step
            .estimate
            .as_deref()
            .map(|estimate| cut_text(estimate, LONGEST_ESTIMATE)),
        usual: None,
    })
}

/// How long a half usually takes at an API that tells no progress: what Microsoft's pages and other
/// publishers say.
#[must_use]
pub fn usual_time(api: Api, phase: Phase) -> Option<&'static str> {
    match (api, phase) {
        (Api::CloudPartner, _) => None,
        (Api::ProductIngestion, Phase::Publish) => Some("certification usually takes 1 to 2 days"),
        (Api::ProductIngestion, Phase::GoLive) => {
            Some("going live takes half an hour to some days, by the type of offer")
        }
    }
}

impl Progress {
    /// `3h 12m (estimate < 5 day)`, `5h so far; certification usually takes 1 to 2 days`
    #[must_use]
    pub fn time(&self) -> String {
        if let Some(usual) = self.usual {
            return format!("{} so far; {usual}", format_short(self.took));
        }
        let estimate = self
            .estimate
            .as_ref()
            .map(|estimate| format!(" (estimate {estimate})"))
            .unwrap_or_default();
        format!("{}{estimate}", format_short(self.took))
    }

    /// How much of the estimate is over, in percent. Never all of it: only the portal knows when a
    /// step is done.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let in_seconds = |time: SignedDuration| u64::try_from(time.as_secs()).unwrap_or_default();
        let estimate = in_seconds(read_longest(self.estimate.as_deref()?)?);
        let took = in_seconds(self.took);
        Some((took.saturating_mul(100) / estimate.max(1)).min(99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_not_done_before_the_portal_says_so() {
        let percent = |hours: i64, estimate: Option<&str>| {
            let estimate = estimate.map(str::to_owned);
            Progress {
                step: "x".into(),
                status: None,
                place: None,
                took: SignedDuration::from_hours(hours),
                estimate,
                usual: None,
            }
            .percent()
        };
        assert_eq!(percent(12, Some("< 1 day")), Some(50));
        assert_eq!(percent(48, Some("< 1 day")), Some(99));
        assert_eq!(percent(-1, Some("< 1 day")), Some(0));
        assert_eq!(percent(1, None), None);
    }
}
