//! What an event changed, as data: each report makes its own text of it.

use crate::http::Exchange;
use crate::portal::{Level, Link, Message, Operation, Phase, Word};
use crate::release::Verdict;
use crate::release::event::Origin;

/// One thing that happened to an offer: a line of the record.
#[derive(Debug, Clone)]
pub enum TimelineEntry {
    /// Something that the reports show has changed.
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
    /// The operation has another status.
    Operation(Phase, Word),
    /// A step has another status.
    Step {
        /// The step's name, as the portal has it.
        name: String,
        /// Before; `None` if it was not seen before.
        from: Option<Word>,
        /// The status that it has now.
        to: Word,
        /// How long it was under way.
        took: Option<jiff::SignedDuration>,
        /// The portal's estimate of the whole step, in its own words.
        estimate: Option<String>,
    },
    /// A new message, with the step that it is about.
    Message(Option<String>, Message),
    /// A link that was not shown before: of the preview, or of the live page.
    Link(Phase, Link),
    /// The work on the offer ended.
    Ended(Verdict),
}
