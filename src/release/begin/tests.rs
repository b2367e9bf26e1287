//! What is begun with, by examples: what was found → what is done. A draft is called by its content,
//! `one` or `two`; times are minutes ago.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::choices::ForeignChanges;
use crate::ids::OfferId;
use crate::portal::{Draft, OfferView, Word};
use crate::release::ManifestOf;
use crate::release::findings::Answer;
use crate::release::ledger::Earlier;

fn today() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    today() - SignedDuration::from_mins(minutes)
}

fn document(content: &str, changed: i64) -> Draft {
    let body = json!({"definition": {"displayText": content}});
    Draft { changed: Some(ago(changed)), etag: None, body }
}

/// `publish 1 running 10`, newest first, separated by commas.
fn rows(text: &str) -> Vec<Submission> {
    let row = |text: &str| {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [kind, id, word, minutes] = parts[..] else { panic!("{text}") };
        let address = format!("https://portal.example/operations/{id}");
        Submission {
            preview: None,
            id: id.to_owned(),
            operation: Some(Operation::of(&address)),
            kind: match kind {
                "publish" => Some(Kind::Publish),
                "go-live" => Some(Kind::GoLive),
                other => Some(Kind::Other(other.to_owned())),
            },
            status: Word::new(word),
            started: None,
            changed: Some(ago(minutes.parse().unwrap())),
        }
    };
    text.split(", ").filter(|text| !text.is_empty()).map(row).collect()
}

/// `draft two 5 | preview one | live one`, each part only if it is there.
fn found(list: &str, offer: &str, documents: &str) -> Findings {
    let mut findings = Findings {
        operations: Some(rows(list)),
        offer: Answer::Found(OfferView {
            status: Word::new(offer),
            steps: Vec::new(),
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
        }),
        draft: Answer::Absent,
        preview: Answer::Absent,
        production: Answer::Absent,
        absent: Vec::new(),
    };
    for part in documents.split(" | ").filter(|part| !part.is_empty()) {
        let parts: Vec<&str> = part.split_whitespace().collect();
        let minutes = parts.get(2).map_or(0, |minutes| minutes.parse().unwrap());
        let document = Answer::Found(document(parts[1], minutes));
        match parts[0] {
            "draft" => findings.draft = document,
            "preview" => findings.preview = document,
            "live" => findings.production = document,
            other => panic!("{other}"),
        }
    }
    findings
}

fn goal(aim: Aim, when_running: WhenRunning, preview: Option<&str>) -> Goal {
    Goal {
        offer: OfferId::parse("contoso-offer").unwrap(),
        notify: Vec::new(),
        aim,
        go_live: true,
        vetoed: false,
        wait: true,
        when_running,
        when_unchanged: WhenUnchanged::Succeed,
        draft: crate::release::DraftOrigin::Found,
        content: None,
        preview: preview.map(str::to_owned),
        preview_at: None,
        manifest: ManifestOf::Release,
        foreign: ForeignChanges::Warn,
        earlier: Earlier::Unknown,
    }
}

fn describe(begin: &Begin) -> String {
    let id = |operation: &Option<Operation>| {
        operation.as_ref().map_or("?", |operation| operation.id()).to_owned()
    };
    match begin {
        Begin::Publish => "publish".to_owned(),
        Begin::GoLive(binding) => format!("go live with {}", binding.describe()),
        Begin::Adopt(adopted) => {
            format!("follow publish {}, then compare", id(&adopted.binding.publish))
        }
        Begin::Follow { phase, operation, .. } => format!("follow {phase} {}", id(operation)),
        Begin::Published(binding) => format!("{} is there", binding.describe()),
        Begin::Live { .. } => "live already".to_owned(),
        Begin::Await(phase, operation, _) => {
            format!("wait for the end of {phase} {}, then look", id(operation))
        }
        Begin::CancelForeign(phase, row, _) => format!("cancel {phase} {}, then look", row.id),
        Begin::LookAgain(_) => "look again".to_owned(),
        Begin::End(verdict) => format!("end: {}", verdict.code().map_or("done", Code::name)),
    }
}

