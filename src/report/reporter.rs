//! Takes the events and keeps every report up to date, so that a killed job leaves true ones.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::Notify;

use super::console::Console;
use super::story::{Entry, News, Story};
use super::{heartbeat, log, outputs, record, summary};
use crate::actions::files::{OutputFile, SummaryFile, write_in_workspace};
use crate::manifest::excerpt;
use crate::portal::Level;
use crate::release::event::Event;
use crate::secrets::Secrets;

/// The files that are written, each if it was asked for.
#[derive(Default)]
pub struct Files {
    /// The job summary.
    pub summary: Option<SummaryFile>,
    /// The outputs.
    pub outputs: Option<OutputFile>,
    /// The record: its path as it was given, and where it is.
    pub record: Option<(String, PathBuf)>,
}

/// Keeps the reports.
pub struct Reporter {
    /// What is known.
    pub story: Rc<RefCell<Story>>,
    /// Woken when the story changed.
    pub changed: Rc<Notify>,
    console: Arc<Console>,
    secrets: Arc<Secrets>,
    files: Files,
    width: usize,
    complained: Cell<bool>,
    /// Warnings of an offer since its last change, without what is different each time.
    warned: RefCell<HashSet<(usize, String)>>,
    last_line: Cell<Option<jiff::Timestamp>>,
}

impl Reporter {
    /// Begins to report.
    #[must_use]
    pub fn new(story: Story, console: Arc<Console>, files: Files) -> Self {
        let width = story.offers.iter().map(|offer| offer.offer.len()).max().unwrap_or_default();
        Self {
            story: Rc::new(RefCell::new(story)),
            changed: Rc::new(Notify::new()),
            secrets: console.secrets(),
            console,
            files,
            width,
            complained: Cell::new(false),
            warned: RefCell::default(),
            last_line: Cell::new(None),
        }
    }

    /// Takes an event.
    pub fn take(&self, event: &Event) {
        let news = self.story.borrow_mut().apply(event);
        for one in &news {
            self.log(event.offer, one);
        }
        if news.iter().any(|one| !matches!(one.entry, Entry::Exchange(_))) {
            self.write(event.at);
            self.changed.notify_one();
        }
    }

    fn log(&self, index: usize, news: &News) {
        let story = self.story.borrow();
        let Some(offer) = story.offers.get(index) else {
            return;
        };
        let line = log::line(news.at, &offer.offer, self.width, &news.entry);
        match &news.entry {
            Entry::Exchange(_) => return self.console.debug(&line.render(false, str::to_owned)),
            Entry::Note(Level::Warning, text) if !self.is_new(index, text) => return,
            Entry::Note(..) => {}
            // After a change, the same warning is news again.
            Entry::Change(_) => self.warned.borrow_mut().retain(|(of, _)| *of != index),
        }
        self.last_line.set(Some(news.at));
        self.console.columns(&line);
        if let Some(annotated) = &news.annotated {
            let (place, source) = (
                &annotated.place,
                story.manifest.source_line(annotated.place.line).unwrap_or_default(),
            );
            for line in excerpt(source, place, &annotated.title).lines() {
                self.console.line(line);
            }
            self.console.annotate(annotated.level, Some(place), &annotated.title, &annotated.text);
        }
    }

    /// Whether the offer was not warned of this since its last change. Each request has its own
    /// correlation id.
    fn is_new(&self, index: usize, warning: &str) -> bool {
        let mut words = warning.split(" (correlation id ");
        let rest = words.by_ref().enumerate().map(|(n, part)| {
            if n == 0 { part } else { part.split_once(')').map_or("", |(_, rest)| rest) }
        });
        let warning: String = rest.collect();
        self.warned.borrow_mut().insert((index, warning))
    }

    /// When the last line was put into the log, but for signs of life.
    #[must_use]
    pub fn last_line(&self) -> Option<jiff::Timestamp> {
        self.last_line.get()
    }

    /// Says what is under way; not where bars say so all the time.
    pub fn still_alive(&self, now: jiff::Timestamp) {
        if self.console.bars().is_none() {
            for line in heartbeat::lines(&self.story.borrow(), self.width, now) {
                self.console.columns(&line);
            }
        }
    }

    /// What each offer came to, folded away.
    pub fn close(&self, now: jiff::Timestamp) {
        for offer in &self.story.borrow().offers {
            if let Some((title, lines)) = log::closing(offer, now) {
                self.console.group(&title, lines);
            }
        }
    }

    /// Writes summary and outputs as of `now`.
    pub fn write(&self, now: jiff::Timestamp) {
        let story = self.story.borrow();
        if let Some(file) = &self.files.summary {
            self.complain(
                "the job summary",
                file.rewrite(&self.secrets.redact(&summary::summary(&story, now, file.room()))),
            );
        }
        if let Some(file) = &self.files.outputs {
            let path = self.files.record.as_ref().map(|(path, _)| path.as_str());
            let outputs: Vec<_> = outputs::outputs(&story, path)
                .into_iter()
                .map(|(name, value)| (name, self.secrets.redact(&value)))
                .collect();
            self.complain("the outputs", file.rewrite(&outputs));
        }
    }

    /// Writes everything for the last time.
    pub fn finish(&self, now: jiff::Timestamp) {
        self.write(now);
        if let Some((_, path)) = &self.files.record {
            let story = self.story.borrow();
            let pieces = record::record(&story).map(|piece| self.secrets.redact(&piece));
            self.complain("the record", write_in_workspace(path, pieces));
        }
    }

    /// A report that cannot be written is said once, and does not stop a release.
    fn complain(&self, what: &str, result: std::io::Result<()>) {
        if let Err(error) = result
            && !self.complained.replace(true)
        {
            self.console.warning(&format!("{what} cannot be written: {error}"));
        }
    }
}
