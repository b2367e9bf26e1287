//! Where the operation is: what its address and the list show → what is done.

use super::*;

#[test]
fn an_address_that_shows_another_operation() {
    let ours = table(
        publish,
        &[
            "op 1 running",
            "op 9 failed",
            "op 9 failed; 9m; op 9 failed",
            "op 9 failed; 10m; op 9 failed",
            "op 9 failed; 5m; op 1 running; offer running; 5m; op 9 failed",
            "op 2 failed",
            "op 1 running; offer running; op 2 running",
            "op go-live complete",
            "op deleteOffer running",
        ],
    );
    let guessed = table(
        found,
        &[
            "op publish running",
            "op go-live running",
            "op go-live complete",
            "op deleteOffer running",
        ],
    );
    let named_before = |run: &mut Run| {
        let operation = Some(operation("9"));
        Follow::adopt(Phase::Publish, operation.clone(), others(), next(operation)).enter(run)
    };
    let before = table(named_before, &["op 9 running"]);
    let all = format!("started here\n{ours}found\n{guessed}was there before\n{before}");
    insta::assert_snapshot!(all, @"
    started here
    op 1 running                                                  → ask offer
    op 9 failed                                                   → rest
    op 9 failed; 9m; op 9 failed                                  → rest
    op 9 failed; 10m; op 9 failed                                 → end failed: operation-replaced
    op 9 failed; 5m; op 1 running; offer running; 5m; op 9 failed → rest
    op 2 failed                                                   → end failed: operation-failed
    op 1 running; offer running; op 2 running                     → end failed: operation-replaced
    op go-live complete                                           → verify: ask preview
    op deleteOffer running                                        → ask offer
    found
    op publish running     → ask offer
    op go-live running     → go-live adopted, rest
    op go-live complete    → go-live adopted, ask offer
    op deleteOffer running → end failed: operation-replaced
    was there before
    op 9 running → ask offer
    ");
}

#[test]
fn an_operation_that_the_portal_does_not_show() {
    insta::assert_snapshot!(table(publish, &[
        "404",
        "404 x12",
        "404 x10; 5m; 404",
        "404 x11; 4m; 404",
        "404 x11; 5m; 404",
        "404 x11; 5m; op running; offer running; 404",
        "404 x11; 5m; 404; list: 1 running",
        "404 x11; 5m; 404; list: 1 running; 404",
        "404 x11; 5m; 404; list: 1 complete",
        "404 x11; 5m; 404; list: 1 failed",
        "404 x11; 5m; 404; list: 1 canceled",
        "404 x11; 5m; 404; list: 2 running",
        "404 x11; 5m; 404; list: 2 complete",
        "404 x11; 5m; 404; list: 9 running",
        "404 x11; 5m; 404; list:",
        "404 x11; 5m; 404; 404",
    ]), @"
    404                                         → rest
    404 x12                                     → rest
    404 x10; 5m; 404                            → rest
    404 x11; 4m; 404                            → rest
    404 x11; 5m; 404                            → ask list
    404 x11; 5m; op running; offer running; 404 → rest
    404 x11; 5m; 404; list: 1 running           → rest
    404 x11; 5m; 404; list: 1 running; 404      → rest
    404 x11; 5m; 404; list: 1 complete          → verify: ask preview
    404 x11; 5m; 404; list: 1 failed            → end failed: operation-failed
    404 x11; 5m; 404; list: 1 canceled          → end cancelled: operation-canceled
    404 x11; 5m; 404; list: 2 running           → end failed: operation-replaced
    404 x11; 5m; 404; list: 2 complete          → end failed: operation-vanished
    404 x11; 5m; 404; list: 9 running           → end failed: operation-vanished
    404 x11; 5m; 404; list:                     → end failed: operation-vanished
    404 x11; 5m; 404; 404                       → end failed: operation-vanished
    ");
}

#[test]
fn a_go_live_that_the_portal_does_not_show() {
    insta::assert_snapshot!(table(go_live, &[
        "404 x11; 5m; 404; list: go-live 1 complete",
        "404 x11; 5m; 404; list: go-live 1 complete; offer complete",
        "404 x11; 5m; 404; list: go-live 1 running",
    ]), @"
    404 x11; 5m; 404; list: go-live 1 complete                 → ask offer
    404 x11; 5m; 404; list: go-live 1 complete; offer complete → verify: ask live
    404 x11; 5m; 404; list: go-live 1 running                  → rest
    ");
}

#[test]
fn an_operation_that_nobody_named() {
    let ours = table(
        unlisted,
        &[
            "at first",
            "list: 1 running, 9 complete",
            "list: 1 failed, 9 complete",
            "list: ? 1 running, 9 complete",
            "list: go-live 1 running, 9 complete",
            "list: deleteOffer 1 running",
            "list: 9 running",
            "list:",
            "404",
            "list: ? 1 running; op publish running",
            "list: ? 1 running; op go-live running",
            "list: ? 1 running; op deleteOffer running",
        ],
    );
    let unnamed =
        |run: &mut Run| Follow::adopt(Phase::Publish, None, others(), next(None)).enter(run);
    let guessed = table(unnamed, &["list: 1 running", "list: 9 running", "list: 1 complete"]);
    insta::assert_snapshot!(format!("started here\n{ours}found\n{guessed}"), @"
    started here
    at first                                  → ask list
    list: 1 running, 9 complete               → publish adopted, ask operation 1
    list: 1 failed, 9 complete                → publish adopted, ask operation 1
    list: ? 1 running, 9 complete             → publish adopted, ask operation 1
    list: go-live 1 running, 9 complete       → ask offer
    list: deleteOffer 1 running               → ask offer
    list: 9 running                           → ask offer
    list:                                     → ask offer
    404                                       → ask offer
    list: ? 1 running; op publish running     → ask offer
    list: ? 1 running; op go-live running     → end failed: operation-replaced
    list: ? 1 running; op deleteOffer running → end failed: operation-replaced
    found
    list: 1 running  → publish adopted, ask operation 1
    list: 9 running  → publish adopted, ask operation 9
    list: 1 complete → ask offer
    ");
}
