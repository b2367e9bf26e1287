//! A submission of a product: its publish to preview, and its publish to live. Nothing ticks: its
//! state is a function of the time.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::simulator::clock::add_time;

/// A submission, from its start to its end.
#[derive(Debug, Clone)]
pub struct SimulatedSubmission {
    /// Its number, which is also the last part of its durable id.
    pub number: u64,
    /// When it was made.
    pub created: Timestamp,
    /// The draft's resources as they were then.
    pub tree: Vec<Value>,
    /// Its publish to preview.
    pub preview: PublishRun,
    /// Its publish to live, if there was one.
    pub live: Option<PublishRun>,
}

/// A publish to one target.
#[derive(Debug, Clone)]
pub struct PublishRun {
    /// When it was started.
    pub started: Timestamp,
    /// How long it takes.
    pub takes: SignedDuration,
    /// What it ends with; nothing is a success.
    pub errors: Vec<Value>,
    /// When somebody cancelled it.
    pub cancelled: Option<Timestamp>,
}

/// How far a publish is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It is not over yet.
    Running,
    /// It reached its target.
    Succeeded,
    /// It ended with errors.
    Failed,
    /// Its job was cancelled in time.
    Cancelled,
}

impl PublishRun {
    /// A publish that starts now.
    pub fn new(started: Timestamp, takes: SignedDuration, errors: &[Value]) -> Self {
        Self { started, takes, errors: errors.to_vec(), cancelled: None }
    }

    /// How far it is.
    pub fn state_at(&self, now: Timestamp) -> RunState {
        if self.cancelled.is_some_and(|at| at <= now) {
            return RunState::Cancelled;
        }
        match () {
            () if now < self.ends() => RunState::Running,
            () if self.errors.is_empty() => RunState::Succeeded,
            () => RunState::Failed,
        }
    }

    /// When it is over.
    pub fn ends(&self) -> Timestamp {
        let end = add_time(self.started, self.takes);
        self.cancelled.map_or(end, |at| at.min(end))
    }
}

impl SimulatedSubmission {
    /// Its publish to live, if that was started by then.
    pub fn live_at(&self, now: Timestamp) -> Option<(&PublishRun, RunState)> {
        let run = self.live.as_ref().filter(|run| run.started <= now)?;
        Some((run, run.state_at(now)))
    }

    /// Whether one of its publishes runs.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.preview.state_at(now) == RunState::Running
            || self.live_at(now).is_some_and(|(_, state)| state == RunState::Running)
    }

    /// Whether it reached the preview, or live.
    pub fn has_reached(&self, is_live: bool, now: Timestamp) -> bool {
        if is_live {
            self.live_at(now).is_some_and(|(_, state)| state == RunState::Succeeded)
        } else {
            self.preview.state_at(now) == RunState::Succeeded
        }
    }
}
