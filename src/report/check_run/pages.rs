//! The check runs as pages: finding one, making it, changing it, so that no annotation is there
//! twice.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::super::console::Console;
use super::super::pages::{Backlog, PageContent, PageStage, Pages, Throttle};
use super::super::reports::Reports;
use super::super::story::Story;
use super::Commit;
use super::known::{KnownCheckRun, Omitted};
use crate::clock::Clock;
use crate::github::{
    Annotation, AnnotationKey, CheckRunRef, CheckRunRequest, CheckRunStatus, CheckRuns,
    GithubError, GithubResource, limits,
};
use crate::portal::Level;
use crate::release::event::{Event, What};

/// GitHub ends by itself what has not ended after 14 days, and lets nobody open it again.
const STALE: &str = "stale";

/// The check runs of a release.
pub struct CheckRunPages {
    pub(super) runs: Box<dyn CheckRuns>,
    pub(super) clock: Rc<dyn Clock>,
    console: Arc<Console>,
    pub(super) commit: Commit,
    pub(super) throttle: Rc<Throttle>,
    pub(super) known: RefCell<Vec<KnownCheckRun>>,
}

/// A request, and what is settled when it has succeeded.
struct Prepared {
    request: CheckRunRequest,
    keys: Vec<AnnotationKey>,
    settled: usize,
}

impl CheckRunPages {
    /// Check runs of so many offers; nothing is sent yet.
    #[must_use]
    pub fn new(
        runs: Box<dyn CheckRuns>,
        offers: usize,
        clock: Rc<dyn Clock>,
        console: Arc<Console>,
        commit: Commit,
        throttle: Rc<Throttle>,
    ) -> Self {
        let known = RefCell::new((0..offers).map(|_| KnownCheckRun::default()).collect());
        Self { runs, clock, console, commit, throttle, known }
    }

    /// Makes or updates one check run, with the next annotations that it does not have.
    async fn write(
        &self,
        reports: &Reports,
        index: usize,
    ) -> Result<Option<PageContent>, GithubError> {
        loop {
            let known = self.known.borrow()[index].run.clone();
            let run = match known {
                Some(run) => Some(run),
                None => self.adopt(reports, index).await?,
            };
            if let Some(run) = &run
                && let Err(error) = self.list(reports, index, run.id).await
            {
                self.replace_gone(index, error).await?;
                continue;
            }
            let (content, prepared) = {
                let story = reports.story();
                let Some(content) = self.content(&story, index) else { return Ok(None) };
                (content, self.prepare(&story, index, run.as_ref()))
            };
            let listed = {
                // Until there is an answer nobody knows. It stays so if this future is dropped.
                let known = &mut self.known.borrow_mut()[index];
                let listed = known.listed;
                known.unsure |= run.is_none();
                known.listed &= prepared.keys.is_empty();
                listed
            };
            let answer = match &run {
                Some(run) => self.runs.update(run.id, prepared.request).await,
                None => self.runs.create(prepared.request).await,
            };
            let written = match answer {
                Err(GithubError::NotOurs(_)) if run.is_some() => None,
                Err(error @ GithubError::Gone(_)) if run.is_some() => {
                    self.replace_gone(index, error).await?;
                    continue;
                }
                Ok(written)
                    if run.is_some()
                        && matches!(content.stage, PageStage::Open(_))
                        && written.conclusion.as_deref() == Some(STALE) =>
                {
                    None
                }
                answer => Some(answer?),
            };
            let Some(written) = written else {
                self.known.borrow_mut()[index].replace();
                self.throttle.wait_for_turn(&*self.clock).await;
                continue;
            };
            self.tell_address(reports, index, written.html_url.as_deref());
            let known = &mut self.known.borrow_mut()[index];
            let started_at = run.as_ref().map_or(written.started_at, |run| run.started_at);
            known.run = Some(CheckRunRef { started_at, ..written });
            known.annotations.extend(prepared.keys);
            known.settled = prepared.settled;
            (known.unsure, known.listed, known.omitted) = (false, listed, Omitted::Nothing);
            return Ok(Some(content));
        }
    }

    fn tell_address(&self, reports: &Reports, index: usize, address: Option<&str>) {
        let known = reports.story().offers[index].check_run_url.clone();
        if let Some(address) = address
            && known.as_deref() != Some(address)
        {
            let what = What::CheckRun(address.to_owned());
            reports.take(&Event { at: self.clock.now(), offer: index, what });
        }
    }

