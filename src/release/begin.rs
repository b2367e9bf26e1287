//! The first decision: what was found → what to begin with.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::binding::{self, Binding};
use super::findings::{Findings, Whereabouts, phase_of};
use super::goal::{Aim, Goal, WhenRunning, WhenUnchanged};
use super::ledger::{Earlier, Names, Record, Standing};
use super::verdict::Verdict;
use crate::portal::{Kind, Operation, Phase, State, Submission};
use crate::problem::{Code, Problem};

/// GitHub lets a workflow run be run again for 30 days; what ended earlier cannot be this release.
const LONGEST_RELEASE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The portal may touch the offer's own record when an operation begins or ends; that is no change
/// of the draft.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);

/// So long after a mark was written to, what it tells of may not be listed yet, or be on its way.
const LONGEST_UNSEEN: SignedDuration = SignedDuration::from_secs(150);

/// A slot may show for so long what was there before an operation that ended well.
const SLOT_LAG: SignedDuration = SignedDuration::from_mins(10);

const NOTHING_RUNS: &str =
    "the offer says that it is running, and the list of operations that nothing does";

const TWO_MINDS: &str =
    "the list of operations says that the preview waits, and the offer that something runs";

const SLOT_LATE: &str =
    "an operation ended a short while ago, and the preview does not show what it brought";

const TAKEN_BACK: &str = "the list of operations says that the preview is there, and the offer \
                          and a go-live that it is not";

const UNSEEN: &str = "an earlier attempt may have started it, and the list of operations does not \
                      show it yet";

const UNLISTED: &str = "the list of operations does not show the publish that made the preview";

const OTHER_PREVIEW: &str = "the preview does not hold what was published";

const NOT_IN_LEDGER: &str = "the ledger does not say that this release published it";

const NOT_WAITING_YET: &str =
    "the publish is done, and the offer does not say yet that its preview waits";

/// What the survey is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Nothing was done in this run yet.
    Begin,
    /// An operation that is not ours was awaited or canceled, so by times alone nothing that is
    /// finished is ours.
    BeginAfterOthers,
    /// What was awaited had begun before the draft was changed, so that it did not bring it.
    BeginAfterOutdated,
    /// A publish that ran already was followed to its end: is it what this release is for?
    BeginAfterAdopting(Adopted),
    /// The first half is done, and the second is to follow, of this very preview.
    GoOn(Binding),
}

/// A publish that ran already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Adopted {
    pub binding: Binding,
    /// When its row had last changed while it ran: it had begun by then.
    pub begun_by: Option<Timestamp>,
    /// The ledger does not rule out that this release started it.
    pub may_be_ours: bool,
}

/// What to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begin {
    /// Publish.
    Publish,
    /// Go live with this preview.
    GoLive(Binding),
    /// Follow a publish that runs.
    Adopt(Adopted),
    /// Follow what was named, or what is to be looked at; its kind may be a guess.
    Follow {
        /// Which half it is.
        phase: Phase,
        /// Where to look, if known.
        operation: Option<Operation>,
        /// The preview that it is about.
        binding: Binding,
    },
    /// The first half is done already: its preview waits, and holds what is to be released.
    Published(Binding),
    /// Both halves are done already.
    Live {
        /// The publish that did the first half.
        publish: Option<Operation>,
        /// The go-live that did the second.
        go_live: Option<Operation>,
    },
    /// Wait for the end of an operation that is not known to be ours, then look again, with this
    /// purpose.
    Await(Phase, Option<Operation>, Purpose),
    /// Cancel an operation that is not ours, then look again, with this purpose.
    CancelForeign(Phase, Box<Submission>, Purpose),
    /// What was found disagrees, as these words say: some of it is late.
    LookAgain(&'static str),
    /// There is nothing to begin.
    End(Verdict),
}

/// What the decision is made on, besides what was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub goal: &'a Goal,
    pub purpose: &'a Purpose,
    /// The content that the release is for, as far as it was read.
    pub wanted: Option<&'a Value>,
    /// Whether it may still be waited for what is late: a list or a status, and a slot.
    pub patience: Patience,
    /// For how long it was waited.
    pub waited: Duration,
    /// The preview is shown, and it is not what this run published.
    pub preview_is_other: bool,
    pub today: Timestamp,
}

/// How long it was waited for what is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Not long.
    ForAll,
    /// As long as a list or a status may be late.
    ForSlots,
    /// As long as anything may be late.
    Over,
}

/// Decides on the first half, or on what a killed job left behind.
pub(super) fn decide_release(known: Known<'_>, findings: &Findings) -> Begin {
    match decide_publish(known, findings) {
        Begin::Publish if may_be_unseen(known, findings, Phase::Publish) => {
            Begin::LookAgain(UNSEEN)
        }
        begin => begin,
    }
}

