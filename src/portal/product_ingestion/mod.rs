//! The Product Ingestion API of Microsoft Graph, `$version` 2022-07-01: an offer is a product,
//! whatever changes is a configure job, and what is published is a submission.
//!
//! Sources: Microsoft's pages on the API, and the clients that run against it, above all Red Hat's
//! cloudpub, whose fixtures are of real offers.

mod address;
mod advice;
mod calls;
mod conflict;
mod follow;
mod wire;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use self::address::AddressTarget;
use self::calls::{live_submission, preview_submission};
use self::follow::{Posted, SHORTEST_POLL};
use self::wire::Entry;
use super::client::{Access, Client};
use super::{
    Accepted, CallError, CancelScope, Capabilities, Draft, Feature, Kind, Looked, OfferView,
    Operation, Phase, Portal, Slot, State, Submission, Trouble, Word,
};
use crate::clock::Clock;
use crate::http::{Retry, Transport, repeat};
use crate::ids::{Email, Malformed, OfferId};
use crate::problem::{Code, Problem};
use crate::text::html_to_line;

/// Pages of offers in Partner Center, by the GUIDs of their products.
const PAGES: &str = "https://partner.microsoft.com/en-us/dashboard/commercial-marketplace/offers";

const BASE_PATH: &str = "/rp/product-ingestion/";

const CAPABILITIES: Capabilities =
    Capabilities::new(CancelScope::OnlyKnown, &[Feature::Slots, Feature::BoundGoLive])
        .polled_every(SHORTEST_POLL);

/// A job that writes the draft takes seconds.
const FIRST_LOOK_AT_WRITE: Duration = Duration::from_secs(5);
const MOST_LOOKS_AT_WRITE: u32 = 10;

/// How often a read is made on which a POST waits.
const READS_BEFORE_POST: Retry =
    Retry { attempts: 4, base: Duration::from_secs(1), cap: Duration::from_secs(5) };

/// One offer at the Product Ingestion API.
pub struct ProductIngestion<T> {
    client: Client<T>,
    offer: OfferId,
    history: RefCell<CallHistory>,
}

/// What earlier calls of this process found out.
#[derive(Default)]
struct CallHistory {
    product: Option<String>,
    posted: Vec<Posted>,
}

impl<T: Transport> ProductIngestion<T> {
    /// The offer. The publisher is the token's; no address names it.
    pub fn new(access: Access, offer: OfferId, transport: T, clock: Rc<dyn Clock>) -> Self {
        let client = Client::new(access, transport, clock);
        Self { client, offer, history: RefCell::default() }
    }

    /// Posts what starts an operation, and remembers what its job is about.
    async fn start(
        &self,
        doing: &str,
        resource: Value,
        phase: Phase,
        before: Vec<String>,
        number: Option<String>,
    ) -> Result<Accepted, CallError> {
        let subject = self.subject(doing, Code::OfferNotFound);
        let (job, answer) = self.configure(&subject, &[resource]).await?;
        if answer.status.state() == State::Failed
            && let Some(error) = conflict::find_in_job(&subject.doing, &answer.errors)
        {
            return Err(error);
        }
        let operation = Some(address::of_job(&job));
        self.history.borrow_mut().posted.push(Posted { job, phase, before, number });
        Ok(Accepted { operation, remark: None })
    }

    /// The submissions that are there before a POST. Nothing was started yet: what the API cannot
    /// say now is asked again here, for the caller would have to take the POST for lost.
    async fn list_before_post(&self, product: &str) -> Result<Vec<Entry>, CallError> {
        let read = async || self.read_submissions(product).await;
        repeat(&*self.client.clock, READS_BEFORE_POST, None, read, |_, _, _| {}).await
    }

