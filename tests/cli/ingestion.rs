//! Releases at the Product Ingestion API: the same commands, promises and reports.

use crate::harness::{World, side_by_side};

const MANIFEST: &str = "api: product-ingestion\npublisher: contoso\noffers:\n- id: contoso-offer\n";
const CONFIGURE: &str = "POST /rp/product-ingestion/configure";

/// A product that is published within two hours.
const SHORT: &str = "products: [{id: contoso-offer, preview-takes: 2h, live-takes: 2h}]\n";

fn world(scenario: &str) -> World {
    let world = World::new(scenario);
    world.write("offer.yml", MANIFEST);
    world
}

fn posts(world: &World) -> Vec<String> {
    world
        .requests()
        .only(|one| one.path.starts_with("/rp/product-ingestion/") && one.method != "GET")
        .lines()
}

#[test]
fn a_release_goes_live_by_two_configures_and_the_old_portal_is_not_asked() {
    let world = world("");
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{run}");
    assert_eq!(posts(&world), [CONFIGURE; 2], "{run}");
    assert_eq!(world.requests().portal().lines(), [""; 0], "{run}");
    assert!(run.output("publish-operation").starts_with("configure/"), "{run}");
    assert!(run.output("go-live-operation").starts_with("configure/"), "{run}");
}

#[test]
fn a_release_in_two_jobs_publishes_once_and_goes_live_once() {
    let world = world("");
    let first = world.job().run().exits(0);
    assert_eq!(first.outcome(), ("succeeded".into(), "publish".into()), "{first}");
    let second = world.job().with("command", "go-live").run().exits(0);
    assert_eq!(second.outcome(), ("succeeded".into(), "go-live".into()), "{second}");
    assert_eq!(posts(&world), [CONFIGURE; 2], "{second}");
}

#[test]
fn two_apis_in_one_manifest_get_a_token_each() {
    let world = World::new("");
    world.write(
        "offer.yml",
        "publisher: contoso\noffers:\n- id: contoso-offer\n- {id: other, api: product-ingestion}\n",
    );
    let run = world.job().run().exits(0);
    assert_eq!(run.output("outcome"), "succeeded", "{run}");
    assert_eq!(posts(&world), [CONFIGURE], "{run}");
    assert_eq!(world.requests().tokens().lines().len(), 2, "{run}");
    assert_eq!(world.requests().posts().len(), 1, "{run}");
}

#[test]
fn a_ready_made_token_is_for_one_api() {
    let world = World::new("");
    world.write(
        "offer.yml",
        "publisher: contoso\noffers:\n- id: contoso-offer\n- {id: other, api: product-ingestion}\n",
    );
    let job = || world.job().with("access-token", "a-token-made-elsewhere");
    let told = "is for one API, and the selected offers use two";
    let run = job().with("command", "go-live").with("preview", "1").run().exits(2);
    assert!(run.stdout.contains(told), "{run}");
    assert!(run.stdout.contains("input `preview` belongs to one offer"), "together: {run}");
    let run = job().with("timeout", "soon").run().exits(2);
    assert!(run.stdout.contains(told), "{run}");
    assert!(run.stdout.contains("input `timeout`"), "together: {run}");
    assert!(world.requests().is_empty());
    job().with("offers", "other").with("command", "status").run();
    assert!(!world.requests().is_empty());
}

#[test]
fn an_offer_that_the_api_does_not_know_is_told_how_to_try_the_other() {
    let world = world("ingestion: {any-product: false}\n");
    let run = world.job().run().exits(1);
    assert!(run.stdout.contains("offer-release/offer-not-found"), "{run}");
    assert!(run.stdout.contains("may need `api: cloud-partner`"), "{run}");
    assert_eq!(posts(&world), [""; 0]);
}

#[test]
fn an_unknown_api_is_refused_at_its_line() {
    let world = World::new("");
    world.write(
        "offer.yml",
        "api: product-injestion\npublisher: contoso\noffers:\n- id: contoso-offer\n",
    );
    let run = world.job().run().exits(2);
    assert!(run.stdout.contains("did you mean `product-ingestion`?"), "{run}");
    assert!(run.stdout.contains("line=1"), "{run}");
}

#[test]
fn a_configure_that_was_throttled_is_posted_again_and_nothing_is_looked_for() {
    side_by_side(["{status: 429, retry-after: 1}", "{status: 401}"], |deed| {
        let world = world(&format!(
            "{SHORT}faults: [{{on: 'POST /rp/**/configure', nth: 1, do: {deed}}}]\n"
        ));
        let run = world.job().run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{deed}: {run}");
        let lines = world.requests().only(|one| one.path.contains("product-ingestion")).lines();
        let first = lines.iter().position(|line| line == CONFIGURE).unwrap();
        assert_eq!(lines[first + 1], CONFIGURE, "{deed}: {run}");
        assert_eq!(run.count("looking whether"), 0, "{deed}: {run}");
        let jobs = world.state()["ingestion"]["jobs"].as_array().map(Vec::len);
        assert_eq!(jobs, Some(1), "{deed}: {run}");
    });
}

