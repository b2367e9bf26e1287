//! The deployments as pages: one status after another tells where a marked release stands.

use std::cell::RefCell;
use std::rc::Rc;

use super::offer_story::{HalfStory, OfferStory};
use super::pages::{Backlog, PageContent, PageStage, Pages};
use super::reports::Reports;
use super::story::Story;
use crate::choices::Command;
use crate::github::{
    DeploymentState, DeploymentStatusRequest, Deployments, GithubError, GithubResource,
};
use crate::portal::{Link, Phase};
use crate::problem::Class;
use crate::release::ledger::{Description, Names};
use crate::release::{Outcome, Verdict};

/// The deployments of a release: those that its offers were marked with.
pub struct DeploymentPages {
    deployments: Rc<dyn Deployments>,
    run_url: Option<String>,
    /// What was sent last for each offer; a status that says the same is not added.
    sent: RefCell<Vec<Option<DeploymentStatusRequest>>>,
}

impl DeploymentPages {
    /// Deployments of so many offers; nothing is sent yet. `run_url` is the page of this workflow
    /// run.
    #[must_use]
    pub fn new(deployments: Rc<dyn Deployments>, offers: usize, run_url: Option<String>) -> Self {
        Self { deployments, run_url, sent: RefCell::new(vec![None; offers]) }
    }

    fn prepare(&self, story: &Story, offer: &OfferStory) -> DeploymentStatusRequest {
        let (state, words) = decide_state(story, offer);
        let names = names_of(offer);
        let live = words == LIVE;
        let description =
            if live { Description::live(names) } else { Description { words, names } };
        let links = if live { &offer.live_links } else { &offer.preview_links };
        DeploymentStatusRequest {
            state,
            description: description.to_line(),
            log_url: self.run_url.clone(),
            environment_url: first_page(links).filter(|_| state == DeploymentState::Success),
            // A preview takes nothing off the market.
            auto_inactive: live,
        }
    }
}

const LIVE: &str = "Live";

/// Where the release stands, in GitHub's word and in ours.
fn decide_state(story: &Story, offer: &OfferStory) -> (DeploymentState, &'static str) {
    match &offer.verdict {
        Some(verdict) => decide_end(story.command, verdict, offer.phase),
        None => match (offer.half(), offer.phase) {
            (None, _) | (_, None) => (DeploymentState::Queued, "About to start"),
            (Some(_), Some(Phase::Publish)) => (DeploymentState::InProgress, "Publishing"),
            (Some(_), Some(Phase::GoLive)) => (DeploymentState::InProgress, "Going live"),
        },
    }
}

fn decide_end(
    command: Command,
    verdict: &Verdict,
    phase: Option<Phase>,
) -> (DeploymentState, &'static str) {
    match (verdict.outcome, phase) {
        (Outcome::Cancelled, _) => (DeploymentState::Inactive, "Canceled"),
        (Outcome::Succeeded, _) if command == Command::Cancel => {
            (DeploymentState::Inactive, "Canceled")
        }
        (Outcome::Succeeded, Some(Phase::GoLive)) => (DeploymentState::Success, LIVE),
        (Outcome::Succeeded, _) => (DeploymentState::Success, "The preview waits"),
        // Whoever continues it says how it ends.
        (Outcome::Pending, _) => (DeploymentState::InProgress, "Goes on at the portal"),
        (Outcome::Failed, _) => match verdict.code().map(crate::problem::Code::class) {
            Some(Class::Auth | Class::Unavailable | Class::Bug) => {
                (DeploymentState::Error, "Could not be done")
            }
            Some(Class::Refused | Class::Input) | None => (DeploymentState::Failure, "Failed"),
        },
    }
}

/// Whether a run failed before it began or followed anything: how the release of an earlier job
/// ends is not said by that.
fn says_nothing_of_release(offer: &OfferStory) -> bool {
    let failed = offer.verdict.as_ref().is_some_and(|verdict| verdict.outcome == Outcome::Failed);
    failed && !offer.has_asked && offer.phase.is_none()
}

/// What a later job finds the release by.
fn names_of(offer: &OfferStory) -> Names {
    let id = |half: &Option<HalfStory>| {
        let operation = half.as_ref()?.operation.as_ref()?;
        Some(operation.id().to_owned())
    };
    Names {
        publish: id(&offer.publish),
        preview: offer.preview.clone(),
        go_live: id(&offer.go_live),
    }
}

/// The first link that a browser can follow.
fn first_page(links: &[Link]) -> Option<String> {
    let address = links.iter().map(|link| &link.address);
    address.into_iter().find(|address| address.starts_with("https://")).cloned()
}

impl Pages for DeploymentPages {
    fn resource(&self) -> GithubResource {
        GithubResource::Deployment
    }

    fn content(&self, story: &Story, index: usize) -> Option<PageContent> {
        let offer = &story.offers[index];
        offer.mark.as_ref()?;
        if says_nothing_of_release(offer) {
            return None;
        }
        let request = self.prepare(story, offer);
        let stage = match request.state {
            DeploymentState::Queued => PageStage::Open("queued"),
            DeploymentState::InProgress => PageStage::Open("in_progress"),
            DeploymentState::Success => PageStage::Final("success"),
            DeploymentState::Failure => PageStage::Final("failure"),
            DeploymentState::Error => PageStage::Final("error"),
            DeploymentState::Inactive => PageStage::Final("inactive"),
        };
        Some(PageContent { text: request.description, stage })
    }

    fn backlog(&self, _: &Story, _: usize) -> Backlog {
        Backlog::default()
    }

    async fn send(
        &self,
        reports: &Reports,
        index: usize,
    ) -> Result<Option<PageContent>, GithubError> {
        let (content, request, mark) = {
            let story = reports.story();
            let offer = &story.offers[index];
            let Some(mark) = offer.mark.clone() else { return Ok(None) };
            (self.content(&story, index), self.prepare(&story, offer), mark)
        };
        if self.sent.borrow()[index].as_ref() != Some(&request) {
            self.deployments.create_status(mark.deployment, request.clone()).await?;
            self.sent.borrow_mut()[index] = Some(request);
        }
        Ok(content)
    }

    fn leave_out(&self, _: &Story, _: usize) -> bool {
        false
    }
}
