//! Faults, as a client meets them.

use std::time::{Duration, Instant};

use super::*;

async fn with(effect: &str) -> SimulatorClient {
    SimulatorClient::new(&format!(
        "faults: [{{on: POST /api/publishers/*/offers/*/publish, nth: 1, do: {effect}}}]"
    ))
    .await
}

/// What the client sees of the publish, and what came of it.
async fn publish(effect: &str) -> (SimulatorClient, Result<Seen, String>, usize) {
    let driver = with(effect).await;
    let request = driver
        .portal(Method::POST, &format!("{OFFER}/publish"))
        .timeout(Duration::from_millis(500));
    let seen = match request.send().await {
        Err(error) => Err(format!("{error:?}")),
        Ok(response) => {
            let (status, headers) = (response.status(), response.headers().clone());
            match response.text().await {
                Ok(text) => Ok(Seen { status, headers, text }),
                Err(error) => Err(format!("{error:?}")),
            }
        }
    };
    let state = driver.simulator.state();
    let operations = state["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["operations"].as_array().unwrap().len())
        .sum();
    (driver, seen, operations)
}

#[tokio::test]
async fn a_lost_answer_is_lost_in_the_way_that_was_asked_for() {
    for (effect, operations, error) in [
        ("reset", 0, "ConnectionReset"),
        ("close", 0, "IncompleteMessage"),
        ("lose-answer", 1, "IncompleteMessage"),
        ("{answer: reset, handled: true}", 1, "ConnectionReset"),
        ("hang", 0, "TimedOut"),
        ("hang-after", 1, "TimedOut"),
    ] {
        let (driver, seen, handled) = publish(effect).await;
        assert!(seen.as_ref().unwrap_err().contains(error), "{effect}: {seen:?}");
        assert_eq!(handled, operations, "{effect}");
        let journal = driver.journal();
        assert_eq!((journal[1].status, journal[1].handled), (None, operations == 1), "{effect}");
        assert_eq!(
            driver.post(&format!("{OFFER}/publish")).await.status,
            202,
            "the second one is not hit"
        );
        assert_eq!(driver.simulator.state()["faults"][0]["used"], 1);
    }
}

#[tokio::test]
async fn a_wrong_answer_is_the_one_that_was_written() {
    let written = "{status: 503, body: Busy, content-type: text/plain, retry-after: 9, headers: \
        {X-Extra: 'yes'}}";
    let (_, seen, operations) = publish(written).await;
    let seen = seen.unwrap();
    assert_eq!((seen.status.as_u16(), seen.text.as_str(), operations), (503, "Busy", 0));
    assert_eq!(
        ["content-type", "retry-after", "x-extra"].map(|name| seen.header(name).unwrap()),
        ["text/plain", "9", "yes"]
    );
    let (_, seen, operations) = publish("{status: 500, handled: true, retry-after: date+60}").await;
    assert!(seen.unwrap().header("retry-after").unwrap().ends_with("GMT"));
    assert_eq!(operations, 1, "an error although it was done");
    let (_, seen, _) = publish("{redirect: 'https://elsewhere/'}").await;
    let seen = seen.unwrap();
    assert_eq!((seen.status.as_u16(), seen.header("location")), (307, Some("https://elsewhere/")));
}

#[tokio::test]
async fn a_spoilt_answer_keeps_its_status() {
    for (effect, text) in
        [("html", "<!DOCTYPE html>"), ("not-json", "{\"status\":\"run"), ("empty", "")]
    {
        let (_, seen, operations) = publish(effect).await;
        let seen = seen.unwrap();
        assert!(
            seen.status == 202
                && seen.text.starts_with(text)
                && seen.text.is_empty() == text.is_empty(),
            "{effect}: {seen:?}"
        );
        assert_eq!(operations, 1);
    }
    let driver = SimulatorClient::new(&format!(
        "faults: [{{on: GET {OFFER}/status, nth: 1, do: {{truncate: 10}}}}, {{on: GET \
         {OFFER}/status, nth: 2, do: {{huge: 3}}}}, \
         {{on: GET {OFFER}/status, nth: 3, do: {{slow-drip: 1ms}}}}]"
    ))
    .await;
    let status = || driver.portal(Method::GET, &format!("{OFFER}/status")).send();
    assert!(status().await.unwrap().text().await.is_err(), "an answer that breaks off");
    assert!(status().await.unwrap().text().await.unwrap().len() > 3 << 20);
    let begun = now();
    let slow = Seen::of(status().await.unwrap()).await;
    assert!(
        slow.json()["status"] == "neverPublished"
            && begun.elapsed() > Duration::from_millis(slow.text.len() as u64)
    );
}

#[tokio::test]
async fn a_request_can_be_late_or_come_twice() {
    let begun = now();
    let (_, seen, _) = publish("{delay: 100ms}").await;
    assert!(seen.unwrap().status == 202 && begun.elapsed() >= Duration::from_millis(100));
    let driver = SimulatorClient::new("faults: [{on: PUT /**, do: duplicate}]").await;
    let body = serde_json::json!({"offerTypeId": "x"});
    let answer = driver.send(driver.portal(Method::PUT, OFFER).json(&body)).await;
    assert_eq!(answer.status, 409, "the second of two creations finds the first one's offer");
}

#[tokio::test]
async fn a_request_runs_its_course_when_the_client_has_left() {
    let (driver, seen, operations) = publish("{delay: 700ms}").await;
    assert!(seen.unwrap_err().contains("TimedOut"));
    assert_eq!(operations, 0);
    let carried_out = async {
        while driver.simulator.state()["offers"].as_array().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), carried_out).await.unwrap();
    assert!(driver.simulator.state()["offers"][0]["operations"][0]["id"].is_string());
}

#[tokio::test]
async fn faults_reach_every_service_but_the_simulations_own() {
    let driver = SimulatorClient::new(
        "faults: [{on: '* /oidc/**', do: {status: 500}}, {on: '* /repos/**', \
        do: {status: 502}}, {on: '* /simulator/**', do: reset}]",
    )
    .await;
    assert_eq!(driver.send(driver.request(Method::GET, "/oidc/token?x=y")).await.status, 500);
    assert_eq!(
        driver.send(driver.request(Method::GET, "/repos/a/b/check-runs/1")).await.status,
        502
    );
    assert_eq!(driver.send(driver.request(Method::GET, "/simulator/state")).await.status, 200);
    assert_eq!(driver.send(driver.request(Method::GET, "/elsewhere")).await.status, 404);
}

#[expect(clippy::disallowed_methods, reason = "the network's time is the machine's")]
fn now() -> Instant {
    Instant::now()
}