fn decide(goal: &Goal, findings: &Findings) -> String {
    let wanted = findings.draft.found().map(|draft| &draft.body);
    let known = Known {
        goal,
        purpose: &Purpose::Begin,
        wanted,
        patience: Patience::ForAll,
        waited: std::time::Duration::ZERO,
        preview_is_other: false,
        today: today(),
    };
    describe(&match goal.aim {
        Aim::GoLive => decide_go_live(known, findings),
        Aim::Resume(_) => decide_resume(known, findings),
        _ => decide_release(known, findings),
    })
}

fn table(goal: &Goal, rows: &[(&str, &str, &str)]) -> String {
    let line = |(list, offer, documents): &(&str, &str, &str)| {
        let decision = decide(goal, &found(list, offer, documents));
        format!("{list:46} | {offer:25} | {documents:40} → {decision}\n")
    };
    rows.iter().map(line).collect()
}

const WAITS: &str = "waitingForPublisherReview";

#[test]
fn a_release_by_what_the_slots_hold() {
    let goal = goal(Aim::Release, WhenRunning::Adopt, None);
    insta::assert_snapshot!(table(&goal, &[
        ("", "neverPublished", "draft one 5"),
        ("publish 1 succeeded 60", WAITS, "draft one 90 | preview one"),
        ("publish 1 succeeded 60", WAITS, "draft two 5 | preview one"),
        ("publish 1 succeeded 5", WAITS, "draft two 90 | preview one"),
        ("publish 1 canceled 5", "canceled", "draft one 90 | preview one"),
        ("go-live 2 succeeded 60, publish 1 succeeded 90", "succeeded", "draft one 99 | preview one | live one"),
        ("go-live 2 succeeded 60, publish 1 succeeded 90", "succeeded", "draft two 70 | preview one | live one"),
        ("go-live 2 succeeded 1, publish 1 succeeded 90", "succeeded", "draft two 99 | preview two | live one"),
        ("go-live 2 succeeded 60, publish 1 succeeded 90", "failed", "draft two 99 | preview two | live one"),
    ]), @"
                                                   | neverPublished            | draft one 5                              → publish
    publish 1 succeeded 60                         | waitingForPublisherReview | draft one 90 | preview one               → preview 1 is there
    publish 1 succeeded 60                         | waitingForPublisherReview | draft two 5 | preview one                → publish
    publish 1 succeeded 5                          | waitingForPublisherReview | draft two 90 | preview one               → look again
    publish 1 canceled 5                           | canceled                  | draft one 90 | preview one               → publish
    go-live 2 succeeded 60, publish 1 succeeded 90 | succeeded                 | draft one 99 | preview one | live one    → live already
    go-live 2 succeeded 60, publish 1 succeeded 90 | succeeded                 | draft two 70 | preview one | live one    → publish
    go-live 2 succeeded 1, publish 1 succeeded 90  | succeeded                 | draft two 99 | preview two | live one    → look again
    go-live 2 succeeded 60, publish 1 succeeded 90 | failed                    | draft two 99 | preview two | live one    → publish
    ");
}

#[test]
fn a_release_beside_what_runs() {
    let mut all = String::new();
    for (name, when_running) in [
        ("adopt", WhenRunning::Adopt),
        ("wait", WhenRunning::Wait),
        ("cancel", WhenRunning::Cancel),
        ("fail", WhenRunning::Fail),
    ] {
        let goal = goal(Aim::Release, when_running, None);
        all += name;
        all += "\n";
        all += &table(
            &goal,
            &[
                ("publish 1 running 10", "running", "draft one 90"),
                ("publish 1 running 10", "running", "draft two 5"),
                ("go-live 2 running 10, publish 1 succeeded 60", "running", "draft one 90"),
                ("", "running", "draft one 90"),
            ],
        );
    }
    insta::assert_snapshot!(all, @"
    adopt
    publish 1 running 10                           | running                   | draft one 90                             → follow publish 1, then compare
    publish 1 running 10                           | running                   | draft two 5                              → wait for the end of publish 1, then look
    go-live 2 running 10, publish 1 succeeded 60   | running                   | draft one 90                             → wait for the end of go-live 2, then look
                                                   | running                   | draft one 90                             → look again
    wait
    publish 1 running 10                           | running                   | draft one 90                             → wait for the end of publish 1, then look
    publish 1 running 10                           | running                   | draft two 5                              → wait for the end of publish 1, then look
    go-live 2 running 10, publish 1 succeeded 60   | running                   | draft one 90                             → wait for the end of go-live 2, then look
                                                   | running                   | draft one 90                             → look again
    cancel
    publish 1 running 10                           | running                   | draft one 90                             → cancel publish 1, then look
    publish 1 running 10                           | running                   | draft two 5                              → cancel publish 1, then look
    go-live 2 running 10, publish 1 succeeded 60   | running                   | draft one 90                             → cancel go-live 2, then look
                                                   | running                   | draft one 90                             → look again
    fail
    publish 1 running 10                           | running                   | draft one 90                             → end: operation-running
    publish 1 running 10                           | running                   | draft two 5                              → end: operation-running
    go-live 2 running 10, publish 1 succeeded 60   | running                   | draft one 90                             → end: operation-running
                                                   | running                   | draft one 90                             → end: operation-running
    ");
}

#[test]
fn a_release_without_slots_by_times() {
    let goal = goal(Aim::Release, WhenRunning::Adopt, None);
    insta::assert_snapshot!(table(&goal, &[
        ("publish 1 succeeded 60", WAITS, "draft one 90"),
        ("publish 1 succeeded 60", WAITS, "draft two 5"),
        ("publish 1 waitingForPublisherReview 60", WAITS, "draft one 90"),
        ("publish 1 failed 60", "failed", "draft one 90"),
        ("go-live 2 succeeded 60, publish 1 succeeded 90", "succeeded", "draft one 99"),
        ("go-live 2 succeeded 60, publish 1 succeeded 90", "succeeded", "draft two 5"),
        ("publish 1 superseded 99999", "succeeded", "draft one 99"),
        ("cancel 2 succeeded 10, publish 1 canceled 60", "canceled", "draft one 99"),
    ]), @"
    publish 1 succeeded 60                         | waitingForPublisherReview | draft one 90                             → preview 1 is there
    publish 1 succeeded 60                         | waitingForPublisherReview | draft two 5                              → publish
    publish 1 waitingForPublisherReview 60         | waitingForPublisherReview | draft one 90                             → preview 1 is there
    publish 1 failed 60                            | failed                    | draft one 90                             → publish
    go-live 2 succeeded 60, publish 1 succeeded 90 | succeeded                 | draft one 99                             → live already
    go-live 2 succeeded 60, publish 1 succeeded 90 | succeeded                 | draft two 5                              → publish
    publish 1 superseded 99999                     | succeeded                 | draft one 99                             → publish
    cancel 2 succeeded 10, publish 1 canceled 60   | canceled                  | draft one 99                             → publish
    ");
}

#[test]
fn going_live_is_bound() {
    let lists = [
        ("publish 1 succeeded 60", WAITS, ""),
        ("publish 2 succeeded 10, publish 1 succeeded 60", WAITS, ""),
        ("publish 2 running 10, publish 1 succeeded 60", "running", ""),
        ("publish 2 canceled 10, publish 1 succeeded 60", WAITS, ""),
        ("go-live 2 running 10, publish 1 succeeded 60", "running", ""),
        ("go-live 2 succeeded 10, publish 1 succeeded 60", "succeeded", ""),
        ("promote 2 succeeded 10, publish 1 succeeded 60", "succeeded", ""),
        ("publish 1 succeeded 60", "succeeded", "preview one | live one"),
        ("publish 1 failed 60", "failed", ""),
        ("", "neverPublished", ""),
    ];
    let loose = table(&goal(Aim::GoLive, WhenRunning::Adopt, None), &lists);
    let bound = table(&goal(Aim::GoLive, WhenRunning::Adopt, Some("1")), &lists);
    insta::assert_snapshot!(format!("no preview named\n{loose}preview 1 named\n{bound}"), @"
    no preview named
    publish 1 succeeded 60                         | waitingForPublisherReview |                                          → go live with preview 1
    publish 2 succeeded 10, publish 1 succeeded 60 | waitingForPublisherReview |                                          → go live with preview 2
    publish 2 running 10, publish 1 succeeded 60   | running                   |                                          → end: operation-running
    publish 2 canceled 10, publish 1 succeeded 60  | waitingForPublisherReview |                                          → end: nothing-to-continue
    go-live 2 running 10, publish 1 succeeded 60   | running                   |                                          → follow go-live 2
    go-live 2 succeeded 10, publish 1 succeeded 60 | succeeded                 |                                          → live already
    promote 2 succeeded 10, publish 1 succeeded 60 | succeeded                 |                                          → end: nothing-to-continue
    publish 1 succeeded 60                         | succeeded                 | preview one | live one                   → look again
    publish 1 failed 60                            | failed                    |                                          → end: nothing-to-continue
                                                   | neverPublished            |                                          → end: nothing-to-continue
    preview 1 named
    publish 1 succeeded 60                         | waitingForPublisherReview |                                          → go live with preview 1
    publish 2 succeeded 10, publish 1 succeeded 60 | waitingForPublisherReview |                                          → end: preview-changed
    publish 2 running 10, publish 1 succeeded 60   | running                   |                                          → end: preview-changed
    publish 2 canceled 10, publish 1 succeeded 60  | waitingForPublisherReview |                                          → end: preview-changed
    go-live 2 running 10, publish 1 succeeded 60   | running                   |                                          → follow go-live 2
    go-live 2 succeeded 10, publish 1 succeeded 60 | succeeded                 |                                          → live already
    promote 2 succeeded 10, publish 1 succeeded 60 | succeeded                 |                                          → end: nothing-to-continue
    publish 1 succeeded 60                         | succeeded                 | preview one | live one                   → look again
    publish 1 failed 60                            | failed                    |                                          → end: nothing-to-continue
                                                   | neverPublished            |                                          → look again
    ");
}

#[test]
fn resuming_never_publishes() {
    let goal = goal(Aim::Resume(None), WhenRunning::Adopt, None);
    insta::assert_snapshot!(table(&goal, &[
        ("publish 1 running 10", "running", ""),
        ("go-live 2 running 10, publish 1 succeeded 60", "running", ""),
        ("publish 1 succeeded 10", WAITS, ""),
        ("publish 1 running 10", WAITS, ""),
        ("publish 1 failed 10", "failed", ""),
        ("publish 1 superseded 99999", "succeeded", ""),
        ("syncPrivateAudience 1 complete 99999", "succeeded", ""),
        ("", "neverPublished", ""),
    ]), @"
    publish 1 running 10                           | running                   |                                          → follow publish 1
    go-live 2 running 10, publish 1 succeeded 60   | running                   |                                          → follow go-live 2
    publish 1 succeeded 10                         | waitingForPublisherReview |                                          → preview 1 is there
    publish 1 running 10                           | waitingForPublisherReview |                                          → follow publish 1
    publish 1 failed 10                            | failed                    |                                          → follow publish 1
    publish 1 superseded 99999                     | succeeded                 |                                          → end: nothing-to-continue
    syncPrivateAudience 1 complete 99999           | succeeded                 |                                          → end: nothing-to-continue
                                                   | neverPublished            |                                          → end: nothing-to-continue
    ");
}
