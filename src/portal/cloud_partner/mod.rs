//! The Cloud Partner Portal REST API, version 2017-10-31.
//!
//! Sources: Microsoft's documentation of the API and the clients that are known to work with it,
//! which disagree in places; every variant that was documented or seen is accepted.

mod address;
mod refusal;
mod wire;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, InvalidHeaderValue};
use http::{HeaderMap, Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use self::refusal::Subject;
use super::{
    Accepted, Backend, Call, CallError, CancelAccepted, Draft, Fate, Looked, OfferView,
    OperationAddress, Submission, Trouble,
};
use crate::auth::Credentials;
use crate::clock::Clock;
use crate::http::{Lost, Request, Response, Transport, retry_after};
use crate::ids::{Email, Malformed, OfferId, PublisherId};
use crate::problem::{Class, Code, Problem};
use crate::secrets::Secrets;

const API_VERSION: &str = "2017-10-31";

/// Limit of one call. A publish that takes longer to be accepted is found again by what runs.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Whose offers, where, and how to sign in.
#[derive(Clone)]
pub struct Account {
    /// The portal's origin.
    pub portal: Url,
    /// The publisher.
    pub publisher: PublisherId,
    /// Access to it.
    pub credentials: Rc<Credentials>,
    /// What must not be quoted from answers.
    pub secrets: Arc<Secrets>,
}

/// A publisher's account at the Cloud Partner Portal.
pub struct CloudPartnerPortal<T> {
    transport: T,
    clock: Rc<dyn Clock>,
    credentials: Rc<Credentials>,
    secrets: Arc<Secrets>,
    portal: Url,
    publisher: PublisherId,
}

impl<T: Transport> CloudPartnerPortal<T> {
    /// A client of the portal at this origin. The token goes there and nowhere else.
    pub fn new(account: Account, transport: T, clock: Rc<dyn Clock>) -> Self {
        let Account { portal, publisher, credentials, secrets } = account;
        Self { transport, clock, credentials, secrets, portal, publisher }
    }

    fn subject(&self, doing: &str, offer: &OfferId) -> Subject {
        Subject {
            doing: format!("{doing} offer {offer} of publisher {}", self.publisher),
            missing: Code::OfferNotFound,
        }
    }

    /// An address of the offer, `rest` being the path below it.
    fn offer_url(&self, offer: &OfferId, rest: &str) -> Url {
        let mut url = self.portal.clone();
        url.set_path(&format!("/api/publishers/{}/offers/{offer}{rest}", self.publisher));
        url.set_query(Some(&format!("api-version={API_VERSION}")));
        url
    }

    /// One call; a token that the portal refuses is renewed once, for a 401 surely started nothing.
    async fn call(
        &self,
        subject: &Subject,
        method: Method,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<Response, CallError> {
        let mut token = self.credentials.token().await.map_err(no_token)?;
        let mut renewed = false;
        loop {
            let request = Request {
                method: method.clone(),
                url: url.clone(),
                headers: headers(&token).map_err(|_| {
                    no_token(
                        Problem::new(
                            Code::TokenRefused,
                            "the access token has characters that no HTTP header can carry",
                        )
                        .hint(
                            "check what input `authority-url` points to: Microsoft Entra \
                                gives no such tokens",
                        ),
                    )
                })?,
                body: body.clone(),
                timeout: CALL_TIMEOUT,
            };
            let answer = self.transport.send(request).await.map_err(|error| {
                let fate =
                    if error.lost == Lost::Unsent { Fate::NotCarriedOut } else { Fate::Unknown };
                passing(fate, format!("could not {}: {error}", subject.doing))
            })?;
            if answer.status == StatusCode::UNAUTHORIZED && !renewed {
                token = self.credentials.renew(&token).await.map_err(no_token)?;
                renewed = true;
            } else if answer.status.is_success() {
                return Ok(answer);
            } else {
                return Err(refusal::read(
                    subject,
                    &answer,
                    retry_after(&answer.headers, self.clock.now()),
                    &self.secrets,
                ));
            }
        }
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
            let quote = answer.quote(&self.secrets);
            let what =
                if quote.is_empty() { "an empty body".to_owned() } else { format!("`{quote}`") };
            let message = format!(
                "could not {}: the portal answered {} with {what}",
                subject.doing, answer.status
            );
            return Err(passing(Fate::Unknown, message));
        };
        Ok((value, answer.headers))
    }

    /// Starts an operation. The body of the answer says nothing; its header says where to follow.
    async fn start(
        &self,
        doing: &str,
        offer: &OfferId,
        rest: &str,
        body: Option<Bytes>,
    ) -> Result<Accepted, CallError> {
        let answer = self
            .call(&self.subject(doing, offer), Method::POST, self.offer_url(offer, rest), body)
            .await?;
        match address::from_headers(&self.portal, &answer.headers) {
            Ok(Some(operation)) => Ok(Accepted { operation: Some(operation), remark: None }),
            Ok(None) if answer.status == StatusCode::ACCEPTED => Ok(Accepted {
                operation: None,
                remark: Some("the portal named no operation address".to_owned()),
            }),
            // A proxy's or a login page's 200 is no acceptance.
            Ok(None) => Err(passing(
                Fate::Unknown,
                format!(
                    "could not {doing} offer {offer}: the portal answered {} without an operation \
                     address",
                    answer.status
                ),
            )),
            Err(why) => Ok(Accepted { operation: None, remark: Some(why.0) }),
        }
    }
}

impl<T: Transport> Backend for CloudPartnerPortal<T> {
    fn publish<'a>(&'a self, offer: &'a OfferId, notify: &'a [Email]) -> Call<'a, Accepted> {
        let body = if notify.is_empty() {
            serde_json::json!({})
        } else {
            let addresses: Vec<&str> = notify.iter().map(Email::as_str).collect();
            serde_json::json!({ "metadata": { "notification-emails": addresses.join(",") } })
        };
        self.start("publish", offer, "/publish", Some(body.to_string().into())).boxed_local()
    }

    fn go_live<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Accepted> {
        self.start("go live with", offer, "/golive", None).boxed_local()
    }

    fn cancel<'a>(&'a self, offer: &'a OfferId) -> Call<'a, CancelAccepted> {
        async move {
            let subject = self.subject("cancel the operation of", offer);
            let answer =
                self.call(&subject, Method::POST, self.offer_url(offer, "/cancel"), None).await?;
            Ok(if answer.status == StatusCode::OK {
                CancelAccepted::Done
            } else {
                CancelAccepted::Promised
            })
        }
        .boxed_local()
    }

    fn operation<'a>(&'a self, operation: &'a OperationAddress) -> Call<'a, Looked> {
        async move {
            let subject = Subject {
                doing: format!("look at operation {}", operation.id()),
                missing: Code::OperationVanished,
            };
            let (view, headers) =
                self.read(subject, operation.url().clone(), wire::operation).await?;
            Ok(Looked { view, retry_after: retry_after(&headers, self.clock.now()) })
        }
        .boxed_local()
    }

    fn operations<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Vec<Submission>> {
        async move {
            let subject = self.subject("list the operations of", offer);
            let (rows, _) =
                self.read(subject, self.offer_url(offer, "/submissions/"), wire::rows).await?;
            let submission = |row: wire::Row| Submission {
                operation: address::by_id(&self.portal, &self.publisher, offer, &row.id).ok(),
                id: row.id,
                phase: row.phase,
                status: row.status,
                changed: row.changed,
            };
            Ok(rows.into_iter().map(submission).collect())
        }
        .boxed_local()
    }

    fn offer<'a>(&'a self, offer: &'a OfferId) -> Call<'a, OfferView> {
        async move {
            Ok(self
                .read(
                    self.subject("read the status of", offer),
                    self.offer_url(offer, "/status"),
                    wire::offer,
                )
                .await?
                .0)
        }
        .boxed_local()
    }

    fn draft<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Draft> {
        async move {
            Ok(self
                .read(
                    self.subject("read the draft of", offer),
                    self.offer_url(offer, ""),
                    wire::draft,
                )
                .await?
                .0)
        }
        .boxed_local()
    }

    fn address(&self, offer: &OfferId, text: &str) -> Result<OperationAddress, Malformed> {
        address::given(&self.portal, &self.publisher, offer, text)
    }
}

/// Microsoft's pages list the content type on every call, reads included.
fn headers(token: &SecretString) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
    bearer.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    Ok(HeaderMap::from_iter([
        (AUTHORIZATION, bearer),
        (ACCEPT, json.clone()),
        (CONTENT_TYPE, json),
    ]))
}

fn passing(fate: Fate, message: String) -> CallError {
    CallError {
        trouble: Trouble::Passing,
        fate,
        problem: Problem::new(Code::Unavailable, message),
        retry_after: None,
    }
}

/// Without a token nothing was asked of the portal.
fn no_token(problem: Problem) -> CallError {
    let trouble =
        if problem.code.class() == Class::Unavailable { Trouble::Passing } else { Trouble::Auth };
    CallError { trouble, fate: Fate::NotCarriedOut, problem, retry_after: None }
}
