//! What is known of an offer's check run: which one it is, and what it shows already.

use std::collections::BTreeSet;

use crate::github::{AnnotationKey, CheckRunRef};

/// What is known of one offer's check run.
#[derive(Debug, Default)]
pub(super) struct KnownCheckRun {
    /// The check run that is written, once it was found or made.
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
    pub annotations: BTreeSet<AnnotationKey>,
    /// So many of the story's annotations need no more thought.
    pub settled: usize,
    /// What GitHub does not take is left out.
    pub omitted: Omitted,
}

/// What is left out, after GitHub refused more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Omitted {
    #[default]
    Nothing,
    Annotations,
    /// And the text too: only title and status are left.
    Text,
}

impl KnownCheckRun {
    /// The check run is not to be written any more; another one, which has no annotations, takes
    /// its place.
    pub fn replace(&mut self) {
        self.excluded.extend(self.run.take().map(|run| run.id));
        self.annotations.clear();
        (self.settled, self.listed) = (0, false);
    }
}
