//! What counts as the same, as foreign, as landed.

use super::*;

fn resigned(mut document: Json) -> Json {
    document["definition"]["offer"]["microsoft-azure-marketplace.smallLogo"] =
        json!("https://mpstore.example/s.png?sig=OTHER&se=2028-01-01");
    document["changedTime"] = json!("2027-01-01T00:00:00Z");
    document["version"] = json!(7);
    document
}

#[test]
fn a_second_reading_agrees_with_the_first() {
    let draft = fixture("machine");
    let mut slot = resigned(draft.clone());
    slot["definition"]["plans"].as_array_mut().unwrap().reverse();
    slot["definition"]["offer"]["microsoft-azure-virtualmachines.legacyOfferId"] = json!("x");
    assert!(documents_agree(&draft, &slot));
    slot["definition"]["offer"]["microsoft-azure-marketplace.title"] = json!("Contoso");
    assert!(!documents_agree(&draft, &slot));
    let mut other = fixture("machine");
    other["definition"]["plans"].as_array_mut().unwrap().pop();
    assert!(!documents_agree(&draft, &other));
}

#[test]
fn numbers_are_compared_as_numbers_and_beyond_doubles_by_their_digits() {
    let priced = |text: &str| -> Json {
        serde_json::from_str(&format!(r#"{{"definition":{{"n":{text}}}}}"#)).unwrap()
    };
    assert!(documents_agree(&priced("0.10"), &priced("0.1")));
    assert!(documents_agree(&priced("1"), &priced("1.0")));
    assert!(!documents_agree(&priced("9007199254740993"), &priced("9007199254740992")));
}

#[test]
fn foreign_is_what_is_neither_live_nor_the_manifests() {
    let live = fixture("machine");
    let mut draft = resigned(live.clone());
    let summary = "microsoft-azure-marketplace.summary";
    draft["definition"]["offer"][summary] = json!("a colleague's");
    draft["definition"]["offer"]["microsoft-azure-marketplace.privacyURL"] = json!("https://x");
    draft["definition"]["plans"][1]["microsoft-azure-virtualmachines.skuTitle"] = json!("Gold");
    let mut wanted = standard("1.0.11", "db-1.0.11.vhd");
    wanted.edits = vec![set(1, &format!("/{summary}"), json!("ours"))];
    insta::assert_snapshot!(shown(&find_foreign(&wanted, &draft, &live)), @r#"
    /microsoft-azure-marketplace.privacyURL
    - "https://contoso.example/privacy"
    + "https://x"
    plan premium: /microsoft-azure-virtualmachines.skuTitle
    - "Premium"
    + "Gold"
    "#);
    // What of a colleague's is overwritten is in the diff of the draft.
    let change = apply(&wanted, &draft, Some(&live)).unwrap();
    assert_eq!(change.differences[0].before, Some(json!("a colleague's")));
    assert!(find_foreign(&wanted, &change.document, &draft).is_empty());
}

#[test]
fn a_release_is_known_by_its_content() {
    let wanted = standard("1.0.11", "db-1.0.11.vhd");
    let draft = fixture("machine");
    let published = resigned(apply(&wanted, &draft, None).unwrap().document);
    assert!(find_missing(&wanted, &published, false).is_whole());
    let missing = find_missing(&wanted, &draft, true);
    insta::assert_snapshot!(shown(&missing.differences));
    let plans = json!({ "definition": { "offer": {}, "plans": [] } });
    assert_eq!(find_missing(&wanted, &plans, true).problems.len(), 1);
}

#[test]
fn what_the_service_rewrites_took_effect_but_is_not_known_again() {
    let wanted = offer(vec![set(
        1,
        "/microsoft-azure-marketplace.smallLogo",
        json!("https://contoso.example/s.png"),
    )]);
    let stored = resigned(fixture("machine"));
    assert!(find_missing(&wanted, &stored, true).is_whole());
    assert!(!find_missing(&wanted, &stored, false).is_whole());
}

#[test]
fn a_landing_tells_what_was_lost_and_what_was_added() {
    let mut wanted = offer(vec![create(
        1,
        "/microsoft-azure-marketplace.tableLeadConfiguration",
        json!({ "connectionString": "AccountKey=abcdef" }),
    )]);
    wanted.confidential = vec!["AccountKey=abcdef".into()];
    let written = apply(&wanted, &fixture("machine"), None).unwrap().document;
    let mut read = resigned(written.clone());
    let offer = read["definition"]["offer"].as_object_mut().unwrap();
    offer["microsoft-azure-marketplace.tableLeadConfiguration"] = json!({});
    offer.insert("microsoft-azure-marketplace.new".into(), json!(false));
    let landing = check_landing(&wanted, &written, &read);
    assert!(landing.lost.is_empty(), "{landing:?}");
    assert_eq!(landing.added[0].pointer, "/microsoft-azure-marketplace.new");
    read["definition"]["offer"]["microsoft-azure-marketplace.title"] = json!("another author's");
    read["definition"]["plans"].as_array_mut().unwrap().pop();
    let landing = check_landing(&wanted, &written, &read);
    let lost: Vec<_> = landing.lost.iter().map(Difference::title).collect();
    assert_eq!(lost, ["/microsoft-azure-marketplace.title", "plan premium"]);
}
