//! The release of one offer as a pure state machine: [`Release::next_act`] says what to do,
//! [`Release::take`] takes what came of it. Each stage is in a file of its own.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::cancel::Cancel;
use super::event::What;
use super::follow::Follow;
use super::goal::{DraftOrigin, Goal, ManifestOf};
use super::inspect::Inspect;
use super::ledger::Asked;
use super::start::Start;
use super::survey::Survey;
use super::verdict::{Ending, Verdict};
use super::verify::Verify;
use crate::content::{Difference, Wanted, find_foreign, find_missing};
use crate::portal::{
    Accepted, Capabilities, Draft, Feature, Level, Looked, OfferView, Operation, Phase, Slot,
    State, Submission, Word,
};
use crate::problem::Problem;

pub(super) const NOTHING_STARTED: &str = "nothing was started; run the same command again later";

pub(super) const RESUME: &str =
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
    /// What a slot holds.
    Slot(Slot),
    /// One operation.
    Operation(Operation),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Look at something.
    Ask(Ask),
    /// POST publish, once.
    Publish,
    /// POST go-live, once, of the preview with this name if it has one.
    GoLive(Option<String>),
    /// POST cancel, once, for this operation if it is known.
    Cancel(Option<Operation>),
    /// Wait as the poll schedule says.
    Rest,
    /// Wait for this long.
    Settle(Duration),
    /// It is over.
    End(Verdict),
}

impl Act {
    /// What is to be noted in the ledger before this is done.
    #[must_use]
    pub fn asked(&self) -> Option<Asked> {
        match self {
            Self::Publish => Some(Asked::Publish),
            Self::GoLive(preview) => Some(Asked::GoLive(preview.clone())),
            Self::Ask(_) | Self::Cancel(_) | Self::Rest | Self::Settle(_) | Self::End(_) => None,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Seen {
    /// The list of operations.
    Operations(Vec<Submission>),
    /// The offer's status.
    Offer(OfferView),
    /// The offer's draft, or what a slot holds.
    Document(Draft),
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
    /// A POST was refused because something is in the way, or what it was accepted as ended at
    /// once for that reason.
    InTheWay(Problem),
    /// Something was refused for good.
    Refused(Problem),
    /// The wait is over.
    Rested,
}

/// What ends a stage from outside, whatever it waits for.
#[derive(Debug, Clone)]
pub enum Interruption {
    /// A read got no useful answer, for long.
    Unreachable(Problem),
    /// `timeout` is over; with the trouble that reads had lately.
    TimedOut(Option<Problem>),
    /// The job is told to stop.
    Stopped(Stop),
}

/// A signal to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The signal's number.
    pub signal: u8,
    /// Whether the operation is to be canceled too.
    pub cancel: bool,
}

/// When something was seen.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Of the clock that never goes back.
    pub elapsed: Duration,
    /// The date.
    pub date: Timestamp,
}

/// What a stage has to answer. There is no default: a new stage does not compile until it says
/// what it does, what each sight means to it, and what a timeout, a silent portal and a signal
/// mean.
pub(super) trait Answers {
    /// What to do next.
    fn next_act(&self, run: &Run) -> Act;

    /// What came of it, and so the next stage.
    fn take(self, seen: Seen, run: &mut Run, at: Moment) -> Stage;

    /// `timeout` is over.
    fn time_out(&self, run: &Run) -> Verdict;

    /// The portal gave no useful answer for long.
    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict;

    /// The job is told to stop.
    fn stop(self, stop: Stop, run: &mut Run) -> Stage;
}

/// Where a release stands.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Looking before anything is started.
    Survey(Survey),
    /// Sending a POST, and looking what became of it if its answer was lost.
    Start(Box<Start>),
    /// Following an operation.
    Follow(Follow),
    /// Looking whether a half took effect.
    Verify(Box<Verify>),
    /// Canceling.
    Cancel(Cancel),
    /// Looking once at an operation (`status`).
    Inspect(Inspect),
    /// Over.
    End(Verdict),
}

/// What all stages share: what is wanted, how far it came, and what is to be told.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub goal: Goal,
    /// The half that was reached.
    pub phase: Option<Phase>,
    /// The content that this release is for: the draft as it was first read, or as it was when it
    /// was published.
    pub document: Option<Value>,
    /// How operations ended that were followed to their ends.
    pub ended: HashMap<String, State>,
    /// What the API can do.
    pub capabilities: Capabilities,
    /// The signal by which the job was told to stop, which is the end that the process tells,
    /// whatever else comes of it.
    pub signal: Option<u8>,
    pub(super) events: Vec<What>,
}

