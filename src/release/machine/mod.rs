//! The release of one offer as a pure state machine: [`Release::next`] says what to do,
//! [`Release::saw`] takes what came of it.

mod canceled;
mod ended;
mod followed;
mod inspected;
mod started;
mod surveyed;

use std::time::Duration;

use jiff::Timestamp;

use super::begin::Before;
use super::cancel::{self, Canceling};
use super::confirm::Confirm;
use super::event::What;
use super::follow::{self, Following};
use super::goal::Goal;
use super::survey::Survey;
use super::verdict::{Ending, Verdict};
use crate::portal::{Accepted, Draft, Level, Looked, OfferView, Operation, Phase, Submission};
use crate::problem::Problem;

const NOTHING_STARTED: &str = "nothing was started; run the same command again later";

const RESUME: &str =
    "follow it with `command: resume`, or run the same command again: it follows what runs";

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The list of operations.
    Operations,
    /// The offer's status.
    Offer,
    /// The offer's draft.
    Draft,
    /// One operation.
    Operation(Operation),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Look at something.
    Ask(Ask),
    /// POST publish or go-live, once.
    Start(Phase),
    /// POST cancel, once, for this operation as far as it is known.
    Cancel(Option<Operation>),
    /// Wait as the poll schedule says.
    Rest,
    /// Wait for this long.
    Settle(Duration),
    /// It is over.
    End(Verdict),
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Seen {
    /// The list of operations.
    Operations(Vec<Submission>),
    /// The offer's status.
    Offer(OfferView),
    /// The offer's draft.
    Draft(Draft),
    /// One operation.
    Operation(Looked),
    /// What was asked for does not exist.
    Absent(Problem),
    /// A publish or go-live was accepted.
    Accepted(Accepted),
    /// A cancel was accepted, which says nothing yet.
    CancelAccepted,
    /// A POST has no answer that says whether it was carried out, or one that says "later", after
    /// this time.
    Lost(Problem, Option<Duration>),
    /// A POST was refused because something is in the way.
    InTheWay(Problem),
    /// Something was refused for good.
    Refused(Problem),
    /// A read got no useful answer, for long.
    Unreachable(Problem),
    /// The wait is over.
    Rested,
    /// `timeout` is over; with the trouble that reads had lately.
    TimedOut(Option<Problem>),
    /// The job is told to stop by this signal; whether the operation is to be canceled too.
    Interrupted(u8, bool),
}

#[derive(Debug, Clone)]
enum Stage {
    /// Looking before anything is started; `published`: before the second half.
    Survey(Survey),
    /// Ready to POST.
    Start(Phase, Survey, Option<Confirm>),
    /// Looking whether a lost POST started something.
    Confirm(Box<Confirm>, Survey, Option<Duration>),
    /// Following an operation, ours or (`foreign`) one that is in the way.
    Follow { following: Following, foreign: bool },
    /// Waiting for a list or a status that is late, for this reason.
    Pause(&'static str),
    /// Looking once at an operation (`status`).
    Inspect(Survey, Phase, Operation),
    /// Canceling.
    Cancel(Canceling),
    /// Over.
    End(Verdict),
}

/// The release of one offer.
#[derive(Debug, Clone)]
pub struct Release {
    goal: Goal,
    stage: Stage,
    before: Before,
    phase: Option<Phase>,
    /// The signal by which the job was told to stop, which is the end that the process tells,
    /// whatever else comes of it.
    signal: Option<u8>,
    tell: Vec<What>,
}

impl Release {
    /// A release at its beginning.
    #[must_use]
    pub fn new(goal: Goal) -> Self {
        Self {
            goal,
            stage: Stage::Survey(Survey::default()),
            before: Before::default(),
            phase: None,
            signal: None,
            tell: Vec::new(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Act {
        match &self.stage {
            Stage::Survey(survey) => Act::Ask(self.missing(survey).unwrap_or(Ask::Operations)),
            Stage::Start(phase, ..) => Act::Start(*phase),
            Stage::Confirm(_, _, Some(wait)) => Act::Settle(*wait),
            Stage::Confirm(confirm, _, None) => {
                Act::Ask(if confirm.list.is_none() { Ask::Operations } else { Ask::Offer })
            }
            Stage::Follow { following, .. } => match (following.turn, &following.operation) {
                (follow::Turn::Operation, Some(operation)) => {
                    Act::Ask(Ask::Operation(operation.clone()))
                }
                (follow::Turn::Operation, None) | (follow::Turn::List, _) => {
                    Act::Ask(Ask::Operations)
                }
                (follow::Turn::Offer, _) => Act::Ask(Ask::Offer),
                (follow::Turn::Rest, _) => Act::Rest,
            },
            Stage::Pause(_) => Act::Rest,
            Stage::Inspect(_, _, operation) => Act::Ask(Ask::Operation(operation.clone())),
            Stage::Cancel(canceling) => match canceling.turn {
                cancel::Turn::Request => Act::Cancel(canceling.operation.clone()),
                cancel::Turn::List => Act::Ask(Ask::Operations),
                cancel::Turn::Rest => Act::Settle(cancel::REST),
            },
            Stage::End(verdict) => Act::End(verdict.clone()),
        }
    }

    /// Takes what came of [`Release::next`]; `elapsed` never goes back, `today` is the date.
    /// Returns what is to be told.
    pub fn saw(&mut self, seen: Seen, elapsed: Duration, today: Timestamp) -> Vec<What> {
        let stage = std::mem::replace(&mut self.stage, Stage::Survey(Survey::default()));
        self.stage = match seen {
            _ if matches!(stage, Stage::End(_)) => stage,
            Seen::TimedOut(trouble) => Stage::End(self.timed_out(&stage, trouble)),
            Seen::Interrupted(signal, cancel) => self.interrupted(stage, signal, cancel),
            Seen::Unreachable(problem) => Stage::End(self.unreachable(&stage, problem)),
            seen => match stage {
                Stage::Survey(survey) => self.surveyed(survey, seen, elapsed, today),
                Stage::Start(phase, survey, earlier) => self.posted(phase, survey, earlier, seen),
                Stage::Confirm(confirm, survey, wait) => {
                    self.confirmed(*confirm, survey, wait, seen)
                }
                Stage::Follow { following, foreign } => {
                    self.followed(following, foreign, seen, elapsed)
                }
                Stage::Pause(_) => Stage::Survey(Survey::default()),
                Stage::Inspect(survey, phase, _) => self.inspected(&survey, phase, seen),
                Stage::Cancel(canceling) => self.canceled(canceling, seen),
                Stage::End(verdict) => Stage::End(verdict),
            },
        };
        if let (Stage::End(verdict), Some(signal)) = (&mut self.stage, self.signal) {
            verdict.ending = Ending::Interrupted(signal);
        }
        std::mem::take(&mut self.tell)
    }

    fn note(&mut self, level: Level, text: impl Into<String>) {
        self.tell.push(What::Note(level, text.into()));
    }

    fn ended(&self, problem: Problem) -> Stage {
        Stage::End(Verdict::problem(self.phase, problem))
    }
}
