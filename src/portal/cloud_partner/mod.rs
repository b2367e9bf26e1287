//! The Cloud Partner Portal REST API, version 2017-10-31.
//!
//! Sources: Microsoft's documentation of the API and the clients that are known to work with it,
//! which disagree in places; every variant that was documented or seen is accepted.

mod address;
mod advice;
mod document;
mod wire;

#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use url::Url;

use self::address::Owner;
use super::client::{self, Access, Call, Client};
use super::refusal::{Subject, read_refusal};
use super::{
    Accepted, CallError, CancelScope, Capabilities, Draft, Feature, Looked, OfferView, Operation,
    Portal, Slot, Submission, Trouble,
};
use crate::clock::Clock;
use crate::http::{Response, Transport, retry_after};
use crate::ids::{Email, Malformed, OfferId, PublisherId};
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

const API_VERSION: &str = "2017-10-31";

/// Limit of one call. A publish that takes longer to be accepted is found again by what runs.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

const CAPABILITIES: Capabilities = Capabilities::new(
    CancelScope::AnyRunning,
    &[
        Feature::Steps,
        Feature::Links,
        Feature::Times,
        Feature::NotificationMails,
        Feature::Slots,
        Feature::SignOffInOffer,
    ],
);

/// One offer at the Cloud Partner Portal.
pub struct CloudPartnerPortal<T> {
    client: Client<T>,
    publisher: PublisherId,
    offer: OfferId,
}

impl<T: Transport> CloudPartnerPortal<T> {
    /// The offer of this publisher.
    pub fn new(
        access: Access,
        publisher: PublisherId,
        offer: OfferId,
        transport: T,
        clock: Rc<dyn Clock>,
    ) -> Self {
        Self { client: Client::new(access, transport, clock), publisher, offer }
    }

    fn portal(&self) -> &Url {
        &self.client.access.origin
    }

    fn owner(&self) -> Owner<'_> {
        Owner { portal: self.portal(), publisher: &self.publisher, offer: &self.offer }
    }

    fn subject(&self, doing: &str) -> Subject {
        Subject {
            doing: format!("{doing} offer {} of publisher {}", self.offer, self.publisher),
            missing: Code::OfferNotFound,
            hint: advice::advise,
        }
    }

    /// An address of the offer, `rest` being the path below it.
    fn offer_url(&self, rest: &str) -> Url {
        let mut url = self.portal().clone();
        url.set_path(&format!("/api/publishers/{}/offers/{}{rest}", self.publisher, self.offer));
        url.set_query(Some(&format!("api-version={API_VERSION}")));
        url
    }

    fn secrets(&self) -> &Secrets {
        &self.client.access.secrets
    }

    /// How long the portal wants to be left alone.
    fn retry_after(&self, answer: &Response) -> Option<Duration> {
        retry_after(&answer.headers, self.client.clock.now())
    }

    /// One call; an answer that is no success is an error.
    async fn call(
        &self,
        subject: &Subject,
        method: Method,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<Response, CallError> {
        let head_is_enough = method == Method::POST;
        let headers = HeaderMap::new();
        let call = Call { method, url, headers, body, timeout: CALL_TIMEOUT, head_is_enough };
        let answer = self.client.send(&subject.doing, call).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(read_refusal(subject, &answer, self.retry_after(&answer), self.secrets()))
    }

    /// One read; an answer that is not what was asked for counts as none.
    async fn read<V>(
        &self,
        subject: Subject,
        url: Url,
        reader: impl Fn(&Value) -> Option<V>,
    ) -> Result<(V, HeaderMap), CallError> {
        let answer = self.call(&subject, Method::GET, url, None).await?;
        let Some(value) = answer.json().as_ref().and_then(reader) else {
            if client::is_too_deep(&answer.body) {
                let message = format!("could not {}: the answer nests too deep", subject.doing);
                return Err(CallError::unreadable(message));
            }
            let quote = answer.quote(self.secrets());
            let what =
                if quote.is_empty() { "an empty body".to_owned() } else { format!("`{quote}`") };
            return Err(CallError::passing(format!(
                "could not {}: the portal answered {} with {what}",
                subject.doing, answer.status
            )));
        };
        Ok((value, answer.headers))
    }

    /// One read of anything but a document.
    async fn read_small<V>(
        &self,
        subject: Subject,
        url: Url,
        reader: impl Fn(&Value) -> Option<V>,
    ) -> Result<(V, HeaderMap), CallError> {
        self.read(subject, url, reader).await.map_err(CallError::of_small_answer)
    }

    /// Starts an operation. The body of the answer says nothing; its header says where to follow.
    async fn start(
        &self,
        doing: &str,
        rest: &str,
        body: Option<Bytes>,
    ) -> Result<Accepted, CallError> {
        let answer =
            self.call(&self.subject(doing), Method::POST, self.offer_url(rest), body).await?;
        match self.owner().read_headers(&answer.headers) {
            Ok(Some(operation)) => Ok(Accepted { operation: Some(operation), remark: None }),
            Ok(None) if answer.status == StatusCode::ACCEPTED => Ok(Accepted {
                operation: None,
                remark: Some("the portal named no operation address".to_owned()),
            }),
            // A proxy's or a login page's 200 is no acceptance.
            Ok(None) => Err(CallError::passing(format!(
                "could not {doing} offer {}: the portal answered {} without an operation address",
                self.offer, answer.status
            ))),
            Err(why) => Ok(Accepted { operation: None, remark: Some(why.0) }),
        }
    }
}

