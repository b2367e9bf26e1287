//! Every switch about how the portal answers has its effect.

use serde_json::json;

use super::switches::{at_sign_off, code, kinds, live, with};
use super::*;

#[tokio::test]
async fn an_address_in_every_form() {
    let mut seen = Vec::new();
    for form in [
        "relative",
        "without-api-version",
        "absolute",
        "absolute-with-api-version",
        "legacy",
        "legacy-guid",
    ] {
        let driver = with(&format!("address: {{form: {form}}}")).await;
        let answer = driver.post(&format!("{OFFER}/publish")).await;
        let address = answer.header("location").unwrap();
        seen.push(address.replace(&driver.base, "http://HOST"));
        let path = address.trim_start_matches(&driver.base).split('?').next().unwrap();
        assert_eq!(driver.get(path).await.json()["status"], "running", "{form}");
        assert_eq!(
            driver.get(&format!("{path}/")).await.status,
            if form.starts_with("legacy") { 404 } else { 200 }
        );
    }
    insta::assert_snapshot!(seen.join("\n"));
    for (header, names) in [
        ("location", [true, false]),
        ("operation-location", [false, true]),
        ("both", [true, true]),
        ("none", [false, false]),
    ] {
        let driver = with(&format!("address: {{header: {header}}}")).await;
        let answer = driver.post(&format!("{OFFER}/publish")).await;
        assert_eq!(
            ["location", "operation-location"].map(|name| answer.header(name).is_some()),
            names
        );
    }
    let (driver, _) = at_sign_off(
        "public-url: 'https://portal', go-live-address: {form: absolute}, \
            cancel-address: {header: none}",
    )
    .await;
    let answer = driver.post(&format!("{OFFER}/golive")).await;
    assert!(answer.header("location").unwrap().starts_with("https://portal/api/"));
    assert_eq!(driver.post(&format!("{OFFER}/cancel")).await.header("location"), None);
}

