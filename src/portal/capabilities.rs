//! What an API can do. The release asks for these, never which API it is.

use std::time::Duration;

/// What can be canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelScope {
    /// Whatever runs on the offer, whoever started it.
    AnyRunning,
    /// Only an operation whose address is known; what others started is out of reach.
    OnlyKnown,
}

/// Something that not every API has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Operations show their steps.
    Steps,
    /// Operations show links to the preview and to the public page.
    Links,
    /// Drafts and submissions say when they changed.
    Times,
    /// The portal writes mails to the addresses that a publish names.
    NotificationMails,
    /// The documents of preview and production can be read, where the service has them.
    Slots,
    /// Some operations leave it to the offer's own status to say that their preview is ready.
    SignOffInOffer,
    /// A go-live names the preview that it is for, and the API refuses any other.
    BoundGoLive,
}

/// What one API can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What can be canceled.
    pub cancel: CancelScope,
    /// The shortest time between two looks that the API asks its users for.
    pub shortest_poll: Duration,
    features: &'static [Feature],
}

impl Capabilities {
    /// An API that cancels this, and has these.
    #[must_use]
    pub const fn new(cancel: CancelScope, features: &'static [Feature]) -> Self {
        Self { cancel, shortest_poll: Duration::ZERO, features }
    }

    /// The same API, which asks to be looked at no more often than this.
    #[must_use]
    pub const fn polled_every(self, shortest_poll: Duration) -> Self {
        Self { shortest_poll, ..self }
    }

    /// Whether the API has this.
    #[must_use]
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}
