//! Publishing to preview, going live, and canceling.

use super::*;

#[tokio::test]
async fn a_submission_goes_to_preview_and_then_live() {
    let api = Ingestion::new("", "").await;
    let mut seen = vec![api.submissions().await];
    let started = api.submit("preview", None).await.json();
    assert_eq!(
        (&started["jobStatus"], &started["jobResult"]),
        (&json!("notStarted"), &json!("pending"))
    );
    assert_eq!(started["jobEnd"], "0001-01-01T00:00:00");
    let id = started["jobId"].as_str().unwrap();
    assert_eq!(api.job(id).await["jobStatus"], "running");
    assert_eq!(api.get(&format!("configure/{id}")).await.status, 404);
    seen.push(api.submissions().await);
    assert_eq!(
        api.get(&format!("resource-tree/product/{GUID}?targetType=preview")).await.status,
        404
    );
    api.0.pass("2h").await;
    let done = api.job(id).await;
    assert_eq!(
        (&done["jobStatus"], &done["jobResult"]),
        (&json!("completed"), &json!("succeeded"))
    );
    assert_eq!(
        api.get(&format!("configure/{id}")).await.json()["resources"][0]["target"]["targetType"],
        "preview"
    );
    seen.push(api.submissions().await);
    let number = api.number();
    api.submit("live", Some(&number)).await;
    seen.push(api.submissions().await);
    api.0.pass("1h").await;
    seen.push(api.submissions().await);
    let one = api.get(&format!("submission/{GUID}/{number}")).await.json();
    assert_eq!(
        (&one["target"]["targetType"], &one["result"]),
        (&json!("live"), &json!("succeeded"))
    );
    api.submit("preview", None).await;
    seen.push(api.submissions().await);
    insta::assert_snapshot!(seen.join("\n"), @r"
    draft 1 - -
    draft 1 - -, preview 2 running pending
    draft 1 - -, preview 2 completed succeeded
    draft 1 - -, live 2 running pending
    draft 1 - -, live 2 completed succeeded, preview 2 completed succeeded
    draft 1 - -, live 2 completed succeeded, preview 2 running pending
    ");
}

#[tokio::test]
async fn every_beginning_of_a_product() {
    let mut seen = Vec::new();
    for status in
        ["never-published", "publishing", "previewed", "preview-failed", "going-live", "live"]
    {
        let api = Ingestion::new(&format!(", status: {status}"), "").await;
        seen.push(format!("{status}: {}", api.submissions().await));
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    never-published: draft 1 - -
    publishing: draft 1 - -, preview 2 running pending
    previewed: draft 1 - -, preview 2 completed succeeded
    preview-failed: draft 1 - -, preview 2 completed failed
    going-live: draft 1 - -, live 2 running pending
    live: draft 1 - -, live 2 completed succeeded, preview 2 completed succeeded
    ");
}

#[tokio::test]
async fn what_cannot_be_published_is_told_by_the_job_or_by_the_post() {
    let running = ", status: publishing";
    let api = Ingestion::new(running, "").await;
    let started = api.submit("preview", None).await;
    let job = api.finish(started).await;
    assert_eq!(
        errors(&job),
        format!(
            "\"completed\" \"failed\": \"An In Progress submission {} already exists.\"",
            api.number()
        )
    );
    for (switch, status) in [("400", 400), ("409", 409), ("423", 423)] {
        let api = Ingestion::new(running, &format!("while-running: {switch}")).await;
        assert_eq!(api.submit("preview", None).await.status, status);
        let api = Ingestion::new(", status: previewed", &format!("not-latest: {switch}")).await;
        assert_eq!(api.submit("live", Some("5")).await.status, status);
    }
    let api = Ingestion::new(", status: previewed", "").await;
    let job = api.submit("live", Some("5")).await;
    assert!(errors(&api.finish(job).await).contains("its not the latest submission"));
    for number in [None, Some("0")] {
        let refused = api.submit("live", number).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains("isn't null or 0"), "{}", refused.text);
    }
    let failed = Ingestion::new(", status: preview-failed", "").await;
    let job = failed.submit("live", Some(&failed.number())).await;
    assert!(errors(&failed.finish(job).await).contains("not been published to preview"));
    let live = Ingestion::new(", status: live", "").await;
    let job = live.submit("live", Some(&live.number())).await;
    assert!(errors(&live.finish(job).await).contains("latest"));
    let live = Ingestion::new(", status: live", "live-again: succeeds").await;
    let job = live.submit("live", Some(&live.number())).await;
    assert_eq!(live.finish(job).await["jobResult"], "succeeded");
    let null = json!([{"$schema": format!("{SCHEMAS}/submission/2022-03-01-preview2"), "id": null,
        "product": format!("product/{GUID}"), "target": {"targetType": "preview"}}]);
    assert_eq!(api.configure(null).await.status, 400);
    let dead = json!([{"$schema": "https://product-ingestion.azureedge.net/schema/plan/1"}]);
    assert!(api.configure(dead).await.text.contains("could not be accessed"));
}

#[tokio::test]
async fn a_certification_fails_with_its_tree_of_errors() {
    let error = "{code: internalServerError, message: Operation failed}";
    let api = Ingestion::new(&format!(", preview-errors: [{error}]"), "").await;
    let id = api.submit("preview", None).await.json()["jobId"].as_str().unwrap().to_owned();
    api.0.pass("2h").await;
    assert_eq!(errors(&api.job(&id).await), "\"completed\" \"failed\": \"Operation failed\"");
    assert_eq!(api.submissions().await, "draft 1 - -, preview 2 completed failed");
}

#[tokio::test]
async fn a_job_can_be_cancelled_while_it_runs() {
    let mut seen = Vec::new();
    for switches in ["", "cancelled-submission: gone", "cancel: too-late", "cancel-until: 1m"] {
        let api = Ingestion::new("", switches).await;
        let id = api.submit("preview", None).await.json()["jobId"].as_str().unwrap().to_owned();
        api.0.pass("2m").await;
        let cancel = || api.0.send(api.request(Method::POST, &format!("configure/{id}/cancel")));
        let status = cancel().await.status.as_u16();
        let result = api.job(&id).await["jobResult"].as_str().unwrap().to_owned();
        seen.push(format!("{switches}: {status} {result} · {}", api.submissions().await));
        if status == 200 {
            assert_eq!(cancel().await.status, 400, "it has completed");
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    : 200 cancelled · draft 1 - -, preview 2 completed failed
    cancelled-submission: gone: 200 cancelled · draft 1 - -
    cancel: too-late: 400 pending · draft 1 - -, preview 2 running pending
    cancel-until: 1m: 400 pending · draft 1 - -, preview 2 running pending
    ");
}
