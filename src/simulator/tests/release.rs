//! A release from the first publish to live.

use super::*;

#[tokio::test]
async fn a_release_goes_from_publish_over_the_sign_off_to_live() {
    let driver = SimulatorClient::new("start: 2026-01-01T00:00:00Z\ntime-scale: 0.000001").await;
    assert_eq!(driver.status().await["status"], "neverPublished");
    let publish = driver.publish().await;
    assert_eq!(driver.publish().await, publish, "the same draft is not published twice");

    let mut seen = Vec::new();
    for _ in 0..4 {
        driver.advance("30m").await;
        seen.push(marks(&driver.get(&publish).await.json()));
    }
    seen.push(marks(&driver.status().await));
    let go_live = driver.post(&format!("{OFFER}/golive")).await;
    assert_eq!(go_live.status, 202);
    let go_live = go_live.header("location").unwrap().split('?').next().unwrap().to_owned();
    assert_ne!(go_live, publish);
    driver.advance("30m").await;
    seen.push(marks(&driver.get(&go_live).await.json()));
    seen.push(marks(&driver.get(&publish).await.json()));
    driver.advance("30m").await;
    seen.push(marks(&driver.get(&go_live).await.json()));
    seen.push(marks(&driver.status().await));
    insta::assert_snapshot!(seen.join("\n"), @r"
    running: inProgress 50, notStarted 0, notStarted 0, notStarted 0
    running: complete 100, inProgress 0, notStarted 0, notStarted 0
    running: complete 100, inProgress 50, notStarted 0, notStarted 0
    complete: complete 100, complete 100, waitingForPublisherReview 0, notStarted 0
    waitingForPublisherReview: complete 100, complete 100, waitingForPublisherReview 0, notStarted 0
    running: complete 100, complete 100, complete 100, inProgress 50
    complete: complete 100, complete 100, complete 100, notStarted 0
    complete: complete 100, complete 100, complete 100, complete 100
    succeeded: complete 100, complete 100, complete 100, complete 100
    ");
}

/// A release that is through, and the path of its go-live.
async fn released() -> (SimulatorClient, String) {
    let driver = SimulatorClient::new("start: 2026-01-01T00:00:00Z\ntime-scale: 0.000001").await;
    driver.publish().await;
    driver.advance("2h").await;
    let go_live = driver.post(&format!("{OFFER}/golive")).await;
    let go_live = go_live.header("location").unwrap().split('?').next().unwrap().to_owned();
    driver.advance("1h").await;
    (driver, go_live)
}

#[tokio::test]
async fn submissions_have_the_documented_fields_and_the_newest_comes_first() {
    let (driver, _) = released().await;
    let submissions = driver.get(&format!("{OFFER}/submissions/")).await.json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&submissions).unwrap(), @r#"
    [
      {
        "id": "408a4835-0000-1000-0000-000000001002",
        "offerId": "contoso-offer",
        "offerVersion": 2,
        "offerTypeId": "microsoft-azure-virtualmachines",
        "publisherId": "contoso",
        "submissionType": "goLive",
        "submissionState": "complete",
        "publishingVersion": 2,
        "slot": "production",
        "version": 636576976846336205,
        "definition": {
          "metadata": {
            "emails": ""
          }
        },
        "changedTime": "2026-01-01T03:00:00.000000Z"
      },
      {
        "id": "408a4835-0000-1000-0000-000000001001",
        "offerId": "contoso-offer",
        "offerVersion": 2,
        "offerTypeId": "microsoft-azure-virtualmachines",
        "publisherId": "contoso",
        "submissionType": "publish",
        "submissionState": "complete",
        "publishingVersion": 2,
        "slot": "staging",
        "version": 636576975611768314,
        "definition": {
          "metadata": {
            "emails": ""
          }
        },
        "changedTime": "2026-01-01T02:00:00.000000Z"
      }
    ]
    "#);
}

