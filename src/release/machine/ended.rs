//! Ends that come from outside: the time is over, the portal is silent, the job is told to stop.

use super::{NOTHING_STARTED, RESUME, Release, Stage};
use crate::portal::Phase;
use crate::problem::{Code, Problem};
use crate::release::goal::Aim;
use crate::release::verdict::{Ending, Verdict};

const CANCEL_AGAIN: &str =
    "look what became of it with `command: status`, or run `command: cancel` again";

impl Release {
    /// The job was told to stop while nobody could say whether its POST arrived.
    pub(super) fn left_unknown(&self, phase: Phase, signal: u8) -> Stage {
        let message =
            format!("the job was canceled before the portal said whether the {phase} was started");
        Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
    }

    pub(super) fn timed_out(&self, stage: &Stage, trouble: Option<Problem>) -> Verdict {
        if let Some(trouble) = trouble {
            return self.unreachable(stage, trouble);
        }
        let message = match stage {
            Stage::Survey(_) | Stage::Start(_, _, None) if self.phase.is_none() => {
                let message = "`timeout` was over before anything was started";
                return Verdict::pending(Ending::TimedOut, None, message).hint(NOTHING_STARTED);
            }
            Stage::Confirm(confirm, ..) => return self.start_unknown(confirm.phase, &confirm.last),
            Stage::Cancel(_) => {
                "the operation was not canceled yet when `timeout` was over".to_owned()
            }
            Stage::Pause(why) => format!("when `timeout` was over, {why}"),
            Stage::Follow { foreign: true, .. } => {
                "the operation in the way was still running when `timeout` was over".to_owned()
            }
            _ => format!(
                "the {} was still running when `timeout` was over",
                self.phase.unwrap_or(Phase::Publish)
            ),
        };
        Verdict::pending(Ending::TimedOut, self.phase, message).hint(RESUME)
    }

    pub(super) fn unreachable(&self, stage: &Stage, problem: Problem) -> Verdict {
        if let Stage::Confirm(confirm, ..) = stage {
            return self.start_unknown(confirm.phase, &problem);
        }
        let hint = if self.phase.is_some() { RESUME } else { NOTHING_STARTED };
        Verdict::problem(
            self.phase,
            Problem { hint: Some(problem.hint.unwrap_or_else(|| hint.to_owned())), ..problem },
        )
    }

    pub(super) fn start_unknown(&self, phase: Phase, problem: &Problem) -> Verdict {
        let message =
            format!("it could not be found out whether the {phase} was started: {problem}");
        let hint = "run the same command again: it looks first, and follows what was started";
        Verdict::problem(self.phase, Problem::new(Code::StartUnknown, message).hint(hint))
    }

    pub(super) fn interrupted(&mut self, stage: Stage, signal: u8, cancel: bool) -> Stage {
        let first = self.signal.replace(signal).is_none();
        match stage {
            Stage::Follow { following, foreign: false } if cancel => {
                self.cancel(signal, following.operation)
            }
            // There is something to cancel only if the POST arrived.
            Stage::Confirm(confirm, survey, _) if cancel && first => {
                Stage::Confirm(confirm, survey, None)
            }
            Stage::Confirm(confirm, ..) => self.left_unknown(confirm.phase, signal),
            Stage::Survey(_) | Stage::Start(_, _, None) if self.phase.is_none() => {
                let message = "the job was canceled before anything was started";
                Stage::End(Verdict::pending(Ending::Interrupted(signal), None, message))
            }
            Stage::Cancel(_) => {
                let message = "the job was canceled; the portal was asked to cancel the operation, \
                    and has not said yet that it did";
                let hint = if self.goal.aim == Aim::Cancel { CANCEL_AGAIN } else { RESUME };
                Stage::End(
                    Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(hint),
                )
            }
            _ => {
                let message = "the job was canceled; what runs at the portal goes on";
                Stage::End(
                    Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME),
                )
            }
        }
    }
}
