//! Drafts of an offer at a portal in memory.

use std::cell::RefCell;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use super::*;
use crate::clock::testing::VirtualClock;
use crate::content::{Action, Edit, Pointer};
use crate::ids::OfferId;
use crate::portal::fake::{FakePortal, Fault};
use crate::problem::Place;
use crate::release::ledger::{Mark, NoLedger};
use crate::release::{Outcome, Schedule};

fn document(summary: &str) -> Value {
    json!({"id": "contoso-offer", "definition": {
        "offer": {"summary": summary, "title": "T", "leadDestination": "None"},
        "plans": [],
    }})
}

fn portal(draft: &Value) -> FakePortal {
    let portal = FakePortal::new();
    portal.world.borrow_mut().draft = draft.clone();
    portal
}

fn goal(extent: Extent) -> DraftGoal {
    let edit = Edit {
        resource: None,
        pointer: Pointer::parse("/summary").unwrap(),
        action: Action::Set { value: json!("new"), create: false },
        at: Place { file: "offer.yml".into(), line: 7, column: 5, end_column: 9 },
    };
    DraftGoal {
        wanted: Wanted { edits: vec![edit], ..Wanted::default() },
        warnings: Vec::new(),
        extent,
        foreign: ForeignChanges::Warn,
        when_running: WhenRunning::Adopt,
        when_unchanged: WhenUnchanged::Succeed,
    }
}

const RELEASE: Extent = Extent::Release { go_live: true };

/// How it ended, and what was noted on the way.
fn run(goal: &DraftGoal, portal: &FakePortal) -> (Result<DraftOrigin, Verdict>, Vec<String>) {
    let clock = VirtualClock::default();
    let (_sender, stop) = watch::channel(None);
    let notes = RefCell::new(Vec::new());
    let around = Surroundings {
        portal,
        clock: &clock,
        schedule: Schedule::Auto,
        deadline: Duration::from_hours(5),
        stop,
        index: 0,
        emit: &|event: Event| match event.what {
            What::Note(_, text) => notes.borrow_mut().push(text),
            What::OnLine(remark) => notes.borrow_mut().push(remark.text),
            _ => {}
        },
        ledger: &NoLedger,
        starts: &Semaphore::new(1),
        mark: Mark {
            offer: OfferId::parse("contoso-offer").unwrap(),
            version: None,
            run: None,
            before: None,
            preview: None,
        },
    };
    let result = clock.run(write_draft(goal, &around));
    (result, notes.into_inner())
}

fn writes(portal: &FakePortal) -> usize {
    portal.calls().iter().filter(|call| **call == "write_draft").count()
}

fn summary(portal: &FakePortal) -> Value {
    portal.world.borrow().draft["definition"]["offer"]["summary"].clone()
}

