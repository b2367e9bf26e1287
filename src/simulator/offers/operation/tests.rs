use jiff::SignedDuration;

use super::*;
use crate::simulator::clock::add_time;
use crate::simulator::scenario::Scenario;

fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn operation(kind: ReleaseHalf, yaml: &str) -> SimulatedOperation {
    SimulatedOperation {
        id: "1".to_owned(),
        kind,
        created: start(),
        script: Scenario::parse(yaml).unwrap().steps,
        revision: 1,
        definition: Value::Null,
        offer_version: 1,
        version: 1,
        emails: String::new(),
        stopped: None,
        closed: None,
        polls: 0,
    }
}

fn seen(operation: &SimulatedOperation, hours: i64) -> String {
    let progress = operation.progress_at(add_time(start(), SignedDuration::from_hours(hours)));
    let steps: Vec<_> =
        progress.steps.iter().map(|step| format!("{:?} {}", step.mark, step.percent)).collect();
    format!("{:?}: {}", progress.state, steps.join(", "))
}

#[test]
fn a_publish_takes_its_days_and_stops_at_the_sign_off() {
    let publish = operation(ReleaseHalf::Publish, "");
    insta::assert_snapshot!(
        [0, 1, 19, 37, 43, 500].map(|hours| seen(&publish, hours)).join("\n"),
        @r"
    Running: InProgress 0, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
    Running: Complete 100, InProgress 2, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
    Running: Complete 100, InProgress 52, NotStarted 0, NotStarted 0, NotStarted 0, NotStarted 0
    Running: Complete 100, Complete 100, InProgress 12, NotStarted 0, NotStarted 0, NotStarted 0
    SignOff: Complete 100, Complete 100, Complete 100, Complete 100, Waiting 0, NotStarted 0
    SignOff: Complete 100, Complete 100, Complete 100, Complete 100, Waiting 0, NotStarted 0
    "
    );
}

#[test]
fn a_go_live_runs_the_other_half() {
    let go_live = operation(ReleaseHalf::GoLive, "");
    insta::assert_snapshot!([0, 12, 24].map(|hours| seen(&go_live, hours)).join("\n"), @r"
    Running: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, InProgress 0
    Running: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, InProgress 50
    Complete: Complete 100, Complete 100, Complete 100, Complete 100, Complete 100, Complete 100
    ");
}

#[test]
fn a_blocked_step_recovers_and_its_operation_runs_all_the_time() {
    let yaml = "steps: [{id: a, name: A, takes: 4h, blocked: {after: 1h, for: 10h, messages: \
        [{html: No image}]}}]";
    let publish = operation(ReleaseHalf::Publish, yaml);
    insta::assert_snapshot!(
        [0, 1, 10, 11, 13, 14].map(|hours| seen(&publish, hours)).join("\n"),
        @r"
    Running: InProgress 0
    Running: Blocked 25
    Running: Blocked 25
    Running: InProgress 25
    Running: InProgress 75
    SignOff: Complete 100
    "
    );
    let progress = publish.progress_at(add_time(start(), SignedDuration::from_hours(2)));
    assert_eq!(progress.last_action, add_time(start(), SignedDuration::from_hours(1)));
}

#[test]
fn a_step_that_fails_ends_the_operation() {
    let yaml = "steps: [{id: a, name: A, takes: 4h, fails: {after: 1h, messages: [{level: \
        error, html: <p>No</p>}]}}, \
                {id: b, name: B}]";
    let publish = operation(ReleaseHalf::Publish, yaml);
    insta::assert_snapshot!([0, 1, 9].map(|hours| seen(&publish, hours)).join("\n"), @r"
    Running: InProgress 0, NotStarted 0
    Failed: Rejected 25, NotStarted 0
    Failed: Rejected 25, NotStarted 0
    ");
    assert_eq!(publish.progress_at(Timestamp::MAX).error.unwrap(), "<p>No</p>");
    let yaml = yaml.replace("after: 1h,", "after: 1h, as: canceled, operation: canceled,");
    assert_eq!(
        seen(&operation(ReleaseHalf::Publish, &yaml), 2),
        "Canceled: Canceled 25, NotStarted 0"
    );
}

#[test]
fn a_stop_takes_effect_at_its_time_and_only_on_what_still_runs() {
    let mut publish = operation(
        ReleaseHalf::Publish,
        "steps: [{id: a, name: A, takes: 4h}, {id: publisher-signoff, name: S}]",
    );
    let stop = |hours| {
        Some(ForcedEnd {
            at: add_time(start(), SignedDuration::from_hours(hours)),
            state: OperationState::Canceled,
            reason: String::new(),
        })
    };
    publish.stopped = stop(2);
    insta::assert_snapshot!([1, 2, 9].map(|hours| seen(&publish, hours)).join("\n"), @r"
    Running: InProgress 25, NotStarted 0
    Canceled: Canceled 50, NotStarted 0
    Canceled: Canceled 50, NotStarted 0
    ");
    let mut go_live = operation(ReleaseHalf::GoLive, "steps: [{id: live, name: Live, takes: 1h}]");
    go_live.stopped = stop(2);
    assert_eq!(seen(&go_live, 3), "Complete: Complete 100");
}
