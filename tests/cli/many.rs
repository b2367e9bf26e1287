//! Several offers at once.

use serde_json::Value;

use crate::harness::World;

const MANIFEST: &str = "\
publisher: contoso
notification-emails: [release@contoso.com]
offers:
  - id: first
  - id: second
    notification-emails: [second@contoso.com]
  - id: third
    go-live: false
  - id: fourth
";

fn post(offer: &str, what: &str) -> String {
    format!("POST /api/publishers/contoso/offers/{offer}/{what}")
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// The second one is rejected.
const ONE_FAILS: &str = "
offers:
- publisher: contoso
  id: second
  steps:
  - id: displaycertify
    name: Certification
    takes: 1h
    fails: {after: 20m, as: rejected, operation: failed, messages: [{level: error, html: 'No \
    <b>image</b>'}]}
  - {id: publisher-signoff, name: Publisher signoff}
";

#[test]
fn one_that_fails_neither_stops_nor_hides_the_others() {
    let world = World::with_manifest(ONE_FAILS, MANIFEST);
    let run = world.job().with("go-live", "true").run().exits(1);
    assert_eq!(run.outcome(), ("failed".into(), "go-live".into()));
    let of = |key: &str| {
        run.offers().iter().map(|offer| offer[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("offer"), ["first", "second", "third", "fourth"]);
    assert_eq!(of("outcome"), ["succeeded", "failed", "succeeded", "succeeded"]);
    assert_eq!(of("phase"), ["go-live", "publish", "publish", "go-live"]);
    // The manifest's veto wins over the input.
    let expected = [
        post("first", "golive"),
        post("first", "publish"),
        post("fourth", "golive"),
        post("fourth", "publish"),
        post("second", "publish"),
        post("third", "publish"),
    ];
    assert_eq!(sorted(world.requests().posts()), expected);
    assert!(
        run.outputs().keys().all(|name| name != "publish-operation" && name != "go-live-operation"),
        "{run}"
    );
    assert_eq!(run.output("check-run-url").lines().count(), 4);
    insta::assert_snapshot!(run.scrubbed_summary());
    let runs = world.check_runs();
    let conclusion = |name: &str| {
        let run = runs.iter().find(|run| run["name"].as_str().unwrap().contains(name)).unwrap();
        run["conclusion"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        ["first", "second", "third", "fourth"].map(conclusion),
        ["success", "failure", "success", "success"]
    );
}

#[test]
fn each_offer_has_its_own_addresses() {
    let world = World::with_manifest("", MANIFEST);
    world.job().run().exits(0);
    let mut emails: Vec<String> = world
        .requests()
        .only(|exchange| exchange.method == "POST" && exchange.path.ends_with("/publish"))
        .bodies()
        .iter()
        .map(|body| body["metadata"]["notification-emails"].as_str().unwrap().to_owned())
        .collect();
    emails.sort();
    assert_eq!(
        emails,
        ["release@contoso.com", "release@contoso.com", "release@contoso.com", "second@contoso.com"]
    );
}

#[test]
fn max_parallel_bounds_starting_and_not_following() {
    // No publish ever ends, and all are started, one after another.
    let world = World::with_manifest(crate::outcomes::ENDLESS, MANIFEST);
    world.job().with("max-parallel", "1").with("timeout", "5s").run().exits(4);
    let exchanges = world.requests().portal();
    let offers = ["first", "second", "third", "fourth"];
    let place = |end: &str, offer: &str| {
        let path = format!("/offers/{offer}{end}");
        exchanges.0.iter().position(|exchange| exchange.path.ends_with(&path)).unwrap()
    };
    for pair in offers.windows(2) {
        assert!(place("/publish", pair[0]) < place("/submissions/", pair[1]), "{pair:?}");
    }
}

#[test]
fn only_the_offers_that_are_named() {
    let world = World::with_manifest("", MANIFEST);
    let run = world.job().with("offers", "third,\n first").run().exits(0);
    assert_eq!(
        sorted(world.requests().posts()),
        [post("first", "publish"), post("third", "publish")]
    );
    assert_eq!(run.offers().len(), 2);
    assert_eq!(world.check_runs().len(), 2);
}

#[test]
fn an_offer_that_the_manifest_does_not_have_is_wrong_input() {
    let world = World::with_manifest("", MANIFEST);
    let run = world.job().with("offers", "frist,third").run().exits(2);
    assert!(run.annotations()[0].contains("frist"), "{run}");
    assert!(world.requests().portal().is_empty() && world.requests().tokens().is_empty());
}

#[test]
fn the_veto_wins_over_the_command_too() {
    let world = World::with_manifest(
        "offers: [{publisher: contoso, id: third, status: waitingForPublisherReview}]\n",
        MANIFEST,
    );
    let run = world.job().with("command", "go-live").with("offers", "third").run().exits(0);
    assert_eq!(world.requests().posts(), [""; 0]);
    assert_eq!(run.message(), "the manifest says `go-live: false` for offer third: nothing to do");
}

#[test]
fn the_portal_knows_neither_publisher_nor_offer() {
    let world = World::with_manifest(
        "any-offer: false\noffers: [{publisher: contoso, id: first}]\n",
        MANIFEST,
    );
    let run = world.job().with("offers", "first,second").run().exits(1);
    let offers = run.offers();
    assert_eq!(offers[0]["outcome"], "succeeded");
    assert_eq!(offers[1]["outcome"], "failed");
    assert!(offers[1]["message"].as_str().unwrap().contains("404"), "{run}");
    assert_eq!(world.requests().posts(), [post("first", "publish")]);
    let annotated = run.annotations();
    assert_eq!(annotated.len(), 1, "{run}");
    assert!(annotated[0].starts_with("error offer.yml:5:"), "{run}");
}

#[test]
fn they_run_at_the_same_time() {
    let world = World::with_manifest("time-scale: 8000\n", MANIFEST);
    world.job().run().exits(0);
    let posts: Vec<usize> = world
        .requests()
        .0
        .iter()
        .filter(|exchange| exchange.path.ends_with("/publish"))
        .map(|exchange| exchange.number)
        .collect();
    let first_end = world.requests().only(|exchange| exchange.method == "PATCH").0.len();
    // All four are started before much else was asked.
    assert!(posts.len() == 4 && posts[3] < 25, "{posts:?} {first_end}");
}

#[test]
fn a_failure_says_more_than_what_is_pending() {
    let endless = "- {publisher: contoso, id: first, steps: [{id: displaycertify, name: \
        Certification, takes: 10000d}]}\n";
    let world = World::with_manifest(&format!("{ONE_FAILS}{endless}"), MANIFEST);
    let run = world.job().with("timeout", "4s").run().exits(1);
    let outcomes: Vec<String> =
        run.offers().iter().map(|offer| offer["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["pending", "failed", "succeeded", "succeeded"]);
    assert_eq!(run.output("outcome"), "failed");
    let run = world.job().with("offers", "first, third").with("timeout", "300ms").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
}

#[test]
fn a_signal_cancels_all_of_them_if_asked() {
    let world = World::with_manifest(
        &format!("{}portal: {{cancel-time: 1h}}\n", crate::outcomes::ENDLESS),
        MANIFEST,
    );
    let running = world.job().with("on-cancel", "cancel").start();
    running.wait_for("all four", || world.requests().posts().len() == 4);
    running.until("fourth publish started");
    running.signal("INT");
    let run = running.finish().exits(130);
    assert_eq!(run.output("outcome"), "cancelled");
    let state = world.state();
    let states: Vec<&str> = state["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["status"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["Canceled"; 4]);
}

#[test]
fn plan_fans_the_offers_out_over_the_jobs_of_a_matrix() {
    let world = World::with_manifest("", MANIFEST);
    let run = world.job().with("command", "plan").with("offers", "first,third").run().exits(0);
    let jobs =
        r#"{"include":[{"name":"first","offers":"first"},{"name":"third","offers":"third"}]}"#;
    assert_eq!(run.output("matrix"), jobs);
    let status = world.job().with("command", "status").run();
    assert!(!status.outputs().contains_key("matrix"), "{status}");
}

#[test]
fn a_matrix_has_no_more_jobs_than_github_makes() {
    let ids: Vec<String> = (0..300).map(|number| format!("offer-{number}")).collect();
    let manifest = format!("publisher: contoso\noffers: [{{id: {}}}]\n", ids.join("}, {id: "));
    let world = World::with_manifest("", &manifest);
    let run = world
        .job()
        .with("command", "plan")
        .with("max-parallel", "20")
        .with("check-run", "false")
        .run()
        .exits(0);
    let matrix: Value = serde_json::from_str(&run.output("matrix")).unwrap();
    let jobs = matrix["include"].as_array().unwrap();
    assert_eq!(jobs.len(), 150);
    // What a job is given is an input that names its offers.
    let first = world
        .job()
        .with("command", "plan")
        .with("offers", jobs[0]["offers"].as_str().unwrap())
        .run()
        .exits(0);
    assert_eq!(
        first.offers().iter().map(|offer| offer["offer"].as_str().unwrap()).collect::<Vec<_>>(),
        ["offer-0", "offer-1"]
    );
}

#[test]
fn the_previews_that_wait_are_what_may_go_live() {
    let scenario = "offers:\n\
        - {publisher: contoso, id: first, status: waitingForPublisherReview}\n\
        - {publisher: contoso, id: second, status: succeeded}\n\
        - {publisher: contoso, id: third, status: waitingForPublisherReview}\n\
        - {publisher: contoso, id: fourth, status: failed}\n";
    let world = World::with_manifest(scenario, MANIFEST);
    // The third one's manifest forbids it, and the failure of the fourth one hides nothing.
    let look = world.job().with("command", "status").run().exits(1);
    assert_eq!(look.output("waiting"), "first");
    let live = world
        .job()
        .with("command", "go-live")
        .with("offers", &look.output("waiting"))
        .run()
        .exits(0);
    assert!(!live.outputs().contains_key("waiting"), "{live}");
    assert_eq!(world.requests().posts(), [post("first", "golive")]);
    let canceled = World::with_manifest(
        "offers: [{publisher: contoso, id: first, status: running}]\n",
        MANIFEST,
    );
    let run = canceled.job().with("command", "cancel").with("offers", "first").run();
    assert!(!run.outputs().contains_key("waiting"), "{run}");
}
