//! Every command.

use crate::harness::World;

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const GO_LIVE: &str = "POST /api/publishers/contoso/offers/contoso-offer/golive";
const CANCEL: &str = "POST /api/publishers/contoso/offers/contoso-offer/cancel";

/// An offer in this state, with steps that need a day each: nothing happens while the test looks.
fn stands(status: &str) -> World {
    World::new(&format!("{SLOW}offers:\n- {{publisher: contoso, id: contoso-offer, {status}}}\n"))
}

const SLOW: &str = "\
steps:
- {id: displaycertify, name: Certification, estimate: < 5 day, takes: 1000d}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 1000d}
";

fn at(status: &str) -> World {
    World::new(&format!("offers:\n- {{publisher: contoso, id: contoso-offer, {status}}}\n"))
}

#[test]
fn go_live_takes_only_the_second_half() {
    let world = at("status: waitingForPublisherReview");
    let run = world.job().with("command", "go-live").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [GO_LIVE]);
    assert!(!run.output("go-live-operation").is_empty(), "{run}");
}

#[test]
fn go_live_needs_a_preview() {
    for (status, says) in [
        (
            "status: neverPublished",
            "offer contoso-offer has no preview that could go live: it was never published",
        ),
        (
            "status: failed",
            "offer contoso-offer has no preview that could go live: its last operation ended as \
             `failed`",
        ),
    ] {
        let world = at(status);
        let run = world.job().with("command", "go-live").run().exits(1);
        assert_eq!(run.message(), says);
        assert_eq!(world.requests().posts(), [""; 0]);
    }
}

#[test]
fn resume_follows_what_runs() {
    let world = at("status: running");
    let run = world.job().with("command", "resume").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn resume_goes_on_to_live_if_asked() {
    let world = at("status: running");
    let run = world.job().with("command", "resume").with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [GO_LIVE]);
}

#[test]
fn resume_takes_what_an_earlier_run_printed() {
    let world = at("status: neverPublished");
    let first = world.job().with("wait", "false").run().exits(0);
    let address = first.output("publish-operation");
    let id = address.split('?').next().unwrap().rsplit('/').next().unwrap();
    let path = address.strip_prefix(&world.base()).unwrap();
    for operation in [&*address, path, id] {
        let run = world.job().with("command", "resume").with("operation", operation).run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{operation}");
        assert_eq!(run.output("publish-operation"), address, "{operation}");
    }
    assert_eq!(world.requests().posts(), [PUBLISH]);
}

#[test]
fn resume_that_does_not_wait_tells_an_end_that_is_there() {
    for (status, code, outcome) in [
        ("failed", 1, "failed"),
        ("canceled", 1, "cancelled"),
        ("waitingForPublisherReview", 0, "succeeded"),
    ] {
        let world = at(&format!("status: {status}"));
        let run = world.job().with("command", "resume").with("wait", "false").run().exits(code);
        assert_eq!(run.output("outcome"), outcome, "{status}");
        assert_eq!(world.requests().posts(), [""; 0]);
    }
    let world = World::new(&format!(
        "{SLOW}offers: [{{publisher: contoso, id: contoso-offer, status: running}}]\n"
    ));
    let run = world.job().with("command", "resume").with("wait", "false").run().exits(0);
    assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
    assert!(run.message().contains("it was asked not to wait"), "{}", run.message());
}

#[test]
fn resume_of_an_operation_elsewhere_is_refused_before_any_request() {
    let world = at("status: running");
    for operation in [
        "https://evil.example/api/publishers/contoso/offers/contoso-offer/operations/1",
        "../../other",
        "/api/publishers/contoso/offers/another-offer/operations/1",
    ] {
        let run = world.job().with("command", "resume").with("operation", operation).run().exits(2);
        assert_eq!(run.output("outcome"), "failed", "{operation}");
        assert!(run.annotations()[0].contains("input `operation`"), "{run}");
    }
    assert!(world.requests().is_empty());
}