/// Whether a killed attempt of this release may have started this half, and the list does not show
/// it yet.
fn may_be_unseen(known: Known<'_>, findings: &Findings, phase: Phase) -> bool {
    let Some(record) = known.goal.earlier.record() else { return false };
    let named = match phase {
        Phase::Publish => record.names.publish.as_deref(),
        Phase::GoLive => record.names.go_live.as_deref(),
    };
    let is_open = record.standing == Standing::Open;
    let unseen = match named {
        Some(name) => is_open && findings.find_called(name).is_none(),
        None => record.unanswered == Some(phase),
    };
    let recent = |touched| known.today.duration_since(touched) < LONGEST_UNSEEN;
    // GitHub's clock may be ahead of this one.
    let looked = SignedDuration::try_from(known.waited).is_ok_and(|it| it >= LONGEST_UNSEEN);
    unseen && !looked && record.touched.map_or(known.patience == Patience::ForAll, recent)
}

fn decide_publish(known: Known<'_>, findings: &Findings) -> Begin {
    let goal = known.goal;
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if let Some(busy) = find_busy(findings, known.today) {
        return decide_beside(known, findings, busy);
    }
    if known.patience == Patience::ForAll && is_late(findings) {
        return Begin::LookAgain(TWO_MINDS);
    }
    let published = findings.newest(Phase::Publish);
    let live = || Begin::Live {
        publish: published.and_then(|row| row.operation.clone()),
        go_live: findings.newest(Phase::GoLive).and_then(|row| row.operation.clone()),
    };
    match findings.locate(known.wanted) {
        Whereabouts::Live if goal.when_unchanged == WhenUnchanged::Fail => refuse_unchanged(goal),
        Whereabouts::Live => live(),
        Whereabouts::Preview => {
            let newest = findings.newest_first().first().copied();
            match newest.map(|row| (phase_of(row), row.status.state())) {
                // Its preview is not what a later operation left behind.
                Some((_, State::Failed | State::Canceled)) if !findings.at_sign_off() => {
                    Begin::Publish
                }
                Some((Phase::Publish, State::Failed | State::Canceled)) => Begin::Publish,
                // A portal may touch the publish's row when its go-live ends.
                Some((Phase::Publish, _))
                    if is_taken_back(findings) && known.patience != Patience::ForAll =>
                {
                    Begin::Publish
                }
                Some((Phase::Publish, _))
                    if may_be_taken_back(findings) && known.patience != Patience::Over =>
                {
                    Begin::LookAgain(TAKEN_BACK)
                }
                // A portal that forgets what was canceled has no such preview any more.
                Some((Phase::GoLive, State::Succeeded))
                    if known.patience == Patience::Over
                        && goal.go_live
                        && published.is_none()
                        && !findings.at_sign_off() =>
                {
                    Begin::Publish
                }
                // The offer refused what the operation brought.
                Some((Phase::GoLive, State::Succeeded)) if is_bad(findings.offer_state()) => {
                    Begin::Publish
                }
                // It went live, and the slot shows it late.
                Some((Phase::GoLive, State::Succeeded)) if known.patience != Patience::Over => {
                    Begin::LookAgain(SLOT_LATE)
                }
                _ => Begin::Published(binding::of_newest(findings)),
            }
        }
        Whereabouts::Nowhere => {
            let outdated = *known.purpose == Purpose::BeginAfterOutdated;
            let patient = known.patience != Patience::Over && !outdated;
            if patient && may_slot_be_late(known, findings) {
                return Begin::LookAgain(SLOT_LATE);
            }
            Begin::Publish
        }
        Whereabouts::Unknown => decide_by_times(known, findings, live),
    }
}

