//! The release of one offer as a pure state machine: [`Release::next`] says what to do, [`Release::saw`] takes what came of it.

use std::time::Duration;

use jiff::Timestamp;

use super::begin::{self, Before, Begin};
use super::cancel::{self, Canceling, Why};
use super::confirm::{Confirm, Found};
use super::event::{Origin, What};
use super::follow::{self, Following, Standing};
use super::goal::{Aim, Goal};
use super::survey::{Answer, Survey};
use super::verdict::{Ending, Verdict};
use crate::portal::{Accepted, Draft, Level, Looked, OfferView, OperationAddress, Phase, Submission};
use crate::problem::{Code, Problem};

/// What was seen so long ago, in a survey that an unreachable portal drew out, is looked at anew before anything is started on it;
/// so often at most, for a portal that is always that slow.
const STALE: Duration = Duration::from_secs(30);
const MOST_LOOKS: u32 = 5;

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
    Operation(OperationAddress),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Look at something.
    Ask(Ask),
    /// POST publish or go-live, once.
    Start(Phase),
    /// POST cancel, once.
    Cancel,
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
    /// A POST has no answer that says whether it was carried out, or one that says "later", after this time.
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
    /// Waiting for a list or a status that is late.
    Pause,
    /// Looking once at an operation (`status`).
    Inspect(Survey, Phase, OperationAddress),
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
    /// The signal by which the job was told to stop, which is the end that the process tells, whatever else comes of it.
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
            Stage::Confirm(confirm, _, None) => Act::Ask(if confirm.list.is_none() { Ask::Operations } else { Ask::Offer }),
            Stage::Follow { following, .. } => match (following.turn, &following.operation) {
                (follow::Turn::Operation, Some(operation)) => Act::Ask(Ask::Operation(operation.clone())),
                (follow::Turn::Operation, None) | (follow::Turn::List, _) => Act::Ask(Ask::Operations),
                (follow::Turn::Offer, _) => Act::Ask(Ask::Offer),
                (follow::Turn::Rest, _) => Act::Rest,
            },
            Stage::Pause => Act::Rest,
            Stage::Inspect(_, _, operation) => Act::Ask(Ask::Operation(operation.clone())),
            Stage::Cancel(canceling) => match canceling.turn {
                cancel::Turn::Request => Act::Cancel,
                cancel::Turn::List => Act::Ask(Ask::Operations),
                cancel::Turn::Rest => Act::Settle(cancel::REST),
            },
            Stage::End(verdict) => Act::End(verdict.clone()),
        }
    }

    /// Takes what came of [`Release::next`]; `elapsed` never goes back, `today` is the date. Returns what is to be told.
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
                Stage::Confirm(confirm, survey, wait) => self.confirmed(*confirm, survey, wait, seen),
                Stage::Follow { following, foreign } => self.followed(following, foreign, seen, elapsed),
                Stage::Pause => Stage::Survey(Survey::default()),
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

    // ---- before anything is started

    /// What is still to be asked.
    fn missing(&self, survey: &Survey) -> Option<Ask> {
        let Some(operations) = &survey.operations else {
            return Some(Ask::Operations);
        };
        if matches!(survey.offer, Answer::NotAsked) {
            return Some(Ask::Offer);
        }
        let decides = matches!(self.goal.aim, Aim::Release | Aim::Plan)
            && !self.before.published
            && !self.before.foreign
            && (!operations.is_empty() || survey.at_sign_off());
        (matches!(survey.draft, Answer::NotAsked) && (decides || !survey.absent.is_empty())).then_some(Ask::Draft)
    }

    fn surveyed(&mut self, mut survey: Survey, seen: Seen, elapsed: Duration, today: Timestamp) -> Stage {
        let since = *survey.since.get_or_insert(elapsed);
        match (seen, self.missing(&survey)) {
            (Seen::Operations(rows), _) => survey.operations = Some(rows),
            (Seen::Offer(view), _) => {
                self.tell.push(What::Offer(view.clone()));
                survey.offer = Answer::Found(view);
            }
            (Seen::Draft(draft), _) => survey.draft = Answer::Found(draft),
            (Seen::Absent(problem), Some(asked)) => {
                match asked {
                    Ask::Operations => survey.operations = Some(Vec::new()),
                    Ask::Offer => survey.offer = Answer::Absent,
                    _ => survey.draft = Answer::Absent,
                }
                survey.absent.push(problem);
            }
            (Seen::Refused(problem), _) => return self.ended(problem),
            _ => {}
        }
        if self.missing(&survey).is_some() {
            return Stage::Survey(survey);
        }
        // What was seen first is too old to start anything on it.
        if elapsed.saturating_sub(since) > STALE && self.before.looks < MOST_LOOKS {
            self.before.looks += 1;
            return Stage::Survey(Survey::default());
        }
        self.before.looks = 0;
        self.begin(survey, today)
    }

    fn begin(&mut self, survey: Survey, today: Timestamp) -> Stage {
        let goal = &self.goal;
        let begin = match &goal.aim {
            Aim::Cancel => return self.begin_cancel(&survey),
            Aim::Status => return self.begin_status(survey),
            Aim::Plan => return Stage::End(plan(goal, &begin::release(goal, &survey, self.before, today))),
            _ if self.before.published => begin::go_live(goal, &survey, self.before),
            Aim::Release => begin::release(goal, &survey, self.before, today),
            Aim::GoLive => begin::go_live(goal, &survey, self.before),
            Aim::Resume(_) => begin::resume(goal, &survey),
        };
        match begin {
            Begin::Start(phase) => Stage::Start(phase, survey, None),
            Begin::Follow { phase, operation } => {
                self.note(Level::Information, format!("a {phase} operation is there already; following it"));
                let mut following = Following::new(phase, operation, None);
                following.guessed = true;
                self.follow(following, Origin::Adopted)
            }
            Begin::Published(operation) => {
                self.note(
                    Level::Information,
                    "the preview is there already and the draft is not known to have changed since: not publishing again",
                );
                self.tell.push(What::Phase { phase: Phase::Publish, origin: Origin::Finished, operation });
                self.phase = Some(Phase::Publish);
                self.published("the preview was there already")
            }
            Begin::Live { publish, go_live } => {
                self.tell.push(What::Phase { phase: Phase::Publish, origin: Origin::Finished, operation: publish });
                self.tell.push(What::Phase { phase: Phase::GoLive, origin: Origin::Finished, operation: go_live });
                self.phase = Some(Phase::GoLive);
                let message = "the offer is live already and its draft did not change since: nothing to do";
                Stage::End(Verdict::done(self.phase, message))
            }
            Begin::AwaitForeign(phase, operation) => {
                self.note(Level::Information, format!("a {phase} operation is running already; waiting for its end"));
                Stage::Follow { following: Following::new(phase, operation, None), foreign: true }
            }
            Begin::CancelForeign(phase, operation) => {
                self.note(Level::Warning, format!("a {phase} operation is running already; canceling it"));
                Stage::Cancel(Canceling::new(Why::InTheWay, operation))
            }
            Begin::LookAgain => {
                self.note(Level::Information, "the offer says that it is running, but no operation is: looking again");
                Stage::Pause
            }
            Begin::End(verdict) => Stage::End(verdict),
        }
    }

    fn begin_status(&mut self, survey: Survey) -> Stage {
        if let Some(problem) = survey.unknown_offer() {
            return self.ended(problem.clone());
        }
        let newest = survey.newest_first().first().map(|row| (row.phase.unwrap_or(Phase::Publish), row.operation.clone()));
        match begin::busy(&survey).or(newest) {
            Some((phase, Some(operation))) => {
                self.phase = Some(phase);
                self.tell.push(What::Phase { phase, origin: Origin::Found, operation: Some(operation.clone()) });
                Stage::Inspect(survey, phase, operation)
            }
            _ => Stage::End(status(&survey, None, None)),
        }
    }

    fn inspected(&mut self, survey: &Survey, phase: Phase, seen: Seen) -> Stage {
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

    // ---- starting

    fn posted(&mut self, phase: Phase, survey: Survey, earlier: Option<Confirm>, seen: Seen) -> Stage {
        self.phase = Some(phase);
        match seen {
            Seen::Accepted(accepted) => self.started(phase, accepted, &survey, false),
            Seen::Lost(problem, retry_after) => {
                self.note(Level::Warning, format!("{problem}; looking whether it was started before anything is repeated"));
                let confirm = match earlier {
                    Some(mut confirm) => {
                        confirm.lost_again(problem);
                        confirm
                    }
                    None => Confirm::new(phase, &survey, problem),
                };
                let wait = confirm.wait(retry_after);
                Stage::Confirm(Box::new(confirm), survey, Some(wait))
            }
            // What is in the way may be what an earlier POST with a lost answer started; not every portal says 409 then.
            Seen::InTheWay(problem) if let Some(mut confirm) = earlier => {
                confirm.lost_again(problem);
                Stage::Confirm(Box::new(confirm), survey, None)
            }
            Seen::Refused(problem) if let Some(mut confirm) = earlier => {
                confirm.lost_again(problem);
                confirm.refused = true;
                Stage::Confirm(Box::new(confirm), survey, None)
            }
            // Somebody started something between our look and our POST: look again, and do as `when-running` says.
            Seen::InTheWay(problem) if !self.before.refused => {
                self.before.refused = true;
                self.note(Level::Warning, format!("{problem}; looking what runs"));
                Stage::Survey(Survey::default())
            }
            Seen::InTheWay(problem) | Seen::Refused(problem) | Seen::Absent(problem) => self.ended(problem),
            _ => Stage::Start(phase, survey, earlier),
        }
    }

    fn started(&mut self, phase: Phase, accepted: Accepted, survey: &Survey, found: bool) -> Stage {
        if let Some(remark) = accepted.remark {
            self.note(
                Level::Warning,
                format!("the {phase} was accepted, but {remark}; looking for it in the list of operations"),
            );
        }
        let mut following = Following::new(phase, accepted.operation, Some(survey.ids()));
        following.found = found;
        self.follow(following, Origin::Started)
    }

    fn confirmed(&mut self, mut confirm: Confirm, survey: Survey, wait: Option<Duration>, seen: Seen) -> Stage {
        let offer = match seen {
            Seen::Rested => return Stage::Confirm(Box::new(confirm), survey, None),
            Seen::Operations(rows) => {
                confirm.list = Some(rows);
                return Stage::Confirm(Box::new(confirm), survey, None);
            }
            Seen::Absent(_) if confirm.list.is_none() => {
                confirm.list = Some(Vec::new());
                return Stage::Confirm(Box::new(confirm), survey, None);
            }
            Seen::Offer(view) => Some(view),
            Seen::Absent(_) => None,
            Seen::Refused(problem) => return Stage::End(self.start_unknown(confirm.phase, &problem)),
            _ => return Stage::Confirm(Box::new(confirm), survey, wait),
        };
        let phase = confirm.phase;
        let found = confirm.seen(offer.as_ref());
        if let Some(signal) = self.signal {
            return match found {
                Found::Nothing(wait) => Stage::Confirm(Box::new(confirm), survey, Some(wait)),
                Found::Started(Some(operation)) => {
                    self.tell.push(What::Phase { phase, origin: Origin::Started, operation: Some(operation.clone()) });
                    self.cancel(signal, Some(operation))
                }
                _ => self.left_unknown(phase, signal),
            };
        }
        match found {
            Found::Started(operation) => {
                self.note(Level::Information, format!("the {phase} was started; following it"));
                self.started(phase, Accepted { operation, remark: None }, &survey, true)
            }
            Found::Nothing(wait) => Stage::Confirm(Box::new(confirm), survey, Some(wait)),
            Found::Again if confirm.refused => self.ended(confirm.last),
            Found::Again => {
                self.note(Level::Warning, format!("no {phase} was started; asking for it again"));
                Stage::Start(phase, survey, Some(confirm))
            }
            Found::GiveUp => {
                let message = format!("no {phase} was started, after several requests; the last: {}", confirm.last);
                self.ended(Problem::new(Code::Unavailable, message).hint("run the same command again later"))
            }
        }
    }

    // ---- following

    fn follow(&mut self, following: Following, origin: Origin) -> Stage {
        let (phase, operation) = (following.phase, following.operation.clone());
        self.phase = Some(phase);
        self.tell.push(What::Phase { phase, origin, operation });
        if self.goal.wait {
            return Stage::Follow { following, foreign: false };
        }
        let message = format!("the {phase} is running; it was asked not to wait for its end");
        Stage::End(Verdict::pending(Ending::Left, self.phase, message).hint("follow it with `command: resume`"))
    }

    fn followed(&mut self, mut following: Following, foreign: bool, seen: Seen, elapsed: Duration) -> Stage {
        let before = (following.phase, following.operation.is_some());
        let standing = match seen {
            Seen::Operation(looked) => {
                let standing = following.operation_seen(&looked.view);
                self.phase = Some(following.phase);
                self.tell.push(What::Operation(following.phase, looked.view));
                standing
            }
            Seen::Offer(view) => {
                let standing = following.offer_seen(&view, elapsed);
                self.tell.push(What::Offer(view));
                standing
            }
            Seen::Operations(rows) => {
                let survey = Survey { operations: Some(rows), ..Survey::default() };
                following.list_seen(&survey.newest_first())
            }
            Seen::Absent(_) => following.absent(elapsed),
            Seen::Refused(problem) => return self.ended(problem),
            Seen::Rested => {
                following.turn = follow::Turn::Operation;
                Standing::GoesOn
            }
            _ => Standing::GoesOn,
        };
        if before != (following.phase, following.operation.is_some()) && !foreign {
            let (phase, operation) = (following.phase, following.operation.clone());
            self.tell.push(What::Phase { phase, origin: Origin::Adopted, operation });
        }
        match standing {
            Standing::GoesOn => Stage::Follow { following, foreign },
            _ if foreign => {
                self.note(Level::Information, "the operation that was in the way has ended");
                self.before.foreign = true;
                Stage::Survey(Survey::default())
            }
            Standing::Done if following.phase == Phase::Publish => self.published("the preview is ready"),
            Standing::Done => Stage::End(Verdict::done(self.phase, "the offer is live")),
            Standing::Ended(problem) => self.ended(problem),
        }
    }

    /// The first half is done.
    fn published(&mut self, how: &str) -> Stage {
        if self.goal.go_live {
            self.before.published = true;
            return Stage::Survey(Survey::default());
        }
        Stage::End(
            Verdict::done(Some(Phase::Publish), format!("published: {how}"))
                .hint("look at the preview, then run `command: go-live`"),
        )
    }

    // ---- canceling

    fn begin_cancel(&mut self, survey: &Survey) -> Stage {
        if let Some(problem) = survey.unknown_offer() {
            return self.ended(problem.clone());
        }
        match begin::busy(survey) {
            Some((phase, operation)) => {
                self.phase = Some(phase);
                self.tell.push(What::Phase { phase, origin: Origin::Found, operation: operation.clone() });
                Stage::Cancel(Canceling::new(Why::Asked, operation))
            }
            None => Stage::End(Verdict::done(None, "nothing was running, so there was nothing to cancel")),
        }
    }

    fn canceled(&mut self, mut canceling: Canceling, seen: Seen) -> Stage {
        match seen {
            Seen::CancelAccepted | Seen::Accepted(_) | Seen::Lost(..) => canceling.requested(None),
            Seen::InTheWay(problem) | Seen::Absent(problem) | Seen::Refused(problem)
                if canceling.turn == cancel::Turn::Request =>
            {
                canceling.requested(Some(problem));
            }
            Seen::Refused(problem) => return self.not_canceled(canceling.why, problem),
            Seen::Rested => canceling.turn = cancel::Turn::List,
            Seen::Operations(rows) => {
                let survey = Survey { operations: Some(rows), ..Survey::default() };
                return match canceling.list_seen(&survey.newest_first()) {
                    cancel::Standing::GoesOn => Stage::Cancel(canceling),
                    cancel::Standing::Canceled => self.after_cancel(canceling.why, None),
                    cancel::Standing::EndedOtherwise(word) => self.after_cancel(canceling.why, Some(&word)),
                    cancel::Standing::Failed(problem) => self.not_canceled(canceling.why, problem),
                };
            }
            _ => canceling.turn = cancel::Turn::Rest,
        }
        Stage::Cancel(canceling)
    }

    /// For a job that was told to stop this is no failure of the release: it goes on without us.
    fn not_canceled(&self, why: Why, problem: Problem) -> Stage {
        let Why::Signal(signal) = why else {
            return self.ended(problem);
        };
        let message = format!("the job was canceled, and the operation was not: {}", problem.message);
        Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
    }

    fn after_cancel(&mut self, why: Why, ended_as: Option<&str>) -> Stage {
        match (why, ended_as) {
            (Why::InTheWay, _) => {
                self.before.foreign = true;
                Stage::Survey(Survey::default())
            }
            (Why::Asked, None) => Stage::End(Verdict::done(self.phase, "the operation is canceled")),
            (Why::Asked, Some(word)) => {
                let message = format!("the operation ended as `{word}` before the cancel took effect");
                self.ended(
                    Problem::new(Code::CancelRefused, message)
                        .hint("look at the offer in Partner Center: what it was to stop may be done"),
                )
            }
            (Why::Signal(signal), ended_as) => {
                let message = match ended_as {
                    None => "the job was canceled, and the operation with it".to_owned(),
                    Some(word) => format!("the job was canceled; the operation had ended as `{word}`"),
                };
                Stage::End(Verdict {
                    outcome: super::Outcome::Cancelled,
                    ending: Ending::Interrupted(signal),
                    phase: self.phase,
                    message,
                    hint: None,
                })
            }
        }
    }

    fn cancel(&mut self, signal: u8, operation: Option<OperationAddress>) -> Stage {
        self.note(Level::Warning, "the job was canceled; canceling the operation too");
        Stage::Cancel(Canceling::new(Why::Signal(signal), operation))
    }

    // ---- ends that come from outside

    /// The job was told to stop while nobody could say whether its POST arrived.
    fn left_unknown(&self, phase: Phase, signal: u8) -> Stage {
        let message = format!("the job was canceled before the portal said whether the {phase} was started");
        Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
    }

    fn timed_out(&self, stage: &Stage, trouble: Option<Problem>) -> Verdict {
        if let Some(trouble) = trouble {
            return self.unreachable(stage, trouble);
        }
        let message = match stage {
            Stage::Survey(_) | Stage::Start(_, _, None) if self.phase.is_none() => {
                let message = "`timeout` was over before anything was started";
                return Verdict::pending(Ending::TimedOut, None, message).hint(NOTHING_STARTED);
            }
            Stage::Confirm(confirm, ..) => return self.start_unknown(confirm.phase, &confirm.last),
            Stage::Cancel(_) => "the operation was not canceled yet when `timeout` was over".to_owned(),
            Stage::Pause => "the offer said that it was running, and no operation was, when `timeout` was over".to_owned(),
            Stage::Follow { foreign: true, .. } => {
                "the operation in the way was still running when `timeout` was over".to_owned()
            }
            _ => format!("the {} was still running when `timeout` was over", self.phase.unwrap_or(Phase::Publish)),
        };
        Verdict::pending(Ending::TimedOut, self.phase, message).hint(RESUME)
    }

    fn unreachable(&self, stage: &Stage, problem: Problem) -> Verdict {
        if let Stage::Confirm(confirm, ..) = stage {
            return self.start_unknown(confirm.phase, &problem);
        }
        let hint = if self.phase.is_some() { RESUME } else { NOTHING_STARTED };
        Verdict::problem(self.phase, Problem { hint: Some(problem.hint.unwrap_or_else(|| hint.to_owned())), ..problem })
    }

    fn start_unknown(&self, phase: Phase, problem: &Problem) -> Verdict {
        let message = format!("it could not be found out whether the {phase} was started: {problem}");
        let hint = "run the same command again: it looks first, and follows what was started";
        Verdict::problem(self.phase, Problem::new(Code::StartUnknown, message).hint(hint))
    }

    fn interrupted(&mut self, stage: Stage, signal: u8, cancel: bool) -> Stage {
        let first = self.signal.replace(signal).is_none();
        match stage {
            Stage::Follow { following, foreign: false } if cancel => self.cancel(signal, following.operation),
            // There is something to cancel only if the POST arrived.
            Stage::Confirm(confirm, survey, _) if cancel && first => Stage::Confirm(confirm, survey, None),
            Stage::Confirm(confirm, ..) => self.left_unknown(confirm.phase, signal),
            Stage::Survey(_) | Stage::Start(_, _, None) if self.phase.is_none() => {
                let message = "the job was canceled before anything was started";
                Stage::End(Verdict::pending(Ending::Interrupted(signal), None, message))
            }
            Stage::Cancel(_) if cancel => {
                let message =
                    "the job was canceled; the portal was asked to cancel the operation, and has not said yet that it did";
                Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
            }
            _ => {
                let message = "the job was canceled; what runs at the portal goes on";
                Stage::End(Verdict::pending(Ending::Interrupted(signal), self.phase, message).hint(RESUME))
            }
        }
    }
}

