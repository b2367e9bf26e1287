//! Holds the tree against the manifest's own JSON Schema and tells everything that does not fit,
//! each at its place. Editor and action so agree by construction; serde, which stops at the first
//! error, only confirms.

use serde_json::Value as Json;

use super::route::{Route, RouteStep};
use super::scalar::{self, Type};
use super::source::{Finding, TextExtent};
use super::tree::{MappingEntry, Node, NodeValue};
use crate::nearest::find_nearest;

/// Everything about the tree that does not fit the schema.
pub fn check_shape(root: &Node, schema: &Json) -> Vec<Finding> {
    let mut inspector = Inspector { findings: Vec::new() };
    inspector.check_node(root, schema, &Route::root(), &NamedValue { at: root.at, required: true });
    inspector.findings
}

struct Inspector {
    findings: Vec<Finding>,
}

/// Of the forms that a value may have, the one that it seems to be: a mapping is known by the first
/// key that it must have.
fn choose_form<'a>(node: &Node, schema: &'a Json) -> &'a Json {
    let Some(forms) = schema["anyOf"].as_array() else { return schema };
    let is_a = |form: &&Json, name: &str| form["type"] == name;
    let fits = |form: &&Json| {
        let first = form["required"][0].as_str();
        is_a(form, "object") && first.is_some_and(|key| node.get(key).is_some())
    };
    let found = match &node.value {
        NodeValue::Mapping(_) => {
            forms.iter().find(fits).or_else(|| forms.iter().find(|form| is_a(form, "object")))
        }
        _ => forms.iter().find(|form| is_a(form, "string")),
    };
    found.unwrap_or(schema)
}

/// How a value is named: by its key, or for want of one by its place in a list.
struct NamedValue {
    at: TextExtent,
    required: bool,
}

impl Inspector {
    fn check_node(&mut self, node: &Node, schema: &Json, route: &Route, named: &NamedValue) {
        let schema = choose_form(node, schema);
        match (&node.value, schema["type"].as_str()) {
            // Told already, or any value.
            (NodeValue::Refused, _) | (_, None) => {}
            (NodeValue::Scalar { text, plain: true }, Some("integer"))
                if is_count(text, schema) => {}
            (NodeValue::Mapping(entries), Some("object")) => {
                self.check_mapping(node, entries, schema, route);
            }
            (NodeValue::List(items), Some("array")) => self.check_list(node, items, schema, route),
            (NodeValue::Scalar { text, plain }, Some("string"))
                if classify_scalar(text, *plain) == Type::Text =>
            {
                self.check_choice(node, text, schema, route);
            }
            (NodeValue::Scalar { text, plain }, Some("boolean"))
                if classify_scalar(text, *plain) == Type::Boolean => {}
            (NodeValue::Scalar { text, plain }, _)
                if classify_scalar(text, *plain) == Type::Null =>
            {
                self.report_empty(schema, route, named);
            }
            _ => {
                let message = format!(
                    "{} is {}, expected {}",
                    name_value(route),
                    describe_received(node),
                    describe_expected(schema)
                );
                self.report(node.at, message, suggest_cure(node, schema, route));
            }
        }
    }

    /// A text of which only some values are allowed.
    fn check_choice(&mut self, node: &Node, text: &str, schema: &Json, route: &Route) {
        let Some(allowed) = schema["enum"].as_array() else { return };
        let allowed: Vec<&str> = allowed.iter().filter_map(Json::as_str).collect();
        if !allowed.contains(&text) {
            let near = find_nearest(text, allowed.iter().copied())
                .map(|word| format!("did you mean `{word}`? "))
                .unwrap_or_default();
            let message = format!("{} is {}", name_value(route), describe_received(node));
            self.report(node.at, message, format!("{near}allowed here: {}", join_words(&allowed)));
        }
    }

    fn check_mapping(
        &mut self,
        node: &Node,
        entries: &[MappingEntry],
        schema: &Json,
        route: &Route,
    ) {
        let known = list_keys(schema);
        let required = |key: &str| {
            schema["required"]
                .as_array()
                .is_some_and(|required| required.iter().any(|name| name == key))
        };
        for MappingEntry { key, key_at, value } in entries {
            if let Some(schema) = schema["properties"].get(key) {
                self.check_node(
                    value,
                    schema,
                    &route.key(key),
                    &NamedValue { at: *key_at, required: required(key) },
                );
            } else {
                let near = find_nearest(key, known.iter().copied())
                    .map(|key| format!("did you mean `{key}`? "))
                    .unwrap_or_default();
                let hint = format!("{near}known here: {}", join_words(&known));
                self.report(
                    *key_at,
                    format!("{} has the unknown key `{}`", name_value(route), shorten_text(key)),
                    hint,
                );
            }
        }
        for missing in known
            .iter()
            .filter(|key| required(key) && entries.iter().all(|entry| entry.key != **key))
        {
            let wanted = describe_expected(&schema["properties"][missing]);
            let message = format!("{} lacks the key `{missing}`", name_value(route));
            self.report(node.at, message, format!("add `{missing}:` with {wanted}"));
        }
    }

