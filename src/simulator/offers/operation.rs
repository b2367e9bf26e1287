//! An operation on an offer, and how far it is at a given time. Nothing ticks: its state is a
//! function of its script and the time.

use jiff::Timestamp;
use serde_json::Value;

use super::progress::{
    OperationProgress, OperationState, StepMark, StepNow, messages_so_far, run_step,
};
use crate::simulator::scenario::{ReleaseHalf, ScriptStep};

/// Something that runs on an offer.
#[derive(Debug, Clone)]
pub struct SimulatedOperation {
    /// The last part of its address.
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
    /// Addresses to notify, separated by commas.
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
    /// The simulated time at which it takes effect.
    pub at: Timestamp,
    /// How: `Failed` or `Canceled`.
    pub state: OperationState,
    /// What is said about it.
    pub reason: String,
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

#[cfg(test)]
mod tests;
