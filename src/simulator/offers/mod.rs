//! The offers and their operations: what both portals show, each in its own words.

pub mod default_documents;
pub mod offer;
mod offer_draft;
mod offer_past;
pub mod operation;
pub mod pending_edits;
pub mod progress;
pub mod store;
