//! The event that started the workflow, read from the runner's file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;

/// GitHub cuts the payload of an event at 25 MB.
const LARGEST: u64 = 32 * 1024 * 1024;

/// The few fields of an event's payload that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WorkflowEvent {
    pull_request: Option<PullRequest>,
    workflow_run: Option<WorkflowRun>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    head: Head,
}

#[derive(Debug, Deserialize)]
struct Head {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct WorkflowRun {
    head_sha: String,
}

impl WorkflowEvent {
    pub fn read(path: &Path) -> Self {
        let Ok(file) = File::open(path) else {
            return Self::default();
        };
        let mut text = Vec::new();
        match file.take(LARGEST).read_to_end(&mut text) {
            Ok(_) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(_) => Self::default(),
        }
    }

    /// The commit that the event is about, where it is another one than `GITHUB_SHA`: for a pull
    /// request that is a merge commit which nobody looks at, for `workflow_run` the tip of the
    /// default branch.
    pub fn head_sha(self, event_name: &str) -> Option<String> {
        let sha = match event_name {
            "workflow_run" => self.workflow_run?.head_sha,
            name if name.starts_with("pull_request") => self.pull_request?.head.sha,
            _ => return None,
        };
        is_sha(&sha).then_some(sha)
    }
}

/// A full commit id, of either hash.
pub fn is_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit())
}
