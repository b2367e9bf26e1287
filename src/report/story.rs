//! The events of a run, folded into what is known of it.

use std::rc::Rc;

use jiff::Timestamp;

use super::annotated::{Annotated, annotate, annotate_line, annotate_warning};
use super::news::{StoryChange, TimelineEntry};
use super::offer_story::OfferStory;
use crate::actions::context::WorkflowPage;
use crate::choices::Command;
use crate::manifest::Manifest;
use crate::portal::{Level, Phase};
use crate::problem::Code;
use crate::release::event::{Event, What};
use crate::release::{Ending, Outcome, Verdict};

/// One run of the program over the offers of a manifest.
#[derive(Debug, Clone)]
pub struct Story {
    /// The command that is carried out, which decides what an end means.
    pub command: Command,
    /// The manifest, which knows the lines of everything.
    pub manifest: Rc<Manifest>,
    /// Whether going live is asked for, where the manifest does not forbid it.
    pub go_live: bool,
    /// Where a person starts the workflow of this run by hand.
    pub workflow: Option<WorkflowPage>,
    /// The story of each selected offer, in the manifest's order.
    pub offers: Vec<OfferStory>,
}

/// Something that happened, ready to be told.
#[derive(Debug, Clone)]
pub struct News {
    /// When the event happened.
    pub at: Timestamp,
    /// What it changed, or what was said.
    pub entry: TimelineEntry,
    /// If it is to be shown on a line of the manifest.
    pub annotated: Option<Annotated>,
    /// The same warning as before, with no change since: no line of the log.
    pub repeated: bool,
}

impl Story {
    /// Takes an event; returns what it changed.
    pub fn apply(&mut self, event: &Event) -> Vec<News> {
        let Some(offer) = self.offers.get_mut(event.offer) else {
            return Vec::new();
        };
        let entries: Vec<TimelineEntry> = match &event.what {
            What::Note(level, text) => vec![TimelineEntry::Note(*level, text.clone())],
            What::Warning(problem) => {
                vec![TimelineEntry::Note(Level::Warning, problem.message.clone())]
            }
            What::OnLine(remark) => vec![TimelineEntry::Note(remark.level, remark.text.clone())],
            What::Setback(problem, next) => {
                vec![TimelineEntry::Note(Level::Warning, format!("{problem}; {next}"))]
            }
            What::Exchange(exchange) => vec![TimelineEntry::Exchange(exchange.clone())],
            what => offer.apply(event.at, what).into_iter().map(TimelineEntry::Change).collect(),
        };
        let news = |entry: TimelineEntry| {
            let annotated = match &event.what {
                What::Warning(problem) => annotate_warning(offer.offer.as_str(), problem),
                What::OnLine(remark) => Some(annotate_line(offer.offer.as_str(), remark)),
                _ => annotate(offer.offer.as_str(), offer.index, &self.manifest, &entry)
                    .filter(|_| !is_state(self.command, &entry)),
            };
            offer.annotations.extend(annotated.clone());
            let repeated = offer.is_repeated(&event.what, &entry);
            offer.timeline.push((event.at, entry.clone()));
            News { at: event.at, entry, annotated, repeated }
        };
        entries.into_iter().map(news).collect()
    }

    /// Whether this offer's end is the state that was looked at, good or bad, and no verdict on
    /// what this run did; `false` if looking failed.
    #[must_use]
    pub fn shows_state(&self, offer: &OfferStory) -> bool {
        offer.verdict.as_ref().is_some_and(|verdict| tells_state(self.command, verdict))
    }

    /// The worst outcome of all offers; pending while one is not at its end.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let outcomes = self.offers.iter().map(|offer| {
            offer.verdict.as_ref().map_or(Outcome::Pending, |verdict| verdict.outcome)
        });
        outcomes.min().unwrap_or(Outcome::Succeeded)
    }

    /// Columns of the longest offer id.
    #[must_use]
    pub fn width(&self) -> usize {
        self.offers.iter().map(|offer| offer.offer.as_str().len()).max().unwrap_or_default()
    }

    /// The last half that was reached by any offer.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.offers.iter().filter_map(|offer| offer.phase).max()
    }
}

fn is_state(command: Command, entry: &TimelineEntry) -> bool {
    match entry {
        TimelineEntry::Change(StoryChange::Ended(verdict)) => tells_state(command, verdict),
        _ => false,
    }
}

fn tells_state(command: Command, verdict: &Verdict) -> bool {
    let told = match verdict.ending {
        Ending::Done | Ending::Left => true,
        Ending::Problem(code) => matches!(code, Code::OperationFailed | Code::OperationCanceled),
        Ending::TimedOut | Ending::Interrupted(_) => false,
    };
    told && command.only_looks()
}
