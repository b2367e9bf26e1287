//! The heart: what was seen → what to do next.
//!
//! [`machine::Release`] decides and does nothing else: no I/O, no clock, no environment. [`driver`]
//! asks it, does what it says on a [`crate::portal::Portal`] and an injected clock, and tells what
//! happened as [`event`]s.

mod begin;
mod cancel;
mod confirm;
pub mod driver;
pub mod event;
mod follow;
mod goal;
mod machine;
mod schedule;
mod survey;
mod verdict;

pub use goal::{Aim, Goal, WhenRunning};
pub use schedule::Schedule;
pub use verdict::{Ending, Outcome, THE_PORTAL_SAYS, Verdict};

#[cfg(test)]
mod tests;
