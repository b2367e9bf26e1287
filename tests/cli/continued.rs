//! One check run an offer: found again, continued by the next job, or replaced where GitHub leaves
//! no other way.

use serde_json::Value;

use crate::annotations::{annotations, assert_each_once, blocked};
use crate::harness::{SHA, World};
use crate::outcomes::ENDLESS;

fn conclusions(world: &World) -> Vec<Value> {
    world.check_runs().iter().map(|run| run["conclusion"].clone()).collect()
}

fn made(world: &World) -> usize {
    world.requests().checks().lines().iter().filter(|line| line.starts_with("POST")).count()
}

#[test]
fn what_was_left_running_is_adopted_by_resume_and_by_go_live() {
    let world = World::new("");
    world.job().with("wait", "false").run().exits(0);
    let left = world.check_runs();
    assert_eq!((&left[0]["status"], &left[0]["conclusion"]), (&"in_progress".into(), &Value::Null));
    let operation = world.state()["offers"][0]["operations"][0]["id"].as_str().unwrap().to_owned();
    let external = left[0]["external_id"].as_str().unwrap();
    assert!(
        external.starts_with("offer-release contoso/contoso-offer run 42.1: http")
            && external.contains(&operation),
        "{external}"
    );

    let job = world
        .job()
        .with("command", "resume")
        .env("GITHUB_RUN_ID", "43")
        .env("GITHUB_RUN_ATTEMPT", "2");
    let run = job.run().exits(0);
    let runs = world.check_runs();
    assert_eq!((runs.len(), made(&world)), (1, 1));
    assert_eq!(runs[0]["conclusion"], "success");
    assert_eq!(runs[0]["started_at"], left[0]["started_at"]);
    assert!(
        runs[0]["external_id"]
            .as_str()
            .unwrap()
            .starts_with("offer-release contoso/contoso-offer run 43.2: ")
    );
    assert_eq!(run.output("check-run-url"), runs[0]["html_url"].as_str().unwrap());
}

#[test]
fn resume_after_a_killed_job_sends_no_annotation_again() {
    let world = World::new(&blocked(60));
    let first = world.job().start();
    first.wait_for("60 annotations", || {
        world
            .check_runs()
            .first()
            .is_some_and(|run| run["output"]["annotations"].as_array().unwrap().len() >= 60)
    });
    first.signal("KILL");
    first.finish();
    assert_eq!(world.check_runs()[0]["status"], "in_progress");
    world.job().with("command", "resume").with("timeout", "2s").run().exits(4);
    assert_each_once(&annotations(&world), 60);
    assert_eq!(made(&world), 1);
    assert_eq!(conclusions(&world), ["timed_out"]);
}

#[test]
fn what_has_ended_is_followed_by_one_of_the_same_name_because_github_opens_nothing_again() {
    let world = World::new(ENDLESS);
    world.job().with("timeout", "300ms").run().exits(4);
    world.job().with("command", "resume").with("timeout", "300ms").run().exits(4);
    let runs = world.check_runs();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["name"], runs[1]["name"]);
    assert_eq!(conclusions(&world), ["timed_out", "timed_out"]);
    // Asked first, and asked nothing that would have changed the old one's words.
    let asked = world.requests().checks().bodies();
    assert!(asked.contains(&serde_json::json!({"status": "in_progress"})), "{asked:?}");
}

#[test]
fn a_server_that_opens_it_again_keeps_one() {
    let world = World::new("checks: {reopens: true}\n");
    world.job().with("timeout", "1ms").run();
    world.job().with("command", "go-live").run();
    world.job().with("command", "resume").run();
    assert_eq!(world.check_runs().len(), 1, "{:?}", world.requests().checks().lines());
}

#[test]
fn a_release_after_one_that_was_decided_has_a_check_run_of_its_own() {
    let world = World::new(
        "checks: {reopens: true}\noffers: [{publisher: contoso, id: contoso-offer, steps: [{id: c, \
         name: Certification, takes: 1h, fails: {after: 20m, operation: failed}}]}]\n",
    );
    world.job().run().exits(1);
    world.job().run().exits(1);
    assert_eq!(conclusions(&world), ["failure", "failure"]);
}

#[test]
fn a_look_makes_no_check_run_and_leaves_that_of_the_release_alone() {
    let world = World::new(ENDLESS);
    world.job().with("wait", "false").run().exits(0);
    let before = world.check_runs();
    for command in ["status", "plan"] {
        let run = world.job().with("command", command).with("check-run", "true").run().exits(0);
        assert_eq!(world.check_runs(), before, "{command}");
        assert!(!run.outputs().contains_key("check-run-url"), "{command}: {run}");
    }
}

