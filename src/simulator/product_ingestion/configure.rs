//! `POST configure`: writes resources into a draft, and publishes.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{reply_bad_request, reply_error, reply_json, reply_not_found};
use super::default_resources::SCHEMAS;
use super::draft_checks::check_resource;
use super::job::{ConfigureJob, JobWork};
use super::product::{SimulatedProduct, kind_of, replace_resource};
use super::product_store::ProductStore;
use super::submission::{PublishRun, RunState};
use crate::simulator::clock::add_time;
use crate::simulator::guid::new_guid;
use crate::simulator::scenario::{ConfigureAnswer, ConflictAnswer, IngestionSwitches, LiveAgain};

/// Why a configure is not carried out.
enum ConfigureRefusal {
    /// The POST itself is answered so.
    Answer(Box<Response>),
    /// The job is made, and fails.
    Job(Vec<Value>),
}

/// Carries out the body of a POST.
pub fn answer_configure(
    store: &mut ProductStore,
    switches: &IngestionSwitches,
    body: &[u8],
    now: Timestamp,
) -> Response {
    let resources = match read_envelope(body) {
        Ok(resources) => resources,
        Err(answer) => return *answer,
    };
    let Some(index) = find_product(store, &resources[0]) else {
        return reply_not_found("The product");
    };
    let product = &mut store.products[index];
    let (mut kept, submissions): (Vec<Value>, Vec<Value>) =
        resources.into_iter().partition(|one| kind_of(one) != "submission");
    for resource in &mut kept {
        resolve_references(product, resource);
    }
    let ends = add_time(now, switches.job_takes.0);
    let work = match publish_product(product, switches, &kept, submissions.first(), now) {
        Ok(Some(work)) => work,
        Ok(None) => JobWork::Draft { ends, written: false },
        Err(ConfigureRefusal::Job(errors)) => JobWork::Refused { ends, errors },
        Err(ConfigureRefusal::Answer(answer)) => return *answer,
    };
    kept.extend(submissions);
    let job = ConfigureJob {
        id: new_guid(),
        product: index,
        created: now,
        work,
        resources: kept,
        polls: 0,
    };
    let status = match switches.configure_answer {
        ConfigureAnswer::Accepted => StatusCode::ACCEPTED,
        ConfigureAnswer::Ok => StatusCode::OK,
    };
    let answer = reply_json(status, &switches.show_job(&job, now));
    store.jobs.push(job);
    answer
}

/// The resources of the body.
fn read_envelope(body: &[u8]) -> Result<Vec<Value>, Box<Response>> {
    let refuse = |message: &str| Box::new(reply_bad_request(message));
    let body: Value =
        serde_json::from_slice(body).map_err(|_| refuse("The request body is not valid JSON."))?;
    if kind_of(&body) != "configure" {
        return Err(refuse("The request needs a $schema of configure."));
    }
    let resources = body["resources"].as_array().filter(|all| !all.is_empty());
    let resources = resources.ok_or_else(|| refuse("Required properties [\"resources\"]"))?;
    for resource in std::iter::once(&body).chain(resources) {
        let schema = resource["$schema"].as_str().unwrap_or_default().trim();
        if !schema.starts_with(SCHEMAS) {
            return Err(refuse(&format!("Schema {schema} could not be accessed")));
        }
        if schema.ends_with("submission/2022-03-01-preview7") {
            return Err(refuse(&format!(
                "Schema validation failed for schema {schema}: Required properties [\"sources\"] \
                 were not present #"
            )));
        }
    }
    Ok(resources.clone())
}

/// The product that a resource is of, or is.
fn find_product(store: &ProductStore, resource: &Value) -> Option<usize> {
    let is_product = kind_of(resource) == "product";
    let reference = if is_product { &resource["id"] } else { &resource["product"] };
    if let Some(guid) = reference.as_str().and_then(|id| id.strip_prefix("product/")) {
        return store.find(guid);
    }
    let named = if is_product { &resource["identity"] } else { reference };
    let name = named["externalId"].as_str()?;
    store.products.iter().position(|product| product.external_id == name)
}

/// Puts durable ids in place of `{"externalId": …}`.
fn resolve_references(product: &SimulatedProduct, resource: &mut Value) {
    if resource.get("product").is_some() {
        resource["product"] = json!(format!("product/{}", product.guid));
    }
    if let Some(name) = resource["plan"]["externalId"].as_str() {
        let plan = product
            .draft
            .iter()
            .find(|one| kind_of(one) == "plan" && one["identity"]["externalId"] == name);
        if let Some(plan) = plan {
            resource["plan"] = plan["id"].clone();
        }
    }
}

