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
    pub said: Vec<SaidMessage>,
    /// Since when it is blocked.
    pub blocked: Option<Timestamp>,
    /// From when to when it was blocked before it went on; the last time.
    pub recovered: Option<(Timestamp, Timestamp)>,
}

/// Something that the portal said of a step.
#[derive(Debug, Clone)]
pub struct SaidMessage {
    /// The message as it was seen last.
    pub message: Message,
    /// When it was seen first.
    pub at: Timestamp,
    /// When it ceased to be so: the step went on in spite of it, or the portal no longer says it.
    pub withdrawn: Option<Timestamp>,
}

impl SaidMessage {
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
        let estimate = self.step.estimate.as_deref().and_then(estimate::read_longest);
        estimate.zip(self.took(now)).is_some_and(|(estimate, took)| took > estimate)
    }

    /// Takes the step as it is now; `first` if it was not seen before. Returns what is said for the
    /// first time.
    pub fn see(&mut self, at: Timestamp, step: &Step, first: bool) -> Vec<Message> {
        let state = step.status.state();
        self.note_times(at, first, state);
        let was_bad = !first && is_bad(self.step.status.state());
        self.note_trouble(at, state);
        let before = self.step.messages.clone();
        for message in &step.messages {
            let known = self.said.iter_mut().map(|said| &mut said.message);
            follow_counter(known, |one| before.contains(one), message, &step.messages);
        }
        let new: Vec<Message> = step
            .messages
            .iter()
            .filter(|message| !self.said.iter().any(|said| is_same(&said.message, message)))
            .cloned()
            .collect();
        for said in &mut self.said {
            let still_said = step.messages.iter().any(|message| is_same(&said.message, message));
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
        self.said.extend(new.iter().map(|message| SaidMessage {
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
pub fn is_same(one: &Message, other: &Message) -> bool {
    one.level == other.level && one.html == other.html
}

/// Puts a message in the place of a known one that said the same with other numbers, at the last
/// look and not any more: a counter that moves is no news.
pub fn follow_counter<'a>(
    known: impl Iterator<Item = &'a mut Message>,
    was_said: impl Fn(&Message) -> bool,
    message: &Message,
    now_said: &[Message],
) {
    let mut moved = None;
    for one in known {
        if is_same(one, message) {
            return;
        }
        let still_said = now_said.iter().any(|other| is_same(one, other));
        if !still_said && was_said(one) && is_recount(one, message) {
            moved = Some(one);
        }
    }
    if let Some(moved) = moved {
        message.clone_into(moved);
    }
}

/// Whether the two differ in numbers alone. Digits inside a word, such as those of a plan's id, are
/// no number.
fn is_recount(one: &Message, other: &Message) -> bool {
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || ".,:%/()".contains(c));
    let words = |message: &Message| -> Vec<String> {
        let word = |word: &str| (if is_number(word) { "#" } else { word }).to_owned();
        message.html.split(|c: char| c.is_whitespace() || "<>".contains(c)).map(word).collect()
    };
    one.level == other.level && words(one) == words(other)
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
    fn a_counter_that_moves_is_no_news() {
        let mut story = new();
        let images = |left: u8| format!("<p>Waiting for {left} of 36 images</p>");
        assert_eq!(seen(&mut story, 0, "inProgress", &[&images(36)]), 1);
        for left in 1..36 {
            assert_eq!(seen(&mut story, 36 - i64::from(left), "inProgress", &[&images(left)]), 0);
        }
        assert_eq!(story.said.len(), 1);
        assert_eq!(story.said[0].message.html, images(35));
        // Another plan, and a second message beside the first, are news.
        assert_eq!(seen(&mut story, 40, "inProgress", &["plan p1 has no image"]), 1);
        assert_eq!(seen(&mut story, 41, "inProgress", &["plan p2 has no image"]), 1);
        assert_eq!(seen(&mut story, 42, "inProgress", &["stage 1 fails"]), 1);
        assert_eq!(seen(&mut story, 43, "inProgress", &["stage 1 fails", "stage 2 fails"]), 1);
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
