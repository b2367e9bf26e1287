//! Check runs.

use serde_json::json;

use super::*;

const RUNS: &str = "/repos/contoso/offers/check-runs";

impl SimulatorClient {
    async fn check(&self, method: Method, path: &str, body: Value) -> Seen {
        self.send(self.request(method, path).bearer_auth("github").json(&body)).await
    }

    async fn create(&self, output: Value) -> Seen {
        self.check(
            Method::POST,
            RUNS,
            json!({"name": "n", "head_sha": "abc", "status": "in_progress", "output": output}),
        )
        .await
    }
}

fn annotation(line: u32) -> Value {
    json!({
        "path": "offer.yml",
        "start_line": line,
        "end_line": line,
        "annotation_level": "failure",
        "message": "wrong",
    })
}

#[tokio::test]
async fn a_check_run_is_made_updated_and_found_and_annotations_add_up() {
    for prefix in ["", "/api/v3"] {
        let driver = SimulatorClient::new("").await;
        let output =
            json!({"title": "t", "summary": "s", "annotations": [annotation(1), annotation(2)]});
        let body = json!({"name": "n", "head_sha": "abc", "external_id": "e", "output": output});
        let made = driver.check(Method::POST, &format!("{prefix}{RUNS}"), body).await;
        assert_eq!((made.status.as_u16(), &made.json()["status"]), (201, &json!("queued")));
        let run = format!("{prefix}{RUNS}/{}", made.json()["id"]);
        let output = json!({"title": "t2", "summary": "s2", "annotations": [annotation(3)]});
        let update = json!({"conclusion": "success", "output": output});
        let updated = driver.check(Method::PATCH, &run, update).await.json();
        assert_eq!(
            (&updated["status"], &updated["output"]["annotations_count"]),
            (&json!("completed"), &json!(3))
        );
        assert!(
            updated["completed_at"].is_string()
                && updated["external_id"] == "e"
                && updated["output"]["title"] == "t2"
        );
        let page = driver
            .check(Method::GET, &format!("{run}/annotations?per_page=2&page=2"), Value::Null)
            .await
            .json();
        assert_eq!(page, json!([annotation(3)]));
        let found = |name: &str| {
            format!("{prefix}/repos/contoso/offers/commits/abc/check-runs?check_name={name}")
        };
        assert_eq!(
            driver.check(Method::GET, &found("n"), Value::Null).await.json()["check_runs"][0]["id"],
            made.json()["id"]
        );
        assert_eq!(
            driver.check(Method::GET, &found("m"), Value::Null).await.json()["total_count"],
            0
        );
        assert_eq!(
            driver
                .check(Method::GET, "/repos/contoso/other/check-runs/5000000001", Value::Null)
                .await
                .status,
            404
        );
        assert_eq!(
            driver.simulator.state()["checkRuns"][0]["output"]["annotations"][2]["start_line"],
            3
        );
    }
}

#[tokio::test]
async fn githubs_limits_hold() {
    let driver = SimulatorClient::new("").await;
    let with =
        |annotations: Value| json!({"title": "t", "summary": "s", "annotations": annotations});
    let changed = |key: &str, value: Value| {
        let mut annotation = annotation(2);
        annotation[key] = value;
        with(json!([annotation]))
    };
    let mut spanning = annotation(2);
    spanning["end_line"] = json!(3);
    spanning["start_column"] = json!(1);
    for right in [
        with(json!(vec![annotation(1); 50])),
        changed("start_column", json!(4)),
        json!({"title": "t", "summary": "ä".repeat(32767)}),
    ] {
        assert_eq!(driver.create(right).await.status, 201);
    }
    let mut seen = Vec::new();
    for wrong in [
        json!({"title": "t", "summary": "ä".repeat(32768)}),
        json!({"title": "t", "summary": "s", "text": "x".repeat(65536)}),
        json!({"summary": "s"}),
        json!({"title": "t"}),
        with(json!(vec![annotation(1); 51])),
        with(json!([spanning])),
        changed("start_line", json!(0)),
        changed("end_line", json!(1)),
        changed("annotation_level", json!("error")),
        changed("path", json!("/offer.yml")),
        changed("title", json!("x".repeat(256))),
        changed("message", json!("x".repeat(65537))),
        changed("message", json!("")),
    ] {
        let answer = driver.create(wrong).await;
        let body = answer.json();
        let error = body["errors"][0]["message"].as_str().unwrap_or_default();
        seen.push(format!(
            "{} {:?} {error}",
            answer.status.as_u16(),
            body["message"].as_str().unwrap()
        ));
    }
    for wrong in [
        json!({"name": "n"}),
        json!({"name": "n", "head_sha": "abc", "status": "completed"}),
        json!({"name": "n", "head_sha": "abc", "conclusion": "fine"}),
        json!({"name": "n", "head_sha": "abc", "status": "waiting"}),
        json!({"name": "n", "head_sha": "abc", "completed_at": "2026-01-01T00:00:00Z"}),
        json!({"name": "n", "head_sha": "abc", "started_at": "now"}),
        json!({"name": "n", "head_sha": "abc", "actions": [1, 2, 3, 4]}),
        json!("not an object"),
    ] {
        let answer = driver.check(Method::POST, RUNS, wrong).await;
        seen.push(format!(
            "{} {:?}",
            answer.status.as_u16(),
            answer.json()["message"].as_str().unwrap()
        ));
    }
    insta::assert_snapshot!(seen.join("\n"));
}

#[tokio::test]
async fn github_refuses_limits_or_is_down() {
    let mut seen = Vec::new();
    for switch in [
        "answers: forbidden",
        "answers: not-found",
        "answers: rate-limited",
        "answers: secondary-rate-limited, retry-after: 60",
        "answers: down",
        "answers: forbidden, on: create",
        "answers: forbidden, on: update",
        "answers: down, after: 1, count: 1",
        "token: right",
        "token: github",
    ] {
        let driver = SimulatorClient::new(&format!("checks: {{{switch}}}")).await;
        let output = || json!({"title": "t", "summary": "s"});
        let first = driver.create(output()).await;
        let second = driver.create(output()).await;
        let update = driver
            .check(Method::PATCH, &format!("{RUNS}/5000000001"), json!({"output": output()}))
            .await;
        let codes = [&first, &second, &update].map(|answer| answer.status.as_u16());
        let message = serde_json::from_str::<Value>(&first.text)
            .map_or(first.text.clone(), |body| body["message"].to_string());
        let limits = ["retry-after", "x-ratelimit-remaining"].map(|name| first.header(name));
        seen.push(format!("{switch}: {codes:?} {limits:?} {message}"));
    }
    insta::assert_snapshot!(seen.join("\n"));
    let driver = SimulatorClient::new("checks: {answers: hangs}").await;
    let never =
        tokio::time::timeout(std::time::Duration::from_millis(200), driver.create(Value::Null))
            .await;
    assert!(never.is_err());
    let anonymous = driver.send(driver.request(Method::GET, &format!("{RUNS}/1"))).await;
    assert_eq!(anonymous.status, 401);
}