/// Without the slots only times can tell whether the draft is out already, and they tell less.
fn decide_by_times(known: Known<'_>, findings: &Findings, live: impl FnOnce() -> Begin) -> Begin {
    let published = findings.newest(Phase::Publish);
    let draft = findings.draft_changed();
    match known.purpose {
        Purpose::BeginAfterOthers | Purpose::BeginAfterOutdated => return Begin::Publish,
        Purpose::BeginAfterAdopting(adopted) => {
            let changed = draft
                .zip(adopted.begun_by)
                .is_some_and(|(draft, begun)| is_changed_since(draft, begun));
            // It would go live, and nothing says that it is ours or holds the draft.
            let foreign = known.goal.go_live && !adopted.may_be_ours;
            // Its own publish is done already; that another's took its place is for people to judge.
            if let Some(done) = find_done(&known.goal.earlier, findings).filter(|_| foreign) {
                return Begin::Published(done);
            }
            // What this release published is not there any more, and is not published twice.
            let published = known.goal.earlier.record().is_some_and(Record::has_published);
            if foreign && !changed && published {
                return refuse_changed(known.goal, &adopted.binding, NOT_IN_LEDGER);
            }
            return if changed || foreign {
                Begin::Publish
            } else {
                Begin::Published(adopted.binding.clone())
            };
        }
        Purpose::Begin | Purpose::GoOn(_) => {
            if let Some(done) = decide_by_ledger(known, findings) {
                return done;
            }
        }
    }
    // What the manifest says is not known to be in another's publish.
    if known.goal.content.is_some() && known.goal.earlier == Earlier::Nothing {
        return Begin::Publish;
    }
    if is_taken_back(findings) && !findings.at_sign_off() {
        return match known.patience {
            Patience::ForAll => Begin::LookAgain(TAKEN_BACK),
            Patience::ForSlots | Patience::Over => Begin::Publish,
        };
    }
    if findings.at_sign_off() || findings.is_listed_at_sign_off() {
        return match (draft, published.and_then(begun_by)) {
            (Some(draft), Some(begun)) if is_changed_since(draft, begun) => Begin::Publish,
            _ => decide_waiting(findings, published).unwrap_or(Begin::Publish),
        };
    }
    // What is live then, somebody took from an older preview.
    if published.is_some_and(|row| is_bad(row.status.state())) {
        return Begin::Publish;
    }
    match findings.newest_first().first() {
        Some(newest) if is_already_out(findings, newest, known.today) => match newest.phase() {
            Some(Phase::GoLive) if known.goal.when_unchanged == WhenUnchanged::Fail => {
                refuse_unchanged(known.goal)
            }
            Some(Phase::GoLive) => live(),
            _ => Begin::Published(binding::of_newest(findings)),
        },
        // The operation says that the draft is out, the offer says what nobody knows: that is no
        // reason to publish again.
        Some(newest)
            if is_out(findings, newest, known.today)
                && findings.offer_state() == State::Unknown =>
        {
            Begin::Follow {
                phase: phase_of(newest),
                operation: newest.operation.clone(),
                binding: binding::of_newest(findings),
            }
        }
        _ => Begin::Publish,
    }
}

/// What was released already is released again only if the draft is known to have changed since.
fn decide_by_ledger(known: Known<'_>, findings: &Findings) -> Option<Begin> {
    let record = known.goal.earlier.record()?;
    let dated = findings.newest_first().first().is_some_and(|row| row.changed.is_some());
    if dated && findings.draft_changed().is_some() {
        return None;
    }
    let binding = binding::of_record(record, findings)?;
    let waits = || {
        let newest = findings.newest_first().first().copied();
        newest.is_some_and(|row| binding.names(row) && has_preview(row.status.state()))
    };
    match record.standing {
        Standing::Live if findings.offer_state() == State::Succeeded => {
            let go_live = binding.find_go_live(findings).and_then(|row| row.operation.clone());
            Some(Begin::Live { publish: binding.publish, go_live })
        }
        Standing::Published | Standing::Open if waits() => Some(Begin::Published(binding)),
        Standing::Live | Standing::Published | Standing::Open | Standing::Failed => None,
    }
}

/// Something runs, and a publish is wanted.
fn decide_beside(known: Known<'_>, findings: &Findings, busy: Busy<'_>) -> Begin {
    let phase = busy.phase();
    let Some(row) = busy.row() else {
        return match known.goal.when_running {
            WhenRunning::Fail => refuse_running(known.goal, phase, LEAVE_ALONE),
            WhenRunning::Adopt | WhenRunning::Wait | WhenRunning::Cancel => {
                Begin::LookAgain(NOTHING_RUNS)
            }
        };
    };
    // What changed after the publish began is not in it.
    let lacks_draft = findings
        .draft_changed()
        .zip(begun_by(row))
        .is_some_and(|(draft, begun)| is_changed_since(draft, begun));
    match (known.goal.when_running, phase) {
        (WhenRunning::Fail, _) => refuse_running(known.goal, phase, LEAVE_ALONE),
        (WhenRunning::Cancel, _) => {
            Begin::CancelForeign(phase, Box::new(row.clone()), Purpose::BeginAfterOthers)
        }
        (WhenRunning::Adopt, Phase::Publish) if !lacks_draft => Begin::Adopt(Adopted {
            binding: binding::of_row(findings, row),
            begun_by: begun_by(row),
            may_be_ours: may_be_ours(&known.goal.earlier, findings, row),
        }),
        // It may be what a killed job of this release left behind.
        (WhenRunning::Adopt, Phase::GoLive) if !lacks_draft => {
            Begin::Await(phase, row.operation.clone(), Purpose::Begin)
        }
        (WhenRunning::Adopt | WhenRunning::Wait, _) => {
            let purpose =
                if lacks_draft { Purpose::BeginAfterOutdated } else { Purpose::BeginAfterOthers };
            Begin::Await(phase, row.operation.clone(), purpose)
        }
    }
}

