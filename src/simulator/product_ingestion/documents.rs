//! Products, trees, submissions and jobs as the API's JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::default_resources::SCHEMAS;
use super::job::{ConfigureJob, JobWork};
use super::product::{MASK, SimulatedProduct, kind_of};
use super::submission::{RunState, SimulatedSubmission};
use crate::simulator::clock::subtract_time;
use crate::simulator::scenario::{
    CancelledSubmission, Case, ExternalIdKey, IngestionSwitches, JobDetail, JobIdKey, ListOrder,
    PreviewEntry, RunningEnd,
};

/// Keys whose values are never shown.
const SECRET_KEYS: [&str; 4] =
    ["password", "storageAccountConnectionString", "applicationKey", "azureAppSecret"];

impl IngestionSwitches {
    /// A resource of a draft or of what was submitted.
    pub fn show_resource(&self, resource: &Value) -> Value {
        let mut shown = resource.clone();
        mask_secrets(&mut shown);
        if self.external_id == ExternalIdKey::UpperD
            && let Some(identity) = shown.get_mut("identity").and_then(Value::as_object_mut)
            && let Some(id) = identity.remove("externalId")
        {
            identity.insert("externalID".to_owned(), id);
        }
        if kind_of(&shown) == "listing-asset"
            && let Some(url) = shown["url"].as_str()
        {
            let path = url.split('?').next().unwrap_or_default();
            let signature = fastrand::u64(..);
            shown["url"] = json!(format!("{path}?sv=2022-11-02&sp=r&sig={signature:016x}%3D"));
        }
        shown
    }

    /// The resources of a target; nothing if there is no such target.
    pub fn show_tree(
        &self,
        product: &SimulatedProduct,
        target: &str,
        now: Timestamp,
    ) -> Option<Value> {
        let seen = subtract_time(now, self.tree_lag.0);
        let (resources, submission) = if target == "draft" {
            (product.draft.as_slice(), self.show_draft_submission(product))
        } else {
            let reached = product.reached(target == "live", seen)?;
            let shown = self.show_submission(product, reached, target, RunState::Succeeded);
            (reached.tree.as_slice(), shown)
        };
        let mut shown: Vec<Value> =
            resources.iter().map(|resource| self.show_resource(resource)).collect();
        shown.push(submission);
        self.order_list(&mut shown);
        Some(json!({
            "$schema": format!("{SCHEMAS}/resource-tree/2022-07-01"),
            "root": format!("product/{}", product.guid),
            "target": {"targetType": target},
            "resources": shown,
        }))
    }

    /// The list of submissions.
    pub fn show_submissions(&self, product: &SimulatedProduct, now: Timestamp) -> Vec<Value> {
        let seen = subtract_time(now, self.submission_lag.0);
        let mut shown = vec![self.show_draft_submission(product)];
        if let Some(live) = product.reached(true, seen) {
            shown.push(self.show_submission(product, live, "live", RunState::Succeeded));
        }
        let latest = product.submissions.iter().rfind(|one| one.created <= seen);
        if let Some(latest) = latest {
            let preview = latest.preview.state_at(seen);
            let show = |target, state| self.show_submission(product, latest, target, state);
            let is_gone = |state| {
                state == RunState::Cancelled
                    && self.cancelled_submission == CancelledSubmission::Gone
            };
            match latest.live_at(seen).map(|(_, state)| state) {
                // A cancelled go-live that left no trace is a preview that waits.
                Some(state) if state != RunState::Succeeded && !is_gone(state) => {
                    shown.push(show("live", state));
                    if self.preview_entry == PreviewEntry::Stays {
                        shown.push(show("preview", preview));
                    }
                }
                _ if is_gone(preview) => {}
                _ => shown.push(show("preview", preview)),
            }
        }
        self.order_list(&mut shown);
        shown
    }

    /// One submission, by its number.
    pub fn show_one_submission(
        &self,
        product: &SimulatedProduct,
        number: &str,
        now: Timestamp,
    ) -> Option<Value> {
        if number == "0" {
            return Some(self.show_draft_submission(product));
        }
        let seen = subtract_time(now, self.submission_lag.0);
        let number: u64 = number.parse().ok()?;
        let found =
            product.submissions.iter().find(|one| one.number == number && one.created <= seen)?;
        Some(match found.live_at(seen) {
            Some((_, state)) => self.show_submission(product, found, "live", state),
            None => self.show_submission(product, found, "preview", found.preview.state_at(seen)),
        })
    }

