//! The state machine under arbitrary sights: whatever is seen, in whatever order.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::goal::{Aim, Goal, ManifestOf, WhenRunning, WhenUnchanged};
use super::ledger::Earlier;
use super::machine::{Act, Interruption, Moment, Release, Seen, Stop};
use crate::choices::ForeignChanges;
use crate::ids::OfferId;
use crate::portal::{
    Accepted, CancelScope, Capabilities, Draft, Feature, Kind, Looked, OfferView, Operation,
    OperationView, Phase, Step, Submission, Word,
};
use crate::problem::{Code, Problem};

fn capabilities() -> Capabilities {
    Capabilities::new(CancelScope::AnyRunning, &[Feature::Slots, Feature::SignOffInOffer])
}

fn word() -> impl Strategy<Value = Word> {
    prop::sample::select(
        &[
            "neverPublished",
            "notStarted",
            "running",
            "waitingForPublisherReview",
            "blocked",
            "complete",
            "failed",
            "canceled",
            "?",
            "",
        ][..],
    )
    .prop_map(Word::new)
}

fn address() -> impl Strategy<Value = Option<Operation>> {
    prop::option::of(prop::sample::select(&["1", "2", "3", "contoso$x$2$preview"][..])).prop_map(
        |id| {
            id.map(|id| {
                Operation::of(&format!("https://cloudpartner.azure.com/api/operations/{id}"))
            })
        },
    )
}

