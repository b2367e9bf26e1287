//! The stage before anything is started: what is to be asked, and what to begin with.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::begin::{self, Begin, Busy, Known, Patience, Purpose};
use super::binding::Binding;
use super::cancel::{Cancel, Why};
use super::event::{Origin, What};
use super::findings::{Answer, Findings};
use super::follow::{Follow, Next};
use super::goal::{Aim, ManifestOf};
use super::inspect::{self, Inspect};
use super::ledger::Operations;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::start::Start;
use super::verdict::{Ending, Verdict};
use super::verify::Verify;
use crate::choices::ForeignChanges;
use crate::portal::{Feature, Level, Operation, Phase, Slot, Submission};
use crate::problem::{Code, Problem};

/// What was seen so long ago, in a survey that an unreachable portal drew out, is looked at anew
/// before anything is started on it; so often at most, for a portal that is always that slow.
pub(super) const STALE: Duration = Duration::from_secs(30);
pub(super) const MOST_LOOKS: u32 = 5;

/// So often, and for so long, it is waited for a portal whose list and status disagree.
const MOST_PAUSES: u32 = 12;
const LIST_PATIENCE: Duration = Duration::from_secs(150);

/// So long it is waited for a slot that is late.
const SLOT_PATIENCE: Duration = Duration::from_mins(10);

/// So often an answer that cannot be read is asked for again.
const MOST_UNREADABLE: u32 = 2;

/// Between a refused POST and the next look at what may be in its way, which doubles.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// So long a POST that something is in the way of is tried again while nothing is seen to run.
const LONGEST_CONFLICT: Duration = Duration::from_mins(1);

/// A POST that was refused, which another job's operation may be the reason of.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub problem: Problem,
    /// The portal said that something is in the way.
    pub by_conflict: bool,
    /// When the first one was.
    pub since: Duration,
    /// How many there were.
    pub count: u32,
}

impl Refusal {
    /// One more of them, because something was in the way.
    pub fn by_conflict(problem: Problem, before: Option<Self>, now: Duration) -> Self {
        let (since, count) = before.map_or((now, 0), |before| (before.since, before.count));
        Self { problem, by_conflict: true, since, count: count + 1 }
    }
}

/// Why a survey waits before it looks again.
#[derive(Debug, Clone, Copy)]
enum Pause {
    /// What was found disagrees.
    Late(&'static str),
    /// A POST was refused.
    Refused,
}

/// A look at all that decides what to begin with.
#[derive(Debug, Clone)]
pub(super) struct Survey {
    pub(super) purpose: Purpose,
    findings: Box<Findings>,
    /// When the first of it was seen.
    since: Option<Duration>,
    /// The date of the last sight.
    today: Option<Timestamp>,
    /// How often it was made anew because it took too long.
    looks: u32,
    /// How often it was waited for what is late, and since when.
    pauses: u32,
    paused_since: Option<Duration>,
    pause: Option<Pause>,
    /// How often an answer could not be read.
    unreadable: u32,
    refusal: Option<Refusal>,
}

impl Survey {
    /// The first look of a run.
    pub fn begin() -> Self {
        Self::with(Purpose::Begin)
    }

    /// The first look after the draft was written: what is out by now cannot have its content.
    pub fn after_draft() -> Self {
        Self::with(Purpose::BeginAfterOutdated)
    }

    /// A look with this purpose.
    pub fn with(purpose: Purpose) -> Self {
        Self {
            purpose,
            findings: Box::default(),
            since: None,
            today: None,
            looks: 0,
            pauses: 0,
            paused_since: None,
            pause: None,
            unreadable: 0,
            refusal: None,
        }
    }

