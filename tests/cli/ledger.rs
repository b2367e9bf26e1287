//! The ledger: GitHub deployments, by which later jobs know a release again.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Job, SHA, World};

/// The default branch's commit, on which a schedule runs.
const OTHER_SHA: &str = "9876543210987654321098765432109876543210";

/// An operation that runs for ever.
const ENDLESS: &str = "steps: [{id: displaycertify, name: Certification, takes: 9999d}]\n";

pub fn job(world: &World) -> Job<'_> {
    world.job().with("deployment", "auto")
}

/// A job that a schedule starts, on another commit.
pub fn scheduled(world: &World) -> Job<'_> {
    job(world)
        .with("command", "resume")
        .env("GITHUB_EVENT_NAME", "schedule")
        .env("GITHUB_RUN_ID", "77")
        .env("GITHUB_SHA", OTHER_SHA)
}

pub fn deployments(world: &World) -> Vec<Value> {
    world.state()["deployments"].as_array().unwrap().clone()
}

/// The statuses of the newest deployment, the oldest first, without ids.
pub fn statuses(world: &World) -> Vec<String> {
    let deployments = deployments(world);
    let mut all: Vec<(u64, String)> = deployments.last().unwrap()["statuses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let said = one["description"].as_str().unwrap().split(" · ").map(|part| {
                part.split_once(' ').filter(|(_, id)| id.len() > 30).map_or(part, |(key, _)| key)
            });
            let line = format!(
                "{}: {}",
                one["state"].as_str().unwrap(),
                said.collect::<Vec<_>>().join(" · ")
            );
            (one["id"].as_u64().unwrap(), line)
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, line)| line).collect()
}

fn conclusions(world: &World) -> Vec<(Value, Value)> {
    let runs = world.check_runs();
    runs.iter().map(|run| (run["head_sha"].clone(), run["conclusion"].clone())).collect()
}

#[test]
fn a_release_is_marked_before_its_post_and_its_statuses_follow_it() {
    let world = World::new("");
    job(&world).with("go-live", "true").run().exits(0);
    let made = deployments(&world);
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0]["environment"], "contoso/contoso-offer");
    assert_eq!(made[0]["sha"], SHA);
    assert_eq!(
        made[0]["payload"],
        json!({
            "madeBy": "offer-release", "offer": "contoso-offer", "version": null, "run": 42,
            "attempt": 1, "before": null, "preview": null,
        })
    );
    let told = statuses(&world);
    assert_eq!(told.last().unwrap(), "success: Live · preview · go-live");
    let posts = world.requests().only(|one| one.method == "POST").lines();
    let place = |end: &str| posts.iter().position(|line| line.ends_with(end)).unwrap();
    assert!(place("/deployments") < place("/publish"), "{posts:?}");
}

#[test]
fn a_schedule_completes_the_check_run_and_the_deployment_of_the_releases_own_commit() {
    let world = World::new("");
    job(&world).with("wait", "false").with("version", "1.2.3").run().exits(0);
    assert_eq!(statuses(&world).last().unwrap(), "in_progress: Goes on at the portal · publish");
    let run = scheduled(&world).run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".to_owned(), "publish".to_owned()));
    assert_eq!(run.output("version"), "1.2.3");
    assert_eq!(conclusions(&world), [(SHA.into(), "success".into())]);
    assert_eq!(deployments(&world).len(), 1);
    assert_eq!(statuses(&world).last().unwrap(), "success: The preview waits · preview · publish");
}

#[test]
fn with_nothing_open_a_schedule_asks_the_portal_nothing_and_ends_at_once() {
    let world = World::new("");
    job(&world).run().exits(0);
    let (asked, shown) = (world.requests().portal().lines(), world.check_runs());
    let run = scheduled(&world).run().exits(0);
    assert!(run.waited < Duration::from_secs(2), "{:?}", run.waited);
    assert_eq!(world.requests().portal().lines(), asked);
    assert_eq!(world.check_runs(), shown);
    assert_eq!(run.output("outcome"), "succeeded");
    assert_eq!(run.message(), "the ledger has no open release of the offer: nothing to continue");
}

