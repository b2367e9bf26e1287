//! An offer at whichever API the manifest names.

use serde_json::Value;

use super::cloud_partner::CloudPartnerPortal;
use super::product_ingestion::ProductIngestion;
use super::{
    Accepted, CallError, Capabilities, Draft, Looked, OfferView, Operation, Phase, Portal, Slot,
    Submission,
};
use crate::http::Transport;
use crate::ids::{Email, Malformed};

/// One offer at one of the two APIs.
pub enum AnyPortal<T> {
    /// The Cloud Partner Portal.
    CloudPartner(CloudPartnerPortal<T>),
    /// The Product Ingestion API.
    ProductIngestion(ProductIngestion<T>),
}

/// The same call at either of them.
macro_rules! at_either {
    ($portal:expr, $one:ident => $call:expr) => {
        match $portal {
            AnyPortal::CloudPartner($one) => $call,
            AnyPortal::ProductIngestion($one) => $call,
        }
    };
}

impl<T: Transport> Portal for AnyPortal<T> {
    fn capabilities(&self) -> Capabilities {
        at_either!(self, one => one.capabilities())
    }

    async fn publish(&self, notify: &[Email]) -> Result<Accepted, CallError> {
        at_either!(self, one => one.publish(notify).await)
    }

    async fn go_live(&self, preview: Option<&str>) -> Result<Accepted, CallError> {
        at_either!(self, one => one.go_live(preview).await)
    }

    async fn cancel(&self, operation: Option<&Operation>) -> Result<(), CallError> {
        at_either!(self, one => one.cancel(operation).await)
    }

    async fn read_operation(&self, operation: &Operation) -> Result<Looked, CallError> {
        at_either!(self, one => one.read_operation(operation).await)
    }

    async fn list_submissions(&self) -> Result<Vec<Submission>, CallError> {
        at_either!(self, one => one.list_submissions().await)
    }

    async fn read_offer(&self) -> Result<OfferView, CallError> {
        at_either!(self, one => one.read_offer().await)
    }

    async fn read_draft(&self) -> Result<Draft, CallError> {
        at_either!(self, one => one.read_draft().await)
    }

    async fn read_slot(&self, slot: Slot) -> Result<Draft, CallError> {
        at_either!(self, one => one.read_slot(slot).await)
    }

    async fn write_draft(&self, read: &Draft, body: &Value) -> Result<(), CallError> {
        at_either!(self, one => one.write_draft(read, body).await)
    }

    fn page(&self) -> Option<String> {
        at_either!(self, one => one.page())
    }

    fn recall(&self, operation: &Operation, phase: Phase, before: Option<&str>) {
        at_either!(self, one => one.recall(operation, phase, before));
    }

    fn parse_operation(&self, text: &str) -> Result<Operation, Malformed> {
        at_either!(self, one => one.parse_operation(text))
    }
}
