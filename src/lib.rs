//! Publishes Azure Marketplace offers, follows the operation and takes the offer live.
//!
//! Data flows one way: inputs and manifest → plan → release → events → reports.

pub mod actions;
pub mod app;
pub mod auth;
pub mod choices;
pub mod clock;
pub mod content;
pub mod github;
pub mod http;
pub mod ids;
pub mod manifest;
mod nearest;
pub mod portal;
pub mod problem;
pub mod release;
pub mod report;
pub mod secrets;
pub mod simulator;
pub mod text;
