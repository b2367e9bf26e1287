//! Lost, broken, late and hostile answers: nothing is started twice, and nothing is believed that
//! was not said.

use crate::harness::{World, side_by_side};

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const GO_LIVE: &str = "POST /api/publishers/contoso/offers/contoso-offer/golive";

fn operations(world: &World) -> Vec<String> {
    let state = world.state();
    let operations = state["offers"][0]["operations"].as_array().unwrap();
    operations.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_lost_answer_starts_nothing_twice() {
    let deeds = [
        "lose-answer",
        "html",
        "{status: 500, handled: true}",
        "{status: 502, handled: true}",
        "{truncate: 10}",
        "not-json",
    ];
    side_by_side(deeds, |deed| {
        let world = World::new(&format!(
            "faults:\n- {{on: POST /api/**/publish, nth: 1, do: {deed}}}\n\
             - {{on: POST /api/**/golive, nth: 1, do: {deed}}}\n"
        ));
        let run = world.job().with("go-live", "true").run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{deed}: {run}");
        assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE], "{deed}: {run}");
        assert_eq!(operations(&world), ["Publish", "GoLive"], "{deed}: {run}");
        assert!(!run.output("publish-operation").is_empty(), "{deed}: {run}");
    });
}

#[test]
fn a_post_that_did_not_arrive_is_repeated_after_a_look() {
    let deeds =
        ["reset", "close", "{status: 500}", "{status: 503, retry-after: 1}", "{status: 429}"];
    side_by_side(deeds, |deed| {
        let world =
            World::new(&format!("faults: [{{on: POST /api/**/publish, nth: 1, do: {deed}}}]\n"));
        let run = world.job().run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{deed}: {run}");
        assert_eq!(world.requests().posts(), [PUBLISH, PUBLISH], "{deed}: {run}");
        assert_eq!(operations(&world), ["Publish"], "{deed}: {run}");
        // Between the two posts the portal was asked what runs.
        let lines = world.requests().portal().lines();
        let first = lines.iter().position(|line| line == PUBLISH).unwrap();
        assert!(lines[first + 1].ends_with("/submissions/"), "{deed}: {lines:?}");
    });
}

#[test]
fn a_start_that_cannot_be_looked_for_is_said_to_be_unknown() {
    let world = World::new(
        "faults:\n- {on: POST /api/**/publish, nth: 1, do: lose-answer}\n\
         - {on: 'GET /api/**/submissions/', nth: 2, count: 1000, do: {status: 503}}\n",
    );
    let run = world.job().with("timeout", "2s").run().exits(5);
    assert_eq!(run.output("outcome"), "pending");
    assert!(
        run.message().starts_with("it could not be found out whether the publish was started"),
        "{run}"
    );
    assert!(run.summary.contains("Run the same command again"), "{run}");
    assert_eq!(world.requests().posts(), [PUBLISH]);
}

#[test]
fn broken_answers_to_reads_are_asked_again() {
    let deeds = [
        "reset",
        "close",
        "lose-answer",
        "{status: 500}",
        "{status: 503}",
        "{truncate: 10}",
        "html",
        "empty",
        "not-json",
        "{huge: 16}",
        "{slow-drip: 1ms}",
        "{status: 429, retry-after: 1}",
        "{status: 408}",
        "{redirect: 'https://login.example/'}",
    ];
    for some in deeds.chunks(7) {
        side_by_side(some, |deed| {
            let world = World::new(&format!(
                "faults: [{{on: 'GET /api/**', every: 3, count: 3, do: {deed}}}]\n"
            ));
            let run = world.job().with("go-live", "true").run().exits(0);
            assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{deed}: {run}");
            assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE], "{deed}: {run}");
        });
    }
}

#[test]
fn a_read_that_hangs_does_not_outlast_the_timeout() {
    let world =
        World::new("faults: [{on: 'GET /api/**/operations/*', nth: 1, count: 1000, do: hang}]\n");
    let run = world.job().with("timeout", "1s").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
}

