//! A portal in memory, for tests of the release: operations that go on by one word at every look,
//! a draft, two slots, and calls that fail on order.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{
    Accepted, CallError, CancelScope, Capabilities, Draft, Feature, Looked, OfferView, Operation,
    OperationView, Phase, Portal, Slot, Submission, Trouble, Word,
};
use crate::ids::{Email, Malformed};
use crate::problem::{Code, Problem};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done, and the answer says this.
    Refused(Trouble),
    /// It is done, and the answer is lost.
    AnswerLost,
}

/// An operation, and the words that its next looks find.
#[derive(Debug, Clone)]
pub(crate) struct FakeOperation {
    /// Its id, a number.
    pub id: String,
    /// What it is.
    pub phase: Phase,
    /// What the portal says of it now.
    pub status: &'static str,
    /// What the portal will say, one word a look; the last one stays.
    pub next: VecDeque<&'static str>,
    /// The document that it brings out.
    pub document: Value,
}

/// Everything that the portal holds.
#[derive(Debug, Clone)]
pub(crate) struct FakeWorld {
    /// Oldest first.
    pub operations: Vec<FakeOperation>,
    pub draft: Value,
    pub preview: Option<Value>,
    pub production: Option<Value>,
    /// What the next publish, or the next go-live, will be at its looks.
    pub publish_words: Vec<&'static str>,
    pub go_live_words: Vec<&'static str>,
}

/// One offer in memory.
pub(crate) struct FakePortal {
    pub world: RefCell<FakeWorld>,
    capabilities: Capabilities,
    faults: RefCell<Vec<(&'static str, Fault)>>,
    calls: RefCell<Vec<&'static str>>,
}

const WAITS: &str = "waitingForPublisherReview";

impl FakePortal {
    /// An offer that was never published, whose publish and go-live succeed at the second look.
    pub(crate) fn new() -> Self {
        let world = FakeWorld {
            operations: Vec::new(),
            draft: json!({"id": "contoso-offer", "definition": {"displayText": "1"}}),
            preview: None,
            production: None,
            publish_words: vec!["running", WAITS],
            go_live_words: vec!["running", "succeeded"],
        };
        let features = &[Feature::Steps, Feature::Links, Feature::Slots, Feature::SignOffInOffer];
        Self {
            world: RefCell::new(world),
            capabilities: Capabilities::new(CancelScope::AnyRunning, features),
            faults: RefCell::default(),
            calls: RefCell::default(),
        }
    }

    /// The same offer at an API that can do this.
    pub(crate) fn able(self, capabilities: Capabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// The next call of this name fails.
    pub(crate) fn fail_next(&self, call: &'static str, fault: Fault) {
        self.faults.borrow_mut().push((call, fault));
    }

    /// The names of all calls so far.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.calls.borrow().clone()
    }

    /// Does a call, unless it is to fail.
    fn call<T>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut FakeWorld) -> Option<T>,
    ) -> Result<T, CallError> {
        self.calls.borrow_mut().push(name);
        let mut faults = self.faults.borrow_mut();
        let fault = faults.iter().position(|(call, _)| *call == name).map(|at| faults.remove(at).1);
        if let Some(Fault::Refused(trouble)) = fault {
            return Err(error(trouble, name));
        }
        let done = act(&mut self.world.borrow_mut());
        match fault {
            Some(_) => Err(error(Trouble::Passing, name)),
            None => done.ok_or_else(|| error(Trouble::NotFound, name)),
        }
    }

    fn start(&self, name: &'static str, phase: Phase) -> Result<Accepted, CallError> {
        self.call(name, |world| {
            let id = (world.operations.len() + 1).to_string();
            let (words, document) = match phase {
                Phase::Publish => (&world.publish_words, world.draft.clone()),
                Phase::GoLive => (&world.go_live_words, world.preview.clone()?),
            };
            let next = words.iter().copied().collect();
            let operation = Some(operation(&id));
            world.operations.push(FakeOperation {
                id,
                phase,
                status: "notStarted",
                next,
                document,
            });
            Some(Accepted { operation, remark: None })
        })
    }
}

