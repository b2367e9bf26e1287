//! Operations, submissions, statuses and offers as the portal's JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::simulator::clock::subtract_time;
use crate::simulator::offers::offer::{SimulatedOffer, SimulatedSlot};
use crate::simulator::offers::operation::SimulatedOperation;
use crate::simulator::offers::progress::OperationState;
use crate::simulator::offers::progress::{OperationProgress, StepMark, StepNow};
use crate::simulator::scenario::{
    Links, Messages, OfferLink, OldPublish, PastSubmission, PortalSwitches, ReleaseHalf,
    ScriptMessage, ScriptStep, SubmissionSlot,
};

impl PortalSwitches {
    /// An operation, as its own address shows it.
    pub fn show_operation(
        &self,
        offer: &SimulatedOffer,
        operation: &SimulatedOperation,
        now: Timestamp,
    ) -> Value {
        let progress = operation.progress_at(now);
        let is_previewed = operation.kind == ReleaseHalf::GoLive
            || matches!(progress.state, OperationState::SignOff | OperationState::Complete);
        let is_live =
            operation.kind == ReleaseHalf::GoLive && progress.state == OperationState::Complete;
        let preview_links: &[OfferLink] = if is_previewed { &offer.preview_links } else { &[] };
        let live_links: &[OfferLink] = if is_live { &offer.live_links } else { &[] };
        let mut shown =
            self.show_steps_and_links(Some((operation, &progress)), preview_links, live_links);
        let state = self.shown_state(operation, &progress);
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        put("id", json!(operation.id));
        put("submissionType", json!(self.kind_word(operation.kind)));
        put("status", json!(self.state_word(state)));
        put("publishingVersion", json!(2));
        put("offerVersion", json!(operation.offer_version));
        put("cancellationRequestState", json!(cancellation_state(operation, &progress)));
        put("createdDateTime", json!(self.format_time(operation.created)));
        put("lastActionDateTime", json!(self.format_time(progress.last_action)));
        if let Some(error) = progress.error {
            put("error", json!(error));
        }
        if self.notification_emails {
            put("notificationEmails", json!(operation.emails));
        }
        self.without_omitted(Value::Object(shown))
    }

    /// The status of an offer.
    pub fn show_status(&self, offer: &SimulatedOffer, now: Timestamp) -> Value {
        let now = subtract_time(now, self.status_lag.0);
        let last = offer.last_operation(now);
        let seen = last.as_ref().map(|(operation, progress)| (*operation, progress));
        // An offer keeps its links while it is published anew.
        let preview_links: &[OfferLink] = if offer.slot_at(SimulatedSlot::Preview, now).is_some() {
            &offer.preview_links
        } else {
            &[]
        };
        let live_links: &[OfferLink] = if offer.slot_at(SimulatedSlot::Production, now).is_some() {
            &offer.live_links
        } else {
            &[]
        };
        let mut shown = self.show_steps_and_links(seen, preview_links, live_links);
        shown.insert("status".to_owned(), json!(self.status_word(offer.status_at(now))));
        if self.notification_emails {
            let emails = last.map(|(operation, _)| operation.emails.clone()).unwrap_or_default();
            shown.insert("notificationEmails".to_owned(), json!(emails));
        }
        self.without_omitted(Value::Object(shown))
    }

    /// An element of the list of operations.
    pub fn show_submission(
        &self,
        offer: &SimulatedOffer,
        operation: &SimulatedOperation,
        now: Timestamp,
    ) -> Value {
        let progress = operation.progress_at(now);
        let is_touched = self.old_publish == OldPublish::Touched && operation.closed.is_some();
        let changed = if is_touched { now } else { progress.last_action };
        let slot = match (self.submission_slot, operation.kind) {
            (SubmissionSlot::ByKind, ReleaseHalf::GoLive) => "production",
            (SubmissionSlot::ByKind | SubmissionSlot::Staging, _) => "staging",
        };
        self.without_omitted(json!({
            "id": operation.id,
            "offerId": if offer.migrated { &offer.id } else { &offer.guid },
            "offerVersion": operation.offer_version,
            "offerTypeId": offer.offer_type,
            "publisherId": offer.publisher,
            "submissionType": self.kind_word(operation.kind),
            "submissionState": self.state_word(self.shown_state(operation, &progress)),
            "publishingVersion": 2,
            "slot": slot,
            "version": operation.version,
            "definition": {"metadata": {"emails": operation.emails}},
            "changedTime": self.format_time(changed),
        }))
    }

    /// An operation that cancels another.
    pub fn show_cancel_operation(&self, id: &str, began: Timestamp, done: bool) -> Value {
        let state = if done { OperationState::Complete } else { OperationState::Running };
        self.without_omitted(json!({
            "id": id,
            "submissionType": "cancel",
            "status": self.state_word(state),
            "messages": [],
            "steps": [],
            "previewLinks": [],
            "liveLinks": [],
            "cancellationRequestState": "cannotCancel",
            "createdDateTime": self.format_time(began),
        }))
    }

    /// An offer, as the list shows it, or with a whole definition: the draft's or a slot's.
    pub fn show_offer(
        &self,
        offer: &SimulatedOffer,
        whole: Option<&Value>,
        now: Timestamp,
    ) -> Value {
        let definition = match whole {
            Some(definition) => self.present_definition(definition),
            None => json!({"displayText": offer.definition["displayText"]}),
        };
        json!({
            "offerTypeId": offer.offer_type,
            "publisherId": offer.publisher,
            "status": self.status_word(offer.status_at(subtract_time(now, self.status_lag.0))),
            "pcMigrationStatus": if offer.migrated { "migrated" } else { "none" },
            "isvUpgradeRequest": false,
            "lockStatus": "none",
            "id": offer.id,
            "version": offer.version,
            "definition": definition,
            "changedTime": self.format_time(offer.changed),
        })
    }