#[test]
fn an_outage_is_told_once_and_not_at_every_try() {
    let world = World::new(
        "faults: [{on: 'GET /api/**/operations/*', nth: 1, count: 3, do: {status: 503}}]\n",
    );
    let run = world.job().run().exits(0);
    assert!((1..=2).contains(&run.count("asking again")), "{run}");
    assert!(run.count("503") <= 2, "{run}");
}

#[test]
fn throttling_is_waited_for() {
    side_by_side(["seconds", "date", "none"], |form| {
        // In real time, for a date is one of the simulation.
        let world = World::new(&format!(
            "time-scale: 1\nsteps: [{{id: publisher-signoff, name: Publisher signoff}}]\n\
             portal: {{throttle: {{every: 3, count: 2, retry-after: 1, form: {form}}}}}\n"
        ));
        let run = world.job().run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{form}: {run}");
        assert_eq!(
            world.requests().only(|exchange| exchange.status == Some(429)).0.len(),
            2,
            "{form}: {run}"
        );
    });
}

#[test]
fn redirects_are_not_followed() {
    let trap = World::new("");
    let world = World::new(&format!(
        "faults: [{{on: 'GET /api/**', every: 1, count: 1000, do: {{redirect: '{}/x'}}}}]\n",
        trap.base()
    ));
    let run = world.job().with("timeout", "1s").run().exits(5);
    assert!(run.message().contains("307"), "{run}");
    assert!(trap.requests().is_empty());
    assert!(run.stdout.contains("redirects are not followed"), "{run}");
}

#[test]
fn a_redirected_post_starts_nothing_elsewhere() {
    let trap = World::new("");
    let world = World::new(&format!(
        "faults: [{{on: 'POST /api/**', nth: 1, do: {{redirect: '{}/x'}}}}]\n",
        trap.base()
    ));
    let run = world.job().run().exits(0);
    assert!(trap.requests().is_empty());
    assert_eq!(operations(&world), ["Publish"], "{run}");
}

#[test]
fn the_token_goes_to_no_other_origin() {
    let trap = World::new("");
    for header in ["location", "operation-location", "both"] {
        let address = format!("{{header: {header}, form: absolute}}");
        let world = World::new(&format!(
            "portal: {{public-url: '{}', address: {address}, go-live-address: {address}}}\n",
            trap.base()
        ));
        let run = world.job().with("go-live", "true").run().exits(0);
        // The operation is found in the list instead.
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{run}");
        assert_eq!(run.count("looking for it in the list of operations"), 2, "{run}");
        assert!(run.output("publish-operation").starts_with(&world.base()), "{run}");
    }
    assert!(trap.requests().is_empty());
}

#[test]
fn an_operation_that_is_gone_is_no_success() {
    // A portal that forgets: the list has it no more either.
    let world = World::new(
        "faults: [{on: 'GET /api/**/operations/*', nth: 1, count: 1000, do: {status: 404}}]\n",
    );
    let run = world.job().with("timeout", "1s").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
}

#[test]
fn a_cancel_whose_answer_was_lost_is_looked_for() {
    let world = World::new(&format!(
        "{}portal: {{cancel-time: 1m}}\nfaults: [{{on: POST /api/**/cancel, nth: 1, do: \
         lose-answer}}]\n\
         offers: [{{publisher: contoso, id: contoso-offer, status: running}}]\n",
        crate::outcomes::ENDLESS
    ));
    let run = world.job().with("command", "cancel").run().exits(0);
    assert_eq!(run.message(), "the operation is canceled");
    assert_eq!(world.requests().posts().len(), 1);
}

#[test]
fn a_post_that_hangs_is_looked_for() {
    let world = World::new("faults: [{on: POST /api/**/publish, nth: 1, do: hang-after}]\n");
    let run = world.job().run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [PUBLISH]);
}
