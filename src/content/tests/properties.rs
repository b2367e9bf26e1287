//! What holds for every document.

use proptest::prelude::*;

use super::*;

/// JSON as text, with everything that a reader could lose.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("\"\"".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,8})?".prop_map(|number| number),
        "[a-z&<>/~é漢=%.]{0,8}".prop_map(|text| format!("{text:?}")),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let key = "[a-z./~&-]{1,6}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::hash_map(key, inner, 0..4).prop_map(|map| {
                let all: Vec<_> =
                    map.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
                format!("{{{}}}", all.join(","))
            }),
        ]
    })
}

fn document(values: &[String]) -> Json {
    let members: Vec<_> =
        values.iter().enumerate().map(|(index, value)| format!("\"a.k{index}\":{value}")).collect();
    let text = format!(
        concat!(
            r#"{{"offerTypeId":"t","definition":{{"offer":{{{}}},"#,
            r#""plans":[{{"planId":"p","k":{}}}]}}}}"#
        ),
        members.join(","),
        values[0]
    );
    let document: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(document.to_string(), text, "reading and writing loses nothing");
    document
}

/// Pointers to everything inside a value.
fn pointers(value: &Json, here: &[String], all: &mut Vec<String>) {
    if !here.is_empty() {
        all.push(pointer::write_pointer(here));
    }
    let mut inside = |token: String, value: &Json| pointers(value, &[here, &[token]].concat(), all);
    match value {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| inside(index.to_string(), item));
        }
        Json::Object(members) => members.iter().for_each(|(key, item)| inside(key.clone(), item)),
        _ => {}
    }
}

#[derive(Debug, Clone)]
struct Step(usize, Option<String>, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<usize>(), prop::option::of(value()), any::<bool>());
    prop::collection::vec(step.prop_map(|(at, value, extra)| Step(at, value, extra)), 1..5)
}

