//! The commands that only look: `status` and `plan`.

use super::{Release, Seen, Stage};
use crate::portal::{OperationView, Phase, State};
use crate::problem::{Code, Problem};
use crate::release::begin::{self, Begin};
use crate::release::event::{Origin, What};
use crate::release::goal::Goal;
use crate::release::survey::Survey;
use crate::release::verdict::{Ending, Verdict};

impl Release {
    pub(super) fn begin_status(&mut self, survey: Survey) -> Stage {
        if let Some(problem) = survey.unknown_offer() {
            return self.ended(problem.clone());
        }
        let newest = survey
            .newest_first()
            .first()
            .map(|row| (row.phase.unwrap_or(Phase::Publish), row.operation.clone()));
        match begin::busy(&survey).or(newest) {
            Some((phase, Some(operation))) => {
                self.phase = Some(phase);
                self.tell.push(What::Phase {
                    phase,
                    origin: Origin::Found,
                    operation: Some(operation.clone()),
                });
                Stage::Inspect(survey, phase, operation)
            }
            _ => Stage::End(status(&survey, None, None)),
        }
    }

    pub(super) fn inspected(&mut self, survey: &Survey, phase: Phase, seen: Seen) -> Stage {
        match seen {
            Seen::Operation(looked) => {
                let verdict = status(survey, Some(phase), Some(&looked.view));
                self.tell.push(What::Operation(phase, looked.view));
                Stage::End(verdict)
            }
            Seen::Refused(problem) => self.ended(problem),
            _ => Stage::End(status(survey, Some(phase), None)),
        }
    }
}

const CORRECT: &str =
    "correct in Partner Center what the messages name, then run `command: release`";

const RELEASE_AGAIN: &str = "run `command: release` if that was not meant";

/// What `status` says.
fn status(survey: &Survey, phase: Option<Phase>, view: Option<&OperationView>) -> Verdict {
    let offer =
        survey.offer().map_or_else(|| "no status".to_owned(), |offer| offer.status.to_string());
    let (state, message) = match (phase, view) {
        (Some(phase), Some(view)) => (
            view.status.state(),
            format!(
                "the offer says `{offer}`, its last operation ({phase}) says `{}`",
                view.status
            ),
        ),
        _ => (survey.offer_state(), format!("the offer says `{offer}`")),
    };
    if survey.at_sign_off() {
        return Verdict::done(phase, format!("{message}; the preview waits for the publisher"));
    }
    match state {
        State::Failed => {
            Verdict::problem(phase, Problem::new(Code::OperationFailed, message).hint(CORRECT))
        }
        State::Canceled => Verdict::problem(
            phase,
            Problem::new(Code::OperationCanceled, message).hint(RELEASE_AGAIN),
        ),
        State::Succeeded | State::NeverPublished => Verdict::done(phase, message),
        _ => Verdict::pending(Ending::Left, phase, message),
    }
}

/// What `plan` says.
pub(super) fn plan(goal: &Goal, begin: &Begin) -> Verdict {
    let then = if goal.go_live { ", then go live" } else { "" };
    let message = match begin {
        Begin::Start(Phase::Publish) if goal.notify.is_empty() => format!("would publish{then}"),
        Begin::Start(Phase::Publish) => {
            let told: Vec<&str> = goal.notify.iter().map(crate::ids::Email::as_str).collect();
            format!("would publish, notifying {}{then}", told.join(", "))
        }
        Begin::Start(Phase::GoLive) => "would go live".to_owned(),
        Begin::Follow { phase, .. } => format!("would follow the {phase} that runs already{then}"),
        Begin::Published(_) if goal.go_live => {
            "would go live with the preview that is there already".to_owned()
        }
        Begin::Published(_) => {
            "would do nothing: the preview is there already, and the draft is not known to have \
             changed"
                .to_owned()
        }
        Begin::Live { .. } => {
            "would do nothing: the offer is live already, and its draft did not change since"
                .to_owned()
        }
        Begin::AwaitForeign(phase, _) => {
            format!("would wait for the end of the {phase} that runs, then publish{then}")
        }
        Begin::CancelForeign(phase, _) => {
            format!("would cancel the {phase} that runs, then publish{then}")
        }
        Begin::LookAgain(why) => format!("would wait: {why}"),
        Begin::End(verdict) => return verdict.clone(),
    };
    Verdict::done(None, message)
}
