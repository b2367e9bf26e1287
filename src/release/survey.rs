//! The stage before anything is started: what is to be asked, and what to begin with.

use std::time::Duration;

use super::begin::{self, Begin};
use super::cancel::{Cancel, Why};
use super::event::{Origin, What};
use super::findings::{Answer, Findings};
use super::follow::{Follow, Identity, Whose};
use super::goal::Aim;
use super::inspect::{self, Inspect};
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::start::Start;
use super::verdict::{Ending, Verdict};
use crate::portal::{Level, Phase};
use crate::problem::Problem;

/// What was seen so long ago, in a survey that an unreachable portal drew out, is looked at anew
/// before anything is started on it; so often at most, for a portal that is always that slow.
const STALE: Duration = Duration::from_secs(30);
const MOST_LOOKS: u32 = 5;

/// What the survey is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing was done in this run yet.
    Begin,
    /// An operation that is not ours was awaited or canceled, so what is finished is not ours.
    BeginAfterOthers,
    /// The first half is done, and the second is to follow.
    GoOn,
}

/// A look at all that decides what to begin with.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    purpose: Purpose,
    findings: Findings,
    /// When the first of it was seen.
    since: Option<Duration>,
    /// How often it was made anew because it took too long.
    looks: u32,
    /// How often it was waited for a list or a status that is late.
    pauses: u32,
    /// Why it waits before it looks again.
    pause: Option<&'static str>,
    /// A POST of this half was refused because something was in the way.
    refused: bool,
}

impl Survey {
    /// The first look of a run.
    pub fn begin() -> Self {
        Self::with(Purpose::Begin)
    }

    /// A look with this purpose.
    pub fn with(purpose: Purpose) -> Self {
        Self {
            purpose,
            findings: Findings::default(),
            since: None,
            looks: 0,
            pauses: 0,
            pause: None,
            refused: false,
        }
    }

    /// The look before this one led to a POST that was refused because something was in the way.
    pub fn after_refusal(purpose: Purpose) -> Self {
        Self { refused: true, ..Self::with(purpose) }
    }

    fn look_anew(self) -> Self {
        Self {
            looks: self.looks,
            pauses: self.pauses,
            refused: self.refused,
            ..Self::with(self.purpose)
        }
    }

    /// What is still to be asked.
    fn missing(&self, run: &Run) -> Option<Ask> {
        let findings = &self.findings;
        let Some(operations) = &findings.operations else {
            return Some(Ask::Operations);
        };
        if matches!(findings.offer, Answer::NotAsked) {
            return Some(Ask::Offer);
        }
        let decides = matches!(run.goal.aim, Aim::Release | Aim::Plan)
            && self.purpose == Purpose::Begin
            && (!operations.is_empty() || findings.at_sign_off());
        (matches!(findings.draft, Answer::NotAsked) && (decides || !findings.absent.is_empty()))
            .then_some(Ask::Draft)
    }

    /// Everything was seen: what to begin with.
    fn decide(mut self, run: &mut Run, at: Moment) -> Stage {
        let (goal, findings) = (&run.goal, &self.findings);
        let patient = self.pauses < begin::MOST_PAUSES;
        let begin = match &goal.aim {
            Aim::Cancel => return begin_cancel(run, findings),
            Aim::Status => return Inspect::begin(run, self.findings),
            Aim::Plan => {
                let begin = begin::decide_release(goal, findings, self.purpose, patient, at.date);
                return Stage::End(inspect::describe_plan(goal, &begin));
            }
            _ if self.purpose == Purpose::GoOn => {
                begin::decide_go_live(goal, findings, self.purpose, patient)
            }
            Aim::Release => begin::decide_release(goal, findings, self.purpose, patient, at.date),
            Aim::GoLive => begin::decide_go_live(goal, findings, self.purpose, patient),
            Aim::Resume(_) => begin::decide_resume(goal, findings),
        };
        match begin {
            Begin::Start(phase) => Start::post(phase, &self.findings, self.purpose, self.refused),
            Begin::Follow { phase, operation } => {
                run.note(
                    Level::Information,
                    format!("a {phase} operation is there already; following it"),
                );
                let follow = Follow::new(phase, operation, Identity::Guessed, None);
                follow.enter(run, Origin::Adopted)
            }
            Begin::Published(operation) => {
                run.note(
                    Level::Information,
                    "the preview is there already and the draft is not known to have changed \
                     since: not publishing again",
                );
                run.tell(What::Phase {
                    phase: Phase::Publish,
                    origin: Origin::Finished,
                    operation,
                });
                run.phase = Some(Phase::Publish);
                end_first_half(run, "the preview was there already")
            }
            Begin::Live { publish, go_live } => {
                for (phase, operation) in [(Phase::Publish, publish), (Phase::GoLive, go_live)] {
                    run.tell(What::Phase { phase, origin: Origin::Finished, operation });
                }
                run.phase = Some(Phase::GoLive);
                let message =
                    "the offer is live already and its draft did not change since: nothing to do";
                Stage::End(Verdict::done(run.phase, message))
            }
            Begin::AwaitForeign(phase, operation) => {
                run.note(
                    Level::Information,
                    format!("a {phase} operation is running already; waiting for its end"),
                );
                let follow = Follow::new(phase, operation, Identity::Named, None);
                Stage::Follow(follow.of(Whose::InTheWay))
            }
            Begin::CancelForeign(phase, operation) => {
                run.note(
                    Level::Warning,
                    format!("a {phase} operation is running already; canceling it"),
                );
                Stage::Cancel(Cancel::new(Why::InTheWay, operation))
            }
            Begin::LookAgain(why) => {
                if self.pauses == 0 {
                    run.note(Level::Information, format!("{why}: looking again until they agree"));
                }
                self.pauses += 1;
                self.pause = Some(why);
                Stage::Survey(self)
            }
            Begin::End(verdict) => Stage::End(verdict),
        }
    }
}

