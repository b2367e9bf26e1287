use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::clock::Clock as _;
use crate::clock::testing::VirtualClock;
use crate::github::{DeploymentStatus, DeploymentStatusRequest, Deployments};
use crate::release::ledger::RunAttempt;
use crate::report::console::Console;

/// GitHub in memory: deployments from the oldest to the newest, with their statuses.
#[derive(Default)]
struct Memory {
    deployments: RefCell<Vec<(DeploymentRef, Vec<DeploymentStatus>)>>,
    /// What goes wrong with the next calls.
    troubles: RefCell<Vec<GithubError>>,
    /// The next POST is carried out, and its answer is lost.
    loses_answer: Cell<bool>,
    /// Nothing is ever answered.
    hangs: Cell<bool>,
    calls: RefCell<Vec<String>>,
}

impl Memory {
    fn add(&self, commit: &str, run: u64, statuses: &[(&str, &str)]) {
        let mark = mark(run);
        self.push(commit, mark.to_payload());
        let (_, all) = &mut *std::cell::RefMut::map(self.deployments.borrow_mut(), |all| {
            all.last_mut().unwrap()
        });
        for (state, description) in statuses {
            let (state, description) = ((*state).to_owned(), (*description).to_owned());
            all.insert(0, DeploymentStatus { state, description, created_at: None });
        }
    }

    fn push(&self, commit: &str, payload: serde_json::Value) -> DeploymentRef {
        let id = self.deployments.borrow().len() as u64 + 1;
        let made = DeploymentRef { id, commit: commit.to_owned(), payload, created_at: None };
        self.deployments.borrow_mut().push((made.clone(), Vec::new()));
        made
    }

    async fn call(&self, what: String) -> Result<(), GithubError> {
        self.calls.borrow_mut().push(what);
        if self.hangs.get() {
            std::future::pending::<()>().await;
        }
        match self.troubles.borrow_mut().pop() {
            Some(trouble) => Err(trouble),
            None => Ok(()),
        }
    }
}

impl Deployments for Memory {
    fn list_deployments<'a>(
        &'a self,
        environment: &'a str,
    ) -> LocalBoxFuture<'a, Result<Vec<DeploymentRef>, GithubError>> {
        Box::pin(async move {
            self.call(format!("list {environment}")).await?;
            Ok(self.deployments.borrow().iter().rev().map(|(one, _)| one.clone()).collect())
        })
    }

    fn create_deployment(
        &self,
        request: DeploymentRequest,
    ) -> LocalBoxFuture<'_, Result<DeploymentRef, GithubError>> {
        Box::pin(async move {
            self.call(format!("create {}", request.environment)).await?;
            let made = self.push(&request.commit, request.payload);
            if self.loses_answer.take() { Err(unavailable()) } else { Ok(made) }
        })
    }

    fn list_statuses(
        &self,
        deployment: u64,
    ) -> LocalBoxFuture<'_, Result<Vec<DeploymentStatus>, GithubError>> {
        Box::pin(async move {
            self.call(format!("statuses of {deployment}")).await?;
            let all = self.deployments.borrow();
            Ok(all.iter().find(|(one, _)| one.id == deployment).unwrap().1.clone())
        })
    }

    fn create_status(
        &self,
        _: u64,
        _: DeploymentStatusRequest,
    ) -> LocalBoxFuture<'_, Result<(), GithubError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

fn unavailable() -> GithubError {
    GithubError::Unavailable(GithubResource::Deployment.says("HTTP 502"))
}

fn not_permitted() -> GithubError {
    GithubError::NotPermitted(GithubResource::Deployment.says("HTTP 403"))
}

fn mark(run: u64) -> Mark {
    Mark {
        offer: OfferId::parse("contoso-offer").unwrap(),
        version: None,
        run: Some(RunAttempt { run, attempt: 1 }),
        before: None,
        preview: None,
    }
}

/// Run 42 releases commit `c1`.
struct World {
    memory: Rc<Memory>,
    clock: Rc<VirtualClock>,
    required: bool,
}

