//! Mistakes of other tools that edit offers; none of them can happen here.

use super::*;

/// A typed model drops what it does not know: private audiences, prices, empty lists.
#[test]
fn nothing_is_dropped_because_it_is_not_known() {
    let mut draft = fixture("machine");
    draft["definition"]["plans"][0]["somethingNew"] = json!({ "b": [], "a": null, "": "" });
    let change = apply(&standard("1.0.11", "n.vhd"), &draft, None).unwrap();
    let [before, after] = [&draft, &change.document].map(|document| {
        let mut plan = document["definition"]["plans"][0].clone();
        plan["microsoft-azure-virtualmachines.vmImages"] = json!(null);
        plan.to_string()
    });
    assert_eq!(before, after);
}

/// Edits on a copy that nobody wrote, or of a plan that is not there, ended in success.
#[test]
fn an_edit_that_changes_nothing_is_never_taken_for_one_that_did() {
    let mistyped = of_plan(WantedPlan {
        image: image("1.0.11", vec![(None, blob("n.vhd"))]),
        ..plan("Standard")
    });
    let refusal = refused(&mistyped, &fixture("machine"));
    assert!(refusal.contains("the draft has no plan `Standard`"), "{refusal}");
    assert!(refusal.contains("did you mean `standard`?"), "{refusal}");
}

/// A path syntax that splits at dots cannot name an offer's keys, nor take a SAS as a value.
#[test]
fn keys_with_dots_and_values_with_equals_signs_are_named_as_they_are() {
    let value = "https://x.example/a.csv?sp=r&se=2030-01-01&sig=a%2Bb%3D";
    let wanted = offer(vec![set(1, "/microsoft-azure-marketplace.privacyURL", json!(value))]);
    let written = apply(&wanted, &fixture("machine"), None).unwrap().document.to_string();
    assert!(written.contains(value), "an ampersand stays an ampersand");
}

/// A clean-up kept the first old version only, and re-printed versions from numbers.
#[test]
fn old_versions_keep_their_keys_and_their_addresses() {
    let mut draft = fixture("machine");
    let versions =
        json!({ "2018.01.05": { "osVhdUrl": "https://x.example/a.vhd?sig=1" }, "odd": {} });
    draft["definition"]["plans"][0]["microsoft-azure-virtualmachines.vmImages"] = versions.clone();
    let change = apply(&standard("2018.1.06", "n.vhd"), &draft, None).unwrap();
    let after =
        &change.document["definition"]["plans"][0]["microsoft-azure-virtualmachines.vmImages"];
    assert_eq!(after["2018.01.05"], versions["2018.01.05"]);
    assert_eq!(
        after.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["2018.01.05", "odd", "2018.1.06"]
    );
}

/// A removal looked at the plan's versions where a generation's were meant.
#[test]
fn each_generation_keeps_its_own_last_version() {
    let keep = Some((NonZeroUsize::new(1).unwrap(), line(40)));
    let mut draft = fixture("generations");
    let key = "microsoft-azure-corevm.vmImagesPublicAzure";
    draft["definition"]["plans"][0][key]["2026.05.01"] = json!({ "osVhdUrl": "" });
    let wanted = of_plan(WantedPlan { keep_versions: keep, ..plan("12") });
    let change = apply(&wanted, &draft, Some(&draft)).unwrap();
    let titles: Vec<_> = change.differences.iter().map(Difference::title).collect();
    assert_eq!(titles, [format!("plan 12: /{key}/2026.04.26")]);
}

/// Order and the signatures of each reading hid real changes.
#[test]
fn a_diff_has_no_noise() {
    let draft = fixture("generations");
    let mut again = draft.clone();
    let plan = &mut again["definition"]["plans"][0];
    plan["diskGenerations"].as_array_mut().unwrap().reverse();
    let address =
        plan.pointer_mut("/microsoft-azure-corevm.vmImagesPublicAzure/2026.04.26/osVhdUrl");
    *address.unwrap() = json!("https://contoso.blob.core.windows.net/vhds/os-0426.vhd?sig=new");
    assert!(find_foreign(&Wanted::default(), &draft, &again).is_empty());
}