/// The publish that the ledger names, if it ended well.
fn find_done(earlier: &Earlier, findings: &Findings) -> Option<Binding> {
    let binding = binding::of_record(earlier.record()?, findings)?;
    let state = binding.find_publish(findings)?.status.state();
    has_preview(state).then_some(binding)
}

/// Whether the ledger leaves it open, or says, that this release started what runs.
fn may_be_ours(earlier: &Earlier, findings: &Findings, row: &Submission) -> bool {
    match earlier {
        Earlier::Unknown => true,
        Earlier::Nothing => false,
        Earlier::Found(record) => {
            // Without times nobody knows the order of the rows.
            let undated = findings.newest_first().iter().any(|row| row.changed.is_none());
            let named = find_called_by(record, findings);
            let since = || binding::find_since(record, findings);
            let is_since = || undated || since().iter().any(|since| since.id == row.id);
            named.map_or_else(is_since, |named| named.id == row.id)
        }
    }
}

/// What a go-live of this very preview means, if there is one.
fn decide_by_go_live(known: Known<'_>, findings: &Findings, bound: &Binding) -> Option<Begin> {
    let named = find_named_go_live(known.goal, bound, findings);
    let row = named.or_else(|| bound.find_go_live(findings))?;
    if !row.status.state().is_final() {
        return Some(decide_beside_go_live(known.goal, row, bound.clone()));
    }
    if row.status.state() != State::Succeeded {
        return None;
    }
    let go_live = row.operation.clone();
    Some(match findings.offer_state() {
        State::Succeeded => Begin::Live { publish: bound.publish.clone(), go_live },
        // The offer refused what it brought: the second half may be tried again.
        State::Failed | State::Canceled => go_live_with(known, findings, bound.clone()),
        _ => {
            let (phase, operation) = (Phase::GoLive, go_live);
            Begin::Follow { phase, operation, binding: bound.clone() }
        }
    })
}

/// The row that carries a name of the publish that the ledger has.
fn find_called_by<'a>(record: &Record, findings: &'a Findings) -> Option<&'a Submission> {
    let Names { preview, publish, .. } = &record.names;
    [preview, publish].into_iter().flatten().find_map(|name| findings.find_called(name))
}

