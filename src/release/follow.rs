//! Following an operation: what was seen of it → where the half of the release stands.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::verdict::THE_PORTAL_SAYS;
use crate::portal::{Level, OfferView, Operation, OperationView, Phase, State, Submission};
use crate::problem::{Code, Problem};
use crate::text::html_to_line;

/// A 404 right after the start is the portal's lag; this many in a row, over this time, are not.
const MANY_ABSENCES: u32 = 12;
const LONG_ABSENCE: Duration = Duration::from_mins(1);

/// So long after an operation was first looked at, the offer's status is about it, and not about an
/// earlier one: no status is that late.
const CERTAIN: Duration = Duration::from_secs(10);

/// What to look at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The operation, or if its address is not known, the list.
    Operation,
    /// The offer.
    Offer,
    /// The list, because the operation is gone.
    List,
    /// Nothing for a while.
    Rest,
}

/// Where the half stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not at its end.
    GoesOn,
    /// Done.
    Done,
    /// Ended badly.
    Ended(Problem),
}

/// An operation being followed.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that was seen, and none excludes another"
)]
pub struct Following {
    /// Which half it is.
    pub phase: Phase,
    /// Where to look; `None` until it is found in the list.
    pub operation: Option<Operation>,
    /// Operations that were there before; the one to be found is another. `None` if any that runs
    /// will do.
    pub others: Option<HashSet<String>>,
    /// It was found in the list, where it can be another's; the portal did not name it as ours.
    pub found: bool,
    /// What to look at next.
    pub turn: Turn,
    /// Whether the kind of operation was guessed.
    pub guessed: bool,
    id: Option<String>,
    absent: Option<(Duration, u32)>,
    /// The operation's own word is one that nobody knows, so that nobody else can speak for it.
    unknown: bool,
    /// When the offer was first looked at.
    since: Option<Duration>,
    /// The offer said so, and it can only be about this operation if that still goes on.
    offer_waits: bool,
}

impl Following {
    /// Begins to follow.
    pub fn new(
        phase: Phase,
        operation: Option<Operation>,
        others: Option<HashSet<String>>,
    ) -> Self {
        Self {
            phase,
            operation,
            others,
            found: false,
            turn: Turn::Operation,
            guessed: false,
            id: None,
            absent: None,
            unknown: false,
            since: None,
            offer_waits: false,
        }
    }

    /// The operation was seen.
    pub fn operation_seen(&mut self, view: &OperationView) -> Standing {
        self.absent = None;
        if let Some(id) = &view.id
            && let Some(before) = self.id.replace(id.clone())
            && before != *id
        {
            return Standing::Ended(
                self.replaced(&format!("its address now shows operation {id} instead of {before}")),
            );
        }
        match view.phase {
            Some(phase) if self.guessed => self.phase = phase,
            Some(phase) if self.found && phase != self.phase => {
                return Standing::Ended(
                    self.replaced(&format!("what was found in the list is a {phase}")),
                );
            }
            _ => {}
        }
        self.turn = Turn::Rest;
        self.unknown = view.status.state() == State::Unknown;
        match view.status.state() {
            State::Failed => Standing::Ended(self.bad_end(Code::OperationFailed, "failed", view)),
            State::Canceled => {
                Standing::Ended(self.bad_end(Code::OperationCanceled, "was canceled", view))
            }
            State::Succeeded if self.phase == Phase::Publish => Standing::Done,
            State::Succeeded => {
                self.turn = Turn::Offer;
                Standing::GoesOn
            }
            _ if self.phase == Phase::Publish
                && (view.at_sign_off() || self.offer_waits && !self.unknown) =>
            {
                Standing::Done
            }
            _ => {
                // Migrated offers show the sign-off nowhere but in the offer's own status.
                if self.phase == Phase::Publish {
                    self.turn = Turn::Offer;
                }
                Standing::GoesOn
            }
        }
    }

    /// The offer was seen. Its word completes the operation's, it does not replace it: a go-live is
    /// asked about here only after its operation succeeded, and a publish is looked at once more,
    /// for another may have taken its place since it was seen.
    pub fn offer_seen(&mut self, offer: &OfferView, now: Duration) -> Standing {
        self.turn = Turn::Rest;
        let since = *self.since.get_or_insert(now);
        if self.phase == Phase::Publish && offer.at_sign_off() {
            if self.unknown || now.saturating_sub(since) < CERTAIN {
                return Standing::GoesOn;
            }
            if self.operation.is_none() {
                return Standing::Done;
            }
            self.offer_waits = true;
            self.turn = Turn::Operation;
            return Standing::GoesOn;
        }
        self.offer_waits = false;
        match (self.phase, offer.status.state()) {
            (Phase::GoLive, State::Succeeded) if self.operation.is_some() => Standing::Done,
            (Phase::GoLive, state @ (State::Failed | State::Canceled))
                if self.operation.is_some() =>
            {
                let code = if state == State::Failed {
                    Code::OperationFailed
                } else {
                    Code::OperationCanceled
                };
                let message = format!(
                    "the go-live operation succeeded, but the offer says `{}`: it is not live",
                    offer.status
                );
                Standing::Ended(Problem::new(code, message).hint(
                    "look at the offer in Partner Center; `command: go-live` tries the \
                            second half again",
                ))
            }
            _ => Standing::GoesOn,
        }
    }

