//! The calls of a release, against answers as the documents and real clients have them.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::ProductIngestion;
use crate::auth::{Credentials, ReadyMade};
use crate::clock::Clock;
use crate::clock::testing::VirtualClock;
use crate::http::{Lost, Request, Response, Transport, TransportError};
use crate::ids::OfferId;
use crate::portal::{Access, Kind, Operation, OperationView, Portal as _, Slot, State, Trouble};
use crate::problem::Code;
use crate::secrets::Secrets;

mod following;
mod reading;
mod starting;

const PRODUCT: &str = "3f8b";
const OLD: &str = "1152921515689847470";
const NEW: &str = "1152921515689848683";

/// Answers to each address in their order; the last one stays.
#[derive(Default)]
struct Service {
    answers: RefCell<HashMap<String, VecDeque<(u16, Value)>>>,
    asked: RefCell<Vec<(String, Option<Value>)>>,
}

impl Service {
    fn answer(&self, what: &str, status: u16, body: Value) -> &Self {
        self.answers.borrow_mut().entry(what.to_owned()).or_default().push_back((status, body));
        self
    }

    /// The offer as one product, with these submissions.
    fn with(&self, lists: &[Value]) -> &Self {
        let products = json!({"value": [
            {"id": "product/0", "identity": {"externalId": "contoso-offer-2"},
             "type": "azureVirtualMachine"},
            {"id": format!("product/{PRODUCT}"), "identity": {"externalID": "contoso-offer"},
             "type": "azureVirtualMachine"}]});
        self.answer("GET product", 200, products);
        for list in lists {
            self.answer("GET submission/3f8b", 200, json!({ "value": list }));
        }
        self
    }

    fn posts(&self) -> Vec<(String, Option<Value>)> {
        let mut asked = self.asked.borrow().clone();
        asked.retain(|(what, _)| what.starts_with("POST"));
        asked
    }
}

impl Transport for Service {
    fn send(&self, request: Request) -> LocalBoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            assert!(request.url.query().unwrap().contains("version=2022-07-01"), "{}", request.url);
            let path = request.url.path().strip_prefix("/rp/product-ingestion/").unwrap();
            let what = format!("{} {path}", request.method);
            let body = request.body.map(|body| serde_json::from_slice(&body).unwrap());
            self.asked.borrow_mut().push((what.clone(), body));
            let mut answers = self.answers.borrow_mut();
            let queue = answers.get_mut(&what).unwrap_or_else(|| panic!("nobody expected {what}"));
            let (status, body) =
                if queue.len() > 1 { queue.pop_front().unwrap() } else { queue[0].clone() };
            if status == 0 {
                return Err(TransportError::new(Lost::Unknown, "reset"));
            }
            let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
            let status = StatusCode::from_u16(status).unwrap();
            Ok(Response { status, headers: HeaderMap::new(), body })
        })
    }
}

fn api(service: &Rc<Service>) -> (ProductIngestion<Rc<Service>>, Rc<VirtualClock>) {
    let time = Rc::new(VirtualClock::default());
    let clock: Rc<dyn Clock> = time.clone();
    let secrets = Arc::new(Secrets::new(Box::new(|_| {})));
    let token = SecretString::from("the-token-of-the-api");
    let token = ReadyMade::new(&token, Rc::clone(&clock), &secrets).unwrap();
    let credentials = Rc::new(Credentials::new(Box::new(token), Rc::clone(&clock)));
    let origin = Url::parse("https://graph.microsoft.com").unwrap();
    let access = Access { origin, credentials, secrets };
    let offer = OfferId::parse("contoso-offer").unwrap();
    (ProductIngestion::new(access, offer, Rc::clone(service), clock), time)
}

fn entry(number: &str, target: &str, status: &str, result: &str) -> Value {
    let created =
        if number == OLD { "2026-01-25T07:13:06.4408032Z" } else { "2026-02-04T20:07:22Z" };
    json!({"id": format!("submission/{PRODUCT}/{number}"), "product": format!("product/{PRODUCT}"),
           "target": {"targetType": target}, "status": status, "result": result,
           "created": created})
}

fn draft() -> Value {
    json!({"id": "submission/3f8b/0", "target": {"targetType": "draft"}})
}

#[expect(clippy::needless_pass_by_value, reason = "written with `json!` in place")]
fn job(status: &str, result: &str, errors: Value) -> Value {
    json!({"$schema": "https://x.example/schema/configure-status/2022-07-01", "jobId": "j-1",
           "jobStatus": status, "jobResult": result, "jobStart": "2026-02-04T20:07:00Z",
           "jobEnd": "0001-01-01T00:00:00", "errors": errors})
}

fn look(
    api: &ProductIngestion<Rc<Service>>,
    time: &VirtualClock,
    operation: &Operation,
) -> OperationView {
    time.run(api.read_operation(operation)).unwrap().view
}
