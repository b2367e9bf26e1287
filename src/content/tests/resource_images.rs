//! Versions of images in a draft that is made of resources.

use super::resources::{MACHINE, assert_else_untouched, resource};
use super::*;

pub fn disks(all: &[(ImageType, Disk)]) -> Vec<(Option<ImageType>, Disk)> {
    all.iter().map(|(image_type, disk)| (Some(*image_type), disk.clone())).collect()
}

pub fn add(version: &str, disks: Vec<(Option<ImageType>, Disk)>) -> Wanted {
    of_plan(WantedPlan { image: image(version, disks), ..plan("standard") })
}

fn with_data(os: &str, data: &str) -> Disk {
    let (Disk::Blobs { os, .. }, Disk::Blobs { os: data, .. }) = (blob(os), blob(data)) else {
        unreachable!()
    };
    Disk::Blobs { os, data: vec![data] }
}

pub fn gallery(version: &str) -> Disk {
    let resource = format!(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/i\
         /versions/{version}"
    );
    Disk::Gallery { resource, tenant: "d2b4".into() }
}

#[test]
fn a_version_is_added_with_the_image_types_named_and_the_others_stay_untouched() {
    let draft = fixture("resources");
    let both = disks(&[
        (ImageType::X64Gen2, with_data("2.vhd", "data.vhd")),
        (ImageType::X64Gen1, gallery("1.0.11")),
    ]);
    let change = apply(&add("1.0.11", both), &draft, None).unwrap();
    insta::assert_snapshot!(shown(&change.differences));
    assert_else_untouched(&draft, &change.document, &[MACHINE]);
    let mut back = change.document.clone();
    let resources = back["definition"]["resources"].as_array_mut().unwrap();
    let machine = resources.iter_mut().find(|one| one["id"] == MACHINE).unwrap();
    machine["vmImageVersions"].as_array_mut().unwrap().pop();
    assert_eq!(back.to_string(), draft.to_string());
}

#[test]
fn the_same_version_from_the_same_source_is_no_change() {
    let draft = fixture("resources");
    let same = |version: &str| {
        let both = [ImageType::X64Gen2, ImageType::X64Gen1];
        let disk = |one: ImageType| {
            blob(&format!("{}-{version}.vhd", if one == ImageType::X64Gen2 { 2 } else { 1 }))
        };
        add(version, disks(&both.map(|one| (one, disk(one)))))
    };
    assert!(apply(&same("1.0.10"), &draft, None).unwrap().is_empty());
    assert!(apply(&same("1.0.9"), &draft, None).unwrap().is_empty());
    let deprecated = disks(&[(ImageType::X64Gen2, with_data("2-0.9.0.vhd", "data.vhd"))]);
    assert!(apply(&add("0.9.0", deprecated), &draft, None).unwrap().is_empty());
    let premium = |version: &str, disk| {
        let image = image(version, vec![(None, disk)]);
        of_plan(WantedPlan { image, ..plan("premium") })
    };
    assert!(apply(&premium("2.0.0", gallery("2.0.0")), &draft, None).unwrap().is_empty());
    let next = apply(&premium("2.0.1", gallery("2.0.1")), &draft, None).unwrap().document;
    let id = "core-virtual-machine-plan-technical-configuration/7a1c/6c0a";
    let added = &resource(&next, id)["vmImageVersions"][1]["vmImages"][0]["imageType"];
    assert_eq!(added, "armGen2", "as the draft writes it");
}

#[test]
fn a_version_that_does_not_fit_is_refused() {
    let draft = fixture("resources");
    let gen2 = |disk| disks(&[(ImageType::X64Gen2, disk)]);
    let container = Container { payload: Payload::Tags(vec!["1".into()]), at: line(50) };
    let refusals = [
        refused(&add("1.0.10", gen2(blob("other.vhd"))), &draft),
        refused(&add("0.9.0", gen2(blob("2-0.9.0.vhd"))), &draft),
        refused(&add("1.0.8", gen2(blob("n.vhd"))), &draft),
        refused(&add("1.0.11", vec![(None, blob("n.vhd"))]), &draft),
        refused(&add("1.0.11", disks(&[(ImageType::Arm64Gen2, blob("n.vhd"))])), &draft),
        refused(
            &of_plan(WantedPlan { image: image("1.0.0", gen2(blob("n.vhd"))), ..plan("images") }),
            &fixture("containers"),
        ),
        refused(&of_plan(WantedPlan { container: Some(container), ..plan("standard") }), &draft),
    ];
    insta::assert_snapshot!(refusals.concat());
}

fn kept(number: usize, draft: &Json, live: Option<&Json>) -> String {
    let keep = NonZeroUsize::new(number).unwrap();
    let wanted = of_plan(WantedPlan { keep_versions: Some((keep, line(40))), ..plan("standard") });
    let document = apply(&wanted, draft, live).unwrap().document;
    let versions = resource(&document, MACHINE)["vmImageVersions"].as_array().unwrap();
    let text = |one: &Json| {
        let gone = if one["lifecycleState"] == "deprecated" { "-" } else { "" };
        format!("{gone}{}", one["versionNumber"].as_str().unwrap())
    };
    versions.iter().map(text).collect::<Vec<_>>().join(" ")
}

/// The draft with these versions in place of its own: `number types`.
fn with(versions: &[&str]) -> Json {
    let mut draft = fixture("resources");
    let resources = draft["definition"]["resources"].as_array_mut().unwrap();
    let machine = resources.iter_mut().find(|one| one["id"] == MACHINE).unwrap();
    let entry = |text: &&str| {
        let mut words = text.split(' ');
        let number = words.next().unwrap();
        let images: Vec<Json> = words.map(|word| json!({ "imageType": word })).collect();
        let state = "generallyAvailable";
        json!({ "versionNumber": number, "lifecycleState": state, "vmImages": images })
    };
    machine["vmImageVersions"] = versions.iter().map(entry).collect();
    draft
}

#[test]
fn the_oldest_versions_are_deprecated_and_never_more_than_is_safe() {
    let all = with(&["1.0.10 x64Gen2", "1.0.2 x64Gen2", "1.0.9 x64Gen2"]);
    let one_of_gen1 = with(&["1.0.1 x64Gen1 x64Gen2", "1.0.2 x64Gen2", "1.0.3 x64Gen2"]);
    let older = with(&["1.0.2 x64Gen2"]);
    let table = [
        ("2, live all", kept(2, &all, Some(&all))),
        ("1, live all", kept(1, &all, Some(&all))),
        ("1, live 1.0.2", kept(1, &all, Some(&older))),
        ("1, live unknown", kept(1, &all, None)),
        ("1, the last of its image type", kept(1, &one_of_gen1, Some(&one_of_gen1))),
        ("1, one is deprecated already", kept(1, &fixture("resources"), Some(&all))),
        ("9", kept(9, &all, Some(&all))),
    ];
    let lines = table.map(|(what, versions)| format!("keep {what} => {versions}\n"));
    insta::assert_snapshot!(lines.concat(), @r"
    keep 2, live all => 1.0.10 -1.0.2 1.0.9
    keep 1, live all => 1.0.10 -1.0.2 -1.0.9
    keep 1, live 1.0.2 => 1.0.10 1.0.2 1.0.9
    keep 1, live unknown => 1.0.10 1.0.2 1.0.9
    keep 1, the last of its image type => 1.0.1 -1.0.2 1.0.3
    keep 1, one is deprecated already => 1.0.10 1.0.9 -0.9.0
    keep 9 => 1.0.10 1.0.2 1.0.9
    ");
}