#[test]
fn a_schedule_goes_live_when_the_preview_is_ready() {
    let world = World::new("");
    job(&world).with("wait", "false").with("go-live", "true").run().exits(0);
    let run = scheduled(&world).with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".to_owned(), "go-live".to_owned()));
    assert_eq!(conclusions(&world), [(SHA.into(), "success".into())]);
    assert_eq!(statuses(&world).last().unwrap(), "success: Live · preview · go-live");
    // The next one has nothing to do.
    let posts = world.requests().posts();
    scheduled(&world).with("go-live", "true").run().exits(0);
    assert_eq!(world.requests().posts(), posts);
}

#[test]
fn the_job_behind_the_approval_writes_to_the_same_deployment() {
    let world = World::new("");
    job(&world).run().exits(0);
    job(&world).with("command", "go-live").run().exits(0);
    assert_eq!(deployments(&world).len(), 1);
    assert_eq!(statuses(&world).last().unwrap(), "success: Live · preview · go-live");
}

#[test]
fn a_killed_jobs_release_is_open_for_the_next_schedule() {
    let world = World::new(ENDLESS);
    let first = job(&world).start();
    first.wait_for("a status", || {
        deployments(&world).first().is_some_and(|one| !one["statuses"][0].is_null())
    });
    first.signal("KILL");
    first.finish();
    let run = scheduled(&world).with("timeout", "2s").run().exits(4);
    assert_eq!(run.output("outcome"), "pending");
    assert_eq!(world.requests().posts().len(), 1);
    assert_eq!(conclusions(&world), [(SHA.into(), "timed_out".into())]);
}

#[test]
fn a_release_after_a_failure_makes_another_deployment() {
    let steps = "steps: [{id: c, name: Certification, takes: 1h, fails: {after: 20m, operation: \
                 failed}}]\n";
    let world = World::new(steps);
    job(&world).run().exits(1);
    assert_eq!(statuses(&world).last().unwrap(), "failure: Failed · publish");
    job(&world).env("GITHUB_RUN_ATTEMPT", "2").run().exits(1);
    let made = deployments(&world);
    assert_eq!(made.len(), 2);
    assert_ne!(made[1]["payload"]["before"], Value::Null);
}

#[test]
fn a_later_attempt_of_a_finished_run_publishes_nothing_again() {
    let world = World::new("");
    job(&world).run().exits(0);
    // Without its mark, this would be a reason to publish again.
    world.post("/simulator/offers/contoso/contoso-offer/draft");
    let asked = world.requests().portal().lines();
    let run = job(&world).env("GITHUB_RUN_ATTEMPT", "2").run().exits(0);
    assert_eq!(world.requests().portal().lines(), asked);
    assert_eq!(run.outcome(), ("succeeded".to_owned(), "publish".to_owned()));
    // Another run of the same commit is asked for anew.
    job(&world).env("GITHUB_RUN_ID", "43").run().exits(0);
    assert_eq!(world.requests().posts().len(), 2);
}

#[test]
fn what_only_looks_makes_no_deployment() {
    let world = World::new("");
    job(&world).with("command", "status").run();
    job(&world).with("command", "plan").run();
    assert_eq!(deployments(&world), [json!(null); 0]);
    assert!(world.requests().only(|one| one.path.ends_with("/deployments")).is_empty());
}

#[test]
fn without_the_permission_all_goes_on_as_before() {
    let world = World::new("deployments: {answers: forbidden}\n");
    let run = job(&world).run().exits(0);
    assert_eq!(run.annotations(), [""; 0]);
    // Nobody knows whether anything is open, so the portal is asked.
    let before = world.requests().portal().lines().len();
    scheduled(&world).run().exits(0);
    assert!(world.requests().portal().lines().len() > before);
}

#[test]
fn a_demanded_deployment_that_is_not_permitted_is_an_error_before_anything_is_posted() {
    for scenario in
        ["deployments: {answers: forbidden}\n", "deployments: {answers: forbidden, on: create}\n"]
    {
        let world = World::new(scenario);
        let run = world.job().with("deployment", "true").run().exits(3);
        assert_eq!(world.requests().posts(), [""; 0]);
        assert!(run.stdout.contains("offer-release/deployment-not-permitted"), "{run}");
    }
}
