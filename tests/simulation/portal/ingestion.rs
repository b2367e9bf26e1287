//! The second portal, the Product Ingestion API, on the same offers: jobs and submissions in place
//! of operations, written from the facts that are known of it.

use std::time::Duration;

use offer_release::http::Request;
use serde_json::{Value, json};

use super::offer::{Content, Offer};
use super::operation::{By, Kind, Operation, Stage};
use super::render::definition;
use super::routes::Answer;
use super::{Deed, Portal, Refusal, newest};

pub const ORIGIN: &str = "https://graph.microsoft.com";
const BASE: &str = "/rp/product-ingestion/";
const SCHEMA: &str = "https://schema.mp.microsoft.com/schema";

/// A job that started nothing.
#[derive(Debug, Clone)]
pub struct FailedJob {
    pub id: String,
    pub code: &'static str,
    pub message: String,
}

/// The number of an operation's submission: a go-live has that of its publish. More than a double
/// holds.
pub fn submission_number(offer: &Offer, one: &Operation) -> u64 {
    let publish = match one.kind {
        Kind::Publish => one.number,
        Kind::GoLive => one.took.unwrap_or(one.number),
    };
    debug_assert!(publish < offer.operations.len());
    1_152_921_515_689_840_001 + publish as u64
}

fn product(index: usize) -> String {
    format!("0000000{index}-aaaa-4000-8000-00000000000{index}")
}

