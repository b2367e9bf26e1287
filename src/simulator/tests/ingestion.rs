//! The Product Ingestion API.

mod drafts;
mod publishing;

use serde_json::json;

use super::*;

const SCHEMAS: &str = "https://schema.mp.microsoft.com/schema";
const GUID: &str = "7a1c0000-0000-4000-8000-000000000001";
const QUICK: &str = "products: [{id: contoso-offer, preview-takes: 2h, live-takes: 1h";

/// A simulator, and a client with a token of its own API.
struct Ingestion(SimulatorClient);

impl Ingestion {
    /// A product `contoso-offer`, with more keys, and switches.
    async fn new(product: &str, switches: &str) -> Self {
        let yaml = format!("ingestion: {{{switches}}}\nauth: {{token-lifetime: 30d}}\n{QUICK}");
        let this = Self(SimulatorClient::new(&format!("{yaml}{product}}}]")).await);
        this.renew("https://graph.microsoft.com").await;
        this
    }

    async fn renew(&self, resource: &str) {
        let scope = format!("{resource}/.default");
        let answer = self.0.token("/t/oauth2/v2.0/token", &[("scope", &scope)]).await;
        *self.0.token.borrow_mut() = answer.json()["access_token"].as_str().unwrap().to_owned();
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = format!("/rp/product-ingestion/{path}");
        self.0.request(method, &path).bearer_auth(self.0.token.borrow())
    }

    async fn get(&self, path: &str) -> Seen {
        self.0.send(self.request(Method::GET, path)).await
    }

    async fn configure(&self, resources: Value) -> Seen {
        let schema = format!("{SCHEMAS}/configure/2022-03-01-preview2");
        let body = json!({"$schema": schema, "resources": resources});
        self.0.send(self.request(Method::POST, "configure").json(&body)).await
    }

    async fn submit(&self, target: &str, number: Option<&str>) -> Seen {
        let mut submission = json!({
            "$schema": format!("{SCHEMAS}/submission/2022-03-01-preview2"),
            "product": format!("product/{GUID}"),
            "target": {"targetType": target},
        });
        if let Some(number) = number {
            submission["id"] = json!(format!("submission/{GUID}/{number}"));
        }
        self.configure(json!([submission])).await
    }

    /// Starts a job, and waits until it is over.
    async fn finish(&self, started: Seen) -> Value {
        assert_eq!(started.status, 202, "{}", started.text);
        let id = started.json()["jobId"].as_str().unwrap().to_owned();
        self.0.pass("3s").await;
        self.job(&id).await
    }

    async fn job(&self, id: &str) -> Value {
        self.get(&format!("configure/{id}/status")).await.json()
    }

    async fn submissions(&self) -> String {
        let list = self.get(&format!("submission/{GUID}")).await.json();
        let show = |one: &Value| {
            let id = one["id"].as_str().unwrap();
            let number = id.rsplit('/').next().unwrap();
            let text = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
            let target = one["target"]["targetType"].as_str().unwrap();
            format!("{target} {} {} {}", number.len().min(2), text("status"), text("result"))
        };
        list["value"].as_array().unwrap().iter().map(show).collect::<Vec<_>>().join(", ")
    }

    /// The number of the latest submission.
    fn number(&self) -> String {
        let state = self.0.simulator.state();
        let numbers = state["ingestion"]["products"][0]["numbers"].as_array().unwrap().clone();
        numbers.last().unwrap().as_str().unwrap().to_owned()
    }

    async fn configuration(&self, target: &str) -> Value {
        let tree = self.get(&format!("resource-tree/product/{GUID}?targetType={target}")).await;
        let kind = "virtual-machine-plan-technical-configuration";
        let tree = tree.json();
        let mut all = tree["resources"].as_array().unwrap().iter();
        all.find(|one| one["$schema"].as_str().unwrap().contains(kind)).unwrap().clone()
    }
}

fn errors(job: &Value) -> String {
    format!("{} {}: {}", job["jobStatus"], job["jobResult"], job["errors"][0]["message"])
}