/// A version was made of the day: the next day's re-run added another one.
#[test]
fn a_version_never_comes_from_the_clock() {
    let variables = Variables { version: Some("1.0.11".into()), ..Variables::default() };
    for name in ["date", "time", "now", "timestamp"] {
        assert!(variables.expand(&format!("1.0.${{{name}}}"), false).is_err(), "{name}");
    }
    let wanted = standard("1.0.11", "n.vhd");
    let first = apply(&wanted, &fixture("machine"), None).unwrap();
    assert!(apply(&wanted, &first.document, None).unwrap().is_empty(), "whenever it is repeated");
}

/// A plan was looked up by a part of its name, and an element by its place.
#[test]
fn a_plan_is_known_by_its_whole_id_wherever_it_stands() {
    let mut draft = fixture("machine");
    let mut other = draft["definition"]["plans"][0].clone();
    other["planId"] = json!("standard-2");
    draft["definition"]["plans"].as_array_mut().unwrap().insert(0, other);
    let change = apply(&standard("1.0.11", "n.vhd"), &draft, None).unwrap();
    let versions = "microsoft-azure-virtualmachines.vmImages/1.0.11";
    let titles: Vec<_> = change.differences.iter().map(Difference::title).collect();
    assert_eq!(titles, [format!("plan standard: /{versions}")]);
    let plans = &change.document["definition"]["plans"];
    assert_eq!(plans[0], draft["definition"]["plans"][0]);
}

/// One image replaced all plans, overwrote the operating system, added a data disk that nobody
/// gave, and was appended once more at each run.
#[test]
fn an_image_is_one_key_of_one_plan_and_no_more() {
    let draft = fixture("machine");
    let mut document = apply(&standard("1.0.11", "n.vhd"), &draft, None).unwrap().document;
    let key = "microsoft-azure-virtualmachines.vmImages";
    let versions = document["definition"]["plans"][0][key].as_object_mut().unwrap();
    let added = versions.shift_remove("1.0.11").unwrap();
    assert_eq!(added["lunVhdDetails"], json!([]));
    assert_eq!(document.to_string(), draft.to_string());
}

/// Versions that are hidden, or that the service is about to remove, were left out of the next
/// write, which cannot be undone.
#[test]
fn a_deprecated_version_is_sent_back_as_it_came() {
    let mut draft = fixture("generations");
    let key = "microsoft-azure-corevm.vmImagesPublicAzure";
    draft["definition"]["plans"][0][key]["2026.04.26"]["showInGui"] = json!(false);
    draft["definition"]["plans"][0][key]["2026.04.26"]["lifecycleState"] = json!("deprecated");
    let disks = vec![(Some(ImageType::X64Gen1), blob("n.vhd"))];
    let wanted = of_plan(WantedPlan { image: image("2026.5.1", disks), ..plan("12") });
    let change = apply(&wanted, &draft, Some(&draft)).unwrap();
    let [before, after] =
        [&draft, &change.document].map(|document| &document["definition"]["plans"][0][key]);
    assert_eq!(after["2026.04.26"].to_string(), before["2026.04.26"].to_string());
    assert_eq!(after["2026.5.1"]["showInGui"], true, "the new one is not hidden with it");
}

/// Old versions went because there were many.
#[test]
fn no_version_is_removed_unasked() {
    let mut draft = fixture("machine");
    let versions: serde_json::Map<_, _> =
        (0..300).map(|patch| (format!("1.0.{patch}"), json!({}))).collect();
    draft["definition"]["plans"][0]["microsoft-azure-virtualmachines.vmImages"] = versions.into();
    let change = apply(&standard("1.1.0", "n.vhd"), &draft, Some(&draft)).unwrap();
    assert_eq!(change.differences.len(), 1);
    assert_eq!(change.differences[0].before, None);
}