/// Edits of things that are there, or of a new key.
fn edits(document: &Json, steps: &[Step]) -> Vec<Edit> {
    let mut all = Vec::new();
    pointers(&document["definition"]["offer"], &[], &mut all);
    let edit = |Step(at, value, extra): &Step| {
        let pointer = &all[at % all.len()];
        match value {
            Some(value) if *extra => create(1, "/new~1key", serde_json::from_str(value).unwrap()),
            Some(value) => set(1, pointer, serde_json::from_str(value).unwrap()),
            None => remove(1, pointer),
        }
    };
    steps.iter().map(edit).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_wanted_changes_nothing(values in prop::collection::vec(value(), 1..5)) {
        let draft = document(&values);
        let change = apply(&Wanted::default(), &draft, Some(&draft)).unwrap();
        prop_assert!(change.is_empty());
        prop_assert_eq!(change.document.to_string(), draft.to_string());
        prop_assert!(documents_agree(&draft, &change.document));
        prop_assert!(find_missing(&Wanted::default(), &draft, false).is_whole());
    }

    #[test]
    fn what_is_not_named_is_byte_equal(
        values in prop::collection::vec(value(), 2..5),
        new in value(),
        at in any::<usize>(),
    ) {
        let draft = document(&values);
        let key = format!("a.k{}", at % values.len());
        let wanted = offer(vec![set(1, &format!("/{key}"), serde_json::from_str(&new).unwrap())]);
        let mut document = apply(&wanted, &draft, None).unwrap().document;
        let written = document["definition"]["offer"][&key].to_string();
        prop_assert_eq!(written, new);
        document["definition"]["offer"][&key] = draft["definition"]["offer"][&key].clone();
        prop_assert_eq!(document.to_string(), draft.to_string());
    }

    #[test]
    fn made_twice_is_made_once(values in prop::collection::vec(value(), 1..5), steps in steps()) {
        let draft = document(&values);
        let wanted = offer(edits(&draft, &steps));
        if let Ok(first) = apply(&wanted, &draft, None) {
            // Edits that undo each other's ground fit once only, and are refused then.
            if let Ok(second) = apply(&wanted, &first.document, None) {
                prop_assert_eq!(second.document.to_string(), first.document.to_string());
                prop_assert!(second.is_empty());
                prop_assert!(find_missing(&wanted, &first.document, false).is_whole());
            }
            prop_assert_eq!(first.is_empty(), find_missing(&wanted, &draft, false).is_whole());
            prop_assert!(check_landing(&wanted, &first.document, &first.document).lost.is_empty());
        }
    }

    #[test]
    fn a_pointer_leads_where_it_was_made_for(values in prop::collection::vec(value(), 1..5)) {
        let draft = document(&values);
        let mut all = Vec::new();
        pointers(&draft, &[], &mut all);
        for text in all {
            let pointer = Pointer::parse(&text).unwrap();
            prop_assert!(pointer.find(&draft).is_some(), "{}", text);
            prop_assert_eq!(pointer::write_pointer(pointer.tokens()), text);
        }
    }

    #[test]
    fn any_text_is_expanded_or_refused(text in "[a-z${}.]{0,20}") {
        let expanded = Variables::default().expand(&text, true);
        if !text.contains('$') {
            prop_assert_eq!(expanded.unwrap().text, text);
        }
    }

    #[test]
    fn what_is_hidden_has_no_signature_left(
        name in "[a-z]{1,8}",
        sig in "[A-Za-z0-9%=+/]{6,20}",
        around in "[ \"<>a-z]{0,6}",
    ) {
        let address = format!("https://h.example/{name}?se=1&sig={sig}&sp=r");
        let document = json!({ "a": format!("{around} {address} {around}") });
        prop_assert!(find_signatures(&document).contains(&sig));
        let hidden = hide_signatures(&document);
        prop_assert!(find_signatures(&hidden).is_empty());
        let signature = format!("sig={sig}");
        prop_assert!(!hidden.to_string().contains(&signature));
    }

    /// Versions come and go, each image type by itself, and nothing else does.
    #[test]
    fn an_image_made_twice_is_made_once_and_never_takes_the_last(
        there in prop::collection::btree_set((0_u32..4, 0_u32..12), 0..8),
        live in prop::option::of(0_usize..8),
        new in (0_u32..5, 0_u32..12),
        number in 1_usize..5,
    ) {
        let key = "microsoft-azure-virtualmachines.vmImages";
        let mut draft = fixture("machine");
        let plan = |document: &Json| document["definition"]["plans"][0].clone();
        let versions: serde_json::Map<_, _> = there
            .iter()
            .map(|(minor, patch)| (format!("1.{minor}.{patch}"), json!({ "osVhdUrl": "" })))
            .collect();
        draft["definition"]["plans"][0][key] = Json::Object(versions.clone());
        let live = live.map(|kept| {
            let mut live = draft.clone();
            let known = versions.clone().into_iter().take(kept).collect();
            live["definition"]["plans"][0][key] = Json::Object(known);
            live
        });
        let version = format!("1.{}.{}", new.0, new.1);
        let mut wanted = standard(&version, "n.vhd");
        wanted.plans[0].keep_versions = Some((NonZeroUsize::new(number).unwrap(), line(40)));
        let Ok(first) = apply(&wanted, &draft, live.as_ref()) else {
            prop_assert!(there.iter().any(|known| *known >= new), "refused, and nothing is newer");
            return Ok(());
        };
        let second = apply(&wanted, &first.document, live.as_ref()).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second.differences);
        let left = plan(&first.document)[key].as_object().unwrap().clone();
        prop_assert!(left.contains_key(&version));
        let is_kept = |(name, entry): (&String, &Json)| {
            *name == version || versions.get(name) == Some(entry)
        };
        prop_assert!(left.iter().all(is_kept));
        let gone = versions.keys().filter(|name| !left.contains_key(*name));
        let newest_live = live.as_ref().and_then(|live| {
            let plan = plan(live);
            let names = plan[key].as_object()?.keys();
            let known = names.filter_map(|name| Version::parse(name)).max()?;
            Some(known)
        });
        for name in gone {
            let name = Version::parse(name).unwrap();
            let is_out = newest_live.as_ref().is_some_and(|live| name < *live);
            prop_assert!(is_out, "{name} is not out");
            prop_assert!(left.len() >= number, "{name} was not too many");
        }
        let mut rest = first.document.clone();
        rest["definition"]["plans"][0][key] = draft["definition"]["plans"][0][key].clone();
        prop_assert_eq!(rest.to_string(), draft.to_string());
    }

    /// A rehearsal's draft is one that the edits fit.
    #[test]
    fn a_sample_has_what_edits_take_for_granted(
        ways in prop::collection::vec(prop::collection::vec("[a-c]|[0-2]", 1..4), 1..4),
        values in prop::collection::vec(value(), 4),
    ) {
        let value = |index: usize| serde_json::from_str::<Json>(&values[index]).unwrap();
        // A way does not go on in what another one sets.
        let apart = |index: usize| {
            ways.iter().enumerate().all(|(other, way)| {
                other == index || !(way.starts_with(&ways[index]) || ways[index].starts_with(way))
            })
        };
        // An index in one way and a key in the other cannot both be.
        let mixed = ways.iter().flatten().any(|token| token.parse::<u8>().is_ok())
            && ways.iter().flatten().any(|token| token.parse::<u8>().is_err())
            && ways.len() > 1;
        prop_assume!((0..ways.len()).all(apart) && !mixed);
        let mut edits = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            let pointer = format!("/x{}", pointer::write_pointer(way));
            edits.push(test(1, &pointer, value(index)));
            edits.push(set(2, &pointer, value(3)));
        }
        let wanted = offer(edits);
        let definition = complete_definition(json!({ "offer": {} }), &wanted, "t");
        let change = apply(&wanted, &json!({ "definition": definition }), None);
        prop_assert!(change.is_ok(), "{:?}", change.unwrap_err());
    }
}
