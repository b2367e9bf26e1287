//! How an operation is followed, by examples: what is seen → what is done. Operation 1 is followed;
//! 9 was there before it. A document is called by its content, and `one` was published.

use super::super::binding;
use super::super::tables::{document, operation, table, table_with};
use super::*;
use crate::portal::{CancelScope, Capabilities, Feature};

mod places;

fn others() -> HashSet<String> {
    HashSet::from(["9".to_owned()])
}

fn next(operation: Option<Operation>) -> Next {
    Next::GoOn(binding::of_started(operation, others()))
}

fn started(phase: Phase, id: Option<&str>, run: &mut Run) -> Follow {
    run.document = Some(document("one").body);
    let operation = id.map(operation);
    Follow::start(phase, operation.clone(), others(), next(operation))
}

fn publish(run: &mut Run) -> Stage {
    started(Phase::Publish, Some("1"), run).enter(run)
}

fn go_live(run: &mut Run) -> Stage {
    started(Phase::GoLive, Some("1"), run).enter(run)
}

fn found(run: &mut Run) -> Stage {
    run.document = Some(document("one").body);
    let operation = Some(operation("1"));
    Follow::adopt(Phase::Publish, operation.clone(), others(), next(operation)).enter(run)
}

fn unlisted(run: &mut Run) -> Stage {
    started(Phase::Publish, None, run).enter(run)
}

fn in_the_way(_: &mut Run) -> Stage {
    let next = Next::LookAgain(Purpose::BeginAfterOthers);
    Stage::Follow(Follow::adopt(Phase::Publish, Some(operation("1")), others(), next))
}

const WORDS: [&str; 11] = [
    "op neverPublished",
    "op notStarted",
    "op running",
    "op blocked",
    "op waits",
    "op complete",
    "op failed",
    "op canceled",
    "op superseded",
    "op running, sign-off waits",
    "op running, sign-off complete",
];

#[test]
fn the_word_of_a_publish() {
    insta::assert_snapshot!(table(publish, &WORDS), @"
    op neverPublished             → ask offer
    op notStarted                 → ask offer
    op running                    → ask offer
    op blocked                    → ask offer
    op waits                      → verify: ask preview
    op complete                   → verify: ask preview
    op failed                     → end failed: operation-failed
    op canceled                   → end cancelled: operation-canceled
    op superseded                 → ask offer
    op running, sign-off waits    → verify: ask preview
    op running, sign-off complete → verify: ask preview
    ");
}

#[test]
fn the_word_of_a_go_live() {
    insta::assert_snapshot!(table(go_live, &WORDS), @"
    op neverPublished             → rest
    op notStarted                 → rest
    op running                    → rest
    op blocked                    → rest
    op waits                      → rest
    op complete                   → ask offer
    op failed                     → end failed: operation-failed
    op canceled                   → end cancelled: operation-canceled
    op superseded                 → rest
    op running, sign-off waits    → rest
    op running, sign-off complete → rest
    ");
}

#[test]
fn the_offers_word_beside_a_publish_that_runs() {
    insta::assert_snapshot!(table(publish, &[
        "op running; offer running",
        "op running; offer complete",
        "op running; offer failed",
        "op running; offer waits",
        "op running; offer running, sign-off waits",
        "op running; 404",
        "op superseded; offer waits",
    ]), @"
    op running; offer running                 → rest
    op running; offer complete                → rest
    op running; offer failed                  → rest
    op running; offer waits                   → ask preview
    op running; offer running, sign-off waits → ask preview
    op running; 404                           → rest
    op superseded; offer waits                → rest
    ");
}

#[test]
fn what_has_to_agree_with_an_offer_that_says_a_publish_is_done() {
    let shown = table(
        publish,
        &[
            "op running; offer waits; slot one",
            "op running; offer waits; slot two",
            "op running; offer waits; slot empty",
            "op running; offer waits; 404",
            "op running; offer waits; 403",
            "op running; offer waits; 404; list: 1 waits",
            "op running; offer waits; 404; list: 1 complete",
            "op running; offer waits; 404; list: 1 running",
            "op running; offer waits; 404; list: 9 complete",
            "op running; offer waits; 404; 404",
            "op running; offer waits; slot one; op running",
            "op running; offer waits; slot one; op failed",
            "op running; offer waits; slot one; op superseded",
        ],
    );
    let held_the_same_before = |run: &mut Run| {
        started(Phase::Publish, Some("1"), run).prove_by(SlotProof::Void).enter(run)
    };
    let void = table(held_the_same_before, &["op running; offer waits"]);
    let without_slots = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::AnyRunning, &[Feature::SignOffInOffer]);
        publish(run)
    };
    let without = table(without_slots, &["op running; offer waits"]);
    let by_time = table_with(
        without_slots,
        &[("done", "op running; offer waits; list:"), ("not yet", "op running; offer running")],
        &[
            "done; 9m; done",
            "done; 10m; done",
            "done; 10m; done; op running",
            "done; 5m; not yet; 5m; done",
        ],
    );
    let by_itself = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::OnlyKnown, &[Feature::Slots]);
        publish(run)
    };
    let by_itself = table(by_itself, &["op running"]);
    let void = format!("the preview held the same before\n{void}");
    let void = format!("{void}where only the operation says it\n{by_itself}");
    let without = format!("without slots\n{without}{by_time}");
    insta::assert_snapshot!(format!("{shown}{void}{without}"), @"
    op running; offer waits; slot one                → ask operation 1
    op running; offer waits; slot two                → rest
    op running; offer waits; slot empty              → rest
    op running; offer waits; 404                     → ask list
    op running; offer waits; 403                     → ask list
    op running; offer waits; 404; list: 1 waits      → ask operation 1
    op running; offer waits; 404; list: 1 complete   → ask operation 1
    op running; offer waits; 404; list: 1 running    → rest
    op running; offer waits; 404; list: 9 complete   → rest
    op running; offer waits; 404; 404                → rest
    op running; offer waits; slot one; op running    → verify: ask preview
    op running; offer waits; slot one; op failed     → end failed: operation-failed
    op running; offer waits; slot one; op superseded → ask offer
    the preview held the same before
    op running; offer waits → ask list
    where only the operation says it
    op running → rest
    without slots
    op running; offer waits → ask list
    done; 9m; done              → rest
    done; 10m; done             → ask operation 1
    done; 10m; done; op running → verified unknown, survey to go on with preview 1: ask list
    done; 5m; not yet; 5m; done → rest
    ");
}

