//! An operation on an offer, and how far it is at a given time. Nothing ticks: its state is a
//! function of its script and the time.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::simulator::clock::later;
use crate::simulator::scenario::{
    FailedAs, FailedOperation, ReleaseHalf, ScriptMessage, ScriptStep,
};

/// Something that runs on an offer.
#[derive(Debug, Clone)]
pub struct SimulatedOperation {
    /// Its id.
    pub id: String,
    /// Which half of a release it is.
    pub kind: ReleaseHalf,
    /// When it was started.
    pub created: Timestamp,
    /// Its steps, those of the other half too.
    pub script: Vec<ScriptStep>,
    /// Which revision of the draft it publishes or takes live.
    pub revision: u64,
    /// The definition that it publishes or takes live: the draft's when the publish started.
    pub definition: Value,
    /// The offer's version that it publishes.
    pub offer_version: i64,
    /// `version` of its submission.
    pub version: i64,
    /// Addresses to notify.
    pub emails: String,
    /// Someone ends it, at that time.
    pub stopped: Option<ForcedEnd>,
    /// The sign-off that it waited for was given, or a newer publish took its place.
    pub closed: Option<Timestamp>,
    /// How often it was read.
    pub polls: u64,
}

/// An end that does not come from the script.
#[derive(Debug, Clone)]
pub struct ForcedEnd {
    /// When.
    pub at: Timestamp,
    /// How: `Failed` or `Canceled`.
    pub state: OperationState,
    /// What is said about it.
    pub reason: String,
}

/// The state of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Under way.
    Running,
    /// A publish that waits for the publisher.
    SignOff,
    /// Done.
    Complete,
    /// Ended badly.
    Failed,
    /// Canceled.
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
    /// Status.
    pub mark: StepMark,
    /// Percent.
    pub percent: u8,
    /// What it has said so far, and when.
    pub messages: Vec<(Timestamp, ScriptMessage)>,
}

/// An operation at a given time.
#[derive(Debug, Clone)]
pub struct OperationProgress {
    /// State.
    pub state: OperationState,
    /// One for each step of the script.
    pub steps: Vec<StepNow>,
    /// When something last happened.
    pub last_action: Timestamp,
    /// Why it ended badly.
    pub error: Option<String>,
}

impl SimulatedOperation {
    /// How far it is at `now`.
    pub fn progress_at(&self, now: Timestamp) -> OperationProgress {
        let stop = self.stopped.as_ref().filter(|stop| stop.at <= now);
        let mut progress = self.script_at(stop.map_or(now, |stop| stop.at));
        if let Some(stop) = stop
            .filter(|_| matches!(progress.state, OperationState::Running | OperationState::SignOff))
        {
            progress.force_end(stop.state, stop.at);
            progress.error = (stop.state == OperationState::Failed).then(|| stop.reason.clone());
        }
        progress
    }

    fn script_at(&self, now: Timestamp) -> OperationProgress {
        let mut progress = OperationProgress {
            state: OperationState::Complete,
            steps: Vec::new(),
            last_action: self.created,
            error: None,
        };
        let mut at = self.created;
        for step in &self.script {
            let now = match (self.kind, step.phase()) {
                _ if progress.state != OperationState::Complete => {
                    StepNow::idle(StepMark::NotStarted)
                }
                (ReleaseHalf::GoLive, ReleaseHalf::Publish) => StepNow::idle(StepMark::Complete),
                (ReleaseHalf::Publish, ReleaseHalf::GoLive) => StepNow::idle(StepMark::NotStarted),
                (ReleaseHalf::Publish, ReleaseHalf::Publish) if step.is_sign_off() => {
                    self.sign_off(step, now, at, &mut progress)
                }
                _ => run_step(step, now, &mut at, &mut progress),
            };
            progress.steps.push(now);
        }
        if self.kind == ReleaseHalf::Publish
            && progress.state == OperationState::Complete
            && self.closed.is_none_or(|closed| closed > now)
        {
            progress.state = OperationState::SignOff;
        }
        progress
    }

