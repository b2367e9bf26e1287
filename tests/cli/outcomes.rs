//! Every outcome and exit code of the contract.

use std::time::Duration;

use crate::harness::World;

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const CANCEL: &str = "POST /api/publishers/contoso/offers/contoso-offer/cancel";

/// Certification never ends.
pub const ENDLESS: &str = "\
steps:
- {id: displaycertify, name: Certification, estimate: < 5 day, takes: 10000d}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 10000d}
";

#[test]
fn still_running_at_timeout_is_pending_with_4() {
    let world = World::new(ENDLESS);
    let run = world.job().with("go-live", "true").with("timeout", "1500ms").run().exits(4);
    assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
    assert_eq!(run.message(), "the publish was still running when `timeout` was over");
    assert_eq!(world.requests().posts(), [PUBLISH]);
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn a_failed_operation_is_1() {
    for (as_, operation, outcome) in [
        ("rejected", "failed", "failed"),
        ("failed", "failed", "failed"),
        ("canceled", "canceled", "cancelled"),
    ] {
        let world = World::new(&format!(
            "steps:\n- {{id: displaycertify, name: Certification, takes: 1h, fails: {{after: 30m, \
             as: {as_}, operation: {operation}}}}}\n\
             - {{id: publisher-signoff, name: Publisher signoff}}\n"
        ));
        let run = world.job().with("go-live", "true").run().exits(1);
        assert_eq!(run.outcome(), (outcome.into(), "publish".into()));
        assert!(run.message().contains("at step `Certification`"), "{run}");
        assert_eq!(world.requests().posts(), [PUBLISH]);
    }
}

#[test]
fn a_failed_go_live_is_1() {
    let world = World::new(
        "steps:\n- {id: displaycertify, name: Certification, takes: 1h}\n\
         - {id: publisher-signoff, name: Publisher signoff}\n\
         - {id: live, name: Live, takes: 1h, fails: {after: 10m, as: failed, operation: failed}}\n",
    );
    let run = world.job().with("go-live", "true").run().exits(1);
    assert_eq!(run.outcome(), ("failed".into(), "go-live".into()));
}

#[test]
fn a_portal_that_is_away_is_5_and_pending() {
    let world =
        World::new("faults: [{on: 'GET /api/**', every: 1, count: 1000, do: {status: 503}}]\n");
    let run = world.job().with("timeout", "1s").run().exits(5);
    assert_eq!(run.output("outcome"), "pending");
    assert!(run.message().contains("503"), "{run}");
    // How long it really was, not "for a long time".
    let (_, how_long) =
        run.message().split_once(" (").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(how_long.contains(" tries in ") && how_long.ends_with("s)"), "{how_long}");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn a_timeout_before_anything_was_started_is_4() {
    let world = World::new(
        "faults: [{on: 'POST /*/oauth2/**', every: 1, count: 1000, do: {status: 503}}]\n",
    );
    let run = world.job().with("timeout", "500ms").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
    assert!(run.summary.contains("Nothing was started; run the same command again later"), "{run}");
    assert!(world.requests().portal().is_empty());
}

#[test]
fn nobody_listening_is_5() {
    let world = World::new("");
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = world
        .job()
        .with("portal-url", &format!("http://{free}"))
        .with("timeout", "1s")
        .run()
        .exits(5);
    assert!(run.message().contains(&format!("no connection to http://{free}")), "{run}");
}

#[test]
fn a_signal_leaves_the_operation_running() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let world = World::new(ENDLESS);
        let running = world.job().start();
        running.until("Certification in");
        running.signal(signal);
        let run = running.finish().exits(code);
        assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
        assert_eq!(run.message(), "the job was canceled; what runs at the portal goes on");
        assert_eq!(world.requests().posts(), [PUBLISH]);
        assert_eq!(world.check_runs()[0]["conclusion"], "cancelled");
        assert!(run.summary.contains("command: resume"), "{run}");
    }
}

