//! The calls of the API, each an address, a body and a reader.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::wire::{self, Entry, Job, Product};
use super::{BASE_PATH, ProductIngestion, advice, conflict};
use crate::http::{Response, Transport, retry_after};
use crate::portal::client::{self, Call};
use crate::portal::refusal::{Subject, read_refusal};
use crate::portal::{CallError, Trouble};
use crate::problem::{Code, Problem};

/// Asked for everywhere: older ones are refused once an account has private offers.
const VERSION: &str = "2022-07-01";

pub(super) const SCHEMA: &str = "https://schema.mp.microsoft.com/schema";

/// The schema versions of the envelope and of a submission; newer ones want other fields.
const CONFIGURE_SCHEMA: &str = "configure/2022-03-01-preview2";
const SUBMISSION_SCHEMA: &str = "submission/2022-03-01-preview2";

/// Limit of one call. A configure is taken in and carried out later.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// A configure that was answered 429 is posted so often in all, after the waits that were asked
/// for; a longer wait than this is left to the caller.
const MOST_POSTS: usize = 4;
const LONGEST_WAIT: Duration = Duration::from_mins(2);
const WAIT_UNASKED: Duration = Duration::from_secs(10);

/// Before a tree that cannot be read is read again.
const BEFORE_SECOND_LOOK: Duration = Duration::from_secs(5);

/// A list with more pages than this does not end.
const MOST_PAGES: usize = 50;

/// Offer types that the API lists and does not serve.
const UNSUPPORTED_TYPES: [&str; 1] = ["azureapplication"];

impl<T: Transport> ProductIngestion<T> {
    pub(super) fn subject(&self, doing: &str, missing: Code) -> Subject {
        let doing = format!("{doing} offer {}", self.offer);
        Subject { doing, missing, hint: advice::advise }
    }

