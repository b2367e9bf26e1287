//! A later job goes on with exactly what the ledger or an input names, at its own address.

use serde_json::Value;

use crate::harness::{Job, Run, World, side_by_side};
use crate::ledger::{job, scheduled, statuses};
use crate::resources::configures;
use crate::{content, resources};

/// Longer than any run.
const NEVER: &str = "10000d";

fn targets(world: &World) -> Vec<Value> {
    let kinds = configures(world).into_iter();
    kinds.map(|one| one["resources"][0]["target"]["targetType"].clone()).collect()
}

fn assert_live(run: &Run) {
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{run}");
}

/// Another run of the same commit: its list of jobs starts empty.
fn next(job: Job<'_>) -> Job<'_> {
    job.env("GITHUB_RUN_ID", "43")
}

#[test]
fn a_release_at_product_ingestion_names_the_submission_that_another_job_takes_live() {
    side_by_side(["false", "auto"], |deployment| {
        let world = resources::world("", "");
        let first = resources::job(&world).with("deployment", deployment).run().exits(0);
        let preview = first.output("preview");
        let number = preview.parse::<u64>().unwrap_or_else(|_| panic!("{preview}: {first}"));
        assert!(number > 1_152_921_515_689_847_470, "{first}");
        assert_eq!(first.offers()[0]["preview"], preview);

        let go_live = next(resources::job(&world)).with("deployment", deployment);
        let run = go_live.with("command", "go-live").with("preview", &preview).run().exits(0);
        assert_live(&run);
        let id = configures(&world)[2]["resources"][0]["id"].as_str().unwrap().to_owned();
        assert!(id.ends_with(&format!("/{preview}")), "{id}: {run}");
    });
}

#[test]
fn a_schedule_asks_the_job_of_the_ledger_and_takes_no_other_preview_live() {
    let manifest = "api: product-ingestion\npublisher: contoso\noffers: [{id: contoso-offer}]\n";
    let product = "products: [{id: contoso-offer, preview-takes: 2h, live-takes: 2h}]\n";
    let product = format!("{product}ingestion: {{detail: numbered}}\n");
    let world = World::with_manifest(&product, manifest);
    let first = job(&world).with("wait", "false").with("go-live", "true").run().exits(0);
    let operation = first.output("publish-operation");
    world.post("/simulator/advance/1d");
    world.post("/simulator/products/contoso-offer/draft");
    world.post("/simulator/products/contoso-offer/publish");
    world.post("/simulator/advance/1d");

    let run = scheduled(&world).with("go-live", "true").run().exits(1);
    assert_eq!(run.offers()[0]["code"], "offer-release/preview-changed", "{run}");
    assert_eq!(targets(&world), ["preview"], "{run}");
    let asked = world.requests().only(|one| one.method == "GET").lines();
    assert!(asked.iter().any(|line| line.contains(&operation)), "{asked:?}");
}

#[test]
fn a_publish_that_the_ledger_names_is_followed_while_the_list_does_not_show_it() {
    let world = World::new(&format!("portal: {{list-lag: {NEVER}}}\n"));
    let first = job(&world).with("wait", "false").run().exits(0);
    let run = scheduled(&world).run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{run}");
    let operation = first.output("publish-operation");
    assert_eq!(run.output("publish-operation"), operation, "{run}");
    assert_eq!(statuses(&world).last().unwrap(), "success: The preview waits · preview · publish");
    assert_eq!(world.requests().posts().len(), 1);
}

#[test]
fn a_preview_that_an_input_names_is_looked_for_beside_an_empty_ledger() {
    let offer = "{publisher: contoso, id: contoso-offer, status: waitingForPublisherReview}";
    let world = World::new(&format!("offers: [{offer}]\n"));
    let state = world.state();
    let preview = state["offers"][0]["operations"][0]["id"].as_str().unwrap();
    let resume = job(&world).with("command", "resume").with("preview", preview);
    assert_live(&resume.with("go-live", "true").run().exits(0));
    assert_eq!(world.requests().posts().len(), 1);
}

#[test]
fn slots_that_lag_behind_the_publish_are_waited_for() {
    // Two seconds, in which the preview slot shows what is live.
    let late = "portal: {slot-lag: 22h}\n";
    side_by_side(["resume", "go-live"], |command| {
        let world = content::world("status: succeeded", late);
        let first = || content::job(&world).with("deployment", "auto");
        let started = first().with("wait", "false").run().exits(0);
        let address = started.output("publish-operation");
        let id = address.split(['/', '?']).find(|part| part.len() == 36).unwrap();
        let preview = if command == "go-live" { id } else { "" };
        world.post("/simulator/advance/2h");
        let run = first().with("command", command).with("go-live", "true");
        let run = next(run).with("preview", preview).run().exits(0);
        assert_live(&run);
        assert_eq!(run.offers()[0]["verified"], "true", "{run}");
        assert_eq!(run.count("live already"), 0, "{run}");
        let posts = world.requests().only(|one| one.path.ends_with("/golive"));
        assert_eq!(posts.lines().len(), 1, "{run}");
        let live = content::held(&world, "production");
        assert_eq!(live["offer"]["microsoft-azure-marketplace.summary"], "Contoso 1.1.0");
    });
}

#[test]
fn a_run_that_fails_before_it_begins_anything_leaves_the_status_as_it_was() {
    let steps = "steps: [{id: displaycertify, name: Certification, takes: 9999d}]\n";
    let world = World::new(steps);
    job(&world).with("wait", "false").run().exits(0);
    let told = statuses(&world);
    let run = next(job(&world)).with("when-running", "fail").run().exits(1);
    assert!(run.message().contains("running"), "{run}");
    assert_eq!(statuses(&world), told, "{run}");
    // The release is still open for the next schedule.
    let run = scheduled(&world).with("timeout", "1s").run().exits(4);
    assert_eq!(run.output("outcome"), "pending", "{run}");
}

#[test]
fn the_schedule_goes_live_with_what_was_left_at_product_ingestion() {
    side_by_side(["numbered", "as-sent"], |detail| {
        let manifest =
            "api: product-ingestion\npublisher: contoso\noffers: [{id: contoso-offer}]\n";
        let product = "products: [{id: contoso-offer, preview-takes: 2h, live-takes: 2h}]\n";
        let product = format!("{product}ingestion: {{detail: {detail}}}\n");
        let world = World::with_manifest(&product, manifest);
        job(&world).with("wait", "false").with("go-live", "true").run().exits(0);
        world.post("/simulator/advance/1d");
        let run = scheduled(&world).with("go-live", "true").run().exits(0);
        assert_eq!(run.output("phase"), "go-live", "{detail}: {run}");
    });
}
