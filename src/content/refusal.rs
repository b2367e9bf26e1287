//! What does not fit the draft.

use crate::problem::{Code, Problem};

/// The draft has it otherwise than the manifest supposes.
pub fn refuse_mismatch(message: String) -> Problem {
    Problem::new(Code::ContentMismatch, message)
}

/// The draft has this version already, or a greater one.
pub fn refuse_taken(message: String) -> Problem {
    Problem::new(Code::VersionTaken, message)
        .hint("a version is given once: release under a greater one")
}
