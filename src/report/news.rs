//! What an event changed, as data: each report makes its own text of it.

use crate::http::Exchange;
use crate::portal::{Level, Link, Message, Operation, Phase, Word};
use crate::release::Verdict;
use crate::release::event::Origin;

/// One thing that happened to an offer: a line of the record.
#[derive(Debug, Clone)]
pub enum TimelineEntry {
    /// Something changed.
    Change(StoryChange),
    /// Something worth a line.
    Note(Level, String),
    /// A request was made.
    Exchange(Exchange),
}

/// What is different from before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryChange {
    /// A half began or is continued.
    Phase(Phase, Origin, Option<Operation>),
    /// The operation's status.
    Operation(Phase, Word),
    /// A step's status.
    Step {
        /// Its name.
        name: String,
        /// Before; `None` if it was not seen before.
        from: Option<Word>,
        /// Now.
        to: Word,
        /// How long it was under way.
        took: Option<jiff::SignedDuration>,
        /// The portal's estimate.
        estimate: Option<String>,
    },
    /// A new message, with the step that it is about.
    Message(Option<String>, Message),
    /// A new link.
    Link(Phase, Link),
    /// It is over.
    Ended(Verdict),
}
