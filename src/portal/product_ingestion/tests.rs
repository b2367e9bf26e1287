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
            {"id": "product/0", "identity": {"externalId": "contoso-offer-2"}, "type": "azureVirtualMachine"},
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
           "target": {"targetType": target}, "status": status, "result": result, "created": created})
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

#[test]
fn a_publish_is_done_when_its_job_and_its_submission_are() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    service
        .with(&[
            json!([draft(), live]),
            json!([live, draft()]),
            json!([entry(NEW, "preview", "running", "pending"), live]),
            json!([entry(NEW, "preview", "completed", "succeeded"), live]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 404, json!({}));
    let (api, time) = api(&service);
    let accepted = time.run(api.publish(&[])).unwrap();
    let operation = accepted.operation.unwrap();
    assert_eq!((operation.address(), operation.is_listed()), ("configure/j-1", false));
    let posts = service.posts();
    let expected = json!({
        "$schema": "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
        "resources": [{
            "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
            "product": "product/3f8b", "target": {"targetType": "preview"}}]});
    assert_eq!(posts, [("POST configure".to_owned(), Some(expected))]);

    let mut seen = Vec::new();
    for _ in 0..4 {
        let view = look(&api, &time, &operation);
        seen.push((view.status.state(), view.id));
    }
    let number = || Some(NEW.to_owned());
    assert_eq!(
        seen,
        [
            (State::Running, None),
            (State::Unknown, None),
            (State::Running, number()),
            (State::Succeeded, number()),
        ]
    );
}

#[test]
fn a_publish_that_was_replaced_is_not_taken_for_the_one_that_took_its_place() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    let detail = json!({"resources": [{"id": format!("submission/{PRODUCT}/canceled")}]});
    service
        .with(&[
            json!([draft(), live]),
            json!([entry(NEW, "preview", "completed", "succeeded"), live]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 200, detail);
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let error = time.run(api.read_operation(&operation)).unwrap_err();
    assert_eq!(error.problem.code, Code::PreviewChanged, "{}", error.problem.message);
}

#[test]
fn only_the_preview_that_was_meant_goes_live() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    let waits = entry(NEW, "preview", "completed", "succeeded");
    service
        .with(&[
            json!([waits, live]),
            json!([waits, live]),
            json!([entry(NEW, "live", "running", "pending"), live]),
            json!([entry(NEW, "live", "completed", "succeeded"), waits]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])));
    let (api, time) = api(&service);
    let error = time.run(api.go_live(Some("7"))).unwrap_err();
    assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::PreviewChanged));
    assert_eq!(service.posts(), []);

    let operation = time.run(api.go_live(Some(NEW))).unwrap().operation.unwrap();
    let body = service.posts()[0].1.clone().unwrap();
    let expected = json!({
        "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
        "id": format!("submission/3f8b/{NEW}"), "product": "product/3f8b",
        "target": {"targetType": "live"}});
    assert_eq!(body["resources"], json!([expected]));
    let states: Vec<_> = (0..2).map(|_| look(&api, &time, &operation).status.state()).collect();
    assert_eq!(states, [State::Running, State::Succeeded]);
    assert_eq!(time.run(api.read_offer()).unwrap().status.state(), State::Succeeded);
}

#[test]
fn a_conflict_is_one_in_whatever_form_it_comes() {
    let runs = "An In Progress submission 1234567890 already exists.";
    let stale = "The submission cannot be pushed to live as its not the latest submission.";
    let http =
        |text: &str| json!({"error": {"code": "badRequest", "message": text, "details": []}});
    let tree = |text: &str| {
        json!([{"resourceId": "submission/2d54", "code": "internalServerError", "message": text,
                "details": [{"code": "invalidResource", "message": "Failure for resource"}]}])
    };
    for (text, expected) in [
        (runs, (Trouble::Conflict, Code::PortalRefused)),
        (stale, (Trouble::Refused, Code::PreviewChanged)),
    ] {
        for status in [400, 409, 423, 500] {
            let service = Rc::new(Service::default());
            service.with(&[json!([])]).answer("POST configure", status, http(text));
            let (api, time) = api(&service);
            let error = time.run(api.publish(&[])).unwrap_err();
            assert_eq!((error.trouble, error.problem.code), expected, "{status} {text}");
        }
        let service = Rc::new(Service::default());
        service
            .with(&[json!([])])
            .answer("POST configure", 202, job("notStarted", "pending", json!([])))
            .answer("GET configure/j-1/status", 200, job("completed", "failed", tree(text)));
        let (api, time) = api(&service);
        let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
        let error = time.run(api.read_operation(&operation)).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), expected, "{text}");
    }
}

