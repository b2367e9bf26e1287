//! The state machine: what was seen → what to do next.
//!
//! [`machine::Release`] decides and does nothing else: no I/O, no clock, no environment. Each of its
//! stages is one file: [`survey`] looks, [`start`] sends a POST, [`follow`] follows, [`cancel`]
//! cancels, [`inspect`] only looks, [`verify`] looks whether a half took effect. [`driver`] does what it says on a [`crate::portal::Portal`] and
//! an injected clock, and tells what happened as [`event`]s.

mod begin;
mod binding;
mod cancel;
pub mod draft;
pub mod driver;
pub mod event;
mod findings;
mod follow;
mod goal;
mod inspect;
pub mod ledger;
pub mod machine;
mod schedule;
mod start;
mod survey;
mod verdict;
mod verify;

pub use goal::{Aim, DraftOrigin, Goal, ManifestOf, WhenRunning, WhenUnchanged};
pub use machine::Stop;
pub use schedule::Schedule;
pub use verdict::{Ending, Outcome, Verdict};

#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