#[test]
fn another_apps_check_run_is_left_to_it() {
    let message = "Invalid app_id 15368 - check run can only be modified by the GitHub App that \
                   created it";
    let answer = format!(r#"{{"message":"{message}"}}"#);
    // The first job's goes well; whatever is asked of that check run later does not, for an answer
    // that comes while the release ends is not heard, and the question asked again.
    let first = "PATCH /repos/*/*/check-runs/5000000001";
    let world = World::new(&format!(
        "faults: [{{on: '{first}', nth: 2, count: 99, do: {{status: 403, body: '{answer}'}}}}]\n"
    ));
    world.job().with("wait", "false").run().exits(0);
    let run = world.job().with("command", "resume").run().exits(0);
    assert_eq!(run.count("without an up-to-date check run"), 0, "{run}");
    let (runs, patches) =
        (world.check_runs(), world.requests().checks().only(|one| one.method == "PATCH"));
    assert!(patches.0.iter().any(|one| one.status == Some(403)), "{:?}", patches.lines());
    assert_eq!(runs.len(), 2);
    assert_eq!(
        (&runs[0]["status"], &runs[1]["conclusion"]),
        (&"in_progress".into(), &"success".into())
    );
}

#[test]
fn one_that_github_declares_stale_is_replaced() {
    let stale = r#"{"id":5000000001,"status":"completed","conclusion":"stale"}"#;
    let world = World::new(&format!(
        "{}faults: [{{on: 'PATCH /repos/**', nth: 1, do: {{status: 200, body: '{stale}', \
         content-type: application/json}}}}]\n",
        blocked(1)
    ));
    let running = world.job().start();
    running.wait_for("the second check run", || world.check_runs().len() == 2);
    running.signal("TERM");
    running.finish().exits(143);
    let runs = world.check_runs();
    assert_eq!(runs[1]["conclusion"], "cancelled");
    assert_eq!(runs[1]["output"]["annotations"].as_array().unwrap().len(), 1);
}

#[test]
fn a_check_run_that_hangs_costs_the_others_nothing() {
    let manifest =
        "publisher: contoso\noffers: [{id: first}, {id: second}, {id: third}, {id: fourth}]\n";
    let world =
        World::with_manifest("faults: [{on: 'POST /repos/**', nth: 1, do: hang}]\n", manifest);
    let run = world.job().start().finish().exits(0);
    let ended: Vec<String> =
        world.check_runs().iter().map(|run| run["name"].as_str().unwrap().to_owned()).collect();
    assert!(
        ended.len() >= 3 && conclusions(&world).iter().all(|one| one == "success"),
        "{ended:?}{run}"
    );
}

#[test]
fn a_refused_annotation_does_not_cost_the_end() {
    let world =
        World::new("faults: [{on: 'POST /repos/**', nth: 1, do: {status: 422, body: '{}'}}]\n");
    world.job().run().exits(0);
    assert_eq!(conclusions(&world), ["success"]);
}

#[test]
fn a_limit_stops_every_request_and_no_release() {
    for answers in ["rate-limited", "secondary-rate-limited"] {
        let manifest = "publisher: contoso\noffers: [{id: first}, {id: second}, {id: third}]\n";
        let world = World::with_manifest(
            &format!("checks: {{answers: {answers}, retry-after: 2, count: 1}}\n"),
            manifest,
        );
        let run = world.job().run().exits(0);
        assert_eq!(run.count("rate limit is reached"), 1, "{run}");
        assert_eq!(run.count("checks: write"), 0, "{run}");
        assert_eq!(conclusions(&world), ["success", "success", "success"]);
    }
}

/// The event's payload names the head where `GITHUB_SHA` is another commit.
#[test]
fn every_event_has_its_commit() {
    let head = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";
    let pull_request =
        format!(r#"{{"pull_request": {{"head": {{"sha": "{head}"}}}}, "after": "{head}"}}"#);
    let workflow_run = format!(r#"{{"workflow_run": {{"head_sha": "{head}"}}}}"#);
    let merge_group =
        format!(r#"{{"merge_group": {{"head_sha": "{SHA}", "base_sha": "{head}"}}}}"#);
    let events = [
        ("push", "refs/tags/v1", "{}", SHA),
        ("workflow_dispatch", "refs/heads/main", "{}", SHA),
        ("schedule", "refs/heads/main", "{}", SHA),
        ("merge_group", "refs/heads/gh-readonly-queue/main/pr-1", &merge_group, SHA),
        ("release", "refs/tags/v1", r#"{"release": {"target_commitish": "main"}}"#, SHA),
        ("pull_request", "refs/pull/1/merge", &pull_request, head),
        ("pull_request_target", "refs/heads/main", &pull_request, head),
        ("workflow_run", "refs/heads/main", &workflow_run, head),
    ];
    for (name, git_ref, payload, commit) in events {
        // On github.com, on ghe.com and on a server, which has its API below a path.
        for path in ["", "/api/v3"] {
            let world = World::new("");
            world.write("event.json", payload);
            let event = world.path("event.json");
            let job = world.job().env("GITHUB_API_URL", &format!("{}{path}", world.base()));
            let job = job.env("GITHUB_EVENT_NAME", name).env("GITHUB_REF", git_ref);
            job.env("GITHUB_EVENT_PATH", event.to_str().unwrap())
                .with("wait", "false")
                .run()
                .exits(0);
            assert_eq!(world.check_runs()[0]["head_sha"], commit, "{name}");
            let posts = world
                .requests()
                .only(|one| one.method == "POST" && one.path.ends_with("/check-runs"));
            assert_eq!(posts.lines(), [format!("POST {path}/repos/contoso/offers/check-runs")]);
        }
    }
}
