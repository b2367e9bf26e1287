//! What becomes of a POST, by examples: what is seen → what is done. The publish that is begun is
//! operation 1; 9 was there before it. The go-live that is begun is operation 2, of the preview
//! that publish 1 made.

use super::super::tables::{document, offer, operation, rows, table, table_with};
use super::*;
use crate::portal::{CancelScope, Capabilities};
use crate::release::findings::Answer;

fn findings(list: &str, status: &str) -> Findings {
    Findings {
        operations: Some(rows(list)),
        offer: Answer::Found(offer(status)),
        draft: Answer::Found(document("one")),
        ..Findings::default()
    }
}

fn publish(_: &mut Run) -> Stage {
    Start::publish(&findings("9 complete", "complete"), Purpose::Begin, None)
}

fn go_live_of(publish: &str) -> Stage {
    let binding = binding::of_started(Some(operation(publish)), HashSet::new());
    let findings = findings("1 complete, 9 complete", "waits");
    Start::go_live(&findings, Purpose::GoOn(binding.clone()), binding, None)
}

fn go_live(_: &mut Run) -> Stage {
    go_live_of("1")
}

const ANSWERS: [&str; 12] = [
    "at first",
    "accepted 1",
    "accepted 2",
    "accepted 9",
    "accepted",
    "lost",
    "lost, wait 60s",
    "lost, wait 10m",
    "409",
    "400",
    "403",
    "outage",
];

