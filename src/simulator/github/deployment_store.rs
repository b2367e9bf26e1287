//! The deployments that were created, and their statuses.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::simulator::dates::to_the_second;

/// The deployments that were made, oldest first.
#[derive(Debug, Default)]
pub struct DeploymentStore {
    list: Vec<StoredDeployment>,
    statuses: u64,
    /// Calls that the scenario's switch is about.
    pub calls: u64,
}

/// One deployment: the request that created it, with GitHub's defaults.
#[derive(Debug)]
pub struct StoredDeployment {
    id: u64,
    repository: String,
    sha: String,
    fields: Map<String, Value>,
    created: Timestamp,
    updated: Timestamp,
    statuses: Vec<StoredStatus>,
}

#[derive(Debug)]
struct StoredStatus {
    id: u64,
    fields: Map<String, Value>,
    created: Timestamp,
}

/// Which deployments a list is of; an empty field is every value.
#[derive(Debug, Default)]
pub struct DeploymentFilter {
    /// The hash of the commit.
    pub sha: Option<String>,
    /// Branch, tag or commit, as it was sent.
    pub reference: Option<String>,
    /// The task, such as `deploy`.
    pub task: Option<String>,
    /// The name of the environment.
    pub environment: Option<String>,
}

const FIRST_ID: u64 = 3_000_000_001;
const FIRST_STATUS_ID: u64 = 4_000_000_001;

impl DeploymentStore {
    /// Creates one, and shows it.
    pub fn create(&mut self, repository: &str, sent: Map<String, Value>, now: Timestamp) -> Value {
        let reference = sent.get("ref").and_then(Value::as_str).unwrap_or_default();
        let deployment = StoredDeployment {
            id: FIRST_ID + self.list.len() as u64,
            repository: repository.to_owned(),
            sha: sha_of(reference),
            fields: sent,
            created: now,
            updated: now,
            statuses: Vec::new(),
        };
        let shown = deployment.show();
        self.list.push(deployment);
        shown
    }

    /// The deployments of a repository, newest first.
    pub fn list(&self, repository: &str, filter: &DeploymentFilter) -> Vec<Value> {
        self.list
            .iter()
            .rev()
            .filter(|deployment| deployment.repository == repository && deployment.fits(filter))
            .map(StoredDeployment::show)
            .collect()
    }

    /// The names of a repository's environments, in the order of their first deployment.
    pub fn environments(&self, repository: &str) -> Vec<(String, Timestamp)> {
        let mut names: Vec<(String, Timestamp)> = Vec::new();
        for deployment in self.list.iter().filter(|one| one.repository == repository) {
            let name = deployment.text("environment", "production");
            if names.iter().all(|(known, _)| known != name) {
                names.push((name.to_owned(), deployment.created));
            }
        }
        names
    }

    /// The deployment with this id, in this repository only.
    pub fn find(&self, repository: &str, id: &str) -> Option<&StoredDeployment> {
        let id: u64 = id.parse().ok()?;
        self.list.iter().find(|one| one.id == id && one.repository == repository)
    }

    /// Adds a status to a deployment, and shows it. `auto_inactive` ends the earlier deployments
    /// of its environment.
    pub fn add_status(
        &mut self,
        repository: &str,
        id: &str,
        sent: Map<String, Value>,
        now: Timestamp,
    ) -> Option<Value> {
        let id: u64 = id.parse().ok()?;
        let index =
            self.list.iter().position(|one| one.id == id && one.repository == repository)?;
        let ends_earlier = sent.get("state").is_some_and(|state| state == "success")
            && sent.get("auto_inactive") != Some(&json!(false));
        if ends_earlier {
            self.end_earlier(index, now);
        }
        self.statuses += 1;
        let status =
            StoredStatus { id: FIRST_STATUS_ID + self.statuses, fields: sent, created: now };
        let deployment = &mut self.list[index];
        deployment.updated = now;
        let shown = deployment.show_status(&status);
        deployment.statuses.push(status);
        Some(shown)
    }

    fn end_earlier(&mut self, index: usize, now: Timestamp) {
        let (earlier, rest) = self.list.split_at_mut(index);
        let environment = rest[0].text("environment", "production").to_owned();
        for deployment in earlier.iter_mut().filter(|one| {
            one.repository == rest[0].repository
                && one.text("environment", "production") == environment
                && !one.flag("transient_environment")
                && !one.is_production()
                && one.state() == Some("success")
        }) {
            self.statuses += 1;
            let fields = Map::from_iter([("state".to_owned(), json!("inactive"))]);
            let id = FIRST_STATUS_ID + self.statuses;
            deployment.statuses.push(StoredStatus { id, fields, created: now });
            deployment.updated = now;
        }
    }

