//! Drafts that are made of resources, as the Product Ingestion API has them.

use proptest::prelude::*;

use super::resource_images::{add, disks, gallery};
use super::*;

pub const MACHINE: &str = "virtual-machine-plan-technical-configuration/7a1c/5b9f";

fn of(kind: &str, language: Option<&str>, edit: Edit) -> Edit {
    let language = language.map(str::to_owned);
    Edit { resource: Some(Resource { kind: kind.to_owned(), language }), ..edit }
}

fn english(edit: Edit) -> Edit {
    of("listing", Some("en-us"), edit)
}

pub fn resource<'a>(document: &'a Json, id: &str) -> &'a Json {
    let resources = document["definition"]["resources"].as_array().unwrap();
    resources.iter().find(|one| one["id"] == id).unwrap()
}

/// What remains is equal byte for byte once these resources are as they were.
pub fn assert_else_untouched(draft: &Json, document: &Json, ids: &[&str]) {
    let without = |document: &Json| {
        let resources = document["definition"]["resources"].as_array().unwrap();
        let rest = resources.iter().filter(|one| !ids.iter().any(|id| one["id"] == *id));
        rest.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(without(draft), without(document));
}

#[test]
fn an_edit_changes_its_resource_and_nothing_else() {
    let draft = fixture("resources");
    let wanted = Wanted {
        edits: vec![
            english(set(1, "/title", json!("Contoso DB 2"))),
            of("property", None, set(2, "/leveledCategories/a~1b~0c/0", json!("y"))),
        ],
        plans: vec![WantedPlan {
            edits: vec![
                of("plan-listing", None, set(3, "/summary", json!("New"))),
                of("plan", None, set(4, "/alias", json!("Standard 2"))),
            ],
            ..plan("standard")
        }],
        ..Wanted::default()
    };
    let change = apply(&wanted, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences), @r#"
    property: /leveledCategories/a~1b~0c/0 (line 2)
    - "x"
    + "y"
    listing en-us: /title (line 1)
    - "Contoso DB"
    + "Contoso DB 2"
    plan standard: plan: /alias (line 4)
    - "Standard"
    + "Standard 2"
    plan standard: plan-listing en-us: /summary (line 3)
    - "S"
    + "New"
    "#);
    let english = "listing/7a1c/public/main/default/en-us";
    let changed = [english, "property/7a1c", "plan/7a1c/5b9f", "plan-listing/7a1c/5b9f"];
    assert_else_untouched(&draft, &change.document, &changed);
    assert!(apply(&wanted, &change.document, None).unwrap().is_empty());
    assert!(find_missing(&wanted, &change.document, false).is_whole());
    assert!(!find_missing(&wanted, &draft, true).is_whole());
}

#[test]
fn what_an_edit_names_must_be_there_once() {
    let edits = vec![
        of("listng", None, set(1, "/title", json!("x"))),
        of("listing", None, set(2, "/title", json!("x"))),
        of("listing", Some("fr-fr"), set(3, "/title", json!("x"))),
        of("listing-asset", Some("en-us"), set(4, "/description", json!("x"))),
        of("plan-listing", None, set(5, "/name", json!("x"))),
        english(set(6, "/id", json!("x"))),
        set(7, "/title", json!("x")),
    ];
    let of_plans = vec![
        WantedPlan { edits: vec![set(8, "/a", json!(1))], ..plan("standrad") },
        WantedPlan {
            edits: vec![of("listing", None, set(9, "/title", json!("x")))],
            ..plan("premium")
        },
    ];
    let wanted = Wanted { edits, plans: of_plans, ..Wanted::default() };
    insta::assert_snapshot!(refused(&wanted, &fixture("resources")));
    let wrong = offer(vec![
        english(set(1, "/titl", json!("x"))),
        english(test(2, "/title", json!("Other"))),
        english(set(3, "/searchResultSummary", json!("x"))),
        english(remove(4, "/generalLinks/0")),
    ]);
    insta::assert_snapshot!(refused(&wrong, &fixture("resources")));
}

#[test]
fn a_test_of_one_resource_guards_the_change_of_another() {
    let draft = fixture("resources");
    let wanted = offer(vec![
        of("product", None, test(1, "/alias", json!("Another"))),
        english(set(2, "/title", json!("x"))),
    ]);
    assert!(refused(&wanted, &draft).contains("in `product`: `test: /alias` fails"));
}

#[test]
fn a_masked_secret_says_nothing_against_the_secret() {
    let draft = fixture("resources");
    let wanted = Wanted {
        edits: vec![of(
            "customer-leads",
            None,
            set(1, "/storageAccountConnectionString", json!("AccountKey=s3cr3t")),
        )],
        confidential: vec!["AccountKey=s3cr3t".into()],
        ..Wanted::default()
    };
    assert!(find_missing(&wanted, &draft, false).is_whole(), "out already, as far as one can see");
    let change = apply(&wanted, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences), @r#"
    customer-leads: /storageAccountConnectionString (line 1)
    - "*********"
    + "(secret)"
    "#);
    assert!(check_landing(&wanted, &change.document, &draft).lost.is_empty());
    assert_eq!(list_hidden_secrets(&draft, &Wanted::default()), [""; 0]);
}

#[test]
fn foreign_changes_are_told_with_the_names_of_their_resources() {
    let live = fixture("resources");
    let mut draft = live.clone();
    let resources = draft["definition"]["resources"].as_array_mut().unwrap();
    resources.swap(0, 5);
    for resource in resources.iter_mut() {
        if resource["id"] == "plan-listing/7a1c/5b9f" {
            resource["summary"] = json!("by a colleague");
        }
        if resource["id"] == "listing-asset/7a1c/1" {
            resource["url"] = json!("https://assets.example/small.png?sv=1&sig=bmV3");
        }
        if resource["id"] == MACHINE {
            resource["vmImageVersions"].as_array_mut().unwrap().reverse();
        }
    }
    let foreign = find_foreign(&Wanted::default(), &draft, &live);
    let titles: Vec<String> = foreign.iter().map(Difference::title).collect();
    assert_eq!(titles, ["plan standard: plan-listing en-us: /summary"]);
    assert!(!documents_agree(&draft, &live));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever is wanted of one resource, every other resource is equal byte for byte, and so is
    /// the rest of that one.
    #[test]
    fn what_is_not_named_is_equal_byte_for_byte(
        which in 0_usize..4,
        number in 11_u32..99,
        text in "[a-z&<>/~é漢=%.\"]{0,8}",
        two in any::<bool>(),
    ) {
        let draft = fixture("resources");
        let version = format!("1.0.{number}");
        let mut types = vec![(ImageType::X64Gen2, blob("n.vhd"))];
        if two {
            types.push((ImageType::X64Gen1, gallery(&version)));
        }
        let edited = |edit| of_plan(WantedPlan { edits: vec![edit], ..plan("standard") });
        let (wanted, id) = match which {
            0 => (offer(vec![english(set(1, "/title", json!(text)))]),
                  "listing/7a1c/public/main/default/en-us"),
            1 => (offer(vec![of("property", None, create(1, "/new~1key", json!(text)))]),
                  "property/7a1c"),
            2 => (edited(of("plan-listing", None, remove(1, "/summary"))),
                  "plan-listing/7a1c/5b9f"),
            _ => (add(&version, disks(&types)), MACHINE),
        };
        let change = apply(&wanted, &draft, None).unwrap();
        assert_else_untouched(&draft, &change.document, &[id]);
        let mut back = resource(&change.document, id).clone();
        match which {
            0 => back["title"] = json!("Contoso DB"),
            1 => drop(back.as_object_mut().unwrap().shift_remove("new/key")),
            2 => {
                let members = back.as_object_mut().unwrap();
                let language = members.shift_remove("languageId").unwrap();
                members.insert("summary".into(), json!("S"));
                members.insert("languageId".into(), language);
            }
            _ => drop(back["vmImageVersions"].as_array_mut().unwrap().pop()),
        }
        prop_assert_eq!(back.to_string(), resource(&draft, id).to_string());
        prop_assert!(apply(&wanted, &change.document, None).unwrap().is_empty());
        prop_assert!(find_missing(&wanted, &change.document, false).is_whole());
    }
}
