//! A product: its draft and its submissions.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::default_resources::default_resources;
use super::submission::{PublishRun, SimulatedSubmission};
use crate::simulator::clock::{add_time, subtract_time};
use crate::simulator::guid::product_guid;
use crate::simulator::offers::pending_edits::{PendingEdit, set_pointer};
use crate::simulator::scenario::{ProductSetup, ProductStatus};

/// A product, with its draft and its submissions.
#[derive(Debug)]
pub struct SimulatedProduct {
    /// The last part of its durable id.
    pub guid: String,
    /// The offer id, which the API calls the external id.
    pub external_id: String,
    /// Its type, such as `azureVirtualMachine`.
    pub product_type: String,
    /// The draft's resources, without the submission.
    pub draft: Vec<Value>,
    /// Its submissions, oldest first.
    pub submissions: Vec<SimulatedSubmission>,
    /// A live submission with `lifecycleState: deprecated` took it out of the marketplace.
    pub is_deprecated: bool,
    setup: ProductSetup,
    pending_edits: Vec<PendingEdit>,
    next_number: u64,
}

/// How far apart two submissions' numbers are.
const NUMBER_STEP: u64 = 1213;

impl SimulatedProduct {
    /// A product as the scenario describes it, with the past that its status needs.
    pub fn new(setup: &ProductSetup, index: usize, first_number: u64, start: Timestamp) -> Self {
        let guid = product_guid(index);
        let mut draft = default_resources(&guid, &setup.id, &setup.product_type, &setup.plans);
        for resource in &setup.resources {
            replace_resource(&mut draft, resource);
        }
        let mut product = Self {
            guid,
            external_id: setup.id.clone(),
            product_type: setup.product_type.clone(),
            draft,
            submissions: Vec::new(),
            is_deprecated: false,
            setup: setup.clone(),
            pending_edits: setup.edits.iter().map(|edit| PendingEdit::new(edit, start)).collect(),
            next_number: first_number + 1_000_000 * index as u64,
        };
        product.set_past(start);
        product
    }

    fn set_past(&mut self, start: Timestamp) {
        let hour = SignedDuration::from_hours(1);
        let (preview, live) = (self.setup.preview_takes.0, self.setup.live_takes.0);
        let ago = |default: SignedDuration| {
            subtract_time(start, self.setup.since.map_or(default, |since| since.0))
        };
        let published = match self.setup.status {
            ProductStatus::NeverPublished => return self.apply_changed_draft(start),
            ProductStatus::Publishing => ago(SignedDuration::from_mins(1)),
            ProductStatus::Previewed | ProductStatus::PreviewFailed => {
                ago(preview.saturating_add(hour))
            }
            ProductStatus::GoingLive => {
                subtract_time(ago(SignedDuration::from_mins(1)), preview.saturating_add(hour))
            }
            ProductStatus::Live => ago(preview.saturating_add(live).saturating_add(hour * 240)),
        };
        self.submit(published);
        let previewed = add_time(published, preview);
        let live_start = match self.setup.status {
            ProductStatus::Live => Some(previewed),
            ProductStatus::GoingLive => Some(add_time(previewed, hour)),
            _ => None,
        };
        let failed = self.setup.status == ProductStatus::PreviewFailed;
        if let Some(submission) = self.submissions.last_mut() {
            if failed {
                submission.preview.errors = certification_errors();
            } else if self.setup.status != ProductStatus::Publishing {
                submission.preview.errors = Vec::new();
            }
            submission.live = live_start.map(|at| PublishRun::new(at, live, &[]));
        }
        self.apply_changed_draft(start);
    }

    fn apply_changed_draft(&mut self, now: Timestamp) {
        if self.setup.draft_changed {
            self.change_summary(now);
        }
    }

    /// Submits the draft to preview.
    pub fn submit(&mut self, now: Timestamp) -> u64 {
        let number = self.next_number;
        self.next_number += NUMBER_STEP;
        self.submissions.push(SimulatedSubmission {
            number,
            created: now,
            tree: self.draft.clone(),
            preview: PublishRun::new(now, self.setup.preview_takes.0, &self.setup.preview_errors),
            live: None,
        });
        number
    }