#[test]
fn a_signal_cancels_the_operation_too_if_asked() {
    // The portal needs a while for a cancel; at this scale a tenth of a second.
    let world = World::new(&format!("{ENDLESS}portal: {{cancel-time: 1h}}\n"));
    let running = world.job().with("on-cancel", "cancel").start();
    running.until("Certification in");
    running.signal("INT");
    let run = running.finish().exits(130);
    assert_eq!(run.outcome(), ("cancelled".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [PUBLISH, CANCEL]);
    assert_eq!(world.state()["offers"][0]["status"], "Canceled");
}

#[test]
fn a_cancel_that_takes_longer_than_the_runner_waits_is_pending() {
    let world = World::new(&format!("{ENDLESS}portal: {{cancel-time: 10000d}}\n"));
    let running = world.job().with("on-cancel", "cancel").start();
    running.until("Certification in");
    running.signal("TERM");
    let run = running.finish().exits(143);
    assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
    assert!(run.message().contains("has not said yet"), "{run}");
}

#[test]
fn a_signal_before_anything_was_started_starts_nothing() {
    let world =
        World::new("faults: [{on: 'GET /api/**', every: 1, count: 1000, do: {delay: 20s}}]\n");
    let running = world.job().start();
    running.wait_for("a request to the portal", || !world.requests().portal().is_empty());
    running.signal("TERM");
    let run = running.finish().exits(143);
    assert_eq!(run.message(), "the job was canceled before anything was started");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn a_signal_during_the_post_waits_for_its_answer() {
    let world = World::new(&format!(
        "{ENDLESS}faults: [{{on: 'POST /api/**', nth: 1, do: {{delay: 500ms}}}}]\n"
    ));
    let running = world.job().start();
    running.wait_for("the POST", || !world.requests().posts().is_empty());
    running.signal("TERM");
    let run = running.finish().exits(143);
    assert!(run.output("publish-operation").contains("/operations/"), "{run}");
    assert_eq!(world.requests().posts(), [PUBLISH]);
}

#[test]
fn the_second_signal_ends_at_once() {
    let world = World::new(&format!("{ENDLESS}portal: {{cancel-time: 10000d}}\n"));
    let running = world.job().with("on-cancel", "cancel").start();
    running.until("Certification in");
    running.signal("TERM");
    running.wait_for("the cancel", || world.requests().posts().len() == 2);
    running.signal("INT");
    assert_eq!(running.finish().code, Some(130));
}

#[test]
fn a_killed_job_leaves_true_reports() {
    let world = World::new(ENDLESS);
    let running = world.job().start();
    running.until("Certification in");
    running.signal("KILL");
    let run = running.finish();
    assert_eq!(run.code, None);
    assert_eq!(run.outcome(), ("pending".into(), "publish".into()));
    assert!(
        run.summary.starts_with("## ⏳ release is under way: contoso-offer of contoso\n"),
        "{run}"
    );
    assert!(run.output("publish-operation").contains("/operations/"), "{run}");
    let run = world.job().with("command", "status").run().exits(0);
    assert_eq!(run.output("outcome"), "pending");
}

/// The runner sends SIGINT, after 7.5 seconds SIGTERM, and kills 2.5 seconds later.
const RUNNER_WAITS: Duration = Duration::from_secs(7);

#[test]
fn a_github_that_hangs_does_not_hold_up_the_end_after_a_signal() {
    let world = World::new(&format!("{ENDLESS}checks: {{answers: hangs}}\n"));
    let running = world.job().start();
    running.until("Certification in");
    running.signal("INT");
    let run = running.finish().exits(130);
    assert!(run.waited < RUNNER_WAITS, "{:?}: {run}", run.waited);
    assert_eq!(run.output("outcome"), "pending");
}

#[test]
fn a_signal_ends_the_wait_for_a_check_run_that_is_demanded() {
    let world = World::new("checks: {answers: hangs}\n");
    let running = world.job().with("check-run", "true").start();
    running.wait_for("the check run", || !world.requests().checks().is_empty());
    running.signal("INT");
    let run = running.finish().exits(130);
    assert!(run.waited < RUNNER_WAITS, "{:?}: {run}", run.waited);
    assert_eq!(run.message(), "the job was canceled before anything was started");
    assert!(world.requests().portal().is_empty());
}

#[test]
fn a_signal_ends_the_wait_for_the_check_run_of_a_wrong_manifest() {
    let world = World::with_manifest("checks: {answers: hangs}\n", "offers: []\n");
    let running = world.job().start();
    running.wait_for("the check run", || !world.requests().checks().is_empty());
    running.signal("INT");
    let run = running.finish().exits(2);
    assert!(run.waited < RUNNER_WAITS, "{:?}: {run}", run.waited);
}