    /// The number of the preview that is meant: named by its number or by the job of its publish,
    /// else the one that waits. It has to be the one that waits.
    fn choose_preview(
        &self,
        entries: &[Entry],
        preview: Option<&str>,
    ) -> Result<String, CallError> {
        let waiting = find_waiting(entries).map(|entry| entry.number.clone());
        let of_job = |name: &str| {
            let history = self.history.borrow();
            history.posted.iter().find(|one| one.job == name).and_then(|one| one.number.clone())
        };
        let wanted = preview.map(|name| of_job(name).unwrap_or_else(|| name.to_owned()));
        let message = match (wanted, waiting) {
            (Some(wanted), Some(waiting)) if wanted != waiting => {
                format!("preview {wanted} was to go live, and preview {waiting} is there now")
            }
            (_, Some(waiting)) => return Ok(waiting),
            (Some(wanted), None) => format!("preview {wanted} was to go live, and none waits"),
            (None, None) => format!("offer {} has no preview that waits", self.offer),
        };
        let problem = conflict::preview_changed(message);
        Err(CallError { trouble: Trouble::Refused, problem, retry_after: None })
    }

    async fn read_document(&self, doing: &str, target: &str) -> Result<Draft, CallError> {
        let body = self.read_tree(doing, target).await?;
        Ok(Draft { changed: None, etag: None, body })
    }

    /// Waits for the end of a job that writes the draft.
    async fn await_write(&self, job: &str) -> Result<(), CallError> {
        let mut wait = FIRST_LOOK_AT_WRITE;
        for _ in 0..MOST_LOOKS_AT_WRITE {
            self.client.clock.sleep(wait).await;
            wait = SHORTEST_POLL;
            let seen = self.read_job(job).await?;
            match seen.status.state() {
                State::Succeeded => return Ok(()),
                State::Failed | State::Canceled => {
                    let doing = format!("write the draft of offer {}", self.offer);
                    return Err(conflict::find_in_job(&doing, &seen.errors)
                        .or_else(|| conflict::find_in_write(&doing, &seen.errors))
                        .unwrap_or_else(|| refuse_write(&doing, &seen)));
                }
                _ => {}
            }
        }
        let message = format!("job {job}, which writes the draft, does not end");
        Err(CallError::passing(message))
    }
}

impl<T: Transport> Portal for ProductIngestion<T> {
    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    /// The API writes no mails to addresses that a request names.
    async fn publish(&self, _notify: &[Email]) -> Result<Accepted, CallError> {
        let product = self.find_product().await?;
        let before = self.list_before_post(&product).await?;
        let before = before.into_iter().map(|entry| entry.number).collect();
        self.start("publish", preview_submission(&product), Phase::Publish, before, None).await
    }

    async fn go_live(&self, preview: Option<&str>) -> Result<Accepted, CallError> {
        let product = self.find_product().await?;
        let entries = self.list_before_post(&product).await?;
        let number = self.choose_preview(&entries, preview)?;
        let resource = live_submission(&product, &number);
        self.start("go live with", resource, Phase::GoLive, Vec::new(), Some(number)).await
    }

    async fn cancel(&self, operation: Option<&Operation>) -> Result<(), CallError> {
        if let Some(AddressTarget::Job(job)) = operation.and_then(address::read_target) {
            return self.cancel_job(&job).await;
        }
        let message = format!(
            "the operation of offer {} cannot be canceled: this API cancels only a job whose id is \
             known",
            self.offer
        );
        let problem = Problem::new(Code::CancelRefused, message)
            .hint("cancel it in Partner Center, or give its job as input `operation`");
        Err(CallError { trouble: Trouble::Refused, problem, retry_after: None })
    }

    async fn read_operation(&self, operation: &Operation) -> Result<Looked, CallError> {
        self.look(operation).await
    }

