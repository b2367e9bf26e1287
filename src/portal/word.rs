//! The portal's status words. It spells them in several ways, and not all are documented.

use std::fmt;

/// What a status word means to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing was ever published.
    NeverPublished,
    /// Not begun yet.
    NotStarted,
    /// Under way, or waiting for the Marketplace's people.
    Running,
    /// The publisher has to look at the preview and go live.
    WaitingForPublisher,
    /// Stopped at an error, which need not be the end.
    Blocked,
    /// Done.
    Succeeded,
    /// Ended without success.
    Failed,
    /// Ended because someone asked for it.
    Canceled,
    /// A word that is not known, or none. Never success.
    Unknown,
}

impl State {
    /// Whether nothing will change any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }

    /// Compares without case, spaces and dashes: `not started`, `NotStarted` and `notStarted` are
    /// one word. Whatever else is in a word makes it another one: `!complete` is no success.
    fn of(text: &str) -> Self {
        let between = |c: char| c.is_whitespace() || matches!(c, '-' | '_');
        let word: String =
            text.chars().filter(|c| !between(*c)).map(|c| c.to_ascii_lowercase()).collect();
        match word.as_str() {
            "neverpublished" => Self::NeverPublished,
            "notstarted" => Self::NotStarted,
            "running" | "inprogress" | "waitingforapproval" => Self::Running,
            "waitingforpublisherreview" => Self::WaitingForPublisher,
            "blocked" => Self::Blocked,
            "complete" | "completed" | "succeeded" | "published" => Self::Succeeded,
            "failed" | "failure" | "rejected" => Self::Failed,
            "canceled" | "cancelled" => Self::Canceled,
            _ => Self::Unknown,
        }
    }
}

/// A status word as the portal wrote it, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    text: String,
    state: State,
}

impl Word {
    /// Reads a status word; an unknown one is kept.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned(), state: State::of(text) }
    }

    /// A word that has its meaning from what stands beside it.
    pub(crate) fn meaning(text: &str, state: State) -> Self {
        Self { text: text.trim().to_owned(), state }
    }

    /// An absent word.
    #[must_use]
    pub fn missing() -> Self {
        Self { text: String::new(), state: State::Unknown }
    }

    /// What it means.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// As the portal wrote it; empty if it wrote nothing.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.text.is_empty() { "no status" } else { &self.text })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_has_its_meaning() {
        for (state, spellings) in [
            (State::NeverPublished, &["neverPublished", "NeverPublished"][..]),
            (State::NotStarted, &["notStarted", "NotStarted", "not started", "notstarted"]),
            (
                State::Running,
                &[
                    "running",
                    "Running",
                    "inProgress",
                    "InProgress",
                    "in progress",
                    "waitingForApproval",
                ],
            ),
            (
                State::WaitingForPublisher,
                &["waitingForPublisherReview", "WaitingForPublisherReview"],
            ),
            (State::Blocked, &["blocked", "Blocked"]),
            (
                State::Succeeded,
                &["complete", "completed", "succeeded", "Succeeded", "published", " complete "],
            ),
            (State::Failed, &["failed", "Failed", "failure", "rejected"]),
            (State::Canceled, &["canceled", "cancelled", "Cancelled"]),
            (
                State::Unknown,
                &[
                    "",
                    "done",
                    "success",
                    "ok",
                    "true",
                    "200",
                    "completedWithErrors",
                    "almostComplete",
                    "!complete",
                    "не complete",
                    "complete?",
                ],
            ),
        ] {
            for text in spellings {
                assert_eq!(Word::new(text).state(), state, "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn success_is_only_what_is_known_as_success(text in "\\PC{0,40}") {
            let counts = |c: &char| !" -_".contains(*c) && !c.is_whitespace();
            let folded: String = text.to_lowercase().chars().filter(counts).collect();
            if Word::new(&text).state() == State::Succeeded {
                let known = ["complete", "completed", "succeeded", "published"];
                prop_assert!(known.contains(&folded.as_str()));
            }
        }
    }
}