    /// The status of a job.
    pub fn show_job(&self, job: &ConfigureJob, now: Timestamp) -> Value {
        let (state, ends, errors) = job.state_at(self, now);
        let (status, result) = match state {
            RunState::Running if job.polls == 0 => ("notStarted", "pending"),
            RunState::Running => (self.running_word.as_str(), "pending"),
            RunState::Succeeded => ("completed", self.job_success.as_str()),
            RunState::Failed => ("completed", "failed"),
            RunState::Cancelled => ("completed", "cancelled"),
        };
        let id_key = match self.job_id {
            JobIdKey::LowerD => "jobId",
            JobIdKey::UpperD => "jobID",
        };
        let mut shown = json!({
            "$schema": format!("{SCHEMAS}/configure-status/2022-07-01"),
            id_key: job.id,
            "jobStatus": self.write_word(status),
            "jobResult": self.write_word(result),
            "jobStart": write_time(job.created),
        });
        let end = match (state, self.running_end) {
            (RunState::Running, RunningEnd::YearOne) => Some("0001-01-01T00:00:00".to_owned()),
            (RunState::Running, RunningEnd::Date) => Some("0001-01-01".to_owned()),
            (RunState::Running, RunningEnd::Start) => Some(write_time(job.created)),
            (RunState::Running, RunningEnd::Absent) => None,
            _ => Some(write_time(ends)),
        };
        if let Some(end) = end {
            shown["jobEnd"] = json!(end);
        }
        if state == RunState::Succeeded {
            // The service names another host than the one that was asked.
            let uri = format!("https://product-ingestion.mp.microsoft.com/configure/{}", job.id);
            shown["resourceUri"] = json!(uri);
        }
        shown["errors"] = json!(errors);
        self.leave_out(shown)
    }

    /// What a job that succeeded did.
    pub fn show_job_detail(&self, job: &ConfigureJob, product: &SimulatedProduct) -> Value {
        let number = match job.work {
            JobWork::Publish { number, .. } if self.detail == JobDetail::Numbered => Some(number),
            _ => None,
        };
        let mut resources: Vec<Value> =
            job.resources.iter().map(|resource| self.show_resource(resource)).collect();
        let submission = resources.iter_mut().find(|resource| kind_of(resource) == "submission");
        if let (Some(number), Some(submission)) = (number, submission) {
            submission["id"] = json!(format!("submission/{}/{number}", product.guid));
        }
        json!({
            "$schema": format!("{SCHEMAS}/configure-detail/2022-07-01"),
            "resources": resources,
        })
    }

    fn show_draft_submission(&self, product: &SimulatedProduct) -> Value {
        self.leave_out(json!({
            "$schema": format!("{SCHEMAS}/submission/2022-03-01-preview2"),
            "id": format!("submission/{}/0", product.guid),
            "product": format!("product/{}", product.guid),
            "target": {"targetType": "draft"},
        }))
    }

    fn show_submission(
        &self,
        product: &SimulatedProduct,
        submission: &SimulatedSubmission,
        target: &str,
        state: RunState,
    ) -> Value {
        let (status, result) = match state {
            RunState::Running => (self.running_word.as_str(), "pending"),
            RunState::Succeeded => ("completed", "succeeded"),
            RunState::Failed | RunState::Cancelled => ("completed", "failed"),
        };
        self.leave_out(json!({
            "$schema": format!("{SCHEMAS}/submission/2022-03-01-preview2"),
            "id": format!("submission/{}/{}", product.guid, submission.number),
            "product": format!("product/{}", product.guid),
            "target": {"targetType": target},
            "status": self.write_word(status),
            "result": self.write_word(result),
            "created": write_time(submission.created),
        }))
    }

    fn write_word(&self, word: &str) -> String {
        match self.case {
            Case::Camel => word.to_owned(),
            Case::Upper => word.to_uppercase(),
            Case::Pascal => {
                let (first, rest) = word.split_at(1);
                format!("{}{rest}", first.to_uppercase())
            }
            Case::Spaced => word.replace("notStarted", "not started"),
        }
    }

    fn order_list(&self, list: &mut [Value]) {
        if self.order == ListOrder::Shuffled {
            fastrand::shuffle(list);
        }
    }

    fn leave_out(&self, mut shown: Value) -> Value {
        if let Some(fields) = shown.as_object_mut() {
            fields.retain(|key, _| !self.omit.contains(key));
        }
        shown
    }
}

fn write_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string()
}

fn mask_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if SECRET_KEYS.contains(&key.as_str()) && value.is_string() {
                    *value = json!(MASK);
                } else {
                    mask_secrets(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_secrets),
        _ => {}
    }
}