#[test]
fn the_offers_word_after_a_go_live() {
    let known = table(
        go_live,
        &[
            "op complete; offer complete",
            "op complete; offer failed",
            "op complete; offer canceled",
            "op complete; offer running",
            "op complete; offer waits",
            "op complete; offer superseded",
        ],
    );
    let unknown = |run: &mut Run| started(Phase::GoLive, None, run).enter(run);
    let nowhere = table(
        unknown,
        &[
            "list:; offer running",
            "list:; offer waits",
            "list:; offer failed",
            "list:; offer complete",
            "list:; offer complete; slot one",
            "list:; offer complete; slot two",
        ],
    );
    insta::assert_snapshot!(format!("{known}at an unknown address\n{nowhere}"), @"
    op complete; offer complete   → verify: ask live
    op complete; offer failed     → end failed: operation-failed
    op complete; offer canceled   → end cancelled: operation-canceled
    op complete; offer running    → rest
    op complete; offer waits      → rest
    op complete; offer superseded → rest
    at an unknown address
    list:; offer running            → rest
    list:; offer waits              → rest
    list:; offer failed             → rest
    list:; offer complete           → ask live
    list:; offer complete; slot one → verify: ask live
    list:; offer complete; slot two → rest
    ");
}

#[test]
fn refusals_to_show_it_and_ends_from_outside() {
    let rows = [
        "403",
        "403 x3",
        "403 x4",
        "400 x4",
        "403 x3; op running; 403",
        "409",
        "outage",
        "timeout",
        "stop",
        "stop+cancel",
    ];
    let all = [
        ("a publish started here", publish as fn(&mut Run) -> Stage),
        ("a go-live started here", go_live),
        ("a publish found in the list", |run| {
            let follow = started(Phase::Publish, Some("1"), run);
            Follow { identity: Identity::InList, ..follow }.enter(run)
        }),
        ("a publish found", found),
        ("in the way", in_the_way),
    ]
    .map(|(name, begin)| format!("{name}\n{}", table(begin, &rows)));
    insta::assert_snapshot!(all.concat(), @"
    a publish started here
    403                     → rest
    403 x3                  → rest
    403 x4                  → end pending: portal-forbidden
    400 x4                  → end pending: unavailable
    403 x3; op running; 403 → rest
    409                     → survey to begin: wait 5s
    outage                  → end pending: unavailable
    timeout                 → end pending: the publish was still running when `timeout` w…
    stop                    → end pending: the job was canceled; what runs at the portal …
    stop+cancel             → cancel: ask list
    a go-live started here
    403                     → rest
    403 x3                  → rest
    403 x4                  → end pending: portal-forbidden
    400 x4                  → end pending: unavailable
    403 x3; op running; 403 → rest
    409                     → survey to go on with preview 1: wait 5s
    outage                  → end pending: unavailable
    timeout                 → end pending: the go-live was still running when `timeout` w…
    stop                    → end pending: the job was canceled; what runs at the portal …
    stop+cancel             → cancel: ask list
    a publish found in the list
    403                     → rest
    403 x3                  → rest
    403 x4                  → end pending: portal-forbidden
    400 x4                  → end pending: unavailable
    403 x3; op running; 403 → rest
    409                     → end failed: operation-running
    outage                  → end pending: unavailable
    timeout                 → end pending: the publish was still running when `timeout` w…
    stop                    → end pending: the job was canceled; what runs at the portal …
    stop+cancel             → cancel: ask list
    a publish found
    403                     → rest
    403 x3                  → rest
    403 x4                  → end pending: portal-forbidden
    400 x4                  → end pending: unavailable
    403 x3; op running; 403 → rest
    409                     → end failed: operation-running
    outage                  → end pending: unavailable
    timeout                 → end pending: the publish was still running when `timeout` w…
    stop                    → end pending: the job was canceled; what runs at the portal …
    stop+cancel             → end pending: the job was canceled; what runs at the portal …
    in the way
    403                     → rest
    403 x3                  → rest
    403 x4                  → end pending: portal-forbidden
    400 x4                  → end pending: unavailable
    403 x3; op running; 403 → rest
    409                     → end failed: operation-running
    outage                  → end pending: unavailable
    timeout                 → end pending: the operation in the way was still running whe…
    stop                    → end pending: the job was canceled; what runs at the portal …
    stop+cancel             → end pending: the job was canceled; what runs at the portal …
    ");
}

#[test]
fn what_comes_after_it() {
    let rows = ["op publish complete", "op go-live complete; offer complete", "op failed"];
    let judged = |run: &mut Run| {
        let binding = binding::of_started(Some(operation("1")), others());
        let next = Next::Judge(Adopted { binding, begun_by: None, may_be_ours: true });
        Follow::adopt(Phase::Publish, Some(operation("1")), others(), next).enter(run)
    };
    let own = table(found, &rows);
    let judged = table(judged, &rows);
    let others = table(in_the_way, &rows);
    let all = format!("its own\n{own}adopted, to be judged\n{judged}in the way\n{others}");
    insta::assert_snapshot!(all, @"
    its own
    op publish complete                 → verify: ask preview
    op go-live complete; offer complete → verify: ask live
    op failed                           → end failed: operation-failed
    adopted, to be judged
    op publish complete                 → survey to judge preview 1: ask list
    op go-live complete; offer complete → survey to begin: ask list
    op failed                           → end failed: operation-failed
    in the way
    op publish complete                 → survey to begin after others: ask list
    op go-live complete; offer complete → survey to begin after others: ask list
    op failed                           → survey to begin after others: ask list
    ");
}

#[test]
fn a_run_that_does_not_wait() {
    let unwaited = |begin: fn(&mut Run) -> Stage| {
        move |run: &mut Run| {
            run.goal.wait = false;
            begin(run)
        }
    };
    let ours = table(unwaited(publish), &["at first"]);
    let rows = ["at first", "op running", "op running; offer running", "op complete", "404"];
    let others = table(unwaited(found), &rows);
    let busy = table(unwaited(in_the_way), &["op running; offer running", "op complete"]);
    insta::assert_snapshot!(format!("started here\n{ours}found\n{others}in the way\n{busy}"), @"
    started here
    at first → end pending: left running
    found
    at first                  → ask operation 1
    op running                → ask offer
    op running; offer running → end pending: left running
    op complete               → verify: ask preview
    404                       → end pending: left running
    in the way
    op running; offer running → rest
    op complete               → survey to begin after others: ask list
    ");
}
