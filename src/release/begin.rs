//! The first decision: what was found → what to begin with.

use jiff::{SignedDuration, Timestamp};

use super::findings::Findings;
use super::goal::{Aim, Goal, WhenRunning};
use super::survey::Purpose;
use super::verdict::Verdict;
use crate::portal::{Operation, Phase, State, Submission};
use crate::problem::{Code, Problem};

/// GitHub lets a workflow run be run again for 30 days; what ended earlier cannot be this release.
const LONGEST_RELEASE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The portal may touch the offer's own record when an operation ends; that is no change of the
/// draft.
const SETTLING: SignedDuration = SignedDuration::from_mins(2);

/// So often it is waited for a portal whose list and status disagree on whether the preview waits;
/// at the schedule's pace, minutes.
pub const MOST_PAUSES: u32 = 12;

const NOTHING_RUNS: &str =
    "the offer says that it is running, and the list of operations that nothing does";

const TWO_MINDS: &str =
    "the list of operations says that the preview waits, and the offer that something runs";

/// What to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Start this half.
    Start(Phase),
    /// Follow what runs, or what is to be looked at.
    Follow {
        /// Which half it is.
        phase: Phase,
        /// Where to look, if known.
        operation: Option<Operation>,
    },
    /// The first half is done already: its preview waits, and the draft did not change since.
    Published(Option<Operation>),
    /// Both halves are done already, and the draft did not change since.
    Live {
        /// The publish that did the first half.
        publish: Option<Operation>,
        /// The go-live that did the second.
        go_live: Option<Operation>,
    },
    /// Wait for the end of an operation that is not ours, then look again.
    AwaitForeign(Phase, Option<Operation>),
    /// Cancel an operation that is not ours, then look again.
    CancelForeign(Phase, Option<Operation>),
    /// List and offer disagree, as these words say: one of them is late.
    LookAgain(&'static str),
    /// There is nothing to begin.
    End(Verdict),
}

/// Decides on the first half, or on what a killed job left behind.
pub fn decide_release(
    goal: &Goal,
    findings: &Findings,
    purpose: Purpose,
    patient: bool,
    today: Timestamp,
) -> Begin {
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if let Some((phase, operation)) = find_busy(findings) {
        if phase == Phase::GoLive && !goal.go_live && goal.when_running == WhenRunning::Adopt {
            return Begin::End(refuse_running(
                goal,
                phase,
                "this run was not asked to go live, so it cannot be adopted",
            ));
        }
        return decide_among_others(goal, findings, phase, operation);
    }
    if purpose == Purpose::BeginAfterOthers {
        return Begin::Start(Phase::Publish);
    }
    if patient && is_late(findings) {
        return Begin::LookAgain(TWO_MINDS);
    }
    let published = findings.newest(Phase::Publish);
    let publish = published.and_then(|row| row.operation.clone());
    if findings.at_sign_off() || findings.listed_at_sign_off() {
        return match (findings.draft_changed(), published.and_then(|row| row.changed)) {
            (Some(draft), Some(ended)) if is_changed_since(draft, ended) => {
                Begin::Start(Phase::Publish)
            }
            _ => decide_waiting(published).unwrap_or(Begin::Start(Phase::Publish)),
        };
    }
    match findings.newest_first().first() {
        Some(newest) if is_already_out(findings, newest, today) => match newest.phase() {
            Some(Phase::GoLive) => Begin::Live { publish, go_live: newest.operation.clone() },
            _ => Begin::Published(publish),
        },
        // The operation says that the draft is out, the offer says what nobody knows: that is no
        // reason to publish again.
        Some(newest)
            if is_out(findings, newest, today) && findings.offer_state() == State::Unknown =>
        {
            Begin::Follow {
                phase: newest.phase().unwrap_or(Phase::Publish),
                operation: newest.operation.clone(),
            }
        }
        _ => Begin::Start(Phase::Publish),
    }
}

/// Decides on the second half.
pub fn decide_go_live(goal: &Goal, findings: &Findings, purpose: Purpose, patient: bool) -> Begin {
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if !goal.go_live {
        let message =
            format!("the manifest says `go-live: false` for offer {}: nothing to do", goal.offer);
        return Begin::End(Verdict::done(None, message));
    }
    match find_busy(findings) {
        // Some portals go on to list the publish as running while its preview waits.
        Some((Phase::Publish, _)) if purpose == Purpose::GoOn => {}
        Some((phase, operation)) => return decide_among_others(goal, findings, phase, operation),
        None => {}
    }
    if purpose == Purpose::GoOn {
        return Begin::Start(Phase::GoLive);
    }
    if patient && is_late(findings) {
        return Begin::LookAgain(TWO_MINDS);
    }
    let newest = findings.newest_first().first().copied();
    if let Some(newest) = newest
        && newest.is(Phase::GoLive)
        && newest.status.state() == State::Succeeded
        && findings.offer_state() == State::Succeeded
    {
        let publish = findings.newest(Phase::Publish).and_then(|row| row.operation.clone());
        return Begin::Live { publish, go_live: newest.operation.clone() };
    }
    let refused = match newest {
        _ if findings.at_sign_off() => None,
        Some(last) if matches!(last.status.state(), State::Failed | State::Canceled) => {
            Some(format!("its last operation ended as `{}`", last.status))
        }
        _ if findings.offer_state() == State::NeverPublished => {
            Some("it was never published".to_owned())
        }
        _ => None,
    };
    refused.map_or(Begin::Start(Phase::GoLive), |why| {
        let message = format!("offer {} has no preview that could go live: {why}", goal.offer);
        refuse_nothing(message, "publish it first, with `command: release`")
    })
}