impl<T: Transport> Portal for CloudPartnerPortal<T> {
    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn publish(&self, notify: &[Email]) -> Result<Accepted, CallError> {
        let body = if notify.is_empty() {
            serde_json::json!({})
        } else {
            let addresses: Vec<&str> = notify.iter().map(Email::as_str).collect();
            serde_json::json!({ "metadata": { "notification-emails": addresses.join(",") } })
        };
        self.start("publish", "/publish", Some(body.to_string().into())).await
    }

    /// The API takes whatever preview waits.
    async fn go_live(&self, _preview: Option<&str>) -> Result<Accepted, CallError> {
        self.start("go live with", "/golive", None).await
    }

    async fn cancel(&self, _operation: Option<&Operation>) -> Result<(), CallError> {
        let subject = self.subject("cancel the operation of");
        self.call(&subject, Method::POST, self.offer_url("/cancel"), None).await?;
        Ok(())
    }

    async fn read_operation(&self, operation: &Operation) -> Result<Looked, CallError> {
        let subject = Subject {
            doing: format!("look at operation {}", operation.id()),
            missing: Code::OperationVanished,
            hint: advice::advise,
        };
        let url = address::resolve_address(self.portal(), operation.address()).map_err(|why| {
            let problem = Problem::new(Code::OperationVanished, why.0);
            CallError { trouble: Trouble::Refused, problem, retry_after: None }
        })?;
        let (view, headers) = self.read_small(subject, url, wire::read_operation).await?;
        Ok(Looked { view, retry_after: retry_after(&headers, self.client.clock.now()) })
    }

    async fn list_submissions(&self) -> Result<Vec<Submission>, CallError> {
        let subject = self.subject("list the operations of");
        let (rows, _) =
            self.read_small(subject, self.offer_url("/submissions/"), wire::read_rows).await?;
        let submission = |row: wire::Row| Submission {
            preview: None,
            operation: self.owner().read_id(&row.id).ok(),
            id: row.id,
            kind: row.kind,
            status: row.status,
            started: row.started,
            changed: row.changed,
        };
        Ok(rows.into_iter().map(submission).collect())
    }

    async fn read_offer(&self) -> Result<OfferView, CallError> {
        let subject = self.subject("read the status of");
        Ok(self.read_small(subject, self.offer_url("/status"), wire::read_offer).await?.0)
    }

    async fn read_draft(&self) -> Result<Draft, CallError> {
        self.read_document(self.subject("read the draft of"), "").await
    }

    async fn read_slot(&self, slot: Slot) -> Result<Draft, CallError> {
        match slot {
            Slot::Preview => {
                self.read_document(self.subject("read the preview of"), "/slot/preview").await
            }
            Slot::Production => {
                let subject = self.subject("read the public document of");
                self.read_document(subject, "/slot/production").await
            }
        }
    }

    async fn write_draft(&self, read: &Draft, body: &Value) -> Result<(), CallError> {
        self.write_document(self.subject("write the draft of"), read, body).await
    }

    fn parse_operation(&self, text: &str) -> Result<Operation, Malformed> {
        self.owner().read_input(text)
    }
}