    /// A look, after some seconds, whether something else was in the way of a refused POST.
    pub fn after_refusal(purpose: Purpose, refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), pause: Some(Pause::Refused), ..Self::with(purpose) }
    }

    /// Whether it waits for something that is late.
    pub fn is_waiting(&self) -> bool {
        matches!(self.pause, Some(Pause::Late(_)))
    }

    fn look_anew(self) -> Self {
        Self { findings: Box::default(), since: None, pause: None, ..self }
    }

    /// What is still to be asked.
    fn missing(&self, run: &Run) -> Option<Ask> {
        let findings = &self.findings;
        let Some(operations) = &findings.operations else {
            return Some(Ask::Operations);
        };
        if findings.offer.is_open() {
            return Some(Ask::Offer);
        }
        let goes_on = matches!(self.purpose, Purpose::GoOn(_));
        let publishes = matches!(run.goal.aim, Aim::Release | Aim::Plan) && !goes_on;
        // What a resume that nothing binds goes on with must not be older than the draft.
        let loose = run.goal.aim == Aim::Resume(None)
            && run.goal.preview.is_none()
            && run.goal.earlier.record().is_none()
            && run.capabilities.has(Feature::Times);
        if findings.draft.is_open()
            && (publishes || loose && !goes_on || !findings.absent.is_empty())
        {
            return Some(Ask::Draft);
        }
        let begins =
            matches!(run.goal.aim, Aim::Release | Aim::Plan | Aim::GoLive | Aim::Resume(_));
        let history = !operations.is_empty() || findings.at_sign_off();
        let runs = self.today.is_some_and(|today| begin::find_busy(findings, today).is_some());
        if !(begins && history && run.shows_slots()) || runs && !goes_on {
            return None;
        }
        match (&findings.preview, &findings.production) {
            (Answer::NotAsked, _) => Some(Ask::Slot(Slot::Preview)),
            (_, Answer::NotAsked) => Some(Ask::Slot(Slot::Production)),
            _ => None,
        }
    }

    /// Takes what was asked for; `false` if it was refused.
    fn note_seen(&mut self, seen: Seen, asked: Option<Ask>, run: &mut Run) -> Result<(), Problem> {
        let findings = &mut self.findings;
        match (seen, asked) {
            (Seen::Operations(rows), _) => findings.operations = Some(run.correct(rows)),
            (Seen::Offer(view), _) => {
                run.tell(What::Offer(view.clone()));
                findings.offer = Answer::Found(view);
            }
            (Seen::Document(draft), Some(Ask::Draft)) => {
                if run.document.is_none() {
                    run.document = Some(draft.body.clone());
                }
                findings.draft = Answer::Found(draft);
            }
            (Seen::Document(slot), Some(Ask::Slot(Slot::Preview))) => {
                findings.preview = Answer::Found(slot);
            }
            (Seen::Document(slot), Some(Ask::Slot(Slot::Production))) => {
                findings.production = Answer::Found(slot);
            }
            // A portal that does not show its slots is one without.
            (Seen::Absent(_) | Seen::Refused(_), Some(Ask::Slot(Slot::Preview))) => {
                findings.preview = Answer::Absent;
            }
            (Seen::Absent(_) | Seen::Refused(_), Some(Ask::Slot(Slot::Production))) => {
                findings.production = Answer::Absent;
            }
            (Seen::Absent(problem), asked) => {
                match asked {
                    Some(Ask::Operations) => findings.operations = Some(Vec::new()),
                    Some(Ask::Offer) => findings.offer = Answer::Absent,
                    Some(Ask::Draft) => findings.draft = Answer::Absent,
                    Some(Ask::Operation(_) | Ask::Slot(_)) | None => {}
                }
                findings.absent.push(problem);
            }
            (Seen::Refused(problem), _) => return Err(problem),
            // Not asked for here.
            (
                Seen::Document(_)
                | Seen::Operation(_)
                | Seen::Accepted(_)
                | Seen::CancelAccepted
                | Seen::Lost(..)
                | Seen::InTheWay(_)
                | Seen::Rested,
                _,
            ) => {}
        }
        Ok(())
    }

    /// Everything was seen: what to begin with.
    fn decide(mut self, run: &mut Run, at: Moment) -> Stage {
        let waited =
            self.paused_since.map_or(Duration::ZERO, |since| at.elapsed.saturating_sub(since));
        let patience = match self.pauses {
            _ if waited >= SLOT_PATIENCE => Patience::Over,
            0..MOST_PAUSES => Patience::ForAll,
            _ if waited < LIST_PATIENCE => Patience::ForAll,
            _ => Patience::ForSlots,
        };
        let known = Known {
            goal: &run.goal,
            purpose: &self.purpose,
            wanted: run.document.as_ref(),
            patience,
            waited,
            preview_is_other: self.is_preview_other(run),
            today: at.date,
        };
        let begin = match (&run.goal.aim, &self.purpose) {
            (Aim::Cancel(_), _) => return begin_cancel(run, &self.findings, at.date),
            (Aim::Status, _) => return Inspect::begin(run, *self.findings, at.date),
            (Aim::Plan, _) => {
                let begin = begin::decide_release(known, &self.findings);
                return Stage::End(inspect::describe_plan(&run.goal, &begin));
            }
            (Aim::Release | Aim::Resume(_), Purpose::GoOn(_)) | (Aim::GoLive, _) => {
                begin::decide_go_live(known, &self.findings)
            }
            (Aim::Release, _) => begin::decide_release(known, &self.findings),
            (Aim::Resume(_), _) => begin::decide_resume(known, &self.findings),
        };
        match begin {
            Begin::Publish => self.publish(run, at),
            Begin::GoLive(binding) => self.go_live(run, binding, at),
            Begin::Adopt(adopted) => {
                let operation = adopted.binding.publish.clone();
                note_following(run, Phase::Publish);
                let others = self.findings.others(operation.as_ref());
                Follow::adopt(Phase::Publish, operation, others, Next::Judge(adopted)).enter(run)
            }
            Begin::Follow { phase, operation, binding } => {
                note_following(run, phase);
                if run.goal.go_live && phase == Phase::Publish {
                    warn_of_loose(run, &binding);
                }
                let others = self.findings.others(operation.as_ref());
                Follow::adopt(phase, operation, others, Next::GoOn(binding)).enter(run)
            }
            Begin::Published(binding) => self.end_published(run, binding),
            Begin::Live { publish, go_live } => end_live(run, publish, go_live),
            Begin::Await(phase, operation, purpose) => {
                run.note(
                    Level::Information,
                    format!("a {phase} operation is running already; waiting for its end"),
                );
                let others = self.findings.others(operation.as_ref());
                Stage::Follow(Follow::adopt(phase, operation, others, Next::LookAgain(purpose)))
            }
            Begin::CancelForeign(phase, row, purpose) => {
                run.note(
                    Level::Warning,
                    format!("a {phase} operation is running already; canceling it"),
                );
                Stage::Cancel(Cancel::of_row(Why::InTheWay(purpose), &row))
            }
            Begin::LookAgain(why) => {
                if self.pauses == 0 {
                    run.note(Level::Information, format!("{why}: looking again until they agree"));
                }
                self.pauses += 1;
                self.paused_since.get_or_insert(at.elapsed);
                self.pause = Some(Pause::Late(why));
                Stage::Survey(self)
            }
            Begin::End(verdict) => Stage::End(verdict),
        }
    }

    /// Whether the preview is shown, and holds something else than what this run knows to have
    /// published.
    fn is_preview_other(&self, run: &Run) -> bool {
        let shown = self.findings.preview.found();
        let sure = run.goal.manifest == ManifestOf::Release || run.document.is_some();
        sure && run.knows_content()
            && shown.is_some_and(|slot| !run.find_unlike(&slot.body).is_empty())
    }

    fn publish(self, run: &mut Run, at: Moment) -> Stage {
        if let Some(problem) = self.judge_refusal(at) {
            return run.end_with(problem);
        }
        if let Some(draft) = self.findings.draft.found() {
            if let Some(problem) = note_foreign(run, &draft.body) {
                return run.end_with(problem);
            }
            run.document = Some(draft.body.clone());
        }
        Start::publish(&self.findings, self.purpose, self.refusal)
    }

    fn go_live(self, run: &mut Run, binding: Binding, at: Moment) -> Stage {
        if let Some(problem) = self.judge_refusal(at) {
            return run.end_with(problem);
        }
        warn_of_loose(run, &binding);
        if let Some(name) = binding.name() {
            run.tell(What::Preview(name.to_owned()));
        }
        // What is to be live then, where this run did not read the draft.
        if run.document.is_none() {
            run.document = self.findings.preview.found().map(|preview| preview.body.clone());
        }
        Start::go_live(&self.findings, self.purpose, binding, self.refusal)
    }

    /// Why a POST that was refused is not sent again.
    fn judge_refusal(&self, at: Moment) -> Option<Problem> {
        let refusal = self.refusal.as_ref()?;
        let over = at.elapsed.saturating_sub(refusal.since) >= LONGEST_CONFLICT;
        (over || !refusal.by_conflict).then(|| refusal.problem.clone())
    }

    /// The preview is there already.
    fn end_published(self, run: &mut Run, binding: Binding) -> Stage {
        if let Purpose::BeginAfterAdopting(adopted) = self.purpose {
            return Verify::after_publish(run, "the preview is ready", adopted.binding);
        }
        run.note(
            Level::Information,
            "the preview is there already and the draft is not known to have changed since: not \
             publishing again",
        );
        run.tell(What::Phase {
            phase: Phase::Publish,
            origin: Origin::Finished,
            operation: binding.publish.clone(),
        });
        run.phase = Some(Phase::Publish);
        Verify::after_publish(run, "the preview was there already", binding)
    }
}

