//! Releases of an offer at a portal in memory.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::{Surroundings, run};
use crate::choices::ForeignChanges;
use crate::clock::testing::VirtualClock;
use crate::ids::OfferId;
use crate::portal::fake::{FakePortal, Fault};
use crate::portal::{CancelScope, Capabilities, Portal as _, Trouble};
use crate::problem::{Code, Problem};
use crate::release::ledger::{Asked, Earlier, Ledger, Mark, MarkRef, NoLedger};
use crate::release::{
    Aim, Goal, ManifestOf, Outcome, Schedule, Verdict, WhenRunning, WhenUnchanged,
};

fn release(portal: &FakePortal, aim: Aim) -> Verdict {
    release_marked(portal, aim, &NoLedger)
}

fn release_marked(portal: &FakePortal, aim: Aim, ledger: &dyn Ledger) -> Verdict {
    let clock = VirtualClock::default();
    let (_, stop) = watch::channel(None);
    let events = RefCell::new(Vec::new());
    let goal = Goal {
        offer: OfferId::parse("contoso-offer").unwrap(),
        earlier: Earlier::Unknown,
        notify: Vec::new(),
        aim,
        go_live: true,
        vetoed: false,
        wait: true,
        when_running: WhenRunning::Adopt,
        when_unchanged: WhenUnchanged::Succeed,
        draft: crate::release::DraftOrigin::Found,
        content: None,
        preview: None,
        preview_at: None,
        manifest: ManifestOf::Release,
        foreign: ForeignChanges::Warn,
    };
    let offer = goal.offer.clone();
    let around = Surroundings {
        portal,
        clock: &clock,
        schedule: Schedule::Auto,
        deadline: Duration::from_hours(5),
        stop,
        starts: &Semaphore::new(1),
        index: 0,
        emit: &|event| events.borrow_mut().push(event),
        ledger,
        mark: Mark { offer, version: None, run: None, before: None, preview: None },
    };
    clock.run(run(goal, around))
}

/// A ledger that remembers what it was told, or refuses.
#[derive(Default)]
struct MemoryLedger {
    marked: RefCell<Vec<(Asked, Option<String>)>>,
    refuses: bool,
}

impl Ledger for MemoryLedger {
    fn open_mark(
        &self,
        asked: Asked,
        mark: Mark,
    ) -> LocalBoxFuture<'_, Result<Option<MarkRef>, Problem>> {
        self.marked.borrow_mut().push((asked, mark.before));
        let refusal = Problem::new(Code::DeploymentNotPermitted, "no deployment");
        let answer = if self.refuses { Err(refusal) } else { Ok(None) };
        Box::pin(std::future::ready(answer))
    }
}

#[test]
fn every_post_is_marked_first_with_the_newest_operation_that_was_there() {
    let portal = FakePortal::new();
    let ledger = MemoryLedger::default();
    assert_eq!(release_marked(&portal, Aim::Release, &ledger).outcome, Outcome::Succeeded);
    let marked = ledger.marked.take();
    assert_eq!(marked[0].0, Asked::Publish);
    assert!(matches!(marked[1].0, Asked::GoLive(Some(_))), "{marked:?}");
    assert_eq!(marked[0].1, None);
    assert!(marked[1].1.is_some(), "the publish was there before the go-live");
}

#[test]
fn nothing_is_posted_without_a_mark_where_one_is_demanded() {
    let portal = FakePortal::new();
    let ledger = MemoryLedger { refuses: true, ..MemoryLedger::default() };
    let verdict = release_marked(&portal, Aim::Release, &ledger);
    assert_eq!((verdict.outcome, verdict.exit_code()), (Outcome::Failed, 3));
    assert_eq!(posts(&portal), [""; 0]);
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
    assert_eq!(release(&portal, Aim::Cancel(None)).outcome, Outcome::Succeeded);
    assert_eq!(portal.world.borrow().operations[0].status, "canceled");
}
