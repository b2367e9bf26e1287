//! A configure job.

use jiff::Timestamp;
use serde_json::Value;

use super::product::SimulatedProduct;
use super::submission::{PublishRun, RunState};
use crate::simulator::clock::add_time;
use crate::simulator::scenario::{IngestionSwitches, JobEnds};

/// A job that a `configure` started.
#[derive(Debug, Clone)]
pub struct ConfigureJob {
    /// Its id, a GUID.
    pub id: String,
    /// Index of its product.
    pub product: usize,
    /// When it was accepted.
    pub created: Timestamp,
    /// What it does, and when that is over.
    pub work: JobWork,
    /// The resources that were sent, as they are kept.
    pub resources: Vec<Value>,
    /// How often it was read.
    pub polls: u64,
}

/// What a job does.
#[derive(Debug, Clone)]
pub enum JobWork {
    /// Writes the draft at that time.
    Draft {
        /// The simulated time at which the draft is written.
        ends: Timestamp,
        /// Whether that is done.
        written: bool,
    },
    /// Ends with errors at that time.
    Refused {
        /// The simulated time at which it fails.
        ends: Timestamp,
        /// The errors of the answer, as the API spells them.
        errors: Vec<Value>,
    },
    /// Publishes the submission of that number.
    Publish {
        /// The last part of the submission's id.
        number: u64,
        /// To live, and not to preview.
        to_live: bool,
        /// The publish itself, as it was started.
        run: PublishRun,
    },
}

impl ConfigureJob {
    /// How far it is, when it ends, and with which errors.
    pub fn state_at(
        &self,
        switches: &IngestionSwitches,
        now: Timestamp,
    ) -> (RunState, Timestamp, &[Value]) {
        match &self.work {
            JobWork::Draft { ends, .. } | JobWork::Refused { ends, .. } if *ends > now => {
                (RunState::Running, *ends, &[])
            }
            JobWork::Draft { ends, .. } => (RunState::Succeeded, *ends, &[]),
            JobWork::Refused { ends, errors } => (RunState::Failed, *ends, errors),
            JobWork::Publish { run, .. } => {
                let accepted = add_time(self.created, switches.job_takes.0);
                if switches.job_ends == JobEnds::AtOnce && accepted <= now {
                    return (RunState::Succeeded, accepted, &[]);
                }
                let state = run.state_at(now);
                let errors = if state == RunState::Failed { run.errors.as_slice() } else { &[] };
                (state, run.ends(), errors)
            }
        }
    }

    /// Cancels the publish, here and in the submission.
    pub fn cancel(&mut self, product: &mut SimulatedProduct, now: Timestamp) {
        if let JobWork::Publish { number, to_live, run } = &mut self.work {
            run.cancelled = Some(now);
            let submission = product.submissions.iter_mut().find(|one| one.number == *number);
            if let Some(submission) = submission {
                let of_target =
                    if *to_live { submission.live.as_mut() } else { Some(&mut submission.preview) };
                if let Some(of_target) = of_target {
                    of_target.cancelled = Some(now);
                }
            }
        }
    }
}
