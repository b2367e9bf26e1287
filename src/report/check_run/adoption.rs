//! Finding the check run that is continued: the one of an earlier job, or our own whose making was
//! not answered.

use super::super::reports::Reports;
use super::CheckRunPages;
use crate::github::{CheckRunRef, GithubError};

impl CheckRunPages {
    /// The check run that is continued: our own whose making was not answered, or that of an
    /// earlier job.
    pub(super) async fn adopt(
        &self,
        reports: &Reports,
        index: usize,
    ) -> Result<Option<CheckRunRef>, GithubError> {
        let unsure = self.known.borrow()[index].unsure;
        let found = match self.find_runs(reports, index, unsure).await {
            Ok(found) => found,
            // A second check run is better than none, unless it would be the second of our own.
            Err(GithubError::Unavailable(_))
                if !unsure && self.known.borrow()[index].not_found_out =>
            {
                return Ok(None);
            }
            Err(error) => {
                self.known.borrow_mut()[index].not_found_out = true;
                return Err(error);
            }
        };
        let newest = {
            let excluded = &self.known.borrow()[index].excluded;
            found.iter().find(|run| !excluded.contains(&run.id)).cloned()
        };
        let adopted = match newest {
            Some(run) if unsure => Some(run),
            Some(run) => self.reopen(reports, run).await?,
            None => None,
        };
        let known = &mut self.known.borrow_mut()[index];
        if adopted.is_none() {
            known.excluded.extend(found.iter().map(|run| run.id));
        }
        known.run.clone_from(&adopted);
        known.listed = adopted.is_none();
        Ok(adopted)
    }

    /// The check runs that may be the one; `own`: only of this process.
    async fn find_runs(
        &self,
        reports: &Reports,
        index: usize,
        own: bool,
    ) -> Result<Vec<CheckRunRef>, GithubError> {
        let (name, prefix, commit) = {
            let story = reports.story();
            let offer = &story.offers[index];
            let prefix = if own {
                super::own_external_id_prefix(&self.commit, &story, offer)
            } else {
                super::external_id_prefix(&story, offer)
            };
            let commit = super::commit_of(&self.commit, offer).to_owned();
            (super::name_check_run(&story, offer), prefix, commit)
        };
        self.runs.find(&name, &commit, &prefix).await
    }

    /// The check run, if it is open or GitHub lets it be opened again. github.com answers such a
    /// request with 200 and leaves the run as it was (mergify#1989,
    /// tektoncd/pipelines-as-code#998), older servers opened it; so the answer is asked and not the
    /// manual.
    async fn reopen(
        &self,
        reports: &Reports,
        run: CheckRunRef,
    ) -> Result<Option<CheckRunRef>, GithubError> {
        let Some(conclusion) = &run.conclusion else {
            return Ok(Some(run));
        };
        if !super::may_continue(&reports.story(), conclusion) {
            return Ok(None);
        }
        self.throttle.wait_for_turn(&*self.clock).await;
        match self.runs.reopen(run.id).await {
            Ok(now) if now.conclusion.is_none() => {
                Ok(Some(CheckRunRef { conclusion: None, ..run }))
            }
            Ok(_)
            | Err(GithubError::Invalid(_) | GithubError::NotOurs(_) | GithubError::Gone(_)) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