    /// Publishes the latest submission to live.
    pub fn go_live(&mut self, now: Timestamp) -> Option<u64> {
        let run = PublishRun::new(now, self.setup.live_takes.0, &self.setup.live_errors);
        let latest = self.submissions.last_mut()?;
        latest.live = Some(run);
        Some(latest.number)
    }

    /// The number of the submission that is being published.
    pub fn running(&self, now: Timestamp) -> Option<u64> {
        self.submissions.iter().find(|one| one.is_running(now)).map(|one| one.number)
    }

    /// The submission that a target shows.
    pub fn reached(&self, is_live: bool, now: Timestamp) -> Option<&SimulatedSubmission> {
        self.submissions.iter().rfind(|one| one.created <= now && one.has_reached(is_live, now))
    }

    /// Sets what a JSON Pointer into the draft's resources names.
    pub fn edit_value(&mut self, pointer: &str, value: Value) {
        let mut draft = Value::Array(std::mem::take(&mut self.draft));
        set_pointer(&mut draft, pointer, value);
        if let Value::Array(draft) = draft {
            self.draft = draft;
        }
    }

    /// Changes the listing's summary to a text that was never there.
    pub fn change_summary(&mut self, now: Timestamp) {
        let text = format!("Summary of {now}");
        let listing = self.draft.iter_mut().find(|one| kind_of(one) == "listing");
        if let Some(listing) = listing {
            listing["searchResultSummary"] = json!(text);
        }
    }

    /// Makes the changes by somebody else whose time has come.
    pub fn make_due_edits(&mut self, now: Timestamp) {
        let (due, pending): (Vec<_>, Vec<_>) =
            self.pending_edits.drain(..).partition(|edit| edit.due(now).is_some());
        self.pending_edits = pending;
        for edit in due {
            self.edit_value(&edit.pointer, edit.value);
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

/// The kind of a resource: what stands before the version in its `$schema`. The service's own
/// pages have blanks around it.
pub fn kind_of(resource: &Value) -> &str {
    let schema = resource["$schema"].as_str().unwrap_or_default().trim();
    schema.rsplit('/').nth(1).unwrap_or_default()
}

/// Puts a resource in place of the one that it names by id, or by kind, plan and language; a new
/// one is added.
pub fn replace_resource(draft: &mut Vec<Value>, resource: &Value) {
    let named = |field: &str, there: &Value| {
        resource.get(field).is_none_or(|wanted| there.get(field) == Some(wanted))
    };
    let known = draft.iter().position(|there| match resource.get("id") {
        Some(id) if id.is_string() => there.get("id") == Some(id),
        _ => {
            kind_of(there) == kind_of(resource)
                && named("plan", there)
                && named("languageId", there)
                && named("identity", there)
        }
    });
    let mut written = resource.clone();
    match known {
        Some(index) => {
            // An id that was not sent stays, and so does a secret of which only the mask was sent.
            if let Some(id) = draft[index].get("id") {
                written["id"] = id.clone();
            }
            keep_masked(&mut written, &draft[index]);
            draft[index] = written;
        }
        None => draft.push(written),
    }
}

/// What the service shows in place of a secret.
pub const MASK: &str = "*********";

fn keep_masked(written: &mut Value, old: &Value) {
    match (written, old) {
        (Value::String(text), Value::String(old)) if text == MASK => text.clone_from(old),
        (Value::Object(fields), Value::Object(old)) => {
            for (key, value) in fields {
                if let Some(old) = old.get(key) {
                    keep_masked(value, old);
                }
            }
        }
        (Value::Array(items), Value::Array(old)) => {
            for (value, old) in items.iter_mut().zip(old) {
                keep_masked(value, old);
            }
        }
        _ => {}
    }
}

/// What a certification ends with that did not succeed; the innermost error has no `details`.
pub fn certification_errors() -> Vec<Value> {
    vec![json!({
        "code": "internalServerError",
        "message": "Operation failed",
        "details": [{
            "code": "invalidState",
            "message": "Certification",
            "details": [{
                "code": "invalidState",
                "message": "Issues found during Certification.",
            }],
        }],
    })]
}
