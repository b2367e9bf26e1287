//! The offers and their operations: what both portals show, each in its own words.

pub mod default_documents;
pub mod offer;
pub mod operation;
pub mod pending_edits;
pub mod store;
