//! `image` and `keep-versions`.

use super::*;

#[test]
fn a_version_is_added_and_the_others_stay_untouched() {
    let draft = fixture("machine");
    let wanted = standard("1.0.11", "db-1.0.11.vhd");
    let change = apply(&wanted, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences));
    let mut back = change.document.clone();
    let versions = back
        .pointer_mut("/definition/plans/0/microsoft-azure-virtualmachines.vmImages")
        .and_then(Json::as_object_mut)
        .unwrap();
    assert!(versions.shift_remove("1.0.11").is_some());
    assert_eq!(back.to_string(), draft.to_string());
}

#[test]
fn the_same_version_from_the_same_blob_is_no_change_whatever_its_signature() {
    let draft = fixture("machine");
    assert!(apply(&standard("1.0.10", "db-1.0.10.vhd"), &draft, None).unwrap().is_empty());
    assert!(apply(&standard("1.0.9", "db-1.0.9.vhd"), &draft, None).unwrap().is_empty());
}

#[test]
fn a_version_that_is_taken_is_refused() {
    let draft = fixture("machine");
    let refusals: String = ["1.0.10", "1.0.9", "1.0.8", "1.0.010"]
        .map(|version| refused(&standard(version, "another.vhd"), &draft))
        .concat();
    insta::assert_snapshot!(refusals);
}

#[test]
fn a_plan_without_versions_gets_its_first() {
    let wanted = of_plan(WantedPlan {
        image: image("1.0.0", vec![(None, blob("first.vhd"))]),
        ..plan("premium")
    });
    let change = apply(&wanted, &fixture("machine"), None).unwrap();
    let versions =
        &change.document["definition"]["plans"][1]["microsoft-azure-virtualmachines.vmImages"];
    assert!(versions["1.0.0"]["osVhdUrl"].as_str().unwrap().contains("/first.vhd?"));
}

#[test]
fn a_version_goes_into_every_image_type_named_or_into_none() {
    let draft = fixture("generations");
    let disks = |types: &[ImageType]| {
        types.iter().map(|one| (Some(*one), blob(&format!("os-{one}.vhd")))).collect::<Vec<_>>()
    };
    let wanted = |types: &[ImageType], version| {
        of_plan(WantedPlan { image: image(version, disks(types)), ..plan("12") })
    };
    let two = wanted(&[ImageType::X64Gen2, ImageType::Arm64Gen2], "2026.05.01");
    let change = apply(&two, &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences));
    // The one for x64 is taken, so Arm64 does not get it either.
    let half = wanted(&[ImageType::Arm64Gen2, ImageType::X64Gen1], "2026.04.26");
    assert!(refused(&half, &draft).contains("version-taken"));
    let only = of_plan(WantedPlan {
        image: image("2026.05.01", vec![(None, blob("os.vhd"))]),
        ..plan("12")
    });
    insta::assert_snapshot!(refused(&only, &draft));
}

#[test]
fn the_texts_of_a_version_are_taken_over_from_the_newest() {
    let disks = vec![(Some(ImageType::X64Gen1), blob("os.vhd"))];
    let wanted = of_plan(WantedPlan { image: image("2026.05.01", disks), ..plan("12") });
    let change = apply(&wanted, &fixture("generations"), None).unwrap();
    let entry = change.differences[0].after.as_ref().unwrap();
    assert_eq!(entry["label"], "Contoso OS");
    assert_eq!(entry["description"], "Contoso OS for servers");
    assert_eq!(entry["mediaName"], "12-2026-05-01");
    assert_eq!(entry.get("publishedDate"), None, "never the clock");
}

#[test]
fn disks_that_the_api_has_no_known_place_for_are_refused() {
    let draft = fixture("machine");
    let wanted = |image_type, disk| {
        let image = image("1.1.0", vec![(image_type, disk)]);
        of_plan(WantedPlan { image, ..plan("standard") })
    };
    let Disk::Blobs { os, .. } = blob("os.vhd") else { unreachable!() };
    let gallery = Disk::Gallery { resource: "/subscriptions/x".into(), tenant: "t".into() };
    let with_data = Disk::Blobs { os: os.clone(), data: vec![os] };
    let refusals = [
        refused(&wanted(None, gallery), &draft),
        refused(&wanted(None, with_data), &draft),
        refused(&wanted(Some(ImageType::Arm64Gen2), blob("a.vhd")), &draft),
        refused(
            &of_plan(WantedPlan {
                image: image("1.1.0", vec![(None, blob("a.vhd"))]),
                ..plan("basic")
            }),
            &fixture("unknown"),
        ),
    ];
    insta::assert_snapshot!(refusals.concat());
}

