//! Where offers are released: [`Portal`] is one offer at one API. [`cloud_partner`] is the API of
//! the Cloud Partner Portal, [`product_ingestion`] its successor.

mod any;
mod capabilities;
mod client;
pub mod cloud_partner;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod json;
mod model;
mod operation;
pub mod product_ingestion;
mod refusal;
mod word;

pub use any::AnyPortal;
pub use capabilities::{CancelScope, Capabilities, Feature};
pub use client::Access;
pub use error::{CallError, Trouble};
pub use model::{
    Accepted, Draft, Kind, Level, Link, Looked, Message, OfferView, OperationView, Phase, Slot,
    Step, Submission,
};
pub use operation::Operation;
pub use word::{State, Word};

use serde_json::Value;

use crate::ids::{Email, Malformed};

/// One offer at one API. Each call is one attempt (a refused token is renewed once); who repeats it
/// is the caller. The errors of all calls say what kind of trouble it was.
#[expect(async_fn_in_trait, reason = "the runtime has one thread: no future is sent to another")]
pub trait Portal {
    /// What the API can do.
    fn capabilities(&self) -> Capabilities;

    /// Starts the first half: validation, certification and the preview. The portal tells these
    /// addresses, if it writes mails.
    async fn publish(&self, notify: &[Email]) -> Result<Accepted, CallError>;

    /// Starts the second half: from the preview to the public. `preview` is the id of the publish
    /// that made it; with [`Feature::BoundGoLive`] the API itself takes no other.
    async fn go_live(&self, preview: Option<&str>) -> Result<Accepted, CallError>;

    /// Asks for the running operation to be canceled, which an accepted request does not prove.
    /// Where only known operations can be canceled, `operation` says which.
    async fn cancel(&self, operation: Option<&Operation>) -> Result<(), CallError>;

    /// Looks at one operation.
    async fn read_operation(&self, operation: &Operation) -> Result<Looked, CallError>;

    /// Lists the offer's operations, newest first as far as the portal tells.
    async fn list_submissions(&self) -> Result<Vec<Submission>, CallError>;

    /// Looks at the offer as a whole.
    async fn read_offer(&self) -> Result<OfferView, CallError>;

    /// Reads what a publish would take: the offer's draft.
    async fn read_draft(&self) -> Result<Draft, CallError>;

    /// Reads what a slot holds; [`Trouble::NotFound`] if nothing is there, or the API has no slots.
    async fn read_slot(&self, slot: Slot) -> Result<Draft, CallError>;

    /// Writes the whole draft in the place of what was read, once. [`Trouble::Changed`]: it is not
    /// what was read any more; [`Trouble::Conflict`]: something that runs is in the way;
    /// [`Trouble::Passing`]: it may have been written.
    async fn write_draft(&self, read: &Draft, body: &Value) -> Result<(), CallError>;

    /// Takes what is known of an operation that an earlier run started: which half it is, and the
    /// newest one that was listed before it.
    fn recall(&self, _operation: &Operation, _phase: Phase, _before: Option<&str>) {}

    /// The offer's page for people, where the API's answers say which it is.
    fn page(&self) -> Option<String> {
        None
    }

    /// The operation that a person or an earlier run named, by address or id.
    ///
    /// # Errors
    /// When it cannot be an operation of this offer here; a token must never be sent there.
    fn parse_operation(&self, text: &str) -> Result<Operation, Malformed>;
}
