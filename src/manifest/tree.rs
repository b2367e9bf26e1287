//! The manifest as a tree in which every key and value knows its place.

use super::route::{Route, RouteStep};
use super::source::TextExtent;

/// A value and its place: the whole of a scalar on its first line, the first key of a mapping, the
/// first mark of a list.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: TextExtent,
    pub value: NodeValue,
}

#[derive(Debug, Clone)]
pub enum NodeValue {
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Mapping(Vec<MappingEntry>),
    /// Told already, and not to be looked into.
    Refused,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct MappingEntry {
    pub key: String,
    pub key_at: TextExtent,
    pub value: Node,
}

impl Node {
    /// The entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&MappingEntry> {
        match &self.value {
            NodeValue::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The value of a mapping's key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The items of a list; none if it is no list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    /// The value at the end of a route.
    pub fn find(&self, route: &Route) -> Option<&Self> {
        route.steps().iter().try_fold(self, |node, step| match step {
            RouteStep::Key(key) => node.get(key),
            RouteStep::Index(index) => node.items().get(*index),
        })
    }
}