    /// An address below the API's path.
    pub(super) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.client.access.origin.clone();
        url.set_path(&format!("{BASE_PATH}{path}"));
        url.query_pairs_mut().clear().append_pair("$version", VERSION).extend_pairs(query);
        url
    }

    async fn call(
        &self,
        subject: &Subject,
        method: Method,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<Response, CallError> {
        let answer = self.send(subject, method, url, body).await?;
        self.accept(subject, answer)
    }

    /// The answer, whatever its status.
    async fn send(
        &self,
        subject: &Subject,
        method: Method,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<Response, CallError> {
        let headers = HeaderMap::new();
        let call =
            Call { method, url, headers, body, timeout: CALL_TIMEOUT, head_is_enough: false };
        self.client.send(&subject.doing, call).await
    }

    /// An answer that is no success is an error.
    fn accept(&self, subject: &Subject, answer: Response) -> Result<Response, CallError> {
        if answer.status.is_success() {
            return Ok(answer);
        }
        let retry_after = self.retry_after(&answer);
        let error = read_refusal(subject, &answer, retry_after, &self.client.access.secrets);
        Err(conflict::reclassify(error))
    }

    fn retry_after(&self, answer: &Response) -> Option<Duration> {
        retry_after(&answer.headers, self.client.clock.now())
    }

    /// One POST of a configure. A 429 surely started nothing, so it is made again after the wait
    /// that the API asks for.
    async fn post_configure(&self, subject: &Subject, body: Bytes) -> Result<Response, CallError> {
        let mut posts = 1;
        loop {
            let url = self.url("configure", &[]);
            let answer = self.send(subject, Method::POST, url, Some(body.clone())).await?;
            let wait = self.retry_after(&answer).unwrap_or(WAIT_UNASKED);
            let throttled = answer.status == StatusCode::TOO_MANY_REQUESTS;
            if !throttled || posts == MOST_POSTS || wait > LONGEST_WAIT {
                return self.accept(subject, answer);
            }
            posts += 1;
            self.client.clock.sleep(wait).await;
        }
    }

    /// One read; an answer that is not what was asked for counts as none.
    pub(super) async fn read<V>(
        &self,
        subject: &Subject,
        url: Url,
        reader: impl Fn(&Value) -> Option<V>,
    ) -> Result<V, CallError> {
        let answer = self.call(subject, Method::GET, url, None).await?;
        self.read_answer(subject, &answer, reader)
    }

    fn read_answer<V>(
        &self,
        subject: &Subject,
        answer: &Response,
        reader: impl Fn(&Value) -> Option<V>,
    ) -> Result<V, CallError> {
        if let Some(value) = answer.json().as_ref().and_then(reader) {
            return Ok(value);
        }
        let message = format!("could not {}: the API answered {}", subject.doing, answer.status);
        if client::is_too_deep(&answer.body) {
            return Err(CallError::unreadable(format!("{message}, nested too deep")));
        }
        let quote = answer.quote(&self.client.access.secrets);
        let what = if quote.is_empty() { "an empty body".to_owned() } else { format!("`{quote}`") };
        Err(CallError::passing(format!("{message} with {what}")))
    }

    /// All pages of a list.
    async fn read_pages<V>(
        &self,
        subject: &Subject,
        first: Url,
        reader: impl Fn(&Value) -> Option<Vec<V>>,
    ) -> Result<Vec<V>, CallError> {
        let (mut all, mut url) = (Vec::new(), first);
        for _ in 0..MOST_PAGES {
            let (items, next) = self
                .read(subject, url, |page| Some((reader(page)?, wire::read_next_link(page))))
                .await?;
            all.extend(items);
            let Some(next) = next else { return Ok(all) };
            url = self.next_page(subject, &next)?;
        }
        let message = format!("could not {}: the list has no end", subject.doing);
        Err(CallError::unreadable(message))
    }

    /// The next page, whose address may be relative. The token goes to this API only.
    fn next_page(&self, subject: &Subject, link: &str) -> Result<Url, CallError> {
        let base = self.url("", &[]);
        let ours = |url: &Url| url.origin() == base.origin() && url.path().starts_with(BASE_PATH);
        base.join(link).ok().filter(ours).ok_or_else(|| {
            let message =
                format!("could not {}: the next page is not on this API: {link}", subject.doing);
            CallError::passing(message)
        })
    }

    /// The product that the offer is; asked once.
    pub(super) async fn find_product(&self) -> Result<String, CallError> {
        let known = self.history.borrow().product.clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let subject = self.subject("find the product of", Code::OfferNotFound);
        let offer = self.offer.as_str();
        let url = self.url("product", &[("externalId", offer)]);
        let products = self.read_pages(&subject, url, |page| wire::read_products(page, offer));
        let product = self.choose_product(&products.await?)?;
        self.history.borrow_mut().product = Some(product.clone());
        Ok(product)
    }

    fn choose_product(&self, products: &[Product]) -> Result<String, CallError> {
        let offer = &self.offer;
        let refuse = |trouble, code, message: String, hint: &str| {
            let problem = Problem::new(code, message).hint(hint);
            Err(CallError { trouble, problem, retry_after: None })
        };
        match products {
            [] => refuse(
                Trouble::NotFound,
                Code::OfferNotFound,
                format!("the Product Ingestion API knows no offer {offer}"),
                "check the offer's `id`, and that the application is in this publisher's account; \
                 an offer made in the old portal may need `api: cloud-partner`",
            ),
            [one] if UNSUPPORTED_TYPES.contains(&&*one.offer_type.to_ascii_lowercase()) => refuse(
                Trouble::Refused,
                Code::PortalRefused,
                format!(
                    "offer {offer} is of type {}, which this API does not serve",
                    one.offer_type
                ),
                "publish it in Partner Center",
            ),
            [one] => Ok(one.guid.clone()),
            several => refuse(
                Trouble::Refused,
                Code::PortalRefused,
                format!(
                    "{} offers have the id {offer}: which one is meant is not known",
                    several.len()
                ),
                "give the application access to one publisher's account only",
            ),
        }
    }

    /// All submissions of the offer but the draft.
    pub(super) async fn read_submissions(&self, product: &str) -> Result<Vec<Entry>, CallError> {
        let subject = self.subject("list the submissions of", Code::OfferNotFound);
        let url = self.url(&format!("submission/{product}"), &[]);
        self.read_pages(&subject, url, wire::read_submissions).await
    }

    /// A resource tree: `draft`, `preview` or `live`. One that cannot be read may be a gateway's
    /// answer: it is believed when it comes again.
    pub(super) async fn read_tree(&self, doing: &str, target: &str) -> Result<Value, CallError> {
        let product = self.find_product().await?;
        let subject = self.subject(doing, Code::OfferNotFound);
        let path = format!("resource-tree/product/{product}");
        let read =
            || self.read(&subject, self.url(&path, &[("targetType", target)]), wire::read_tree);
        match read().await {
            Err(error) if error.trouble == Trouble::Unreadable => {
                self.client.clock.sleep(BEFORE_SECOND_LOOK).await;
                read().await
            }
            answer => answer,
        }
    }

    pub(super) async fn read_job(&self, job: &str) -> Result<Job, CallError> {
        let doing = format!("look at job {job} of");
        let subject = self.subject(&doing, Code::OperationVanished);
        let url = self.url(&format!("configure/{job}/status"), &[]);
        self.read(&subject, url, wire::read_job).await
    }

    /// The GUIDs and names of the offer's plans.
    pub(super) async fn read_plans(
        &self,
        product: &str,
    ) -> Result<Vec<(String, String)>, CallError> {
        let subject = self.subject("list the plans of", Code::OfferNotFound);
        let url = self.url("plan", &[("product", &format!("product/{product}"))]);
        self.read_pages(&subject, url, wire::read_plans).await
    }

    /// The submission that a finished job made, if its detail tells.
    pub(super) async fn read_submission_of_job(
        &self,
        job: &str,
    ) -> Result<Option<(String, String)>, CallError> {
        let doing = format!("read what job {job} did to");
        let subject = self.subject(&doing, Code::OperationVanished);
        let url = self.url(&format!("configure/{job}"), &[]);
        match self.read(&subject, url, |detail| Some(wire::read_submission_of_job(detail))).await {
            Err(error) if error.trouble == Trouble::NotFound => Ok(None),
            answer => answer,
        }
    }

    /// One configure. Without a job in the answer it is not known whether it was taken.
    pub(super) async fn configure(
        &self,
        subject: &Subject,
        resources: &[Value],
    ) -> Result<(String, Job), CallError> {
        let body = json!({
            "$schema": format!("{SCHEMA}/{CONFIGURE_SCHEMA}"),
            "resources": resources,
        });
        let answer = self.post_configure(subject, body.to_string().into()).await?;
        let job = self.read_answer(subject, &answer, wire::read_job)?;
        match &job.id {
            Some(id) => Ok((id.clone(), job)),
            None => Err(CallError::passing(format!(
                "could not {}: the API answered {} without a job",
                subject.doing, answer.status
            ))),
        }
    }

    pub(super) async fn cancel_job(&self, job: &str) -> Result<(), CallError> {
        let subject = self.subject("cancel the operation of", Code::OperationVanished);
        let url = self.url(&format!("configure/{job}/cancel"), &[]);
        let answer = self.call(&subject, Method::POST, url, None).await?;
        if answer.status == StatusCode::OK || answer.status == StatusCode::ACCEPTED {
            return Ok(());
        }
        Err(CallError::passing(format!("could not {}: {}", subject.doing, answer.status)))
    }
}

/// The resource that publishes the whole draft. Nothing that was read is sent back: one echoed
/// field takes a product out of the shop.
pub(super) fn preview_submission(product: &str) -> Value {
    json!({
        "$schema": format!("{SCHEMA}/{SUBMISSION_SCHEMA}"),
        "product": format!("product/{product}"),
        "target": {"targetType": "preview"},
    })
}

/// The resource that goes live with this preview.
pub(super) fn live_submission(product: &str, number: &str) -> Value {
    json!({
        "$schema": format!("{SCHEMA}/{SUBMISSION_SCHEMA}"),
        "id": format!("submission/{product}/{number}"),
        "product": format!("product/{product}"),
        "target": {"targetType": "live"},
    })
}