#[test]
fn a_failed_certification_is_told_in_the_apis_own_words() {
    let service = Rc::new(Service::default());
    let errors = json!([{"resourceId": "submission/2d541119", "code": "internalServerError",
        "message": "Operation failed", "details": [{"code": "invalidState",
        "message": "Certification", "details": [{"code": "invalidState",
        "message": "Issues found during Certification."}]}]}]);
    service
        .with(&[json!([])])
        .answer("POST configure", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "failed", errors))
        .answer("GET plan", 500, json!({}));
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let view = look(&api, &time, &operation);
    assert_eq!(view.status.state(), State::Failed);
    let texts: Vec<_> = view.messages.iter().map(|message| message.html.as_str()).collect();
    assert_eq!(
        texts,
        ["internalServerError: Operation failed (submission/2d541119)<ul><li>invalidState: \
          Certification<ul><li>invalidState: Issues found during \
          Certification.</li></ul></li></ul>"]
    );
}

#[test]
fn an_error_of_a_plan_names_it() {
    let plan = "5b9f2a10-0000-4000-8000-000000000001";
    let kind = "virtual-machine-plan-technical-configuration";
    let errors = json!([{"resourceId": format!("{kind}/3f8b/{plan}"), "code": "badRequest",
        "message": "Invalid resource"}]);
    let plans = json!({"value": [{"id": format!("plan/3f8b/{plan}"),
        "identity": {"externalID": "standard"}}]});
    let service = Rc::new(Service::default());
    service
        .with(&[json!([])])
        .answer("POST configure", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "failed", errors))
        .answer("GET plan", 200, plans);
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let view = look(&api, &time, &operation);
    let expected = format!("badRequest: Invalid resource ({kind}/3f8b/{plan}, plan standard)");
    assert_eq!(view.messages[0].html, expected);
}

#[test]
fn without_a_job_in_the_answer_nothing_is_known() {
    for (status, body) in
        [(0, Value::Null), (502, Value::Null), (202, json!({})), (200, json!("x"))]
    {
        let service = Rc::new(Service::default());
        service.with(&[json!([])]).answer("POST configure", status, body);
        let (api, time) = api(&service);
        assert_eq!(time.run(api.publish(&[])).unwrap_err().trouble, Trouble::Passing, "{status}");
        assert_eq!(service.posts().len(), 1);
    }
}

#[test]
fn a_throttled_configure_is_posted_again_but_not_for_ever() {
    let service = Rc::new(Service::default());
    service.with(&[json!([])]).answer("POST configure", 429, json!({}));
    let (api, time) = api(&service);
    assert_eq!(time.run(api.publish(&[])).unwrap_err().trouble, Trouble::Passing);
    assert_eq!((service.posts().len(), time.elapsed().as_secs()), (4, 30));
}

#[test]
fn a_tree_that_cannot_be_read_is_read_twice() {
    let deep = || (0..200).fold(json!(1), |inner, _| json!([inner]));
    let service = Rc::new(Service::default());
    service
        .with(&[])
        .answer("GET resource-tree/product/3f8b", 200, deep())
        .answer("GET resource-tree/product/3f8b", 200, json!({"resources": []}))
        .answer("GET resource-tree/product/3f8b", 200, deep());
    let (api, time) = api(&service);
    assert!(time.run(api.read_draft()).is_ok());
    assert_eq!(time.run(api.read_draft()).unwrap_err().trouble, Trouble::Unreadable);
}