#[test]
fn resume_with_nothing_to_resume_says_so() {
    let world = at("status: neverPublished");
    let run = world.job().with("command", "resume").run().exits(1);
    assert_eq!(run.message(), "offer contoso-offer has no operation that could be continued");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn resume_of_an_operation_that_is_not_there_is_no_success() {
    let world = at("status: waitingForPublisherReview");
    let job = world
        .job()
        .with("command", "resume")
        .with("operation", "99999999-0000-0000-0000-000000000000");
    let run = job.with("timeout", "500ms").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn status_looks_and_changes_nothing() {
    for (status, code, outcome, says) in [
        ("status: neverPublished", 0, "succeeded", "the offer says `neverPublished`"),
        (
            "status: running",
            0,
            "pending",
            "the offer says `running`, its last operation (publish) says `running`",
        ),
        (
            "status: running, running: go-live",
            0,
            "pending",
            "the offer says `running`, its last operation (go-live) says `running`",
        ),
        (
            "status: waitingForPublisherReview",
            0,
            "succeeded",
            "the offer says `waitingForPublisherReview`, its last operation (publish) says \
             `complete`; the preview waits for the publisher",
        ),
        (
            "status: succeeded",
            0,
            "succeeded",
            "the offer says `succeeded`, its last operation (go-live) says `complete`",
        ),
        (
            "status: failed",
            1,
            "failed",
            "the offer says `failed`, its last operation (publish) says `failed`",
        ),
        (
            "status: canceled",
            1,
            "cancelled",
            "the offer says `canceled`, its last operation (publish) says `canceled`",
        ),
    ] {
        let world = stands(status);
        let run = world.job().with("command", "status").run().exits(code);
        assert_eq!(run.message(), says, "{status}");
        assert_eq!(run.output("outcome"), outcome, "{status}");
        assert_eq!(world.requests().posts(), [""; 0]);
    }
}

#[test]
fn plan_says_what_release_would_do() {
    for (status, go_live, says) in [
        (
            "status: neverPublished",
            "false",
            "would publish, notifying release@contoso.com, quality@contoso.com",
        ),
        (
            "status: neverPublished",
            "true",
            "would publish, notifying release@contoso.com, quality@contoso.com, then go live",
        ),
        ("status: running", "true", "would follow the publish that runs already, then go live"),
        (
            "status: waitingForPublisherReview",
            "true",
            "would go live with the preview that is there already",
        ),
        (
            "status: waitingForPublisherReview",
            "false",
            "would do nothing: the preview is there already, and the draft is not known to have \
             changed",
        ),
        (
            "status: waitingForPublisherReview, draft-changed: true",
            "false",
            "would publish, notifying release@contoso.com, quality@contoso.com",
        ),
        (
            "status: succeeded",
            "true",
            "would do nothing: the offer is live already, and its draft did not change since",
        ),
    ] {
        let world = stands(status);
        let run = world.job().with("command", "plan").with("go-live", go_live).run().exits(0);
        assert_eq!(run.message(), says, "{status}");
        assert_eq!(world.requests().posts(), [""; 0]);
    }
}

#[test]
fn cancel_waits_until_it_is_really_canceled() {
    for (answer, canceled) in [("'202'", "Canceled"), ("'200'", "Canceled")] {
        let world = World::new(&format!(
            "{SLOW}portal: {{cancel: {answer}}}\n\
             offers: [{{publisher: contoso, id: contoso-offer, status: running}}]\n"
        ));
        let run = world.job().with("command", "cancel").run().exits(0);
        assert_eq!(run.message(), "the operation is canceled");
        assert_eq!(run.output("outcome"), "succeeded");
        assert_eq!(world.requests().posts(), [CANCEL]);
        assert_eq!(world.state()["offers"][0]["status"], canceled);
    }
}

#[test]
fn cancel_with_nothing_running_posts_nothing() {
    for status in
        ["status: neverPublished", "status: succeeded", "status: waitingForPublisherReview"]
    {
        let world = at(status);
        let run = world.job().with("command", "cancel").run().exits(0);
        assert_eq!(run.message(), "nothing was running, so there was nothing to cancel");
        assert_eq!(world.requests().posts(), [""; 0]);
    }
}

#[test]
fn a_refused_cancel_is_a_failure() {
    let world = World::new(&format!(
        "{SLOW}portal: {{cancel: refuse}}\n\
         offers: [{{publisher: contoso, id: contoso-offer, status: running}}]\n"
    ));
    let run = world.job().with("command", "cancel").run().exits(1);
    assert!(run.message().starts_with("the operation goes on: could not cancel"), "{run}");
    assert_eq!(run.output("outcome"), "failed");
}

#[test]
fn an_ignored_cancel_is_not_believed() {
    let world = World::new(&format!(
        "{SLOW}portal: {{cancel: ignore}}\n\
         offers: [{{publisher: contoso, id: contoso-offer, status: running}}]\n"
    ));
    let run = world.job().with("command", "cancel").with("timeout", "2s").run().exits(4);
    assert_eq!(run.message(), "the operation was not canceled yet when `timeout` was over");
    assert_eq!(world.requests().posts(), [CANCEL]);
}

#[test]
fn a_look_shows_the_state_and_no_verdict() {
    for (status, command) in
        [("neverPublished", "status"), ("neverPublished", "plan"), ("failed", "status")]
    {
        let world = stands(&format!("status: {status}"));
        let run = world.job().with("command", command).run();
        assert!(!run.stdout.contains(['✅', '❌']), "{run}");
        assert!(!run.stdout.contains("succeeded"), "{run}");
        insta::assert_snapshot!(format!("{command}_{status}"), run.scrubbed_summary());
    }
}

#[test]
fn status_of_several_offers_is_as_bad_as_the_worst() {
    let manifest = "publisher: contoso\noffers: [{id: a}, {id: b}, {id: c}]\n";
    let offers = "any-offer: false\noffers:\n- {publisher: contoso, id: a, status: succeeded}\n\
        - {publisher: contoso, id: b, status: running}\n";
    let world = World::with_manifest(&format!("{SLOW}{offers}"), manifest);
    let run = world.job().with("command", "status").run().exits(1);
    let outcomes: Vec<String> =
        run.offers().iter().map(|offer| offer["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["succeeded", "pending", "failed"]);
    assert_eq!(world.requests().posts(), [""; 0]);
    insta::assert_snapshot!(run.scrubbed_summary());
    let run = world.job().with("command", "status").with("offers", "a,b").run().exits(0);
    assert_eq!(run.output("outcome"), "pending");
}

#[test]
fn plan_of_an_unknown_offer_is_a_failure() {
    let world = World::new("any-offer: false\n");
    for command in ["plan", "status", "cancel", "go-live", "resume", "release"] {
        let run = world.job().with("command", command).run().exits(1);
        assert_eq!(run.output("outcome"), "failed", "{command}: {run}");
        assert!(run.message().contains("404"), "{command}: {run}");
        assert!(run.summary.contains("Partner Center"), "{command}: {run}");
    }
    assert_eq!(world.requests().posts(), [""; 0]);
}