impl FakeWorld {
    /// An operation's next word, and what it brings about.
    fn go_on(&mut self, id: &str) -> Option<&FakeOperation> {
        let at = self.operations.iter().position(|operation| operation.id == id)?;
        let operation = &mut self.operations[at];
        operation.status = operation.next.pop_front().unwrap_or(operation.status);
        let (phase, status, document) =
            (operation.phase, operation.status, operation.document.clone());
        match (phase, status) {
            (Phase::Publish, WAITS | "succeeded") => self.preview = Some(document),
            (Phase::GoLive, "succeeded") => {
                self.production = Some(document);
                // The sign-off is given.
                for publish in self.operations.iter_mut().filter(|one| one.status == WAITS) {
                    publish.status = "succeeded";
                }
            }
            _ => {}
        }
        self.operations.get(at)
    }
}

impl Portal for FakePortal {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn publish(&self, _notify: &[Email]) -> Result<Accepted, CallError> {
        self.start("publish", Phase::Publish)
    }

    async fn go_live(&self, _preview: Option<&str>) -> Result<Accepted, CallError> {
        self.start("go_live", Phase::GoLive)
    }

    async fn cancel(&self, _operation: Option<&Operation>) -> Result<(), CallError> {
        self.call("cancel", |world| {
            let running = |one: &&mut FakeOperation| !Word::new(one.status).state().is_final();
            if let Some(operation) = world.operations.iter_mut().rfind(running) {
                operation.status = "canceled";
                operation.next.clear();
            }
            Some(())
        })
    }

    async fn read_operation(&self, operation: &Operation) -> Result<Looked, CallError> {
        self.call("read_operation", |world| {
            let seen = world.go_on(operation.id())?;
            let view = OperationView {
                id: Some(seen.id.clone()),
                kind: Some(seen.phase.into()),
                status: Word::new(seen.status),
                steps: Vec::new(),
                messages: Vec::new(),
                preview_links: Vec::new(),
                live_links: Vec::new(),
            };
            Some(Looked { view, retry_after: None })
        })
    }

    async fn list_submissions(&self) -> Result<Vec<Submission>, CallError> {
        self.call("list_submissions", |world| {
            let row = |one: &FakeOperation| Submission {
                preview: None,
                id: one.id.clone(),
                operation: Some(operation(&one.id)),
                kind: Some(one.phase.into()),
                started: None,
                status: Word::new(one.status),
                changed: None,
            };
            Some(world.operations.iter().rev().map(row).collect())
        })
    }

    async fn read_offer(&self) -> Result<OfferView, CallError> {
        self.call("read_offer", |world| {
            let newest = world.operations.last().map_or("neverPublished", |one| one.status);
            Some(OfferView {
                status: Word::new(newest),
                steps: Vec::new(),
                messages: Vec::new(),
                preview_links: Vec::new(),
                live_links: Vec::new(),
            })
        })
    }

    async fn read_draft(&self) -> Result<Draft, CallError> {
        self.call("read_draft", |world| Some(document(world.draft.clone())))
    }

    async fn read_slot(&self, slot: Slot) -> Result<Draft, CallError> {
        self.call("read_slot", |world| match slot {
            Slot::Preview => world.preview.clone().map(document),
            Slot::Production => world.production.clone().map(document),
        })
    }

    async fn write_draft(&self, _read: &Draft, body: &Value) -> Result<(), CallError> {
        self.call("write_draft", |world| {
            world.draft = body.clone();
            Some(())
        })
    }

    fn parse_operation(&self, text: &str) -> Result<Operation, Malformed> {
        Ok(operation(text))
    }
}

fn operation(id: &str) -> Operation {
    Operation::listed(id, format!("https://portal.example/operations/{id}"))
}

fn document(body: Value) -> Draft {
    Draft { changed: None, etag: None, body }
}

fn error(trouble: Trouble, name: &str) -> CallError {
    let code = match trouble {
        Trouble::NotFound => Code::OfferNotFound,
        Trouble::Conflict | Trouble::Changed | Trouble::Refused => Code::PortalRefused,
        Trouble::Unreadable => Code::AnswerUnreadable,
        Trouble::Auth => Code::PortalForbidden,
        Trouble::Passing => Code::Unavailable,
    };
    let problem = Problem::new(code, format!("the fake portal has no good answer to {name}"));
    CallError { trouble, problem, retry_after: None }
}
