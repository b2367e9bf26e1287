//! One look at an operation: the job that was posted and the submission that it made, which are
//! done only together.

use std::time::Duration;

use super::address::{AddressTarget, go_live_id, read_target};
use super::wire::{Entry, Job, name_plans};
use super::{ProductIngestion, conflict};
use crate::http::Transport;
use crate::portal::{
    CallError, Kind, Looked, Operation, OperationView, Phase, State, Trouble, Word,
};
use crate::problem::{Code, Problem};

/// "Don't poll a job more than once per minute" (Microsoft's pages).
pub(super) const SHORTEST_POLL: Duration = Duration::from_mins(1);

/// What this process knows of a job that it posted.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub job: String,
    pub phase: Phase,
    /// The numbers that were there before a publish.
    pub before: Vec<String>,
    /// The number, from the start for a go-live, since it was found for a publish.
    pub number: Option<String>,
}

impl<T: Transport> ProductIngestion<T> {
    pub(super) async fn look(&self, operation: &Operation) -> Result<Looked, CallError> {
        let product = self.find_product().await?;
        let view = match read_target(operation) {
            Some(AddressTarget::Job(job)) => self.look_at_job(&product, &job).await?,
            Some(AddressTarget::Submission { product: its, number, phase }) if its == product => {
                let entries = self.read_submissions(&product).await?;
                match find_entry(&entries, &number, phase) {
                    Some(entry) => show_entry(phase, None, Some(entry)),
                    None => return Err(refuse_gone(&entries, &number, phase)),
                }
            }
            _ => return Err(refuse_foreign(operation)),
        };
        Ok(Looked { view, retry_after: None })
    }

    async fn look_at_job(&self, product: &str, id: &str) -> Result<OperationView, CallError> {
        let posted = self.recall(id);
        let job = match self.read_job(id).await {
            // How long a finished job can be read is not known; its submission stays.
            Err(error) if error.trouble == Trouble::NotFound => match &posted {
                Some(Posted { number: Some(_), .. }) => None,
                Some(posted) if self.finds_one(product, posted).await? => None,
                _ => return Err(error),
            },
            answer => Some(answer?),
        };
        let asked = posted.as_ref().map(|one| one.phase);
        if let Some(job) = job.as_ref().filter(|job| job.status.state() != State::Succeeded) {
            return self.show_unfinished(product, asked, job).await;
        }
        let entries = self.read_submissions(product).await?;
        let Some((phase, number)) =
            self.find_submission(product, id, self.recall(id), &entries).await?
        else {
            return Ok(wait_for_submission(asked, job.as_ref()));
        };
        self.remember_number(id, phase, &number);
        match find_entry(&entries, &number, phase) {
            Some(entry) => Ok(show_entry(phase, job.as_ref(), Some(entry))),
            // A go-live takes the preview's own number along, at its own pace.
            None if entries.iter().any(|entry| entry.number == number) => {
                Ok(wait_for_submission(Some(phase), job.as_ref()))
            }
            None => Err(refuse_gone(&entries, &number, phase)),
        }
    }

    /// A job that runs or failed.
    async fn show_unfinished(
        &self,
        product: &str,
        phase: Option<Phase>,
        job: &Job,
    ) -> Result<OperationView, CallError> {
        let mut view = build_view(phase, None, job.status.clone(), Some(job));
        if view.status.state() != State::Failed {
            return Ok(view);
        }
        if let Some(error) = conflict::find_in_job("start an operation", &job.errors) {
            return Err(error);
        }
        if !view.messages.is_empty() {
            // Messages are placed by the names of plans; without them they stay as they are.
            let plans = self.read_plans(product).await.unwrap_or_default();
            view.messages.iter_mut().for_each(|one| name_plans(one, &plans));
        }
        Ok(view)
    }

    /// The submission of a finished job, and which half it is; `None` if it is not known yet.
    async fn find_submission(
        &self,
        product: &str,
        job: &str,
        posted: Option<Posted>,
        entries: &[Entry],
    ) -> Result<Option<(Phase, String)>, CallError> {
        if let Some(Posted { phase, number: Some(number), .. }) = posted {
            return Ok(Some((phase, number)));
        }
        // The job says which one it made; the list alone could show another's.
        Ok(match (self.read_submission_of_job(job).await?, posted) {
            (Some((of, number)), Some(posted)) if of == product => Some((posted.phase, number)),
            (_, Some(posted)) => {
                find_new(entries, &posted).map(|entry| (posted.phase, entry.number.clone()))
            }
            (Some((of, number)), None) if of == product => {
                Some((find_phase(entries, &number), number))
            }
            (Some(_), None) => return Err(foreign_job(job)),
            (None, None) => None,
        })
    }

