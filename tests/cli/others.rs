//! What others do while a release is under way, and what the service does of its own accord.

use serde_json::{Value, json};

use crate::harness::{Run, World, side_by_side};
use crate::resources::configures;
use crate::{content, resources};

const SIGNATURE: &str = "ZZSIGZZ%2Bq3Y%3D";

fn code(run: &Run) -> Value {
    run.offers()[0]["code"].clone()
}

fn count_posts(world: &World, end: &str) -> usize {
    world.requests().only(|one| one.method == "POST" && one.path.ends_with(end)).lines().len()
}

#[test]
fn a_signature_in_an_error_of_the_service_is_shown_nowhere() {
    let address = format!("https://x.example/os-0.9.0.vhd?sv=2024&sig={SIGNATURE}");
    let older = format!(
        "steps:\n- id: displaycertify\n  name: Certification\n  takes: 1h\n  fails:\n    \
         after: 30m\n    as: rejected\n    operation: failed\n    messages:\n    \
         - {{level: error, html: 'no image at {address}'}}\n"
    );
    let newer = format!(
        "products:\n- id: contoso-offer\n  preview-takes: 2h\n  preview-errors:\n  \
         - {{code: invalidState, message: 'no image at {address}'}}\n"
    );
    side_by_side([("cloud-partner", older), ("product-ingestion", newer)], |(api, scenario)| {
        let manifest = format!("api: {api}\npublisher: contoso\noffers: [{{id: contoso-offer}}]\n");
        let world = World::with_manifest(&scenario, &manifest);
        let job = world.job().with("deployment", "auto").with("record", "record.json");
        let run = job.env("RUNNER_DEBUG", "1").run().exits(1);
        assert!(run.count("no image at") > 0, "{api}: {run}");
        let secrets = [SIGNATURE, "ZZSIGZZ+q3Y=", "ZZSIGZZ"];
        run.assert_no_secret(&secrets);
        let record = std::fs::read_to_string(world.path("record.json")).unwrap();
        let sent = world.requests().checks().bodies();
        for written in [record, format!("{sent:?}")] {
            assert!(written.contains("no image at"), "{api}: {written}");
            assert!(!written.contains("ZZSIGZZ"), "{api}: {written}");
        }
    });
}

#[test]
fn a_draft_that_lost_what_the_manifest_does_not_name_is_not_published() {
    let lost = "edits: [{after: 'PUT /api/**', set: /offer/microsoft-azure-marketplace.title, \
                value: ''}]";
    let world = content::world(&format!("status: succeeded, {lost}"), "");
    let run = content::job(&world).with("go-live", "true").run().exits(1);
    assert_eq!(code(&run), "offer-release/draft-conflict", "{run}");
    assert!(run.message().contains("/microsoft-azure-marketplace.title"), "{run}");
    assert_eq!((content::puts(&world), count_posts(&world, "/publish")), (1, 0), "{run}");

    let lost = "edits: [{after: 'GET /rp/product-ingestion/configure/**', \
                set: /4/previewAudiences/0/label, value: ''}]";
    let world = resources::world(lost, "");
    let run = resources::job(&world).with("go-live", "true").run().exits(1);
    assert_eq!(code(&run), "offer-release/draft-conflict", "{run}");
    assert!(run.message().contains("/previewAudiences"), "{run}");
    assert_eq!(configures(&world).len(), 1, "{run}");
}

#[test]
fn what_is_changed_between_the_last_look_and_the_publish_does_not_go_live() {
    let delay = "do: {delay: 2s, handled: true}";
    let world = content::world(
        "status: succeeded",
        &format!("faults: [{{on: 'POST /api/**/publish', nth: 1, {delay}}}]\n"),
    );
    let job = content::job(&world).with("foreign-changes", "refuse").with("go-live", "true");
    let running = job.start();
    running.wait_for("the publish", || count_posts(&world, "/publish") > 0);
    let title = json!({"set": "/offer/microsoft-azure-marketplace.title", "value": "Theirs"});
    world.post_json("/simulator/offers/contoso/contoso-offer/draft", &title);
    let run = running.finish().exits(1);
    assert_eq!(code(&run), "offer-release/foreign-changes", "{run}");
    assert!(run.message().contains("/microsoft-azure-marketplace.title"), "{run}");
    assert_eq!(count_posts(&world, "/golive"), 0, "{run}");

    let world = resources::world(
        "",
        &format!("faults: [{{on: 'POST /rp/**/configure', nth: 2, {delay}}}]\n"),
    );
    let job = resources::job(&world).with("foreign-changes", "refuse").with("go-live", "true");
    let running = job.start();
    running.wait_for("the publish", || configures(&world).len() == 2);
    let label = json!({"set": "/4/previewAudiences/0/label", "value": "theirs"});
    world.post_json("/simulator/products/contoso-offer/draft", &label);
    let run = running.finish().exits(1);
    assert_eq!(code(&run), "offer-release/foreign-changes", "{run}");
    assert_eq!(configures(&world).len(), 2, "{run}");
}

#[test]
fn a_later_job_takes_no_preview_live_that_lacks_what_the_manifest_says() {
    let ways = [("go-live", "false"), ("go-live", "auto"), ("resume", "auto")];
    side_by_side(ways, |(command, deployment)| {
        let world = content::world("status: succeeded", "");
        let job = || content::job(&world).with("deployment", deployment);
        job().run().exits(0);
        world.write("offer.yml", &content::MANIFEST.replace("Contoso ${", "Fabrikam ${"));
        let later = job().with("command", command).with("go-live", "true").with("timeout", "2s");
        let run = later.run().exits(4);
        assert_ne!(run.offers()[0]["verified"], "true", "{run}");
        assert_eq!(count_posts(&world, "/golive"), 0, "{run}");
    });
}

#[test]
fn a_cancel_at_the_end_of_a_job_says_what_became_of_the_operation() {
    side_by_side(["failed", "gone"], |left| {
        let manifest =
            "api: product-ingestion\npublisher: contoso\noffers: [{id: contoso-offer}]\n";
        let world = World::with_manifest(
            &format!(
                "products: [{{id: contoso-offer, status: live, draft-changed: true, \
                 preview-takes: 300d}}]\ningestion: {{cancelled-submission: {left}}}\n"
            ),
            manifest,
        );
        let running = world.job().with("on-cancel", "cancel").start();
        running.until("publish started");
        running.signal("INT");
        let run = running.finish().exits(130);
        assert_eq!(run.output("outcome"), "cancelled", "{run}");
        assert!(run.message().contains("was canceled"), "{left}: {run}");
        assert!(!run.stdout.contains("succeeded"), "{left}: {run}");
        assert_eq!(count_posts(&world, "/cancel"), 1, "{left}: {run}");
    });
}
