//! The stage that cancels an operation, honestly: an accepted request proves nothing, the list of
//! operations does.

use std::collections::HashSet;
use std::time::Duration;

use super::begin::Purpose;
use super::findings::{is_half, sort_newest_first};
use super::goal::Aim;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::Survey;
use super::verdict::{Ending, Outcome, Verdict};
use crate::portal::{CancelScope, Level, OfferView, Operation, State, Submission};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// The command says so.
    Asked,
    /// It is in the way (`when-running: cancel`); afterwards it is looked again, with this purpose.
    InTheWay(Purpose),
    /// The job was canceled (`on-cancel: cancel`); the signal's number.
    Signal(u8),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Look at the list before anything is canceled: what runs by now may be another's.
    Look,
    /// Send the request.
    Request,
    /// Look at the list.
    List,
    /// Look at the operation itself, for no row of the list carries its id.
    Operation,
    /// Look at the offer, because the list does not show what is canceled.
    Offer,
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

/// Which row of the list is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// The one with this id.
    Row(String),
    /// One that is none of the others.
    NoOther,
}

/// An operation being canceled.
#[derive(Debug, Clone)]
pub(super) struct Cancel {
    why: Why,
    /// Where it is, if known.
    operation: Option<Operation>,
    target: Target,
    /// Operations that were there before it, or had ended.
    others: HashSet<String>,
    turn: Turn,
    refusal: Option<Problem>,
    requests: u32,
    looks: u32,
}

impl Cancel {
    /// Cancels what this row shows.
    pub fn of_row(why: Why, row: &Submission) -> Self {
        let target = if row.id.is_empty() { Target::NoOther } else { Target::Row(row.id.clone()) };
        Self::new(why, row.operation.clone(), target, HashSet::new())
    }

    /// Cancels an operation that is none of these others.
    pub fn of_unlisted(why: Why, operation: Option<Operation>, others: HashSet<String>) -> Self {
        let target = match &operation {
            Some(operation) if operation.is_listed() => Target::Row(operation.id().to_owned()),
            Some(_) | None => Target::NoOther,
        };
        Self::new(why, operation, target, others)
    }

    fn new(
        why: Why,
        operation: Option<Operation>,
        target: Target,
        others: HashSet<String>,
    ) -> Self {
        let turn = Turn::Request;
        Self { why, operation, target, others, turn, refusal: None, requests: 0, looks: 0 }
    }

    fn is_target(&self, row: &Submission) -> bool {
        match &self.target {
            Target::Row(id) => row.id == *id,
            Target::NoOther => is_half(row) && !self.others.contains(&row.id),
        }
    }

    /// Begins because the job was told to stop.
    pub fn by_signal(run: &mut Run, cancel: Self) -> Stage {
        run.note(Level::Warning, "the job was canceled; canceling the operation too");
        match run.capabilities.cancel {
            CancelScope::AnyRunning => cancel.turn_to(Turn::Look),
            CancelScope::OnlyKnown => Stage::Cancel(cancel),
        }
    }

    /// The request was answered, or its answer was lost; `refusal` if it was refused.
    fn requested(self, refusal: Option<Problem>) -> Stage {
        Stage::Cancel(Self {
            refusal,
            requests: self.requests + 1,
            looks: 0,
            turn: self.choose_look(),
            ..self
        })
    }

    /// Where its end is seen: an operation that no row of the list carries is asked itself.
    fn choose_look(&self) -> Turn {
        let hidden = self.operation.as_ref().is_some_and(Operation::is_only_at_address);
        if hidden { Turn::Operation } else { Turn::List }
    }

    fn turn_to(self, turn: Turn) -> Stage {
        Stage::Cancel(Self { turn, ..self })
    }

    /// The list was seen. Only the word about the very operation counts.
    fn judge_list(&mut self, newest_first: &[&Submission]) -> Standing {
        let row = newest_first.iter().find(|row| self.is_target(row));
        match (row, &self.target) {
            (Some(row), _) => self.judge_word(row.status.state(), row.status.text()),
            (None, Target::Row(_)) => self.judge_word(State::Unknown, ""),
            (None, Target::NoOther) => {
                self.turn = Turn::Offer;
                Standing::GoesOn
            }
        }
    }

    /// The offer was seen, which was running when the list showed nothing that runs.
    fn judge_offer(&mut self, offer: &OfferView) -> Standing {
        match offer.status.state() {
            State::NeverPublished | State::NotStarted => self.judge_word(State::Canceled, ""),
            _ if offer.at_sign_off() => self.judge_word(State::Succeeded, offer.status.text()),
            state => self.judge_word(state, offer.status.text()),
        }
    }