    fn recall(&self, job: &str) -> Option<Posted> {
        self.history.borrow().posted.iter().find(|one| one.job == job).cloned()
    }

    /// Whether just one publish is there that was not before: it is what a job that cannot be read
    /// any more has made.
    async fn finds_one(&self, product: &str, posted: &Posted) -> Result<bool, CallError> {
        if posted.phase != Phase::Publish {
            return Ok(false);
        }
        let entries = self.read_submissions(product).await?;
        let new: Vec<_> = list_new(&entries, posted).collect();
        if let [only] = new[..] {
            self.remember_number(&posted.job, Phase::Publish, &only.number);
        }
        Ok(new.len() == 1)
    }

    fn remember_number(&self, job: &str, phase: Phase, number: &str) {
        let mut history = self.history.borrow_mut();
        match history.posted.iter_mut().find(|one| one.job == job) {
            Some(posted) => posted.number = Some(number.to_owned()),
            None => history.posted.push(Posted {
                job: job.to_owned(),
                phase,
                before: Vec::new(),
                number: Some(number.to_owned()),
            }),
        }
    }
}

/// The submission that a publish made: one that was not there before.
fn find_new<'a>(entries: &'a [Entry], posted: &'a Posted) -> Option<&'a Entry> {
    list_new(entries, posted).max_by_key(|entry| entry.created)
}

fn list_new<'a>(entries: &'a [Entry], posted: &'a Posted) -> impl Iterator<Item = &'a Entry> {
    let new =
        |entry: &&Entry| entry.kind == Kind::Publish && !posted.before.contains(&entry.number);
    entries.iter().filter(new)
}

fn find_entry<'a>(entries: &'a [Entry], number: &str, phase: Phase) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.number == number && entry.kind.phase() == Some(phase))
}

/// A number that is live, or on its way there, is a go-live's.
fn find_phase(entries: &[Entry], number: &str) -> Phase {
    if find_entry(entries, number, Phase::GoLive).is_some() {
        Phase::GoLive
    } else {
        Phase::Publish
    }
}

fn show_entry(phase: Phase, job: Option<&Job>, entry: Option<&Entry>) -> OperationView {
    let status = entry.map_or_else(Word::missing, |entry| entry.status.clone());
    let number = entry.map(|entry| match phase {
        Phase::Publish => entry.number.clone(),
        Phase::GoLive => go_live_id(&entry.number),
    });
    build_view(Some(phase), number, status, job)
}

/// The job is done, and its submission is not in the list yet, or not known.
fn wait_for_submission(phase: Option<Phase>, job: Option<&Job>) -> OperationView {
    let status = Word::meaning("submission not listed", State::Unknown);
    build_view(phase, None, status, job)
}

fn build_view(
    phase: Option<Phase>,
    id: Option<String>,
    status: Word,
    job: Option<&Job>,
) -> OperationView {
    OperationView {
        id,
        kind: phase.map(Kind::from),
        status,
        steps: Vec::new(),
        messages: job.map(|job| job.errors.clone()).unwrap_or_default(),
        preview_links: Vec::new(),
        live_links: Vec::new(),
    }
}

/// A submission that is no longer in the list: a later publish took the preview's place.
fn refuse_gone(entries: &[Entry], number: &str, phase: Phase) -> CallError {
    let other = entries.iter().find(|entry| entry.kind == Kind::Publish);
    if let (Phase::Publish, Some(other)) = (phase, other) {
        let problem = conflict::preview_changed(format!(
            "submission {number} is gone, submission {} took its place in the preview",
            other.number
        ));
        return CallError { trouble: Trouble::Refused, problem, retry_after: None };
    }
    let message = format!("the API no longer knows submission {number}");
    let problem = Problem::new(Code::OperationVanished, message)
        .hint("look at the offer in Partner Center before you release it again");
    CallError { trouble: Trouble::NotFound, problem, retry_after: None }
}

fn refuse_foreign(operation: &Operation) -> CallError {
    let message = format!("operation {operation} belongs to another offer");
    let problem = Problem::new(Code::OperationVanished, message)
        .hint("give the address of an operation of this offer, as an earlier run printed it");
    CallError { trouble: Trouble::Refused, problem, retry_after: None }
}

fn foreign_job(job: &str) -> CallError {
    refuse_foreign(&super::address::of_job(job))
}
