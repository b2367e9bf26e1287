//! What is known of one offer's release.

use std::collections::HashSet;

use jiff::Timestamp;

use super::annotated::Annotated;
use super::news::{StoryChange, TimelineEntry};
use super::step_story::{self, StepStory};
use crate::http::Exchange;
use crate::manifest::{Api, Offer};
use crate::portal::{Level, Link, Message, Operation, OperationView, Phase, State, Step, Word};
use crate::release::Verdict;
use crate::release::event::{DraftNews, Origin, Verified, What};
use crate::release::ledger::MarkRef;

/// What is known of one offer's release.
#[derive(Debug, Clone)]
pub struct OfferStory {
    /// The offer's id, as in the manifest.
    pub offer: String,
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
    last_messages: Vec<Message>,
    /// Warnings since the last change, without correlation ids.
    warned: HashSet<String>,
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

impl HalfStory {
    fn see(&mut self, at: Timestamp, view: &OperationView) {
        if view.status.state().is_final() {
            self.ended.get_or_insert(at);
        }
        let other =
            |id: &&String| self.operation.as_ref().is_none_or(|one| one.id() != id.as_str());
        self.id = view.id.as_ref().filter(other).cloned();
    }
}

impl OfferStory {
    /// An offer of which nothing is known yet.
    #[must_use]
    pub fn new(offer: &Offer) -> Self {
        Self {
            offer: offer.id.to_string(),
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
            if !one.status.is_none_or(|status| matches!(status, 408 | 429 | 500..)) {
                // It was heard when its answer came.
                return since.map(|_| one.at.saturating_add(one.took).unwrap_or(one.at));
            }
            since = Some(one.at);
        }
        since
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

    pub(super) fn apply(&mut self, at: Timestamp, what: &What) -> Vec<StoryChange> {
        match what {
            What::Began => {
                self.began.get_or_insert(at);
                Vec::new()
            }
            What::Phase { phase, origin, operation } => {
                vec![self.begin_half(at, *phase, *origin, operation.as_ref())]
            }
            What::Verified(phase, verified) => {
                self.verified = Some((*phase, *verified));
                Vec::new()
            }
            What::Preview(name) => {
                self.preview = Some(name.clone());
                Vec::new()
            }
            What::Version(version) => {
                self.version = Some(version.clone());
                Vec::new()
            }
            What::Operation(phase, view) => {
                let mut changes = Vec::new();
                let half = match phase {
                    Phase::Publish => &mut self.publish,
                    Phase::GoLive => &mut self.go_live,
                };
                if let Some(half) = half {
                    half.see(at, view);
                }
                if self.state.text() != view.status.text() {
                    self.state.clone_from(&view.status);
                    changes.push(StoryChange::Operation(*phase, view.status.clone()));
                }
                self.steps_seen(at, *phase, &view.steps, &mut changes);
                self.messages_seen(&view.messages, &mut changes);
                self.links_seen(&view.preview_links, &view.live_links, &mut changes);
                changes
            }
            What::Offer(view) => {
                let Some(phase) = self.phase else {
                    self.state.clone_from(&view.status);
                    return Vec::new();
                };
                let mut changes = Vec::new();
                // Some operations go on to say `running` while the preview waits; the offer's word
                // is then the better one.
                if view.status.state() == State::WaitingForPublisher {
                    self.state.clone_from(&view.status);
                }
                // The operation's own steps are the better ones; some operations have none.
                if self.steps.is_empty() || view.at_sign_off() {
                    self.steps_seen(at, phase, &view.steps, &mut changes);
                }
                self.links_seen(&view.preview_links, &view.live_links, &mut changes);
                changes
            }
            What::Ended(verdict) => {
                self.ended = Some(at);
                self.phase = verdict.phase.or(self.phase);
                self.verdict = Some(verdict.clone());
                vec![StoryChange::Ended(verdict.clone())]
            }
            What::Rests(wait) => {
                self.next_look = at.checked_add(*wait).ok();
                Vec::new()
            }
            What::Marked(mark) => {
                self.mark = Some(mark.clone());
                Vec::new()
            }
            What::NothingOpen => {
                self.nothing_open = true;
                Vec::new()
            }
            What::Draft(news) => {
                self.draft = Some(news.clone());
                Vec::new()
            }
            What::OfferPage(url) => {
                self.page = Some(url.clone());
                Vec::new()
            }
            What::CheckRun(url) => {
                self.check_run_url = Some(url.clone());
                Vec::new()
            }
            What::Note(..) | What::Warning(_) | What::Setback(..) | What::Exchange(_) => Vec::new(),
        }
    }

    fn begin_half(
        &mut self,
        at: Timestamp,
        phase: Phase,
        origin: Origin,
        operation: Option<&Operation>,
    ) -> StoryChange {
        self.phase = Some(phase);
        if (phase, origin) == (Phase::Publish, Origin::Started) {
            // Whatever was seen before was of an earlier operation.
            (self.steps, self.messages) = (Vec::new(), Vec::new());
        }
        let half = match phase {
            Phase::Publish => &mut self.publish,
            Phase::GoLive => &mut self.go_live,
        };
        // Its address may be found later than it was started.
        let known = half.as_ref().filter(|half| half.operation.is_none());
        *half = Some(HalfStory {
            origin: known.map_or(origin, |half| half.origin),
            operation: operation.cloned(),
            began: known.map_or(at, |half| half.began),
            ended: None,
            id: None,
        });
        StoryChange::Phase(phase, origin, operation.cloned())
    }

    fn steps_seen(
        &mut self,
        at: Timestamp,
        phase: Phase,
        seen: &[Step],
        changes: &mut Vec<StoryChange>,
    ) {
        for step in seen {
            let known = self.steps.iter().position(|known| known.step.id == step.id);
            let index = known.unwrap_or_else(|| {
                self.steps.push(StepStory::new(step, phase));
                self.steps.len() - 1
            });
            let story = &mut self.steps[index];
            let before = known.map(|_| story.step.status.clone());
            let new = story.see(at, step, known.is_none());
            if before.as_ref().is_none_or(|before| *before != step.status) {
                story.phase = phase;
                // A step that has not begun is no news.
                if before.is_some() || step.status.state() != State::NotStarted {
                    changes.push(StoryChange::Step {
                        name: step.name.clone(),
                        from: before,
                        to: step.status.clone(),
                        took: story.took(at),
                        estimate: step.estimate.clone(),
                    });
                }
            }
            changes.extend(
                new.into_iter()
                    .map(|message| StoryChange::Message(Some(step.name.clone()), message)),
            );
        }
    }

    fn messages_seen(&mut self, seen: &[Message], changes: &mut Vec<StoryChange>) {
        let before = std::mem::replace(&mut self.last_messages, seen.to_vec());
        for message in seen {
            let known = self.messages.iter_mut();
            step_story::follow_counter(known, |one| before.contains(one), message, seen);
            // Some portals repeat a step's messages for the operation.
            let of_steps =
                self.steps.iter().flat_map(|story| story.said.iter().map(|said| &said.message));
            let mut known = of_steps.chain(&self.messages);
            if !known.any(|known| step_story::is_same(known, message)) {
                self.messages.push(message.clone());
                changes.push(StoryChange::Message(None, message.clone()));
            }
        }
    }

    fn links_seen(&mut self, preview: &[Link], live: &[Link], changes: &mut Vec<StoryChange>) {
        for (phase, known, seen) in [
            (Phase::Publish, &mut self.preview_links, preview),
            (Phase::GoLive, &mut self.live_links, live),
        ] {
            for link in seen {
                if !known.contains(link) {
                    known.push(link.clone());
                    changes.push(StoryChange::Link(phase, link.clone()));
                }
            }
        }
    }
}
