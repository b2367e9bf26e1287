//! `set`, `remove`, `test`.

use super::*;

#[test]
fn each_edit_is_shown_with_its_line() {
    let draft = fixture("machine");
    let wanted = Wanted {
        edits: vec![
            set(3, "/microsoft-azure-marketplace.summary", json!("Contoso DB 1.1.0")),
            set(
                5,
                "/microsoft-azure-marketplace.description",
                json!("<p>Fast &amp; small</p><ul><li>one</li><li>three</li></ul>"),
            ),
            test(7, "/microsoft-azure-marketplace.usefulLinks/1/linkTitle", json!("Old")),
            remove(8, "/microsoft-azure-marketplace.usefulLinks/1"),
            create(9, "/microsoft-azure-marketplace.cspOfferOptIn", json!({ "in": true })),
        ],
        plans: vec![WantedPlan {
            edits: vec![
                set(12, "/restrictedAudience/manualEntries/0/description", json!("all")),
                remove(13, "/regions"),
            ],
            ..plan("standard")
        }],
        ..Wanted::default()
    };
    let change = apply(&wanted, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences));
    assert!(apply(&wanted, &change.document, None).unwrap().is_empty(), "made once");
}

#[test]
fn what_does_not_fit_the_draft_is_refused_all_of_it_at_its_line() {
    let draft = fixture("machine");
    let wanted = Wanted {
        edits: vec![
            set(3, "/microsoft-azure-marketplace.sumary", json!("x")),
            set(4, "/privacyURL", json!("x")),
            set(5, "/nothing/inside", json!("x")),
            set(6, "/microsoft-azure-marketplace.usefulLinks/2", json!({})),
            set(7, "/microsoft-azure-marketplace.summary/inside", json!("x")),
            remove(8, "/microsoft-azure-marketplace.usefulLinks/0"),
            test(9, "/microsoft-azure-marketplace.title", json!("Another title")),
            set(10, "/microsoft-azure-marketplace.summary", json!("x")),
            test(11, "/not/there", json!(null)),
        ],
        plans: vec![
            WantedPlan { edits: vec![remove(14, "/regions")], ..plan("standrad") },
            WantedPlan { edits: vec![set(15, "/planId", json!("other"))], ..plan("premium") },
        ],
        ..Wanted::default()
    };
    insta::assert_snapshot!(refused(&wanted, &draft));
}

#[test]
fn a_test_whose_own_edit_did_its_work_is_no_error() {
    let summary = "/microsoft-azure-marketplace.summary";
    let wanted = offer(vec![
        test(1, summary, json!("Contoso DB 1.0.1")),
        set(2, summary, json!("Contoso DB 2")),
        test(3, "/microsoft-azure-marketplace.usefulLinks/1/linkTitle", json!("Old")),
        remove(4, "/microsoft-azure-marketplace.usefulLinks/1"),
    ]);
    let first = apply(&wanted, &fixture("machine"), None).unwrap();
    assert_eq!(first.differences.len(), 2);
    assert!(apply(&wanted, &first.document, None).unwrap().is_empty());
    assert!(find_missing(&wanted, &first.document, false).is_whole());
    assert!(!find_missing(&wanted, &fixture("machine"), false).is_whole());
}

#[test]
fn an_element_that_moved_is_not_removed_by_its_old_index() {
    let wanted = offer(vec![
        test(3, "/microsoft-azure-marketplace.usefulLinks/0/linkTitle", json!("Old")),
        remove(4, "/microsoft-azure-marketplace.usefulLinks/0"),
    ]);
    insta::assert_snapshot!(refused(&wanted, &fixture("machine")));
}

#[test]
fn absent_null_and_empty_stay_three_things() {
    let draft = fixture("machine");
    let wanted = offer(vec![
        set(1, "/microsoft-azure-marketplace.customAmendments", json!("")),
        set(2, "/microsoft-azure-marketplace.leadNotificationEmails", json!(null)),
    ]);
    let change = apply(&wanted, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences), @r#"
    /microsoft-azure-marketplace.leadNotificationEmails (line 2)
    - ""
    + null
    /microsoft-azure-marketplace.customAmendments (line 1)
    - null
    + ""
    "#);
    assert!(!documents_agree(&draft, &change.document));
}

#[test]
fn removing_what_is_not_there_is_no_change() {
    let wanted = offer(vec![remove(1, "/not-there"), remove(2, "/not/there/either")]);
    assert!(apply(&wanted, &fixture("machine"), None).unwrap().is_empty());
}

#[test]
fn a_document_that_is_no_offer_is_refused() {
    let wanted = offer(vec![remove(1, "/a")]);
    let problems = apply(&wanted, &json!({ "id": "x" }), None).unwrap_err();
    assert_eq!(problems[0].message, "the draft has no `definition.offer`");
}
