use std::fs;
use std::path::PathBuf;

use super::*;

mod loading;
mod properties;
mod schema_agrees;

/// The fixtures of a kind: name and text.
fn fixtures(kind: &str) -> Vec<(String, String)> {
    let directory =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifest").join(kind);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yml"));
    paths.sort();
    assert!(!paths.is_empty(), "no {kind} fixtures");
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The problems as a person sees them.
fn shown(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let place = problem.place.as_ref().unwrap();
        let excerpt = draw_excerpt(problem.source_line.as_deref().unwrap(), place, "");
        let hint = problem.hint.as_deref().unwrap();
        format!("{}: {}\n{excerpt}\n   = {hint}", problem.code, problem.message)
    };
    problems.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

/// Each refusal, whole: code, message, line, column, mark and hint stand in `NAME.snap` beside
/// `NAME.yml`.
#[test]
fn every_refusal_names_the_exact_place() {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path("../../tests/fixtures/manifest/bad");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, text) in fixtures("bad") {
            let problems = parse("offer.yml", &text).expect_err(&name);
            insta::assert_snapshot!(name, shown(&problems));
        }
    });
}

#[test]
fn everything_that_is_allowed_is_accepted() {
    for (name, text) in fixtures("good") {
        parse("offer.yml", &text)
            .unwrap_or_else(|problems| panic!("{name}:\n{}", shown(&problems)));
    }
}

fn good(name: &str) -> Manifest {
    let (_, text) = fixtures("good").into_iter().find(|(fixture, _)| fixture == name).unwrap();
    parse("offer.yml", &text).unwrap()
}

fn position(place: &Place) -> (u32, u32, u32) {
    (place.line, place.column, place.end_column)
}

#[test]
fn defaults_are_resolved() {
    let manifest = good("full");
    assert_eq!(manifest.publisher.as_str(), "contoso");
    let [first, second] = &manifest.offers[..] else { panic!("two offers") };
    assert_eq!(first.notification_emails, [Email::parse("offer@contoso.com").unwrap()]);
    assert_eq!(second.notification_emails, [Email::parse("release@contoso.com").unwrap()]);
    assert_eq!((first.go_live, second.go_live), (true, false));
    assert_eq!(first.plans.iter().map(PlanId::as_str).collect::<Vec<_>>(), ["standard", "premium"]);
    assert_eq!((first.index, second.index), (0, 1));
    assert!(
        good("no-addresses").offers[0].notification_emails.is_empty(),
        "an empty list means no addresses"
    );
    assert!(good("least").offers[0].go_live);
}

#[test]
fn routes_lead_to_places() {
    let manifest = good("full");
    let offer = Route::root().key("offers").index(0);
    assert_eq!(position(&manifest.offer_place(0)), (5, 9, 21));
    assert_eq!(manifest.offer_place(0).file, "offer.yml");
    assert_eq!(position(&manifest.offer_place(1)), (11, 9, 21));
    assert_eq!(position(&manifest.offer_place(99)), (2, 1, 9));
    assert_eq!(
        position(&manifest.place(&offer.key("plans").index(1).key("id")).unwrap()),
        (10, 13, 19)
    );
    assert_eq!(position(&manifest.key_place(&offer.key("go-live")).unwrap()), (7, 5, 11));
    assert_eq!(manifest.place(&offer.key("plans").index(2)), None);
    assert_eq!(manifest.key_place(&offer), None);
    assert_eq!(manifest.source_line(5), Some("  - id: contoso-offer"));
    assert_eq!(manifest.source_line(0), None);
    assert_eq!(manifest.source_line(99), None);
}

#[test]
fn places_are_right_behind_a_byte_order_mark_and_with_carriage_returns() {
    let manifest = good("bom-crlf");
    assert_eq!(position(&manifest.place(&Route::root().key("publisher")).unwrap()), (1, 12, 18));
    assert_eq!(position(&manifest.offer_place(0)), (3, 7, 9));
    assert_eq!(manifest.source_line(3), Some("- id: one"));
}

#[test]
fn a_message_is_placed_at_the_most_particular_thing_it_names() {
    let manifest = good("full");
    let line = |offer, text| manifest.place_for_message(offer, text).line;
    assert_eq!(line(0, "The plan 'premium' has no price."), 10);
    assert_eq!(line(0, "Plan premium."), 10);
    assert_eq!(line(0, "standard: the logo is missing, tell offer@contoso.com"), 9);
    assert_eq!(line(0, "standard and premium differ"), 9);
    assert_eq!(line(0, "nonstandard, standard-2, standard.2 and premiums differ"), 5);
    assert_eq!(line(0, "No mail could be sent to <Offer@Contoso.com>"), 6);
    assert_eq!(line(0, "No mail could be sent to xoffer@contoso.com"), 5);
    assert_eq!(line(1, "No mail could be sent to release@contoso.com."), 3);
    assert_eq!(line(1, "The plan premium has no price"), 11);
    assert_eq!(line(0, ""), 5);
    assert_eq!(line(99, "premium"), 2);
}

#[test]
fn the_longest_plan_named_wins() {
    let text = "publisher: c\noffers:\n- id: o\n  plans:\n  - id: a.b\n  - id: a.b.c\n";
    let manifest = parse("offer.yml", text).unwrap();
    assert_eq!(manifest.place_for_message(0, "a.b differs from a.b.c").line, 6);
}

#[test]
fn offers_are_selected_in_the_order_of_the_manifest() {
    let manifest = good("full");
    let id = |text| OfferId::parse(text).unwrap();
    let selected = |ids: &[OfferId]| {
        manifest.select(ids).unwrap().iter().map(|offer| offer.index).collect::<Vec<_>>()
    };
    assert_eq!(selected(&[]), [0, 1]);
    assert_eq!(selected(&[id("contoso-other"), id("contoso-offer")]), [0, 1]);
    assert_eq!(selected(&[id("contoso-other")]), [1]);
    let problems =
        manifest.select(&[id("contoso-ofer"), id("contoso-other"), id("x")]).unwrap_err();
    let texts: Vec<_> = problems
        .iter()
        .map(|problem| (problem.message.as_str(), problem.hint.as_deref().unwrap()))
        .collect();
    assert_eq!(
        texts,
        [
            (
                "input `offers` names `contoso-ofer`, which offer.yml does not have",
                "did you mean `contoso-offer`? offers of the manifest: `contoso-offer`, \
                 `contoso-other`"
            ),
            (
                "input `offers` names `x`, which offer.yml does not have",
                "offers of the manifest: `contoso-offer`, `contoso-other`"
            ),
        ]
    );
}

#[test]
fn endlessly_many_problems_are_cut_short() {
    let unknown_keys =
        (0..1000).map(|number| format!("unknown{number}: x\n")).collect::<Vec<_>>().concat();
    let anchors = format!("publisher: c\noffers:\n{}", "- &a {id: o}\n".repeat(1000));
    for text in [unknown_keys, anchors] {
        let problems = parse("offer.yml", &text).unwrap_err();
        assert_eq!(problems.len(), MOST_PROBLEMS + 1);
        assert_eq!(
            problems.last().unwrap().message,
            "50 problems are enough for one report; there are more from here on"
        );
    }
}
