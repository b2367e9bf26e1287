//! Deployments, their statuses and environments.

use serde_json::json;

use super::*;

const DEPLOYMENTS: &str = "/repos/contoso/offers/deployments";
const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

impl SimulatorClient {
    async fn github(&self, method: Method, path: &str, body: Value) -> Seen {
        self.send(self.request(method, path).bearer_auth("github").json(&body)).await
    }

    async fn deploy(&self, environment: &str) -> Value {
        let body = json!({
            "ref": SHA, "auto_merge": false, "required_contexts": [], "environment": environment,
            "payload": {"offer": "contoso-offer"},
        });
        let made = self.github(Method::POST, DEPLOYMENTS, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()
    }

    async fn add_status(&self, deployment: &Value, body: Value) -> Seen {
        self.github(Method::POST, &format!("{DEPLOYMENTS}/{}/statuses", deployment["id"]), body)
            .await
    }
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_deployment_is_made_listed_and_followed() {
    let driver = SimulatorClient::new("").await;
    let first = driver.deploy("contoso/contoso-offer").await;
    let second = driver.deploy("contoso/other").await;
    assert_eq!((&first["sha"], &first["payload"]["offer"]), (&json!(SHA), &json!("contoso-offer")));
    let all = driver.github(Method::GET, DEPLOYMENTS, Value::Null).await.json();
    assert_eq!(ids(&all), [second["id"].as_u64().unwrap(), first["id"].as_u64().unwrap()]);
    let of = |query: &str| format!("{DEPLOYMENTS}?{query}");
    let found = of(&format!("sha={SHA}&environment=contoso%2Fcontoso-offer"));
    let found = driver.github(Method::GET, &found, Value::Null).await.json();
    assert_eq!(ids(&found), [first["id"].as_u64().unwrap()]);
    for none in ["sha=abc", "ref=main", "task=other", "environment=production"] {
        let found = driver.github(Method::GET, &of(none), Value::Null).await.json();
        assert_eq!(found, json!([]), "{none}");
    }
    let page = driver.github(Method::GET, &of("per_page=1"), Value::Null).await;
    assert_eq!(ids(&page.json()), [second["id"].as_u64().unwrap()]);
    assert!(page.header("link").unwrap().contains("page=2>; rel=\"next\""));

    for state in ["queued", "in_progress", "success"] {
        let made = driver.add_status(&first, json!({"state": state, "description": state})).await;
        assert_eq!(made.status, 201);
    }
    let path = format!("{DEPLOYMENTS}/{}/statuses", first["id"]);
    let statuses = driver.github(Method::GET, &path, Value::Null).await.json();
    let states: Vec<_> =
        statuses.as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["success", "in_progress", "queued"]);
    let one = format!("{path}/{}", statuses[1]["id"]);
    let one = driver.github(Method::GET, &one, Value::Null).await.json();
    assert_eq!(one, statuses[1]);
    assert_eq!(driver.simulator.state()["deployments"][0]["statuses"][2]["state"], "success");

    let environment = "/repos/contoso/offers/environments/contoso%2Fcontoso-offer";
    let environment = driver.github(Method::GET, environment, Value::Null).await.json();
    assert_eq!(environment["protection_rules"], json!([]));
}

#[tokio::test]
async fn a_success_ends_the_earlier_success_of_its_environment() {
    let driver = SimulatorClient::new("").await;
    let first = driver.deploy("contoso/contoso-offer").await;
    let other = driver.deploy("contoso/other").await;
    let second = driver.deploy("contoso/contoso-offer").await;
    for one in [&first, &other] {
        driver.add_status(one, json!({"state": "success", "auto_inactive": false})).await;
    }
    driver.add_status(&second, json!({"state": "success"})).await;
    let last = |index: usize| {
        let state = driver.simulator.state();
        let statuses = state["deployments"][index]["statuses"].as_array().unwrap().clone();
        statuses.last().unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!([last(0), last(1), last(2)], ["inactive", "success", "success"]);
}

#[tokio::test]
async fn githubs_defaults_for_deployments_bite_and_its_limits_hold() {
    let driver = SimulatorClient::new("").await;
    let merged = driver.github(Method::POST, DEPLOYMENTS, json!({"ref": "main"})).await;
    assert_eq!(merged.status, 202);
    let running = json!({"name": "n", "head_sha": SHA, "status": "in_progress"});
    driver.github(Method::POST, "/repos/contoso/offers/check-runs", running).await;
    let body = json!({"ref": SHA, "auto_merge": false});
    let conflict = driver.github(Method::POST, DEPLOYMENTS, body).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.json()["errors"][0]["field"], "required_contexts");
    let wrong = [
        json!({}),
        json!({"ref": SHA, "payload": 1}),
        json!({"ref": SHA, "auto_merge": "no"}),
        json!({"ref": SHA, "required_contexts": "none"}),
    ];
    for wrong in wrong {
        let answer = driver.github(Method::POST, DEPLOYMENTS, wrong.clone()).await;
        assert_eq!(answer.status, 422, "{wrong}");
    }
    let made = driver.deploy("e").await;
    let wrong = [
        json!({"state": "done"}),
        json!({"state": "queued", "description": "x".repeat(141)}),
        json!({"state": "queued", "environment_url": "ftp://x"}),
        json!({"state": "queued", "auto_inactive": 1}),
    ];
    for wrong in wrong {
        assert_eq!(driver.add_status(&made, wrong.clone()).await.status, 422, "{wrong}");
    }
    let longest = json!({"state": "queued", "description": "ä".repeat(140)});
    assert_eq!(driver.add_status(&made, longest).await.status, 201);
    let unknown = driver.add_status(&json!({"id": 1}), json!({"state": "queued"})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn deployments_can_be_refused_apart_from_check_runs() {
    let driver = SimulatorClient::new("deployments: {answers: forbidden, on: create}").await;
    let body = json!({"ref": SHA, "auto_merge": false, "required_contexts": []});
    let refused = driver.github(Method::POST, DEPLOYMENTS, body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["message"].as_str()),
        (403, Some("Resource not accessible by integration"))
    );
    assert_eq!(driver.github(Method::GET, DEPLOYMENTS, Value::Null).await.status, 200);
    let run = json!({"name": "n", "head_sha": SHA});
    let run = driver.github(Method::POST, "/repos/contoso/offers/check-runs", run).await;
    assert_eq!(run.status, 201);

    let driver = SimulatorClient::new(
        "deployments: {answers: secondary-rate-limited, on: update, after: 1, count: 1, \
         retry-after: 7}",
    )
    .await;
    let made = driver.deploy("e").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = driver.add_status(&made, json!({"state": "queued"})).await;
        seen.push((answer.status.as_u16(), answer.header("retry-after").map(str::to_owned)));
    }
    assert_eq!(seen, [(201, None), (429, Some("7".to_owned())), (201, None)]);
}
