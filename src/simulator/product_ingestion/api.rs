//! The addresses below `/rp/product-ingestion`.

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answers::{
    reply_bad_request, reply_error, reply_graph_error, reply_json, reply_not_found,
};
use super::configure::answer_configure;
use super::lists::reply_list;
use super::product::{SimulatedProduct, kind_of};
use super::product_store::ProductStore;
use super::submission::RunState;
use crate::simulator::clock::add_time;
use crate::simulator::dates::http_date;
use crate::simulator::identity::issued::read_bearer;
use crate::simulator::scenario::{IngestionSwitches, JobCancel, RetryAfterForm, Trees};
use crate::simulator::simulation::{Sim, Simulation};

type IngestionQuery = Vec<(String, String)>;

/// What holds for every request: throttling, token, permission, `$version`.
pub async fn pass_gate(State(sim): State<Sim>, request: Request, next: Next) -> Response {
    match admit_request(&sim, &request) {
        Ok(()) => next.run(request).await,
        Err(refused) => *refused,
    }
}

fn admit_request(sim: &Simulation, request: &Request) -> Result<(), Box<Response>> {
    let switches = &sim.scenario.ingestion;
    let refuse = |status, code: &str, message: &str| {
        Err(Box::new(reply_graph_error(sim, status, code, message)))
    };
    throttle_request(sim)?;
    let (auth, now) = (&sim.scenario.auth, sim.clock.now());
    let token = read_bearer(request.headers());
    if let Err(why) = sim.world().issued.admits(token, &auth.ingestion_resource, auth, now) {
        return refuse(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why);
    }
    if switches.forbidden {
        let why = "The caller is not in the role Manager.";
        return refuse(StatusCode::FORBIDDEN, "Forbidden", why);
    }
    let query = request.uri().query().unwrap_or_default();
    let version = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "$version");
    if let Some((_, version)) = version
        && switches.deprecated_versions.iter().any(|old| *old == version)
    {
        let message = format!("\"{version}\" is a deprecated schema");
        return Err(Box::new(reply_bad_request(&message)));
    }
    Ok(())
}

fn throttle_request(sim: &Simulation) -> Result<(), Box<Response>> {
    let Some(throttle) = sim.scenario.ingestion.throttle else { return Ok(()) };
    let products = &mut sim.world().products;
    products.requests += 1;
    if !products.requests.is_multiple_of(throttle.every)
        || throttle.count.is_some_and(|count| products.throttled >= count)
    {
        return Ok(());
    }
    products.throttled += 1;
    let (status, message) = (StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    let mut answer = reply_graph_error(sim, status, "TooManyRequests", message);
    let seconds = SignedDuration::from_secs(i64::from(throttle.retry_after));
    let value = match throttle.form {
        RetryAfterForm::Seconds => Some(throttle.retry_after.to_string()),
        RetryAfterForm::Date => Some(http_date(add_time(sim.clock.now(), seconds))),
        RetryAfterForm::Absent => None,
    };
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
        answer.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Err(Box::new(answer))
}

/// Every request: the path is a resource's kind and its ids.
pub async fn handle_request(
    State(sim): State<Sim>,
    method: Method,
    Path(path): Path<String>,
    Query(query): Query<IngestionQuery>,
    body: Bytes,
) -> Response {
    let switches = &sim.scenario.ingestion;
    let now = sim.clock.now();
    let store = &mut sim.world().products;
    store.settle(now);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (method, parts.as_slice()) {
        (Method::GET, ["product"]) => list_products(store, switches, &query),
        (Method::GET, ["plan"]) => list_plans(store, switches, &query),
        (Method::GET, ["resource-tree", "product", guid]) => {
            get_tree(store, switches, guid, &query, now)
        }
        (Method::GET, ["submission", guid]) => list_submissions(store, switches, guid, &query, now),
        (Method::GET, ["submission", guid, number]) => {
            let shown = store
                .find(guid)
                .and_then(|one| switches.show_one_submission(&store.products[one], number, now));
            shown.map_or_else(
                || reply_not_found("The submission"),
                |shown| reply_json(StatusCode::OK, &shown),
            )
        }
        (Method::POST, ["configure"]) => answer_configure(store, switches, &body, now),
        (Method::GET, ["configure", job, "status"]) => get_job(store, switches, job, now),
        (Method::GET, ["configure", job]) => get_job_detail(store, switches, job, now),
        (Method::POST, ["configure", job, "cancel"]) => cancel_job(store, switches, job, now),
        (Method::GET, [_, guid, ..]) => get_resource(store, switches, guid, &path),
        (method, _) => reply_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "methodNotAllowed",
            &format!("{method} {path} is not supported."),
        ),
    }
}

/// A query parameter; the service does not mind its case, nor quotes around its value.
fn read_parameter<'a>(query: &'a IngestionQuery, name: &str) -> Option<&'a str> {
    query
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim_matches('"'))
}

fn list_products(
    store: &mut ProductStore,
    switches: &IngestionSwitches,
    query: &IngestionQuery,
) -> Response {
    let (id, kind) = (read_parameter(query, "externalId"), read_parameter(query, "type"));
    if let Some(id) = id {
        store.ensure(id);
    }
    let fits = |product: &&SimulatedProduct| {
        id.is_none_or(|id| id == product.external_id)
            && kind.is_none_or(|kind| kind == product.product_type)
    };
    let shown = store.products.iter().filter(fits).flat_map(|product| {
        let own = product.draft.iter().filter(|resource| kind_of(resource) == "product");
        own.map(|resource| switches.show_resource(resource))
    });
    let shown = shown.collect();
    reply_list(switches, &store.base_url, "product", query, shown)
}