    /// All of them with their statuses, oldest first.
    pub fn show_all(&self) -> Value {
        self.list
            .iter()
            .map(|deployment| {
                let mut shown = deployment.show();
                shown["repository"] = json!(deployment.repository);
                let statuses: Vec<Value> =
                    deployment.statuses.iter().map(|one| deployment.show_status(one)).collect();
                shown["statuses"] = Value::Array(statuses);
                shown
            })
            .collect()
    }
}

impl StoredDeployment {
    /// The deployment as GitHub shows it. Its state is not part of it.
    pub fn show(&self) -> Value {
        let repository_url = format!("https://api.github.com/repos/{}", self.repository);
        let url = format!("{repository_url}/deployments/{}", self.id);
        let environment = self.text("environment", "production");
        json!({
            "url": url,
            "id": self.id,
            "node_id": format!("DE_{}", self.id),
            "sha": self.sha,
            "ref": self.text("ref", ""),
            "task": self.text("task", "deploy"),
            "payload": self.fields.get("payload").cloned().unwrap_or(json!({})),
            "original_environment": environment,
            "environment": environment,
            "description": self.fields.get("description").cloned().unwrap_or_default(),
            "creator": show_creator(),
            "created_at": to_the_second(self.created),
            "updated_at": to_the_second(self.updated),
            "statuses_url": format!("{url}/statuses"),
            "repository_url": repository_url,
            "transient_environment": self.flag("transient_environment"),
            "production_environment": self.is_production(),
        })
    }

    /// Its statuses, newest first.
    pub fn list_statuses(&self) -> Vec<Value> {
        self.statuses.iter().rev().map(|status| self.show_status(status)).collect()
    }

    /// One of its statuses.
    pub fn find_status(&self, id: &str) -> Option<Value> {
        let id: u64 = id.parse().ok()?;
        self.statuses.iter().find(|status| status.id == id).map(|one| self.show_status(one))
    }

    fn show_status(&self, status: &StoredStatus) -> Value {
        let repository_url = format!("https://api.github.com/repos/{}", self.repository);
        let deployment_url = format!("{repository_url}/deployments/{}", self.id);
        let text = |name: &str| {
            status.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        // `target_url` is the old name of `log_url`: GitHub shows both.
        let log_url = if text("log_url").is_empty() { text("target_url") } else { text("log_url") };
        let environment = match text("environment") {
            empty if empty.is_empty() => self.text("environment", "production").to_owned(),
            named => named,
        };
        json!({
            "url": format!("{deployment_url}/statuses/{}", status.id),
            "id": status.id,
            "node_id": format!("DES_{}", status.id),
            "state": text("state"),
            "creator": show_creator(),
            "description": text("description"),
            "environment": environment,
            "target_url": log_url,
            "log_url": log_url,
            "environment_url": text("environment_url"),
            "created_at": to_the_second(status.created),
            "updated_at": to_the_second(status.created),
            "deployment_url": deployment_url,
            "repository_url": repository_url,
        })
    }

    fn fits(&self, filter: &DeploymentFilter) -> bool {
        let same = |wanted: &Option<String>, is: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == "none" || wanted == is)
        };
        same(&filter.sha, &self.sha)
            && same(&filter.reference, self.text("ref", ""))
            && same(&filter.task, self.text("task", "deploy"))
            && same(&filter.environment, self.text("environment", "production"))
    }

    fn state(&self) -> Option<&str> {
        self.statuses.last().and_then(|status| status.fields.get("state")).and_then(Value::as_str)
    }

    fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or(default)
    }

    fn flag(&self, name: &str) -> bool {
        self.fields.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// By default the environment named `production` is one.
    fn is_production(&self) -> bool {
        let named = self.fields.get("production_environment").and_then(Value::as_bool);
        named.unwrap_or(self.text("environment", "production") == "production")
    }
}

/// The commit of a ref: itself, or for a branch or tag some commit that is always the same.
fn sha_of(reference: &str) -> String {
    if reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return reference.to_owned();
    }
    let hash = |seed: u64| {
        // FNV-1a.
        reference
            .bytes()
            .fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let (first, second) = (hash(0xcbf2_9ce4_8422_2325), hash(0x9e37_79b9_7f4a_7c15));
    format!("{first:016x}{second:016x}{:08x}", first >> 32)
}

fn show_creator() -> Value {
    json!({"login": "github-actions[bot]", "id": 41_898_282, "type": "Bot"})
}
