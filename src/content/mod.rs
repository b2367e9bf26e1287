//! What the manifest says of an offer's draft, carried out on a copy of it: edits, the version of a
//! virtual machine's image, versions to keep. Everything here is pure: documents go in, documents
//! and differences come out.
//!
//! A document is never modelled. It is JSON with its keys in their order, its numbers with their
//! digits, and `null`, `""`, `[]` and an absent key kept apart; what the manifest does not name is
//! left as it is.

mod apply;
mod compare;
mod container;
mod diff;
mod edits;
mod image;
mod landing;
mod machine;
mod names;
mod pointer;
mod prune;
mod refusal;
mod resolve;
mod resource;
mod resources;
mod sample;
mod sample_resources;
mod sas;
mod secrets;
mod variables;
mod version;
mod wanted;

pub use apply::{Change, Held, apply, find_foreign, find_missing};
pub use compare::documents_agree;
pub use diff::{Difference, Line, LineChange};
pub use landing::{Landing, check_landing};
pub use pointer::{BadPointer, Pointer};
pub use resolve::{Resolved, resolve_content};
pub use sample::{complete_definition, guess_offer_type};
pub use sample_resources::{complete_resources, guess_product_type};
pub use sas::{Concern, Sas};
pub use secrets::{hide_signatures, list_hidden_secrets};
pub use variables::{Expanded, Unexpanded, Variables};
pub use version::Version;
pub use wanted::{
    Action, Container, Disk, Edit, Image, ImageType, Payload, Resource, Wanted, WantedPlan,
};

#[cfg(test)]
mod tests;