    fn sign_off(
        &self,
        step: &ScriptStep,
        now: Timestamp,
        at: Timestamp,
        progress: &mut OperationProgress,
    ) -> StepNow {
        let messages = messages_so_far(&step.messages, at, now, progress);
        if let Some(closed) = self.closed.filter(|closed| *closed <= now) {
            progress.note_event(closed);
            return StepNow { mark: StepMark::Complete, percent: 100, messages };
        }
        progress.state = OperationState::SignOff;
        StepNow { mark: StepMark::Waiting, percent: 0, messages }
    }
}

/// Runs one step that began at `at`, and moves `at` to its end.
fn run_step(
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
        let ended = later(began, fails.after.0);
        messages.retain(|(said, _)| *said <= ended);
        messages.extend(messages_so_far(&fails.messages, ended, Timestamp::MAX.min(now), progress));
        progress.note_event(ended);
        progress.error = Some(
            fails
                .messages
                .first()
                .map_or_else(|| format!("{} failed.", step.name), |first| first.html.clone()),
        );
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
        return StepNow { mark, percent: percent(fails.after.0, step.takes.0), messages };
    }

    let mut stood_still = SignedDuration::ZERO;
    if let Some(blocked) = step.blocked.as_ref().filter(|blocked| passed >= blocked.after.0) {
        let from = later(began, blocked.after.0);
        messages.extend(messages_so_far(&blocked.messages, from, now, progress));
        progress.note_event(from);
        let lasts = blocked.lasts.map_or(SignedDuration::MAX, |lasts| lasts.0);
        if now.duration_since(from) < lasts {
            progress.state = OperationState::Running;
            return StepNow {
                mark: StepMark::Blocked,
                percent: percent(blocked.after.0, step.takes.0),
                messages,
            };
        }
        progress.note_event(later(from, lasts));
        stood_still = lasts;
    }

    let total = step.takes.0.saturating_add(stood_still);
    if passed < total {
        progress.state = OperationState::Running;
        let mark = StepMark::InProgress;
        return StepNow {
            mark,
            percent: percent(passed.saturating_sub(stood_still), step.takes.0),
            messages,
        };
    }
    *at = later(began, total);
    progress.note_event(*at);
    StepNow { mark: StepMark::Complete, percent: 100, messages }
}

/// The messages that have come by `now`, for times counted from `from`.
fn messages_so_far(
    messages: &[ScriptMessage],
    from: Timestamp,
    now: Timestamp,
    progress: &mut OperationProgress,
) -> Vec<(Timestamp, ScriptMessage)> {
    let said: Vec<_> = messages
        .iter()
        .map(|message| (later(from, message.after.0), message.clone()))
        .filter(|(at, _)| *at <= now)
        .collect();
    for (at, _) in &said {
        progress.note_event(*at);
    }
    said
}

/// Never 100: a step that is not complete does not say that it is.
fn percent(passed: SignedDuration, takes: SignedDuration) -> u8 {
    let hundredths =
        passed.as_millis().saturating_mul(100).checked_div(takes.as_millis()).unwrap_or(0);
    u8::try_from(hundredths.clamp(0, 99)).unwrap_or(0)
}

impl StepNow {
    fn idle(mark: StepMark) -> Self {
        Self {
            mark,
            percent: if mark == StepMark::Complete { 100 } else { 0 },
            messages: Vec::new(),
        }
    }
}

impl OperationProgress {
    fn note_event(&mut self, at: Timestamp) {
        self.last_action = self.last_action.max(at);
    }

    fn force_end(&mut self, state: OperationState, at: Timestamp) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::scenario::Scenario;

    fn start() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn operation(kind: ReleaseHalf, yaml: &str) -> SimulatedOperation {
        SimulatedOperation {
            id: "1".to_owned(),
            kind,
            created: start(),
            script: Scenario::parse(yaml).unwrap().steps,
            revision: 1,
            definition: Value::Null,
            offer_version: 1,
            version: 1,
            emails: String::new(),
            stopped: None,
            closed: None,
            polls: 0,
        }
    }

    fn seen(operation: &SimulatedOperation, hours: i64) -> String {
        let progress = operation.progress_at(later(start(), SignedDuration::from_hours(hours)));
        let steps: Vec<_> =
            progress.steps.iter().map(|step| format!("{:?} {}", step.mark, step.percent)).collect();
        format!("{:?}: {}", progress.state, steps.join(", "))
    }