#[tokio::test]
async fn operations_have_the_documented_fields() {
    let (driver, go_live) = released().await;
    let operation = driver.get(&go_live).await.json();
    insta::assert_snapshot!(serde_json::to_string_pretty(&operation).unwrap(), @r#"
    {
      "messages": [],
      "steps": [
        {
          "id": "displaycertify",
          "stepName": "Certification",
          "description": "",
          "status": "complete",
          "messages": [],
          "progressPercentage": 100
        },
        {
          "id": "displaypackage",
          "stepName": "Packaging",
          "description": "",
          "status": "complete",
          "messages": [],
          "progressPercentage": 100,
          "estimatedTimeFrame": "< 1 hour"
        },
        {
          "id": "publisher-signoff",
          "stepName": "Publisher signoff",
          "description": "",
          "status": "complete",
          "messages": [],
          "progressPercentage": 100
        },
        {
          "id": "live",
          "stepName": "Live",
          "description": "",
          "status": "complete",
          "messages": [],
          "progressPercentage": 100
        }
      ],
      "previewLinks": [
        {
          "displayText": "Preview in the Azure portal",
          "uri": "https://portal.azure.com/#create/contoso.contoso-offer"
        }
      ],
      "liveLinks": [
        {
          "displayText": "Azure Marketplace",
          "uri": "https://azuremarketplace.microsoft.com/marketplace/apps/contoso.contoso-offer"
        }
      ],
      "id": "408a4835-0000-1000-0000-000000001002",
      "submissionType": "goLive",
      "status": "complete",
      "publishingVersion": 2,
      "offerVersion": 2,
      "cancellationRequestState": "cannotCancel",
      "createdDateTime": "2026-01-01T02:00:00.000000Z",
      "lastActionDateTime": "2026-01-01T03:00:00.000000Z"
    }
    "#);
}

#[tokio::test]
async fn what_the_gate_demands() {
    let driver = SimulatorClient::new("").await;
    let path = format!("{OFFER}/status");
    let without_version =
        driver.send(driver.request(Method::GET, &path).bearer_auth(driver.token.borrow())).await;
    assert_eq!(
        (without_version.status.as_u16(), &without_version.json()["error"]["code"]),
        (400, &"InvalidAPIVersion".into())
    );
    let wrong_version = driver
        .request(Method::GET, &format!("{path}?api-version=2017-10-3"))
        .bearer_auth(driver.token.borrow());
    assert_eq!(driver.send(wrong_version).await.status, 400);
    for request in [
        driver.request(Method::GET, &path),
        driver.request(Method::GET, &path).bearer_auth("stranger"),
    ] {
        let denied = driver.send(request).await;
        assert_eq!(denied.status, 401);
        assert!(denied.json()["Message"].is_string());
        assert!(denied.header("x-ms-correlation-request-id").is_some());
    }
    driver.pass("61m").await;
    let expired = driver.get(&path).await;
    assert_eq!(
        (expired.status.as_u16(), expired.json()["Message"].as_str()),
        (401, Some("The access token has expired."))
    );
}

#[tokio::test]
async fn drafts_slots_and_versions() {
    let driver = SimulatorClient::new(
        "offers: [{publisher: contoso, id: contoso-offer, version: 7, plans: [standard]}]",
    )
    .await;
    let put = |etag: Option<&str>| {
        let request = driver
            .portal(Method::PUT, OFFER)
            .json(&serde_json::json!({"offerTypeId": "x", "definition": {"plans": []}}));
        etag.into_iter().fold(request, |request, etag| request.header("if-match", etag))
    };
    let before = driver.get(OFFER).await;
    assert_eq!(before.json()["definition"]["plans"][0]["planId"], "standard");
    assert_eq!(before.header("etag"), None);
    let missing = driver.send(put(None)).await;
    assert_eq!(
        (missing.status.as_u16(), missing.json()["error"]["code"].as_str()),
        (409, Some("InvalidResourceId"))
    );
    assert_eq!(driver.send(put(Some("W/\"other\""))).await.status, 412);
    driver.advance("1h").await;
    let changed = driver.send(put(Some("*"))).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &8.into()));
    assert_ne!(changed.json()["changedTime"], before.json()["changedTime"]);
    assert_eq!(driver.send(put(changed.header("etag"))).await.status, 200);

    assert_eq!(driver.get(&format!("{OFFER}/slot/Draft")).await.status, 200);
    assert_eq!(driver.get(&format!("{OFFER}/slot/preview")).await.status, 404);
    let created = driver
        .portal(Method::PUT, "/api/publishers/contoso/offers/new")
        .json(&serde_json::json!({"offerTypeId": "x"}));
    assert_eq!(driver.send(created).await.status, 201);
    driver.publish().await;
    driver.advance("3h").await;
    assert_eq!(driver.get(&format!("{OFFER}/slot/preview")).await.status, 200);
    assert_eq!(driver.get(&format!("{OFFER}/slot/Production")).await.status, 404);
    assert_eq!(driver.get(&format!("{OFFER}/versions/10")).await.json()["version"], 10);
    assert_eq!(driver.get(&format!("{OFFER}/versions/11")).await.status, 404);
    assert_eq!(
        driver.get("/api/publishers/contoso/offers").await.json().as_array().unwrap().len(),
        2
    );
    assert_eq!(driver.get("/api/publishers").await.json()[0]["id"], "contoso");
}

#[tokio::test]
async fn the_journal_has_everything_but_tokens() {
    let driver = SimulatorClient::new("").await;
    driver
        .send(
            driver
                .portal(Method::POST, &format!("{OFFER}/publish"))
                .json(&serde_json::json!({"metadata": {"notification-emails": "a@x"}})),
        )
        .await;
    driver.send(driver.request(Method::GET, OFFER).bearer_auth("stranger")).await;
    driver.send(driver.request(Method::GET, "/simulator/journal")).await;
    let journal = driver.journal();
    assert_eq!(journal.len(), 3);
    let publish = &journal[1];
    assert_eq!(
        (publish.method.as_str(), publish.path.as_str(), publish.query.as_str()),
        ("POST", "/api/publishers/contoso/offers/contoso-offer/publish", "api-version=2017-10-31")
    );
    assert_eq!(
        (publish.body.as_str(), publish.status),
        (r#"{"metadata":{"notification-emails":"a@x"}}"#, Some(202))
    );
    assert!(publish.headers.contains(&("authorization".to_owned(), "Bearer token-1".to_owned())));
    assert!(
        journal[2].headers.contains(&("authorization".to_owned(), "Bearer other-1".to_owned()))
    );
    assert!(!format!("{journal:?}").contains(driver.token.borrow().as_str()));
    assert_eq!(driver.simulator.state()["offers"][0]["operations"][0]["emails"], "a@x");
}

#[tokio::test]
async fn others_can_meddle() {
    let driver = SimulatorClient::new("").await;
    let operation = driver.publish().await;
    let id = operation.rsplit('/').next().unwrap();
    driver.control("offers/contoso/contoso-offer/draft").await;
    assert_eq!(
        driver.post(&format!("{OFFER}/publish")).await.status,
        409,
        "a changed draft has to wait"
    );
    driver.control(&format!("operations/{id}/cancel-by-someone")).await;
    assert_eq!(driver.get(&operation).await.json()["status"], "canceled");
    let second = driver.publish().await;
    assert_ne!(second, operation);
    driver.control(&format!("operations/{}/fail", second.rsplit('/').next().unwrap())).await;
    let failed = driver.get(&second).await.json();
    assert_eq!((failed["status"].as_str(), failed["error"].is_string()), (Some("failed"), true));
}
