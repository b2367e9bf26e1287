//! Every switch about what the portal does has its effect.

use serde_json::json;

use super::*;

pub async fn with(switches: &str) -> SimulatorClient {
    SimulatorClient::new(&format!("portal: {{{switches}}}")).await
}

/// Publishes and waits for the sign-off.
pub async fn at_sign_off(switches: &str) -> (SimulatorClient, String) {
    let driver = with(switches).await;
    let publish = driver.publish().await;
    driver.advance("3h").await;
    (driver, publish)
}

/// Goes on to live.
pub async fn live(switches: &str) -> SimulatorClient {
    let (driver, _) = at_sign_off(switches).await;
    assert_eq!(driver.post(&format!("{OFFER}/golive")).await.status, 202);
    driver.advance("2h").await;
    driver
}

pub async fn code(driver: &SimulatorClient, verb: &str) -> u16 {
    driver.post(&format!("{OFFER}/{verb}")).await.status.as_u16()
}

pub async fn kinds(driver: &SimulatorClient) -> String {
    let submissions = driver.get(&format!("{OFFER}/submissions/")).await.json();
    let shown = |submission: &Value| {
        format!(
            "{} {}",
            submission["submissionType"].as_str().unwrap(),
            submission["submissionState"].as_str().unwrap()
        )
    };
    submissions.as_array().unwrap().iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn go_live_early() {
    for (value, status) in [("400", 400), ("409", 409)] {
        let driver = with(&format!("go-live-early: {value}")).await;
        assert_eq!(code(&driver, "golive").await, status);
        driver.publish().await;
        assert_eq!(code(&driver, "golive").await, status);
    }
    let driver = with("go-live-early: 202").await;
    let publish = driver.publish().await;
    let promised = driver.post(&format!("{OFFER}/golive")).await;
    let promised =
        driver.get(promised.header("location").unwrap().split('?').next().unwrap()).await.json();
    assert_eq!(
        (promised["status"].as_str(), promised["submissionType"].as_str()),
        (Some("failed"), Some("goLive"))
    );
    assert_eq!(driver.get(&publish).await.json()["status"], "running");
    assert_eq!(kinds(&driver).await, "goLive failed, publish running");
}

#[tokio::test]
async fn a_live_offer_keeps_its_links_while_it_is_published_anew() {
    let driver = live("").await;
    let publish = driver.publish().await;
    let (operation, status) = (driver.get(&publish).await.json(), driver.status().await);
    assert_eq!((&operation["previewLinks"], &operation["liveLinks"]), (&json!([]), &json!([])));
    assert!(
        status["status"] == "running"
            && status["previewLinks"][0].is_object()
            && status["liveLinks"][0].is_object()
    );
}

#[tokio::test]
async fn a_second_start() {
    for (value, status) in [("same-operation", 202), ("400", 400), ("409", 409)] {
        let driver = with(&format!("publish-while-running: {value}")).await;
        driver.publish().await;
        assert_eq!(code(&driver, "publish").await, status);
        assert_eq!(kinds(&driver).await, "publish running");

        let (driver, _) = at_sign_off(&format!("go-live-while-running: {value}")).await;
        assert_eq!(code(&driver, "golive").await, 202);
        assert_eq!(code(&driver, "golive").await, status);
        assert_eq!(kinds(&driver).await, "goLive running, publish complete");
    }
}

#[tokio::test]
async fn once_more_when_all_is_done() {
    for (value, status, after) in [
        ("400", 400, "goLive complete"),
        ("409", 409, "goLive complete"),
        ("202", 202, "goLive complete, goLive complete"),
    ] {
        let driver = live(&format!("go-live-again: {value}")).await;
        assert_eq!(code(&driver, "golive").await, status);
        assert_eq!(kinds(&driver).await, format!("{after}, publish complete"));
    }
    let republished = [
        ("new-operation", 202, "publish running, publish complete"),
        ("finished-at-once", 202, "publish complete, publish complete"),
        ("400", 400, "publish complete"),
        ("409", 409, "publish complete"),
    ];
    for (value, status, after) in republished {
        let (driver, _) = at_sign_off(&format!("republish-unchanged: {value}")).await;
        assert_eq!(code(&driver, "publish").await, status, "{value}");
        assert_eq!(kinds(&driver).await, after);
        driver.advance("3h").await;
        driver.control("offers/contoso/contoso-offer/draft").await;
        assert_eq!(code(&driver, "publish").await, 202, "a changed draft is always published");
    }
}

#[tokio::test]
async fn the_old_publish() {
    for (value, seen) in
        [("complete", json!("complete")), ("unchanged", json!("running")), ("gone", Value::Null)]
    {
        let (driver, publish) = at_sign_off(&format!("sign-off: step, old-publish: {value}")).await;
        assert_eq!(driver.get(&publish).await.json()["status"], "running");
        code(&driver, "golive").await;
        assert_eq!(driver.get(&publish).await.json()["status"], seen);
    }
    let (driver, _) = at_sign_off("sign-off: waiting, old-publish: touched").await;
    code(&driver, "golive").await;
    driver.advance("30m").await;
    let rows = driver.get(&format!("{OFFER}/submissions/")).await.json();
    assert_eq!(rows[1]["submissionState"], "waitingForPublisherReview");
    let changed = |row: usize| rows[row]["changedTime"].as_str().unwrap().to_owned();
    assert!(changed(1) > changed(0), "the old publish was touched after the go-live");
}

#[tokio::test]
async fn the_sign_off_shows_in_one_of_four_ways() {
    let mut seen = Vec::new();
    for value in ["operation", "step", "offer", "waiting"] {
        let (driver, publish) = at_sign_off(&format!("sign-off: {value}")).await;
        let (operation, status) = (driver.get(&publish).await.json(), driver.status().await);
        seen.push(format!("{value}: operation {} · offer {}", marks(&operation), status["status"]));
        assert!(operation["previewLinks"][0]["uri"].is_string());
        assert_eq!(code(&driver, "golive").await, 202);
    }
    insta::assert_snapshot!(seen.join("\n"));
}

#[tokio::test]
async fn a_cancel() {
    let mut seen = Vec::new();
    for switches in [
        "cancel: 202",
        "cancel: 200",
        "cancel: refuse",
        "cancel: ignore",
        "cancel: 202, cancel-time: 10s",
        "cancel: 202, canceled: cancelled",
    ] {
        let driver = with(switches).await;
        let publish = driver.publish().await;
        let answer = driver.post(&format!("{OFFER}/cancel")).await;
        let mut states = Vec::new();
        for _ in 0..3 {
            states.push(driver.get(&publish).await.json()["status"].as_str().unwrap().to_owned());
            driver.advance("1m").await;
        }
        let of_cancel = match answer.header("location") {
            Some(address) => {
                driver.get(address.split('?').next().unwrap()).await.json()["status"].clone()
            }
            None => Value::Null,
        };
        seen.push(format!(
            "{switches}: {} {} · cancel {of_cancel}",
            answer.status.as_u16(),
            states.join(" -> ")
        ));
    }
    for value in ["202", "200", "400", "404"] {
        assert_eq!(
            code(&with(&format!("cancel-nothing: {value}")).await, "cancel").await.to_string(),
            value
        );
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    cancel: 202: 202 running -> running -> canceled · cancel "complete"
    cancel: 200: 200 canceled -> canceled -> canceled · cancel null
    cancel: refuse: 400 running -> running -> running · cancel null
    cancel: ignore: 202 running -> running -> running · cancel "running"
    cancel: 202, cancel-time: 10s: 202 running -> canceled -> canceled · cancel "complete"
    cancel: 202, canceled: cancelled: 202 running -> running -> cancelled · cancel "complete"
    "#);
}

#[tokio::test]
async fn every_beginning_of_an_offer() {
    let mut seen = Vec::new();
    for (status, more) in [
        ("neverPublished", ""),
        ("notStarted", ""),
        ("waitingForPublisherReview", ""),
        ("running", ", since: 90m"),
        ("running", ", running: go-live, since: 30m"),
        ("succeeded", ""),
        ("canceled", ""),
        ("failed", ""),
    ] {
        let offer = format!("{{publisher: contoso, id: contoso-offer, status: {status}{more}}}");
        let driver = SimulatorClient::new(&format!(
            "time-scale: 0.000001\nportal: {{republish-unchanged: 409}}\noffers: [{offer}]"
        ))
        .await;
        let shown = driver.status().await;
        let submissions = kinds(&driver).await;
        let publish = code(&driver, "publish").await;
        seen.push(format!("{status}{more}: {} ({submissions}), publish {publish}", marks(&shown)));
    }
    insta::assert_snapshot!(seen.join("\n"));
    let changed =
        "offers: [{publisher: contoso, id: contoso-offer, status: succeeded, draft-changed: true}]";
    assert_eq!(
        code(
            &SimulatorClient::new(&format!("portal: {{republish-unchanged: 409}}\n{changed}"))
                .await,
            "publish"
        )
        .await,
        202
    );
}

#[tokio::test]
async fn only_the_offers_that_are_listed() {
    let driver = SimulatorClient::new(
        "any-offer: false\n\
        offers: [{publisher: contoso, id: other, migrated: false, preview-links: [], steps: [{id: \
        x, name: X, shows: pondering, takes: 1h}]}]",
    )
    .await;
    assert_eq!(driver.get(&format!("{OFFER}/status")).await.status, 404);
    assert_eq!(code(&driver, "publish").await, 404);
    let other = "/api/publishers/contoso/offers/other";
    assert_eq!(driver.get(other).await.json()["pcMigrationStatus"], "none");
    driver.post(&format!("{other}/publish")).await;
    assert_eq!(
        driver.get(&format!("{other}/status")).await.json()["steps"][0]["status"],
        "pondering"
    );
    driver.advance("2h").await;
    let after = driver.get(&format!("{other}/status")).await.json();
    assert_eq!(
        (after["status"].as_str(), &after["previewLinks"]),
        (Some("waitingForPublisherReview"), &json!([]))
    );
}
