//! The check runs.

use serde_json::Value;

use crate::harness::{SHA, World};
use crate::outcomes::ENDLESS;

const REJECTED: &str = "\
steps:
- id: displaycertify
  name: Certification
  takes: 1h
  fails:
    after: 30m
    as: rejected
    operation: failed
    messages:
    - {level: error, html: 'Plan <b>premium</b> has an open port.'}
    - {level: warning, html: 'The description is short.'}
- {id: publisher-signoff, name: Publisher signoff}
";

/// Rejected, for so many reasons.
fn rejected_with(messages: usize) -> String {
    let message =
        |number: usize| format!("    - {{level: error, html: 'Finding number {number}.'}}\n");
    let messages: String = (0..messages).map(message).collect();
    format!(
        "steps:\n- id: displaycertify\n  name: Certification\n  takes: 1h\n  fails:\n    \
             after: 30m\n    as: rejected\n    operation: failed\n    \
         messages:\n{messages}- {{id: publisher-signoff, name: Publisher signoff}}\n"
    )
}

#[test]
fn a_check_run_begins_in_progress_and_ends_with_success() {
    let world = World::new("");
    let run = world.job().with("go-live", "true").run().exits(0);
    let calls = world.requests().checks();
    let sha = SHA;
    assert_eq!(
        calls.lines()[..2],
        [
            format!("GET /repos/contoso/offers/commits/{sha}/check-runs"),
            "POST /repos/contoso/offers/check-runs".to_owned()
        ]
    );
    let first = &calls.bodies()[1];
    assert_eq!(first["status"], "in_progress");
    assert_eq!(first["conclusion"], Value::Null);
    assert_eq!(first["name"], "Marketplace: contoso / contoso-offer");
    assert_eq!(first["head_sha"], sha);
    assert_eq!(first["external_id"], "offer-release contoso/contoso-offer run 42.1:");
    assert_eq!(
        first["details_url"],
        "https://github.com/contoso/offers/actions/runs/42/attempts/1"
    );
    assert_eq!(calls.lines().iter().filter(|line| line.starts_with("POST")).count(), 1);

    let runs = world.check_runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (&runs[0]["status"], &runs[0]["conclusion"]),
        (&"completed".into(), &"success".into())
    );
    assert_eq!(runs[0]["output"]["title"], "the offer is live");
    assert_eq!(run.output("check-run-url"), runs[0]["html_url"].as_str().unwrap());
    insta::assert_snapshot!(run.scrub(runs[0]["output"]["summary"].as_str().unwrap()));
}

#[test]
fn a_poll_that_changes_nothing_updates_nothing() {
    let world = World::new(ENDLESS);
    world.job().with("timeout", "1500ms").run().exits(4);
    let polls = world.requests().portal().0.len();
    assert!(polls > 5, "{polls}");
    // Made, perhaps once more with the first steps, completed.
    let calls = world.requests().checks().lines();
    assert!(calls.len() <= 3, "{calls:?}");
    assert_eq!(world.check_runs()[0]["conclusion"], "timed_out");
}

