//! GitHub's check runs, as one repository has them.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use offer_release::github::{
    Annotation, AnnotationKey, CheckRunRef, CheckRunRequest, CheckRunStatus, CheckRuns, Conclusion,
    GithubError, GithubResource,
};

use crate::plan::Github;
use crate::world::World;

/// What GitHub shows.
#[derive(Default)]
pub struct Page {
    runs: Vec<Shown>,
}

struct Shown {
    request: CheckRunRequest,
    annotations: Vec<AnnotationKey>,
}

/// GitHub as one process has it.
pub struct Checks {
    pub world: Rc<World>,
}

/// GitHub's mood of the moment, about one kind of thing.
pub struct Mood<'a> {
    pub world: &'a World,
    pub about: GithubResource,
}

impl Mood<'_> {
    /// Meets it, after the time that it takes; `true`: the answer is lost after the deed.
    pub async fn meet(&self) -> Result<bool, GithubError> {
        let (chance, world) = (&self.world.chance, self.world);
        world.time.sleep(chance.millis(20, 3_000)).await;
        let says = |what: &str| self.about.says(what);
        let unavailable = || Err(GithubError::Unavailable(says("HTTP 502")));
        match world.plan.github {
            _ if world.calm.get() => Ok(false),
            Github::Refusing => Err(GithubError::NotPermitted(says(
                "HTTP 403: Resource not accessible by integration",
            ))),
            Github::Limiting if chance.one_in(3) => Err(GithubError::RateLimited {
                retry_after: chance.seconds(1, 3_600),
                message: "HTTP 429".to_owned(),
            }),
            Github::Flaky if chance.one_in(8) => Err(GithubError::Invalid(says("HTTP 422"))),
            Github::Flaky if chance.one_in(4) => unavailable(),
            Github::Flaky => Ok(chance.one_in(4)),
            Github::Down => {
                world.time.sleep(Duration::from_secs(10)).await;
                unavailable()
            }
            _ => Ok(false),
        }
    }
}

impl Checks {
    async fn mood(&self) -> Result<bool, GithubError> {
        Mood { world: &self.world, about: GithubResource::CheckRun }.meet().await
    }

    async fn write(
        &self,
        id: Option<u64>,
        request: CheckRunRequest,
    ) -> Result<CheckRunRef, GithubError> {
        let lost = self.mood().await?;
        self.world.oracle.shown(&self.world, &request);
        let page = &mut *self.world.page.borrow_mut();
        let index = if let Some(id) = id {
            position(id)
        } else {
            page.runs.push(Shown { request: request.clone(), annotations: Vec::new() });
            page.runs.len() - 1
        };
        let run = &mut page.runs[index];
        for key in request.annotations.iter().map(Annotation::key) {
            // Two jobs at once cannot know of each other's writes.
            if run.annotations.contains(&key) && !self.world.oracle.has_second_job() {
                self.world.oracle.violated(
                    &self.world,
                    format!("an annotation is on a check run twice: {key:?}"),
                );
            }
            run.annotations.push(key);
        }
        let ended = matches!(run.request.status, CheckRunStatus::Completed(_))
            && request.status == CheckRunStatus::InProgress;
        let status = if ended { run.request.status } else { request.status };
        run.request = CheckRunRequest { status, ..request };
        let written = reference(index, run);
        if lost {
            Err(GithubError::Unavailable(GithubResource::CheckRun.says("timeout")))
        } else {
            Ok(written)
        }
    }
}

fn position(id: u64) -> usize {
    usize::try_from(id).unwrap_or_default()
}

fn reference(index: usize, shown: &Shown) -> CheckRunRef {
    CheckRunRef {
        id: index as u64,
        html_url: Some(format!("https://github.example/runs/{index}")),
        started_at: shown.request.started_at,
        conclusion: match shown.request.status {
            CheckRunStatus::Completed(Conclusion::TimedOut) => Some("timed_out".to_owned()),
            CheckRunStatus::Completed(Conclusion::Cancelled) => Some("cancelled".to_owned()),
            CheckRunStatus::Completed(Conclusion::Success) => Some("success".to_owned()),
            CheckRunStatus::Completed(_) => Some("failure".to_owned()),
            _ => None,
        },
    }
}

impl CheckRuns for Checks {
    fn create(
        &self,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(self.write(None, request))
    }

    fn update(
        &self,
        id: u64,
        request: CheckRunRequest,
    ) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(self.write(Some(id), request))
    }

    fn find<'a>(
        &'a self,
        name: &'a str,
        _: &'a str,
        prefix: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<CheckRunRef>, GithubError>> {
        Box::pin(async move {
            self.mood().await?;
            let page = self.world.page.borrow();
            let ours = |shown: &Shown| {
                shown.request.name == name
                    && shown.request.external_id.as_ref().is_some_and(|id| id.starts_with(prefix))
            };
            let found = page.runs.iter().enumerate().rev().filter(|(_, shown)| ours(shown));
            Ok(found.map(|(index, shown)| reference(index, shown)).collect())
        })
    }

    /// As github.com does it: the answer is yes, and nothing changes.
    fn reopen(&self, id: u64) -> LocalBoxFuture<'_, Result<CheckRunRef, GithubError>> {
        Box::pin(async move {
            self.mood().await?;
            let index = position(id);
            Ok(reference(index, &self.world.page.borrow().runs[index]))
        })
    }

    fn annotations(&self, id: u64) -> LocalBoxFuture<'_, Result<Vec<AnnotationKey>, GithubError>> {
        Box::pin(async move {
            self.mood().await?;
            Ok(self.world.page.borrow().runs[position(id)].annotations.clone())
        })
    }
}