impl World {
    fn new() -> Self {
        Self { memory: Rc::default(), clock: Rc::default(), required: false }
    }

    fn ledger(&self) -> OfferLedger {
        let console = Console::new(Box::new(std::io::sink()), false, false);
        let access = LedgerAccess {
            deployments: Rc::clone(&self.memory) as _,
            clock: Rc::clone(&self.clock) as _,
            console: Arc::new(console),
            commit: "c1".to_owned(),
            run: Some(RunAttempt { run: 42, attempt: 2 }),
            required: self.required,
        };
        let publisher = PublisherId::parse("contoso").unwrap();
        OfferLedger::new(access, &publisher, &OfferId::parse("contoso-offer").unwrap())
    }

    fn find(&self, query: &LedgerQuery) -> Result<Earlier, Problem> {
        self.clock.run(self.ledger().find(query))
    }

    /// The deployment that is found, in words.
    fn found(&self, query: &LedgerQuery) -> String {
        match self.find(query) {
            Ok(Earlier::Found(record)) => format!(
                "{} of {}{}: {:?}",
                record.at.deployment,
                record.at.commit,
                if record.same_run { ", same run" } else { "" },
                record.standing
            ),
            other => format!("{other:?}"),
        }
    }

    fn calls(&self) -> String {
        self.memory.calls.take().join(", ")
    }
}

fn of_commit() -> LedgerQuery {
    LedgerQuery::OfCommit("c1".to_owned())
}

const OPEN: LedgerQuery = LedgerQuery::Open { or_published: false };

#[test]
fn a_release_finds_its_own_commit_and_looks_into_no_other() {
    let world = World::new();
    world.memory.add("c1", 42, &[("in_progress", "Publishing · publish 7")]);
    world.memory.add("c2", 43, &[("success", "Live")]);
    assert_eq!(world.found(&of_commit()), "1 of c1, same run: Open");
    assert_eq!(world.calls(), "list contoso/contoso-offer, statuses of 1");
    let Ok(Earlier::Found(record)) = world.find(&of_commit()) else { panic!() };
    assert_eq!(record.names.publish.as_deref(), Some("7"));
}

#[test]
fn a_release_after_a_failure_is_another_one() {
    let world = World::new();
    world.memory.add("c1", 42, &[("in_progress", ""), ("failure", "Failed")]);
    assert_eq!(world.find(&of_commit()), Ok(Earlier::Nothing));
}

#[test]
fn of_two_marks_that_two_jobs_made_a_run_has_its_own_and_a_schedule_the_older() {
    let world = World::new();
    world.memory.add("c0", 40, &[("in_progress", "")]);
    world.memory.add("c1", 41, &[("in_progress", "")]);
    world.memory.add("c1", 42, &[("queued", "")]);
    assert_eq!(world.found(&of_commit()), "3 of c1, same run: Open");
    assert_eq!(world.found(&OPEN), "2 of c1: Open");
}

#[test]
fn a_schedule_finds_what_is_open_on_another_commit_and_sees_at_once_when_nothing_is() {
    let world = World::new();
    world.memory.add("c0", 40, &[("in_progress", "")]);
    assert_eq!(world.found(&OPEN), "1 of c0: Open");
    world.calls();
    world.memory.add("c0", 41, &[("success", "The preview waits · preview 7")]);
    assert_eq!(world.find(&OPEN), Ok(Earlier::Nothing));
    assert_eq!(world.calls(), "list contoso/contoso-offer, statuses of 2");
    assert_eq!(world.found(&LedgerQuery::Open { or_published: true }), "2 of c0: Published");
}

#[test]
fn a_preview_is_found_whatever_came_after_it() {
    let world = World::new();
    world.memory.add("c0", 40, &[("success", "The preview waits · preview 7")]);
    world.memory.add("c1", 41, &[("failure", "")]);
    assert_eq!(world.found(&LedgerQuery::OfPreview("7".to_owned())), "1 of c0: Published");
    assert_eq!(world.find(&LedgerQuery::OfPreview("8".to_owned())), Ok(Earlier::Nothing));
}