impl Run {
    /// Tells the reports.
    pub fn tell(&mut self, what: What) {
        self.events.push(what);
    }

    /// Whether the API shows what preview and live hold.
    pub fn shows_slots(&self) -> bool {
        self.capabilities.has(Feature::Slots)
    }

    /// Whether it is known what a slot has to hold when a half took effect.
    pub fn knows_content(&self) -> bool {
        let document = || self.document.as_ref().is_some_and(|it| it["definition"].is_object());
        self.goal.content.is_some() || document()
    }

    /// Where a slot is unlike this release: unlike what the manifest says, or if it says nothing,
    /// unlike the draft that was published.
    pub fn find_unlike(&self, slot: &Value) -> Vec<String> {
        let title = |one: &Difference| one.title();
        let own = self.goal.manifest == ManifestOf::Release || self.document.is_none();
        match (self.goal.content.as_ref().filter(|_| own), &self.document) {
            (Some(wanted), _) => {
                let held = find_missing(wanted, slot, true);
                let places = held.problems.iter().map(|problem| problem.message.clone());
                held.differences.iter().map(title).chain(places).collect()
            }
            (None, Some(document)) => {
                find_foreign(&Wanted::default(), document, slot).iter().map(title).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// Where a document is unlike the draft that was published, and the manifest does not say so.
    pub fn find_foreign(&self, document: &Value) -> Vec<String> {
        let (Some(wanted), Some(published)) = (&self.goal.content, &self.document) else {
            return Vec::new();
        };
        find_foreign(wanted, document, published).iter().map(Difference::title).collect()
    }

    /// The list, newest first as far as is known, but for rows that go on to show as running what
    /// was seen to end.
    pub fn correct(&self, mut rows: Vec<Submission>) -> Vec<Submission> {
        if self.is_oldest_first(&rows) {
            rows.reverse();
        }
        for row in &mut rows {
            let state = row.status.state();
            let outdated = !state.is_final() && state != State::WaitingForPublisher;
            if let Some(ended) = self.ended.get(&row.id).filter(|_| outdated) {
                row.status = Word::meaning(row.status.text(), *ended);
            }
        }
        rows
    }

    /// Whether a list without times begins with what the ledger knows to be older than its own.
    fn is_oldest_first(&self, rows: &[Submission]) -> bool {
        let Some(record) = self.goal.earlier.record() else { return false };
        let find = |name: &Option<String>| {
            name.as_ref().and_then(|name| rows.iter().position(|row| row.is_called(name)))
        };
        let undated = rows.iter().any(|row| row.changed.is_none());
        let (before, own) = (find(&record.mark.before), find(&record.names.publish));
        undated && before.zip(own).is_some_and(|(before, own)| before < own)
    }

    /// A line in the log.
    pub fn note(&mut self, level: Level, text: impl Into<String>) {
        self.tell(What::Note(level, text.into()));
    }

    /// The end, with a problem.
    pub fn end_with(&self, problem: Problem) -> Stage {
        Stage::End(Verdict::problem(self.phase, problem))
    }

    /// Something runs, and the portal refuses to show it.
    pub fn end_out_of_sight(&self, problem: Problem) -> Stage {
        Stage::End(Verdict::out_of_sight(self.phase, problem).hint(RESUME))
    }

    /// An unreachable portal, in a stage that has nothing of its own to say about it.
    pub fn end_unreachable(&self, problem: Problem) -> Verdict {
        let hint = if self.phase.is_some() { RESUME } else { NOTHING_STARTED };
        Verdict::problem(
            self.phase,
            Problem { hint: Some(problem.hint.unwrap_or_else(|| hint.to_owned())), ..problem },
        )
    }

    /// `timeout`, while this half runs.
    pub fn end_running_at_timeout(&self) -> Verdict {
        let message = format!(
            "the {} was still running when `timeout` was over",
            self.phase.unwrap_or(Phase::Publish)
        );
        Verdict::pending(Ending::TimedOut, self.phase, message).hint(RESUME)
    }

    /// A signal, while something may run that goes on without us.
    pub fn leave_running(&self, signal: u8) -> Stage {
        let message = "the job was canceled; what runs at the portal goes on";
        Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
    }

    /// A signal, before anything was started.
    pub fn leave_unstarted(&self, signal: u8) -> Stage {
        if self.phase.is_some() {
            return self.leave_running(signal);
        }
        let message = "the job was canceled before anything was started";
        Stage::End(Verdict::pending(Ending::Interrupted(signal), None, message))
    }

    /// `timeout`, before anything was started.
    pub fn end_unstarted_at_timeout(&self) -> Verdict {
        if self.phase.is_some() {
            return self.end_running_at_timeout();
        }
        let message = "`timeout` was over before anything was started";
        Verdict::pending(Ending::TimedOut, None, message).hint(NOTHING_STARTED)
    }
}

/// The release of one offer.
#[derive(Debug, Clone)]
pub struct Release {
    pub(super) run: Run,
    pub(super) stage: Stage,
}

/// Asks the stage that it is, whichever it is; an end answers by itself.
macro_rules! ask_stage {
    ($stage:expr, $one:ident => $answer:expr, $verdict:ident => $end:expr) => {
        match $stage {
            Stage::Survey($one) => $answer,
            Stage::Start($one) => $answer,
            Stage::Follow($one) => $answer,
            Stage::Verify($one) => $answer,
            Stage::Cancel($one) => $answer,
            Stage::Inspect($one) => $answer,
            Stage::End($verdict) => $end,
        }
    };
}

impl Release {
    /// A release at its beginning, at an API that can do this.
    #[must_use]
    pub fn new(goal: Goal, capabilities: Capabilities) -> Self {
        let first = match goal.draft {
            DraftOrigin::Found => Survey::begin(),
            DraftOrigin::Written => Survey::after_draft(),
        };
        Self {
            run: Run {
                goal,
                phase: None,
                document: None,
                ended: HashMap::new(),
                capabilities,
                signal: None,
                events: Vec::new(),
            },
            stage: Stage::Survey(first),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next_act(&self) -> Act {
        ask_stage!(&self.stage,
            stage => stage.next_act(&self.run),
            verdict => Act::End(verdict.clone()))
    }

    /// Whether the offer is being looked at and started; what comes then is following, or waiting.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        match &self.stage {
            Stage::Survey(survey) => !survey.is_waiting(),
            Stage::Start(_) => true,
            Stage::Follow(_)
            | Stage::Verify(_)
            | Stage::Cancel(_)
            | Stage::Inspect(_)
            | Stage::End(_) => false,
        }
    }

    /// Whether something runs, or may: then an outage is waited for longer.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let posted = matches!(&self.stage, Stage::Start(_) | Stage::Follow(_) | Stage::Cancel(_));
        posted || self.run.phase.is_some()
    }

    /// Takes what came of [`Release::next_act`]. Returns what is to be told.
    pub fn take(&mut self, seen: Seen, at: Moment) -> Vec<What> {
        self.change(|stage, run| {
            ask_stage!(stage,
                stage => stage.take(seen, run, at),
                verdict => Stage::End(verdict))
        })
    }

    /// Takes what comes from outside, instead of what would have come of [`Release::next_act`].
    /// Returns what is to be told.
    pub fn interrupt(&mut self, why: Interruption) -> Vec<What> {
        self.change(|stage, run| match (why, stage) {
            (_, Stage::End(verdict)) => Stage::End(verdict),
            (Interruption::Stopped(stop), stage) => {
                let stage = ask_stage!(stage,
                    stage => stage.stop(stop, run),
                    verdict => Stage::End(verdict));
                run.signal = Some(stop.signal);
                stage
            }
            (Interruption::TimedOut(None), stage) => Stage::End(ask_stage!(&stage,
                stage => stage.time_out(run),
                verdict => verdict.clone())),
            (Interruption::Unreachable(problem) | Interruption::TimedOut(Some(problem)), stage) => {
                Stage::End(ask_stage!(&stage,
                    stage => stage.lose_portal(run, problem),
                    verdict => verdict.clone()))
            }
        })
    }

    fn change(&mut self, to: impl FnOnce(Stage, &mut Run) -> Stage) -> Vec<What> {
        let stage = std::mem::replace(&mut self.stage, Stage::Survey(Survey::begin()));
        self.stage = to(stage, &mut self.run);
        if let (Stage::End(verdict), Some(signal)) = (&mut self.stage, self.run.signal) {
            verdict.ending = Ending::Interrupted(signal);
        }
        std::mem::take(&mut self.run.events)
    }
}
