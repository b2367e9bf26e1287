//! What holds for every text.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::tree::NodeValue;
use super::super::tree_builder;
use super::*;

/// Any value of JSON, which is YAML too.
fn json() -> impl Strategy<Value = Json> {
    let text = "[a-c:#{}\\[\\]&*!'\"é漢 \n-]{0,6}";
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        text.prop_map(Json::from)
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map(text, inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// The routes of all values.
fn routes(value: &Json, here: &Route, all: &mut Vec<Route>) {
    all.push(here.clone());
    match value {
        Json::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| routes(item, &here.index(index), all));
        }
        Json::Object(entries) => {
            entries.iter().for_each(|(key, value)| routes(value, &here.key(key), all));
        }
        _ => {}
    }
}

/// The characters at a place, as they stand in the file.
fn at(source: &ManifestSource, place: &Place) -> String {
    let line = source.line(place.line).unwrap();
    let from = usize::try_from(place.column).unwrap() - 1;
    line.chars().take(usize::try_from(place.end_column).unwrap()).skip(from).collect()
}

/// A text that is nearly a manifest: pieces of the fixtures, and marks that mean something in YAML.
fn nearly_yaml() -> impl Strategy<Value = String> {
    let lines: Vec<String> = ["good", "bad"]
        .into_iter()
        .flat_map(fixtures)
        .flat_map(|(_, text)| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let marks = [
        " ", "\n", "\r\n", "- ", ": ", "? ", "[", "]", "{", "}", ",", "\"", "'", "&a ", "*a",
        "!t ", "<<", "|\n", ">-\n", "#", "\t", "---\n", "...\n", "%", "é", "\u{feff}",
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(lines),
        2 => prop::sample::select(marks.to_vec()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(|c| c.to_string()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_route_of_the_tree_has_its_place(value in json(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let source = ManifestSource::new("f", &text);
        let (root, problems) = tree_builder::build_tree(&source);
        let root = root.unwrap();
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let mut all = Vec::new();
        routes(&value, &Route::root(), &mut all);
        for route in all {
            let node = root.find(&route);
            prop_assert!(node.is_some(), "{route}");
            let node = node.unwrap();
            let shown = at(&source, &source.place(node.at));
            match &node.value {
                NodeValue::Scalar { text, plain: true } => prop_assert_eq!(&shown, text),
                NodeValue::Scalar { plain: false, .. } => {
                    prop_assert!(shown.starts_with('"') && shown.ends_with('"'), "{shown}");
                }
                NodeValue::List(_) => prop_assert_eq!(&shown, "["),
                NodeValue::Mapping(entries) if entries.is_empty() => prop_assert_eq!(&shown, "{"),
                NodeValue::Mapping(entries) => prop_assert_eq!(node.at, entries[0].key_at),
                NodeValue::Refused => prop_assert!(false, "{route} refused"),
            }
        }
    }

    #[test]
    fn any_text_is_accepted_or_refused_at_places_that_exist(
        text in prop_oneof![
            nearly_yaml(),
            any::<String>(),
            "[a-z:\\[\\]{}&*!|>'\"#,?%@ \t\r\n-]{0,40}",
        ],
    ) {
        let source = ManifestSource::new("offer.yml", &text);
        match parse("offer.yml", &text) {
            Ok(manifest) => {
                // What serde read stands where the tree says it does.
                prop_assert!(!manifest.offers.is_empty());
                for offer in &manifest.offers {
                    let place = manifest.offer_place(offer.index);
                    let shown = at(&source, &place);
                    let id = offer.id.as_str();
                    prop_assert!(
                        shown.contains(id) || shown.contains(['|', '>', '\\']),
                        "{shown} is not {id}"
                    );
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty() && problems.len() <= MOST_PROBLEMS + 1);
                for problem in problems {
                    let place = problem.place.unwrap();
                    let length = source.line(place.line).unwrap().chars().count();
                    prop_assert!(place.column >= 1, "{place:?}");
                    prop_assert!(place.end_column >= place.column, "{place:?}");
                    let end = usize::try_from(place.end_column).unwrap();
                    prop_assert!(end <= length + 1, "{place:?}");
                    let line = source.line(place.line).unwrap();
                    let excerpt = draw_excerpt(line, &place, &problem.message);
                    prop_assert!(excerpt.contains('^'), "{excerpt}");
                }
            }
        }
    }
}

/// Texts as large as are let in, of which a naive reader would make too much.
#[test]
fn large_and_nasty_texts_are_answered() {
    const LARGEST: usize = 1024 * 1024;
    let repeated = |piece: &str| piece.repeat(LARGEST / piece.len());
    let head = "publisher: contoso\noffers:\n";
    let texts = [
        repeated("["),
        repeated("{"),
        repeated("{a: "),
        repeated("- "),
        repeated("- - -\n"),
        repeated("? "),
        repeated("a: "),
        repeated("&a "),
        repeated("*a "),
        repeated("!a "),
        repeated("\""),
        repeated("'a\n"),
        repeated("a\n"),
        repeated("a "),
        repeated("#"),
        repeated("\t"),
        repeated("%A B\n"),
        repeated("---\n"),
        repeated("[],"),
        repeated("|\n "),
        repeated("\r"),
        repeated("\0"),
        format!("x: [{}]", repeated("a,")),
        format!("x: &a [{}]", repeated("*a,")),
        format!("x: [{}]", repeated("&a a,")),
        format!("x: [{}]", repeated("!a a,")),
        format!("x: {{{}}}", repeated("a: b,")),
        format!("x: {{{}}}", repeated("a: ,")),
        format!("x: {{{}}}", repeated("[]: {},")),
        (0..9_000)
            .map(|number| {
                format!("notification-e-mail-of-the-publisher-of-the-offer-number-{number}:\n")
            })
            .collect::<Vec<_>>()
            .concat(),
        (0..100_000).map(|number| format!("k{number}:\n")).collect::<Vec<_>>().concat(),
        format!("{head}{}", repeated("- id: one\n")),
        format!(
            "{head}{}",
            (0..60_000).map(|number| format!("- id: o{number}\n")).collect::<Vec<_>>().concat()
        ),
        format!("{head}- id: {}", repeated("x")),
        format!("{head}- id: \"{}\"", repeated("\\n")),
    ];
    for text in texts {
        let start: String = text.chars().take(40).collect();
        let problems = parse("offer.yml", &text).expect_err(&start);
        assert!(problems.len() <= MOST_PROBLEMS + 1, "{start}");
        let longest = problems.iter().map(|problem| problem.message.len()).max().unwrap();
        assert!(longest < 1000, "{start}: a message of {longest} bytes");
    }
}
