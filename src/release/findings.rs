//! What was found of an offer before anything is started.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::content::documents_agree;
use crate::portal::{Draft, OfferView, Operation, Phase, State, Submission};
use crate::problem::Problem;

/// A word that nobody knows, on an operation that did not change for so long, is not about
/// something that runs, if the offer does not say so either.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);

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

    /// Whether it is still to be asked.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::NotAsked)
    }
}

/// Where the content that a release is for is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// It is live.
    Live,
    /// It is in the preview, and not live.
    Preview,
    /// The slots can be read, and hold something else.
    Nowhere,
    /// The slots cannot be read, so nobody can say by content.
    Unknown,
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
    /// What the preview holds, asked only where it decides something.
    pub preview: Answer<Draft>,
    /// What is live, asked only where it decides something.
    pub production: Answer<Draft>,
    /// What was absent of list, status and draft.
    pub absent: Vec<Problem>,
}

impl Findings {
    /// The publishes and go-lives, newest first if the portal says when they changed, else in its
    /// order.
    #[must_use]
    pub fn newest_first(&self) -> Vec<&Submission> {
        sort_newest_first(self.operations.iter().flatten().filter(|row| is_half(row)))
    }

    /// The operation that runs, or may. One runs at a time, so what is older than one that ended is
    /// over, whatever its row still says. An unknown word is no proof that an operation ended,
    /// unless the operation is an old one and the offer does not say that anything runs.
    #[must_use]
    pub fn find_running(&self, today: Timestamp) -> Option<&Submission> {
        let rows = self.newest_first();
        let dated = rows.iter().all(|row| row.changed.is_some());
        let busy = self.is_offer_running();
        let rests = self.offer_state() == State::Succeeded;
        let mut rows = rows.into_iter().filter(|row| !self.is_forgotten(row, today));
        let first = rows.next()?;
        if !first.status.state().is_final() {
            return Some(first);
        }
        rows.find(|row| !row.status.state().is_final() && (busy || !dated && !rests))
    }

    /// Whether nobody knows its word, and nothing says that it could still run: the offer does not,
    /// or something newer is there that it can mean.
    #[must_use]
    pub fn is_forgotten(&self, row: &Submission, today: Timestamp) -> bool {
        let is_old = |changed| today.duration_since(changed) > FORGOTTEN;
        let old = row.changed.is_some_and(is_old);
        let rows = self.operations.iter().flatten().filter(|row| is_half(row));
        let has_newer = rows.filter_map(|row| row.changed).any(|changed| !is_old(changed));
        row.status.state() == State::Unknown && old && (has_newer || !self.is_offer_running())
    }

    fn is_offer_running(&self) -> bool {
        self.offer_state() == State::Running && !self.at_sign_off()
    }

    /// The newest operation of this kind.
    #[must_use]
    pub fn newest(&self, phase: Phase) -> Option<&Submission> {
        self.newest_first().into_iter().find(|row| phase_of(row) == phase)
    }

    /// Ids of all operations.
    #[must_use]
    pub fn ids(&self) -> HashSet<String> {
        self.operations.iter().flatten().map(|row| row.id.clone()).collect()
    }

    /// The operation that people, or an earlier run, call by this name.
    #[must_use]
    pub fn find_called(&self, name: &str) -> Option<&Submission> {
        self.operations.iter().flatten().find(|row| row.is_called(name))
    }

    /// Ids of the operations that are not this one; of none, if it is not known which it is.
    #[must_use]
    pub fn others(&self, operation: Option<&Operation>) -> HashSet<String> {
        // No row carries the id of what only its address tells of: any of them can be it.
        let Some(operation) = operation.filter(|one| !one.is_only_at_address()) else {
            return HashSet::new();
        };
        let rows = self.operations.iter().flatten();
        rows.filter(|row| !row.is_called(operation.id())).map(|row| row.id.clone()).collect()
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

    /// Whether the list says so of its newest operation.
    #[must_use]
    pub fn is_listed_at_sign_off(&self) -> bool {
        self.newest_first().first().is_some_and(|row| {
            phase_of(row) == Phase::Publish && row.status.state() == State::WaitingForPublisher
        })
    }

    /// When the draft was last changed, if the portal says.
    #[must_use]
    pub fn draft_changed(&self) -> Option<Timestamp> {
        self.draft.found()?.changed
    }

    /// Where this content is found.
    #[must_use]
    pub fn locate(&self, wanted: Option<&Value>) -> Whereabouts {
        let Some(wanted) = wanted.filter(|document| document["definition"].is_object()) else {
            return Whereabouts::Unknown;
        };
        let holds = |slot: &Answer<Draft>| {
            slot.found().is_some_and(|slot| documents_agree(wanted, &slot.body))
        };
        match (&self.preview, &self.production) {
            _ if holds(&self.production) => Whereabouts::Live,
            _ if holds(&self.preview) => Whereabouts::Preview,
            (Answer::Found(_), _) | (_, Answer::Found(_)) => Whereabouts::Nowhere,
            _ => Whereabouts::Unknown,
        }
    }

    /// Whether what waits in the preview is what is live.
    #[must_use]
    pub fn is_preview_live(&self) -> bool {
        match (self.preview.found(), self.production.found()) {
            (Some(preview), Some(live)) if preview.body["definition"].is_object() => {
                documents_agree(&preview.body, &live.body)
            }
            _ => false,
        }
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

/// The half that an operation is; a portal that does not say is taken to mean a publish.
#[must_use]
pub fn phase_of(row: &Submission) -> Phase {
    row.phase().unwrap_or(Phase::Publish)
}

/// A row of another kind, such as a cancel, is neither half of any release.
#[must_use]
pub fn is_half(row: &Submission) -> bool {
    row.may_be(Phase::Publish) || row.may_be(Phase::GoLive)
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
