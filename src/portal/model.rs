//! What is known of an offer and its operations, in words that every backend has.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use super::operation::Operation;
use super::word::{State, Word};

/// The two halves of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// To the preview.
    Publish,
    /// From the preview to the public.
    GoLive,
}

impl Phase {
    /// The name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::GoLive => "go-live",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an operation is, as the portal's word for it says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A publish.
    Publish,
    /// A go-live.
    GoLive,
    /// Something else, such as a cancel; neither half of any release.
    Other(String),
}

impl From<Phase> for Kind {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Publish => Self::Publish,
            Phase::GoLive => Self::GoLive,
        }
    }
}

impl Kind {
    /// The half of a release that it is, if it is one.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Publish => Some(Phase::Publish),
            Self::GoLive => Some(Phase::GoLive),
            Self::Other(_) => None,
        }
    }
}

/// An accepted publish or go-live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Where to follow it; `None` if the portal named no address, or one that is not its own.
    pub operation: Option<Operation>,
    /// What is odd about the answer, for the log.
    pub remark: Option<String>,
}

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For information.
    Information,
    /// Worth a look.
    Warning,
    /// An error.
    Error,
}

/// A message of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Message {
    /// How serious.
    pub level: Level,
    /// The text, which may be HTML. Never shown as it is.
    pub html: String,
    /// When it was written, if the portal says.
    pub at: Option<Timestamp>,
}

/// A link that the portal gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// Text to show; may be empty.
    pub text: String,
    /// Address, as it came.
    pub address: String,
}

/// One step of an operation. Offers of different types have different steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Id if the portal gives one, else the name.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Status.
    pub status: Word,
    /// Percent, 0 to 100.
    pub progress: Option<u8>,
    /// The portal's own estimate, such as `< 5 day`.
    pub estimate: Option<String>,
    /// What the portal says about it.
    pub messages: Vec<Message>,
}

impl Step {
    /// Whether this is the step at which the publisher looks at the preview. Real answers name it
    /// by id or by name.
    #[must_use]
    pub fn is_sign_off(&self) -> bool {
        let folded = |text: &str| {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_ascii_lowercase()
        };
        [&self.id, &self.name].iter().any(|text| folded(text) == "publishersignoff")
    }
}

/// An operation as it was seen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationView {
    /// Its id, if the portal says.
    pub id: Option<String>,
    /// What it is, if the portal says.
    pub kind: Option<Kind>,
    /// Status.
    pub status: Word,
    /// Steps, in the portal's order.
    pub steps: Vec<Step>,
    /// Messages about the whole operation.
    pub messages: Vec<Message>,
    /// Links to the preview.
    pub preview_links: Vec<Link>,
    /// Links to the public page.
    pub live_links: Vec<Link>,
}

impl OperationView {
    /// The half of a release that it is, if the portal says so.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.kind.as_ref().and_then(Kind::phase)
    }

    /// Whether it waits for the publisher to look at the preview.
    #[must_use]
    pub fn at_sign_off(&self) -> bool {
        at_sign_off(&self.status, &self.steps)
    }

    /// Whether the publisher has looked at the preview and taken it live: the publish is over then,
    /// whatever its own status goes on to say.
    #[must_use]
    pub fn is_signed_off(&self) -> bool {
        self.steps.iter().any(|step| step.is_sign_off() && step.status.state() == State::Succeeded)
    }
}

/// An operation, and how long the portal wants to be left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The operation.
    pub view: OperationView,
    /// The portal's Retry-After, if it sent one.
    pub retry_after: Option<std::time::Duration>,
}

/// An offer's status as it was seen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferView {
    /// Status.
    pub status: Word,
    /// Steps, in the portal's order.
    pub steps: Vec<Step>,
    /// Messages about the offer.
    pub messages: Vec<Message>,
    /// Links to the preview.
    pub preview_links: Vec<Link>,
    /// Links to the public page.
    pub live_links: Vec<Link>,
}

impl OfferView {
    /// Whether it waits for the publisher to look at the preview.
    #[must_use]
    pub fn at_sign_off(&self) -> bool {
        at_sign_off(&self.status, &self.steps)
    }
}

/// The sign-off shows in the status itself (migrated offers) or in a step under a status that is
/// still `running`.
fn at_sign_off(status: &Word, steps: &[Step]) -> bool {
    match status.state() {
        State::WaitingForPublisher => true,
        State::Failed | State::Canceled => false,
        _ => steps
            .iter()
            .any(|step| step.is_sign_off() && step.status.state() == State::WaitingForPublisher),
    }
}

/// Where a published document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// What a publish brought, and a go-live would take.
    Preview,
    /// What is public.
    Production,
}

/// An offer's document: its draft, or what a slot holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// When it was last changed, if the portal says.
    pub changed: Option<Timestamp>,
    /// The entity tag that a write may be made conditional on, if the portal gives one.
    pub etag: Option<String>,
    /// The whole document, as it came.
    pub body: Value,
}

/// An operation as the list of operations shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its id; empty if the portal gives none.
    pub id: String,
    /// Where to look at it; `None` without an id.
    pub operation: Option<Operation>,
    /// What it is, if the portal says.
    pub kind: Option<Kind>,
    /// Status.
    pub status: Word,
    /// When it was started, if the portal says.
    pub started: Option<Timestamp>,
    /// When it last changed, if the portal says.
    pub changed: Option<Timestamp>,
    /// The id of the publish whose preview it takes live, if the API says.
    pub preview: Option<String>,
}

impl Submission {
    /// Whether people, or an earlier run, mean this one by that name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        !name.is_empty()
            && (self.id == name || self.operation.as_ref().is_some_and(|it| it.id() == name))
    }

    /// Whether this is its half of a release. A portal that names no kinds has publishes only.
    #[must_use]
    pub fn is(&self, phase: Phase) -> bool {
        match &self.kind {
            Some(kind) => kind.phase() == Some(phase),
            None => phase == Phase::Publish,
        }
    }

    /// Whether it can be this half of a release, or its kind is not told.
    #[must_use]
    pub fn may_be(&self, phase: Phase) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind.phase() == Some(phase))
    }

    /// The half of a release that it is, if the portal says so.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.kind.as_ref().and_then(Kind::phase)
    }
}