impl Answers for Survey {
    fn next_act(&self, run: &Run) -> Act {
        match self.pause {
            Some(Pause::Late(_)) => Act::Rest,
            Some(Pause::Refused) => {
                let count = self.refusal.as_ref().map_or(1, |refusal| refusal.count);
                Act::Settle(AFTER_REFUSAL * 2_u32.pow(count.clamp(1, 3) - 1))
            }
            None => Act::Ask(self.missing(run).unwrap_or(Ask::Operations)),
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        if self.pause.is_some() {
            return Stage::Survey(self.look_anew());
        }
        let since = *self.since.get_or_insert(at.elapsed);
        let asked = self.missing(run);
        self.today = Some(at.date);
        if let Err(problem) = self.note_seen(seen, asked, run) {
            // An answer that cannot be read may be a gateway's: it is believed when it comes again.
            if problem.code == Code::AnswerUnreadable && self.unreadable < MOST_UNREADABLE {
                self.unreadable += 1;
                return Stage::Survey(self);
            }
            return run.end_with(problem);
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
            Some(Pause::Late(why)) => {
                let message = format!("when `timeout` was over, {why}");
                Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
            }
            Some(Pause::Refused) | None => run.end_unstarted_at_timeout(),
        }
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        match self.pause {
            // What it waits for says that something runs.
            Some(Pause::Late(_)) => run.leave_running(stop.signal),
            Some(Pause::Refused) | None => run.leave_unstarted(stop.signal),
        }
    }
}

fn note_following(run: &mut Run, phase: Phase) {
    run.note(Level::Information, format!("a {phase} operation is there already; following it"));
}

/// What somebody changed since the draft was looked at: a problem, or a word of warning, as the
/// input says.
fn note_foreign(run: &mut Run, draft: &Value) -> Option<Problem> {
    let changes = run.find_foreign(draft);
    if changes.is_empty() {
        return None;
    }
    let message = format!(
        "somebody changed the draft of {} since it was looked at: {}",
        run.goal.offer,
        changes.join(", ")
    );
    match run.goal.foreign {
        ForeignChanges::Refuse => {
            let hint = "look at the draft in Partner Center, then run the same command again";
            return Some(Problem::new(Code::ForeignChanges, message).hint(hint));
        }
        ForeignChanges::Warn => run.note(Level::Warning, message),
        ForeignChanges::Allow => {}
    }
    None
}

/// Going live cannot be taken back: the log says where nothing but time says what goes live.
fn warn_of_loose(run: &mut Run, binding: &Binding) {
    if binding.is_loose() {
        run.note(
            Level::Warning,
            format!(
                "going live with {}, the newest one: nothing bound this run to it (input \
                 `preview` does)",
                binding.describe()
            ),
        );
    }
}

fn end_live(run: &mut Run, publish: Option<Operation>, go_live: Option<Operation>) -> Stage {
    for (phase, operation) in [(Phase::Publish, publish), (Phase::GoLive, go_live)] {
        run.tell(What::Phase { phase, origin: Origin::Finished, operation });
    }
    run.phase = Some(Phase::GoLive);
    let message = "the offer is live already and its draft did not change since: nothing to do";
    Verify::after_go_live(run, message)
}

/// What runs is canceled because the command says so.
fn begin_cancel(run: &mut Run, findings: &Findings, today: Timestamp) -> Stage {
    if let Some(problem) = findings.unknown_offer() {
        return run.end_with(problem.clone());
    }
    let named = if let Aim::Cancel(named) = &run.goal.aim { named.clone() } else { None };
    let busy = begin::find_busy(findings, today);
    let row = busy.and_then(Busy::row);
    if let (Some(named), Some(row)) = (&named, row)
        && named.is_listed()
        && !row.is_called(named.id())
    {
        run.phase = busy.map(Busy::phase);
        return run.end_with(refuse_other(named, row));
    }
    let phase = busy.map_or(Phase::Publish, Busy::phase);
    let own = named.or_else(|| find_own_operation(run, phase).filter(|_| busy.is_some()));
    let hidden = own.filter(Operation::is_only_at_address);
    if busy.is_none() && hidden.is_none() {
        let message = "nothing was running, so there was nothing to cancel";
        return Stage::End(Verdict::done(None, message));
    }
    run.phase = Some(phase);
    let operation = hidden.clone().or_else(|| row.and_then(|row| row.operation.clone()));
    run.tell(What::Phase { phase, origin: Origin::Found, operation });
    Stage::Cancel(match (hidden, row) {
        (Some(hidden), row) => {
            let mut others = findings.ids();
            if let Some(row) = row {
                others.remove(&row.id);
            }
            Cancel::of_unlisted(Why::Asked, Some(hidden), others)
        }
        (None, Some(row)) => Cancel::of_row(Why::Asked, row),
        (None, None) => Cancel::of_unlisted(Why::Asked, None, findings.ids()),
    })
}

/// The operation of this half that the ledger names.
fn find_own_operation(run: &Run, phase: Phase) -> Option<Operation> {
    let Operations { publish, go_live } = &run.goal.earlier.record()?.operations;
    match phase {
        Phase::Publish => publish.clone(),
        Phase::GoLive => go_live.clone(),
    }
}

fn refuse_other(named: &Operation, row: &Submission) -> Problem {
    let message = format!("operation {} is not the one that runs: {} is", named.id(), row.id);
    let hint = "leave `operation` out to cancel what runs";
    Problem::new(Code::CancelRefused, message).hint(hint)
}
