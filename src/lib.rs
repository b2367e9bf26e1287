//! Publishes Azure Marketplace offers, follows the operation and takes the offer live.
//!
//! Data flows one way: inputs and manifest → plan → release → events → reports.

pub mod clock;
pub mod http;
pub mod ids;
pub mod problem;
