//! How an operation is canceled, by examples: what is seen → what is done. Operation 1 is to be
//! canceled; 9 was there before it.

use super::super::binding;
use super::super::tables::{operation, rows, table, table_with};
use super::*;
use crate::portal::{Capabilities, Phase};

fn asked(run: &mut Run) -> Stage {
    run.phase = Some(Phase::Publish);
    run.goal.aim = Aim::Cancel(None);
    Stage::Cancel(Cancel::of_row(Why::Asked, &rows("1 running")[0]))
}

fn in_the_way(_: &mut Run) -> Stage {
    let why = Why::InTheWay(Purpose::BeginAfterOthers);
    Stage::Cancel(Cancel::of_row(why, &rows("1 running")[0]))
}

fn of_unlisted(id: Option<&str>) -> Cancel {
    let others = HashSet::from(["9".to_owned()]);
    Cancel::of_unlisted(Why::Signal(15), id.map(operation), others)
}

fn by_signal(run: &mut Run) -> Stage {
    run.phase = Some(Phase::Publish);
    Cancel::by_signal(run, of_unlisted(Some("1")))
}

fn unnamed(run: &mut Run) -> Stage {
    run.phase = Some(Phase::Publish);
    Cancel::by_signal(run, of_unlisted(None))
}

#[test]
fn what_runs_by_now_before_anything_is_canceled() {
    let named = table(
        by_signal,
        &[
            "at first",
            "list: 1 running",
            "list: 1 running, 9 running",
            "list: 2 running, 1 running",
            "list: 1 complete",
            "list: 1 failed",
            "list: 1 canceled",
            "list: 2 running, 1 complete",
            "list: 2 running, 9 complete",
            "list: 2 complete, 9 complete",
            "list: deleteOffer 2 running",
            "list: 9 running",
            "list:",
            "404",
            "403",
        ],
    );
    let unnamed = table(
        unnamed,
        &[
            "list: 1 running, 9 complete",
            "list: 2 running, 1 running",
            "list: 1 complete, 9 complete",
            "list: 9 running",
        ],
    );
    let only_known = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::OnlyKnown, &[]);
        by_signal(run)
    };
    let bound = table(only_known, &["at first"]);
    let first = format!("its id is not known\n{unnamed}only what is known is canceled\n{bound}");
    insta::assert_snapshot!(format!("{named}{first}"), @"
    at first                     → ask list
    list: 1 running              → POST cancel of 1
    list: 1 running, 9 running   → POST cancel of 1
    list: 2 running, 1 running   → POST cancel of 1
    list: 1 complete             → end cancelled: the job was canceled; the operation had ended …
    list: 1 failed               → end cancelled: the job was canceled; the operation had ended …
    list: 1 canceled             → end cancelled: the job was canceled, and the operation with i…
    list: 2 running, 1 complete  → end cancelled: the job was canceled; the operation had ended …
    list: 2 running, 9 complete  → end pending: the job was canceled, and the operation was no…
    list: 2 complete, 9 complete → POST cancel of 1
    list: deleteOffer 2 running  → POST cancel of 1
    list: 9 running              → POST cancel of 1
    list:                        → POST cancel of 1
    404                          → end pending: the job was canceled, and the operation was no…
    403                          → end pending: the job was canceled, and the operation was no…
    its id is not known
    list: 1 running, 9 complete  → POST cancel
    list: 2 running, 1 running   → end pending: the job was canceled, and the operation was no…
    list: 1 complete, 9 complete → end cancelled: the job was canceled; the operation had ended …
    list: 9 running              → POST cancel
    only what is known is canceled
    at first → POST cancel of 1
    ");
}

