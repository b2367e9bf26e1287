//! The offers and their operations: what both portals show, each in its own words.

pub mod offer;
pub mod operation;
pub mod store;