#[tokio::test]
async fn an_accepted_start() {
    for value in ["202", "200", "201", "204"] {
        assert_eq!(
            code(&with(&format!("publish-answer: {value}")).await, "publish").await.to_string(),
            value
        );
        let (driver, _) = at_sign_off(&format!("go-live-answer: {value}")).await;
        assert_eq!(code(&driver, "golive").await.to_string(), value);
    }
    for (value, body) in [
        ("empty", ""),
        ("null", "null"),
        ("text", "Accepted"),
        ("operation", r#""status":"notStarted""#),
    ] {
        let answer =
            with(&format!("accepted-body: {value}")).await.post(&format!("{OFFER}/publish")).await;
        assert!(
            answer.text.contains(body) && answer.text.is_empty() == body.is_empty(),
            "{value}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn the_first_polls() {
    let driver = with("first-polls: {status: 404, count: 2}").await;
    let publish = driver.publish().await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(driver.get(&publish).await.status.as_u16());
    }
    assert_eq!(seen, [404, 404, 200]);
    let driver = with("first-polls: {status: 500, count: 1}").await;
    let broken = driver.get(&driver.publish().await).await;
    assert_eq!(
        (broken.status.as_u16(), broken.json()["error"]["code"].as_str()),
        (500, Some("InternalServerError"))
    );
}

#[tokio::test]
async fn throttling() {
    let driver = with("throttle: {every: 2, count: 2, retry-after: 7}").await;
    let mut seen = Vec::new();
    for _ in 0..6 {
        let answer = driver.get(OFFER).await;
        seen.push((answer.status.as_u16(), answer.header("retry-after").map(str::to_owned)));
    }
    let limited = (429, Some("7".to_owned()));
    assert_eq!(
        seen,
        [(200, None), limited.clone(), (200, None), limited, (200, None), (200, None)]
    );
    let dated = with("throttle: {every: 1, form: date}").await.get(OFFER).await;
    assert!(dated.header("retry-after").unwrap().ends_with(" GMT"));
    assert_eq!(
        with("throttle: {every: 1, form: none}").await.get(OFFER).await.header("retry-after"),
        None
    );
}

#[tokio::test]
async fn the_form_of_answers() {
    let driver = with("operation-shape: array").await;
    assert_eq!(driver.get(&driver.publish().await).await.json()[0]["status"], "running");

    let driver = with(
        "omit: [estimatedTimeFrame, progressPercentage, messages, version], \
        timestamps: without-zone",
    )
    .await;
    let publish = driver.get(&driver.publish().await).await.json();
    assert_eq!(publish["messages"], Value::Null);
    assert_eq!(
        publish["steps"][1].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "stepName", "description", "status"]
    );
    assert_eq!(publish["createdDateTime"].as_str().unwrap().len(), "2026-01-01T00:00:00.000".len());
    assert_eq!(
        driver.get(&format!("{OFFER}/submissions/")).await.json()[0]["version"],
        Value::Null
    );
    assert!(driver.status().await["steps"][1]["stepName"].is_string());

    for (value, message) in [("strings", json!(["<b>Fine</b>"])), ("null", Value::Null)] {
        let (driver, publish) = at_sign_off(&format!("messages: {value}")).await;
        assert_eq!(driver.get(&publish).await.json()["steps"][0]["messages"], message);
    }
    let (driver, publish) = at_sign_off("").await;
    let message = &driver.get(&publish).await.json()["steps"][0]["messages"][0];
    assert_eq!(
        (message["messageHtml"].as_str(), message["level"].as_str()),
        (Some("<b>Fine</b>"), Some("information"))
    );

    for (value, pointer) in [("objects", "/0/uri"), ("pascal-objects", "/0/Uri"), ("strings", "/0")]
    {
        let (driver, _) = at_sign_off(&format!("links: {value}")).await;
        assert!(
            driver.status().await["previewLinks"].pointer(pointer).unwrap().is_string(),
            "{value}"
        );
    }
    let (driver, _) = at_sign_off("links: none").await;
    assert_eq!(driver.status().await["previewLinks"], json!([]));
    let driver = with(
        "notification-emails: true, case: PascalCase, first-submission-version: \
            9007199254740993, go-live-type: GoLive",
    )
    .await;
    driver.publish().await;
    assert_eq!(driver.status().await["notificationEmails"], "");
    assert_eq!(kinds(&driver).await, "Publish Running");
    assert_eq!(
        driver.get(&format!("{OFFER}/submissions/")).await.json()[0]["version"],
        9_007_199_254_740_993_i64
    );
}

#[tokio::test]
async fn an_error_in_every_form() {
    let mut seen = Vec::new();
    for form in ["error", "message", "Message", "string", "text", "html", "empty"] {
        let answer =
            with(&format!("error-body: {form}")).await.post(&format!("{OFFER}/golive")).await;
        seen.push(format!(
            "{form}: {} {:?} {}",
            answer.status.as_u16(),
            answer.header("content-type"),
            answer.text
        ));
    }
    insta::assert_snapshot!(seen.join("\n"));
}

#[tokio::test]
async fn conditions() {
    assert!(
        with("etag: weak")
            .await
            .get(OFFER)
            .await
            .header("etag")
            .unwrap()
            .starts_with("W/\"datetime'")
    );
    let driver = with("if-match-missing: 400").await;
    driver.publish().await;
    let put = driver.portal(Method::PUT, OFFER).json(&json!({"offerTypeId": "x"}));
    assert_eq!(driver.send(put).await.status, 400);
    let driver = with("post-needs-if-match: true").await;
    assert_eq!(code(&driver, "publish").await, 400);
    assert_eq!(
        driver
            .send(driver.portal(Method::POST, &format!("{OFFER}/publish")).header("if-match", "*"))
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn the_list_of_operations() {
    let driver = live("submissions-order: oldest-first").await;
    assert_eq!(kinds(&driver).await, "publish complete, goLive complete");
    for (value, counts) in
        [("both", [0, 0]), ("status", [0, 1]), ("submissionState", [1, 0]), ("ignored", [1, 1])]
    {
        let (driver, _) = at_sign_off(&format!("submissions-filter: {value}")).await;
        for (parameter, count) in ["status", "submissionState"].into_iter().zip(counts) {
            let listed =
                driver.get(&format!("{OFFER}/submissions/?{parameter}=running")).await.json();
            assert_eq!(listed.as_array().unwrap().len(), count, "{value} {parameter}");
        }
    }
}