#[test]
fn deployments_of_others_in_the_same_environment_are_no_releases() {
    let world = World::new();
    world.memory.push("c1", json!({"offer": "contoso-offer"}));
    assert_eq!(world.find(&of_commit()), Ok(Earlier::Nothing));
    assert_eq!(world.calls(), "list contoso/contoso-offer");
}

#[test]
fn a_ledger_that_cannot_be_read_is_unknown_and_not_empty() {
    let world = World::new();
    world.memory.troubles.borrow_mut().push(unavailable());
    assert_eq!(world.find(&OPEN), Ok(Earlier::Nothing), "asked again");
    world.memory.troubles.borrow_mut().extend([unavailable(), unavailable(), unavailable()]);
    assert_eq!(world.find(&OPEN), Ok(Earlier::Unknown));
    world.memory.troubles.borrow_mut().push(not_permitted());
    assert_eq!(world.find(&OPEN), Ok(Earlier::Unknown));
    world.memory.hangs.set(true);
    let before = world.clock.elapsed();
    assert_eq!(world.find(&OPEN), Ok(Earlier::Unknown));
    assert_eq!(world.clock.elapsed().checked_sub(before), Some(PATIENCE));
}

#[test]
fn a_mark_is_made_once_even_if_the_answer_is_lost() {
    let world = World::new();
    world.memory.loses_answer.set(true);
    let ledger = world.ledger();
    let made = world.clock.run(ledger.open_mark(Asked::Publish, mark(42)));
    let at = MarkRef { deployment: 1, commit: "c1".to_owned() };
    assert_eq!(made, Ok(Some(at.clone())));
    assert_eq!(world.clock.run(ledger.open_mark(Asked::GoLive(None), mark(42))), Ok(Some(at)));
    assert_eq!(world.calls(), "create contoso/contoso-offer, list contoso/contoso-offer");
}

#[test]
fn a_job_behind_the_approval_goes_on_with_the_mark_of_the_publish() {
    let world = World::new();
    world.memory.add("c1", 42, &[("success", "The preview waits · preview 7")]);
    let ledger = world.ledger();
    world.clock.run(ledger.find(&of_commit())).unwrap();
    let at = Some(MarkRef { deployment: 1, commit: "c1".to_owned() });
    assert_eq!(world.clock.run(ledger.open_mark(Asked::GoLive(None), mark(42))), Ok(at));
    // Publishing again is another release.
    let at = Some(MarkRef { deployment: 2, commit: "c1".to_owned() });
    assert_eq!(world.clock.run(ledger.open_mark(Asked::Publish, mark(42))), Ok(at));
}

#[test]
fn a_killed_publish_that_started_nothing_goes_on_with_its_mark() {
    let world = World::new();
    world.memory.add("c1", 42, &[]);
    let ledger = world.ledger();
    world.clock.run(ledger.find(&of_commit())).unwrap();
    let at = Some(MarkRef { deployment: 1, commit: "c1".to_owned() });
    assert_eq!(world.clock.run(ledger.open_mark(Asked::Publish, mark(42))), Ok(at));
}

#[test]
fn without_permission_a_release_goes_on_unless_a_mark_is_demanded() {
    let mut world = World::new();
    world.memory.troubles.borrow_mut().push(not_permitted());
    assert_eq!(world.clock.run(world.ledger().open_mark(Asked::Publish, mark(42))), Ok(None));
    world.required = true;
    let mut refused = Vec::new();
    for trouble in
        [not_permitted(), GithubError::Invalid(GithubResource::Deployment.says("HTTP 409"))]
    {
        world.memory.troubles.borrow_mut().push(trouble);
        let made = world.clock.run(world.ledger().open_mark(Asked::Publish, mark(42)));
        let problem = made.unwrap_err();
        refused.push(format!("[{}] {problem}; {}", problem.code, problem.hint.as_deref().unwrap()));
    }
    world.memory.hangs.set(true);
    let problem = world.find(&OPEN).unwrap_err();
    refused.push(format!("[{}] {problem}; {}", problem.code, problem.hint.as_deref().unwrap()));
    assert_snapshot!(refused.join("\n"));
}
