//! The check runs that were created.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The check runs that were made, by id.
#[derive(Debug, Default)]
pub struct CheckRunStore {
    runs: BTreeMap<u64, StoredCheckRun>,
    /// Calls that the scenario's switch is about.
    pub calls: u64,
}

/// One check run: what was sent, put together.
#[derive(Debug)]
pub struct StoredCheckRun {
    repository: String,
    fields: Map<String, Value>,
    output: Map<String, Value>,
    /// All annotations that were sent.
    pub annotations: Vec<Value>,
}

const FIRST_ID: u64 = 5_000_000_001;

impl CheckRunStore {
    /// All of them, with their annotations.
    pub fn show_all(&self) -> Value {
        self.runs
            .iter()
            .map(|(id, run)| {
                let mut shown = run.show(*id);
                shown["repository"] = json!(run.repository);
                shown["output"]["annotations"] = Value::Array(run.annotations.clone());
                shown
            })
            .collect()
    }

    /// Creates one, and answers it as GitHub shows it.
    pub fn create(&mut self, repository: String, sent: Map<String, Value>, now: &str) -> Value {
        let id = self.runs.last_key_value().map_or(FIRST_ID, |(last, _)| last + 1);
        let mut run = StoredCheckRun {
            repository,
            fields: Map::new(),
            output: Map::new(),
            annotations: Vec::new(),
        };
        run.fields.insert("started_at".to_owned(), json!(now));
        run.merge(sent, now, false);
        let shown = run.show(id);
        self.runs.insert(id, run);
        shown
    }

    /// The check runs of a repository, newest first, as GitHub shows them.
    pub fn list(&self, repository: &str) -> impl Iterator<Item = Value> {
        let of_repository =
            self.runs.iter().rev().filter(move |(_, run)| run.repository == repository);
        of_repository.map(|(id, run)| run.show(*id))
    }

    /// The check run with that id, in that repository.
    pub fn find(&mut self, id: &str, repository: &str) -> Option<(u64, &mut StoredCheckRun)> {
        let id = id.parse().ok()?;
        self.runs.get_mut(&id).filter(|run| run.repository == repository).map(|run| (id, run))
    }
}

impl StoredCheckRun {
    /// Takes over what a request says; annotations are added to those that are there.
    pub fn merge(&mut self, mut sent: Map<String, Value>, now: &str, reopens: bool) {
        if let Some(Value::Object(mut output)) = sent.remove("output") {
            if let Some(Value::Array(annotations)) = output.remove("annotations") {
                self.annotations.extend(annotations);
            }
            self.output.extend(output);
        }
        if sent.contains_key("conclusion") {
            sent.insert("status".to_owned(), json!("completed"));
            sent.entry("completed_at").or_insert_with(|| json!(now));
        } else if !reopens && self.fields.contains_key("conclusion") {
            sent.remove("status");
        } else if sent.get("status").is_some_and(|status| status != "completed") {
            self.fields.remove("conclusion");
            self.fields.remove("completed_at");
        }
        self.fields.extend(sent);
    }

    /// The check run as GitHub shows it.
    pub fn show(&self, id: u64) -> Value {
        let field = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let output = |name: &str| self.output.get(name).cloned().unwrap_or_default();
        let repository = &self.repository;
        let url = format!("https://api.github.com/repos/{repository}/check-runs/{id}");
        json!({
            "id": id,
            "node_id": format!("CR_{id}"),
            "name": field("name"),
            "head_sha": field("head_sha"),
            "external_id": field("external_id"),
            "status": self.fields.get("status").cloned().unwrap_or(json!("queued")),
            "conclusion": field("conclusion"),
            "started_at": field("started_at"),
            "completed_at": field("completed_at"),
            "details_url": format!("https://github.com/{repository}/runs/{id}"),
            "html_url": format!("https://github.com/{repository}/runs/{id}"),
            "url": url,
            "output": {
                "title": output("title"),
                "summary": output("summary"),
                "text": output("text"),
                "annotations_count": self.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": {"id": 7},
            "app": {"id": 15368, "slug": "github-actions", "name": "GitHub Actions"},
            "pull_requests": [],
        })
    }
}