impl Portal {
    /// Carries a request to the second portal out.
    pub fn ingest(
        &self,
        request: &Request,
        by: By,
        now: Duration,
        calm: bool,
    ) -> (Answer, Option<Deed>) {
        let not_found = || (Answer::error(404, "notFound"), None);
        let Some(path) = request.url.path().strip_prefix(BASE) else { return not_found() };
        let query = |name: &str| {
            request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value)
        };
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method.as_str(), &parts[..]) {
            ("GET", ["product"]) => {
                let wanted = query("externalId").unwrap_or_default();
                let offers = self.offers.borrow();
                let found = offers.iter().enumerate().filter(|(_, offer)| offer.id == *wanted);
                let products = found.map(|(index, offer)| {
                    json!({
                        "$schema": format!("{SCHEMA}/product/2022-03-01-preview3"),
                        "id": format!("product/{}", product(index)),
                        "identity": { "externalId": offer.id },
                        "type": "azureVirtualMachine", "alias": "Contoso",
                    })
                });
                (Answer::json(200, json!({ "value": products.collect::<Vec<_>>() })), None)
            }
            ("GET", ["submission", guid]) => self.of_product(guid, |_, offer| {
                Answer::json(200, json!({ "value": self.submissions(guid, offer, now) }))
            }),
            ("GET", ["submission", guid, number]) => self.of_product(guid, |_, offer| {
                let wanted = format!("submission/{guid}/{number}");
                let all = self.submissions(guid, offer, now);
                let one = all.into_iter().rev().find(|one| one["id"] == wanted);
                one.map_or_else(|| Answer::error(404, "notFound"), |one| Answer::json(200, one))
            }),
            ("GET", ["resource-tree", "product", guid]) => self.of_product(guid, |_, offer| {
                let at = now.saturating_sub(self.dialect.slot_lag);
                let target = query("targetType").unwrap_or_default();
                let content = match &*target {
                    "draft" => Some(offer.draft_content(now)),
                    "preview" => offer.preview_content(at),
                    _ => offer.live_content(at),
                };
                content.map_or_else(
                    || Answer::error(404, "notFound"),
                    |content| Answer::json(200, tree(guid, &target, content, now)),
                )
            }),
            ("POST", ["configure"]) => self.configure(request, by, now, calm),
            ("POST", ["configure", job, "cancel"]) => self.cancel_job(job, now),
            ("GET", ["configure", job, "status"]) => {
                let status = self.job(job, now);
                (status.map_or_else(|| not_found().0, |one| Answer::json(200, one)), None)
            }
            ("GET", ["configure", job]) => (self.job_detail(job, now), None),
            _ => not_found(),
        }
    }

    fn of_product(
        &self,
        guid: &str,
        answer: impl FnOnce(usize, &Offer) -> Answer,
    ) -> (Answer, Option<Deed>) {
        let offers = self.offers.borrow();
        let found = offers.iter().enumerate().find(|(index, _)| product(*index) == guid);
        let missing = || Answer::error(404, "notFound");
        (found.map_or_else(missing, |(index, offer)| answer(index, offer)), None)
    }

    /// One submission that is not a draft may run, and only the newest preview goes live.
    fn configure(
        &self,
        request: &Request,
        by: By,
        now: Duration,
        calm: bool,
    ) -> (Answer, Option<Deed>) {
        let refused = || (Answer::error(400, "badRequest"), None);
        let body = request.body.as_deref();
        let Some(body) = body.and_then(|body| serde_json::from_slice::<Value>(body).ok()) else {
            return refused();
        };
        let [resource] = body["resources"].as_array().map(Vec::as_slice).unwrap_or_default() else {
            return refused();
        };
        let guid = resource["product"].as_str().unwrap_or_default().replacen("product/", "", 1);
        let index = (0..self.plan.offers).find(|index| product(*index) == guid);
        let (Some(index), true) = (index, only_known_keys(resource)) else { return refused() };
        let kind = match resource["target"]["targetType"].as_str() {
            Some("preview") if resource.get("id").is_none() => Kind::Publish,
            Some("live") => Kind::GoLive,
            _ => return refused(),
        };
        if kind == Kind::GoLive {
            let offer = &self.offers.borrow()[index];
            let waits = offer.preview(now).map(|number| {
                let number = submission_number(offer, &offer.operations[number]);
                format!("submission/{guid}/{number}")
            });
            if resource["id"].as_str() != waits.as_deref() {
                let message =
                    "The submission cannot be pushed to live as its not the latest submission.";
                return (self.fails("conflict", message.to_owned()), None);
            }
        }
        match self.start(index, kind, by, now, calm) {
            Ok(operation) => {
                let id = self.offers.borrow()[index].operations[operation].id.clone();
                let answer = Answer::json(202, job_json(&id, "notStarted", "pending", &json!([])));
                (answer, Some(Deed::Created { offer: index, operation }))
            }
            Err(Refusal::Busy(busy)) => {
                let offer = &self.offers.borrow()[index];
                let number = submission_number(offer, &offer.operations[busy]);
                let message = format!("An In Progress submission {number} already exists.");
                (self.fails("internalServerError", message), None)
            }
            Err(Refusal::NotAtSignOff) => {
                let message =
                    "The submission cannot be pushed to live as its not the latest submission.";
                (self.fails("conflict", message.to_owned()), None)
            }
        }
    }

    /// The POST is taken, and its job fails.
    fn fails(&self, code: &'static str, message: String) -> Answer {
        let mut failed = self.failed_jobs.borrow_mut();
        let id = format!("{:08x}-ffff-4000-8000-000000000000", failed.len());
        failed.push(FailedJob { id: id.clone(), code, message });
        Answer::json(202, job_json(&id, "notStarted", "pending", &json!([])))
    }

    fn job(&self, job: &str, now: Duration) -> Option<Value> {
        if let Some(failed) = self.failed_jobs.borrow().iter().find(|one| one.id == job) {
            let detail = json!({ "code": "invalidResource", "message": "Failure for resource" });
            let errors = json!([{
                "code": failed.code, "message": failed.message, "details": [detail],
            }]);
            return Some(job_json(job, "completed", "failed", &errors));
        }
        let offers = self.offers.borrow();
        let (_, one) = self.of_job(&offers, job, now)?;
        let word = one.strange_word(now);
        let (status, result) = match one.stage(now) {
            _ if word.is_some() => (word.unwrap_or_default(), "pending"),
            Stage::Running(_) | Stage::Blocked(_) => ("running", "pending"),
            Stage::SignOff | Stage::Complete => ("completed", "succeeded"),
            Stage::Failed => ("completed", "failed"),
            Stage::Canceled => ("completed", "cancelled"),
        };
        let inner = json!({ "code": "invalidState", "message": "Certification" });
        let errors = if one.stage(now) == Stage::Failed {
            json!([{ "code": "internalServerError", "message": "Operation failed",
                "details": [inner] }])
        } else {
            json!([])
        };
        Some(job_json(job, status, result, &errors))
    }

    fn job_detail(&self, job: &str, now: Duration) -> Answer {
        let offers = self.offers.borrow();
        let Some((index, one)) = self.of_job(&offers, job, now) else {
            return Answer::error(404, "notFound");
        };
        if !matches!(one.stage(now), Stage::SignOff | Stage::Complete) {
            return Answer::error(404, "notFound");
        }
        let number = submission_number(&offers[index], one);
        let id = format!("submission/{}/{number}", product(index));
        Answer::json(200, json!({ "resources": [{ "id": id }] }))
    }

    fn cancel_job(&self, job: &str, now: Duration) -> (Answer, Option<Deed>) {
        let index = {
            let offers = self.offers.borrow();
            match self.of_job(&offers, job, now) {
                Some((index, one)) if one.stage(now).is_busy() => index,
                Some(_) => return (Answer::error(400, "badRequest"), None),
                None => return (Answer::error(404, "notFound"), None),
            }
        };
        let operation = self.cancel(index, now);
        let answer = Answer::json(200, job_json(job, "running", "pending", &json!([])));
        (answer, Some(Deed::CancelAccepted { offer: index, operation }))
    }

    fn of_job<'a>(
        &self,
        offers: &'a [Offer],
        job: &str,
        now: Duration,
    ) -> Option<(usize, &'a Operation)> {
        let known = |one: &&Operation| {
            one.id == job && one.created() + self.dialect.absent <= now && !one.is_gone(now)
        };
        let mut all = offers.iter().enumerate();
        all.find_map(|(index, offer)| Some((index, offer.operations.iter().find(known)?)))
    }

    /// The draft's entry, what is live, and what waits or runs.
    fn submissions(&self, guid: &str, offer: &Offer, now: Duration) -> Vec<Value> {
        let at = now.saturating_sub(self.dialect.list_lag);
        let entry = |one: &Operation, target: &str, status: &str, result: &str| {
            let created = crate::time::date(one.created()).to_string();
            json!({
                "$schema": format!("{SCHEMA}/submission/2022-03-01-preview2"),
                "id": format!("submission/{guid}/{}", submission_number(offer, one)),
                "product": format!("product/{guid}"),
                "target": { "targetType": target }, "status": status, "result": result,
                "created": created,
            })
        };
        let mut all = vec![json!({
            "$schema": format!("{SCHEMA}/submission/2022-03-01-preview2"),
            "id": format!("submission/{guid}/0"), "product": format!("product/{guid}"),
            "target": { "targetType": "draft" },
        })];
        let lives = offer.operations.iter().filter_map(|one| Some((one.went_live(at)?, one)));
        let live = lives.max_by_key(|(at, _)| *at).map(|(_, one)| one);
        all.extend(live.map(|one| entry(one, "live", "completed", "succeeded")));
        let Some(last) = newest(&offer.operations, at).next() else { return all };
        let result = match last.stage(at) {
            Stage::Running(_) | Stage::Blocked(_) => Some(("running", "pending")),
            Stage::SignOff => Some(("completed", "succeeded")),
            Stage::Complete => match (last.kind, last.offer_follows) {
                (Kind::GoLive, Some((follows, _))) if follows > at => Some(("running", "pending")),
                (Kind::GoLive, Some((_, false))) => Some(("completed", "failed")),
                _ => Some(("completed", "succeeded")),
            },
            Stage::Failed => Some(("completed", "failed")),
            Stage::Canceled => None,
        };
        let Some((status, result)) = result else { return all };
        match last.kind {
            Kind::Publish => all.push(entry(last, "preview", status, result)),
            // One number stands for both until the next preview.
            Kind::GoLive if (status, result) == ("completed", "succeeded") => {
                all.push(entry(last, "preview", status, result));
            }
            Kind::GoLive => all.push(entry(last, "live", status, result)),
        }
        all
    }
}