#[expect(clippy::unnecessary_wraps, reason = "a plan's field, as it is written")]
fn keep(number: usize) -> Option<(NonZeroUsize, Place)> {
    Some((NonZeroUsize::new(number).unwrap(), line(40)))
}

fn with_versions(versions: &[&str]) -> Json {
    let mut draft = fixture("machine");
    let entries = versions.iter().map(|version| ((*version).to_owned(), json!({ "osVhdUrl": "" })));
    draft["definition"]["plans"][0]["microsoft-azure-virtualmachines.vmImages"] =
        Json::Object(entries.collect());
    draft
}

fn versions_left(number: usize, draft: &[&str], live: Option<&[&str]>) -> String {
    let wanted = of_plan(WantedPlan { keep_versions: keep(number), ..plan("standard") });
    let live = live.map(with_versions);
    let change = apply(&wanted, &with_versions(draft), live.as_ref()).unwrap();
    let plan = &change.document["definition"]["plans"][0];
    let versions = plan["microsoft-azure-virtualmachines.vmImages"].as_object().unwrap();
    versions.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// `keep-versions`, the draft's versions, the live ones.
type Row = (usize, &'static [&'static str], Option<&'static [&'static str]>);

/// A row → what is left.
#[test]
fn the_oldest_versions_go_and_never_more_than_is_safe() {
    let rows: [Row; 7] = [
        (2, &["1.0.10", "1.0.9", "1.0.2"], Some(&["1.0.10"])),
        (2, &["1.0.2", "1.0.9", "1.0.10"], None),
        (1, &["1.0.2", "1.0.9", "1.0.10"], Some(&["1.0.2"])),
        (1, &["1.0.2", "1.0.9", "1.0.10"], Some(&["1.0.2", "1.0.9"])),
        (1, &["1.0.2"], Some(&["1.0.2"])),
        (1, &["preview", "1.0.2", "1.0.9"], Some(&["1.0.9"])),
        (9, &["2018.11.05", "2018.1.1"], Some(&["2018.11.05"])),
    ];
    let table: Vec<String> = rows
        .iter()
        .map(|(number, draft, live)| {
            let left = versions_left(*number, draft, *live);
            let live = live.map_or("unknown".to_owned(), |live| live.join(" "));
            format!("keep {number} of {}; live {live} => {left}\n", draft.join(" "))
        })
        .collect();
    insta::assert_snapshot!(table.concat(), @r"
    keep 2 of 1.0.10 1.0.9 1.0.2; live 1.0.10 => 1.0.10 1.0.9
    keep 2 of 1.0.2 1.0.9 1.0.10; live unknown => 1.0.2 1.0.9 1.0.10
    keep 1 of 1.0.2 1.0.9 1.0.10; live 1.0.2 => 1.0.2 1.0.9 1.0.10
    keep 1 of 1.0.2 1.0.9 1.0.10; live 1.0.2 1.0.9 => 1.0.9 1.0.10
    keep 1 of 1.0.2; live 1.0.2 => 1.0.2
    keep 1 of preview 1.0.2 1.0.9; live 1.0.9 => preview 1.0.9
    keep 9 of 2018.11.05 2018.1.1; live 2018.11.05 => 2018.11.05 2018.1.1
    ");
}

#[test]
fn versions_that_go_are_shown_with_the_line_that_says_so() {
    let wanted = of_plan(WantedPlan { keep_versions: keep(1), ..plan("standard") });
    let draft = fixture("machine");
    let change = apply(&wanted, &draft, Some(&draft)).unwrap();
    let [gone] = &change.differences[..] else { panic!("one") };
    assert_eq!(gone.title(), "plan standard: /microsoft-azure-virtualmachines.vmImages/1.0.9");
    assert_eq!((gone.place.as_ref().unwrap().line, &gone.after), (40, &None));
    assert!(find_missing(&wanted, &draft, false).is_whole(), "the service decides what is gone");
}
