//! The ledger of one offer, in GitHub's deployments: found at the start, opened before a POST.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use super::{LedgerAccess, refuse};
use crate::github::{
    DeploymentRef, DeploymentRequest, DeploymentState, DeploymentStatus, DeploymentStatusRequest,
    GithubError, GithubResource,
};
use crate::ids::{OfferId, PublisherId};
use crate::problem::Problem;
use crate::release::ledger::{
    Asked, Description, Earlier, Ledger, LedgerQuery, Look, Mark, MarkRef, Operations, Record,
    Standing, find_unanswered, standing_of,
};

/// How long the ledger is waited for, when it is read and when a mark is made: a release shall not
/// wait for GitHub.
const PATIENCE: Duration = Duration::from_secs(15);

/// Pauses before GitHub is asked again after an answer that says nothing.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// How many earlier releases are looked into.
const MOST_LOOKED_INTO: usize = 10;

/// The ledger of one offer.
pub struct OfferLedger {
    access: LedgerAccess,
    offer: OfferId,
    environment: String,
    /// The release that this process goes on with.
    current: RefCell<Option<(MarkRef, Standing)>>,
}

impl OfferLedger {
    /// Asks nothing yet.
    pub fn new(access: LedgerAccess, publisher: &PublisherId, offer: &OfferId) -> Self {
        let environment = format!("{publisher}/{offer}");
        Self { access, offer: offer.clone(), environment, current: RefCell::new(None) }
    }

    /// The commit that this process releases.
    pub fn commit(&self) -> &str {
        &self.access.commit
    }

    /// The date and time of day.
    pub fn now(&self) -> Timestamp {
        self.access.clock.now()
    }

    /// What the ledger says of the release that is wanted.
    ///
    /// # Errors
    /// Only with `deployment: true`: why the ledger cannot be read.
    pub async fn find(&self, query: &LedgerQuery) -> Result<Earlier, Problem> {
        match self.in_time(self.look_patiently(query)).await {
            Ok(earlier) => {
                if let Earlier::Found(record) = &earlier {
                    *self.current.borrow_mut() = Some((record.at.clone(), record.standing));
                }
                Ok(earlier)
            }
            Err(error) if self.access.required => Err(refuse(&error)),
            Err(error) => {
                self.access.console.debug(&format!("the ledger is not read: {error}"));
                Ok(Earlier::Unknown)
            }
        }
    }

    /// Looks, and again after an answer that says nothing.
    async fn look_patiently(&self, query: &LedgerQuery) -> Result<Earlier, GithubError> {
        for pause in PAUSES {
            match self.look(query).await {
                Err(GithubError::Unavailable(_)) => self.access.clock.sleep(pause).await,
                answer => return answer,
            }
        }
        self.look(query).await
    }

    /// Looks through the newest releases of the offer.
    async fn look(&self, query: &LedgerQuery) -> Result<Earlier, GithubError> {
        let deployments = &self.access.deployments;
        let marked = deployments.list_deployments(&self.environment).await?;
        let concerned: Vec<_> = marked
            .into_iter()
            .filter_map(|one| Some((Mark::from_payload(&one.payload)?, one)))
            .filter(|(mark, one)| mark.offer == self.offer && query.concerns(&one.commit))
            .take(MOST_LOOKED_INTO)
            .collect();
        // What this workflow run did last counts more than what others did.
        let own = concerned.iter().find(|(mark, _)| self.is_same_run(mark));
        if let (LedgerQuery::OfCommit(_), Some((mark, deployment))) = (query, own) {
            let statuses = deployments.list_statuses(deployment.id).await?;
            let record = self.record(mark.clone(), deployment.clone(), &statuses);
            if record.standing != Standing::Failed {
                return Ok(Earlier::Found(Box::new(record)));
            }
        }
        self.choose(query, concerned).await
    }

    /// Chooses among releases, the newest first.
    async fn choose(
        &self,
        query: &LedgerQuery,
        marked: Vec<(Mark, DeploymentRef)>,
    ) -> Result<Earlier, GithubError> {
        let mut open: Option<Record> = None;
        for (mark, deployment) in marked {
            if open.as_ref().is_some_and(|open| open.at.commit != deployment.commit) {
                break;
            }
            let statuses = self.access.deployments.list_statuses(deployment.id).await?;
            let record = self.record(mark, deployment, &statuses);
            match query.decide(record.standing, &record.names) {
                Look::Take if open.is_none() => return Ok(Earlier::Found(Box::new(record))),
                Look::TakeUnlessOlder => open = Some(record),
                Look::Skip => {}
                Look::Take | Look::Stop => break,
            }
        }
        Ok(open.map_or(Earlier::Nothing, |open| Earlier::Found(Box::new(open))))
    }