#[test]
fn an_offer_is_exactly_one_product_of_a_type_that_is_served() {
    let product = |id: &str, kind: &str| json!({"id": format!("product/{id}"), "identity": {"externalId": "contoso-offer"}, "type": kind});
    for (products, expected) in [
        (json!([]), (Trouble::NotFound, Code::OfferNotFound)),
        (
            json!([product("1", "azureVirtualMachine"), product("2", "azureContainer")]),
            (Trouble::Refused, Code::PortalRefused),
        ),
        (json!([product("1", "azureApplication")]), (Trouble::Refused, Code::PortalRefused)),
    ] {
        let service = Rc::new(Service::default());
        service.answer("GET product", 200, json!({ "value": products }));
        let (api, time) = api(&service);
        let error = time.run(api.publish(&[])).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), expected);
        assert!(error.problem.hint.is_some());
    }
}

#[test]
fn lists_are_read_to_their_last_page_and_never_off_the_api() {
    let service = Rc::new(Service::default());
    service
        .with(&[])
        .answer("GET submission/3f8b", 200, json!({"value": [draft()], "@nextLink": "submission/3f8b?continuationToken=2&$version=2022-07-01"}))
        .answer("GET submission/3f8b", 200, json!({"value": [entry(OLD, "live", "completed", "succeeded")],
            "@nextLink": "https://graph.microsoft.com/rp/product-ingestion/submission/3f8b?%24version=2022-07-01"}))
        .answer("GET submission/3f8b", 200, json!({"value": [entry(NEW, "preview", "completed", "succeeded")],
            "@nextLink": "https://evil.example/rp/product-ingestion/submission/3f8b"}));
    let (api, time) = api(&service);
    let error = time.run(api.list_submissions()).unwrap_err();
    assert!(error.problem.message.contains("not on this API"), "{error}");
    service.answers.borrow_mut().remove("GET submission/3f8b");
    service
        .answer("GET submission/3f8b", 200, json!({"value": [entry(OLD, "live", "completed", "succeeded")], "@nextLink": "/rp/product-ingestion/submission/3f8b?$version=2022-07-01&page=2"}))
        .answer("GET submission/3f8b", 200, json!({"value": [entry(OLD, "preview", "completed", "succeeded")]}));
    let rows = time.run(api.list_submissions()).unwrap();
    let kinds: Vec<_> =
        rows.iter().map(|row| (row.id.clone(), row.kind.clone().unwrap())).collect();
    assert_eq!(
        kinds,
        [(format!("{OLD}-live"), Kind::GoLive), (OLD.to_owned(), Kind::Publish)],
        "one number stands for both halves"
    );
}

#[test]
fn the_list_of_submissions_is_the_offers_status() {
    let live = || entry(OLD, "live", "completed", "succeeded");
    let preview = |status, result| entry(NEW, "preview", status, result);
    let mut table = String::new();
    for (what, list) in [
        ("never published", json!([draft()])),
        ("publishing", json!([draft(), live(), preview("running", "pending")])),
        ("a preview waits", json!([live(), preview("completed", "succeeded")])),
        ("live, nothing waits", json!([live(), entry(OLD, "preview", "completed", "succeeded")])),
        ("going live", json!([live(), entry(NEW, "live", "running", "pending")])),
        ("first go-live", json!([entry(NEW, "live", "running", "pending")])),
        ("failed go-live", json!([live(), entry(NEW, "live", "completed", "failed")])),
        ("failed publish", json!([live(), preview("completed", "failed")])),
        ("unknown word", json!([live(), preview("paused", "pending")])),
    ] {
        let service = Rc::new(Service::default());
        service.with(&[list]);
        let (api, time) = api(&service);
        let status = time.run(api.read_offer()).unwrap().status;
        let _ = writeln!(table, "{what} → {:?}", status.state());
    }
    insta::assert_snapshot!(table, @"
    never published → NeverPublished
    publishing → Running
    a preview waits → WaitingForPublisher
    live, nothing waits → Succeeded
    going live → Running
    first go-live → Running
    failed go-live → Failed
    failed publish → Failed
    unknown word → Unknown
    ");
}

#[test]
fn only_a_known_job_is_canceled() {
    let service = Rc::new(Service::default());
    service
        .with(&[json!([])])
        .answer("POST configure/j-1/cancel", 200, job("completed", "cancelled", json!([])))
        .answer(
            "POST configure/j-1/cancel",
            400,
            json!({"error": {"code": "badRequest",
            "message": "Cannot cancel job, job has already completed.", "details": []}}),
        );
    let (api, time) = api(&service);
    let known = api.parse_operation("configure/j-1").unwrap();
    time.run(api.cancel(Some(&known))).unwrap();
    let error = time.run(api.cancel(Some(&known))).unwrap_err();
    assert!(error.problem.message.contains("already completed"), "{error}");
    let found = api.parse_operation(&format!("submission/3f8b/{NEW}")).unwrap();
    for unknown in [None, Some(&found)] {
        let error = time.run(api.cancel(unknown)).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::CancelRefused));
    }
    assert_eq!(service.posts().len(), 2);
}