    async fn list_submissions(&self) -> Result<Vec<Submission>, CallError> {
        let product = self.find_product().await?;
        let mut entries = self.read_submissions(&product).await?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.created));
        Ok(entries.into_iter().map(|entry| show_row(&product, entry)).collect())
    }

    async fn read_offer(&self) -> Result<OfferView, CallError> {
        let product = self.find_product().await?;
        let entries = self.read_submissions(&product).await?;
        Ok(OfferView {
            status: judge_offer(&entries),
            steps: Vec::new(),
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
        })
    }

    async fn read_draft(&self) -> Result<Draft, CallError> {
        self.read_document("read the draft of", "draft").await
    }

    async fn read_slot(&self, slot: Slot) -> Result<Draft, CallError> {
        match slot {
            Slot::Preview => self.read_document("read the preview of", "preview").await,
            Slot::Production => self.read_document("read what is live of", "live").await,
        }
    }

    /// Posts the resources that differ, and waits for the end of the job. There is no entity tag:
    /// whoever writes reads again just before.
    async fn write_draft(&self, read: &Draft, body: &Value) -> Result<(), CallError> {
        let changed = find_changed(&read.body, body);
        if changed.is_empty() {
            return Ok(());
        }
        let subject = self.subject("write the draft of", Code::OfferNotFound);
        let (job, answer) = self.configure(&subject, &changed).await?;
        match answer.status.state() {
            State::Succeeded => Ok(()),
            _ => self.await_write(&job).await,
        }
    }

    fn page(&self) -> Option<String> {
        let product = self.history.borrow().product.clone()?;
        Some(format!("{PAGES}/{product}/overview"))
    }

    /// A job's own detail does not always name its submission.
    fn recall(&self, operation: &Operation, phase: Phase, before: Option<&str>) {
        let Some(AddressTarget::Job(job)) = address::read_target(operation) else { return };
        let before = before.map(|id| address::read_number(id).to_owned()).into_iter().collect();
        self.history.borrow_mut().posted.push(Posted { job, phase, before, number: None });
    }

    fn parse_operation(&self, text: &str) -> Result<Operation, Malformed> {
        address::read_input(&self.client.access.origin, text)
    }
}

/// The preview that waits to go live: a finished one whose number is not live, nor on its way.
fn find_waiting(entries: &[Entry]) -> Option<&Entry> {
    let taken = |number: &str| {
        let mut live = entries.iter().filter(|entry| entry.kind == Kind::GoLive);
        live.any(|entry| entry.number == number && entry.status.state() != State::Failed)
    };
    entries
        .iter()
        .filter(|entry| entry.kind == Kind::Publish && !taken(&entry.number))
        .filter(|entry| entry.status.state() == State::Succeeded)
        .max_by_key(|entry| entry.created)
}

/// The offer's status, which the API has only as the list of its submissions.
fn judge_offer(entries: &[Entry]) -> Word {
    let newest = entries.iter().max_by_key(|entry| entry.created);
    if let Some(running) = entries.iter().find(|entry| !entry.status.state().is_final()) {
        return Word::meaning(running.status.text(), running.status.state());
    }
    match newest {
        None => Word::new("neverPublished"),
        _ if find_waiting(entries).is_some() => Word::new("waitingForPublisherReview"),
        Some(newest) => newest.status.clone(),
    }
}

fn show_row(product: &str, entry: Entry) -> Submission {
    let phase = entry.kind.phase();
    let preview = (phase == Some(Phase::GoLive)).then(|| entry.number.clone());
    let operation = phase.map(|phase| address::of_submission(product, &entry.number, phase));
    let id = operation.as_ref().map_or(entry.number, |operation| operation.id().to_owned());
    Submission {
        id,
        operation,
        kind: Some(entry.kind),
        status: entry.status,
        started: entry.created,
        changed: entry.created,
        preview,
    }
}

/// The resources of `body` that are not in `read` as they are.
fn find_changed(read: &Value, body: &Value) -> Vec<Value> {
    let resources = |document: &Value| {
        document["definition"]["resources"].as_array().cloned().unwrap_or_default()
    };
    let before = resources(read);
    resources(body).into_iter().filter(|resource| !before.contains(resource)).collect()
}

fn refuse_write(doing: &str, job: &wire::Job) -> CallError {
    let said: Vec<String> = job.errors.iter().map(|error| html_to_line(&error.html)).collect();
    let message =
        format!("could not {doing}: the job ended as `{}`: {}", job.status, said.join("; "));
    let problem = Problem::new(Code::PortalRefused, message)
        .hint("correct what the API names, then run the same command again");
    CallError { trouble: Trouble::Refused, problem, retry_after: None }
}
