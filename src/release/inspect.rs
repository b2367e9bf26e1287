//! The commands that only look, `status` and `plan`: the stage that looks once at an operation, and
//! what both say.

use jiff::Timestamp;

use super::begin::{self, Begin};
use super::event::{Origin, What};
use super::findings::{Findings, phase_of};
use super::goal::Goal;
use super::machine::{Act, Answers, Ask, Moment, Run, Seen, Stage, Stop};
use super::verdict::{Ending, Verdict};
use crate::portal::{Operation, OperationView, Phase, State};
use crate::problem::{Code, Problem};

/// Looking once at an operation.
#[derive(Debug, Clone)]
pub(super) struct Inspect {
    findings: Findings,
    phase: Phase,
    operation: Operation,
}

impl Inspect {
    /// Looks at what runs, or at what ran last; if nothing did, the offer's status is all.
    pub fn begin(run: &mut Run, findings: Findings, today: Timestamp) -> Stage {
        if let Some(problem) = findings.unknown_offer() {
            return run.end_with(problem.clone());
        }
        if let Some(preview) = find_waiting(&findings) {
            run.tell(What::Preview(preview.to_owned()));
        }
        let newest = findings.newest_first().first().copied();
        let row = match begin::find_busy(&findings, today) {
            Some(busy) => busy.row(),
            None => newest,
        };
        match row.map(|row| (phase_of(row), row.operation.clone())) {
            Some((phase, Some(operation))) => {
                run.phase = Some(phase);
                run.tell(What::Phase {
                    phase,
                    origin: Origin::Found,
                    operation: Some(operation.clone()),
                });
                Stage::Inspect(Self { findings, phase, operation })
            }
            Some((_, None)) | None => Stage::End(describe_status(&findings, None, None)),
        }
    }
}

impl Answers for Inspect {
    fn next_act(&self, _: &Run) -> Act {
        Act::Ask(Ask::Operation(self.operation.clone()))
    }

    fn take(self, seen: Seen, run: &mut Run, _: Moment) -> Stage {
        match seen {
            Seen::Operation(looked) => {
                let verdict = describe_status(&self.findings, Some(self.phase), Some(&looked.view));
                run.tell(What::Operation(self.phase, looked.view));
                Stage::End(verdict)
            }
            Seen::Refused(problem) => run.end_with(problem),
            Seen::Absent(_)
            | Seen::Operations(_)
            | Seen::Offer(_)
            | Seen::Document(_)
            | Seen::Accepted(_)
            | Seen::CancelAccepted
            | Seen::Lost(..)
            | Seen::InTheWay(_)
            | Seen::Rested => Stage::End(describe_status(&self.findings, Some(self.phase), None)),
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        run.end_running_at_timeout()
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        run.leave_running(stop.signal)
    }
}

/// The preview that waits to go live, as the input `preview` names it.
fn find_waiting(findings: &Findings) -> Option<&str> {
    let publish = findings.newest(Phase::Publish).filter(|_| findings.at_sign_off())?;
    let ended_badly = matches!(publish.status.state(), State::Failed | State::Canceled);
    Some(&*publish.id).filter(|id| !ended_badly && !id.is_empty())
}

const CORRECT: &str =
    "correct in Partner Center what the messages name, then run `command: release`";

const RELEASE_AGAIN: &str = "run `command: release` if that was not meant";

/// What `status` says.
fn describe_status(
    findings: &Findings,
    phase: Option<Phase>,
    view: Option<&OperationView>,
) -> Verdict {
    let offer = findings
        .offer
        .found()
        .map_or_else(|| "no status".to_owned(), |offer| offer.status.to_string());
    let (state, message) = match (phase, view) {
        (Some(phase), Some(view)) => (
            view.status.state(),
            format!(
                "the offer says `{offer}`, its last operation ({phase}) says `{}`",
                view.status
            ),
        ),
        _ => (findings.offer_state(), format!("the offer says `{offer}`")),
    };
    if findings.at_sign_off() {
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
pub(super) fn describe_plan(goal: &Goal, begin: &Begin) -> Verdict {
    let then = if goal.go_live { ", then go live" } else { "" };
    let message = match begin {
        Begin::Publish if goal.notify.is_empty() => format!("would publish{then}"),
        Begin::Publish => {
            let notified: Vec<&str> = goal.notify.iter().map(crate::ids::Email::as_str).collect();
            format!("would publish, notifying {}{then}", notified.join(", "))
        }
        Begin::GoLive(_) => "would go live".to_owned(),
        Begin::Adopt(_) => format!("would follow the publish that runs already{then}"),
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
        Begin::Await(phase, ..) => {
            format!("would wait for the end of the {phase} that runs, then publish{then}")
        }
        Begin::CancelForeign(phase, ..) => {
            format!("would cancel the {phase} that runs, then publish{then}")
        }
        Begin::LookAgain(why) => format!("would wait: {why}"),
        Begin::End(verdict) => return verdict.clone(),
    };
    Verdict::done(None, message)
}