/// Decides on the second half.
pub(super) fn decide_go_live(known: Known<'_>, findings: &Findings) -> Begin {
    let goal = known.goal;
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if !goal.go_live {
        let message =
            format!("the manifest says `go-live: false` for offer {}: nothing to do", goal.offer);
        return Begin::End(Verdict::done(None, message));
    }
    let begins = !matches!(known.purpose, Purpose::GoOn(_));
    if let Some(publish) = find_own(goal, findings).filter(|_| begins) {
        return follow_own(publish);
    }
    let bound = match known.purpose {
        Purpose::GoOn(binding) => binding.clone(),
        Purpose::Begin
        | Purpose::BeginAfterOthers
        | Purpose::BeginAfterOutdated
        | Purpose::BeginAfterAdopting(_) => binding::of_input(goal, findings),
    };
    let publish = bound.publish.clone();
    let live = bound.find_named_go_live(findings);
    if let Some(row) = live.filter(|row| row.status.state() == State::Succeeded) {
        return Begin::Live { publish, go_live: row.operation.clone() };
    }
    if bound.is_unlisted(findings) && known.patience == Patience::ForAll {
        return Begin::LookAgain(UNLISTED);
    }
    if let Some(changed) = bound.find_replacement(findings) {
        return refuse_changed(goal, &bound, &changed);
    }
    let is_other = |record: &Record| !names_newest(record, findings, &bound);
    if begins && bound.is_loose() && goal.earlier.record().is_some_and(is_other) {
        return refuse_changed(goal, &bound, NOT_IN_LEDGER);
    }
    if let Some(begin) = decide_by_go_live(known, findings, &bound) {
        return begin;
    }
    if findings.is_preview_live() {
        // What it shows may be the one before: a new one waits.
        let newest = findings.newest_first().first().copied();
        let waits = findings.at_sign_off()
            || newest.is_some_and(|row| {
                phase_of(row) == Phase::Publish && has_preview(row.status.state())
            });
        if waits && known.patience != Patience::Over {
            return Begin::LookAgain(SLOT_LATE);
        }
        let go_live = findings.newest(Phase::GoLive).and_then(|row| row.operation.clone());
        return Begin::Live { publish, go_live };
    }
    if let Some(busy) = find_busy(findings, known.today)
        && (!busy.is(&bound) || bound.is_loose())
    {
        return match busy.row() {
            None if known.patience == Patience::ForAll => Begin::LookAgain(NOTHING_RUNS),
            _ => refuse_running(goal, busy.phase(), "nobody has seen what it brings"),
        };
    }
    if known.patience == Patience::ForAll && is_late(findings) {
        return Begin::LookAgain(TWO_MINDS);
    }
    let newest = bound.find_publish(findings);
    if let Some(row) = newest.filter(|row| is_bad(row.status.state())) {
        return refuse_no_preview(goal, &format!("its last operation ended as `{}`", row.status));
    }
    let waits = findings.at_sign_off()
        || newest.is_some_and(|row| row.status.state() == State::WaitingForPublisher);
    if waits {
        return go_live_with(known, findings, bound);
    }
    // A publish that was there already may have gone live since, whatever the order of their rows.
    let may_be_live = !bound.is_started()
        && matches!(findings.offer_state(), State::Succeeded | State::Unknown)
        && find_succeeded_go_live(findings).is_some();
    match (known.purpose, known.patience, findings.offer_state()) {
        (_, Patience::ForAll, State::Running | State::Unknown)
        | (Purpose::GoOn(_), Patience::ForAll, _) => Begin::LookAgain(NOT_WAITING_YET),
        // The operation that this run followed said that its preview waits, and nothing was started
        // since; not every portal's offer says so too.
        (Purpose::GoOn(binding), _, _) if binding.is_followed() && !may_be_live => {
            go_live_with(known, findings, bound)
        }
        // Its row may have been touched after the go-live's; an offer that goes on to say that it is
        // live, while no preview of it waits, is live.
        (_, Patience::ForAll | Patience::ForSlots, _) if may_be_live => {
            Begin::LookAgain(NOT_WAITING_YET)
        }
        (_, _, State::Succeeded) if find_succeeded_go_live(findings).is_some() => {
            let go_live = find_succeeded_go_live(findings).and_then(|row| row.operation.clone());
            Begin::Live { publish, go_live }
        }
        (_, _, State::NeverPublished) => refuse_no_preview(goal, "it was never published"),
        (_, _, State::Failed | State::Canceled) => {
            let word = findings.offer.found().map(|offer| offer.status.to_string());
            let word = word.unwrap_or_default();
            refuse_no_preview(goal, &format!("its last operation ended as `{word}`"))
        }
        _ => refuse_no_preview(goal, "no preview of it waits"),
    }
}

/// The go-live that the ledger names, of this very preview.
fn find_named_go_live<'a>(
    goal: &Goal,
    bound: &Binding,
    findings: &'a Findings,
) -> Option<&'a Submission> {
    let record = goal.earlier.record()?;
    let same = find_called_by(record, findings).is_some_and(|row| bound.names(row));
    let name = record.names.go_live.as_deref().filter(|_| same)?;
    findings.find_called(name)
}

/// The publish of this release, where only its address can tell of it.
fn find_own(goal: &Goal, findings: &Findings) -> Option<Operation> {
    let hidden = |publish: &&Operation| publish.is_only_at_address();
    if let Some(named) = goal.preview_at.as_ref().filter(hidden) {
        return Some(named.clone());
    }
    let record = goal.earlier.record().filter(|_| goal.preview.is_none())?;
    let listed = record.names.preview.as_deref().and_then(|name| findings.find_called(name));
    record.operations.publish.as_ref().filter(hidden).filter(|_| listed.is_none()).cloned()
}

fn follow_own(publish: Operation) -> Begin {
    let binding = binding::of_address(publish.clone());
    Begin::Follow { phase: Phase::Publish, operation: Some(publish), binding }
}

/// Goes live, if nothing says that the preview is another one by now.
fn go_live_with(known: Known<'_>, findings: &Findings, bound: Binding) -> Begin {
    if known.preview_is_other {
        return match known.patience {
            Patience::Over => refuse_changed(known.goal, &bound, OTHER_PREVIEW),
            Patience::ForAll | Patience::ForSlots => Begin::LookAgain(OTHER_PREVIEW),
        };
    }
    if may_be_unseen(known, findings, Phase::GoLive) {
        return Begin::LookAgain(UNSEEN);
    }
    Begin::GoLive(bound)
}

/// Whether the newest publish can be that of a mark which names none: it was not there before.
fn names_newest(record: &Record, findings: &Findings, newest: &Binding) -> bool {
    match binding::find_since(record, findings)[..] {
        [only] => newest.names(only),
        _ => false,
    }
}

fn find_succeeded_go_live(findings: &Findings) -> Option<&Submission> {
    let mut rows = findings.operations.iter().flatten();
    rows.find(|row| row.phase() == Some(Phase::GoLive) && row.status.state() == State::Succeeded)
}

