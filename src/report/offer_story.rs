//! What is known of one offer's release.

use std::collections::HashSet;

use jiff::Timestamp;

use super::annotated::Annotated;
use super::news::TimelineEntry;
use super::step_story::StepStory;
use crate::http::Exchange;
use crate::ids::OfferId;
use crate::manifest::{Api, Offer};
use crate::portal::{Level, Link, Message, Operation, Phase, Word};
use crate::release::Verdict;
use crate::release::event::{DraftNews, Origin, Verified, What};
use crate::release::ledger::MarkRef;

/// What is known of one offer's release.
#[derive(Debug, Clone)]
pub struct OfferStory {
    /// The offer's id, as in the manifest.
    pub offer: OfferId,
    /// Its place in the manifest's list of offers.
    pub index: usize,
    /// What is to be shown on the manifest's lines, in the order in which it came up; only ever
    /// added to.
    pub annotations: Vec<Annotated>,
    /// When the work on it began.
    pub began: Option<Timestamp>,
    /// When the work on it ended.
    pub ended: Option<Timestamp>,
    /// The half that was reached.
    pub phase: Option<Phase>,
    /// The publish, once it was begun or found.
    pub publish: Option<HalfStory>,
    /// The go-live, once it was begun or found.
    pub go_live: Option<HalfStory>,
    /// The API at which it is published.
    pub api: Api,
    /// The portal's last word about the operation, else about the offer.
    pub state: Word,
    /// Steps in the order in which they appeared.
    pub steps: Vec<StepStory>,
    /// Messages about a whole operation.
    pub messages: Vec<Message>,
    /// Links to the preview.
    pub preview_links: Vec<Link>,
    /// Links to the public page.
    pub live_links: Vec<Link>,
    /// Where the release is marked in the ledger.
    pub mark: Option<MarkRef>,
    /// This run asked the portal for something under its mark.
    pub has_asked: bool,
    /// The ledger has no open release of the offer, so that none is looked at.
    pub nothing_open: bool,
    /// The name of the preview that is this release's, for the input `preview`.
    pub preview: Option<String>,
    /// Whether the half that was verified last took effect.
    pub verified: Option<(Phase, Verified)>,
    /// The version that is released.
    pub version: Option<String>,
    /// What the manifest does to the draft.
    pub draft: Option<DraftNews>,
    /// Page of the offer in Partner Center.
    pub page: Option<String>,
    /// Page of the check run.
    pub check_run_url: Option<String>,
    /// When the portal is asked again.
    pub next_look: Option<Timestamp>,
    /// How the work on it ended; `None` while it goes on.
    pub verdict: Option<Verdict>,
    /// Everything that happened, for the record.
    pub timeline: Vec<(Timestamp, TimelineEntry)>,
    /// Messages about a whole operation at the last look.
    pub(super) last_messages: Vec<Message>,
    /// Warnings since the last change, without correlation ids.
    pub(super) warned: HashSet<String>,
}

/// A half of the release.
#[derive(Debug, Clone)]
pub struct HalfStory {
    /// How it came to be.
    pub origin: Origin,
    /// Where it is followed.
    pub operation: Option<Operation>,
    /// When it began, as far as this run saw it.
    pub began: Timestamp,
    /// When its operation was seen at its end.
    pub ended: Option<Timestamp>,
    /// The id that the operation showed of itself, if that is another than in its address.
    pub id: Option<String>,
}

impl OfferStory {
    /// An offer of which nothing is known yet.
    #[must_use]
    pub fn new(offer: &Offer) -> Self {
        Self {
            offer: offer.id.clone(),
            index: offer.index,
            annotations: Vec::new(),
            began: None,
            ended: None,
            phase: None,
            publish: None,
            go_live: None,
            api: offer.api,
            state: Word::missing(),
            steps: Vec::new(),
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
            mark: None,
            has_asked: false,
            nothing_open: false,
            preview: None,
            verified: None,
            version: None,
            draft: None,
            page: None,
            check_run_url: None,
            next_look: None,
            verdict: None,
            timeline: Vec::new(),
            last_messages: Vec::new(),
            warned: HashSet::new(),
        }
    }

    /// The correlation id of the last request, if it failed; a failure that was overcome explains
    /// no end.
    #[must_use]
    pub fn last_failure(&self) -> Option<&str> {
        let last = self.exchanges().next_back()?;
        let failed = last.status.is_none_or(|status| status >= 400);
        last.correlation_id.as_deref().filter(|_| failed)
    }

    /// Since when the portal gives no useful answer, if the last request had none.
    #[must_use]
    pub fn silent_since(&self) -> Option<Timestamp> {
        let mut since = None;
        for one in self.exchanges().rev() {
            if !is_useless(one) {
                // It was heard when its answer came.
                return since.map(|_| one.at.saturating_add(one.took).unwrap_or(one.at));
            }
            since = Some(one.at);
        }
        since
    }

    /// The requests since the last useful answer, the newest first.
    pub(super) fn list_unanswered(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges().rev().take_while(|one| is_useless(one))
    }

    fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.timeline.iter().filter_map(|(_, entry)| match entry {
            TimelineEntry::Exchange(one) => Some(one),
            TimelineEntry::Change(_) | TimelineEntry::Note(..) => None,
        })
    }

    /// The half that is under way, or was last.
    #[must_use]
    pub fn half(&self) -> Option<&HalfStory> {
        match self.phase? {
            Phase::Publish => self.publish.as_ref(),
            Phase::GoLive => self.go_live.as_ref(),
        }
    }

    /// Whether this is a warning that was given before, with no change since. Each request has its
    /// own correlation id, which makes no other warning of it.
    pub(super) fn is_repeated(&mut self, what: &What, entry: &TimelineEntry) -> bool {
        if matches!(entry, TimelineEntry::Change(_)) {
            self.warned.clear();
        }
        let warning = match what {
            What::Note(Level::Warning, text) => text.clone(),
            What::Warning(problem) => problem.message.clone(),
            What::Setback(problem, next) => format!("{}; {next}", problem.message),
            _ => return false,
        };
        !self.warned.insert(warning)
    }
}

/// No answer, or one that says nothing of the offer.
fn is_useless(exchange: &Exchange) -> bool {
    exchange.status.is_none_or(|status| matches!(status, 408 | 429 | 500..))
}
