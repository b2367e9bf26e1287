//! The charts of steps with all sorts of names and times. `tests/mermaid/run` lets Mermaid itself
//! read what the snapshots here hold.

use super::*;

/// Names that would like to be something else than a name.
const NAMES: [&str; 22] = [
    "A :a, b;#35; %%{init: {}}%% \n section B ``` | <b>",
    "section",
    "section Two\n    injected :crit, 2026-11-21T09:00:00, 5s",
    "title Another title",
    "dateFormat YYYY",
    "excludes weekends",
    "click a0 href \"https://evil.example\"",
    "accTitle: another",
    "accDescr { another }",
    "gantt",
    "flowchart LR; a-->b",
    "%% comment",
    "#quot;&#35;&amp;",
    "done, crit, active, milestone, vert",
    "```",
    "---\ntitle: front matter\n---",
    "\u{202e}detrever \u{200b}",
    "Zertifizierung für Ökosysteme 認定 🚀",
    "__proto__",
    "",
    ":::",
    "A name that is much longer than any chart has room for, and then some",
];

/// Each step takes an hour, one after the other.
fn walked<'a>(told: &mut Told, names: impl Iterator<Item = (&'a str, &'a str)>) {
    told.starts(0, Phase::Publish);
    for (index, (name, estimate)) in names.enumerate() {
        let id = format!("{index}");
        let mut seen = |status: &str| {
            let step = Step {
                id: id.clone(),
                name: name.into(),
                status: Word::new(status),
                progress: None,
                estimate: Some(estimate.to_owned()).filter(|estimate| !estimate.is_empty()),
                messages: Vec::new(),
            };
            let view = OperationView {
                id: None,
                kind: Some(Phase::Publish.into()),
                status: Word::new("running"),
                steps: vec![step],
                messages: Vec::new(),
                preview_links: Vec::new(),
                live_links: Vec::new(),
            };
            told.tell(0, What::Operation(Phase::Publish, view)).after(60);
        };
        seen("inProgress");
        seen(["complete", "failed", "canceled", "blocked", "pondering"][index % 5]);
    }
}

fn chart(told: &Told) -> String {
    gantt::draw_chart(&told.story.offers[0], told.now)
}

#[test]
fn names_of_all_sorts() {
    // Not all at once: a chart has 20 steps.
    let charts = NAMES.chunks(8).map(|names| {
        let mut told = Told::one();
        walked(&mut told, names.iter().map(|name| (*name, "< 1 hour")));
        chart(&told)
    });
    insta::assert_snapshot!(charts.collect::<String>());
}

#[test]
fn very_many_steps() {
    let names: Vec<String> = (1..=300).map(|number| format!("Step {number}")).collect();
    let mut told = Told::one();
    walked(&mut told, names.iter().map(|name| (&**name, "")));
    insta::assert_snapshot!(chart(&told));
}

#[test]
fn times_of_all_sorts() {
    let charts =
        ["1 second", "< 15 min", "~2-5 days", "52 weeks", "10000 weeks", "soon"].map(|estimate| {
            let mut told = Told::one();
            walked(&mut told, [("First", estimate), ("Second", "")].into_iter());
            chart(&told)
        });
    insta::assert_snapshot!(charts.concat());
}

#[test]
fn without_steps_or_times_there_is_nothing_to_draw() {
    let mut told = Told::one();
    assert_eq!(chart(&told), "");
    told.starts(0, Phase::Publish).sees(0, Phase::Publish, "running", &[]);
    assert_eq!(chart(&told), "");
    // Done when it was seen first, not begun, and begun this very moment.
    let steps = [
        ("A", "complete", "< 5 day", &[][..]),
        ("B", "notStarted", "< 5 day", &[]),
        ("C", "inProgress", "< 5 day", &[]),
    ];
    told.sees(0, Phase::Publish, "running", &steps);
    assert_eq!(chart(&told), "");
}
