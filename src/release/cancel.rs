//! Canceling, honestly: an accepted request proves nothing, the list of operations does.

use std::time::Duration;

use crate::portal::{Operation, State, Submission};
use crate::problem::{Class, Code, Problem};

/// Requests before it is given up; the portal accepts them also when they have no effect.
const MOST_REQUESTS: u32 = 3;

/// Looks that find the operation running before the request is repeated.
const LOOKS_A_REQUEST: u32 = 36;

/// Time between two looks; a real cancel takes one to three minutes.
pub const REST: Duration = Duration::from_secs(5);

/// Why an operation is canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The command says so.
    Asked,
    /// It is in the way (`when-running: cancel`).
    InTheWay,
    /// The job was canceled (`on-cancel: cancel`); the signal's number.
    Signal(u8),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Send the request.
    Request,
    /// Look at the list.
    List,
    /// Nothing for a while.
    Rest,
}

/// Where the cancel stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not at its end.
    GoesOn,
    /// The portal says that the operation is canceled.
    Canceled,
    /// The operation ended before the cancel took effect, with this word.
    EndedOtherwise(String),
    /// It was not canceled.
    Failed(Problem),
}

/// An operation being canceled.
#[derive(Debug, Clone)]
pub struct Canceling {
    /// Why.
    pub why: Why,
    /// Where it is, if known.
    pub operation: Option<Operation>,
    /// What to do next.
    pub turn: Turn,
    refusal: Option<Problem>,
    requests: u32,
    looks: u32,
}

impl Canceling {
    /// Begins.
    pub fn new(why: Why, operation: Option<Operation>) -> Self {
        Self { why, operation, turn: Turn::Request, refusal: None, requests: 0, looks: 0 }
    }

    /// The request was answered, or its answer was lost; `refusal` if it was refused.
    pub fn requested(&mut self, refusal: Option<Problem>) {
        self.refusal = refusal;
        self.requests += 1;
        self.looks = 0;
        self.turn = Turn::List;
    }

    /// The list was seen. Without an id to look for, its first row is the one.
    pub fn list_seen(&mut self, newest_first: &[&Submission]) -> Standing {
        let row = match &self.operation {
            Some(operation) => newest_first
                .iter()
                .find(|row| row.id == operation.id())
                .or_else(|| newest_first.first().filter(|_| !operation.is_listed())),
            None => newest_first.first(),
        };
        self.looks += 1;
        self.turn = Turn::Rest;
        match row.map(|row| (row.status.state(), row.status.text())) {
            Some((State::Canceled, _)) => Standing::Canceled,
            Some((State::Succeeded | State::Failed, word)) => {
                Standing::EndedOtherwise(word.to_owned())
            }
            _ => match self.refusal.take() {
                Some(refusal) => Standing::Failed(Problem {
                    code: if refusal.code.class() == Class::Auth {
                        refusal.code
                    } else {
                        Code::CancelRefused
                    },
                    message: format!("the operation goes on: {}", refusal.message),
                    ..refusal
                }),
                None if self.looks >= LOOKS_A_REQUEST && self.requests < MOST_REQUESTS => {
                    self.turn = Turn::Request;
                    Standing::GoesOn
                }
                None => Standing::GoesOn,
            },
        }
    }
}