    /// What was asked for does not exist.
    pub fn absent(&mut self, now: Duration) -> Standing {
        if self.turn == Turn::List {
            return Standing::Ended(self.vanished());
        }
        self.turn = match (self.turn, &self.operation) {
            (Turn::Operation, Some(_)) => {
                let (since, count) = self.absent.get_or_insert((now, 0));
                *count += 1;
                let gone = *count >= MANY_ABSENCES && now.saturating_sub(*since) >= LONG_ABSENCE;
                if gone { Turn::List } else { Turn::Rest }
            }
            (Turn::Operation, None) => Turn::Offer,
            _ => Turn::Rest,
        };
        Standing::GoesOn
    }

    /// The list was seen: to find the operation, or to learn why it is gone.
    pub fn list_seen(&mut self, newest_first: &[&Submission]) -> Standing {
        let Some(operation) = &self.operation else {
            let found = newest_first.iter().find(|row| match &self.others {
                Some(others) => {
                    !others.contains(&row.id) && row.phase.is_none_or(|phase| phase == self.phase)
                }
                None => !row.status.state().is_final(),
            });
            self.operation = found.and_then(|row| row.operation.clone());
            self.found = self.operation.is_some();
            self.turn = if self.operation.is_some() { Turn::Operation } else { Turn::Offer };
            return Standing::GoesOn;
        };
        let id = operation.id();
        self.absent = None;
        self.turn = Turn::Rest;
        match newest_first.iter().find(|row| row.id == id) {
            Some(row) => match row.status.state() {
                State::Failed => Standing::Ended(self.ended_in_list(Code::OperationFailed, row)),
                State::Canceled => {
                    Standing::Ended(self.ended_in_list(Code::OperationCanceled, row))
                }
                State::Succeeded if self.phase == Phase::Publish => Standing::Done,
                State::Succeeded => {
                    self.turn = Turn::Offer;
                    Standing::GoesOn
                }
                _ => Standing::GoesOn,
            },
            None => match newest_first.iter().find(|row| !row.status.state().is_final()) {
                Some(other) => Standing::Ended(
                    self.replaced(&format!("operation {} runs in its place", other.id)),
                ),
                None => Standing::Ended(self.vanished()),
            },
        }
    }

    fn name(&self) -> String {
        let id = self.operation.as_ref().map(Operation::id).unwrap_or_default();
        if id.is_empty() {
            format!("the {} operation", self.phase)
        } else {
            format!("{} operation {id}", self.phase)
        }
    }

    /// An ended operation, in the words of its last errors.
    fn bad_end(&self, code: Code, how: &str, view: &OperationView) -> Problem {
        let step = view.steps.iter().find(|step| {
            matches!(step.status.state(), State::Failed | State::Blocked | State::Canceled)
        });
        let mut message = format!("{} {how}", self.name());
        if let Some(step) = step {
            let _ = write!(message, " at step `{}`", step.name);
        }
        let mut messages = step.map_or(&[][..], |step| &step.messages).iter().chain(&view.messages);
        if let Some(said) = messages.rfind(|said| said.level == Level::Error) {
            let _ = write!(
                message,
                "{THE_PORTAL_SAYS}{}",
                html_to_line(&said.html).trim_end_matches('.')
            );
        }
        let hint = match code {
            Code::OperationCanceled => {
                "someone canceled it; run the release again if that was not meant"
            }
            _ => {
                "correct what the messages name in Partner Center, then run the release again: it \
                 will publish anew"
            }
        };
        Problem::new(code, message).hint(hint)
    }

    fn ended_in_list(&self, code: Code, row: &Submission) -> Problem {
        Problem::new(
            code,
            format!("{} is gone; the list of operations says `{}`", self.name(), row.status),
        )
        .hint(
            "look at the offer in Partner Center, which may have the reasons, before you \
                release it again",
        )
    }

    fn vanished(&self) -> Problem {
        let message =
            format!("the portal no longer knows {}, and nothing runs in its place", self.name());
        Problem::new(Code::OperationVanished, message)
            .hint("look at the offer in Partner Center before you release it again")
    }

    fn replaced(&self, how: &str) -> Problem {
        let message = format!("{} was replaced: {how}", self.name());
        Problem::new(Code::OperationReplaced, message).hint(
            "what runs now is not this release; follow it with `command: resume` if it is \
                the one that you want",
        )
    }
}