    #[test]
    fn a_publish_takes_its_days_and_stops_at_the_sign_off() {
        let publish = operation(ReleaseHalf::Publish, "");
        insta::assert_snapshot!([0, 1, 19, 37, 43, 500].map(|hours| seen(&publish, hours)).join("\n"), @r"
        Running: InProgress 0, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
        Running: Complete 100, InProgress 2, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
        Running: Complete 100, InProgress 52, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
        Running: Complete 100, Complete 100, InProgress 12, NotStarted 0, NotStarted 0, NotStarted 0
        SignOff: Complete 100, Complete 100, Complete 100, Complete 100, Waiting 0, NotStarted 0
        SignOff: Complete 100, Complete 100, Complete 100, Complete 100, Waiting 0, NotStarted 0
        ");
    }

    #[test]
    fn a_go_live_runs_the_other_half() {
        let go_live = operation(ReleaseHalf::GoLive, "");
        insta::assert_snapshot!([0, 12, 24].map(|hours| seen(&go_live, hours)).join("\n"), @r"
        Running: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, InProgress 0
        Running: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, InProgress 50
        Complete: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, Complete 100
        ");
    }

    #[test]
    fn a_blocked_step_recovers_and_its_operation_runs_all_the_time() {
        let yaml = "steps: [{id: a, name: A, takes: 4h, blocked: {after: 1h, for: 10h, messages: \
            [{html: No image}]}}]";
        let publish = operation(ReleaseHalf::Publish, yaml);
        insta::assert_snapshot!([0, 1, 10, 11, 13, 14].map(|hours| seen(&publish, hours)).join("\n"), @r"
        Running: InProgress 0
        Running: Blocked 25
        Running: Blocked 25
        Running: InProgress 25
        Running: InProgress 75
        SignOff: Complete 100
        ");
        let progress = publish.progress_at(later(start(), SignedDuration::from_hours(2)));
        assert_eq!(progress.last_action, later(start(), SignedDuration::from_hours(1)));
    }

    #[test]
    fn a_step_that_fails_ends_the_operation() {
        let yaml = "steps: [{id: a, name: A, takes: 4h, fails: {after: 1h, messages: [{level: \
            error, html: <p>No</p>}]}}, \
                    {id: b, name: B}]";
        let publish = operation(ReleaseHalf::Publish, yaml);
        insta::assert_snapshot!([0, 1, 9].map(|hours| seen(&publish, hours)).join("\n"), @r"
        Running: InProgress 0, NotStarted 0
        Failed: Rejected 25, NotStarted 0
        Failed: Rejected 25, NotStarted 0
        ");
        assert_eq!(publish.progress_at(Timestamp::MAX).error.unwrap(), "<p>No</p>");
        let yaml = yaml.replace("after: 1h,", "after: 1h, as: canceled, operation: canceled,");
        assert_eq!(
            seen(&operation(ReleaseHalf::Publish, &yaml), 2),
            "Canceled: Canceled 25, NotStarted 0"
        );
    }

    #[test]
    fn a_stop_takes_effect_at_its_time_and_only_on_what_still_runs() {
        let mut publish = operation(
            ReleaseHalf::Publish,
            "steps: [{id: a, name: A, takes: 4h}, {id: publisher-signoff, name: S}]",
        );
        let stop = |hours| {
            Some(ForcedEnd {
                at: later(start(), SignedDuration::from_hours(hours)),
                state: OperationState::Canceled,
                reason: String::new(),
            })
        };
        publish.stopped = stop(2);
        insta::assert_snapshot!([1, 2, 9].map(|hours| seen(&publish, hours)).join("\n"), @r"
        Running: InProgress 25, NotStarted 0
        Canceled: Canceled 50, NotStarted 0
        Canceled: Canceled 50, NotStarted 0
        ");
        let mut go_live =
            operation(ReleaseHalf::GoLive, "steps: [{id: live, name: Live, takes: 1h}]");
        go_live.stopped = stop(2);
        assert_eq!(seen(&go_live, 3), "Complete: Complete 100");
    }
}
