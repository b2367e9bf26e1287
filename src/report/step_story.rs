//! A step, over time: how long it took, what was said about it, and whether it recovered.

use jiff::{SignedDuration, Timestamp};

use super::estimate;
use crate::portal::{Level, Message, Phase, State, Step};

/// A step, over time.
#[derive(Debug, Clone)]
pub struct StepStory {
    /// The step as it was seen last.
    pub step: Step,
    /// The half in which it was seen last.
    pub phase: Phase,
    /// When it was first seen under way.
    pub began: Option<Timestamp>,
    /// When it was first seen at its end.
    pub ended: Option<Timestamp>,
    /// Everything that was ever said about it, in the order in which it came up.
    pub said: Vec<Said>,
    /// Since when it is blocked.
    pub blocked: Option<Timestamp>,
    /// From when to when it was blocked before it went on; the last time.
    pub recovered: Option<(Timestamp, Timestamp)>,
}

/// Something that the portal said of a step.
#[derive(Debug, Clone)]
pub struct Said {
    /// What.
    pub message: Message,
    /// When it was seen first.
    pub at: Timestamp,
    /// When it ceased to be so: the step went on in spite of it, or the portal no longer says it.
    pub withdrawn: Option<Timestamp>,
}

impl Said {
    /// Whether it is an error or a warning that still stands.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.message.level > Level::Information && self.withdrawn.is_none()
    }
}

impl StepStory {
    /// A step that was not looked at yet.
    #[must_use]
    pub fn new(step: &Step, phase: Phase) -> Self {
        Self {
            step: step.clone(),
            phase,
            began: None,
            ended: None,
            said: Vec::new(),
            blocked: None,
            recovered: None,
        }
    }

    /// How long the step was under way, or is; `None` if its beginning was not seen.
    #[must_use]
    pub fn took(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(self.ended.unwrap_or(now).duration_since(self.began?))
    }

    /// Whether it took, or takes, longer than the portal estimates.
    #[must_use]
    pub fn late(&self, now: Timestamp) -> bool {
        let estimate = self.step.estimate.as_deref().and_then(estimate::longest);
        estimate.zip(self.took(now)).is_some_and(|(estimate, took)| took > estimate)
    }

    /// Takes the step as it is now; `first` if it was not seen before. Returns what is said for the
    /// first time.
    pub fn see(&mut self, at: Timestamp, step: &Step, first: bool) -> Vec<Message> {
        let state = step.status.state();
        self.note_times(at, first, state);
        let was_bad = !first && is_bad(self.step.status.state());
        self.note_trouble(at, state);
        let new: Vec<Message> = step
            .messages
            .iter()
            .filter(|message| !self.said.iter().any(|said| same(&said.message, message)))
            .cloned()
            .collect();
        for said in &mut self.said {
            let still_said = step.messages.iter().any(|message| same(&said.message, message));
            let over = match state {
                _ if is_bad(state) => false,
                State::Succeeded => said.message.level == Level::Error || !still_said,
                _ => was_bad || !still_said,
            };
            if over {
                said.withdrawn = said.withdrawn.or(Some(at));
            } else if is_bad(state) && still_said {
                said.withdrawn = None;
            }
        }
        // An error that is first seen when the step is done was overcome while nobody looked.
        let overcome = |message: &Message| {
            (state == State::Succeeded && message.level == Level::Error).then_some(at)
        };
        self.said.extend(new.iter().map(|message| Said {
            message: message.clone(),
            at,
            withdrawn: overcome(message),
        }));
        self.step = step.clone();
        new
    }

    fn note_times(&mut self, at: Timestamp, first: bool, state: State) {
        match state {
            State::NotStarted | State::NeverPublished => (self.began, self.ended) = (None, None),
            // Seen at its end for the first time: when it began was not seen.
            _ if state.is_final() && first => {}
            _ if state.is_final() => {
                self.began = self.began.or(Some(at));
                self.ended = self.ended.or(Some(at));
            }
            _ => {
                self.began = self.began.or(Some(at));
                self.ended = None;
            }
        }
    }

    fn note_trouble(&mut self, at: Timestamp, state: State) {
        if is_bad(state) {
            self.blocked = self.blocked.or(Some(at));
        } else if let Some(since) = self.blocked.take()
            && !matches!(state, State::NotStarted | State::NeverPublished)
        {
            self.recovered = Some((since, at));
        }
    }
}

/// Stands still, or ended badly.
fn is_bad(state: State) -> bool {
    matches!(state, State::Blocked | State::Failed | State::Canceled)
}

/// The portal repeats its messages at every look, sometimes with another time.
#[must_use]
pub fn same(one: &Message, other: &Message) -> bool {
    one.level == other.level && one.html == other.html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::Word;

    fn seen(story: &mut StepStory, minute: i64, status: &str, errors: &[&str]) -> usize {
        let message =
            |html: &&str| Message { level: Level::Error, html: (*html).to_owned(), at: None };
        let step = Step {
            id: "certify".into(),
            name: "Certification".into(),
            status: Word::new(status),
            progress: None,
            estimate: Some("< 1 hour".into()),
            messages: errors.iter().map(message).collect(),
        };
        story.see(at(minute), &step, false).len()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn new() -> StepStory {
        let status = Word::new("notStarted");
        let step = Step {
            id: "x".into(),
            name: "x".into(),
            status,
            progress: None,
            estimate: None,
            messages: Vec::new(),
        };
        StepStory::new(&step, Phase::Publish)
    }

    #[test]
    fn an_error_is_withdrawn_when_the_step_goes_on() {
        let mut story = new();
        seen(&mut story, 0, "inProgress", &[]);
        assert_eq!(seen(&mut story, 10, "blocked", &["no image"]), 1);
        assert!(story.said[0].stands());
        // The portal goes on saying it, which is no news and no error.
        assert_eq!(seen(&mut story, 20, "inProgress", &["no image"]), 0);
        assert_eq!(story.said[0].withdrawn, Some(at(20)));
        assert_eq!(story.recovered, Some((at(10), at(20))));
        assert!(!story.late(at(60)) && story.late(at(61)));
        // What comes up later stands, and what comes back stands again.
        assert_eq!(seen(&mut story, 30, "inProgress", &["no image", "no licence"]), 1);
        assert!(story.said[1].stands() && !story.said[0].stands());
        seen(&mut story, 40, "blocked", &["no image"]);
        assert!(story.said[0].stands() && story.said[1].stands());
        seen(&mut story, 50, "complete", &["no image"]);
        assert!(story.said.iter().all(|said| !said.stands()));
    }

    #[test]
    fn an_error_that_the_portal_takes_back_is_withdrawn() {
        let mut story = new();
        seen(&mut story, 0, "inProgress", &["no image"]);
        assert!(story.said[0].stands());
        seen(&mut story, 5, "inProgress", &[]);
        assert_eq!(story.said[0].withdrawn, Some(at(5)));
    }
}