/// A go-live of the very preview runs already. Whatever becomes of it, the first half stays done.
fn decide_beside_go_live(goal: &Goal, row: &Submission, binding: Binding) -> Begin {
    let (phase, operation) = (Phase::GoLive, row.operation.clone());
    match goal.when_running {
        WhenRunning::Adopt => Begin::Follow { phase, operation, binding },
        WhenRunning::Wait => Begin::Await(phase, operation, Purpose::GoOn(binding)),
        WhenRunning::Cancel => {
            Begin::CancelForeign(phase, Box::new(row.clone()), Purpose::GoOn(binding))
        }
        WhenRunning::Fail => refuse_running(goal, phase, LEAVE_ALONE),
    }
}

/// Decides what to go on with. It never starts a publish.
pub(super) fn decide_resume(known: Known<'_>, findings: &Findings) -> Begin {
    let goal = known.goal;
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if let Aim::Resume(Some(operation)) = &goal.aim {
        let binding = binding::of_operation(findings, operation.clone());
        let row = findings.operations.iter().flatten().find(|row| row.id == operation.id());
        if let Some(Kind::Other(kind)) = row.and_then(|row| row.kind.as_ref()) {
            return refuse_nothing(
                format!(
                    "operation {} is a `{kind}`, which is no half of a release",
                    operation.id()
                ),
                "give the operation of a publish or of a go-live",
            );
        }
        let phase = row.map_or(Phase::Publish, phase_of);
        return Begin::Follow { phase, operation: Some(operation.clone()), binding };
    }
    if let Some(publish) = find_own(goal, findings).filter(|_| goal.preview.is_some()) {
        return follow_own(publish);
    }
    if goal.preview.is_some() {
        let binding = binding::of_input(goal, findings);
        if let Some(go_live) = binding.find_named_go_live(findings) {
            let operation = go_live.operation.clone();
            return Begin::Follow { phase: Phase::GoLive, operation, binding };
        }
        if binding.is_unlisted(findings) && known.patience == Patience::ForAll {
            return Begin::LookAgain(UNLISTED);
        }
        if let Some(changed) = binding.find_replacement(findings) {
            return refuse_changed(goal, &binding, &changed);
        }
        let operation = binding.publish.clone();
        return Begin::Follow { phase: Phase::Publish, operation, binding };
    }
    if let Some(record) = goal.earlier.record() {
        return decide_resume_of(known, findings, record);
    }
    if let Some(busy) = find_busy(findings, known.today) {
        return match busy.row() {
            None => Begin::LookAgain(NOTHING_RUNS),
            Some(row) => Begin::Follow {
                phase: busy.phase(),
                operation: row.operation.clone(),
                binding: binding::of_row(findings, row),
            },
        };
    }
    let newest = findings.newest_first().first().copied();
    let changed = findings.draft_changed().zip(newest.and_then(|row| row.changed));
    if changed.is_some_and(|(draft, ended)| is_changed_since(draft, ended)) {
        return refuse_nothing(
            format!(
                "nothing runs on offer {}, and its draft was changed after its last operation",
                goal.offer
            ),
            "release it with `command: release`, or name what you want with `operation` or \
             `preview`",
        );
    }
    if findings.at_sign_off() {
        let newest = findings.newest(Phase::Publish);
        return decide_waiting(findings, newest).unwrap_or_else(|| Begin::Follow {
            phase: Phase::Publish,
            operation: newest.and_then(|row| row.operation.clone()),
            binding: binding::of_newest(findings),
        });
    }
    match newest.filter(|row| !is_long_over(findings, row, known.today)) {
        Some(newest) => Begin::Follow {
            phase: phase_of(newest),
            operation: newest.operation.clone(),
            binding: binding::of_newest(findings),
        },
        None => refuse_nothing(
            format!("offer {} has no operation that could be continued", goal.offer),
            "start one with `command: release`",
        ),
    }
}

