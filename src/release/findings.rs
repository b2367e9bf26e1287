//! What was found of an offer before anything is started.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::portal::{Draft, OfferView, Phase, State, Submission};
use crate::problem::Problem;

/// What came of a question to the portal.
#[derive(Debug, Clone, Default)]
pub enum Answer<T> {
    /// It was not asked yet.
    #[default]
    NotAsked,
    /// The portal does not know it.
    Absent,
    /// This.
    Found(T),
}

impl<T> Answer<T> {
    /// What was found, if anything.
    pub fn found(&self) -> Option<&T> {
        if let Self::Found(found) = self { Some(found) } else { None }
    }
}

/// What was found of an offer.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Its operations; empty if the portal knows none, `None` if it was not asked yet.
    pub operations: Option<Vec<Submission>>,
    /// Its status.
    pub offer: Answer<OfferView>,
    /// Its draft, asked only where it decides something.
    pub draft: Answer<Draft>,
    /// What was absent.
    pub absent: Vec<Problem>,
}

impl Findings {
    /// The operations, newest first if the portal says when they changed, else in its order.
    #[must_use]
    pub fn newest_first(&self) -> Vec<&Submission> {
        sort_newest_first(self.operations.iter().flatten())
    }

    /// The operation that runs, or may: an unknown word is no proof that it ended.
    #[must_use]
    pub fn running(&self) -> Option<&Submission> {
        self.newest_first().into_iter().find(|row| !row.status.state().is_final())
    }

    /// The newest operation of this kind.
    #[must_use]
    pub fn newest(&self, phase: Phase) -> Option<&Submission> {
        self.newest_first().into_iter().find(|row| row.is(phase))
    }

    /// Ids of all operations.
    #[must_use]
    pub fn ids(&self) -> HashSet<String> {
        self.operations.iter().flatten().map(|row| row.id.clone()).collect()
    }

    /// The meaning of the offer's status.
    #[must_use]
    pub fn offer_state(&self) -> State {
        self.offer.found().map_or(State::Unknown, |offer| offer.status.state())
    }

    /// Whether the offer waits for the publisher to look at the preview.
    #[must_use]
    pub fn at_sign_off(&self) -> bool {
        self.offer.found().is_some_and(OfferView::at_sign_off)
    }

    /// Whether the list says so of the operation that runs.
    #[must_use]
    pub fn listed_at_sign_off(&self) -> bool {
        self.running().is_some_and(|row| {
            row.is(Phase::Publish) && row.status.state() == State::WaitingForPublisher
        })
    }

    /// When the draft was last changed, if the portal says.
    #[must_use]
    pub fn draft_changed(&self) -> Option<Timestamp> {
        self.draft.found()?.changed
    }

    /// The problem, if the portal knows nothing of the offer at all. An offer that was never
    /// published may lack any of the three.
    #[must_use]
    pub fn unknown_offer(&self) -> Option<&Problem> {
        let nothing = self.operations.as_ref().is_some_and(Vec::is_empty)
            && matches!(self.offer, Answer::Absent)
            && matches!(self.draft, Answer::Absent);
        if nothing { self.absent.last() } else { None }
    }
}

/// Rows newest first if all say when they changed, else in the portal's order.
pub fn sort_newest_first<'a>(
    rows: impl IntoIterator<Item = &'a Submission>,
) -> Vec<&'a Submission> {
    let mut rows: Vec<&Submission> = rows.into_iter().collect();
    if rows.iter().all(|row| row.changed.is_some()) {
        rows.sort_by_key(|row| std::cmp::Reverse(row.changed));
    }
    rows
}
