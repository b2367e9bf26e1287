//! The files of a run: job summary, outputs and record. They are written at every change, so that a
//! killed job leaves true ones.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use super::console::Console;
use super::news::Entry;
use super::reports::{Report, Reports};
use super::story::{News, Story};
use super::{outputs, record, summary};
use crate::actions::files::{OutputFile, SummaryFile, write_in_workspace};
use crate::clock::Clock;
use crate::release::event::{Event, What};
use crate::secrets::Secrets;

/// Where the files are, each if it was asked for.
#[derive(Default)]
pub struct FilePaths {
    /// The job summary.
    pub summary: Option<SummaryFile>,
    /// The outputs.
    pub outputs: Option<OutputFile>,
    /// The record: its path as it was given, and where it is.
    pub record: Option<(String, PathBuf)>,
}

/// Keeps the files.
pub struct Files {
    paths: FilePaths,
    console: Arc<Console>,
    secrets: Arc<Secrets>,
    clock: Rc<dyn Clock>,
    complained: Cell<bool>,
    /// Written for the last time, unless something else is learnt.
    finished: Cell<bool>,
    learnt: Cell<bool>,
}

impl Files {
    /// Nothing is written yet.
    #[must_use]
    pub fn new(paths: FilePaths, console: Arc<Console>, clock: Rc<dyn Clock>) -> Self {
        let secrets = console.secrets();
        Self {
            paths,
            console,
            secrets,
            clock,
            complained: Cell::new(false),
            finished: Cell::new(false),
            learnt: Cell::new(false),
        }
    }

    /// Writes summary and outputs as of `now`.
    fn write(&self, story: &Story, now: Timestamp) {
        if let Some(file) = &self.paths.summary {
            let text = summary::summary(story, now, file.room());
            self.complain("the job summary", file.rewrite(&self.secrets.redact(&text)));
        }
        if let Some(file) = &self.paths.outputs {
            let path = self.paths.record.as_ref().map(|(path, _)| path.as_str());
            let outputs: Vec<_> = outputs::outputs(story, path)
                .into_iter()
                .map(|(name, value)| (name, self.secrets.redact(&value)))
                .collect();
            self.complain("the outputs", file.rewrite(&outputs));
        }
    }

    fn write_all(&self, story: &Story, now: Timestamp) {
        self.write(story, now);
        if let Some((_, path)) = &self.paths.record {
            let pieces = record::record(story).map(|piece| self.secrets.redact(&piece));
            self.complain("the record", write_in_workspace(path, pieces));
        }
    }

    /// A file that cannot be written is said once, and does not stop a release.
    fn complain(&self, what: &str, result: std::io::Result<()>) {
        if let Err(error) = result
            && !self.complained.replace(true)
        {
            self.console.warning(&format!("{what} cannot be written: {error}"));
        }
    }
}

impl Report for Files {
    fn show(&self, story: &Story, event: &Event, news: &[News]) {
        if self.finished.get() {
            self.learnt.set(self.learnt.get() || matches!(event.what, What::CheckRun(_)));
        } else if news.iter().any(|one| !matches!(one.entry, Entry::Exchange(_))) {
            self.write(story, event.at);
        }
    }

    fn finish<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, ()> {
        Box::pin(async {
            self.write_all(&reports.story(), self.clock.now());
            self.finished.set(true);
        })
    }

    fn close(&self, story: &Story, now: Timestamp) {
        if !self.finished.get() || self.learnt.get() {
            self.write_all(story, now);
        }
    }
}
