//! The stage that cancels an operation, honestly: an accepted request proves nothing, the list of
//! operations does.

use std::time::Duration;

use super::findings::sort_newest_first;
use super::goal::Aim;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::{Purpose, Survey};
use super::verdict::{Ending, Outcome, Verdict};
use crate::portal::{Level, Operation, State, Submission};
use crate::problem::{Class, Code, Problem};

/// Requests before it is given up; the portal accepts them also when they have no effect.
const MOST_REQUESTS: u32 = 3;

/// Looks that find the operation running before the request is repeated.
const LOOKS_A_REQUEST: u32 = 36;

/// Time between two looks; a real cancel takes one to three minutes.
const REST: Duration = Duration::from_secs(5);

const CANCEL_AGAIN: &str =
    "look what became of it with `command: status`, or run `command: cancel` again";

/// Why an operation is canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The command says so.
    Asked,
    /// It is in the way (`when-running: cancel`).
    InTheWay,
    /// The job was canceled (`on-cancel: cancel`); the signal's number.
    Signal(u8),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Send the request.
    Request,
    /// Look at the list.
    List,
    /// Nothing for a while.
    Rest,
}

/// Where the cancel stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Not at its end.
    GoesOn,
    /// The portal says that the operation is canceled.
    Canceled,
    /// The operation ended before the cancel took effect, with this word.
    EndedOtherwise(String),
    /// It was not canceled.
    Failed(Problem),
}

/// An operation being canceled.
#[derive(Debug, Clone)]
pub(super) struct Cancel {
    why: Why,
    /// Where it is, if known.
    operation: Option<Operation>,
    turn: Turn,
    refusal: Option<Problem>,
    requests: u32,
    looks: u32,
}

impl Cancel {
    /// Begins.
    pub fn new(why: Why, operation: Option<Operation>) -> Self {
        Self { why, operation, turn: Turn::Request, refusal: None, requests: 0, looks: 0 }
    }

    /// Begins because the job was told to stop.
    pub fn by_signal(run: &mut Run, signal: u8, operation: Option<Operation>) -> Stage {
        run.note(Level::Warning, "the job was canceled; canceling the operation too");
        Stage::Cancel(Self::new(Why::Signal(signal), operation))
    }

    /// The request was answered, or its answer was lost; `refusal` if it was refused.
    fn requested(self, refusal: Option<Problem>) -> Stage {
        Stage::Cancel(Self {
            refusal,
            requests: self.requests + 1,
            looks: 0,
            turn: Turn::List,
            ..self
        })
    }

    fn turn_to(self, turn: Turn) -> Stage {
        Stage::Cancel(Self { turn, ..self })
    }

    /// The list was seen. Without an id to look for, its first row is the one.
    fn judge_list(&mut self, newest_first: &[&Submission]) -> Standing {
        let row = match &self.operation {
            Some(operation) => newest_first
                .iter()
                .find(|row| row.id == operation.id())
                .or_else(|| newest_first.first().filter(|_| !operation.is_listed())),
            None => newest_first.first(),
        };
        self.looks += 1;
        self.turn = Turn::Rest;
        match row.map(|row| (row.status.state(), row.status.text())) {
            Some((State::Canceled, _)) => Standing::Canceled,
            Some((State::Succeeded | State::Failed, word)) => {
                Standing::EndedOtherwise(word.to_owned())
            }
            _ => match self.refusal.take() {
                Some(refusal) => Standing::Failed(Problem {
                    code: if refusal.code.class() == Class::Auth {
                        refusal.code
                    } else {
                        Code::CancelRefused
                    },
                    message: format!("the operation goes on: {}", refusal.message),
                    ..refusal
                }),
                None if self.looks >= LOOKS_A_REQUEST && self.requests < MOST_REQUESTS => {
                    self.turn = Turn::Request;
                    Standing::GoesOn
                }
                None => Standing::GoesOn,
            },
        }
    }

    /// For a job that was told to stop this is no failure of the release: it goes on without us.
    fn end_not_canceled(&self, run: &Run, problem: Problem) -> Stage {
        let Why::Signal(signal) = self.why else {
            return run.end_with(problem);
        };
        let message =
            format!("the job was canceled, and the operation was not: {}", problem.message);
        Stage::End(Verdict::pending(Ending::Interrupted(signal), run.phase, message).hint(RESUME))
    }

    fn end_over(&self, run: &Run, ended_as: Option<&str>) -> Stage {
        match (self.why, ended_as) {
            (Why::InTheWay, _) => Stage::Survey(Survey::with(Purpose::BeginAfterOthers)),
            (Why::Asked, None) => Stage::End(Verdict::done(run.phase, "the operation is canceled")),
            (Why::Asked, Some(word)) => {
                let message =
                    format!("the operation ended as `{word}` before the cancel took effect");
                run.end_with(
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
                    ..Verdict::pending(Ending::Interrupted(signal), run.phase, message)
                })
            }
        }
    }
}

impl Answers for Cancel {
    fn next_act(&self, _: &Run) -> Act {
        match self.turn {
            Turn::Request => Act::Cancel(self.operation.clone()),
            Turn::List => Act::Ask(Ask::Operations),
            Turn::Rest => Act::Settle(REST),
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, _: Moment) -> Stage {
        match (seen, self.turn) {
            (Seen::CancelAccepted | Seen::Accepted(_) | Seen::Lost(..), _) => self.requested(None),
            (
                Seen::InTheWay(problem) | Seen::Absent(problem) | Seen::Refused(problem),
                Turn::Request,
            ) => self.requested(Some(problem)),
            (Seen::Refused(problem), Turn::List | Turn::Rest) => {
                self.end_not_canceled(run, problem)
            }
            (Seen::Rested, _) => self.turn_to(Turn::List),
            (Seen::Operations(rows), _) => match self.judge_list(&sort_newest_first(&rows)) {
                Standing::GoesOn => Stage::Cancel(self),
                Standing::Canceled => self.end_over(run, None),
                Standing::EndedOtherwise(word) => self.end_over(run, Some(&word)),
                Standing::Failed(problem) => self.end_not_canceled(run, problem),
            },
            (Seen::InTheWay(_) | Seen::Absent(_), Turn::List | Turn::Rest)
            | (Seen::Offer(_) | Seen::Draft(_) | Seen::Operation(_), _) => self.turn_to(Turn::Rest),
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        let message = "the operation was not canceled yet when `timeout` was over";
        Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        let message = "the job was canceled; the portal was asked to cancel the operation, and has \
             not said yet that it did";
        let hint = if run.goal.aim == Aim::Cancel { CANCEL_AGAIN } else { RESUME };
        Stage::End(
            Verdict::pending(Ending::Interrupted(stop.signal), run.phase, message).hint(hint),
        )
    }
}
