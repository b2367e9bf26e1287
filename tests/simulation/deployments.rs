//! GitHub's deployments, as one repository has them.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use offer_release::github::{
    DeploymentRef, DeploymentRequest, DeploymentState, DeploymentStatus, DeploymentStatusRequest,
    Deployments, GithubError, GithubResource,
};

use crate::github::Mood;
use crate::identity::MARK;
use crate::time::date;
use crate::world::World;

/// A deployment, and what was said of it.
pub struct Deployment {
    environment: String,
    made: DeploymentRef,
    statuses: Vec<DeploymentStatus>,
}

/// GitHub as one process has it.
pub struct Environments {
    pub world: Rc<World>,
}

/// The descriptions of statuses are cut by GitHub's own limit.
const LONGEST: usize = 140;

impl Environments {
    async fn mood(&self) -> Result<bool, GithubError> {
        Mood { world: &self.world, about: GithubResource::Deployment }.meet().await
    }

    /// What goes to GitHub is seen by everyone who reads the repository.
    fn look_at(&self, text: &str) {
        if text.contains(MARK) {
            self.world.oracle.violated(&self.world, "a secret in a deployment");
        }
    }
}

fn lost() -> GithubError {
    GithubError::Unavailable(GithubResource::Deployment.says("timeout"))
}

impl Deployments for Environments {
    fn list_deployments<'a>(
        &'a self,
        environment: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<DeploymentRef>, GithubError>> {
        Box::pin(async move {
            self.mood().await?;
            let kept = self.world.deployments.borrow();
            let of_it = kept.iter().rev().filter(|one| one.environment == environment);
            Ok(of_it.take(30).map(|one| one.made.clone()).collect())
        })
    }

    fn create_deployment(
        &self,
        request: DeploymentRequest,
    ) -> LocalBoxFuture<'_, Result<DeploymentRef, GithubError>> {
        Box::pin(async move {
            let answer_lost = self.mood().await?;
            self.look_at(&format!("{request:?}"));
            let mut kept = self.world.deployments.borrow_mut();
            let made = DeploymentRef {
                id: kept.len() as u64 + 1,
                commit: request.commit,
                payload: request.payload,
                created_at: Some(date(self.world.now())),
            };
            self.world.trace.say(|| format!("deployment {made:?}"));
            kept.push(Deployment {
                environment: request.environment,
                made: made.clone(),
                statuses: Vec::new(),
            });
            if answer_lost { Err(lost()) } else { Ok(made) }
        })
    }

    fn list_statuses(
        &self,
        deployment: u64,
    ) -> LocalBoxFuture<'_, Result<Vec<DeploymentStatus>, GithubError>> {
        Box::pin(async move {
            self.mood().await?;
            let kept = self.world.deployments.borrow();
            let of_it = kept.iter().find(|one| one.made.id == deployment);
            Ok(of_it.map(|one| one.statuses.iter().rev().cloned().collect()).unwrap_or_default())
        })
    }

    fn create_status(
        &self,
        deployment: u64,
        request: DeploymentStatusRequest,
    ) -> LocalBoxFuture<'_, Result<(), GithubError>> {
        Box::pin(async move {
            let answer_lost = self.mood().await?;
            self.look_at(&format!("{request:?}"));
            if request.description.chars().count() > LONGEST {
                self.world.oracle.violated(&self.world, "a description that GitHub refuses");
            }
            self.world.trace.say(|| format!("status of deployment {deployment}: {request:?}"));
            let mut kept = self.world.deployments.borrow_mut();
            if let Some(one) = kept.iter_mut().find(|one| one.made.id == deployment) {
                one.statuses.push(DeploymentStatus {
                    state: word(request.state).to_owned(),
                    description: request.description,
                    created_at: Some(date(self.world.now())),
                });
            }
            if answer_lost { Err(lost()) } else { Ok(()) }
        })
    }
}

fn word(state: DeploymentState) -> &'static str {
    match state {
        DeploymentState::Queued => "queued",
        DeploymentState::InProgress => "in_progress",
        DeploymentState::Success => "success",
        DeploymentState::Failure => "failure",
        DeploymentState::Error => "error",
        DeploymentState::Inactive => "inactive",
    }
}
