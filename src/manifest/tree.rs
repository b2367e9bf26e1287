//! The manifest as a tree in which every key and value knows its place.

use super::route::{Route, Step};
use super::source::Extent;

/// A value and its place: the whole of a scalar on its first line, the first key of a mapping, the
/// first mark of a list.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: Extent,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub enum Value {
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Mapping(Vec<Entry>),
    /// Told already, and not to be looked into.
    Refused,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub key_at: Extent,
    pub value: Node,
}

impl Node {
    /// The entry of a mapping.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
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
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value at the end of a route.
    pub fn find(&self, route: &Route) -> Option<&Self> {
        route.steps().iter().try_fold(self, |node, step| match step {
            Step::Key(key) => node.get(key),
            Step::Index(index) => node.items().get(*index),
        })
    }
}
