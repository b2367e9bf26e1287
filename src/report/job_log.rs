//! The job log as a report: a line for each change, annotations on the manifest, and at the end
//! what each offer came to.

use std::sync::Arc;

use jiff::Timestamp;

use super::console::Console;
use super::line::Paint;
use super::log;
use super::news::{Change, Entry};
use super::reports::Report;
use super::story::{News, OfferStory, Story};
use super::summary::headline;
use crate::manifest::excerpt;
use crate::release::event::Event;

/// Keeps the job log.
pub struct JobLog {
    console: Arc<Console>,
}

impl JobLog {
    /// Nothing is printed yet.
    #[must_use]
    pub fn new(console: Arc<Console>) -> Self {
        Self { console }
    }

    fn print(&self, story: &Story, offer: &OfferStory, news: &News) {
        let line = match &news.entry {
            Entry::Change(Change::Ended(verdict)) if story.shows_state(offer) => {
                log::columns(news.at, &offer.offer, story.width(), story.command.as_str()).cell(
                    Paint::Plain,
                    0,
                    verdict.sentence(),
                )
            }
            entry => log::line(news.at, &offer.offer, story.width(), entry),
        };
        if matches!(news.entry, Entry::Exchange(_)) {
            return self.console.debug(&line.render(false, str::to_owned));
        }
        if news.repeated {
            return;
        }
        self.console.columns(&line);
        if let Some(annotated) = &news.annotated {
            let place = &annotated.place;
            let source = story.manifest.source_line(place.line).unwrap_or_default();
            for line in excerpt(source, place, &annotated.title).lines() {
                self.console.line(line);
            }
            self.console.annotate(annotated.level, Some(place), &annotated.title, &annotated.text);
        }
    }
}

impl Report for JobLog {
    fn show(&self, story: &Story, event: &Event, news: &[News]) {
        if let Some(offer) = story.offers.get(event.offer) {
            for one in news {
                self.print(story, offer, one);
            }
        }
    }

    fn close(&self, story: &Story, now: Timestamp) {
        for offer in &story.offers {
            let outcome = (!story.shows_state(offer))
                .then(|| offer.verdict.as_ref().map(|verdict| verdict.outcome.name()))
                .flatten();
            let outcome = outcome.unwrap_or("looked at");
            if let Some((title, lines)) = log::closing(offer, outcome, now) {
                self.console.group(&title, lines);
            }
        }
        self.console.line(&headline(story));
    }
}