#[tokio::test]
async fn a_product_is_found_by_its_offer_id_and_its_plans_with_it() {
    let api = Ingestion::new("", "").await;
    for query in ["externalId=contoso-offer", "externalid=contoso-offer&$version=2022-07-01"] {
        let found = api.get(&format!("product?{query}")).await.json();
        assert_eq!(found["value"][0]["id"], format!("product/{GUID}"));
        assert_eq!(found["value"][0]["identity"]["externalId"], "contoso-offer");
    }
    let none = api.get("product?externalId=contoso-offer&type=azureContainer").await;
    assert_eq!((none.status.as_u16(), none.json()), (200, json!({"value": []})));
    let plans = api.get(&format!("plan?product=product/{GUID}&externalId=standard")).await.json();
    assert_eq!(plans["value"].as_array().unwrap().len(), 1);
    let id = plans["value"][0]["id"].as_str().unwrap();
    assert_eq!(api.get(id).await.json()["alias"], "standard");
    // Any product exists, unless the scenario says otherwise.
    let other = api.get("product?externalId=other").await.json();
    assert_eq!(other["value"].as_array().unwrap().len(), 1);
    let api = Ingestion::new("}, {id: contoso-offer", "any-product: false").await;
    assert_eq!(api.get("product?externalId=other").await.json()["value"], json!([]));
    let twins = api.get("product?externalId=contoso-offer").await.json();
    assert_eq!(twins["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn lists_come_page_by_page() {
    for (switch, start) in [("relative", "/rp/"), ("absolute", "http://127.0.0.1:")] {
        let switches = format!("page-size: 1, next-link: {switch}");
        let api = Ingestion::new("}, {id: second", &switches).await;
        let first = api.get("product").await.json();
        let next = first["@nextLink"].as_str().unwrap();
        assert!(next.starts_with(start), "{next}");
        let query = next.split('?').nth(1).unwrap();
        let second = api.get(&format!("product?{query}")).await.json();
        assert_eq!(second["value"][0]["alias"], "second");
        assert_eq!(second.get("@nextLink"), None);
    }
}

#[tokio::test]
async fn jobs_and_submissions_are_spelled_as_the_switches_say() {
    let mut seen = Vec::new();
    for switches in [
        "",
        "job-id: jobID, case: PascalCase, running-end: absent",
        "job-ends: at-once, job-success: success",
        "first-polls: {status: 404, count: 1}, omit: [created]",
        "submission-lag: 1h, job-forgotten: 1h",
        "configure-answer: 200, running-end: start",
    ] {
        let api = Ingestion::new("", switches).await;
        let started = api.submit("preview", None).await;
        let job = started.json();
        let id = job["jobId"].as_str().or(job["jobID"].as_str()).unwrap().to_owned();
        api.0.pass("1m").await;
        let first = api.get(&format!("configure/{id}/status")).await;
        let word = |answer: &Seen| match answer.status.as_u16() {
            200 => {
                let job = answer.json();
                format!("{} {} {}", job["jobStatus"], job["jobResult"], job.get("jobEnd").is_some())
            }
            other => other.to_string(),
        };
        let entry = api.get(&format!("submission/{GUID}")).await.json()["value"][1].clone();
        api.0.pass("4h").await;
        let last = api.get(&format!("configure/{id}/status")).await;
        seen.push(format!(
            "{switches}: {} {} -> {} · {} {}",
            started.status.as_u16(),
            word(&first),
            word(&last),
            entry["status"],
            entry.get("created").is_some(),
        ));
    }
    insta::assert_snapshot!(seen.join("\n"));
    let api =
        Ingestion::new("", "job-success: partially, running-word: queued, detail: numbered").await;
    let id = api.submit("preview", None).await.json()["jobId"].as_str().unwrap().to_owned();
    assert_eq!(api.job(&id).await["jobStatus"], "queued");
    assert_eq!(api.submissions().await, "draft 1 - -, preview 2 queued pending");
    api.0.pass("2h").await;
    assert_eq!(api.job(&id).await["jobResult"], "partially");
    let detail = api.get(&format!("configure/{id}")).await.json();
    assert_eq!(
        detail["resources"][0]["id"],
        format!("submission/{GUID}/{}", api.number()),
        "the number is in the detail"
    );
    let api = Ingestion::new(", status: going-live", "preview-entry: stays").await;
    assert_eq!(
        api.submissions().await,
        "draft 1 - -, live 2 running pending, preview 2 completed succeeded"
    );
    let api = Ingestion::new("", "external-id: externalID").await;
    let product = api.get("product").await.json()["value"][0].clone();
    assert_eq!(product["identity"], json!({"externalID": "contoso-offer"}));
    let api = Ingestion::new(", status: live", "tree-lag: 300d").await;
    let tree = api.get(&format!("resource-tree/product/{GUID}?targetType=live")).await;
    assert_eq!(tree.status, 404);
    let api = Ingestion::new(", status: live", "trees: not-found, order: shuffled").await;
    let tree = api.get(&format!("resource-tree/product/{GUID}?targetType=live")).await;
    assert_eq!(tree.status, 404);
}

#[tokio::test]
async fn the_gate_of_the_second_api() {
    let api = Ingestion::new("", "deprecated-versions: [2022-03-01-preview3]").await;
    let old = api.get("product?$version=2022-03-01-preview3").await;
    assert!(old.status == 400 && old.text.contains("is a deprecated schema"));
    assert_eq!(api.get("product?%24version=2022-07-01").await.status, 200);
    api.renew("https://cloudpartner.azure.com").await;
    let other = api.get("product").await;
    assert_eq!(other.status, 401);
    let error = &other.json()["error"];
    assert_eq!(error["message"], "Access token validation failure. Invalid audience.");
    assert!(error["innerError"]["request-id"].is_string());
    api.renew("https://graph.microsoft.com").await;
    assert_eq!(api.0.get(&format!("{OFFER}/status")).await.status, 401, "nor the other way");
    let api = Ingestion::new("", "forbidden: true").await;
    assert_eq!(api.get("product").await.status, 403);
    let api = Ingestion::new("", "throttle: {every: 2, count: 1, retry-after: 9}").await;
    assert_eq!(api.get("product").await.status, 200);
    let limited = api.get("product").await;
    assert_eq!((limited.status.as_u16(), limited.header("retry-after")), (429, Some("9")));
    let api = Ingestion::new(", type: azureApplication", "").await;
    let tree = api.get(&format!("resource-tree/product/{GUID}?targetType=draft")).await;
    assert!(tree.text.contains("Type AzureApplication is not supported"));
}
