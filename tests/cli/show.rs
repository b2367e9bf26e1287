//! `show`: an offer's draft on stdout, and nothing else there.

use serde_json::Value;

use crate::harness::{Job, Run, World};

const TWO: &str = "publisher: contoso\noffers:\n- id: contoso-offer\n- id: other-offer\n";

/// The command at a terminal, with credentials.
fn show<'a>(world: &'a World, arguments: &[&str]) -> Job<'a> {
    let (job, base) = (world.job().on_a_terminal().args(&["show"]).args(arguments), world.base());
    job.args_for_the_world()
        .args(&["--ingestion-url", &base])
        .args_for_secret("c1ient-s3cret-of-the-application")
}

fn assert_no_signature(run: &Run) {
    for stream in [&run.stdout, &run.stderr] {
        assert!(!stream.contains("sig=") && !stream.contains("c2ltdWxhdGVk"), "{run}");
    }
}

/// Nothing on stdout, and this on stderr.
fn refused(run: &Run, code: i32, says: &str) {
    assert_eq!((run.code, &*run.stdout), (Some(code), ""), "{run}");
    assert!(run.stderr.contains(says), "{run}");
    assert_no_signature(run);
}

#[test]
fn the_draft_is_all_that_is_printed() {
    let world = World::new("");
    let run = show(&world, &[]).run().exits(0);
    insta::assert_snapshot!(run.scrub(&run.stdout));
    assert_no_signature(&run);
    assert_eq!(world.requests().posts(), [""; 0]);
    assert!(world.requests().checks().is_empty());
}

#[test]
fn the_draft_at_the_successor_is_its_tree_of_resources() {
    let manifest = "api: product-ingestion\npublisher: contoso\noffers:\n- id: contoso-offer\n";
    let world = World::with_manifest("", manifest);
    let run = show(&world, &["contoso-offer"]).run().exits(0);
    let tree: Value = serde_json::from_str(&run.stdout).unwrap();
    let first = &tree["definition"]["resources"][0];
    assert!(first["$schema"].as_str().unwrap().contains("/schema/"), "{run}");
    assert!(run.stdout.contains("(signature hidden)"), "{run}");
    assert_no_signature(&run);
}

#[test]
fn one_offer_of_several_is_named() {
    let world = World::with_manifest("", TWO);
    let run = show(&world, &["other-offer"]).run().exits(0);
    let draft: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(draft["id"], "other-offer");
    let run = show(&world, &["--offers", "other-offer"]).run().exits(0);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["id"], "other-offer");

    let run = show(&world, &[]).run();
    refused(&run, 2, "2 of offer.yml are selected: `contoso-offer`, `other-offer`");
    refused(&run, 2, "name one of them: `offer-release show contoso-offer`");
    refused(&show(&world, &["otherr-offer"]).run(), 2, "did you mean `other-offer`?");
}

#[test]
fn what_is_wrong_is_told_on_stderr() {
    let world = World::new("any-offer: false\n");
    refused(&show(&world, &[]).run(), 1, "[offer-release/offer-not-found]");
    refused(&show(&world, &["--audience", ""]).args(&["--bad"]).run(), 2, "unexpected argument");
    refused(&show(&world, &["--resource", "x y"]).run(), 2, "input `resource`");
    std::fs::remove_file(world.path("offer.yml")).unwrap();
    refused(&show(&world, &[]).run(), 2, "[offer-release/manifest-unreadable]");
}

/// In a step of a workflow: masks go to stderr, which the runner reads as well, and the step's own
/// files are left alone.
#[test]
fn in_a_workflow_the_masks_do_not_reach_the_draft() {
    let world = World::new("");
    let run = world.job().args(&["show"]).run();
    assert_eq!(run.code, Some(0), "{run}");
    serde_json::from_str::<Value>(&run.stdout).unwrap();
    assert!(run.stderr.lines().all(|line| line.starts_with("::add-mask::")), "{run}");
    assert!(run.stderr.contains("c2ltdWxhdGVk"), "{run}");
    assert_eq!((&*run.output_file, &*run.summary), ("", ""), "{run}");
}
