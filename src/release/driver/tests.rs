//! Releases of an offer at a portal in memory.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::{Surroundings, run};
use crate::clock::testing::VirtualClock;
use crate::ids::OfferId;
use crate::portal::fake::{FakePortal, Fault};
use crate::portal::{CancelScope, Capabilities, Portal as _, Trouble};
use crate::release::{Aim, Goal, Outcome, Schedule, Verdict, WhenRunning};

fn release(portal: &FakePortal, aim: Aim) -> Verdict {
    let clock = VirtualClock::default();
    let (_, stop) = watch::channel(None);
    let events = RefCell::new(Vec::new());
    let goal = Goal {
        offer: OfferId::parse("contoso-offer").unwrap(),
        notify: Vec::new(),
        aim,
        go_live: true,
        vetoed: false,
        wait: true,
        when_running: WhenRunning::Adopt,
    };
    let around = Surroundings {
        portal,
        clock: &clock,
        schedule: Schedule::Auto,
        deadline: Duration::from_hours(5),
        stop,
        index: 0,
        emit: &|event| events.borrow_mut().push(event),
    };
    clock.run(run(goal, around))
}

fn posts(portal: &FakePortal) -> Vec<&'static str> {
    let mut calls = portal.calls();
    calls.retain(|call| ["publish", "go_live", "cancel"].contains(call));
    calls
}

#[test]
fn a_release_brings_the_draft_out_in_two_posts() {
    let portal = FakePortal::new();
    let verdict = release(&portal, Aim::Release);
    assert_eq!(verdict.outcome, Outcome::Succeeded, "{verdict:?} {:?}", portal.calls());
    assert_eq!(posts(&portal), ["publish", "go_live"]);
    let world = portal.world.borrow();
    assert_eq!(world.production.as_ref(), Some(&world.draft));
}

#[test]
fn a_post_with_a_lost_answer_is_found_and_not_repeated() {
    let portal = FakePortal::new();
    portal.fail_next("publish", Fault::AnswerLost);
    portal.fail_next("go_live", Fault::AnswerLost);
    assert_eq!(release(&portal, Aim::Release).outcome, Outcome::Succeeded);
    assert_eq!(posts(&portal), ["publish", "go_live"]);
}

#[test]
fn a_refused_publish_is_a_failure_and_nothing_goes_live() {
    let portal = FakePortal::new();
    portal.fail_next("publish", Fault::Refused(Trouble::Refused));
    assert_eq!(release(&portal, Aim::Release).outcome, Outcome::Failed);
    assert_eq!(posts(&portal), ["publish"]);
    assert_eq!(portal.world.borrow().production, None);
}

#[test]
fn what_runs_is_canceled_where_the_api_can() {
    let portal = FakePortal::new().able(Capabilities::new(CancelScope::AnyRunning, &[]));
    portal.world.borrow_mut().publish_words = vec!["running"];
    portal.world.borrow_mut().draft = json!({"id": "contoso-offer"});
    VirtualClock::default().run(portal.publish(&[])).unwrap();
    assert_eq!(release(&portal, Aim::Cancel).outcome, Outcome::Succeeded);
    assert_eq!(portal.world.borrow().operations[0].status, "canceled");
}