    /// A row of the list that stands for no operation of the simulator's.
    pub fn show_past_submission(
        &self,
        offer: &SimulatedOffer,
        row: &PastSubmission,
        changed: Timestamp,
    ) -> Value {
        let mut shown = json!({
            "id": row.id,
            "offerId": offer.id,
            "offerTypeId": offer.offer_type,
            "publisherId": offer.publisher,
            "submissionState": row.state,
            "changedTime": self.format_time(changed),
        });
        if let Some(kind) = &row.kind {
            shown["submissionType"] = json!(kind);
        }
        if let Some(slot) = &row.slot {
            shown["slot"] = json!(slot);
        }
        self.without_omitted(shown)
    }

    /// The operation behind such a row.
    pub fn show_past_operation(&self, row: &PastSubmission, changed: Timestamp) -> Value {
        self.without_omitted(json!({
            "id": row.id,
            "submissionType": row.kind,
            "status": row.state,
            "messages": [],
            "steps": [],
            "previewLinks": [],
            "liveLinks": [],
            "createdDateTime": self.format_time(changed),
            "lastActionDateTime": self.format_time(changed),
        }))
    }

    /// A cancel as a row of the list.
    pub fn show_cancel_row(
        &self,
        offer: &SimulatedOffer,
        id: &str,
        began: Timestamp,
        done: bool,
    ) -> Value {
        let state = if done { OperationState::Complete } else { OperationState::Running };
        self.without_omitted(json!({
            "id": id,
            "offerId": offer.id,
            "offerTypeId": offer.offer_type,
            "publisherId": offer.publisher,
            "submissionType": "cancel",
            "submissionState": self.state_word(state),
            "changedTime": self.format_time(began),
        }))
    }

    /// A publish that was superseded may go on showing what it showed before.
    fn shown_state(
        &self,
        operation: &SimulatedOperation,
        progress: &OperationProgress,
    ) -> OperationState {
        let is_old = operation.kind == ReleaseHalf::Publish
            && operation.closed.is_some()
            && progress.state == OperationState::Complete;
        if is_old && matches!(self.old_publish, OldPublish::Unchanged | OldPublish::Touched) {
            OperationState::SignOff
        } else {
            progress.state
        }
    }

    fn show_steps_and_links(
        &self,
        last: Option<(&SimulatedOperation, &OperationProgress)>,
        preview_links: &[OfferLink],
        live_links: &[OfferLink],
    ) -> Map<String, Value> {
        let steps: Vec<Value> = last
            .iter()
            .flat_map(|(operation, progress)| operation.script.iter().zip(&progress.steps))
            .map(|(step, seen)| self.show_step(step, seen))
            .collect();
        let mut shown = Map::new();
        shown.insert("messages".to_owned(), self.show_messages(&[]));
        shown.insert("steps".to_owned(), Value::Array(steps));
        shown.insert("previewLinks".to_owned(), self.show_links(preview_links));
        shown.insert("liveLinks".to_owned(), self.show_links(live_links));
        shown
    }

    fn show_step(&self, step: &ScriptStep, seen: &StepNow) -> Value {
        let under_way = matches!(seen.mark, StepMark::InProgress);
        let status =
            step.shows.clone().filter(|_| under_way).unwrap_or_else(|| self.mark_word(seen.mark));
        let mut shown = json!({
            "id": step.id,
            "stepName": step.name,
            "description": step.description,
            "status": status,
            "messages": self.show_messages(&seen.messages),
            "progressPercentage": seen.percent,
        });
        if let Some(estimate) = &step.estimate {
            shown["estimatedTimeFrame"] = json!(estimate);
        }
        shown
    }

    fn show_messages(&self, messages: &[(Timestamp, ScriptMessage)]) -> Value {
        match self.messages {
            Messages::Null => Value::Null,
            Messages::Strings => messages.iter().map(|(_, message)| json!(message.html)).collect(),
            Messages::Objects => messages
                .iter()
                .map(|(at, message)| {
                    json!({
                        "messageHtml": message.html,
                        "level": message.level,
                        "timestamp": self.format_time(*at),
                    })
                })
                .collect(),
        }
    }

    fn show_links(&self, links: &[OfferLink]) -> Value {
        match self.links {
            Links::Absent => json!([]),
            Links::Objects => links
                .iter()
                .map(|link| json!({"displayText": link.text, "uri": link.uri}))
                .collect(),
            Links::Pascal => links
                .iter()
                .map(|link| json!({"DisplayText": link.text, "Uri": link.uri}))
                .collect(),
            Links::Strings => links.iter().map(|link| json!(link.uri)).collect(),
        }
    }

    fn without_omitted(&self, mut value: Value) -> Value {
        match &mut value {
            Value::Object(fields) => {
                fields.retain(|key, _| !self.omit.contains(key));
                for field in fields.values_mut() {
                    *field = self.without_omitted(field.take());
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    *element = self.without_omitted(element.take());
                }
            }
            _ => {}
        }
        value
    }
}

/// Only `canCancel` is documented; the other words are the simulator's.
fn cancellation_state(
    operation: &SimulatedOperation,
    progress: &OperationProgress,
) -> &'static str {
    match progress.state {
        OperationState::Running | OperationState::SignOff if operation.stopped.is_some() => {
            "cancelRequested"
        }
        OperationState::Running | OperationState::SignOff => "canCancel",
        OperationState::Complete | OperationState::Failed | OperationState::Canceled => {
            "cannotCancel"
        }
    }
}