const NOTHING_STARTED: &str = "nothing was started; run the same command again later";

const RESUME: &str = "follow it with `command: resume`, or run the same command again: it follows what runs";

const CORRECT: &str = "correct in Partner Center what the messages name, then run `command: release`";

const RELEASE_AGAIN: &str = "run `command: release` if that was not meant";

/// What `status` says.
fn status(survey: &Survey, phase: Option<Phase>, view: Option<&crate::portal::OperationView>) -> Verdict {
    use crate::portal::State;
    let offer = survey.offer().map_or_else(|| "no status".to_owned(), |offer| offer.status.to_string());
    let (state, message) = match (phase, view) {
        (Some(phase), Some(view)) => {
            (view.status.state(), format!("the offer says `{offer}`, its last operation ({phase}) says `{}`", view.status))
        }
        _ => (survey.offer_state(), format!("the offer says `{offer}`")),
    };
    if survey.at_sign_off() {
        return Verdict::done(phase, format!("{message}; the preview waits for the publisher"));
    }
    match state {
        State::Failed => Verdict::problem(phase, Problem::new(Code::OperationFailed, message).hint(CORRECT)),
        State::Canceled => Verdict::problem(phase, Problem::new(Code::OperationCanceled, message).hint(RELEASE_AGAIN)),
        State::Succeeded | State::NeverPublished => Verdict::done(phase, message),
        _ => Verdict::pending(Ending::Left, phase, message),
    }
}

