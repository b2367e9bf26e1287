//! The built program, run as a user runs it, against the simulator.

#![allow(clippy::format_collect, reason = "scenarios, written as they are read")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "all of this is tests")]

mod accessible;
mod again;
mod annotations;
mod both_apis;
mod checks;
mod commands;
mod content;
mod continued;
mod costs;
mod cures;
mod dialects;
mod drift;
mod examples;
mod faults;
mod github;
mod harness;
mod hostile;
mod hundreds;
mod ingestion;
mod inputs;
mod ledger;
mod log;
mod many;
mod mistakes;
mod named;
mod others;
mod outcomes;
mod pages;
mod plans;
mod programs;
mod rehearse;
mod release;
mod reports;
mod resources;
mod running;
mod secrets;
mod show;
mod signatures;
mod standard_path;
mod stories;
mod tokens;
