//! SIGINT and SIGTERM: within 6 seconds everything is told and the process gone.

use std::thread;
use std::time::Duration;

use super::job::{Ended, Job};
use super::world::World;

/// The runner kills after 7.5 s.
const LIMIT: Duration = Duration::from_secs(6);

/// From the request that is waited for to the signal: the release takes in what it has been told,
/// and the check run is made.
const SETTLING: Duration = Duration::from_millis(250);

/// A release that is told to stop.
struct Case {
    /// How long the two halves take, a hundredth of it in real time.
    lasts: (&'static str, &'static str),
    faults: &'static str,
    /// It is told when this was asked so often.
    at: (&'static str, &'static str, usize),
    signal: &'static str,
    inputs: &'static [(&'static str, &'static str)],
    /// What the summary says.
    says: &'static str,
    outcome: &'static str,
    operations: &'static [&'static str],
}

const LONG: (&str, &str) = ("1d", "1d");
const LONG_GO_LIVE: (&str, &str) = ("20s", "1d");
const NOTHING: &str = "before anything was started";
const RESUME: &str = "Follow it with `command: resume`";
const UNKNOWN: &str = "before the portal said whether the publish was started";
const SNIPPET: &str = "command: resume\n";

const CASE: Case = Case {
    lasts: LONG,
    faults: "",
    at: ("GET", "/status", 2),
    signal: "TERM",
    inputs: &[],
    says: RESUME,
    outcome: "pending",
    operations: &["Publish Running"],
};

fn check(case: &Case) -> Ended {
    let world = World::lasting(case.lasts.0, case.lasts.1, case.faults);
    let job = Job::start(&world, case.inputs);
    let (method, end, times) = case.at;
    world.until_asked(method, end, times);
    thread::sleep(SETTLING);
    job.signal(case.signal);
    let ended = job.end();
    let at = format!("{} at {:?} with {:?}", case.signal, case.at, case.faults);
    assert_eq!(ended.code, if case.signal == "INT" { 130 } else { 143 }, "{at}: {ended:#?}");
    assert!(ended.took < LIMIT, "{at} took {:?}", ended.took);
    assert_eq!(ended.output("outcome"), case.outcome, "{at}: {ended:#?}");
    assert!(ended.summary.contains(case.says), "{at}: {ended:#?}");
    assert!(case.says != RESUME || ended.summary.contains(SNIPPET), "{at}: {ended:#?}");
    assert_eq!(world.operations(), case.operations, "{at}: {ended:#?}");
    if !case.faults.contains("checks:") {
        assert_eq!(world.check_runs(), ["completed cancelled"], "{at}: {ended:#?}");
    }
    ended
}

/// All at once: what takes time is waiting for answers that do not come.
fn check_all(cases: &[Case]) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

#[test]
fn before_anything_is_started() {
    let case =
        |faults, at, signal| Case { faults, at, signal, says: NOTHING, operations: &[], ..CASE };
    check_all(&[
        case("faults: [{on: POST /**/token, do: hang}]\n", ("POST", "/token", 1), "TERM"),
        case(
            "faults: [{on: GET /**/submissions/, do: hang}]\n",
            ("GET", "/submissions/", 1),
            "INT",
        ),
        case(
            "faults: [{on: GET /**/status, do: {slow-drip: 1s}}]\n",
            ("GET", "/status", 1),
            "TERM",
        ),
        case(
            "faults: [{on: GET /**/status, do: {status: 503, retry-after: 600}}]\n",
            ("GET", "/status", 1),
            "INT",
        ),
    ]);
}

#[test]
fn while_a_post_has_no_answer() {
    let case = |faults, at, signal, operations| Case {
        faults,
        at,
        signal,
        operations,
        lasts: LONG_GO_LIVE,
        ..CASE
    };
    check_all(&[
        case("faults: [{on: POST /**/publish, do: hang}]\n", ("POST", "/publish", 1), "TERM", &[]),
        case(
            "faults: [{on: POST /**/publish, do: hang-after}]\n",
            ("POST", "/publish", 1),
            "INT",
            &["Publish SignOff"],
        ),
        case(
            "faults: [{on: POST /**/golive, do: hang}]\n",
            ("POST", "/golive", 1),
            "INT",
            &["Publish SignOff"],
        ),
        case(
            "faults: [{on: POST /**/golive, do: hang-after}]\n",
            ("POST", "/golive", 1),
            "TERM",
            &["Publish Complete", "GoLive Running"],
        ),
    ]);
}