    /// Lets another check run take the place of one that GitHub no longer has; once, for if that is
    /// gone too, something else is wrong.
    async fn replace_gone(&self, index: usize, error: GithubError) -> Result<(), GithubError> {
        if !matches!(error, GithubError::Gone(_)) {
            return Err(error);
        }
        let gone = {
            let known = &mut self.known.borrow_mut()[index];
            known.gone += 1;
            known.gone
        };
        if gone > 1 {
            return Err(error);
        }
        self.console.warning(&format!("{error}; another one is made, with all annotations"));
        self.known.borrow_mut()[index].replace();
        self.throttle.wait_for_turn(&*self.clock).await;
        Ok(())
    }

    /// Finds out which annotations the check run has, if that is not known and there are some to
    /// send.
    async fn list(&self, reports: &Reports, index: usize, id: u64) -> Result<(), GithubError> {
        let needed = self.backlog(&reports.story(), index).count > 0;
        if needed && !self.known.borrow()[index].listed {
            let keys = self.runs.annotations(id).await?;
            let known = &mut self.known.borrow_mut()[index];
            known.annotations.extend(keys);
            known.listed = true;
        }
        Ok(())
    }

    /// Everything as it is now, with the next annotations.
    fn prepare(&self, story: &Story, index: usize, run: Option<&CheckRunRef>) -> Prepared {
        let (offer, known) = (&story.offers[index], &self.known.borrow()[index]);
        let began = run.and_then(|run| run.started_at).or(offer.began);
        let mut request = super::build_request(&self.commit, story, offer, began, self.clock.now());
        let (mut keys, mut settled) = (Vec::new(), known.settled);
        if known.omitted == Omitted::Nothing {
            for annotated in offer.annotations.get(settled..).unwrap_or_default() {
                if request.annotations.len() == limits::ANNOTATIONS {
                    break;
                }
                let annotation = self.as_sent(super::build_annotation(annotated));
                let key = annotation.key();
                if !known.annotations.contains(&key) && !keys.contains(&key) {
                    request.annotations.push(annotation);
                    keys.push(key);
                }
                settled += 1;
            }
        } else {
            settled = offer.annotations.len();
        }
        if known.omitted == Omitted::Text {
            request.summary = format!("More is in {}.", request.elsewhere);
        }
        Prepared { request, keys, settled }
    }

    fn show(&self, story: &Story, index: usize) -> PageContent {
        let offer = &story.offers[index];
        let (began, at) = (offer.began, offer.began.unwrap_or_default());
        let request = super::build_request(&self.commit, story, offer, began, at);
        let stage = match request.status {
            CheckRunStatus::Queued => PageStage::Open("queued"),
            CheckRunStatus::InProgress => PageStage::Open("in_progress"),
            CheckRunStatus::Completed(conclusion) => PageStage::Final(conclusion.name()),
        };
        PageContent { text: request.summary, stage }
    }

    /// The annotation as it will be sent, so that it is known again when GitHub lists it.
    fn as_sent(&self, mut annotation: Annotation) -> Annotation {
        let secrets = self.console.secrets();
        annotation.message = secrets.redact(&annotation.message);
        annotation.title = annotation.title.map(|title| secrets.redact(&title));
        limits::fit_annotation(&mut annotation);
        annotation
    }
}

impl Pages for CheckRunPages {
    fn resource(&self) -> GithubResource {
        GithubResource::CheckRun
    }

    fn content(&self, story: &Story, index: usize) -> Option<PageContent> {
        (!story.offers[index].nothing_open).then(|| self.show(story, index))
    }

    fn backlog(&self, story: &Story, index: usize) -> Backlog {
        let settled = self.known.borrow()[index].settled;
        let pending = story.offers[index].annotations.get(settled..).unwrap_or_default();
        let errors = pending.iter().any(|one| one.level == Level::Error);
        Backlog { count: pending.len(), errors }
    }

    async fn send(
        &self,
        reports: &Reports,
        index: usize,
    ) -> Result<Option<PageContent>, GithubError> {
        self.write(reports, index).await
    }

    fn leave_out(&self, story: &Story, index: usize) -> bool {
        let known = &mut self.known.borrow_mut()[index];
        known.omitted = match known.omitted {
            Omitted::Nothing => Omitted::Annotations,
            Omitted::Annotations => Omitted::Text,
            Omitted::Text => {
                known.settled = story.offers[index].annotations.len();
                known.omitted = Omitted::Nothing;
                return false;
            }
        };
        true
    }
}