#[test]
fn the_answer_of_a_publish() {
    insta::assert_snapshot!(table(publish, &ANSWERS), @"
    at first       → POST publish
    accepted 1     → publish started, follow: ask operation 1
    accepted 2     → publish started, follow: ask operation 2
    accepted 9     → publish adopted, follow: ask operation 9
    accepted       → publish started, follow: ask list
    lost           → wait 1s
    lost, wait 60s → wait 60s
    lost, wait 10m → wait 300s
    409            → survey to begin: wait 5s
    400            → survey to begin: wait 5s
    403            → end failed: portal-forbidden
    outage         → end pending: unavailable
    ");
}

#[test]
fn the_answer_of_a_go_live() {
    insta::assert_snapshot!(table(go_live, &ANSWERS), @"
    at first       → POST go-live of 1
    accepted 1     → go-live started, follow: ask list
    accepted 2     → go-live started, follow: ask operation 2
    accepted 9     → go-live adopted, follow: ask operation 9
    accepted       → go-live started, follow: ask list
    lost           → wait 1s
    lost, wait 60s → wait 60s
    lost, wait 10m → wait 300s
    409            → survey to go on with preview 1: wait 5s
    400            → survey to go on with preview 1: wait 5s
    403            → end failed: portal-forbidden
    outage         → end pending: unavailable
    ");
}

#[test]
fn a_go_live_names_its_preview() {
    let unnamed = |_: &mut Run| {
        let binding = binding::of_started(None, HashSet::new());
        Start::go_live(&findings("", "waits"), Purpose::Begin, binding, None)
    };
    let unlisted = |_: &mut Run| go_live_of("contoso$preview");
    let listed = table(go_live, &["at first"]);
    let unlisted = table(unlisted, &["at first", "accepted contoso$preview"]);
    let unnamed = table(unnamed, &["at first"]);
    insta::assert_snapshot!(format!("{listed}{unlisted}{unnamed}"), @"
    at first → POST go-live of 1
    at first                 → POST go-live of contoso$preview
    accepted contoso$preview → go-live started, follow: ask list
    at first → POST go-live
    ");
}

#[test]
fn what_is_found_of_a_publish_whose_answer_was_lost() {
    let after_nothing = table_with(
        publish,
        &[("same", "9 complete")],
        &[
            "lost; list: same",
            "lost; 404",
            "lost; 403",
            "lost; list: 1 running, same; offer complete",
            "lost; list: 1 failed, same; offer failed",
            "lost; list: ? 1 running, same; offer complete",
            "lost; list: go-live 1 running, same; offer complete",
            "lost; list: 1 running, same; 404",
            "lost; list: same; offer running",
            "lost; list: same; offer running, sign-off waits",
            "lost; list: same; offer complete",
            "lost; list: same; 404",
            "lost; 404; 404",
            "lost; list: same; 403",
        ],
    );
    let while_running =
        |_: &mut Run| Start::publish(&findings("9 complete", "running"), Purpose::Begin, None);
    let beside = table(while_running, &["lost; list: 9 complete; offer running"]);
    insta::assert_snapshot!(format!("{after_nothing}the offer was running\n{beside}"), @"
    lost; list: same                                    → ask offer
    lost; 404                                           → ask offer
    lost; 403                                           → end pending: start-unknown
    lost; list: 1 running, same; offer complete         → publish started, follow: ask operation 1
    lost; list: 1 failed, same; offer failed            → publish started, follow: ask operation 1
    lost; list: ? 1 running, same; offer complete       → publish started, follow: ask operation 1
    lost; list: go-live 1 running, same; offer complete → wait 2s
    lost; list: 1 running, same; 404                    → publish started, follow: ask operation 1
    lost; list: same; offer running                     → publish started, follow: ask list
    lost; list: same; offer running, sign-off waits     → wait 2s
    lost; list: same; offer complete                    → wait 2s
    lost; list: same; 404                               → wait 2s
    lost; 404; 404                                      → wait 2s
    lost; list: same; 403                               → end pending: start-unknown
    the offer was running
    lost; list: 9 complete; offer running → wait 2s
    ");
}

#[test]
fn what_is_found_of_a_go_live_whose_answer_was_lost() {
    let waited = table_with(
        go_live,
        &[("same", "1 complete, 9 complete")],
        &[
            "lost; list: go-live 2 running, same; offer waits",
            "lost; list: go-live 2 complete, same; offer waits",
            "lost; list: 2 running, same; offer waits",
            "lost; list: same; offer running",
            "lost; list: same; offer complete",
            "lost; list: same; offer failed",
            "lost; list: same; offer waits",
            "lost; list: same; offer running, sign-off waits",
        ],
    );
    let unseen = |_: &mut Run| {
        let binding = binding::of_started(Some(operation("1")), HashSet::new());
        let findings = findings("1 complete", "running");
        Start::go_live(&findings, Purpose::Begin, binding, None)
    };
    let unseen = table(unseen, &["lost; list: 1 complete; offer complete"]);
    insta::assert_snapshot!(format!("{waited}the offer was not waiting\n{unseen}"), @"
    lost; list: go-live 2 running, same; offer waits  → go-live started, follow: ask operation 2
    lost; list: go-live 2 complete, same; offer waits → go-live started, follow: ask operation 2
    lost; list: 2 running, same; offer waits          → wait 2s
    lost; list: same; offer running                   → go-live started, follow: ask list
    lost; list: same; offer complete                  → go-live started, follow: ask list
    lost; list: same; offer failed                    → wait 2s
    lost; list: same; offer waits                     → wait 2s
    lost; list: same; offer running, sign-off waits   → wait 2s
    the offer was not waiting
    lost; list: 1 complete; offer complete → wait 2s
    ");
}

const NOTHING: (&str, &str) = ("nothing", "list: 9 complete; offer complete");
const IN_VAIN: (&str, &str) = ("in vain", "lost; 150s; nothing");
const STARTED: (&str, &str) = ("started", "list: 1 running; offer running");

#[test]
fn when_a_lost_post_is_looked_for_and_sent_again() {
    let looks = |count: usize| format!("lost; {}", vec!["nothing"; count].join("; "));
    let looks: Vec<String> = (1..9).map(looks).collect();
    let looks: Vec<&str> = looks.iter().map(String::as_str).collect();
    let waits = table_with(publish, &[NOTHING], &looks);
    let posts = table_with(
        publish,
        &[IN_VAIN, NOTHING, STARTED],
        &[
            "lost; 140s; nothing",
            "in vain",
            "in vain; lost",
            "in vain; in vain",
            "in vain; in vain; in vain",
            "in vain; accepted 1",
            "in vain; 409",
            "in vain; 409; started",
            "in vain; 409; nothing",
            "in vain; 409; 60s; nothing",
            "in vain; 409; 60s; nothing; lost; 150s; nothing",
            "in vain; 400",
            "in vain; 400; started",
            "in vain; 400; nothing",
            "in vain; 403; nothing",
        ],
    );
    insta::assert_snapshot!(format!("{waits}{posts}"), @"
    lost; nothing                                                                → wait 2s
    lost; nothing; nothing                                                       → wait 4s
    lost; nothing; nothing; nothing                                              → wait 4s
    lost; nothing; nothing; nothing; nothing                                     → wait 8s
    lost; nothing; nothing; nothing; nothing; nothing                            → wait 8s
    lost; nothing; nothing; nothing; nothing; nothing; nothing                   → wait 15s
    lost; nothing; nothing; nothing; nothing; nothing; nothing; nothing          → wait 15s
    lost; nothing; nothing; nothing; nothing; nothing; nothing; nothing; nothing → wait 15s
    lost; 140s; nothing                             → wait 2s
    in vain                                         → POST publish
    in vain; lost                                   → wait 1s
    in vain; in vain                                → POST publish
    in vain; in vain; in vain                       → end pending: unavailable
    in vain; accepted 1                             → publish started, follow: ask operation 1
    in vain; 409                                    → ask list
    in vain; 409; started                           → publish started, follow: ask operation 1
    in vain; 409; nothing                           → wait 2s
    in vain; 409; 60s; nothing                      → POST publish
    in vain; 409; 60s; nothing; lost; 150s; nothing → end pending: unavailable
    in vain; 400                                    → ask list
    in vain; 400; started                           → publish started, follow: ask operation 1
    in vain; 400; nothing                           → end failed: portal-refused
    in vain; 403; nothing                           → end failed: portal-forbidden
    ");
}

#[test]
fn what_the_preview_held_before_proves_no_publish() {
    let begun = |preview: &str| {
        let preview = Answer::Found(document(preview));
        let findings = Findings { preview, ..findings("9 complete", "complete") };
        move |_: &mut Run| Start::publish(&findings, Purpose::Begin, None)
    };
    let rows = ["accepted 1; op running; offer waits"];
    let another = table(begun("two"), &rows);
    let same = table(begun("one"), &rows);
    insta::assert_snapshot!(format!("another document\n{another}the same\n{same}"), @"
    another document
    accepted 1; op running; offer waits → follow: ask preview
    the same
    accepted 1; op running; offer waits → follow: ask list
    ");
}

#[test]
fn how_often_a_post_that_something_is_in_the_way_of_is_refused() {
    let refused_before = |_: &mut Run| {
        let refusal = Refusal {
            problem: Problem::new(Code::OperationRunning, "something runs"),
            by_conflict: true,
            since: Duration::ZERO,
            count: 1,
        };
        let findings = findings("9 complete", "complete");
        Start::publish(&findings, Purpose::Begin, Some(refusal))
    };
    insta::assert_snapshot!(table(refused_before, &["409", "400", "accepted 1; 409"]), @"
    409             → survey to begin: wait 10s
    400             → survey to begin: wait 10s
    accepted 1; 409 → survey to begin: wait 10s
    ");
}

#[test]
fn ends_from_outside() {
    let rows = [
        "timeout",
        "outage",
        "stop",
        "stop+cancel",
        "lost; timeout",
        "lost; outage",
        "lost; stop",
        "lost; stop+cancel",
        "lost; stop+cancel; started",
        "lost; stop+cancel; unnamed",
        "lost; stop+cancel; nothing",
        "lost; stop+cancel; 150s; nothing",
        "lost; stop+cancel; 403",
        "lost; stop+cancel; stop+cancel",
        "in vain; timeout",
        "in vain; outage",
        "in vain; stop",
        "in vain; stop+cancel",
    ];
    let unnamed = ("unnamed", "list: 9 complete; offer running");
    let words = [IN_VAIN, NOTHING, STARTED, unnamed];
    let only_known = |run: &mut Run| {
        run.capabilities = Capabilities::new(CancelScope::OnlyKnown, &[]);
        publish(run)
    };
    let any = table_with(publish, &words, &rows);
    let known = table_with(only_known, &words, &["lost; stop+cancel; started"]);
    let all = format!("{any}where only a known operation can be canceled\n{known}");
    insta::assert_snapshot!(all, @"
    timeout                          → end pending: `timeout` was over before anything was started
    outage                           → end pending: unavailable
    stop                             → end pending: the job was canceled before anything was start…
    stop+cancel                      → end pending: the job was canceled before anything was start…
    lost; timeout                    → end pending: start-unknown
    lost; outage                     → end pending: start-unknown
    lost; stop                       → end pending: the job was canceled before the portal said wh…
    lost; stop+cancel                → ask list
    lost; stop+cancel; started       → publish started, cancel: ask list
    lost; stop+cancel; unnamed       → end pending: the job was canceled before the portal said wh…
    lost; stop+cancel; nothing       → wait 2s
    lost; stop+cancel; 150s; nothing → end pending: the job was canceled before the portal said wh…
    lost; stop+cancel; 403           → end pending: it could not be found out whether the publish …
    lost; stop+cancel; stop+cancel   → end pending: the job was canceled before the portal said wh…
    in vain; timeout                 → end pending: start-unknown
    in vain; outage                  → end pending: unavailable
    in vain; stop                    → end pending: the job was canceled; what runs at the portal …
    in vain; stop+cancel             → end pending: the job was canceled; what runs at the portal …
    where only a known operation can be canceled
    lost; stop+cancel; started → publish started, cancel: POST cancel of 1
    ");
}
