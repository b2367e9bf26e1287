//! Jobs of this process that run, or were canceled and left no submission.

use super::ProductIngestion;
use super::wire::Entry;
use crate::http::Transport;
use crate::portal::{CallError, State, Word};

impl<T: Transport> ProductIngestion<T> {
    pub(super) async fn list_running(&self) -> Result<Vec<String>, CallError> {
        let product = self.find_product().await?;
        let entries = self.read_submissions(&product).await?;
        let running = entries.into_iter().filter(|entry| !entry.status.state().is_final());
        Ok(running.map(|entry| entry.number).collect())
    }

    /// The submissions. One that was canceled from here shows as failed: the API has no word for
    /// it but in the job.
    pub(super) async fn read_with_canceled(&self, product: &str) -> Result<Vec<Entry>, CallError> {
        let mut entries = self.read_submissions(product).await?;
        let Some(canceled) = self.history.borrow().canceled.clone() else { return Ok(entries) };
        let failed = |entry: &&mut Entry| {
            entry.status.state() == State::Failed && canceled.numbers.contains(&entry.number)
        };
        if entries.iter_mut().any(|entry| failed(&entry))
            && let Some(word) = self.read_canceled(&canceled.job).await?
        {
            entries.iter_mut().filter(failed).for_each(|entry| entry.status = word.clone());
        }
        Ok(entries)
    }

    /// The word of a canceled job whose submission is listed no more.
    pub(super) async fn find_canceled_without_trace(
        &self,
        entries: &[Entry],
    ) -> Result<Option<Word>, CallError> {
        let canceled = self.history.borrow().canceled.clone();
        let listed = |number: &String| entries.iter().any(|entry| entry.number == *number);
        match canceled.filter(|canceled| !canceled.numbers.iter().any(listed)) {
            Some(canceled) => self.read_canceled(&canceled.job).await,
            None => Ok(None),
        }
    }

    /// The job's word, if that is that it was canceled.
    async fn read_canceled(&self, job: &str) -> Result<Option<Word>, CallError> {
        let status = self.read_job(job).await?.status;
        Ok(Some(status).filter(|word| word.state() == State::Canceled))
    }
}
