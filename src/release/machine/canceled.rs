//! An operation is canceled.

use super::{RESUME, Release, Seen, Stage};
use crate::portal::{Level, Operation};
use crate::problem::{Code, Problem};
use crate::release::Outcome;
use crate::release::begin;
use crate::release::cancel::{Canceling, Standing, Turn, Why};
use crate::release::event::{Origin, What};
use crate::release::survey::Survey;
use crate::release::verdict::{Ending, Verdict};

impl Release {
    pub(super) fn begin_cancel(&mut self, survey: &Survey) -> Stage {
        if let Some(problem) = survey.unknown_offer() {
            return self.ended(problem.clone());
        }
        match begin::busy(survey) {
            Some((phase, operation)) => {
                self.phase = Some(phase);
                self.tell.push(What::Phase {
                    phase,
                    origin: Origin::Found,
                    operation: operation.clone(),
                });
                Stage::Cancel(Canceling::new(Why::Asked, operation))
            }
            None => Stage::End(Verdict::done(
                None,
                "nothing was running, so there was nothing to cancel",
            )),
        }
    }

    pub(super) fn canceled(&mut self, mut canceling: Canceling, seen: Seen) -> Stage {
        match seen {
            Seen::CancelAccepted | Seen::Accepted(_) | Seen::Lost(..) => canceling.requested(None),
            Seen::InTheWay(problem) | Seen::Absent(problem) | Seen::Refused(problem)
                if canceling.turn == Turn::Request =>
            {
                canceling.requested(Some(problem));
            }
            Seen::Refused(problem) => return self.not_canceled(canceling.why, problem),
            Seen::Rested => canceling.turn = Turn::List,
            Seen::Operations(rows) => {
                let survey = Survey { operations: Some(rows), ..Survey::default() };
                return match canceling.list_seen(&survey.newest_first()) {
                    Standing::GoesOn => Stage::Cancel(canceling),
                    Standing::Canceled => self.after_cancel(canceling.why, None),
                    Standing::EndedOtherwise(word) => self.after_cancel(canceling.why, Some(&word)),
                    Standing::Failed(problem) => self.not_canceled(canceling.why, problem),
                };
            }
            _ => canceling.turn = Turn::Rest,
        }
        Stage::Cancel(canceling)
    }

    /// For a job that was told to stop this is no failure of the release: it goes on without us.
    pub(super) fn not_canceled(&self, why: Why, problem: Problem) -> Stage {
        let Why::Signal(signal) = why else {
            return self.ended(problem);
        };
        let message =
            format!("the job was canceled, and the operation was not: {}", problem.message);
        Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
    }

    pub(super) fn after_cancel(&mut self, why: Why, ended_as: Option<&str>) -> Stage {
        match (why, ended_as) {
            (Why::InTheWay, _) => {
                self.before.foreign = true;
                Stage::Survey(Survey::default())
            }
            (Why::Asked, None) => {
                Stage::End(Verdict::done(self.phase, "the operation is canceled"))
            }
            (Why::Asked, Some(word)) => {
                let message =
                    format!("the operation ended as `{word}` before the cancel took effect");
                self.ended(
                    Problem::new(Code::CancelRefused, message).hint(
                        "look at the offer in Partner Center: what it was to stop may be done",
                    ),
                )
            }
            (Why::Signal(signal), ended_as) => {
                let message = match ended_as {
                    None => "the job was canceled, and the operation with it".to_owned(),
                    Some(word) => {
                        format!("the job was canceled; the operation had ended as `{word}`")
                    }
                };
                Stage::End(Verdict {
                    outcome: Outcome::Cancelled,
                    ending: Ending::Interrupted(signal),
                    phase: self.phase,
                    message,
                    hint: None,
                })
            }
        }
    }

    pub(super) fn cancel(&mut self, signal: u8, operation: Option<Operation>) -> Stage {
        self.note(Level::Warning, "the job was canceled; canceling the operation too");
        Stage::Cancel(Canceling::new(Why::Signal(signal), operation))
    }
}