impl Answers for Survey {
    fn next_act(&self, run: &Run) -> Act {
        if self.pause.is_some() {
            return Act::Rest;
        }
        Act::Ask(self.missing(run).unwrap_or(Ask::Operations))
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        if self.pause.is_some() {
            return Stage::Survey(self.look_anew());
        }
        let since = *self.since.get_or_insert(at.elapsed);
        match seen {
            Seen::Operations(rows) => self.findings.operations = Some(rows),
            Seen::Offer(view) => {
                run.tell(What::Offer(view.clone()));
                self.findings.offer = Answer::Found(view);
            }
            Seen::Draft(draft) => self.findings.draft = Answer::Found(draft),
            Seen::Absent(problem) => {
                match self.missing(run) {
                    Some(Ask::Operations) => self.findings.operations = Some(Vec::new()),
                    Some(Ask::Offer) => self.findings.offer = Answer::Absent,
                    Some(Ask::Draft) => self.findings.draft = Answer::Absent,
                    Some(Ask::Operation(_)) | None => {}
                }
                self.findings.absent.push(problem);
            }
            Seen::Refused(problem) => return run.end_with(problem),
            // Not asked for here.
            Seen::Operation(_)
            | Seen::Accepted(_)
            | Seen::CancelAccepted
            | Seen::Lost(..)
            | Seen::InTheWay(_)
            | Seen::Rested => {}
        }
        if self.missing(run).is_some() {
            return Stage::Survey(self);
        }
        // What was seen first is too old to start anything on it.
        if at.elapsed.saturating_sub(since) > STALE && self.looks < MOST_LOOKS {
            self.looks += 1;
            return Stage::Survey(self.look_anew());
        }
        self.looks = 0;
        self.decide(run, at)
    }

    fn time_out(&self, run: &Run) -> Verdict {
        match self.pause {
            Some(why) => {
                let message = format!("when `timeout` was over, {why}");
                Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
            }
            None => run.end_unstarted_at_timeout(),
        }
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        // What it waits for says that something runs.
        match self.pause {
            Some(_) => run.leave_running(stop.signal),
            None => run.leave_unstarted(stop.signal),
        }
    }
}

/// The first half is done: the second one, if it is wanted.
pub(super) fn end_first_half(run: &Run, how: &str) -> Stage {
    if run.goal.go_live {
        return Stage::Survey(Survey::with(Purpose::GoOn));
    }
    let hint = if run.goal.vetoed {
        "look at the preview; the manifest says `go-live: false`, so the offer goes live only by \
         hand, in Partner Center"
    } else {
        "look at the preview, then run `command: go-live`"
    };
    Stage::End(Verdict::done(Some(Phase::Publish), format!("published: {how}")).hint(hint))
}

/// What runs is canceled because the command says so.
fn begin_cancel(run: &mut Run, findings: &Findings) -> Stage {
    if let Some(problem) = findings.unknown_offer() {
        return run.end_with(problem.clone());
    }
    match begin::find_busy(findings) {
        Some((phase, operation)) => {
            run.phase = Some(phase);
            run.tell(What::Phase { phase, origin: Origin::Found, operation: operation.clone() });
            Stage::Cancel(Cancel::new(Why::Asked, operation))
        }
        None => {
            Stage::End(Verdict::done(None, "nothing was running, so there was nothing to cancel"))
        }
    }
}