fn list_plans(
    store: &ProductStore,
    switches: &IngestionSwitches,
    query: &IngestionQuery,
) -> Response {
    let guid =
        read_parameter(query, "product").and_then(|product| product.strip_prefix("product/"));
    let Some(index) = guid.and_then(|guid| store.find(guid)) else {
        return reply_not_found("The product");
    };
    let name = read_parameter(query, "externalId");
    let plans = store.products[index].draft.iter().filter(|resource| {
        kind_of(resource) == "plan"
            && name.is_none_or(|name| resource["identity"]["externalId"] == name)
    });
    let shown = plans.map(|plan| switches.show_resource(plan)).collect();
    reply_list(switches, &store.base_url, "plan", query, shown)
}

fn get_tree(
    store: &ProductStore,
    switches: &IngestionSwitches,
    guid: &str,
    query: &IngestionQuery,
    now: Timestamp,
) -> Response {
    let Some(index) = store.find(guid) else { return reply_not_found("The product") };
    let product = &store.products[index];
    if product.product_type == "azureApplication" {
        return reply_bad_request("Type AzureApplication is not supported");
    }
    let target = read_parameter(query, "targetType").unwrap_or("draft");
    if !["draft", "preview", "live"].contains(&target) {
        return reply_bad_request(&format!("Unknown targetType '{target}'."));
    }
    let is_hidden = switches.trees == Trees::NotFound && target != "draft";
    let shown = switches.show_tree(product, target, now).filter(|_| !is_hidden);
    shown.map_or_else(
        || reply_not_found(&format!("The {target} of the product")),
        |shown| reply_json(StatusCode::OK, &shown),
    )
}

fn list_submissions(
    store: &ProductStore,
    switches: &IngestionSwitches,
    guid: &str,
    query: &IngestionQuery,
    now: Timestamp,
) -> Response {
    let Some(index) = store.find(guid) else { return reply_not_found("The product") };
    let target = read_parameter(query, "targetType");
    let mut shown = switches.show_submissions(&store.products[index], now);
    shown.retain(|one| target.is_none_or(|target| one["target"]["targetType"] == target));
    reply_list(switches, &store.base_url, &format!("submission/{guid}"), query, shown)
}

fn get_job(
    store: &mut ProductStore,
    switches: &IngestionSwitches,
    id: &str,
    now: Timestamp,
) -> Response {
    let not_found = || reply_not_found("The job");
    let Some(job) = store.jobs.iter_mut().find(|job| job.id == id) else { return not_found() };
    job.polls += 1;
    if let Some(first) = switches.first_polls.filter(|first| job.polls <= first.count) {
        return match StatusCode::from_u16(first.status) {
            Ok(StatusCode::NOT_FOUND) | Err(_) => not_found(),
            Ok(status) => reply_error(status, "internalServerError", "An error occurred."),
        };
    }
    let (state, ends, _) = job.state_at(switches, now);
    let is_forgotten = switches
        .job_forgotten
        .is_some_and(|after| state != RunState::Running && add_time(ends, after.0) <= now);
    if is_forgotten {
        return not_found();
    }
    reply_json(StatusCode::OK, &switches.show_job(job, now))
}

/// There are details of jobs that succeeded only.
fn get_job_detail(
    store: &ProductStore,
    switches: &IngestionSwitches,
    id: &str,
    now: Timestamp,
) -> Response {
    let job = store.jobs.iter().find(|job| job.id == id);
    let job = job.filter(|job| job.state_at(switches, now).0 == RunState::Succeeded);
    job.map_or_else(
        || reply_not_found("The job"),
        |job| {
            let product = &store.products[job.product];
            reply_json(StatusCode::OK, &switches.show_job_detail(job, product))
        },
    )
}

fn cancel_job(
    store: &mut ProductStore,
    switches: &IngestionSwitches,
    id: &str,
    now: Timestamp,
) -> Response {
    let Some(job) = store.jobs.iter_mut().find(|job| job.id == id) else {
        return reply_not_found("The job");
    };
    if job.state_at(switches, now).0 != RunState::Running {
        return reply_bad_request("Cannot cancel job, job has already completed.");
    }
    let is_late = switches.cancel == JobCancel::TooLate
        || switches.cancel_until.is_some_and(|until| add_time(job.created, until.0) <= now);
    if is_late {
        return reply_bad_request("Cannot cancel job, it is too far along.");
    }
    job.cancel(&mut store.products[job.product], now);
    reply_json(StatusCode::OK, &switches.show_job(job, now))
}

/// One resource of the draft, by its durable id.
fn get_resource(
    store: &ProductStore,
    switches: &IngestionSwitches,
    guid: &str,
    id: &str,
) -> Response {
    let found = store
        .find(guid)
        .and_then(|index| store.products[index].draft.iter().find(|one| one["id"] == id));
    found.map_or_else(
        || reply_not_found(id),
        |resource| reply_json(StatusCode::OK, &switches.show_resource(resource)),
    )
}

/// Products and jobs in the simulator's own words.
pub fn show_products(store: &ProductStore, switches: &IngestionSwitches, now: Timestamp) -> Value {
    let products: Vec<Value> = store
        .products
        .iter()
        .map(|product| {
            json!({
                "id": product.external_id,
                "guid": product.guid,
                "deprecated": product.is_deprecated,
                "submissions": switches.show_submissions(product, now),
                "draft": product.draft,
                "preview": product.reached(false, now).map(|one| &one.tree),
                "live": product.reached(true, now).map(|one| &one.tree),
                "numbers": product
                    .submissions
                    .iter()
                    .map(|one| one.number.to_string())
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    let jobs: Vec<Value> = store.jobs.iter().map(|job| switches.show_job(job, now)).collect();
    json!({"products": products, "jobs": jobs})
}