    fn check_list(&mut self, node: &Node, items: &[Node], schema: &Json, route: &Route) {
        for (index, item) in items.iter().enumerate() {
            self.check_node(
                item,
                &schema["items"],
                &route.index(index),
                &NamedValue { at: item.at, required: false },
            );
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| items.len() as u64 > *most) {
            let message =
                format!("{} has {} items, and {most} at most", name_value(route), items.len());
            self.report(node.at, message, format!("leave {most} of them"));
        }
        if items.is_empty() && schema["minItems"].as_u64().is_some_and(|least| least > 0) {
            let hint =
                format!("give it at least one item: {}", describe_expected(&schema["items"]));
            self.report(node.at, format!("{} is an empty list", name_value(route)), hint);
        }
    }

    fn report_empty(&mut self, schema: &Json, route: &Route, named: &NamedValue) {
        let or = if named.required { "" } else { ", or remove it" };
        let hint = format!("give it {}{or}", describe_expected(schema));
        self.report(named.at, format!("{} has no value", name_value(route)), hint);
    }

    fn report(&mut self, at: TextExtent, message: String, hint: String) {
        self.findings.push(Finding::invalid(at, message, hint));
    }
}

fn classify_scalar(text: &str, plain: bool) -> Type {
    if plain { scalar::classify_plain(text) } else { Type::Text }
}

/// The value's name in a message.
fn name_value(route: &Route) -> String {
    if route.steps().is_empty() { "the manifest".to_owned() } else { format!("`{route}`") }
}

/// The keys of a mapping, those that must be there first.
fn list_keys(schema: &Json) -> Vec<&str> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let all = schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|known| known.keys().map(String::as_str));
    let optional: Vec<&str> = all.filter(|key| !required.contains(key)).collect();
    [required, optional].concat()
}

fn join_words(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn describe_received(node: &Node) -> String {
    match &node.value {
        NodeValue::Scalar { text, plain } => match classify_scalar(text, *plain) {
            Type::Number => format!("the number {}", shorten_text(text)),
            Type::Boolean => format!("the boolean `{text}`"),
            Type::Null => "empty".to_owned(),
            Type::Text => format!("the text `{}`", shorten_text(text)),
        },
        NodeValue::List(_) => "a list".to_owned(),
        NodeValue::Mapping(_) => "a mapping".to_owned(),
        NodeValue::Refused => "not readable".to_owned(),
    }
}

fn list_words(schema: &Json) -> Vec<&str> {
    schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

/// A whole number that is not below the least one.
fn is_count(text: &str, schema: &Json) -> bool {
    let least = schema["minimum"].as_u64().unwrap_or_default();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse::<u64>().is_ok_and(|number| number >= least)
}

fn describe_expected(schema: &Json) -> String {
    if schema["enum"].is_array() {
        return list_words(schema)
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    match schema["type"].as_str() {
        Some("integer") => {
            format!("a whole number from {}", schema["minimum"].as_u64().unwrap_or_default())
        }
        Some("object") => format!("a mapping with {}", join_words(&list_keys(schema))),
        Some("array") => "a list".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        _ => "a text".to_owned(),
    }
}

/// What to write instead, from what was probably meant.
fn suggest_cure(node: &Node, schema: &Json, route: &Route) -> String {
    let key = route.steps().iter().rev().find_map(|step| match step {
        RouteStep::Key(key) => Some(key.as_str()),
        RouteStep::Index(_) => None,
    });
    let key = key.unwrap_or("publisher");
    match (&node.value, schema["type"].as_str()) {
        (NodeValue::Scalar { text, .. }, Some("boolean")) => {
            match text.to_ascii_lowercase().as_str() {
                "yes" | "y" | "on" | "true" | "1" => "write `true`, without quotes".to_owned(),
                "no" | "n" | "off" | "false" | "0" => "write `false`, without quotes".to_owned(),
                _ => "write `true` or `false`".to_owned(),
            }
        }
        (NodeValue::Scalar { text, .. }, Some("string")) => {
            format!("quote it: `\"{}\"`", shorten_text(text))
        }
        (NodeValue::Scalar { text, .. }, Some("array")) => {
            format!("write a list: `{key}: [{}]`", shorten_text(text))
        }
        (NodeValue::Scalar { text, .. }, Some("object"))
            if schema["properties"].get("id").is_some() =>
        {
            format!("write `id: {}`", shorten_text(text))
        }
        (_, Some("string")) => format!("write one text: `{key}: …`"),
        (NodeValue::Mapping(_), Some("array")) => format!("write `- ` before each item of `{key}`"),
        (NodeValue::List(_), Some("object")) => {
            format!("write {} instead of the list", describe_expected(schema))
        }
        _ => format!("write {}", describe_expected(schema)),
    }
}

/// A received text, short enough for a message and on one line.
fn shorten_text(text: &str) -> String {
    const LONGEST: usize = 60;
    let start: String = text.chars().take(LONGEST).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", start.escape_debug())
}
