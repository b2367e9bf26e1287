//! Changes of an offer's draft by somebody else that are still to come.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::simulator::clock::add_time;
use crate::simulator::scenario::{DraftEdit, RequestTarget};

/// One change, with what it waits for.
#[derive(Debug, Clone)]
pub struct PendingEdit {
    trigger: EditTrigger,
    /// JSON Pointer into the definition.
    pub pointer: String,
    /// The value that is written there.
    pub value: Value,
}

#[derive(Debug, Clone)]
enum EditTrigger {
    At(Timestamp),
    After { target: RequestTarget, left: u64 },
}

impl PendingEdit {
    /// A change that the scenario describes.
    pub fn new(edit: &DraftEdit, start: Timestamp) -> Self {
        let trigger = match &edit.after {
            Some(target) => EditTrigger::After { target: target.clone(), left: edit.nth },
            None => EditTrigger::At(edit.at.map_or(start, |at| add_time(start, at.0))),
        };
        Self { trigger, pointer: edit.set.clone(), value: edit.value.clone() }
    }

    /// When it is made, if its time has come.
    pub fn due(&self, now: Timestamp) -> Option<Timestamp> {
        match self.trigger {
            EditTrigger::At(at) => (at <= now).then_some(at),
            EditTrigger::After { left, .. } => (left == 0).then_some(now),
        }
    }

    /// Counts a request that was answered.
    pub fn note_request(&mut self, method: &str, path: &str) {
        if let EditTrigger::After { target, left } = &mut self.trigger
            && target.matches(method, path)
        {
            *left = left.saturating_sub(1);
        }
    }
}

/// Sets what a JSON Pointer names; what is missing on the way is made.
pub fn set_pointer(document: &mut Value, pointer: &str, value: Value) {
    let mut here = document;
    for part in pointer.split('/').skip(1) {
        let key = part.replace("~1", "/").replace("~0", "~");
        here = match here {
            Value::Array(items) => {
                let index = key.parse().unwrap_or(items.len()).min(items.len());
                if index == items.len() {
                    items.push(Value::Null);
                }
                &mut items[index]
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                &mut other[key]
            }
        };
    }
    *here = value;
}