#[test]
fn while_the_operation_is_followed() {
    check_all(&[
        CASE,
        Case {
            signal: "INT",
            inputs: &[("poll-interval", "1h")],
            at: ("GET", "/status", 1),
            ..CASE
        },
        Case {
            signal: "INT",
            faults: "faults: [{on: GET /**/operations/*, do: hang}]\n",
            at: ("POST", "/publish", 1),
            ..CASE
        },
        Case {
            lasts: LONG_GO_LIVE,
            at: ("POST", "/golive", 1),
            operations: &["Publish Complete", "GoLive Running"],
            ..CASE
        },
    ]);
}

#[test]
fn when_github_does_not_answer() {
    let case = |faults, inputs| Case { faults, inputs, ..CASE };
    check_all(&[
        case("checks: {answers: hangs}\n", &[]),
        case("checks: {answers: hangs, on: update}\n", &[]),
        case("checks: {answers: down}\n", &[]),
        Case {
            at: ("GET", "/check-runs", 1),
            says: NOTHING,
            operations: &[],
            ..case("checks: {answers: hangs}\n", &[("check-run", "true")])
        },
    ]);
}

#[test]
fn with_on_cancel_the_operation_is_canceled_too() {
    let cancel = &[("on-cancel", "cancel")];
    let asked = "the portal was asked to cancel the operation, and has not said yet that it did";
    let done = Case {
        inputs: cancel,
        outcome: "cancelled",
        says: "and the operation with it",
        operations: &["Publish Canceled"],
        ..CASE
    };
    let hanging = Case { inputs: cancel, says: asked, ..CASE };
    check_all(&[
        Case { faults: "portal: {cancel-time: 1s}\n", ..done },
        Case { faults: "portal: {cancel-time: 90s}\n", signal: "INT", ..done },
        Case { faults: "portal: {cancel: ignore}\n", ..hanging },
        Case { faults: "faults: [{on: POST /**/cancel, do: hang}]\n", signal: "INT", ..hanging },
        Case {
            faults: "portal: {cancel: refuse}\n",
            says: "and the operation was not: the operation goes on",
            ..hanging
        },
        // Whether there is something to cancel is looked up first.
        Case {
            faults: "portal: {cancel-time: 1s}\nfaults: [{on: POST /**/publish, do: hang-after}]\n",
            at: ("POST", "/publish", 1),
            ..done
        },
        Case {
            faults: "faults: [{on: POST /**/publish, do: hang}]\n",
            at: ("POST", "/publish", 1),
            says: UNKNOWN,
            operations: &[],
            ..hanging
        },
    ]);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let world = World::lasting(
        "1d",
        "1d",
        "checks: {answers: hangs}\nfaults: [{on: POST /**/cancel, do: hang}]\n",
    );
    for (second, code) in [("TERM", 143), ("INT", 130)] {
        let job = Job::start(&world, &[("on-cancel", "cancel")]);
        let asked = world.count("GET", "/status");
        world.until_asked("GET", "/status", asked + 2);
        job.signal("TERM");
        thread::sleep(SETTLING);
        job.signal(second);
        let ended = job.end();
        assert_eq!(ended.code, code, "{ended:#?}");
        assert!(ended.took < Duration::from_millis(700), "{:?}", ended.took);
        assert_eq!(ended.output("outcome"), "pending", "what was written before is there");
    }
}

#[test]
fn a_wrong_manifest_is_told_and_github_not_waited_for() {
    let world = World::new("checks: {answers: hangs}\n");
    std::fs::write(world.workspace().join("offer.yml"), "publisher: [\n").unwrap();
    let job = Job::start(&world, &[]);
    world.until_asked("POST", "/check-runs", 1);
    job.signal("TERM");
    let ended = job.end();
    assert_eq!(ended.code, 2, "{ended:#?}");
    assert!(ended.took < LIMIT && ended.log.contains("::error file=offer.yml"), "{ended:#?}");
}
