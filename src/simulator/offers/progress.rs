//! How far an operation and its steps are at a given time: a function of the script and the time.

use jiff::{SignedDuration, Timestamp};

use crate::simulator::clock::add_time;
use crate::simulator::scenario::{FailedAs, FailedOperation, Fails, ScriptMessage, ScriptStep};

/// The state of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Its steps are not all done.
    Running,
    /// A publish that waits for the publisher.
    SignOff,
    /// All its steps are done.
    Complete,
    /// One of its steps failed.
    Failed,
    /// Somebody ended it.
    Canceled,
}

/// The status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepMark {
    /// `notStarted`.
    NotStarted,
    /// `inProgress`.
    InProgress,
    /// `blocked`.
    Blocked,
    /// `waitingForPublisherReview`.
    Waiting,
    /// `complete`.
    Complete,
    /// `rejected`.
    Rejected,
    /// `failed`.
    Failed,
    /// `canceled`.
    Canceled,
}

/// A step at a given time.
#[derive(Debug, Clone)]
pub struct StepNow {
    /// What its status says, before it is spelled.
    pub mark: StepMark,
    /// `progressPercentage`, from 0 to 100.
    pub percent: u8,
    /// What it has said so far, and when.
    pub messages: Vec<(Timestamp, ScriptMessage)>,
}

/// An operation at a given time.
#[derive(Debug, Clone)]
pub struct OperationProgress {
    /// What its status says, before it is spelled.
    pub state: OperationState,
    /// One for each step of the script.
    pub steps: Vec<StepNow>,
    /// When something last happened.
    pub last_action: Timestamp,
    /// Why it ended badly.
    pub error: Option<String>,
}

/// Runs one step that began at `at`, and moves `at` to its end.
pub fn run_step(
    step: &ScriptStep,
    now: Timestamp,
    at: &mut Timestamp,
    progress: &mut OperationProgress,
) -> StepNow {
    let began = *at;
    progress.note_event(began);
    let passed = now.duration_since(began);
    let mut messages = messages_so_far(&step.messages, began, now, progress);

    if let Some(fails) = step.fails.as_ref().filter(|fails| passed >= fails.after.0) {
        return fail_step(step, fails, (began, now), messages, progress);
    }
    let mut stood_still = SignedDuration::ZERO;
    if let Some(blocked) = step.blocked.as_ref().filter(|blocked| passed >= blocked.after.0) {
        let from = add_time(began, blocked.after.0);
        messages.extend(messages_so_far(&blocked.messages, from, now, progress));
        progress.note_event(from);
        let lasts = blocked.lasts.map_or(SignedDuration::MAX, |lasts| lasts.0);
        if now.duration_since(from) < lasts {
            return go_on(StepMark::Blocked, step, blocked.after.0, messages, progress);
        }
        progress.note_event(add_time(from, lasts));
        stood_still = lasts;
    }
    let total = step.takes.0.saturating_add(stood_still);
    if passed < total {
        let worked = passed.saturating_sub(stood_still);
        return go_on(StepMark::InProgress, step, worked, messages, progress);
    }
    *at = add_time(began, total);
    progress.note_event(*at);
    StepNow { mark: StepMark::Complete, percent: 100, messages }
}

/// A step that is not at its end, of which so much is done.
fn go_on(
    mark: StepMark,
    step: &ScriptStep,
    worked: SignedDuration,
    messages: Vec<(Timestamp, ScriptMessage)>,
    progress: &mut OperationProgress,
) -> StepNow {
    progress.state = OperationState::Running;
    StepNow { mark, percent: compute_percent(worked, step.takes.0), messages }
}

/// A step that failed, and its operation with it.
fn fail_step(
    step: &ScriptStep,
    fails: &Fails,
    (began, now): (Timestamp, Timestamp),
    mut messages: Vec<(Timestamp, ScriptMessage)>,
    progress: &mut OperationProgress,
) -> StepNow {
    let ended = add_time(began, fails.after.0);
    messages.retain(|(said, _)| *said <= ended);
    messages.extend(messages_so_far(&fails.messages, ended, now, progress));
    progress.note_event(ended);
    let first = fails.messages.first().map(|message| message.html.clone());
    progress.error = Some(first.unwrap_or_else(|| format!("{} failed.", step.name)));
    progress.state = match fails.operation {
        FailedOperation::Failed => OperationState::Failed,
        FailedOperation::Canceled => OperationState::Canceled,
    };
    let mark = match fails.mark {
        FailedAs::Rejected => StepMark::Rejected,
        FailedAs::Failed => StepMark::Failed,
        FailedAs::Blocked => StepMark::Blocked,
        FailedAs::Canceled => StepMark::Canceled,
    };
    StepNow { mark, percent: compute_percent(fails.after.0, step.takes.0), messages }
}

/// The messages that have come by `now`, for times counted from `from`.
pub fn messages_so_far(
    messages: &[ScriptMessage],
    from: Timestamp,
    now: Timestamp,
    progress: &mut OperationProgress,
) -> Vec<(Timestamp, ScriptMessage)> {
    let said: Vec<_> = messages
        .iter()
        .map(|message| (add_time(from, message.after.0), message.clone()))
        .filter(|(at, _)| *at <= now)
        .collect();
    for (at, _) in &said {
        progress.note_event(*at);
    }
    said
}

/// Never 100: a step that is not complete does not say that it is.
fn compute_percent(passed: SignedDuration, takes: SignedDuration) -> u8 {
    let hundredths =
        passed.as_millis().saturating_mul(100).checked_div(takes.as_millis()).unwrap_or(0);
    u8::try_from(hundredths.clamp(0, 99)).unwrap_or(0)
}

impl StepNow {
    pub fn idle(mark: StepMark) -> Self {
        Self {
            mark,
            percent: if mark == StepMark::Complete { 100 } else { 0 },
            messages: Vec::new(),
        }
    }
}

impl OperationProgress {
    pub fn note_event(&mut self, at: Timestamp) {
        self.last_action = self.last_action.max(at);
    }

    pub fn force_end(&mut self, state: OperationState, at: Timestamp) {
        self.state = state;
        self.last_action = at;
        let ended =
            if state == OperationState::Canceled { StepMark::Canceled } else { StepMark::Failed };
        for step in &mut self.steps {
            if matches!(step.mark, StepMark::InProgress | StepMark::Blocked | StepMark::Waiting) {
                step.mark = ended;
            }
        }
    }
}