fn phase() -> impl Strategy<Value = Option<Phase>> {
    prop::sample::select(&[None, Some(Phase::Publish), Some(Phase::GoLive)][..])
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    prop::option::of(
        (0..5_i64).prop_map(|n| Timestamp::from_second(1_795_176_000 + n * 60).unwrap()),
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(word(), 0..2).prop_map(|words| {
        let step = |status| Step {
            id: "publisher-signoff".to_owned(),
            name: "Publisher signoff".to_owned(),
            status,
            progress: None,
            estimate: None,
            messages: Vec::new(),
        };
        words.into_iter().map(step).collect()
    })
}

fn offer() -> impl Strategy<Value = Seen> {
    (word(), steps()).prop_map(|(status, steps)| {
        Seen::Offer(OfferView {
            status,
            steps,
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
        })
    })
}

fn operation() -> impl Strategy<Value = Seen> {
    (prop::option::of("[12]"), phase(), word(), steps()).prop_map(|(id, phase, status, steps)| {
        let view = OperationView {
            id,
            kind: phase.map(Kind::from),
            status,
            steps,
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
        };
        Seen::Operation(Looked { view, retry_after: None })
    })
}

fn operations() -> impl Strategy<Value = Seen> {
    let row =
        (address(), phase(), word(), moment()).prop_map(|(operation, phase, status, changed)| {
            let id =
                operation.as_ref().map(|operation| operation.id().to_owned()).unwrap_or_default();
            Submission {
                preview: None,
                id,
                operation,
                kind: phase.map(Kind::from),
                status,
                started: None,
                changed,
            }
        });
    prop::collection::vec(row, 0..4).prop_map(Seen::Operations)
}

fn problem() -> Problem {
    Problem::new(Code::Unavailable, "something")
}

fn seen() -> impl Strategy<Value = Seen> {
    prop_oneof![
        4 => operations(),
        4 => offer(),
        4 => operation(),
        2 => (moment(), "[12]").prop_map(|(changed, text)| Seen::Document(Draft { changed, etag: None, body: json!({"definition": {"displayText": text}}) })),
        2 => address().prop_map(|operation| Seen::Accepted(Accepted { operation, remark: None })),
        4 => Just(Seen::Rested),
        1 => Just(Seen::Absent(problem())),
        1 => Just(Seen::CancelAccepted),
        1 => prop::option::of(0..600_u64).prop_map(|wait| Seen::Lost(problem(), wait.map(Duration::from_secs))),
        1 => Just(Seen::InTheWay(problem())),
        1 => Just(Seen::Refused(problem())),
    ]
}

/// What ends a run from outside.
fn interruption() -> impl Strategy<Value = Interruption> {
    prop_oneof![
        Just(Interruption::Unreachable(problem())),
        Just(Interruption::TimedOut(None)),
        any::<bool>().prop_map(|cancel| Interruption::Stopped(Stop { signal: 15, cancel })),
    ]
}

fn goal() -> impl Strategy<Value = Goal> {
    let aim = prop_oneof![
        3 => Just(Aim::Release),
        1 => Just(Aim::GoLive),
        1 => address().prop_map(Aim::Resume),
        1 => Just(Aim::Status),
        1 => Just(Aim::Plan),
        1 => Just(Aim::Cancel(None)),
    ];
    let when = prop::sample::select(
        &[WhenRunning::Adopt, WhenRunning::Wait, WhenRunning::Cancel, WhenRunning::Fail][..],
    );
    (aim, any::<bool>(), any::<bool>(), when).prop_map(|(aim, go_live, wait, when_running)| Goal {
        earlier: Earlier::Unknown,
        offer: OfferId::parse("contoso-offer").unwrap(),
        notify: Vec::new(),
        aim,
        go_live,
        vetoed: false,
        wait,
        when_running,
        when_unchanged: WhenUnchanged::Succeed,
        draft: crate::release::DraftOrigin::Found,
        content: None,
        preview: None,
        preview_at: None,
        manifest: ManifestOf::Release,
        foreign: ForeignChanges::Warn,
    })
}

/// Only what can come of the act: a look gives what was looked at, or nothing; a POST is answered,
/// or not.
#[expect(clippy::match_like_matches_macro, reason = "a table of pairs reads better")]
pub(super) fn can_come_of(act: &Act, seen: &Seen) -> bool {
    use super::machine::Ask;
    match (act, seen) {
        (Act::Ask(Ask::Operations), Seen::Operations(_))
        | (Act::Ask(Ask::Offer), Seen::Offer(_))
        | (Act::Ask(Ask::Draft | Ask::Slot(_)), Seen::Document(_))
        | (Act::Ask(Ask::Operation(_)), Seen::Operation(_))
        | (Act::Ask(_), Seen::Absent(_) | Seen::Refused(_))
        | (
            Act::Publish | Act::GoLive(_),
            Seen::Accepted(_) | Seen::Lost(..) | Seen::InTheWay(_) | Seen::Refused(_),
        )
        | (
            Act::Cancel(_),
            Seen::CancelAccepted | Seen::Lost(..) | Seen::InTheWay(_) | Seen::Refused(_),
        )
        | (Act::Rest | Act::Settle(_), Seen::Rested) => true,
        _ => false,
    }
}

/// What a release lives through: what it sees, and perhaps what ends it from outside.
type Life = (Vec<Seen>, Option<Interruption>);

fn moment_of(second: usize) -> Moment {
    let elapsed = Duration::from_secs(second as u64 * 5);
    let date = Timestamp::from_second(1_795_176_300 + i64::try_from(second).unwrap() * 5).unwrap();
    Moment { elapsed, date }
}

/// Shows the release everything, and hands every act to `look`.
fn play(goal: Goal, life: Life, only_possible: bool, mut look: impl FnMut(&Act)) -> Release {
    let mut release = Release::new(goal, capabilities());
    for (second, seen) in life.0.into_iter().enumerate() {
        let act = release.next_act();
        look(&act);
        if !only_possible || can_come_of(&act, &seen) {
            release.take(seen, moment_of(second));
        }
    }
    if let Some(why) = life.1 {
        release.interrupt(why);
    }
    look(&release.next_act());
    release
}

fn life() -> impl Strategy<Value = Life> {
    (prop::collection::vec(seen(), 0..120), prop::option::of(interruption()))
}

proptest! {
    #[test]
    fn nothing_seen_in_any_order_breaks_it_and_an_end_is_an_end(goal in goal(), life in life(), after in life()) {
        let mut release = play(goal, life, false, |_| {});
        let before = release.next_act();
        if matches!(before, Act::End(_)) {
            for seen in after.0 {
                release.take(seen, moment_of(0));
                prop_assert_eq!(&release.next_act(), &before);
            }
        }
    }

    #[test]
    fn only_a_release_publishes_and_who_looks_changes_nothing(goal in goal(), life in life(), possible: bool) {
        let (aim, go_live) = (goal.aim.clone(), goal.go_live);
        let mut wrong = Vec::new();
        play(goal, life, possible, |act| match act {
            Act::Publish if aim != Aim::Release => wrong.push(act.clone()),
            Act::GoLive(_) if !go_live => wrong.push(act.clone()),
            Act::Publish | Act::GoLive(_) | Act::Cancel(_) if matches!(aim, Aim::Status | Aim::Plan) => wrong.push(act.clone()),
            _ => {}
        });
        prop_assert!(wrong.is_empty(), "{:?}", wrong);
    }

    #[test]
    fn an_accepted_post_is_never_repeated_in_the_same_run(goal in goal(), life in life()) {
        let mut release = Release::new(goal, capabilities());
        let mut accepted = Vec::new();
        for (second, seen) in life.0.into_iter().enumerate() {
            let act = release.next_act();
            if !can_come_of(&act, &seen) {
                continue;
            }
            let posted = match act {
                Act::Publish => Some(Phase::Publish),
                Act::GoLive(_) => Some(Phase::GoLive),
                _ => None,
            };
            if let Some(phase) = posted {
                prop_assert!(!accepted.contains(&phase), "a second {}", phase);
                if matches!(seen, Seen::Accepted(_)) {
                    accepted.push(phase);
                }
            }
            release.take(seen, moment_of(second));
        }
    }
}
