//! A job that is run again goes on where the former one ended: one release has one publish and one
//! go-live.

use crate::harness::World;
use crate::outcomes::ENDLESS;

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const GO_LIVE: &str = "POST /api/publishers/contoso/offers/contoso-offer/golive";

#[test]
fn a_job_killed_before_the_answer_is_followed_by_one_that_adopts() {
    let world = World::new(&format!(
        "{ENDLESS}faults: [{{on: 'POST /api/**', nth: 1, do: {{delay: 5s, handled: true}}}}]\n"
    ));
    let running = world.job().start();
    running.wait_for("the POST", || !world.requests().posts().is_empty());
    // The portal got it, the job is gone before it knows.
    running.signal("KILL");
    assert_eq!(running.finish().code, None);
    let running = world.job().start();
    running.wait_for("the operation", || {
        world.state()["offers"][0]["operations"][0]["kind"] == "Publish"
    });
    running.signal("TERM");
    running.finish().exits(143);
}

#[test]
fn a_job_killed_under_way_is_followed_by_one_that_adopts() {
    let world = World::new("time-scale: 5000\n");
    let running = world.job().with("go-live", "true").start();
    running.until("publish started");
    running.signal("KILL");
    assert_eq!(running.finish().code, None);
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE]);
}

#[test]
fn the_preview_of_a_former_run_goes_live() {
    let world = World::new("");
    world.job().run().exits(0);
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE]);
    assert_eq!(run.count("not publishing again"), 1, "{run}");
}

#[test]
fn a_changed_draft_is_published_anew() {
    let world = World::new("");
    world.job().run().exits(0);
    world.post("/simulator/advance/1d");
    world.post("/simulator/offers/contoso/contoso-offer/draft");
    world.job().with("go-live", "true").run().exits(0);
    assert_eq!(world.requests().posts(), [PUBLISH, PUBLISH, GO_LIVE]);
}

#[test]
fn a_failed_release_is_published_anew() {
    let world = World::new("offers: [{publisher: contoso, id: contoso-offer, status: failed}]\n");
    let run = world.job().run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [PUBLISH]);
}

#[test]
fn pending_at_timeout_is_resumed_with_what_the_summary_says() {
    let world = World::new("time-scale: 2000\n");
    let run = world.job().with("go-live", "true").with("timeout", "1500ms").run().exits(4);
    let line = |key: &str| {
        let line = run
            .summary
            .lines()
            .find_map(|line| line.trim().strip_prefix(key))
            .unwrap_or_else(|| panic!("{key}: {run}"));
        line.trim().trim_matches('\'').to_owned()
    };
    let job = world.job().with("command", &line("command:")).with("manifest", &line("manifest:"));
    let job = job
        .with("offers", &line("offers:"))
        .with("go-live", &line("go-live:"))
        .with("operation", &line("operation:"));
    let run = job.run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE]);
}

#[test]
fn started_and_left_in_both_halves() {
    let world = World::new(
        "time-scale: 5000\noffers: [{publisher: contoso, id: contoso-offer, status: \
         waitingForPublisherReview}]\n",
    );
    let run = world.job().with("go-live", "true").with("wait", "false").run().exits(0);
    assert_eq!(run.outcome(), ("pending".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [GO_LIVE]);
    let run = world.job().with("command", "resume").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
}
