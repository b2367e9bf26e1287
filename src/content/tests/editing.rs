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
    insta::assert_snapshot!(shown(&change.differences), @r#"
    /microsoft-azure-marketplace.summary (line 3)
    - "Contoso DB 1.0.1"
    + "Contoso DB 1.1.0"
    /microsoft-azure-marketplace.description (line 5)
      <ul><li>one</li>
    - <li>two</li>
    + <li>three</li>
      </ul>
    /microsoft-azure-marketplace.usefulLinks (line 8)
    - [
    -   {
    -     "linkTitle": "Docs",
    -     "linkUrl": "https://contoso.example/docs?a=1&b=2"
    -   },
    -   {
    -     "linkTitle": "Old",
    -     "linkUrl": "https://contoso.example/old"
    -   }
    - ]
    + [
    +   {
    +     "linkTitle": "Docs",
    +     "linkUrl": "https://contoso.example/docs?a=1&b=2"
    +   }
    + ]
    /microsoft-azure-marketplace.cspOfferOptIn (line 9)
    + {
    +   "in": true
    + }
    plan standard: /regions (line 13)
    - [
    -   "AZ",
    -   "US"
    - ]
    plan standard: /restrictedAudience/manualEntries/d2b43582-0000-4000-8000-000000000002/description (line 12)
    - "pilot"
    + "all"
    "#);
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
    insta::assert_snapshot!(refused(&wanted, &draft), @r#"
    line 3: offer-release/content-mismatch: the draft has nothing at `/microsoft-azure-marketplace.sumary`
      did you mean `microsoft-azure-marketplace.summary`? if the key is to be new, say `create: true`
    line 4: offer-release/content-mismatch: the draft has nothing at `/privacyURL`
      did you mean `microsoft-azure-marketplace.privacyURL`? if the key is to be new, say `create: true`
    line 5: offer-release/content-mismatch: the draft has nothing at `/nothing`
      `offer-release show` prints what the draft has
    line 6: offer-release/content-mismatch: the draft has nothing at `/microsoft-azure-marketplace.usefulLinks/2`: the list has 2 elements
      an edit can change an element, or set the whole list, not add one
    line 7: offer-release/content-mismatch: the draft has nothing at `/microsoft-azure-marketplace.summary/inside`
      `offer-release show` prints what the draft has
    line 8: offer-release/content-mismatch: `remove: /microsoft-azure-marketplace.usefulLinks/0` removes an element of a list by its index
      write a `test` of that element before it: after the removal another one has its index
    line 9: offer-release/content-mismatch: `test: /microsoft-azure-marketplace.title` fails: the draft has `"Contoso DB"` there, not `"Another title"`
      somebody else changed it: look at the draft, then correct the test or the draft
    line 11: offer-release/content-mismatch: `test: /not/there` fails: the draft has nothing there, not `null`
      somebody else changed it: look at the draft, then correct the test or the draft
    line 20: offer-release/content-mismatch: the draft has no plan `standrad`
      did you mean `standard`? plans of the draft: `standard`, `premium`
    line 15: offer-release/content-mismatch: `/planId` is how the plan is known, and cannot be changed
      make a new plan in Partner Center, and name it in the manifest
    "#);
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
    insta::assert_snapshot!(refused(&wanted, &fixture("machine")), @r"
    line 4: offer-release/content-mismatch: what the test before `remove: /microsoft-azure-marketplace.usefulLinks/0` expects is at another index now
      `offer-release show` prints the list as it is
    ");
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