/// What `plan` says.
fn plan(goal: &Goal, begin: &Begin) -> Verdict {
    let then = if goal.go_live { ", then go live" } else { "" };
    let message = match begin {
        Begin::Start(Phase::Publish) if goal.notify.is_empty() => format!("would publish{then}"),
        Begin::Start(Phase::Publish) => {
            let told: Vec<&str> = goal.notify.iter().map(crate::ids::Email::as_str).collect();
            format!("would publish, notifying {}{then}", told.join(", "))
        }
        Begin::Start(Phase::GoLive) => "would go live".to_owned(),
        Begin::Follow { phase, .. } => format!("would follow the {phase} that runs already{then}"),
        Begin::Published(_) if goal.go_live => "would go live with the preview that is there already".to_owned(),
        Begin::Published(_) => {
            "would do nothing: the preview is there already, and the draft is not known to have changed".to_owned()
        }
        Begin::Live { .. } => "would do nothing: the offer is live already, and its draft did not change since".to_owned(),
        Begin::AwaitForeign(phase, _) => format!("would wait for the end of the {phase} that runs, then publish{then}"),
        Begin::CancelForeign(phase, _) => format!("would cancel the {phase} that runs, then publish{then}"),
        Begin::LookAgain => "would wait: the offer says that it is running, but no operation is".to_owned(),
        Begin::End(verdict) => return verdict.clone(),
    };
    Verdict::done(None, message)
}
