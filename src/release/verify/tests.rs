//! Whether a half took effect, by examples: what the slot holds → what is done. A document is
//! called by its content, and `one` was published, by operation 1.

use std::collections::HashSet;

use super::super::binding;
use super::super::tables::{document, operation, table};
use super::*;
use crate::portal::{CancelScope, Capabilities};

fn bound() -> Binding {
    binding::of_started(Some(operation("1")), HashSet::new())
}

fn after_publish(run: &mut Run) -> Stage {
    run.phase = Some(Phase::Publish);
    run.document = Some(document("one").body);
    Verify::after_publish(run, "the preview is ready", bound())
}

fn without_go_live(run: &mut Run) -> Stage {
    run.goal.go_live = false;
    after_publish(run)
}

fn after_go_live(run: &mut Run) -> Stage {
    run.phase = Some(Phase::GoLive);
    run.document = Some(document("one").body);
    Verify::after_go_live(run, "the offer is live")
}

/// The content is not known, so the preview tells it.
fn by_preview(run: &mut Run) -> Stage {
    run.phase = Some(Phase::GoLive);
    Verify::after_go_live(run, "the offer is live")
}

const SLOTS: [&str; 19] = [
    "at first",
    "slot one",
    "slot two",
    "slot empty",
    "slot two x2",
    "slot two x3",
    "slot two x4",
    "slot two x5",
    "slot two x6",
    "slot two; 5m; slot one",
    "slot two; 9m; slot two",
    "slot two; 10m; slot two",
    "404",
    "403",
    "404 x4",
    "404; 60s; 404",
    "404; 60s; 404 x2",
    "404 x2; 60s; slot two; 404",
    "slot two; 60s; 404 x3",
];

#[test]
fn what_the_preview_holds_after_a_publish() {
    insta::assert_snapshot!(table(after_publish, &SLOTS), @"
    at first                   → ask preview
    slot one                   → verified true, survey to go on with preview 1: ask list
    slot two                   → wait 2s
    slot empty                 → wait 2s
    slot two x2                → wait 5s
    slot two x3                → wait 10s
    slot two x4                → wait 20s
    slot two x5                → wait 30s
    slot two x6                → wait 30s
    slot two; 5m; slot one     → verified true, survey to go on with preview 1: ask list
    slot two; 9m; slot two     → wait 5s
    slot two; 10m; slot two    → verified false, end failed: not-in-effect
    404                        → wait 2s
    403                        → wait 2s
    404 x4                     → wait 20s
    404; 60s; 404              → wait 5s
    404; 60s; 404 x2           → verified unknown, survey to go on with preview 1: ask list
    404 x2; 60s; slot two; 404 → wait 20s
    slot two; 60s; 404 x3      → wait 20s
    ");
}

#[test]
fn what_is_live_after_a_go_live() {
    insta::assert_snapshot!(table(after_go_live, &SLOTS), @"
    at first                   → ask live
    slot one                   → verified true, end succeeded: the offer is live
    slot two                   → wait 2s
    slot empty                 → wait 2s
    slot two x2                → wait 5s
    slot two x3                → wait 10s
    slot two x4                → wait 20s
    slot two x5                → wait 30s
    slot two x6                → wait 30s
    slot two; 5m; slot one     → verified true, end succeeded: the offer is live
    slot two; 9m; slot two     → wait 5s
    slot two; 10m; slot two    → verified false, end failed: not-in-effect
    404                        → wait 2s
    403                        → wait 2s
    404 x4                     → wait 20s
    404; 60s; 404              → wait 5s
    404; 60s; 404 x2           → verified unknown, end succeeded: the offer is live
    404 x2; 60s; slot two; 404 → wait 20s
    slot two; 60s; 404 x3      → wait 20s
    ");
}

#[test]
fn what_is_live_where_only_the_preview_tells_what_it_has_to_be() {
    insta::assert_snapshot!(table(by_preview, &[
        "at first",
        "slot one",
        "slot empty",
        "404",
        "403",
        "slot one; slot one",
        "slot one; slot two",
        "slot one; slot two; 10m; slot two",
        "slot one; slot two; 5m; slot one",
    ]), @"
    at first                          → ask preview
    slot one                          → ask live
    slot empty                        → verified unknown, end succeeded: the offer is live
    404                               → verified unknown, end succeeded: the offer is live
    403                               → verified unknown, end succeeded: the offer is live
    slot one; slot one                → verified true, end succeeded: the offer is live
    slot one; slot two                → wait 2s
    slot one; slot two; 10m; slot two → verified unknown, end succeeded: the offer is live
    slot one; slot two; 5m; slot one  → verified true, end succeeded: the offer is live
    ");
}

#[test]
fn a_publish_that_is_not_to_go_live() {
    insta::assert_snapshot!(table(without_go_live, &[
        "slot one",
        "slot two; 10m; slot two",
        "404; 60s; 404 x2",
    ]), @"
    slot one                → verified true, end succeeded: published: the preview is ready
    slot two; 10m; slot two → verified false, end failed: not-in-effect
    404; 60s; 404 x2        → verified unknown, end succeeded: published: the preview is ready
    ");
}

#[test]
fn where_nothing_can_be_compared() {
    let without_slots = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::AnyRunning, &[]);
        after_publish(run)
    };
    let unread = |run: &mut Run| Verify::after_publish(run, "the preview is ready", bound());
    let live = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::AnyRunning, &[]);
        after_go_live(run)
    };
    let [without_slots, live, unread] = [
        table(without_slots, &["at first"]),
        table(live, &["at first"]),
        table(unread, &["at first"]),
    ];
    let all = format!("without slots\n{without_slots}{live}a draft that was not read\n{unread}");
    insta::assert_snapshot!(all, @"
    without slots
    at first → survey to go on with preview 1: ask list
    at first → end succeeded: the offer is live
    a draft that was not read
    at first → survey to go on with preview 1: ask list
    ");
}

#[test]
fn ends_from_outside() {
    let rows =
        ["timeout", "outage", "stop", "stop+cancel", "slot two; timeout", "slot two; stop+cancel"];
    let publish = table(after_publish, &rows);
    let go_live = table(after_go_live, &rows);
    insta::assert_snapshot!(format!("a publish\n{publish}a go-live\n{go_live}"), @"
    a publish
    timeout               → end pending: the publish is done, but the preview did not h…
    outage                → end pending: unavailable
    stop                  → end pending: the publish is done, but the preview did not h…
    stop+cancel           → end pending: the publish is done, but the preview did not h…
    slot two; timeout     → end pending: the publish is done, but the preview did not h…
    slot two; stop+cancel → end pending: the publish is done, but the preview did not h…
    a go-live
    timeout               → end pending: the go-live is done, but what is live did not …
    outage                → end pending: unavailable
    stop                  → end pending: the go-live is done, but what is live did not …
    stop+cancel           → end pending: the go-live is done, but what is live did not …
    slot two; timeout     → end pending: the go-live is done, but what is live did not …
    slot two; stop+cancel → end pending: the go-live is done, but what is live did not …
    ");
}
