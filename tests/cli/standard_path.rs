//! The standard path, by the steps of the workflow to paste: a tag publishes and leaves, a schedule
//! on another commit looks, and the offer is live without a hand, after an approval, or by hand.

use std::time::Duration;

use serde_json::json;

use crate::examples::{steps, with_inputs};
use crate::harness::{Job, Run, SHA, World};

const WORKFLOW: &str = include_str!("../../examples/workflows/release-and-leave.yml");

/// The default branch's commit, on which a schedule runs.
const OTHER_SHA: &str = "9876543210987654321098765432109876543210";

/// A day takes two seconds: no job sees both ends of one.
const DAYS: &str = "\
steps:
- {id: displaycertify, name: Certification, takes: 1d}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 1d}
";

fn run_step(job: Job<'_>, name: &str, given: &[(&str, &str)]) -> Run {
    let steps = steps(WORKFLOW, name);
    assert_eq!(steps.len(), 1, "{steps:?}");
    with_inputs(job.with("deployment", "auto"), &steps[0], given).run().exits(0)
}

/// The tag's job: it has ended long before anything is certified.
fn publish(world: &World) {
    let tag = world.job().env("GITHUB_REF_TYPE", "tag").env("GITHUB_REF_NAME", "v1.1.0");
    let run = run_step(tag, "publish", &[]);
    assert_eq!(run.outcome(), ("pending".to_owned(), "publish".to_owned()), "{run}");
    assert!(run.output("waiting").is_empty(), "{run}");
}

fn scheduled(world: &World, number: u32) -> Job<'_> {
    world
        .job()
        .env("GITHUB_EVENT_NAME", "schedule")
        .env("GITHUB_RUN_ID", &number.to_string())
        .env("GITHUB_WORKFLOW_REF", "contoso/offers/.github/workflows/release.yml@refs/heads/main")
        .env("GITHUB_SHA", OTHER_SHA)
}

/// Looks, each in a job of its own that leaves at once, until one sees an end.
fn look(world: &World, approval: &str, live: bool) -> Run {
    for number in 100..200 {
        let goes_live = (approval == "none").to_string();
        let given = [("inputs.offers", ""), ("vars.MARKETPLACE_APPROVAL == 'none'", &goes_live)];
        let run = run_step(scheduled(world, number), "look", &given);
        assert!(run.waited < Duration::from_secs(2), "{:?}", run.waited);
        let phase = if live { "go-live" } else { "publish" };
        if run.outcome() == ("succeeded".to_owned(), phase.to_owned()) {
            return run;
        }
        assert_eq!(run.output("outcome"), "pending", "{run}");
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("no look saw the end");
}

fn assert_live_and_complete(world: &World) {
    for run in world.check_runs() {
        assert_eq!((&run["head_sha"], &run["conclusion"]), (&SHA.into(), &"success".into()));
    }
    let posts = world.requests().posts();
    assert_eq!(posts.len(), 2, "{posts:?}");
    // With nothing open, a look is green and asks the portal nothing.
    let asked = world.requests().portal().lines();
    let given = [("inputs.offers", ""), ("vars.MARKETPLACE_APPROVAL == 'none'", "true")];
    run_step(scheduled(world, 300), "look", &given);
    assert_eq!(world.requests().portal().lines(), asked);
}

#[test]
fn without_an_approval_a_tag_goes_live_without_a_hand() {
    let world = World::new(DAYS);
    publish(&world);
    look(&world, "none", true);
    assert_live_and_complete(&world);
}

/// What the summary gives to `gh workflow run`.
fn read_field(summary: &str, name: &str) -> String {
    let mut words = summary.split_whitespace();
    let prefix = format!("{name}=");
    words.find_map(|word| word.strip_prefix(&prefix)).unwrap().replace('\'', "")
}

#[test]
fn after_its_approval_exactly_the_preview_that_was_looked_at_goes_live() {
    let world = World::new(DAYS);
    publish(&world);
    let ready = look(&world, "environment", false);
    // What the job behind the approval gets from the look is what a person would type.
    let (waiting, preview) = (ready.output("waiting"), ready.output("preview"));
    assert_eq!(waiting, "contoso-offer");
    let matrix: serde_json::Value = serde_json::from_str(&ready.output("matrix")).unwrap();
    let entry = json!({"name": "contoso-offer", "offers": waiting, "preview": preview});
    assert_eq!(matrix, json!({ "include": [entry] }));
    assert_eq!(read_field(&ready.summary, "offers"), waiting);
    assert_eq!(read_field(&ready.summary, "preview"), preview);
    let page = "](<https://github.com/contoso/offers/actions/workflows/release.yml>)";
    assert!(ready.summary.contains(page), "{}", ready.summary);
    assert!(ready.summary.contains("gh workflow run release.yml "), "{}", ready.summary);
    // The next looks ask for no second approval.
    let again = [("inputs.offers", ""), ("vars.MARKETPLACE_APPROVAL == 'none'", "false")];
    let next = run_step(scheduled(&world, 250), "look", &again);
    assert_eq!(next.output("waiting"), "", "{next}");

    let approved = [
        ("inputs.offers || matrix.offers", &*waiting),
        ("inputs.preview || matrix.preview", &preview),
    ];
    let run = run_step(scheduled(&world, 260), "go-live", &approved);
    assert_eq!(run.outcome(), ("pending".to_owned(), "go-live".to_owned()), "{run}");
    look(&world, "environment", true);
    assert_live_and_complete(&world);
}