#[test]
fn what_the_portal_complains_of_is_annotated_on_the_manifests_line() {
    let world = World::new(REJECTED);
    let run = world.job().run().exits(1);
    let check_run = &world.check_runs()[0];
    assert_eq!(check_run["conclusion"], "failure");
    let annotations = check_run["output"]["annotations"].as_array().unwrap();
    let shown: Vec<String> = annotations
        .iter()
        .map(|one| {
            format!(
                "{}:{}:{} {} {}: {}",
                one["path"].as_str().unwrap(),
                one["start_line"],
                one["start_column"],
                one["annotation_level"].as_str().unwrap(),
                one["title"].as_str().unwrap(),
                one["message"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(run.scrub(&shown.join("\n")));
    insta::assert_snapshot!(run.scrub(&run.annotations().join("\n")));
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn without_permission_the_release_goes_on_and_says_so_once() {
    for answer in ["forbidden", "not-found"] {
        let world = World::new(&format!("checks: {{answers: {answer}}}\n"));
        let run = world.job().with("go-live", "true").run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
        assert_eq!(run.count("without an up-to-date check run"), 1, "{run}");
        assert_eq!(run.count("checks: write"), 1, "{run}");
        assert_eq!(world.requests().checks().0.len(), 1);
        assert_eq!(run.output("check-run-url"), "");
    }
}

#[test]
fn a_check_run_that_is_demanded_and_not_permitted_is_3_before_anything_is_posted() {
    let world = World::new("checks: {answers: forbidden}\n");
    let run = world.job().with("check-run", "true").run().exits(3);
    assert_eq!(run.output("outcome"), "failed");
    assert!(run.annotations()[0].contains("checks: write"), "{run}");
    assert!(world.requests().portal().is_empty());
}

#[test]
fn a_check_run_that_is_demanded_without_a_token_is_3_too() {
    let world = World::new("");
    let run = world.job().with("check-run", "true").with("github-token", "").run().exits(3);
    assert!(run.annotations()[0].contains("github-token"), "{run}");
    assert!(world.requests().is_empty());
}

#[test]
fn a_check_run_that_is_demanded_while_github_is_down_is_5() {
    let world = World::new("checks: {answers: down}\n");
    let run = world.job().with("check-run", "true").run().exits(5);
    assert!(run.annotations()[0].contains("run the same command again later"), "{run}");
    assert!(world.requests().portal().is_empty());
}

#[test]
fn a_checks_api_that_is_down_stops_nothing() {
    let world = World::new("checks: {answers: down, 'on': update}\n");
    let run = world.job().run();
    let run = run.exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(run.count("without an up-to-date check run"), 1, "{run}");
}

#[test]
fn an_update_that_fails_once_is_made_up_for() {
    let world = World::new("faults: [{on: 'PATCH /repos/**', nth: 1, do: {status: 502}}]\n");
    world.job().run().exits(0);
    assert_eq!(world.check_runs()[0]["conclusion"], "success");
}

#[test]
fn a_check_run_that_github_lost_is_made_anew_with_all_annotations() {
    let world =
        World::new(&format!("{REJECTED}checks: {{answers: not-found, 'on': update, count: 1}}\n"));
    let run = world.job().run().exits(1);
    let runs = world.check_runs();
    let conclusions: Vec<&Value> = runs.iter().map(|run| &run["conclusion"]).collect();
    assert_eq!(conclusions, [&Value::Null, &"failure".into()]);
    assert_eq!(runs[1]["output"]["annotations"].as_array().unwrap().len(), 3);
    assert_eq!(run.output("check-run-url"), runs[1]["html_url"].as_str().unwrap());
    assert_eq!(run.count("GitHub no longer has the check run"), 1, "{run}");
    assert_eq!(run.count("checks: write"), 0, "{run}");
}

#[test]
fn check_runs_that_github_loses_again_and_again_are_given_up() {
    let world =
        World::new(&format!("{}checks: {{answers: not-found, 'on': update}}\n", rejected_with(60)));
    let run = world.job().run().exits(1);
    assert_eq!(world.check_runs().len(), 2);
    assert_eq!(
        run.count("without an up-to-date check run: GitHub no longer has the check run"),
        1,
        "{run}"
    );
}

#[test]
fn a_check_run_whose_answer_was_lost_is_not_made_twice() {
    let world = World::new("faults: [{on: 'POST /repos/**', nth: 1, do: lose-answer}]\n");
    world.job().run().exits(0);
    let runs = world.check_runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["conclusion"], "success");
}

#[test]
fn none_is_made_if_none_is_wanted() {
    let world = World::new("");
    world.job().with("check-run", "false").run().exits(0);
    assert!(world.requests().checks().is_empty());
}

#[test]
fn a_pull_requests_check_run_is_on_its_head() {
    let world = World::new("");
    let head = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";
    world.write(
        "event.json",
        &format!("{{\"pull_request\": {{\"head\": {{\"sha\": \"{head}\"}}}}}}"),
    );
    let event = world.path("event.json");
    world
        .job()
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", event.to_str().unwrap())
        .run()
        .exits(0);
    assert_eq!(world.check_runs()[0]["head_sha"], head);
}

#[test]
fn a_wrong_manifest_is_shown_by_a_check_run_and_the_portal_is_not_asked() {
    let world = World::with_manifest(
        "",
        "publisher: contoso\noffers:\n  - id: contoso/offer\n    go-live: perhaps\n  - di: x\n",
    );
    let run = world.job().run().exits(2);
    let requests = world.requests();
    assert_eq!(requests.lines(), ["POST /repos/contoso/offers/check-runs"]);
    let body = &requests.bodies()[0];
    assert_eq!((&body["status"], &body["conclusion"]), (&"completed".into(), &"failure".into()));
    let annotations = body["output"]["annotations"].as_array().unwrap();
    let places: Vec<(u64, u64)> = annotations
        .iter()
        .map(|one| (one["start_line"].as_u64().unwrap(), one["start_column"].as_u64().unwrap()))
        .collect();
    let logged: Vec<String> = run.annotations();
    for ((line, column), logged) in places.iter().zip(&logged) {
        assert!(logged.starts_with(&format!("error offer.yml:{line}:{column} ")), "{logged}");
    }
    assert_eq!(annotations.len(), logged.len());
    insta::assert_snapshot!(run.scrubbed_log());
    insta::assert_snapshot!(run.scrubbed_summary());
    insta::assert_snapshot!(run.scrubbed_outputs());
}

#[test]
fn a_wrong_manifest_without_permission_is_still_told() {
    let world = World::with_manifest("checks: {answers: forbidden}\n", "offers: []\n");
    let run = world.job().run().exits(2);
    assert_eq!(run.count("there is no check run for the manifest"), 1, "{run}");
}

#[test]
fn many_annotations_are_all_sent_and_each_once() {
    let world = World::new(&rejected_with(120));
    world.job().run().exits(1);
    let check_run = &world.check_runs()[0];
    let annotations = check_run["output"]["annotations"].as_array().unwrap();
    let mut findings: Vec<&str> =
        annotations.iter().map(|one| one["message"].as_str().unwrap()).collect();
    // The 120 findings, and the end of the operation.
    assert_eq!(findings.len(), 121);
    findings.sort_unstable();
    findings.dedup();
    assert_eq!(findings.len(), 121);
    assert!(world.requests().checks().bodies().iter().all(|body| {
        body["output"]["annotations"].as_array().is_none_or(|batch| batch.len() <= 50)
    }));
}

#[test]
fn a_wrong_github_token_stops_nothing_unless_a_check_run_is_demanded() {
    let world = World::new("checks: {token: the-right-one}\n");
    let run = world.job().run().exits(0);
    assert_eq!(run.count("without an up-to-date check run"), 1, "{run}");
    world.job().with("check-run", "true").run().exits(3);
}

#[test]
fn left_running_the_check_run_stays_in_progress() {
    let world = World::new(ENDLESS);
    world.job().with("wait", "false").run().exits(0);
    assert_eq!(world.check_runs()[0]["status"], "in_progress");
}
