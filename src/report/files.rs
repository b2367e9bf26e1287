//! The files of a run: job summary, outputs and record. They are written at every change, of
//! hundreds of offers about every second, so that a killed job leaves true ones.

use std::cell::Cell;
use std::convert::Infallible;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::console::Console;
use super::news::TimelineEntry;
use super::reports::{Report, Reports};
use super::story::{News, Story};
use super::{outputs, record, summary};
use crate::actions::files::{OutputFile, SummaryFile, write_in_workspace};
use crate::clock::Clock;
use crate::release::event::{Event, What};
use crate::secrets::Secrets;

/// So many offers are written at every change.
const FEW: u32 = 8;

/// Least time between two writes of more, for each of them.
const PAUSE_PER_OFFER: Duration = Duration::from_millis(4);

/// Where the files are, each if it was asked for.
#[derive(Default)]
pub struct FilePaths {
    /// `GITHUB_STEP_SUMMARY`, in GitHub Actions.
    pub summary: Option<SummaryFile>,
    /// `GITHUB_OUTPUT`, in GitHub Actions.
    pub outputs: Option<OutputFile>,
    /// The record: its path as it was given, and where it is.
    pub record: Option<(String, PathBuf)>,
}

/// Job summary, outputs and record, written anew while the release goes on.
pub struct Files {
    paths: FilePaths,
    console: Arc<Console>,
    secrets: Arc<Secrets>,
    clock: Rc<dyn Clock>,
    complained: Cell<bool>,
    /// When summary and outputs were written last, of [`Clock::elapsed`].
    written_at: Cell<Option<Duration>>,
    /// Something came up since.
    changed: Notify,
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
            written_at: Cell::new(None),
            changed: Notify::new(),
            finished: Cell::new(false),
            learnt: Cell::new(false),
        }
    }

    /// How long to wait before the next write: nothing for a few offers, about a second for
    /// hundreds, whose files are as many times as long.
    fn time_left(&self, story: &Story) -> Duration {
        let offers = u32::try_from(story.offers.len()).unwrap_or(u32::MAX);
        let pause = if offers <= FEW { Duration::ZERO } else { PAUSE_PER_OFFER * offers };
        let pause = pause.mul_f64(self.clock.speed());
        let next = self.written_at.get().map_or(Duration::ZERO, |at| at.saturating_add(pause));
        next.saturating_sub(self.clock.elapsed())
    }

    /// Writes what had to wait; ends only by being dropped.
    async fn write_later(&self, reports: &Reports) -> Infallible {
        loop {
            self.changed.notified().await;
            let left = self.time_left(&reports.story());
            self.clock.sleep(left).await;
            self.write(&reports.story(), self.clock.now());
        }
    }

    /// Writes summary and outputs as of `now`.
    fn write(&self, story: &Story, now: Timestamp) {
        self.written_at.set(Some(self.clock.elapsed()));
        if let Some(file) = &self.paths.summary {
            let text = summary::write_summary(story, now, file.room());
            self.complain("the job summary", file.rewrite(&self.secrets.redact(&text)));
        }
        if let Some(file) = &self.paths.outputs {
            let path = self.paths.record.as_ref().map(|(path, _)| path.as_str());
            let outputs: Vec<_> = outputs::list_outputs(story, path)
                .into_iter()
                .map(|(name_check_run, value)| (name_check_run, self.secrets.redact(&value)))
                .collect();
            self.complain("the outputs", file.rewrite(&outputs));
        }
    }

    fn write_all(&self, story: &Story, now: Timestamp) {
        self.write(story, now);
        if let Some((_, path)) = &self.paths.record {
            let pieces = record::write_record(story).map(|piece| self.secrets.redact(&piece));
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
        } else if news.iter().any(|one| !matches!(one.entry, TimelineEntry::Exchange(_))) {
            if self.time_left(story).is_zero() {
                self.write(story, event.at);
            } else {
                self.changed.notify_one();
            }
        }
    }

    fn keep<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, Infallible> {
        Box::pin(self.write_later(reports))
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
