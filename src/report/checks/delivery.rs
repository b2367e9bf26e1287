//! One request about one check run: finding it, making it, changing it, so that no annotation is
//! there twice.

use super::offer::Plainness;
use super::{Checks, check_run};
use crate::github::{
    Annotation, AnnotationKey, CheckRunRef, CheckRunRequest, CheckRuns, GithubError, Urgency,
    limits,
};

/// GitHub ends by itself what has not ended after 14 days, and lets nobody open it again.
const STALE: &str = "stale";

/// A request, and what is settled when it has succeeded.
struct Letter {
    request: CheckRunRequest,
    keys: Vec<AnnotationKey>,
    settled: usize,
}

impl<C: CheckRuns> Checks<C> {
    /// Makes or updates one check run, with the next annotations that it does not have.
    pub(super) async fn send(&self, index: usize) -> Result<(), GithubError> {
        loop {
            let known = self.state.borrow().offers[index].run.clone();
            let run = match known {
                Some(run) => Some(run),
                None => self.adopt(index).await?,
            };
            if let Some(run) = &run
                && let Err(error) = self.list(index, run.id).await
            {
                self.replace_gone(index, error).await?;
                continue;
            }
            let content = self.content(index);
            let letter = self.letter(index, run.as_ref());
            let status = letter.request.status;
            let listed = {
                // Until there is an answer nobody knows. It stays so if this future is dropped.
                let offer = &mut self.state.borrow_mut().offers[index];
                let listed = offer.listed;
                offer.unsure |= run.is_none();
                offer.listed &= letter.keys.is_empty();
                listed
            };
            let answer = match &run {
                Some(run) => self.runs.update(run.id, letter.request).await,
                None => self.runs.create(letter.request).await,
            };
            let written = match answer {
                Err(GithubError::NotOurs(_)) if run.is_some() => None,
                Err(error @ GithubError::Gone(_)) if run.is_some() => {
                    self.replace_gone(index, error).await?;
                    continue;
                }
                Ok(written)
                    if run.is_some()
                        && !super::is_end(status)
                        && written.conclusion.as_deref() == Some(STALE) =>
                {
                    None
                }
                answer => Some(answer?),
            };
            let Some(written) = written else {
                self.state.borrow_mut().offers[index].replace();
                self.turn().await;
                continue;
            };
            self.story.borrow_mut().offers[index].check_run_url.clone_from(&written.html_url);
            let offer = &mut self.state.borrow_mut().offers[index];
            let started_at = run.as_ref().map_or(written.started_at, |run| run.started_at);
            offer.run = Some(CheckRunRef { started_at, ..written });
            offer.known.extend(letter.keys);
            offer.settled = letter.settled;
            (offer.unsure, offer.listed, offer.plainness) = (false, listed, Plainness::Whole);
            (offer.sent, offer.sent_at) = (Some(content), self.clock.elapsed());
            offer.patience.record_success();
            return Ok(());
        }
    }

    /// Lets another check run take the place of one that GitHub no longer has; once, for if that is
    /// gone too, something else is wrong.
    async fn replace_gone(&self, index: usize, error: GithubError) -> Result<(), GithubError> {
        let again = {
            let offer = &mut self.state.borrow_mut().offers[index];
            offer.gone += u32::from(matches!(error, GithubError::Gone(_)));
            offer.gone == 1 && matches!(error, GithubError::Gone(_))
        };
        if !again {
            return Err(error);
        }
        self.console.warning(&format!("{error}; another one is made, with all annotations"));
        self.state.borrow_mut().offers[index].replace();
        self.turn().await;
        Ok(())
    }

