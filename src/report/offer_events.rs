//! What an event changes in the story of an offer.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::duration::format_short;
use super::news::StoryChange;
use super::offer_story::{HalfStory, OfferStory};
use super::step_story::{self, StepStory};
use crate::http::Exchange;
use crate::portal::{Link, Message, OfferView, Operation, OperationView, Phase, State, Step, Word};
use crate::problem::Code;
use crate::release::Verdict;
use crate::release::event::{Origin, What};

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
    pub(super) fn apply(&mut self, at: Timestamp, what: &What) -> Vec<StoryChange> {
        match what {
            What::Began => _ = self.began.get_or_insert(at),
            What::Phase { phase, origin, operation } => {
                return vec![self.begin_half(at, *phase, *origin, operation.as_ref())];
            }
            What::Verified(phase, verified) => self.verified = Some((*phase, *verified)),
            What::Preview(name) => self.preview = Some(name.clone()),
            What::Version(version) => self.version = Some(version.clone()),
            What::Operation(phase, view) => return self.note_operation(at, *phase, view),
            What::Offer(view) => return self.note_offer(at, view),
            What::Ended(verdict) => return vec![self.end(at, verdict.clone())],
            What::Rests(wait) => self.next_look = at.checked_add(*wait).ok(),
            What::Continues(mark) => self.mark = Some(mark.clone()),
            What::Marked(mark) => {
                self.mark = Some(mark.clone());
                self.has_asked = true;
            }
            What::NothingOpen => self.nothing_open = true,
            What::Draft(news) => self.draft = Some(news.clone()),
            What::OfferPage(url) => self.page = Some(url.clone()),
            What::CheckRun(url) => self.check_run_url = Some(url.clone()),
            What::Note(..)
            | What::Warning(_)
            | What::OnLine(_)
            | What::Setback(..)
            | What::Exchange(_) => {}
        }
        Vec::new()
    }

    fn note_operation(
        &mut self,
        at: Timestamp,
        phase: Phase,
        view: &OperationView,
    ) -> Vec<StoryChange> {
        let mut changes = Vec::new();
        if let Some(half) = self.half_mut(phase) {
            half.see(at, view);
        }
        if self.state.text() != view.status.text() {
            self.state.clone_from(&view.status);
            changes.push(StoryChange::Operation(phase, view.status.clone()));
        }
        self.note_steps(at, phase, &view.steps, &mut changes);
        self.note_messages(&view.messages, &mut changes);
        self.note_links(&view.preview_links, &view.live_links, &mut changes);
        changes
    }

    fn note_offer(&mut self, at: Timestamp, view: &OfferView) -> Vec<StoryChange> {
        let Some(phase) = self.phase else {
            self.state.clone_from(&view.status);
            return Vec::new();
        };
        let mut changes = Vec::new();
        // Some operations go on to say `running` while the preview waits; the offer's word is then
        // the better one.
        if view.status.state() == State::WaitingForPublisher {
            self.state.clone_from(&view.status);
        }
        // The operation's own steps are the better ones; some operations have none.
        if self.steps.is_empty() || view.at_sign_off() {
            self.note_steps(at, phase, &view.steps, &mut changes);
        }
        self.note_links(&view.preview_links, &view.live_links, &mut changes);
        changes
    }

    fn end(&mut self, at: Timestamp, verdict: Verdict) -> StoryChange {
        self.ended = Some(at);
        self.phase = verdict.phase.or(self.phase);
        let verdict = self.say_how_long(at, verdict);
        self.verdict = Some(verdict.clone());
        StoryChange::Ended(verdict)
    }

    fn half_mut(&mut self, phase: Phase) -> &mut Option<HalfStory> {
        match phase {
            Phase::Publish => &mut self.publish,
            Phase::GoLive => &mut self.go_live,
        }
    }

    /// Says of a portal that gave no useful answer how long that was.
    fn say_how_long(&self, at: Timestamp, mut verdict: Verdict) -> Verdict {
        if verdict.code() == Some(Code::Unavailable) {
            let tries: Vec<&Exchange> = self.list_unanswered().collect();
            if let [_, .., first] = tries[..] {
                let took = format_short(at.duration_since(first.at));
                let _ = write!(verdict.message, " ({} tries in {took})", tries.len());
            }
        }
        verdict
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
        let half = self.half_mut(phase);
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

    fn note_steps(
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
                changes.extend(describe_step(at, story, before));
            }
            changes.extend(
                new.into_iter()
                    .map(|message| StoryChange::Message(Some(step.name.clone()), message)),
            );
        }
    }

    fn note_messages(&mut self, seen: &[Message], changes: &mut Vec<StoryChange>) {
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

    fn note_links(&mut self, preview: &[Link], live: &[Link], changes: &mut Vec<StoryChange>) {
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

/// What is new about a step's status. A step that has not begun is no news.
fn describe_step(at: Timestamp, story: &StepStory, before: Option<Word>) -> Option<StoryChange> {
    let step = &story.step;
    let is_news = before.is_some() || step.status.state() != State::NotStarted;
    is_news.then(|| StoryChange::Step {
        name: step.name.clone(),
        from: before,
        to: step.status.clone(),
        took: story.took(at),
        estimate: step.estimate.clone(),
    })
}