    fn is_same_run(&self, mark: &Mark) -> bool {
        mark.run.zip(self.access.run).is_some_and(|(a, b)| a.run == b.run)
    }

    fn record(
        &self,
        mark: Mark,
        deployment: DeploymentRef,
        statuses: &[DeploymentStatus],
    ) -> Record {
        let has_succeeded = statuses.iter().any(|one| one.state == "success");
        let texts = statuses.iter().map(|one| (one.state.as_str(), &*one.description));
        let (standing, mut names) = standing_of(texts);
        names.preview = names.preview.or_else(|| mark.preview.clone());
        let newest = statuses.first();
        let unanswered = find_unanswered(standing, &names, newest.map(|one| &*one.description));
        let touched = newest.map_or(deployment.created_at, |one| one.created_at);
        let same_run = self.is_same_run(&mark);
        let at = MarkRef { deployment: deployment.id, commit: deployment.commit };
        let operations = Operations::default();
        Record {
            mark,
            at,
            same_run,
            standing,
            has_succeeded,
            names,
            unanswered,
            touched,
            operations,
        }
    }

    /// Finds or makes the mark. A go-live is noted before it is asked for: a later job then knows
    /// that it may have been, whatever became of this one.
    async fn mark(&self, asked: Asked, mark: &Mark) -> Result<MarkRef, GithubError> {
        let current = self.current.borrow().clone();
        let at = match current {
            Some((at, standing)) if goes_on(&asked, standing) => at,
            Some(_) | None => {
                let preview = if let Asked::GoLive(preview) = &asked { preview } else { &None };
                let mark = Mark { preview: preview.clone(), ..mark.clone() };
                let at = self.make(&mark).await?;
                *self.current.borrow_mut() = Some((at.clone(), Standing::Open));
                at
            }
        };
        if let Asked::GoLive(preview) = asked {
            let status = DeploymentStatusRequest {
                state: DeploymentState::InProgress,
                description: Description::asking(preview).to_line(),
                log_url: None,
                environment_url: None,
                auto_inactive: false,
            };
            self.access.deployments.create_status(at.deployment, status).await?;
        }
        Ok(at)
    }

    /// Makes the deployment. After an answer that was lost, the list tells whether it was made.
    async fn make(&self, mark: &Mark) -> Result<MarkRef, GithubError> {
        let version = mark.version.as_deref().map(|v| format!(" {v}")).unwrap_or_default();
        let request = DeploymentRequest::new(
            self.access.commit.clone(),
            self.environment.clone(),
            &format!("Azure Marketplace: {}{version}", self.offer),
            mark.to_payload(),
        );
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.access.deployments.create_deployment(request.clone()).await {
                Ok(made) => return Ok(MarkRef { deployment: made.id, commit: made.commit }),
                Err(error @ GithubError::Unavailable(_)) => error,
                Err(error) => return Err(error),
            };
            let Some(pause) = pauses.next() else { return Err(error) };
            self.access.clock.sleep(*pause).await;
            let listed = self.access.deployments.list_deployments(&self.environment).await?;
            if let Some(made) = listed.into_iter().find(|one| one.payload == request.payload) {
                return Ok(MarkRef { deployment: made.id, commit: made.commit });
            }
        }
    }

    /// The answer, or an error if it takes too long.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, GithubError>>,
    ) -> Result<T, GithubError> {
        tokio::select! {
            biased;
            answer = work => answer,
            () = self.access.clock.sleep(PATIENCE) => {
                let why = format!("no answer within {} s", PATIENCE.as_secs());
                Err(GithubError::Unavailable(GithubResource::Deployment.says(why)))
            }
        }
    }
}

impl Ledger for OfferLedger {
    fn open_mark(
        &self,
        asked: Asked,
        mark: Mark,
    ) -> LocalBoxFuture<'_, Result<Option<MarkRef>, Problem>> {
        Box::pin(async move {
            match self.in_time(self.mark(asked, &mark)).await {
                Ok(at) => Ok(Some(at)),
                Err(error) if self.access.required => Err(refuse(&error)),
                Err(error) => {
                    let text = format!("the release goes on without a GitHub deployment: {error}");
                    self.access.console.debug(&text);
                    Ok(None)
                }
            }
        })
    }
}

/// Whether a POST of this half belongs to a release that stands so: a publish begins another
/// release, unless the one that was found did not get that far.
fn goes_on(asked: &Asked, standing: Standing) -> bool {
    match asked {
        Asked::Publish => standing == Standing::Open,
        Asked::GoLive(_) => true,
    }
}

#[cfg(test)]
mod tests;
