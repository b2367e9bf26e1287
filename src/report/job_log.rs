//! The job log as a report: a line for each change, annotations on the manifest, and at the end
//! what each offer came to.

use std::cell::RefCell;
use std::sync::Arc;

use jiff::Timestamp;

use super::console::Console;
use super::line::Paint;
use super::log;
use super::news::{StoryChange, TimelineEntry};
use super::offer_story::OfferStory;
use super::reports::Report;
use super::story::{News, Story};
use super::summary::write_headline;
use crate::manifest::draw_excerpt;
use crate::portal::Level;
use crate::release::event::Event;
use crate::release::{Outcome, Verdict};

/// Keeps the job log.
pub struct JobLog {
    console: Arc<Console>,
    /// Ends that are no offer's fault, each with the first offer that ended so.
    told: RefCell<Vec<(String, String)>>,
}

impl JobLog {
    /// Nothing is printed yet.
    #[must_use]
    pub fn new(console: Arc<Console>) -> Self {
        Self { console, told: RefCell::default() }
    }

    fn print(&self, story: &Story, offer: &OfferStory, news: &News) {
        let line = match &news.entry {
            TimelineEntry::Change(StoryChange::Ended(verdict)) if story.shows_state(offer) => {
                log::begin_line(
                    news.at,
                    offer.offer.as_str(),
                    story.width(),
                    story.command.as_str(),
                )
                .cell(Paint::Plain, 0, verdict.sentence())
            }
            TimelineEntry::Change(StoryChange::Ended(verdict)) if is_everybodys(verdict) => {
                return self.print_common_end(story, offer, news, verdict);
            }
            entry => log::write_line(news.at, offer.offer.as_str(), story.width(), entry),
        };
        if matches!(news.entry, TimelineEntry::Exchange(_)) {
            return self.console.debug(&line.render(false, str::to_owned));
        }
        if news.repeated {
            return;
        }
        self.console.columns(&line);
        if let Some(annotated) = &news.annotated {
            let place = &annotated.place;
            // A notice says what the line does; nothing is wrong with it.
            if annotated.level > Level::Information {
                let source = story.manifest.source_line(place.line).unwrap_or_default();
                for line in draw_excerpt(source, place, &annotated.title).lines() {
                    self.console.line(line);
                }
            }
            self.console.annotate(annotated.level, Some(place), &annotated.title, &annotated.text);
        }
    }
}

impl JobLog {
    /// An end that is no offer's fault is told once, and on no line of the manifest.
    fn print_common_end(&self, story: &Story, offer: &OfferStory, news: &News, verdict: &Verdict) {
        let sentence = verdict.sentence();
        let mut told = self.told.borrow_mut();
        let first = told.iter().find(|(_, known)| *known == sentence).map(|(first, _)| first);
        if let Some(first) = first {
            let code = verdict.code().map(|code| format!(" [{code}]")).unwrap_or_default();
            let line = log::begin_line(
                news.at,
                offer.offer.as_str(),
                story.width(),
                verdict.outcome.name(),
            );
            let paint = match verdict.outcome {
                Outcome::Pending => Paint::Doubtful,
                _ => Paint::Bad,
            };
            let line = line.cell(paint, 0, format!("for the same reason as {first}{code}"));
            return self.console.columns(&line);
        }
        self.console.columns(&log::write_line(
            news.at,
            offer.offer.as_str(),
            story.width(),
            &news.entry,
        ));
        if verdict.outcome <= Outcome::Cancelled {
            let title = verdict.code().map(|code| code.to_string()).unwrap_or_default();
            self.console.annotate(Level::Error, None, &title, &sentence);
        }
        told.push((offer.offer.to_string(), sentence));
    }
}

fn is_everybodys(verdict: &Verdict) -> bool {
    verdict.code().is_some_and(|code| !code.is_about_an_offer())
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
            if let Some((title, lines)) = log::write_closing(offer, outcome, now) {
                self.console.group(&title, lines);
            }
        }
        self.console.line(&write_headline(story));
    }
}
