//! What is known of one offer's check run, and what of it is to be written when.

use std::collections::BTreeSet;
use std::time::Duration;

use super::is_end;
use crate::github::{AnnotationKey, Backoff, CheckRunRef, CheckRunStatus};

/// Least time between two updates of a check run that has no new error and is not at its end;
/// GitHub's rate limit is for all jobs of a repository together.
const PACE: Duration = Duration::from_secs(15);

/// The title tells how long it has taken. Where nothing else changes it is told again at growing
/// distance, each time when it has doubled, so that it is never far off and costs a handful of
/// requests in a week.
const FIRST_REPETITION: Duration = Duration::from_mins(30);

/// How much matters, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// How it ended.
    End,
    /// A new error.
    Error,
    /// There is no check run yet.
    First,
    /// Something changed.
    Change,
}

/// What people see, but for annotations and the time.
#[derive(Debug, PartialEq, Eq)]
pub struct Content {
    /// The summary.
    pub text: String,
    /// Where it stands.
    pub status: CheckRunStatus,
}

/// How much of what there is to say is left out, after GitHub refused more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plainness {
    /// Nothing.
    #[default]
    Whole,
    /// The annotations.
    NoAnnotations,
    /// The text too: only title and status are left.
    Bare,
}

/// One offer's check run.
#[derive(Debug, Default)]
pub struct OfferState {
    /// The check run.
    pub run: Option<CheckRunRef>,
    /// Check runs of this offer that are none of ours to write.
    pub excluded: Vec<u64>,
    /// A check run was asked for, and whether it was made is not known.
    pub unsure: bool,
    /// So many that were known were gone, and another one was made.
    pub gone: u32,
    /// Looking for an earlier check run failed.
    pub not_found_out: bool,
    /// It is known which annotations it has.
    pub listed: bool,
    /// The annotations that it has.
    pub known: BTreeSet<AnnotationKey>,
    /// So many of the story's annotations need no more thought.
    pub settled: usize,
    /// What was sent last.
    pub sent: Option<Content>,
    /// When.
    pub sent_at: Duration,
    /// Nothing is sent before.
    pub retry_at: Duration,
    /// What GitHub does not take is left out.
    pub plainness: Plainness,
    /// After errors.
    pub patience: Backoff,
}

impl OfferState {
    /// When to send what there is, and how much it matters; `last` disregards the pace.
    pub fn wanted(
        &self,
        content: &Content,
        pending: usize,
        errors: bool,
        last: bool,
    ) -> Option<(Duration, Rank)> {
        let at_once = Duration::ZERO;
        let Some(sent) = &self.sent else {
            return Some((at_once, if is_end(content.status) { Rank::End } else { Rank::First }));
        };
        if sent.status != content.status {
            return Some((at_once, Rank::End));
        }
        if errors {
            return Some((at_once, Rank::Error));
        }
        if pending > 0 || sent != content {
            let at = if last { at_once } else { self.sent_at.saturating_add(PACE) };
            return Some((at, Rank::Change));
        }
        let again = self.sent_at.saturating_add(self.sent_at.max(FIRST_REPETITION));
        (!last && !is_end(content.status)).then_some((again, Rank::Change))
    }

    /// Whether GitHub shows how it ended.
    pub fn has_ended(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| is_end(sent.status))
    }

    /// The check run is not to be written any more; another one, which has no annotations, takes
    /// its place.
    pub fn replace(&mut self) {
        self.excluded.extend(self.run.take().map(|run| run.id));
        self.known.clear();
        (self.settled, self.listed) = (0, false);
    }

    /// GitHub will never take what was sent: less is sent, and if nothing is left to leave out, it
    /// counts as sent until it changes.
    pub fn refused(&mut self, content: Content, annotations: usize, now: Duration) {
        self.plainness = match self.plainness {
            Plainness::Whole => Plainness::NoAnnotations,
            Plainness::NoAnnotations => Plainness::Bare,
            Plainness::Bare => {
                (self.sent, self.sent_at, self.settled) = (Some(content), now, annotations);
                Plainness::Whole
            }
        };
    }
}
