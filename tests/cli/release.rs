//! The main job: publish, follow, go live, follow. Exactly these requests, exactly these outputs.

use serde_json::json;

use crate::harness::{Requests, World};

const OFFER: &str = "/api/publishers/contoso/offers/contoso-offer";

/// What an offer gets posted.
fn posts(rest: &[&str]) -> Vec<String> {
    rest.iter().map(|rest| format!("POST {OFFER}/{rest}")).collect()
}

#[test]
fn without_go_live_a_release_ends_at_the_sign_off() {
    let world = World::new("");
    let run = world.job().run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), posts(&["publish"]));
    assert_eq!(world.state()["offers"][0]["status"], "WaitingForPublisherReview");
    insta::assert_snapshot!(run.scrubbed_outputs());
}

#[test]
fn a_release_goes_from_publish_to_live() {
    let world = World::new("");
    let run = world.job().with("go-live", "true").with("record", "out/record.json").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), posts(&["publish", "golive"]));
    assert!(world.path("out/record.json").is_file(), "{run}");
    assert_eq!(world.state()["offers"][0]["status"], "Succeeded");
    insta::assert_snapshot!(run.scrubbed_outputs());
}

#[test]
fn every_request_to_the_portal_is_as_documented() {
    let world = World::new("");
    world.job().with("go-live", "true").run().exits(0);
    let requests = world.requests().portal();
    for exchange in &requests.0 {
        assert_eq!(exchange.query, "api-version=2017-10-31", "{exchange:?}");
        let header = |name: &str| {
            let values: Vec<&str> = exchange
                .headers
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| &**value)
                .collect();
            values.join(" and ")
        };
        assert_eq!(header("authorization"), "Bearer token-1", "{exchange:?}");
        assert_eq!(header("accept"), "application/json", "{exchange:?}");
        assert_eq!(header("content-type"), "application/json", "{exchange:?}");
        assert!(header("user-agent").starts_with("offer-release/"), "{exchange:?}");
        // Nothing was live before.
        let empty = exchange.path.ends_with("/slot/production") && exchange.status == Some(404);
        assert!(empty || exchange.status.is_some_and(|status| status < 300), "{exchange:?}");
    }
    let body =
        |rest: &str| requests.only(|exchange| exchange.path.ends_with(rest)).0[0].body.clone();
    let told: serde_json::Value = serde_json::from_str(&body("/publish")).unwrap();
    assert_eq!(
        told,
        json!({"metadata": {"notification-emails": "release@contoso.com,quality@contoso.com"}})
    );
    assert_eq!(body("/golive"), "");
    let length = |rest: &str| {
        let exchange = &requests.only(|exchange| exchange.path.ends_with(rest)).0[0];
        exchange
            .headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map(|(_, value)| value.clone())
    };
    // A POST without a body says so: some proxies refuse it otherwise (411).
    assert_eq!(length("/golive").as_deref(), Some("0"));
    assert!(
        requests.only(|exchange| exchange.method == "GET" && !exchange.body.is_empty()).is_empty()
    );
}

#[test]
fn the_portal_is_looked_at_before_anything_is_posted() {
    let world = World::new("");
    world.job().with("go-live", "true").run().exits(0);
    let mut lines = world.requests().portal().lines();
    // How often it is polled is a matter of time.
    lines.dedup();
    let operation = |line: &String| line.contains("/operations/") || line.ends_with("/status");
    let mut shape: Vec<&str> = lines
        .iter()
        .filter(|line| !operation(line))
        .map(|line| line.rsplit(OFFER).next().unwrap())
        .collect();
    shape.dedup();
    let slots = ["/slot/preview", "/slot/production"];
    assert_eq!(shape[..3], ["/submissions/", "", "/publish"]);
    // Each half is verified, and before the second one everything is looked at again.
    let before_go_live = [slots[0], "/submissions/", slots[0], slots[1], "/golive"];
    assert_eq!(shape[3..], [&before_go_live[..], &[slots[1]]].concat());
}

#[test]
fn without_addresses_the_body_has_no_metadata() {
    let world = World::with_manifest("", "publisher: contoso\noffers: [{id: contoso-offer}]\n");
    world.job().run().exits(0);
    let publish = world.requests().only(|exchange| exchange.path.ends_with("/publish"));
    assert_eq!(publish.bodies(), [json!({})]);
}

#[test]
fn the_bearer_of_the_portal_goes_nowhere_else() {
    let world = World::new("");
    world.job().with("go-live", "true").run().exits(0);
    let bearers = |requests: Requests| -> Vec<String> {
        let of = |exchange: &offer_release::simulator::JournalEntry| {
            exchange
                .headers
                .iter()
                .find(|(name, _)| name == "authorization")
                .map(|(_, value)| value.clone())
        };
        let mut bearers: Vec<String> = requests.0.iter().filter_map(of).collect();
        bearers.dedup();
        bearers
    };
    let requests = world.requests();
    assert_eq!(bearers(requests.portal()), ["Bearer token-1"]);
    assert_eq!(bearers(requests.tokens()), [""; 0]);
    assert!(
        bearers(requests.checks()).iter().all(|bearer| !bearer.contains("token-1")),
        "{:?}",
        bearers(requests.checks())
    );
}

#[test]
fn the_log_tells_every_change_once() {
    let world = World::new("");
    let run = world.job().with("go-live", "true").run().exits(0);
    for line in [
        "publish started · ",
        "publish operation complete",
        "Publisher signoff notStarted → waitingForPublisherReview",
        "publish preview link: Preview in the Azure portal \
         https://portal.azure.com/#create/contoso.contoso-offer",
        "go-live started · ",
        "go-live operation complete",
        "go-live live link: Azure Marketplace \
         https://azuremarketplace.microsoft.com/marketplace/apps/contoso.contoso-offer",
        "contoso-offer succeeded the offer is live",
        "✅ Live: contoso-offer of contoso",
    ] {
        assert_eq!(run.count(line), 1, "{line}: {run}");
    }
    let lines: Vec<&str> = run.stdout.lines().filter(|line| *line != "::endgroup::").collect();
    let different: std::collections::HashSet<&&str> = lines.iter().collect();
    assert_eq!(different.len(), lines.len(), "{run}");
    assert_eq!(run.annotations(), [""; 0]);
    let groups: Vec<String> =
        run.commands_named("group").into_iter().map(|group| group.data).collect();
    assert_eq!(groups.len(), 2, "{run}");
    assert_eq!(groups[0], "release: 1 offer of contoso, from offer.yml");
    assert!(groups[1].starts_with("contoso-offer: succeeded after "), "{run}");
}

#[test]
fn started_and_left_is_pending_and_no_failure() {
    let world = World::new("");
    let run = world.job().with("wait", "false").with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
    assert_eq!(world.requests().posts(), posts(&["publish"]));
    assert!(run.output("publish-operation").contains("/operations/"), "{run}");
    assert!(run.summary.contains("command: resume"), "{run}");
}

#[test]
fn what_is_done_is_not_done_again() {
    let world = World::new("");
    world.job().with("go-live", "true").run().exits(0);
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(
        run.message(),
        "the offer is live already and its draft did not change since: nothing to do"
    );
    assert_eq!(world.requests().posts(), posts(&["publish", "golive"]));
}
