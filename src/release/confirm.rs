//! After a POST whose answer was lost: was anything started?

use std::collections::HashSet;
use std::time::Duration;

use super::survey::Survey;
use crate::portal::{OfferView, Operation, Phase, State, Submission};
use crate::problem::Problem;

/// Waits before the looks. A request may still be on its way, and a list may lag, so one look is
/// not enough.
const WAITS: [u64; 9] = [1, 2, 4, 4, 8, 8, 8, 8, 8];

/// Looks before the POST is repeated.
const LOOKS_A_TRY: usize = 3;

/// The longest that the portal's Retry-After is followed here.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(5);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It was started; followed here, if the list says where.
    Started(Option<Operation>),
    /// Nothing yet: look again after this time.
    Nothing(Duration),
    /// Nothing was started: POST again.
    Again,
    /// Nothing was started, again and again.
    GiveUp,
}

/// A POST being looked for.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What was posted.
    pub phase: Phase,
    /// Operations that were there before.
    pub others: HashSet<String>,
    /// Whether the offer waited for the publisher before.
    was_at_sign_off: bool,
    /// Whether the offer was running before.
    was_running: bool,
    /// What the list showed in this look.
    pub list: Option<Vec<Submission>>,
    /// The last lost answer.
    pub last: Problem,
    /// The repeated POST was refused: for good, unless it is because of what the first one started.
    pub refused: bool,
    looks: usize,
}

impl Confirm {
    /// Begins to look for the first time.
    pub fn new(phase: Phase, before: &Survey, last: Problem) -> Self {
        Self {
            phase,
            others: before.ids(),
            was_at_sign_off: before.at_sign_off(),
            was_running: before.offer_state() == State::Running,
            list: None,
            last,
            refused: false,
            looks: 0,
        }
    }

    /// The POST was repeated and its answer was lost too.
    pub fn lost_again(&mut self, last: Problem) {
        self.last = last;
        self.list = None;
        self.refused = false;
    }

    /// The wait before the next look, which is at least what the portal asked for.
    pub fn wait(&self, asked_for: Option<Duration>) -> Duration {
        let own = Duration::from_secs(WAITS[self.looks.min(WAITS.len() - 1)]);
        asked_for.map_or(own, |asked| own.max(asked.min(LONGEST_ASKED_FOR)))
    }

    /// List and offer were seen. An operation that is new counts even if it ended already.
    pub fn seen(&mut self, offer: Option<&OfferView>) -> Found {
        let list = self.list.take().unwrap_or_default();
        let new = list.iter().find(|row| {
            !self.others.contains(&row.id) && row.phase.is_none_or(|phase| phase == self.phase)
        });
        if let Some(row) = new {
            return Found::Started(row.operation.clone());
        }
        if let Some(offer) = offer {
            let state = offer.status.state();
            let started = match self.phase {
                Phase::Publish => {
                    !self.was_running && state == State::Running && !offer.at_sign_off()
                }
                Phase::GoLive => {
                    self.was_at_sign_off
                        && !offer.at_sign_off()
                        && matches!(state, State::Running | State::Succeeded)
                }
            };
            if started {
                return Found::Started(None);
            }
        }
        self.looks += 1;
        if self.looks >= WAITS.len() {
            Found::GiveUp
        } else if self.looks.is_multiple_of(LOOKS_A_TRY) {
            Found::Again
        } else {
            Found::Nothing(self.wait(None))
        }
    }
}