#[test]
fn the_lists_word_after_the_request() {
    let rows = [
        "at first",
        "accepted",
        "lost",
        "accepted; list: 1 running",
        "accepted; list: 1 waits",
        "accepted; list: 1 superseded",
        "accepted; list: 1 canceled",
        "accepted; list: 1 complete",
        "accepted; list: 1 failed",
        "accepted; list: cancel 3 complete, 1 running",
        "accepted; list: 2 canceled, 1 running",
        "accepted; list: 9 canceled",
        "accepted; list:",
        "accepted; 404",
        "accepted; 403",
    ];
    let signal = table_with(by_signal, &[("accepted", "list:; accepted")], &rows[3..9]);
    let asked = table(asked, &rows);
    let busy = table(in_the_way, &rows[3..9]);
    let all = format!("as the command says\n{asked}in the way\n{busy}at a signal\n{signal}");
    insta::assert_snapshot!(all, @"
    as the command says
    at first                                     → POST cancel of 1
    accepted                                     → ask list
    lost                                         → ask list
    accepted; list: 1 running                    → wait 5s
    accepted; list: 1 waits                      → wait 5s
    accepted; list: 1 superseded                 → wait 5s
    accepted; list: 1 canceled                   → end succeeded: the operation is canceled
    accepted; list: 1 complete                   → end failed: cancel-refused
    accepted; list: 1 failed                     → end failed: cancel-refused
    accepted; list: cancel 3 complete, 1 running → wait 5s
    accepted; list: 2 canceled, 1 running        → wait 5s
    accepted; list: 9 canceled                   → wait 5s
    accepted; list:                              → wait 5s
    accepted; 404                                → wait 5s
    accepted; 403                                → end failed: portal-forbidden
    in the way
    accepted; list: 1 running    → wait 5s
    accepted; list: 1 waits      → wait 5s
    accepted; list: 1 superseded → wait 5s
    accepted; list: 1 canceled   → survey to begin after others: ask list
    accepted; list: 1 complete   → survey to begin after others: ask list
    accepted; list: 1 failed     → survey to begin after others: ask list
    at a signal
    accepted; list: 1 running    → wait 5s
    accepted; list: 1 waits      → wait 5s
    accepted; list: 1 superseded → wait 5s
    accepted; list: 1 canceled   → end cancelled: the job was canceled, and the operation with i…
    accepted; list: 1 complete   → end cancelled: the job was canceled; the operation had ended …
    accepted; list: 1 failed     → end cancelled: the job was canceled; the operation had ended …
    ");
}

#[test]
fn the_offers_word_where_the_list_cannot_tell_which_it_is() {
    let unlisted = |run: &mut Run| {
        run.phase = Some(Phase::Publish);
        Stage::Cancel(Cancel { why: Why::Asked, ..of_unlisted(None) })
    };
    let words = [("unlisted", "begun; list: 9 complete"), ("begun", "accepted")];
    insta::assert_snapshot!(table_with(unlisted, &words, &[
        "unlisted",
        "begun; list: 1 running, 9 complete",
        "begun; list: 1 canceled, 9 complete",
        "begun; list: cancel 3 complete, 9 complete",
        "unlisted; offer neverPublished",
        "unlisted; offer notStarted",
        "unlisted; offer canceled",
        "unlisted; offer waits",
        "unlisted; offer running, sign-off waits",
        "unlisted; offer complete",
        "unlisted; offer running",
        "unlisted; 404",
    ]), @"
    unlisted                                   → ask offer
    begun; list: 1 running, 9 complete         → wait 5s
    begun; list: 1 canceled, 9 complete        → end succeeded: the operation is canceled
    begun; list: cancel 3 complete, 9 complete → ask offer
    unlisted; offer neverPublished             → end succeeded: the operation is canceled
    unlisted; offer notStarted                 → end succeeded: the operation is canceled
    unlisted; offer canceled                   → end succeeded: the operation is canceled
    unlisted; offer waits                      → end failed: cancel-refused
    unlisted; offer running, sign-off waits    → end failed: cancel-refused
    unlisted; offer complete                   → end failed: cancel-refused
    unlisted; offer running                    → wait 5s
    unlisted; 404                              → wait 5s
    ");
}

#[test]
fn a_request_that_is_refused() {
    let rows = [
        "409",
        "409; list: 1 running",
        "400; list: 1 running",
        "403; list: 1 running",
        "409; list: 1 canceled",
        "409; list: 1 complete",
        "409; 404",
    ];
    let begun = [("409", "list:; 409"), ("400", "list:; 400"), ("403", "list:; 403")];
    let asked = table(asked, &rows);
    let signal = table_with(by_signal, &begun, &rows[1..4]);
    insta::assert_snapshot!(format!("as the command says\n{asked}at a signal\n{signal}"), @"
    as the command says
    409                   → ask list
    409; list: 1 running  → end failed: cancel-refused
    400; list: 1 running  → end failed: cancel-refused
    403; list: 1 running  → end failed: portal-forbidden
    409; list: 1 canceled → end succeeded: the operation is canceled
    409; list: 1 complete → end failed: cancel-refused
    409; 404              → wait 5s
    at a signal
    409; list: 1 running → end pending: the job was canceled, and the operation was no…
    400; list: 1 running → end pending: the job was canceled, and the operation was no…
    403; list: 1 running → end pending: the job was canceled, and the operation was no…
    ");
}

#[test]
fn how_often_it_is_requested() {
    let words = [("in vain", "accepted; running x36"), ("running", "list: 1 running")];
    insta::assert_snapshot!(table_with(asked, &words, &[
        "accepted; running x35",
        "in vain",
        "in vain; accepted; running x35",
        "in vain; in vain",
        "in vain; in vain; accepted; running x99",
    ]), @"
    accepted; running x35                   → wait 5s
    in vain                                 → POST cancel of 1
    in vain; accepted; running x35          → wait 5s
    in vain; in vain                        → POST cancel of 1
    in vain; in vain; accepted; running x99 → wait 5s
    ");
}

#[test]
fn ends_from_outside() {
    let rows = ["timeout", "outage", "stop", "stop+cancel"];
    let all = [("as the command says", asked as fn(&mut Run) -> Stage), ("in the way", in_the_way)]
        .map(|(name, begin)| format!("{name}\n{}", table(begin, &rows)));
    insta::assert_snapshot!(all.concat(), @"
    as the command says
    timeout     → end pending: the operation was not canceled yet when `timeo…
    outage      → end pending: unavailable
    stop        → end pending: the job was canceled; the portal was asked to …
    stop+cancel → end pending: the job was canceled; the portal was asked to …
    in the way
    timeout     → end pending: the operation was not canceled yet when `timeo…
    outage      → end pending: unavailable
    stop        → end pending: the job was canceled; the portal was asked to …
    stop+cancel → end pending: the job was canceled; the portal was asked to …
    ");
}

#[test]
fn where_a_release_that_goes_on_looks_again() {
    let go_on = |_: &mut Run| {
        let binding = binding::of_started(Some(operation("9")), HashSet::new());
        let why = Why::InTheWay(Purpose::GoOn(binding));
        Stage::Cancel(Cancel::of_row(why, &rows("go-live 1 running")[0]))
    };
    insta::assert_snapshot!(table(go_on, &["accepted; list: go-live 1 canceled"]), @"
    accepted; list: go-live 1 canceled → survey to go on with preview 9: ask list
    ");
}