/// Goes on with the very release that the ledger tells of.
fn decide_resume_of(known: Known<'_>, findings: &Findings, record: &Record) -> Begin {
    let named = binding::of_record(record, findings);
    let go_live = named.as_ref().and_then(|binding| binding.find_named_go_live(findings));
    let go_live = go_live.filter(|row| !is_bad(row.status.state()));
    if let (Some(binding), Some(row)) = (&named, go_live) {
        let (operation, binding) = (row.operation.clone(), binding.clone());
        return Begin::Follow { phase: Phase::GoLive, operation, binding };
    }
    if let Some(publish) = find_own(known.goal, findings) {
        return follow_own(publish);
    }
    // The list may be late, or in an order that nobody knows: its address tells of the publish.
    if let Some(publish) = record.operations.publish.clone().filter(Operation::is_listed)
        && find_called_by(record, findings).is_none()
    {
        let binding = binding::of_operation(findings, publish.clone());
        return Begin::Follow { phase: Phase::Publish, operation: Some(publish), binding };
    }
    let binding = named.or_else(|| binding::of_marked(record, findings));
    let listed = binding.filter(|binding| binding.find_publish(findings).is_some());
    let Some(binding) = listed else {
        if known.patience == Patience::ForAll {
            return Begin::LookAgain(UNSEEN);
        }
        return refuse_nothing(
            format!(
                "the ledger has an open release of offer {}, and the list of operations shows no \
                 publish of it",
                known.goal.offer
            ),
            "look at the offer in Partner Center; then start it again with `command: release`, or \
             name what you want with `operation`",
        );
    };
    let go_live = record.names.go_live.as_deref();
    let named = go_live.and_then(|name| findings.find_called(name));
    match named.or_else(|| binding.find_go_live(findings)) {
        Some(row) if !is_bad(row.status.state()) => {
            Begin::Follow { phase: Phase::GoLive, operation: row.operation.clone(), binding }
        }
        Some(_) | None => {
            let operation = binding.publish.clone();
            Begin::Follow { phase: Phase::Publish, operation, binding }
        }
    }
}

/// What an offer that waits for the publisher means for its newest publish: the offer's word may be
/// late, and of the one before. `None` if that publish ended badly.
fn decide_waiting(findings: &Findings, newest: Option<&Submission>) -> Option<Begin> {
    let binding = binding::of_newest(findings);
    match newest.map(|row| row.status.state()) {
        None | Some(State::Succeeded | State::WaitingForPublisher) => {
            Some(Begin::Published(binding))
        }
        Some(State::Failed | State::Canceled) => None,
        _ => Some(Begin::Follow {
            phase: Phase::Publish,
            operation: newest.and_then(|row| row.operation.clone()),
            binding,
        }),
    }
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Busy<'a> {
    /// The list shows it.
    Listed(&'a Submission),
    /// The offer says that it is running, and the list shows nothing.
    Unlisted,
}

impl<'a> Busy<'a> {
    pub fn row(self) -> Option<&'a Submission> {
        match self {
            Self::Listed(row) => Some(row),
            Self::Unlisted => None,
        }
    }

    pub fn phase(self) -> Phase {
        self.row().map_or(Phase::Publish, phase_of)
    }

    /// Some portals go on to list a publish as running while its preview waits.
    fn is(self, bound: &Binding) -> bool {
        self.row().is_some_and(|row| phase_of(row) == Phase::Publish && bound.names(row))
    }
}

/// What runs on the offer. A publish whose preview waits for the publisher is in nobody's way.
pub(super) fn find_busy(findings: &Findings, today: Timestamp) -> Option<Busy<'_>> {
    if let Some(row) = findings.find_running(today) {
        let waits = phase_of(row) == Phase::Publish
            && (findings.at_sign_off() || row.status.state() == State::WaitingForPublisher);
        return (!waits).then_some(Busy::Listed(row));
    }
    let silent = findings.offer_state() == State::Running && !findings.at_sign_off();
    silent.then_some(Busy::Unlisted)
}

/// Whether the list says that the preview waits, and the offer that something runs: one of them is
/// late, and nobody knows which.
fn is_late(findings: &Findings) -> bool {
    findings.is_listed_at_sign_off()
        && findings.offer_state() == State::Running
        && !findings.at_sign_off()
}

const LEAVE_ALONE: &str = "`when-running: fail` says to leave it alone";

fn refuse_running(goal: &Goal, phase: Phase, why: &str) -> Begin {
    let message = format!("a {phase} is already running on offer {}, and {why}", goal.offer);
    Begin::End(Verdict::problem(
        None,
        Problem::new(Code::OperationRunning, message)
            .hint("wait for its end, or see the input `when-running`"),
    ))
}

fn refuse_nothing(message: String, hint: &str) -> Begin {
    Begin::End(Verdict::problem(None, Problem::new(Code::NothingToContinue, message).hint(hint)))
}

fn refuse_no_preview(goal: &Goal, why: &str) -> Begin {
    let message = format!("offer {} has no preview that could go live: {why}", goal.offer);
    refuse_nothing(message, "publish it first, with `command: release`")
}

fn refuse_unchanged(goal: &Goal) -> Begin {
    let message = format!("there is nothing to release: the draft of {} is live", goal.offer);
    Begin::End(Verdict::problem(
        None,
        Problem::new(Code::NothingChanged, message)
            .hint("change the draft, or say `when-unchanged: succeed`"),
    ))
}

