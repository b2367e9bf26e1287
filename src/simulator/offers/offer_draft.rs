//! The draft of an offer: what it was, and who changes it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::default_documents::CORE_VIRTUAL_MACHINE;
use super::offer::SimulatedOffer;
use super::pending_edits::{PendingEdit, set_pointer};
use crate::simulator::clock::add_time;

impl SimulatedOffer {
    /// The draft as it was at some time.
    pub fn definition_at(&self, time: Timestamp) -> &Value {
        let past = self.past_drafts.iter().find(|(until, _)| *until > time);
        past.map_or(&self.definition, |(_, definition)| definition)
    }

    /// Replaces the draft's `definition`, as a new version.
    pub fn edit_draft(&mut self, definition: Value, now: Timestamp) {
        let old = std::mem::replace(&mut self.definition, definition);
        self.past_drafts.push((now, old));
        self.version += 1;
        self.revision += 1;
        self.changed = now;
        // Two changes within a tick of the clock are two versions as well.
        self.modified = now.max(add_time(self.modified, SignedDuration::from_micros(1)));
    }

    /// Sets one value of the draft.
    pub fn edit_value(&mut self, pointer: &str, value: Value, now: Timestamp) {
        let mut definition = self.definition.clone();
        set_pointer(&mut definition, pointer, value);
        self.edit_draft(definition, now);
    }

    /// Changes the draft's summary to a text that was never there.
    pub fn change_summary(&mut self, now: Timestamp) {
        let key = match self.offer_type.as_str() {
            CORE_VIRTUAL_MACHINE => "microsoft-azure-corevm.summary",
            _ => "microsoft-azure-marketplace.summary",
        };
        let text = format!("Summary {}", self.revision + 1);
        self.edit_value(&format!("/offer/{key}"), json!(text), now);
    }

    /// Makes the changes by somebody else whose time has come.
    pub fn make_due_edits(&mut self, now: Timestamp) {
        let mut due: Vec<(Timestamp, PendingEdit)> = Vec::new();
        self.pending_edits.retain(|edit| match edit.due(now) {
            Some(at) => {
                due.push((at, edit.clone()));
                false
            }
            None => true,
        });
        due.sort_by_key(|(at, _)| *at);
        for (at, edit) in due {
            self.edit_value(&edit.pointer, edit.value, at);
        }
    }

    /// Makes the changes that wait for this request.
    pub fn note_request(&mut self, method: &str, path: &str, now: Timestamp) {
        for edit in &mut self.pending_edits {
            edit.note_request(method, path);
        }
        self.make_due_edits(now);
    }
}