#[test]
fn the_draft_is_written_once_and_every_change_is_noted_with_its_line() {
    let portal = portal(&document("old"));
    let (result, notes) = run(&goal(RELEASE), &portal);
    assert_eq!(result, Ok(DraftOrigin::Written));
    assert_eq!((writes(&portal), summary(&portal)), (1, json!("new")));
    insta::assert_snapshot!(notes.join("\n"), @r#"
    the manifest changes: /summary (offer.yml:7)
      - "old"
      + "new"
    the draft was written: 1 change
    "#);
    // Again: nothing to write.
    assert_eq!(run(&goal(RELEASE), &portal).0, Ok(DraftOrigin::Found));
    assert_eq!(writes(&portal), 1);
}

#[test]
fn a_write_whose_answer_is_lost_is_looked_for_and_not_repeated() {
    let portal = portal(&document("old"));
    portal.fail_next("write_draft", Fault::AnswerLost);
    let (result, notes) = run(&goal(RELEASE), &portal);
    assert_eq!(result, Ok(DraftOrigin::Written), "{notes:?}");
    assert_eq!((writes(&portal), summary(&portal)), (1, json!("new")));
}

#[test]
fn a_write_that_never_arrived_is_repeated_after_two_minutes_of_looking() {
    let portal = portal(&document("old"));
    portal.fail_next("write_draft", Fault::Refused(Trouble::Passing));
    let (result, notes) = run(&goal(RELEASE), &portal);
    assert_eq!(result, Ok(DraftOrigin::Written), "{notes:?}");
    assert_eq!((writes(&portal), summary(&portal)), (2, json!("new")));
    let looks = portal.calls().iter().filter(|call| **call == "read_draft").count();
    assert!(looks > LOOKS.len(), "{looks} looks");
    assert!(LOOKS.iter().sum::<u64>() >= 120);
}

#[test]
fn a_draft_that_others_change_each_time_is_left_alone_after_three_tries() {
    let portal = portal(&document("old"));
    for _ in 0..3 {
        portal.fail_next("write_draft", Fault::Refused(Trouble::Changed));
    }
    let (result, _) = run(&goal(RELEASE), &portal);
    assert_eq!(result.unwrap_err().code(), Some(Code::DraftConflict));
    assert_eq!((writes(&portal), summary(&portal)), (3, json!("old")));
}

#[test]
fn what_is_out_already_is_neither_written_nor_published() {
    let portal = portal(&document("a colleague's"));
    portal.world.borrow_mut().production = Some(document("new"));
    let verdict = run(&goal(RELEASE), &portal).0.unwrap_err();
    assert_eq!((verdict.outcome, verdict.phase), (Outcome::Succeeded, Some(Phase::GoLive)));
    assert_eq!(writes(&portal), 0);
    // The preview is enough for who does not want to go live.
    portal.world.borrow_mut().production = Some(document("old"));
    portal.world.borrow_mut().preview = Some(document("new"));
    let verdict = run(&goal(Extent::Release { go_live: false }), &portal).0.unwrap_err();
    assert_eq!((verdict.outcome, verdict.phase), (Outcome::Succeeded, Some(Phase::Publish)));
    assert_eq!(run(&goal(RELEASE), &portal).0, Ok(DraftOrigin::Written));
    assert_eq!(writes(&portal), 1);
}

#[test]
fn changes_of_others_are_told_or_refused_or_let_through() {
    let mut draft = document("old");
    draft["definition"]["offer"]["title"] = json!("a colleague's");
    let with = |foreign| {
        let portal = portal(&draft);
        portal.world.borrow_mut().production = Some(document("old"));
        let (result, notes) = run(&DraftGoal { foreign, ..goal(RELEASE) }, &portal);
        (result, notes.iter().any(|note| note.contains("neither live")), writes(&portal))
    };
    assert_eq!(with(ForeignChanges::Warn), (Ok(DraftOrigin::Written), true, 1));
    assert_eq!(with(ForeignChanges::Allow), (Ok(DraftOrigin::Written), false, 1));
    let (result, told, writes) = with(ForeignChanges::Refuse);
    let verdict = result.unwrap_err();
    assert_eq!((verdict.code(), told, writes), (Some(Code::ForeignChanges), true, 0));
    assert!(verdict.message.ends_with("the manifest's: /title"), "{}", verdict.message);
}

#[test]
fn a_look_writes_nothing_and_a_draft_is_the_end() {
    let portal = portal(&document("old"));
    let (result, notes) = run(&goal(Extent::Look { go_live: true }), &portal);
    let message = result.unwrap_err().message;
    assert_eq!(message, "would write 1 change into the draft, publish it and go live");
    assert_eq!((notes.len(), writes(&portal)), (3, 0));
    let verdict = run(&goal(Extent::Draft), &portal).0.unwrap_err();
    assert_eq!(verdict.message, "the draft was written: 1 change");
    assert_eq!((verdict.outcome, writes(&portal)), (Outcome::Succeeded, 1));
    let verdict = run(&goal(Extent::Draft), &portal).0.unwrap_err();
    assert_eq!(verdict.message, "the draft has all that the manifest says: not written");
}

#[test]
fn secrets_that_the_portal_hides_are_not_risked() {
    let mut draft = document("old");
    draft["definition"]["offer"]["leadDestination"] = json!("Table");
    let portal = portal(&draft);
    let verdict = run(&goal(RELEASE), &portal).0.unwrap_err();
    assert!(verdict.message.contains("`leadDestination` is `Table`"), "{}", verdict.message);
    assert_eq!(writes(&portal), 0);
    let mut keeps = goal(RELEASE);
    keeps.wanted.keeps_missing_secrets = true;
    assert_eq!(run(&keeps, &portal).0, Ok(DraftOrigin::Written));
}

#[test]
fn what_does_not_fit_the_draft_is_told_with_its_line() {
    let portal = portal(&json!({"definition": {"offer": {"summry": ""}}}));
    let verdict = run(&goal(RELEASE), &portal).0.unwrap_err();
    assert_eq!(
        verdict.sentence(),
        "offer.yml:7:5: the draft has nothing at `/summary` [offer-release/content-mismatch]. \
         What to do now: did you mean `summry`? if the key is to be new, say `create: true`"
    );
    assert_eq!((verdict.exit_code(), writes(&portal)), (2, 0));
}
