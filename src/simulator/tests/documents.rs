//! Drafts and slots, and what the portal does with a document that is written.

use serde_json::json;

use super::switches::{at_sign_off, code, kinds, live, with};
use super::*;

const SUMMARY: &str = "/offer/microsoft-azure-marketplace.summary";

impl SimulatorClient {
    async fn draft(&self) -> Value {
        self.get(OFFER).await.json()
    }

    /// The summary in a slot, or the status of the answer.
    async fn slot(&self, slot: &str) -> String {
        let answer = self.get(&format!("{OFFER}/slot/{slot}")).await;
        match answer.status.as_u16() {
            200 => summary(&answer.json()),
            other => other.to_string(),
        }
    }

    async fn slots(&self) -> [String; 2] {
        [self.slot("preview").await, self.slot("production").await]
    }

    /// Puts the draft back, changed.
    async fn put(&self, change: impl FnOnce(&mut Value)) -> Seen {
        let mut document = self.draft().await;
        change(&mut document["definition"]);
        self.send(self.portal(Method::PUT, OFFER).header("if-match", "*").json(&document)).await
    }

    async fn set_summary(&self, text: &str) -> Seen {
        self.put(|definition| definition["offer"][&SUMMARY[7..]] = json!(text)).await
    }
}

fn summary(document: &Value) -> String {
    document["definition"].pointer(SUMMARY).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_slot_holds_the_draft_as_it_was_when_the_publish_started() {
    let driver = with("").await;
    driver.set_summary("one").await;
    driver.publish().await;
    driver.set_summary("two").await;
    assert_eq!(driver.slots().await, ["404", "404"]);
    driver.advance("3h").await;
    assert_eq!(driver.slots().await, ["one", "404"]);
    code(&driver, "golive").await;
    driver.set_summary("three").await;
    assert_eq!(driver.slots().await, ["one", "404"]);
    driver.advance("2h").await;
    assert_eq!(driver.slots().await, ["one", "one"]);
    driver.publish().await;
    driver.advance("3h").await;
    assert_eq!(driver.slots().await, ["three", "one"]);
    assert_eq!(driver.simulator.state()["offers"][0]["preview"].pointer(SUMMARY).unwrap(), "three");
}

#[tokio::test]
async fn slots_status_list_and_draft_can_lag() {
    let (driver, _) =
        at_sign_off("slot-lag: 90m, status-lag: 70m, list-lag: 90m, draft-lag: 1m").await;
    // The publish took two hours, and an hour has passed since.
    assert_eq!(driver.slot("preview").await, "404");
    assert_eq!(driver.status().await["status"], "running");
    assert_eq!(kinds(&driver).await, "publish running");
    driver.advance("40m").await;
    assert_eq!(driver.slot("preview").await, "One line");
    assert_eq!(driver.status().await["status"], "waitingForPublisherReview");
    assert_eq!(kinds(&driver).await, "publish complete");
    driver.set_summary("new").await;
    assert_eq!(summary(&driver.draft().await), "One line");
    driver.advance("1m").await;
    assert_eq!(summary(&driver.draft().await), "new");

    let driver = live("slots: not-found").await;
    assert_eq!(driver.slots().await, ["404", "404"]);
}

#[tokio::test]
async fn each_type_of_offer_has_its_document() {
    let driver = SimulatorClient::new(
        "offers:\n\
         - {publisher: contoso, id: vm, plans: [a, b]}\n\
         - {publisher: contoso, id: core, type: microsoft-azure-corevm, plans: ['12']}\n\
         - {publisher: contoso, id: other, type: some-type, plans: [a]}\n\
         - {publisher: contoso, id: own, document: {displayText: x, offer: {k: null}, plans: []}, \
            live-document: {displayText: y}}\n",
    )
    .await;
    let get =
        async |id: &str| driver.get(&format!("/api/publishers/contoso/offers/{id}")).await.json();
    let vm = get("vm").await;
    let images = "microsoft-azure-virtualmachines.vmImages";
    let disk = vm["definition"]["plans"][1][images]["1.0.0"]["osVhdUrl"].as_str().unwrap();
    assert!(disk.contains("vhd?sv=") && disk.contains("sig="), "{disk}");
    let core = get("core").await;
    assert_eq!(core["offerTypeId"], "microsoft-azure-corevm");
    let plan = &core["definition"]["plans"][0];
    assert_eq!(plan["diskGenerations"][1]["planId"], "12-arm64");
    assert!(core["definition"]["offer"]["microsoft-azure-corevm.legacyOfferId"].is_string());
    let other = get("other").await;
    assert_eq!(other["definition"]["plans"], json!([{"planId": "a"}]));
    let own = get("own").await;
    assert_eq!(own["definition"], json!({"displayText": "x", "offer": {"k": null}, "plans": []}));
    let live = driver.get("/api/publishers/contoso/offers/own/slot/production").await.json();
    assert_eq!(live["definition"], json!({"displayText": "y"}));
}

#[tokio::test]
async fn somebody_else_changes_the_draft_at_a_time_or_after_a_request() {
    let edits = format!(
        "offers:\n\
         - publisher: contoso\n  \
           id: contoso-offer\n  \
           edits:\n  \
           - {{at: 1h, set: {SUMMARY}, value: later}}\n  \
           - {{after: GET /api/publishers/*/offers/*, nth: 2, set: {SUMMARY}, value: between}}\n"
    );
    let driver = SimulatorClient::new(&edits).await;
    for seen in ["One line", "One line", "between"] {
        assert_eq!(summary(&driver.draft().await), seen);
    }
    driver.advance("1h").await;
    assert_eq!(summary(&driver.draft().await), "later");
    driver.control("offers/contoso/contoso-offer/draft").await;
    assert_eq!(summary(&driver.draft().await), "Summary 4");
    let path = "/simulator/offers/contoso/contoso-offer/draft";
    let body = json!({"set": "/plans/0/regions/2", "value": "DE"});
    driver.send(driver.request(Method::POST, path).json(&body)).await;
    let regions = &driver.draft().await["definition"]["plans"][0]["regions"];
    assert_eq!(regions, &json!(["AZ", "US", "DE"]));
}

#[tokio::test]
async fn a_put_answers_as_its_switches_say() {
    for (switches, status) in [
        ("put-answer: 201", 201),
        ("put-conflicts: 1", 500),
        ("version-limit: 0", 400),
        ("put-while-running: 200", 200),
    ] {
        assert_eq!(with(switches).await.set_summary("x").await.status, status, "{switches}");
    }
    for (value, status) in [("200", 200), ("400", 400), ("409", 409)] {
        let driver = with(&format!("put-while-running: {value}, if-match-missing: {value}")).await;
        let document = driver.draft().await;
        let put = driver.portal(Method::PUT, OFFER).json(&document);
        assert_eq!(driver.send(put).await.status, status, "without If-Match");
        driver.publish().await;
        assert_eq!(driver.set_summary("x").await.status, status, "while a publish runs");
    }
    let driver = with("put-conflicts: 1").await;
    let conflict = driver.set_summary("x").await.json();
    assert!(conflict["Variant"]["error"].as_str().unwrap().contains("Retry is OK"));
    assert_eq!(driver.set_summary("x").await.status, 200);

    let driver = with("put-body: old, changed-time: stays, etag: weak").await;
    let before = driver.get(OFFER).await;
    let answer = driver.set_summary("new").await;
    assert_eq!(summary(&answer.json()), "One line");
    let after = driver.get(OFFER).await;
    assert_eq!(before.json()["changedTime"], after.json()["changedTime"]);
    assert_eq!(summary(&after.json()), "new");
    assert_ne!(before.header("etag"), after.header("etag"));
    assert_eq!(answer.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn the_service_rewrites_what_it_is_given() {
    let driver = with("put-defaults: added, logo-urls: signed, key-order: reversed").await;
    let plan = "microsoft-azure-virtualmachines";
    driver.put(|definition| definition["plans"][0]["x.windowsOSType"] = json!("Windows")).await;
    let shown = driver.draft().await;
    assert_eq!(shown["definition"]["plans"][0]["x.osType"], "Windows");
    assert_eq!(shown["definition"]["plans"][0].get("x.windowsOSType"), None);
    assert_eq!(shown["definition"]["plans"][0][format!("{plan}.supportsHibernation")], false);
    let logo = |shown: &Value| {
        let offer = &shown["definition"]["offer"];
        offer["microsoft-azure-marketplace.smallLogo"].as_str().unwrap().to_owned()
    };
    let again = driver.draft().await;
    assert_ne!(logo(&shown), logo(&again));
    assert_eq!(logo(&shown).split('?').next(), logo(&again).split('?').next());

    for (switch, status) in [("refused", 400), ("accepted", 200)] {
        let driver = with(&format!("legacy-keys: {switch}")).await;
        let answer = driver.put(|d| d["offer"]["microsoft-azure-corevm.legacyOfferId"] = json!(""));
        assert_eq!(answer.await.status, status);
    }
}

#[tokio::test]
async fn credentials_are_hidden_and_then_kept_or_blanked() {
    for (switch, kept) in [("hidden-kept", true), ("hidden-blanked", false)] {
        let lead = "{offer: {blob: {connectionString: secret}}, plans: []}";
        let driver = SimulatorClient::new(&format!(
            "portal: {{secrets: {switch}}}\n\
             offers: [{{publisher: contoso, id: contoso-offer, document: {lead}}}]"
        ))
        .await;
        assert_eq!(driver.draft().await["definition"]["offer"]["blob"], json!({}));
        assert_eq!(
            driver.put(|definition| definition["displayText"] = json!("x")).await.status,
            200
        );
        let stored = driver.simulator.state()["offers"][0]["draft"]["offer"]["blob"].clone();
        assert_eq!(stored.get("connectionString").is_some(), kept, "{switch}");
    }
}

#[tokio::test]
async fn further_rows_of_the_list_are_shown_and_can_be_read() {
    let driver = SimulatorClient::new(
        "portal: {cancel-rows: listed}\n\
         offers:\n\
         - publisher: contoso\n  \
           id: contoso-offer\n  \
           submissions:\n  \
           - {id: old, type: publish, state: superseded, since: 900d, slot: staging}\n  \
           - {id: bare, state: running, since: 1d}\n",
    )
    .await;
    driver.publish().await;
    code(&driver, "cancel").await;
    let rows = driver.get(&format!("{OFFER}/submissions/")).await.json();
    let shown: Vec<String> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["submissionType"], row["submissionState"]))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    "cancel" "running"
    "publish" "running"
    null "running"
    "publish" "superseded"
    "#);
    let old = driver.get(&format!("{OFFER}/operations/old")).await.json();
    assert_eq!(old["status"], "superseded");
}

#[tokio::test]
async fn a_go_live_out_of_turn_may_really_start() {
    let driver = live("go-live-again: starts").await;
    assert_eq!(code(&driver, "golive").await, 202);
    assert_eq!(kinds(&driver).await, "goLive running, goLive complete, publish complete");

    let driver = live("go-live-early: starts").await;
    driver.set_summary("second").await;
    let publish = driver.publish().await;
    assert_eq!(code(&driver, "golive").await, 202);
    assert_eq!(
        kinds(&driver).await,
        "goLive running, publish running, goLive complete, publish complete"
    );
    driver.advance("3h").await;
    assert_eq!(driver.get(&publish).await.json()["status"], "complete");
    assert_eq!(driver.slots().await, ["second", "One line"]);
}

#[tokio::test]
async fn an_answer_with_both_headers_may_name_the_offer_in_location() {
    for (header, location) in [
        ("operation-location-and-offer", OFFER.to_owned()),
        ("operation-location-and-other-offer", format!("{OFFER}-other")),
    ] {
        let driver = with(&format!("address: {{header: {header}}}")).await;
        let answer = driver.post(&format!("{OFFER}/publish")).await;
        assert_eq!(answer.header("location"), Some(location.as_str()));
        assert!(answer.header("operation-location").unwrap().contains("/operations/"));
    }
}

#[tokio::test]
async fn a_request_may_be_carried_out_minutes_after_its_answer() {
    let fault = "{on: POST /**/publish, do: {status: 503, late: 90s}}";
    let driver = SimulatorClient::new(&format!("faults: [{fault}]")).await;
    assert_eq!(code(&driver, "publish").await, 503);
    assert_eq!(kinds(&driver).await, "");
    driver.advance("2m").await;
    while kinds(&driver).await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(kinds(&driver).await, "publish running");
    assert!(driver.journal().iter().any(|one| one.path.ends_with("/publish") && one.handled));
}

#[tokio::test]
async fn an_offer_can_be_added_with_its_plans_on_both_apis() {
    let scenario = Scenario::default().with_offer("contoso", "db", &["basic", "pro"]);
    let driver = SimulatorClient::with(scenario.with_offer("contoso", "other", &[])).await;
    let state = driver.simulator.state();
    let plans = |offer: usize| {
        let plans = state["offers"][offer]["draft"]["plans"].as_array().unwrap();
        plans.iter().map(|plan| plan["planId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!([plans(0), plans(1)], [vec![json!("basic"), json!("pro")], vec![json!("standard")]]);
    let draft = state["ingestion"]["products"][0]["draft"].as_array().unwrap();
    let names: Vec<_> =
        draft.iter().filter_map(|one| one["identity"]["externalId"].as_str()).collect();
    assert_eq!(names, ["db", "basic", "pro"]);
}