    fn judge_word(&mut self, state: State, word: &str) -> Standing {
        self.looks += 1;
        self.turn = Turn::Rest;
        match (state, self.refusal.take()) {
            (State::Canceled, _) => Standing::Canceled,
            (State::Succeeded | State::Failed, _) => Standing::EndedOtherwise(word.to_owned()),
            (_, Some(refusal)) => Standing::Failed(Problem {
                code: if refusal.code.class() == Class::Auth {
                    refusal.code
                } else {
                    Code::CancelRefused
                },
                message: format!("the operation goes on: {}", refusal.message),
                ..refusal
            }),
            (_, None) => {
                if self.looks >= LOOKS_A_REQUEST && self.requests < MOST_REQUESTS {
                    self.turn = Turn::Request;
                }
                Standing::GoesOn
            }
        }
    }

    fn act_on(self, standing: Standing, run: &Run) -> Stage {
        match standing {
            Standing::GoesOn => Stage::Cancel(self),
            Standing::Canceled => self.end_over(run, None),
            Standing::EndedOtherwise(word) => self.end_over(run, Some(&word)),
            Standing::Failed(problem) => self.end_not_canceled(run, problem),
        }
    }

    /// Cancels only where nothing says that what runs is another's: the request names no operation.
    fn look_first(mut self, rows: &[Submission], run: &Run) -> Stage {
        let rows = sort_newest_first(rows.iter().filter(|row| is_half(row)));
        let own: Vec<_> = rows.iter().filter(|row| self.is_target(row)).collect();
        let another_runs = rows.iter().any(|row| {
            let new = !self.is_target(row) && !self.others.contains(&row.id);
            new && !row.status.state().is_final()
        });
        match own[..] {
            [row] if row.status.state().is_final() => {
                let (state, word) = (row.status.state(), row.status.text().to_owned());
                let standing = self.judge_word(state, &word);
                self.act_on(standing, run)
            }
            [_] => self.turn_to(Turn::Request),
            [] if !another_runs => self.turn_to(Turn::Request),
            _ => {
                let message = "another operation runs on the offer by now";
                self.end_not_canceled(run, Problem::new(Code::CancelRefused, message))
            }
        }
    }

    /// For a job that was told to stop this is no failure of the release: it goes on without us.
    fn end_not_canceled(&self, run: &Run, problem: Problem) -> Stage {
        let Why::Signal(signal) = self.why else {
            return run.end_with(problem);
        };
        let message = format!("the job was canceled, and the operation was not: {problem}");
        Stage::End(Verdict::pending(Ending::Interrupted(signal), run.phase, message).hint(RESUME))
    }

    fn end_over(&self, run: &Run, ended_as: Option<&str>) -> Stage {
        match (self.why.clone(), ended_as) {
            (Why::InTheWay(purpose), _) => Stage::Survey(Survey::with(purpose)),
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
            Turn::Look | Turn::List => Act::Ask(Ask::Operations),
            Turn::Operation => Act::Ask(self.operation.clone().map_or(Ask::Offer, Ask::Operation)),
            Turn::Offer => Act::Ask(Ask::Offer),
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
            (
                Seen::Refused(problem),
                Turn::Look | Turn::List | Turn::Operation | Turn::Offer | Turn::Rest,
            )
            | (Seen::Absent(problem), Turn::Look) => self.end_not_canceled(run, problem),
            (Seen::Operation(looked), Turn::Operation) => {
                let status = &looked.view.status;
                let standing = self.judge_word(status.state(), status.text());
                self.act_on(standing, run)
            }
            (Seen::Rested, _) => {
                let turn = self.choose_look();
                self.turn_to(turn)
            }
            (Seen::Operations(rows), Turn::Look) => self.look_first(&rows, run),
            (Seen::Operations(rows), _) => {
                let standing = self.judge_list(&sort_newest_first(&rows));
                self.act_on(standing, run)
            }
            (Seen::Offer(view), Turn::Offer) => {
                let standing = self.judge_offer(&view);
                self.act_on(standing, run)
            }
            (
                Seen::InTheWay(_),
                Turn::Look | Turn::List | Turn::Operation | Turn::Offer | Turn::Rest,
            )
            | (Seen::Absent(_), Turn::List | Turn::Operation | Turn::Offer | Turn::Rest)
            | (
                Seen::Offer(_),
                Turn::Look | Turn::Request | Turn::List | Turn::Operation | Turn::Rest,
            )
            | (Seen::Document(_) | Seen::Operation(_), _) => self.turn_to(Turn::Rest),
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
        let hint = if matches!(run.goal.aim, Aim::Cancel(_)) { CANCEL_AGAIN } else { RESUME };
        Stage::End(
            Verdict::pending(Ending::Interrupted(stop.signal), run.phase, message).hint(hint),
        )
    }
}

#[cfg(test)]
mod tests;
