//! A check run, as we write it: our own minimal structs, so that no change of GitHub's models can
//! hurt.

use jiff::Timestamp;
use serde::Serialize;

/// How a check run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Someone has to do something.
    ActionRequired,
    /// `cancelled`: stopped on purpose.
    Cancelled,
    /// Failed; blocks a pull request that requires the check.
    Failure,
    /// Neither good nor bad.
    Neutral,
    /// `skipped`: there was nothing to do.
    Skipped,
    /// `success`: what was wanted is done.
    Success,
    /// `timed_out`: still running when the time was up.
    TimedOut,
}

impl Conclusion {
    /// GitHub's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ActionRequired => "action_required",
            Self::Cancelled => "cancelled",
            Self::Failure => "failure",
            Self::Neutral => "neutral",
            Self::Skipped => "skipped",
            Self::Success => "success",
            Self::TimedOut => "timed_out",
        }
    }
}

/// Where a check run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckRunStatus {
    /// `queued`: the work has not begun.
    Queued,
    /// `in_progress`: the work goes on.
    InProgress,
    /// `completed`, with this conclusion.
    Completed(Conclusion),
}

/// How bad an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// `notice`, shown without alarm.
    Notice,
    /// `warning`, shown in yellow.
    Warning,
    /// `failure`, shown in red; the conclusion does not follow from it.
    Failure,
}

/// A remark on a stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// Path in the repository, without a leading slash.
    pub path: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, included; from 1.
    pub end_line: u32,
    /// First column, from 1; only if it is one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u32>,
    /// Last column; only if it is one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
    /// How bad it is.
    #[serde(rename = "annotation_level")]
    pub level: AnnotationLevel,
    /// What is said; plain text.
    pub message: String,
    /// The heading of the annotation, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// The whole of a check run, as it shall be from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRunRequest {
    /// Its name in the list of checks; cannot be changed later.
    pub name: String,
    /// The commit; cannot be changed later.
    pub head_sha: String,
    /// Our own id, to find it again.
    pub external_id: Option<String>,
    /// Where its "Details" lead; GitHub ignores it for runs made with a workflow's token.
    pub details_url: Option<String>,
    /// Status, and conclusion once it is completed.
    pub status: CheckRunStatus,
    /// When the work began, if it has.
    pub started_at: Option<Timestamp>,
    /// When it ended; sent only with a conclusion.
    pub completed_at: Option<Timestamp>,
    /// The heading of the output, in one line.
    pub title: String,
    /// What people read; Markdown.
    pub summary: String,
    /// Remarks that have not been sent yet.
    pub annotations: Vec<Annotation>,
    /// Where the whole is if the texts have to be cut, as Markdown: `the [job log](…)`.
    pub elsewhere: String,
}

/// A check run that exists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckRunRef {
    /// By which later requests name it.
    pub id: u64,
    /// Its page, for people.
    pub html_url: Option<String>,
    /// When it began, if GitHub says.
    pub started_at: Option<Timestamp>,
    /// How it ended; `None` while it has not. Kept as GitHub says it, for GitHub has words of its
    /// own, such as `stale`.
    pub conclusion: Option<String>,
}

/// What makes an annotation the same as another: GitHub gives them no id, and never removes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnnotationKey {
    path: String,
    line: u64,
    title: String,
    message: String,
}

impl AnnotationKey {
    /// The key of these fields. White space does not count, for it is not certain to survive the
    /// way to GitHub and back.
    #[must_use]
    pub fn new(path: &str, line: u64, title: &str, message: &str) -> Self {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { path: path.to_owned(), line, title: plain(title), message: plain(message) }
    }
}

impl Annotation {
    /// What this one is known by.
    #[must_use]
    pub fn key(&self) -> AnnotationKey {
        AnnotationKey::new(
            &self.path,
            self.start_line.into(),
            self.title.as_deref().unwrap_or_default(),
            &self.message,
        )
    }
}

/// The body of a request.
#[derive(Debug, Serialize)]
pub(super) struct Body {
    /// Only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sha: Option<String>,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Conclusion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    pub output: Output,
}

/// The part of a check run that people read.
#[derive(Debug, Serialize)]
pub(super) struct Output {
    pub title: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}
