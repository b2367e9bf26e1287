//! Where offers are released. [`Backend`] is what the release knows of it; [`cloud_partner`] speaks
//! to the Cloud Partner Portal.
//!
//! The trait names only what every API of the Marketplace has: two ways to start, an operation to
//! look at, a list of what runs. The Product Ingestion API fills it too: its configure job is an
//! operation, its submissions are the list, and it cannot cancel.

pub mod cloud_partner;
mod error;
mod model;
mod word;

use futures_util::future::LocalBoxFuture;

pub use error::{CallError, Fate, Trouble};
pub use model::{
    Accepted, CancelAccepted, Draft, Level, Link, Looked, Message, OfferView, OperationAddress,
    OperationView, Phase, Step, Submission,
};
pub use word::{State, Word};

use crate::ids::{Email, Malformed, OfferId};

/// The answer of one call, to come.
pub type Call<'a, T> = LocalBoxFuture<'a, Result<T, CallError>>;

/// A publisher's account at the portal. Each call is one attempt (a refused token is renewed once);
/// who repeats it is the caller.
pub trait Backend {
    /// Starts the first half: validation, certification and the preview.
    fn publish<'a>(&'a self, offer: &'a OfferId, notify: &'a [Email]) -> Call<'a, Accepted>;

    /// Starts the second half: from the preview to the public.
    fn go_live<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Accepted>;

    /// Asks for the running operation to be canceled, which an accepted request does not prove.
    fn cancel<'a>(&'a self, offer: &'a OfferId) -> Call<'a, CancelAccepted>;

    /// One operation.
    fn operation<'a>(&'a self, operation: &'a OperationAddress) -> Call<'a, Looked>;

    /// The offer's operations, newest first as far as the portal tells.
    fn operations<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Vec<Submission>>;

    /// The offer as a whole.
    fn offer<'a>(&'a self, offer: &'a OfferId) -> Call<'a, OfferView>;

    /// What a publish would take: the offer's draft.
    fn draft<'a>(&'a self, offer: &'a OfferId) -> Call<'a, Draft>;

    /// The address of an operation that a person or an earlier run named, by address or id.
    ///
    /// # Errors
    /// When it cannot be an operation of this portal; a token must never be sent there.
    fn address(&self, offer: &OfferId, text: &str) -> Result<OperationAddress, Malformed>;
}