fn job_json(id: &str, status: &str, result: &str, errors: &Value) -> Value {
    json!({
        "$schema": format!("{SCHEMA}/configure-status/2022-07-01"),
        "jobId": id, "jobStatus": status, "jobResult": result,
        "jobStart": "2022-03-01-T13:32:43.123456Z", "jobEnd": "0001-01-01T00:00:00",
        "errors": errors,
    })
}

/// An echoed field can take a product out of the shop.
fn only_known_keys(resource: &Value) -> bool {
    let keys = resource.as_object().into_iter().flat_map(|object| object.keys());
    keys.into_iter().all(|key| ["$schema", "id", "product", "target"].contains(&key.as_str()))
}

fn tree(guid: &str, target: &str, content: Content, now: Duration) -> Value {
    let document = definition(content, now.as_secs());
    json!({
        "$schema": format!("{SCHEMA}/resource-tree/2022-03-01-preview5"),
        "root": format!("product/{guid}"), "target": { "targetType": target },
        "resources": [{
            "$schema": format!("{SCHEMA}/listing/2022-03-01-preview5"),
            "id": format!("listing/{guid}/public/main/default/en-us"),
            "product": format!("product/{guid}"), "languageId": "en-us",
            "title": document["offer"]["microsoft-azure-marketplace.title"],
            "searchResultSummary": document["offer"]["microsoft-azure-marketplace.summary"],
        }],
    })
}
