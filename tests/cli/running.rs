//! Something runs on the offer already: `when-running`.

use crate::harness::World;
use crate::outcomes::ENDLESS;

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const GO_LIVE: &str = "POST /api/publishers/contoso/offers/contoso-offer/golive";
const CANCEL: &str = "POST /api/publishers/contoso/offers/contoso-offer/cancel";

fn world(status: &str, more: &str) -> World {
    // Some seconds for what runs, so that it still does when it is looked at.
    World::new(&format!(
        "time-scale: 2000\noffers:\n- {{publisher: contoso, id: contoso-offer, {status}}}\n{more}"
    ))
}

#[test]
fn adopt_follows_it_and_publishes_nothing() {
    let world = world("status: running", "");
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [GO_LIVE]);
    assert_eq!(run.count("a publish operation is there already; following it"), 1, "{run}");
}

#[test]
fn wait_publishes_nothing_if_what_ran_brought_the_draft() {
    let world = world("status: running", "");
    let run = world.job().with("when-running", "wait").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn a_draft_edited_while_an_operation_ran_is_published_after_it() {
    for when_running in ["adopt", "wait"] {
        // The publish had begun before the edit, so that it does not bring it.
        let world = world(
            "status: running, since: 10m, edits: [{at: 1s, set: /offer/summary, value: Two}]",
            "",
        );
        let run = world.job().with("when-running", when_running).run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()), "{run}");
        assert_eq!(world.requests().posts(), [PUBLISH], "{when_running}: {run}");
    }
}

#[test]
fn cancel_cancels_it_and_publishes_anew() {
    let world = world("status: running", "portal: {cancel-time: 10m}\n");
    let run = world.job().with("when-running", "cancel").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [CANCEL, PUBLISH]);
    assert_eq!(world.state()["offers"][0]["operations"][0]["state"], "Canceled");
}

#[test]
fn fail_leaves_it_alone() {
    let world = world("status: running", ENDLESS);
    let run = world.job().with("when-running", "fail").run().exits(1);
    assert_eq!(run.output("outcome"), "failed");
    assert_eq!(
        run.message(),
        "a publish is already running on offer contoso-offer, and `when-running: fail` says to \
         leave it alone"
    );
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn a_running_go_live_is_followed_to_its_end_and_what_it_brought_is_not_published_again() {
    for go_live in ["true", "false"] {
        let world = world("status: running, running: go-live", "");
        let run = world.job().with("go-live", go_live).run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{run}");
        assert_eq!(world.requests().posts(), [""; 0], "{run}");
    }
}

#[test]
fn someone_was_faster_between_look_and_post() {
    // The list shows nothing; the POST meets another publish.
    let world = world(
        "status: neverPublished",
        "portal: {publish-while-running: '409'}\n\
         faults: [{on: POST /api/**, nth: 1, do: duplicate}]\n",
    );
    let run = world.job().run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(world.requests().posts(), [PUBLISH]);
    assert_eq!(world.state()["offers"][0]["operations"].as_array().unwrap().len(), 1);
}

#[test]
fn someone_cancels_it_meanwhile() {
    let world = World::new(ENDLESS);
    let running = world.job().start();
    running.until("Certification in");
    let id = world.state()["offers"][0]["operations"][0]["id"].as_str().unwrap().to_owned();
    world.post(&format!("/simulator/operations/{id}/cancel-by-someone"));
    let run = running.finish().exits(1);
    assert_eq!(run.outcome(), ("cancelled".into(), "publish".into()));
    assert_eq!(world.check_runs()[0]["conclusion"], "cancelled");
}
