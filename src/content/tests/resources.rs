//! Drafts that are made of resources, as the Product Ingestion API has them.

use proptest::prelude::*;

use super::*;

const MACHINE: &str = "virtual-machine-plan-technical-configuration/7a1c/5b9f";

fn of(kind: &str, language: Option<&str>, edit: Edit) -> Edit {
    let language = language.map(str::to_owned);
    Edit { resource: Some(Resource { kind: kind.to_owned(), language }), ..edit }
}

fn english(edit: Edit) -> Edit {
    of("listing", Some("en-us"), edit)
}

fn resource<'a>(document: &'a Json, id: &str) -> &'a Json {
    let resources = document["definition"]["resources"].as_array().unwrap();
    resources.iter().find(|one| one["id"] == id).unwrap()
}

/// What remains is equal byte for byte once these resources are as they were.
fn assert_else_untouched(draft: &Json, document: &Json, ids: &[&str]) {
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
    insta::assert_snapshot!(refused(&wrong, &fixture("resources")), @r#"
    line 1: offer-release/content-mismatch: in `listing en-us`: the draft has nothing at `/titl`
      did you mean `title`? if the key is to be new, say `create: true`
    line 4: offer-release/content-mismatch: in `listing en-us`: `remove: /generalLinks/0` removes an element of a list by its index
      write a `test` of that element before it: after the removal another one has its index
    line 2: offer-release/content-mismatch: in `listing en-us`: `test: /title` fails: the draft has `"Contoso DB"` there, not `"Other"`
      somebody else changed it: look at the draft, then correct the test or the draft
    "#);
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

fn disks(all: &[(ImageType, Disk)]) -> Vec<(Option<ImageType>, Disk)> {
    all.iter().map(|(image_type, disk)| (Some(*image_type), disk.clone())).collect()
}

fn add(version: &str, disks: Vec<(Option<ImageType>, Disk)>) -> Wanted {
    of_plan(WantedPlan { image: image(version, disks), ..plan("standard") })
}

fn with_data(os: &str, data: &str) -> Disk {
    let (Disk::Blobs { os, .. }, Disk::Blobs { os: data, .. }) = (blob(os), blob(data)) else {
        unreachable!()
    };
    Disk::Blobs { os, data: vec![data] }
}

fn gallery(version: &str) -> Disk {
    let resource = format!(
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/i/versions/{version}"
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
    insta::assert_snapshot!(shown(&change.differences), @r#"
    plan standard: virtual-machine-plan-technical-configuration: /vmImageVersions/1.0.11 (line 30)
    + {
    +   "versionNumber": "1.0.11",
    +   "lifecycleState": "generallyAvailable",
    +   "vmImages": [
    +     {
    +       "imageType": "x64Gen2",
    +       "source": {
    +         "sourceType": "sasUri",
    +         "osDisk": {
    +           "uri": "contoso.blob.core.windows.net/vhds/2.vhd (expires 2027-06-01T00:00:00Z) (signature hidden)"
    +         },
    +         "dataDisks": [
    +           {
    +             "lunNumber": 0,
    +             "uri": "contoso.blob.core.windows.net/vhds/data.vhd (expires 2027-06-01T00:00:00Z) (signature hidden)"
    +           }
    +         ]
    +       }
    +     },
    +     {
    +       "imageType": "x64Gen1",
    +       "source": {
    +         "sourceType": "sharedImageGallery",
    +         "sharedImage": {
    +           "tenantId": "d2b4",
    +           "resourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/i/versions/1.0.11"
    +         }
    +       }
    +     }
    +   ]
    + }
    "#);
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
        json!({ "versionNumber": number, "lifecycleState": "generallyAvailable", "vmImages": images })
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
    keep 1, live 1.0.2 => 1.0.10 -1.0.2 1.0.9
    keep 1, live unknown => 1.0.10 1.0.2 1.0.9
    keep 1, the last of its image type => 1.0.1 -1.0.2 1.0.3
    keep 1, one is deprecated already => 1.0.10 -1.0.9 -0.9.0
    keep 9 => 1.0.10 1.0.2 1.0.9
    ");
}

fn contain(id: &str, payload: Payload) -> Wanted {
    of_plan(WantedPlan { container: Some(Container { payload, at: line(50) }), ..plan(id) })
}

fn bundle(tag: &str, last: char, registry: Option<&str>, repository: Option<&str>) -> Payload {
    let digest = format!("sha256:{}{last}", "0".repeat(63));
    let [registry, repository] = [registry, repository].map(|name| name.map(str::to_owned));
    Payload::Bundle { tag: tag.to_owned(), digest, registry, repository }
}

#[test]
fn tags_and_bundles_are_added_once() {
    let draft = fixture("containers");
    let tags = |tags: &[&str]| {
        contain("images", Payload::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()))
    };
    let change = apply(&tags(&["1.0.0", "1.1.0"]), &draft, None).unwrap();
    let images = resource(&change.document, "container-plan-technical-configuration/8b/1");
    assert_eq!(images["imageTags"], json!(["latest", "1.0.0", "1.1.0"]));
    assert_eq!(images["imageRepositoryDetails"]["password"], "*********", "sent back as it came");
    assert!(apply(&tags(&["1.0.0", "1.1.0"]), &change.document, None).unwrap().is_empty());

    let wanted = contain("kubernetes", bundle("1.1.0", '2', None, None));
    let change = apply(&wanted, &draft, None).unwrap();
    let cnab = resource(&change.document, "container-plan-technical-configuration/8b/2");
    let added = json!({"tenantId": "d2b4", "subscriptionId": "s", "resourceGroupName": "g",
        "registryName": "contosoreg", "repositoryName": "contoso/bundle", "tag": "1.1.0",
        "digest": format!("sha256:{}2", "0".repeat(63))});
    assert_eq!(cnab["cnabReferences"][1], added);
    assert!(apply(&wanted, &change.document, None).unwrap().is_empty());
    let another = contain("kubernetes", bundle("1.0.0", '2', None, Some("contoso/other")));
    let change = apply(&another, &draft, None).unwrap();
    let cnab = resource(&change.document, "container-plan-technical-configuration/8b/2");
    assert_eq!(cnab["cnabReferences"][1]["repositoryName"], "contoso/other");
}

#[test]
fn a_payload_that_does_not_fit_is_refused() {
    let draft = fixture("containers");
    let many = (0..15).map(|number| number.to_string()).collect();
    let refusals = [
        contain("kubernetes", bundle("1.0.0", '2', None, None)),
        contain("kubernetes", bundle("1.1.0", '2', Some("another"), None)),
        contain("kubernetes", Payload::Tags(vec!["1.1.0".into()])),
        contain("images", bundle("1.1.0", '2', None, None)),
        contain("images", Payload::Tags(many)),
    ]
    .map(|wanted| refused(&wanted, &draft));
    insta::assert_snapshot!(refusals.concat());
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