/// Decides what to go on with. It never starts a publish.
pub fn decide_resume(goal: &Goal, findings: &Findings) -> Begin {
    if let Some(problem) = findings.unknown_offer() {
        return Begin::End(Verdict::problem(None, problem.clone()));
    }
    if let Aim::Resume(Some(address)) = &goal.aim {
        let row = findings
            .operations
            .iter()
            .flatten()
            .find(|row| !row.id.is_empty() && row.id == address.id());
        let phase = row.and_then(Submission::phase).unwrap_or(Phase::Publish);
        return Begin::Follow { phase, operation: Some(address.clone()) };
    }
    if let Some((phase, operation)) = find_busy(findings) {
        return if findings.running().is_none() {
            Begin::LookAgain(NOTHING_RUNS)
        } else {
            Begin::Follow { phase, operation }
        };
    }
    if findings.at_sign_off() {
        let newest = findings.newest(Phase::Publish);
        let operation = newest.and_then(|row| row.operation.clone());
        return decide_waiting(newest)
            .unwrap_or(Begin::Follow { phase: Phase::Publish, operation });
    }
    match findings.newest_first().first() {
        Some(newest) => Begin::Follow {
            phase: newest.phase().unwrap_or(Phase::Publish),
            operation: newest.operation.clone(),
        },
        None => refuse_nothing(
            format!("offer {} has no operation that could be continued", goal.offer),
            "start one with `command: release`",
        ),
    }
}

/// What an offer that waits for the publisher means for its newest publish: the offer's word may be
/// late, and of the one before. `None` if that publish ended badly.
fn decide_waiting(newest: Option<&Submission>) -> Option<Begin> {
    let operation = newest.and_then(|row| row.operation.clone());
    match newest.map(|row| row.status.state()) {
        None | Some(State::Succeeded | State::WaitingForPublisher) => {
            Some(Begin::Published(operation))
        }
        Some(State::Failed | State::Canceled) => None,
        _ => Some(Begin::Follow { phase: Phase::Publish, operation }),
    }
}

/// What runs on the offer. A publish whose preview waits for the publisher is in nobody's way. An
/// offer that says `running` while the list shows nothing is busy too.
pub fn find_busy(findings: &Findings) -> Option<(Phase, Option<Operation>)> {
    if let Some(row) = findings.running() {
        let phase = row.phase().unwrap_or(Phase::Publish);
        let waits =
            phase == Phase::Publish && (findings.at_sign_off() || findings.listed_at_sign_off());
        return (!waits).then(|| (phase, row.operation.clone()));
    }
    let silent = findings.offer_state() == State::Running && !findings.at_sign_off();
    silent.then_some((Phase::Publish, None))
}

/// Whether the list says that the preview waits, and the offer that something runs: one of them is
/// late, and nobody knows which.
fn is_late(findings: &Findings) -> bool {
    findings.listed_at_sign_off()
        && findings.offer_state() == State::Running
        && !findings.at_sign_off()
}

fn decide_among_others(
    goal: &Goal,
    findings: &Findings,
    phase: Phase,
    operation: Option<Operation>,
) -> Begin {
    match goal.when_running {
        WhenRunning::Adopt | WhenRunning::Wait | WhenRunning::Cancel
            if findings.running().is_none() =>
        {
            Begin::LookAgain(NOTHING_RUNS)
        }
        WhenRunning::Adopt => Begin::Follow { phase, operation },
        WhenRunning::Wait => Begin::AwaitForeign(phase, operation),
        WhenRunning::Cancel => Begin::CancelForeign(phase, operation),
        WhenRunning::Fail => {
            Begin::End(refuse_running(goal, phase, "`when-running: fail` says to leave it alone"))
        }
    }
}

fn refuse_running(goal: &Goal, phase: Phase, why: &str) -> Verdict {
    let message = format!("a {phase} is already running on offer {}, and {why}", goal.offer);
    Verdict::problem(
        None,
        Problem::new(Code::OperationRunning, message)
            .hint("wait for its end, or see the input `when-running`"),
    )
}

fn refuse_nothing(message: String, hint: &str) -> Begin {
    Begin::End(Verdict::problem(None, Problem::new(Code::NothingToContinue, message).hint(hint)))
}

fn is_changed_since(draft: Timestamp, ended: Timestamp) -> bool {
    draft.duration_since(ended) > SETTLING
}

/// Whether the newest operation already brought out the draft as it is. Only a plain yes of the
/// portal counts: the offer and the operation succeeded, and the draft is known to be older.
fn is_already_out(findings: &Findings, newest: &Submission, today: Timestamp) -> bool {
    findings.offer_state() == State::Succeeded && is_out(findings, newest, today)
}

/// Whether the operation brought out the draft as it is, by its own word.
fn is_out(findings: &Findings, newest: &Submission, today: Timestamp) -> bool {
    let (Some(draft), Some(ended)) = (findings.draft_changed(), newest.changed) else {
        return false;
    };
    newest.status.state() == State::Succeeded
        && !is_changed_since(draft, ended)
        && today.duration_since(ended) < LONGEST_RELEASE
}