/// What becomes of the resources and of the submission beside them. Without a submission only the
/// draft is written, later.
fn publish_product(
    product: &mut SimulatedProduct,
    switches: &IngestionSwitches,
    resources: &[Value],
    submission: Option<&Value>,
    now: Timestamp,
) -> Result<Option<JobWork>, ConfigureRefusal> {
    let target = submission.map(|one| one["target"]["targetType"].as_str().unwrap_or_default());
    let number = submission.map(read_number).transpose()?.flatten();
    let refusal = match target {
        Some("live") if !resources.is_empty() => {
            Some("A modular publish to live is not supported.")
        }
        Some("live") if number.is_none() => {
            Some("Expected a submission id that isn't null or 0 since target type is Live")
        }
        None | Some("preview" | "live") => None,
        Some(_) => Some("The targetType is unknown."),
    };
    if let Some(refusal) = refusal {
        return Err(refuse_post(refusal));
    }
    let live = product.reached(true, now).map(|submission| submission.tree.clone());
    for resource in resources {
        let errors = check_resource(product, resource, live.as_deref());
        if !errors.is_empty() {
            return Err(ConfigureRefusal::Job(errors));
        }
    }
    let Some(target) = target else { return Ok(None) };
    if let Some(running) = product.running(now) {
        let message = format!("An In Progress submission {running} already exists.");
        return Err(answer_conflict(switches.while_running, "internalServerError", &message));
    }
    if target == "preview" {
        for resource in resources {
            replace_resource(&mut product.draft, resource);
        }
        let number = product.submit(now);
        let run = product.submissions.last().map(|one| one.preview.clone());
        return Ok(run.map(|run| JobWork::Publish { number, to_live: false, run }));
    }
    if submission.is_some_and(|one| one["lifecycleState"] == "deprecated") {
        product.is_deprecated = true;
    }
    go_live(product, switches, number, now).map(Some)
}

fn go_live(
    product: &mut SimulatedProduct,
    switches: &IngestionSwitches,
    number: Option<u64>,
    now: Timestamp,
) -> Result<JobWork, ConfigureRefusal> {
    let not_latest = || {
        let message = "The submission cannot be pushed to live as its not the latest submission.";
        answer_conflict(switches.not_latest, "conflict", message)
    };
    let latest = product.submissions.last().filter(|one| Some(one.number) == number);
    let latest = latest.ok_or_else(not_latest)?;
    if latest.preview.state_at(now) != RunState::Succeeded {
        return Err(ConfigureRefusal::Job(vec![json!({
            "code": "invalidState",
            "message": "The submission has not been published to preview.",
        })]));
    }
    let is_live = latest.has_reached(true, now);
    if is_live && switches.live_again == LiveAgain::NotLatest {
        return Err(not_latest());
    }
    if is_live {
        let run = PublishRun::new(now, switches.job_takes.0, &[]);
        return Ok(JobWork::Publish { number: latest.number, to_live: true, run });
    }
    let number = product.go_live(now).ok_or_else(not_latest)?;
    let run = product.submissions.last().and_then(|one| one.live.clone());
    run.map(|run| JobWork::Publish { number, to_live: true, run }).ok_or_else(not_latest)
}

/// The number of a submission; of none, or of the draft, nothing.
fn read_number(submission: &Value) -> Result<Option<u64>, ConfigureRefusal> {
    match submission.get("id") {
        None => Ok(None),
        Some(Value::String(id)) => {
            let number = id.rsplit('/').next().and_then(|number| number.parse().ok());
            let number: u64 =
                number.ok_or_else(|| refuse_post(&format!("Invalid submission id '{id}'.")))?;
            Ok((number != 0).then_some(number))
        }
        Some(other) => Err(refuse_post(&format!(
            "Schema validation failed: #/resources/0/id: Value is \"{other}\" but should be \
             \"string\""
        ))),
    }
}

fn refuse_post(message: &str) -> ConfigureRefusal {
    ConfigureRefusal::Answer(Box::new(reply_bad_request(message)))
}

/// A conflict, as the switch says.
fn answer_conflict(answer: ConflictAnswer, code: &str, message: &str) -> ConfigureRefusal {
    let status = match answer {
        ConflictAnswer::Job => {
            return ConfigureRefusal::Job(vec![json!({
                "code": code,
                "message": message,
                "details": [{"code": "invalidResource", "message": "Failure for resource"}],
            })]);
        }
        ConflictAnswer::BadRequest => StatusCode::BAD_REQUEST,
        ConflictAnswer::Conflict => StatusCode::CONFLICT,
        ConflictAnswer::Locked => StatusCode::LOCKED,
    };
    let code = match answer {
        ConflictAnswer::Conflict => "conflict",
        ConflictAnswer::Locked => "locked",
        ConflictAnswer::Job | ConflictAnswer::BadRequest => "badRequest",
    };
    ConfigureRefusal::Answer(Box::new(reply_error(status, code, message)))
}
