//! Conflicts, which the API tells in words: as the errors of a failed job under the code
//! `internalServerError`, and perhaps as an HTTP error.

use crate::portal::{CallError, Message, Trouble};
use crate::problem::{Code, Problem};
use crate::text::html_to_line;

/// What is in the way of a configure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Conflict {
    /// "An In Progress submission 1234 already exists."
    SomethingRuns,
    /// "The submission cannot be pushed to live as its not the latest submission."
    NotTheLatest,
}

fn find_conflict(text: &str) -> Option<Conflict> {
    let text = text.to_ascii_lowercase();
    if text.contains("in progress submission") && text.contains("already exists") {
        Some(Conflict::SomethingRuns)
    } else if text.contains("cannot be pushed to") && text.contains("not the latest") {
        Some(Conflict::NotTheLatest)
    } else {
        None
    }
}

/// An HTTP error that says one of these is that, whatever its status. Nothing was started.
pub(super) fn reclassify(error: CallError) -> CallError {
    match find_conflict(&error.problem.message) {
        Some(conflict) => judge(conflict, error.problem.to_string()),
        None => error,
    }
}

/// The error of a failed job, if it failed because of one of these.
pub(super) fn find_in_job(doing: &str, errors: &[Message]) -> Option<CallError> {
    errors.iter().find_map(|error| {
        let conflict = find_conflict(&error.html)?;
        Some(judge(conflict, format!("could not {doing}: {}", html_to_line(&error.html))))
    })
}

/// The error of a failed write of the draft, if somebody else wrote it at the same time: the code
/// `conflict`, at the beginning of the tree.
pub(super) fn find_in_write(doing: &str, errors: &[Message]) -> Option<CallError> {
    let text = errors.iter().map(|error| html_to_line(&error.html)).find(|text| {
        let code = text.split([':', ' ']).next().unwrap_or_default();
        code.eq_ignore_ascii_case("conflict")
    })?;
    let problem = Problem::new(Code::DraftConflict, format!("could not {doing}: {text}"));
    Some(CallError { trouble: Trouble::Changed, problem, retry_after: None })
}

fn judge(conflict: Conflict, message: String) -> CallError {
    let (trouble, problem) = match conflict {
        Conflict::SomethingRuns => (
            Trouble::Conflict,
            Problem::new(Code::PortalRefused, message)
                .hint("wait for the end of what runs, or see the input `when-running`"),
        ),
        Conflict::NotTheLatest => (Trouble::Refused, preview_changed(message)),
    };
    CallError { trouble, problem, retry_after: None }
}

/// Another publish took the place of the preview that was to go live.
pub(super) fn preview_changed(message: String) -> Problem {
    Problem::new(Code::PreviewChanged, message).hint(
        "look at the preview that is there now, and release it if it is the one that you want",
    )
}
