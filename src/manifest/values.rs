//! Values of the tree: a list, a text, or anything as JSON, with the digits of its numbers as they
//! are written.

use serde_json::Value as Json;

use super::scalar::{self, Type};
use super::source::Finding;
use super::tree::{Node, NodeValue};

/// The value as JSON. A number that JSON does not have is refused, because another reader of YAML
/// could take it for a text.
pub fn read_json(node: &Node) -> Result<Json, Finding> {
    match &node.value {
        NodeValue::Refused => Ok(Json::Null),
        NodeValue::List(items) => items.iter().map(read_json).collect(),
        NodeValue::Mapping(entries) => entries
            .iter()
            .map(|entry| Ok((entry.key.clone(), read_json(&entry.value)?)))
            .collect::<Result<_, _>>()
            .map(Json::Object),
        NodeValue::Scalar { text, plain } => read_scalar(node, text, *plain),
    }
}

fn read_scalar(node: &Node, text: &str, plain: bool) -> Result<Json, Finding> {
    if !plain {
        return Ok(Json::String(text.to_owned()));
    }
    Ok(match scalar::classify_plain(text) {
        Type::Null => Json::Null,
        Type::Boolean => Json::Bool(text.eq_ignore_ascii_case("true")),
        Type::Text => Json::String(text.to_owned()),
        Type::Number => serde_json::from_str(text).map_err(|_| {
            let text: String = text.chars().take(60).collect();
            let message = format!("the number `{text}` cannot be written as JSON");
            let hint = format!("write it in digits, or quote it if it is a text: `\"{text}\"`");
            Finding::invalid(node.at, message, hint)
        })?,
    })
}

/// The items of the list under a key; none if there is none.
pub fn list_items<'a>(parent: &'a Node, key: &str) -> &'a [Node] {
    parent.get(key).map(Node::items).unwrap_or_default()
}

/// The text of a node that is one.
pub fn read_text(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Scalar { text, plain }
            if !plain || scalar::classify_plain(text) == Type::Text =>
        {
            Some(text)
        }
        _ => None,
    }
}