/// The simulator carries out two equal requests and answers the second: somebody was faster, and
/// the job that was accepted fails because of it.
#[test]
fn a_job_that_failed_because_something_runs_makes_way_for_it() {
    side_by_side(["job", "409", "423"], |answer| {
        let world = world(&format!(
            "{SHORT}ingestion: {{while-running: '{answer}'}}\n\
             faults: [{{on: 'POST /rp/**/configure', nth: 1, do: duplicate}}]\n"
        ));
        let run = world.job().run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{answer}: {run}");
        assert_eq!(run.count("already exists"), 1, "{answer}: {run}");
        assert_eq!(posts(&world), [CONFIGURE], "{answer}: {run}");
        assert!(run.output("publish-operation").starts_with("submission/"), "{answer}: {run}");
    });
}

#[test]
fn when_running_decides_about_what_a_failed_job_found() {
    let world = world(
        "products: [{id: contoso-offer, preview-takes: 300d}]\n\
         faults: [{on: 'POST /rp/**/configure', nth: 1, do: duplicate}]\n",
    );
    let run = world.job().with("when-running", "fail").run().exits(1);
    assert_eq!(run.output("outcome"), "failed", "{run}");
    assert_eq!(posts(&world), [CONFIGURE], "{run}");
}

const FAILS: &str = "\
products:
- id: contoso-offer
  preview-takes: 30h
  preview-errors:
  - code: internalServerError
    message: Operation failed
    resourceId: virtual-machine-plan-technical-configuration/7a1c0000-0000-4000-8000-000000000001\
/5b9f2a10-0000-4000-0000-000000000001
    details:
    - code: invalidState
      message: Certification
      details: [{code: invalidState, message: Issues found during Certification.}]
";

#[test]
fn a_failed_certification_is_one_message_on_the_plans_line() {
    let world = world(FAILS);
    world.write("offer.yml", &format!("{MANIFEST}  plans:\n  - id: standard\n"));
    let run = world.job().run().exits(1);
    assert_eq!(run.count("::error file=offer.yml,line=6,"), 1, "{run}");
    insta::assert_snapshot!(run.scrubbed_summary());
    assert_eq!(posts(&world), [CONFIGURE], "final: {run}");
}

#[test]
fn a_report_shows_job_submission_time_and_page_and_no_empty_table() {
    let world = world(SHORT);
    let run = world.job().with("go-live", "true").run().exits(0);
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn progress_is_honest_where_the_api_tells_none() {
    let world = world("products: [{id: contoso-offer, preview-takes: 300d}]\n");
    let run = world.job().with("timeout", "2s").run().exits(4);
    let goes_on = "publish goes on at the portal (certification usually takes 1 to 2 days; ";
    assert!(run.summary.contains(goes_on), "{run}");
    assert!(!run.summary.contains("| Step"), "{run}");
}

#[test]
fn addresses_that_the_api_does_not_use_are_warned_of_on_their_line() {
    let world = world(SHORT);
    let emails = "notification-emails: [a@contoso.com]\n";
    world.write("offer.yml", &format!("{emails}{MANIFEST}- id: other\n  {emails}"));
    let run = world.job().with("command", "plan").run().exits(0);
    assert_eq!(run.count("::warning file=offer.yml,line=1,"), 1, "{run}");
    assert_eq!(run.count("::warning file=offer.yml,line=7,"), 1, "{run}");
    assert_eq!(run.count("of contoso-offer is not used"), 2, "a line and an annotation: {run}");
}

#[test]
fn a_plan_at_the_older_api_says_what_the_other_would_change() {
    let world =
        World::new("offers: [{publisher: contoso, id: contoso-offer, status: succeeded}]\n");
    world.write(
        "offer.yml",
        "publisher: contoso\nnotification-emails: [a@b.c]\noffers:\n- id: contoso-offer\n  \
         edit:\n  - {set: /microsoft-azure-marketplace.summary, value: New}\n",
    );
    let told = "is in maintenance; with `api: product-ingestion`, contoso-offer would be released \
                at its successor by the same commands; its edit would need `in:` and another \
                pointer; `notification-emails` would not be used (docs/moving.md)";
    let run = world.job().with("command", "plan").run().exits(0);
    assert_eq!(run.count(told), 1, "{run}");
    // Of migrated offers, the portal does not mail to the addresses of the request.
    assert_eq!(run.count("it mails the seller contact of the account instead"), 1, "{run}");
    let run = world.job().with("command", "status").run();
    assert_eq!(run.count("in maintenance"), 0, "{run}");
}

#[test]
fn an_offer_that_the_older_api_does_not_know_names_the_other() {
    let world = World::new("any-offer: false\n");
    let run = world.job().run().exits(1);
    assert!(run.stdout.contains("offer-release/offer-not-found"), "{run}");
    assert!(run.stdout.contains("needs `api: product-ingestion`"), "{run}");
}
