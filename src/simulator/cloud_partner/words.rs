//! How the portal writes what it means: status words and timestamps, each under its switches.

use jiff::Timestamp;

use crate::simulator::offers::progress::OperationState;
use crate::simulator::offers::progress::StepMark;
use crate::simulator::scenario::{
    Canceled, Case, OfferStatus, PortalSwitches, ReleaseHalf, SignOff, Spelling, StepRunning,
    Timestamps,
};

impl PortalSwitches {
    /// The status of an operation.
    pub fn state_word(&self, state: OperationState) -> String {
        let word = match (state, self.sign_off) {
            (OperationState::SignOff, SignOff::Operation) | (OperationState::Complete, _) => {
                match self.spelling {
                    Spelling::Complete => "complete",
                    Spelling::Completed => "completed",
                    Spelling::Succeeded => "succeeded",
                }
            }
            (OperationState::SignOff, SignOff::Waiting) => "waitingForPublisherReview",
            (OperationState::SignOff, SignOff::Step | SignOff::Offer)
            | (OperationState::Running, _) => "running",
            (OperationState::Failed, _) => "failed",
            (OperationState::Canceled, _) => match self.canceled {
                Canceled::OneL => "canceled",
                Canceled::TwoL => "cancelled",
            },
        };
        self.format_word(word)
    }

    /// The status of a step.
    pub fn mark_word(&self, mark: StepMark) -> String {
        let word = match mark {
            StepMark::NotStarted => "notStarted",
            StepMark::InProgress => match self.step_running {
                StepRunning::InProgress => "inProgress",
                StepRunning::Running => "running",
            },
            StepMark::Blocked => "blocked",
            StepMark::Waiting if self.sign_off == SignOff::Offer => "notStarted",
            StepMark::Waiting => "waitingForPublisherReview",
            StepMark::Complete => "complete",
            StepMark::Rejected => "rejected",
            StepMark::Failed => "failed",
            StepMark::Canceled => "canceled",
        };
        self.format_word(word)
    }

    /// The status of an offer.
    pub fn status_word(&self, status: OfferStatus) -> String {
        let word = match status {
            OfferStatus::NeverPublished => "neverPublished",
            OfferStatus::NotStarted => "notStarted",
            OfferStatus::WaitingForPublisherReview if self.sign_off == SignOff::Step => "running",
            OfferStatus::WaitingForPublisherReview => "waitingForPublisherReview",
            OfferStatus::Running => "running",
            OfferStatus::Succeeded => "succeeded",
            OfferStatus::Canceled => "canceled",
            OfferStatus::Failed => "failed",
        };
        self.format_word(word)
    }

    /// `submissionType`.
    pub fn kind_word(&self, kind: ReleaseHalf) -> String {
        match kind {
            ReleaseHalf::Publish => self.format_word("publish"),
            ReleaseHalf::GoLive => self.go_live_type.clone(),
        }
    }

    fn format_word(&self, word: &str) -> String {
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

    /// A timestamp in the form of the switch `timestamps`.
    pub fn format_time(&self, time: Timestamp) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::scenario::Scenario;

    fn portal(switch: &str) -> PortalSwitches {
        Scenario::parse(&format!("portal: {{{switch}}}")).unwrap().portal
    }

    #[test]
    fn each_spelling_has_its_words() {
        let words = |switch: &str| {
            let portal = portal(switch);
            let sign_off = OfferStatus::WaitingForPublisherReview;
            [
                portal.state_word(OperationState::Complete),
                portal.state_word(OperationState::SignOff),
                portal.state_word(OperationState::Canceled),
                portal.mark_word(StepMark::InProgress),
                portal.mark_word(StepMark::Waiting),
                portal.status_word(sign_off),
                portal.kind_word(ReleaseHalf::GoLive),
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
        insta::assert_snapshot!(
            switches.map(|switch| format!("{switch}: {}", words(switch))).join("\n")
        );
    }

    #[test]
    fn each_form_of_a_timestamp_is_one_that_was_seen() {
        let time = "2017-03-28T19:50:36.5000521Z".parse().unwrap();
        let forms = ["6-digits", "7-digits", "without-zone", "seconds", "offset"];
        insta::assert_snapshot!(
            forms.map(|form| portal(&format!("timestamps: {form}")).format_time(time)).join("\n"),
            @r"
        2017-03-28T19:50:36.500052Z
        2017-03-28T19:50:36.5000521Z
        2017-03-28T19:50:36.500
        2017-03-28T19:50:36Z
        2017-03-28T19:50:36.500052+00:00
        "
        );
    }
}
