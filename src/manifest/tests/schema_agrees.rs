//! The schema that editors use, and this parser, accept the same manifests.

use jsonschema::Validator;
use proptest::prelude::*;

use super::*;

/// What a schema cannot say, because it sees values and not YAML, or no two items at once.
const BEYOND_A_SCHEMA: &[(&str, &str)] = &[
    ("api-of-content", "which API an offer is at can be said far away"),
    ("anchor", "anchors and aliases are resolved before"),
    ("alias", "anchors and aliases are resolved before"),
    (
        "duplicate-key",
        "which of two equal keys counts is the reader's choice; libyaml's reader takes the last",
    ),
    ("offer-ids-twice", "`uniqueItems` compares whole items, not their ids"),
    ("sas-in-clear", "a pattern for what is signed would be a riddle"),
    ("plan-ids-twice", "`uniqueItems` compares whole items, not their ids"),
];

fn validator() -> Validator {
    jsonschema::validator_for(&build_schema()).unwrap()
}

#[test]
fn schema_and_parser_agree_on_every_fixture() {
    let validator = validator();
    for kind in ["good", "bad"] {
        for (name, text) in fixtures(kind) {
            // What is no YAML, or more than one document, no editor accepts either.
            let text = text.trim_start_matches('\u{feff}');
            let accepted = serde_yaml::from_str(text).is_ok_and(|value| validator.is_valid(&value));
            let excepted = BEYOND_A_SCHEMA.iter().any(|(exception, _)| *exception == name);
            assert_eq!(accepted, kind == "good" || excepted, "{kind}/{name}");
        }
    }
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let committed = include_str!("../../../schema/offer-manifest.schema.json");
    let regenerate = "regenerate it: cargo run -- schema > schema/offer-manifest.schema.json";
    assert_eq!(committed, format!("{:#}\n", build_schema()), "{regenerate}");
}

#[test]
fn the_schema_is_valid_and_described() {
    let schema = build_schema();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_all_described("", &schema);
}

fn assert_all_described(route: &str, schema: &serde_json::Value) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        assert!(property["description"].is_string(), "{route}.{key}");
        assert_all_described(key, property);
        assert_all_described(key, &property["items"]);
    }
    if schema["type"] == "object" {
        assert_eq!(schema["additionalProperties"], false, "{route}");
    }
}

proptest! {
    /// The patterns of ids and addresses say the same as the types.
    #[test]
    fn patterns_agree_with_the_types(text in "[ab.@A9_/ ,;<>\"\\\\~!+:=?\\[\\]ä-]{0,6}") {
        let validator = validator();
        let id = serde_json::json!({ "publisher": text, "offers": [{ "id": "one" }] });
        prop_assert_eq!(validator.is_valid(&id), PublisherId::parse(&text).is_ok());
        let address = serde_json::json!({
            "publisher": "c",
            "notification-emails": [text],
            "offers": [{ "id": "one" }],
        });
        prop_assert_eq!(validator.is_valid(&address), Email::parse(&text).is_ok());
    }

    #[test]
    fn lengths_agree_with_the_types(length in 120_usize..260) {
        let validator = validator();
        let id = "x".repeat(length);
        let value = serde_json::json!({ "publisher": "c", "offers": [{ "id": id }] });
        prop_assert_eq!(validator.is_valid(&value), OfferId::parse(&id).is_ok());
        let address = format!("{id}@x");
        let value = serde_json::json!({
            "publisher": "c",
            "notification-emails": [address],
            "offers": [{ "id": "o" }],
        });
        prop_assert_eq!(validator.is_valid(&value), Email::parse(&address).is_ok());
    }
}
