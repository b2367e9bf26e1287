//! Changes of the draft that somebody else makes: at a time, or after a request.

use serde::Deserialize;
use serde_json::Value;

use super::length::LengthOfTime;
use super::target::RequestTarget;

/// One change. With neither `at` nor `after` it is made at the beginning.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DraftEdit {
    /// So long after the beginning.
    pub at: Option<LengthOfTime>,
    /// Right after a request like this one was answered.
    pub after: Option<RequestTarget>,
    /// The so-many-th of those requests, from 1.
    #[serde(default = "first_time")]
    pub nth: u64,
    /// JSON Pointer into `definition`.
    pub set: String,
    /// The value that is written there.
    pub value: Value,
}

fn first_time() -> u64 {
    1
}
