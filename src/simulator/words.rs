//! How the portal writes what it means: status words and timestamps, each under its switches.

use jiff::Timestamp;

use super::operation::{Mark, State};
use super::scenario::{
    Canceled, Case, Phase, Portal, SignOff, Spelling, Status, StepRunning, Timestamps,
};

impl Portal {
    /// The status of an operation.
    pub fn state_word(&self, state: State) -> String {
        let word = match (state, self.sign_off) {
            (State::SignOff, SignOff::Operation) | (State::Complete, _) => match self.spelling {
                Spelling::Complete => "complete",
                Spelling::Completed => "completed",
                Spelling::Succeeded => "succeeded",
            },
            (State::SignOff, SignOff::Step | SignOff::Offer) | (State::Running, _) => "running",
            (State::Failed, _) => "failed",
            (State::Canceled, _) => match self.canceled {
                Canceled::OneL => "canceled",
                Canceled::TwoL => "cancelled",
            },
        };
        self.written(word)
    }

    /// The status of a step.
    pub fn mark_word(&self, mark: Mark) -> String {
        let word = match mark {
            Mark::NotStarted => "notStarted",
            Mark::InProgress => match self.step_running {
                StepRunning::InProgress => "inProgress",
                StepRunning::Running => "running",
            },
            Mark::Blocked => "blocked",
            Mark::Waiting if self.sign_off == SignOff::Offer => "notStarted",
            Mark::Waiting => "waitingForPublisherReview",
            Mark::Complete => "complete",
            Mark::Rejected => "rejected",
            Mark::Failed => "failed",
            Mark::Canceled => "canceled",
        };
        self.written(word)
    }

    /// The status of an offer.
    pub fn status_word(&self, status: Status) -> String {
        let word = match status {
            Status::NeverPublished => "neverPublished",
            Status::NotStarted => "notStarted",
            Status::WaitingForPublisherReview if self.sign_off == SignOff::Step => "running",
            Status::WaitingForPublisherReview => "waitingForPublisherReview",
            Status::Running => "running",
            Status::Succeeded => "succeeded",
            Status::Canceled => "canceled",
            Status::Failed => "failed",
        };
        self.written(word)
    }

    /// `submissionType`.
    pub fn kind_word(&self, kind: Phase) -> String {
        match kind {
            Phase::Publish => self.written("publish"),
            Phase::GoLive => self.go_live_type.clone(),
        }
    }

    fn written(&self, word: &str) -> String {
        match self.case {
            Case::Camel => word.to_owned(),
            Case::Upper => word.to_uppercase(),
            Case::Pascal => {
                let mut letters = word.chars();
                letters
                    .next()
                    .map(|first| first.to_ascii_uppercase())
                    .into_iter()
                    .chain(letters)
                    .collect()
            }
            Case::Spaced => word
                .chars()
                .flat_map(|c| {
                    c.is_ascii_uppercase()
                        .then_some(' ')
                        .into_iter()
                        .chain([c.to_ascii_lowercase()])
                })
                .collect(),
        }
    }

    /// A timestamp.
    pub fn time(&self, time: Timestamp) -> String {
        let format = match self.timestamps {
            Timestamps::Six => "%Y-%m-%dT%H:%M:%S%.6fZ",
            Timestamps::Seven => "%Y-%m-%dT%H:%M:%S%.7fZ",
            Timestamps::WithoutZone => "%Y-%m-%dT%H:%M:%S%.3f",
            Timestamps::Seconds => "%Y-%m-%dT%H:%M:%SZ",
            Timestamps::Offset => "%Y-%m-%dT%H:%M:%S%.6f+00:00",
        };
        time.strftime(format).to_string()
    }
}

/// A date as HTTP headers write it.
pub fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A date to the second, as GitHub and Microsoft Entra write it.
pub fn to_the_second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::scenario::Scenario;
    use super::*;

    fn portal(switch: &str) -> Portal {
        Scenario::parse(&format!("portal: {{{switch}}}")).unwrap().portal
    }

    #[test]
    fn each_spelling_has_its_words() {
        let words = |switch: &str| {
            let portal = portal(switch);
            let sign_off = Status::WaitingForPublisherReview;
            [
                portal.state_word(State::Complete),
                portal.state_word(State::SignOff),
                portal.state_word(State::Canceled),
                portal.mark_word(Mark::InProgress),
                portal.mark_word(Mark::Waiting),
                portal.status_word(sign_off),
                portal.kind_word(Phase::GoLive),
            ]
            .join(", ")
        };
        let switches = [
            "",
            "spelling: completed",
            "spelling: succeeded",
            "case: PascalCase",
            "case: spaced",
            "case: UPPERCASE",
            "step-running: running",
            "canceled: cancelled",
            "sign-off: step",
            "sign-off: offer",
            "go-live-type: GoLive",
        ];
        insta::assert_snapshot!(switches.map(|switch| format!("{switch}: {}", words(switch))).join("\n"), @r"
        : complete, complete, canceled, inProgress, waitingForPublisherReview, waitingForPublisherReview, goLive
        spelling: completed: completed, completed, canceled, inProgress, waitingForPublisherReview, waitingForPublisherReview, goLive
        spelling: succeeded: succeeded, succeeded, canceled, inProgress, waitingForPublisherReview, waitingForPublisherReview, goLive
        case: PascalCase: Complete, Complete, Canceled, InProgress, WaitingForPublisherReview, WaitingForPublisherReview, goLive
        case: spaced: complete, complete, canceled, in progress, waiting for publisher review, waiting for publisher review, goLive
        case: UPPERCASE: COMPLETE, COMPLETE, CANCELED, INPROGRESS, WAITINGFORPUBLISHERREVIEW, WAITINGFORPUBLISHERREVIEW, goLive
        step-running: running: complete, complete, canceled, running, waitingForPublisherReview, waitingForPublisherReview, goLive
        canceled: cancelled: complete, complete, cancelled, inProgress, waitingForPublisherReview, waitingForPublisherReview, goLive
        sign-off: step: complete, running, canceled, inProgress, waitingForPublisherReview, running, goLive
        sign-off: offer: complete, running, canceled, inProgress, notStarted, waitingForPublisherReview, goLive
        go-live-type: GoLive: complete, complete, canceled, inProgress, waitingForPublisherReview, waitingForPublisherReview, GoLive
        ");
    }

    #[test]
    fn each_form_of_a_timestamp_is_one_that_was_seen() {
        let time = "2017-03-28T19:50:36.5000521Z".parse().unwrap();
        let forms = ["6-digits", "7-digits", "without-zone", "seconds", "offset"];
        insta::assert_snapshot!(forms.map(|form| portal(&format!("timestamps: {form}")).time(time)).join("\n"), @r"
        2017-03-28T19:50:36.500052Z
        2017-03-28T19:50:36.5000521Z
        2017-03-28T19:50:36.500
        2017-03-28T19:50:36Z
        2017-03-28T19:50:36.500052+00:00
        ");
        assert_eq!(http_date(time), "Tue, 28 Mar 2017 19:50:36 GMT");
    }
}