fn refuse_changed(goal: &Goal, bound: &Binding, why: &str) -> Begin {
    Begin::End(end_changed(goal, bound, why))
}

/// The end of a run whose preview is not the one that waits any more.
pub(super) fn end_changed(goal: &Goal, bound: &Binding, why: &str) -> Verdict {
    let message = format!("{} of offer {} did not go live: {why}", bound.describe(), goal.offer);
    let hint = "look at the preview that is there now; then release it, or go live with it by its \
                name";
    let problem = Problem::new(Code::PreviewChanged, message).hint(hint);
    Verdict::problem(Some(Phase::Publish), problem)
}

/// The word of a publish that is done.
fn has_preview(state: State) -> bool {
    matches!(state, State::Succeeded | State::WaitingForPublisher)
}

fn is_bad(state: State) -> bool {
    matches!(state, State::Failed | State::Canceled)
}

/// Whether the newest go-live undid the preview, and the offer does not say that one waits.
fn may_be_taken_back(findings: &Findings) -> bool {
    let open = is_bad_or_never(findings) || findings.offer_state() == State::Unknown;
    has_undoing_go_live(findings) && open && !findings.at_sign_off()
}

/// The same, and the offer says that none does.
fn is_taken_back(findings: &Findings) -> bool {
    has_undoing_go_live(findings) && is_bad_or_never(findings)
}

fn is_bad_or_never(findings: &Findings) -> bool {
    let state = findings.offer_state();
    is_bad(state) || matches!(state, State::NeverPublished | State::NotStarted)
}

/// Whether the newest go-live ended badly, or ended when the publish was touched last: then that is
/// the preview that it was about, and the offer may have refused it.
fn has_undoing_go_live(findings: &Findings) -> bool {
    let [publish, go_live] = [Phase::Publish, Phase::GoLive].map(|phase| findings.newest(phase));
    let (Some(publish), Some(go_live)) = (publish, go_live) else { return false };
    let together = || match (publish.changed, go_live.changed) {
        (Some(publish), Some(go_live)) => publish.duration_since(go_live).abs() <= SETTLING,
        _ => true,
    };
    let state = go_live.status.state();
    is_bad(state) || state == State::Succeeded && together()
}

/// When an operation had begun at the latest.
fn begun_by(row: &Submission) -> Option<Timestamp> {
    row.started.or(row.changed)
}

/// Whether an operation is over, and for longer than a release can take.
fn is_long_over(findings: &Findings, row: &Submission, today: Timestamp) -> bool {
    let old = row.changed.is_some_and(|ended| today.duration_since(ended) > LONGEST_RELEASE);
    findings.is_forgotten(row, today) || old && row.status.state().is_final()
}

fn is_changed_since(draft: Timestamp, moment: Timestamp) -> bool {
    draft.duration_since(moment) > SETTLING
}

/// Whether the newest operation ended well so short a while ago that the slots may not show it.
fn may_slot_be_late(known: Known<'_>, findings: &Findings) -> bool {
    let Some(newest) = findings.newest_first().first().copied() else { return false };
    let ended_well = findings.at_sign_off()
        || matches!(newest.status.state(), State::Succeeded | State::WaitingForPublisher);
    let lacks_draft = findings
        .draft_changed()
        .zip(newest.changed)
        .is_some_and(|(draft, ended)| is_changed_since(draft, ended));
    let is_recent = |ended| known.today.duration_since(ended) < SLOT_LAG;
    let was_followed = matches!(known.purpose, Purpose::BeginAfterAdopting(_));
    let recent = was_followed || newest.changed.is_none_or(is_recent);
    ended_well && recent && !lacks_draft
}

/// Whether the newest operation already brought out the draft as it is. Only a plain yes of the
/// portal counts: the offer and the operation succeeded, and the draft is known to be older.
fn is_already_out(findings: &Findings, newest: &Submission, today: Timestamp) -> bool {
    findings.offer_state() == State::Succeeded && is_out(findings, newest, today)
}

/// Whether the operation brought out the draft as it is, by its own word. What counts is when the
/// publish had begun; a portal may touch the draft when an operation ends.
fn is_out(findings: &Findings, newest: &Submission, today: Timestamp) -> bool {
    let (Some(draft), Some(ended)) = (findings.draft_changed(), newest.changed) else {
        return false;
    };
    let begun = findings.newest(Phase::Publish).and_then(begun_by).unwrap_or(ended);
    let touched = draft.duration_since(ended).abs() <= SETTLING;
    newest.status.state() == State::Succeeded
        && (touched || !is_changed_since(draft, begun.min(ended)))
        && today.duration_since(ended) < LONGEST_RELEASE
}

#[cfg(test)]
mod tests;