#[test]
fn a_resumed_job_proves_nothing_for_another_offer() {
    let service = Rc::new(Service::default());
    let of = |product: &str| json!({"resources": [{"id": format!("submission/{product}/{NEW}")}]});
    service
        .with(&[json!([entry(NEW, "preview", "completed", "succeeded")])])
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 200, of("another"))
        .answer("GET configure/j-1", 404, json!({}))
        .answer("GET configure/j-1", 200, of(PRODUCT));
    let (api, time) = api(&service);
    let operation = api.parse_operation("configure/j-1").unwrap();
    assert_eq!(time.run(api.read_operation(&operation)).unwrap_err().trouble, Trouble::Refused);
    assert_eq!(look(&api, &time, &operation).status.state(), State::Unknown);
    let view = look(&api, &time, &operation);
    assert_eq!((view.status.state(), view.id.as_deref()), (State::Succeeded, Some(NEW)));
    let found = api.parse_operation("submission/another/7").unwrap();
    assert_eq!(time.run(api.read_operation(&found)).unwrap_err().trouble, Trouble::Refused);
}

#[test]
fn a_preview_whose_number_is_gone_was_replaced() {
    let service = Rc::new(Service::default());
    service.with(&[json!([entry(NEW, "preview", "running", "pending")])]);
    let (api, time) = api(&service);
    let ours = api.parse_operation(&format!("submission/3f8b/{OLD}")).unwrap();
    let error = time.run(api.read_operation(&ours)).unwrap_err();
    assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::PreviewChanged));
}

#[test]
fn a_draft_is_written_by_its_changed_resources_and_the_end_of_the_job_is_awaited() {
    let service = Rc::new(Service::default());
    let tree = |target: &str| {
        json!({"root": "product/3f8b", "target": {"targetType": target}, "resources": [
            {"$schema": "https://x.example/schema/listing/2022-03-01-preview5", "id": "listing/3f8b", "title": "T"},
            {"$schema": "https://x.example/schema/submission/2022-03-01-preview2", "id": "submission/3f8b/1"},
            {"$schema": "https://x.example/schema/property/2022-03-01-preview5", "id": "a/3f8b"}]})
    };
    service
        .with(&[json!([])])
        .answer("GET resource-tree/product/3f8b", 200, tree("draft"))
        .answer("GET resource-tree/product/3f8b", 200, tree("live"))
        .answer("GET resource-tree/product/3f8b", 404, json!({}))
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])));
    let (api, time) = api(&service);
    let read = time.run(api.read_draft()).unwrap();
    assert_eq!(read.body, time.run(api.read_slot(Slot::Production)).unwrap().body);
    assert_eq!(time.run(api.read_slot(Slot::Preview)).unwrap_err().trouble, Trouble::NotFound);
    time.run(api.write_draft(&read, &read.body)).unwrap();
    assert_eq!(service.posts(), [], "nothing changed, nothing written");
    let mut body = read.body.clone();
    body["definition"]["resources"][1]["title"] = json!("U");
    time.run(api.write_draft(&read, &body)).unwrap();
    let posted = service.posts()[0].1.clone().unwrap();
    assert_eq!(posted["resources"], json!([body["definition"]["resources"][1]]));
    assert_eq!(time.elapsed().as_secs(), 65, "one look soon, then one a minute");
}