    /// The check run that is continued: our own whose making was not answered, or that of an
    /// earlier job.
    async fn adopt(&self, index: usize) -> Result<Option<CheckRunRef>, GithubError> {
        let unsure = self.state.borrow().offers[index].unsure;
        let (name, prefix) = {
            let story = self.story.borrow();
            let offer = &story.offers[index];
            let own = || check_run::own_external_id_prefix(&self.commit, &story, offer);
            (
                check_run::name(&story, offer),
                if unsure { own() } else { check_run::external_id_prefix(&story, offer) },
            )
        };
        let found = match self.runs.find(&name, &self.commit.sha, &prefix).await {
            Ok(found) => found,
            // A second check run is better than none, unless it would be the second of our own.
            Err(GithubError::Unavailable(_))
                if !unsure && self.state.borrow().offers[index].not_found_out =>
            {
                return Ok(None);
            }
            Err(error) => {
                self.state.borrow_mut().offers[index].not_found_out = true;
                return Err(error);
            }
        };
        let newest = {
            let excluded = &self.state.borrow().offers[index].excluded;
            found.iter().find(|run| !excluded.contains(&run.id)).cloned()
        };
        let adopted = match newest {
            Some(run) if unsure => Some(run),
            Some(run) => self.reopened(run).await?,
            None => None,
        };
        let offer = &mut self.state.borrow_mut().offers[index];
        if adopted.is_none() {
            offer.excluded.extend(found.iter().map(|run| run.id));
        }
        offer.run.clone_from(&adopted);
        offer.listed = adopted.is_none();
        Ok(adopted)
    }

    /// The check run, if it is open or GitHub lets it be opened again. github.com answers such a
    /// request with 200 and leaves the run as it was (mergify#1989,
    /// tektoncd/pipelines-as-code#998), older servers opened it; so the answer is asked and not the
    /// manual.
    async fn reopened(&self, run: CheckRunRef) -> Result<Option<CheckRunRef>, GithubError> {
        let Some(conclusion) = &run.conclusion else {
            return Ok(Some(run));
        };
        if !check_run::continues(&self.story.borrow(), conclusion) {
            return Ok(None);
        }
        self.turn().await;
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

    /// Finds out which annotations the check run has, if that is not known and there are some to
    /// send.
    async fn list(&self, index: usize, id: u64) -> Result<(), GithubError> {
        let needed = self.pending(index).0 > 0 && !self.state.borrow().offers[index].listed;
        if needed {
            let keys = self.runs.annotations(id).await?;
            let offer = &mut self.state.borrow_mut().offers[index];
            offer.known.extend(keys);
            offer.listed = true;
        }
        Ok(())
    }

    /// Everything as it is now, with the next annotations.
    fn letter(&self, index: usize, run: Option<&CheckRunRef>) -> Letter {
        let (story, state) = (self.story.borrow(), self.state.borrow());
        let (offer, state) = (&story.offers[index], &state.offers[index]);
        let began = run.and_then(|run| run.started_at).or(offer.began);
        let mut request = check_run::request(&self.commit, &story, offer, began, self.clock.now());
        let (mut keys, mut settled) = (Vec::new(), state.settled);
        if state.plainness == Plainness::Whole {
            for annotated in offer.annotations.get(settled..).unwrap_or_default() {
                if request.annotations.len() == limits::ANNOTATIONS {
                    break;
                }
                let annotation = self.as_sent(check_run::annotation(annotated));
                let key = annotation.key();
                if !state.known.contains(&key) && !keys.contains(&key) {
                    request.annotations.push(annotation);
                    keys.push(key);
                }
                settled += 1;
            }
        } else {
            settled = offer.annotations.len();
        }
        if state.plainness == Plainness::Bare {
            request.summary = format!("More is in {}.", request.elsewhere);
        }
        Letter { request, keys, settled }
    }

    /// The annotation as it will be sent, so that it is known again when GitHub lists it.
    fn as_sent(&self, mut annotation: Annotation) -> Annotation {
        let secrets = self.console.secrets();
        annotation.message = secrets.redact(&annotation.message);
        annotation.title = annotation.title.map(|title| secrets.redact(&title));
        limits::fit_annotation(&mut annotation);
        annotation
    }

    /// Waits for room for a second request in a row.
    async fn turn(&self) {
        loop {
            let taken = self.state.borrow_mut().budget.reserve(self.clock.elapsed(), Urgency::Last);
            match taken {
                Ok(()) => return,
                Err(wait) => self.clock.sleep(wait).await,
            }
        }
    }
}
