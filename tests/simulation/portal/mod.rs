//! The portal of one world, written from its documentation: it shares nothing with the program's
//! own client or simulator.

pub mod dialect;
pub mod offer;
pub mod operation;
mod render;
mod routes;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::chance::Chance;
use crate::extra::Extra;
use crate::plan::Plan;
use dialect::Dialect;
use offer::{Offer, OldRow};
use operation::{By, Kind, Operation, Stage};
pub use render::HOSTILE;
pub use routes::Answer;

pub const ORIGIN: &str = "https://cloudpartner.azure.com";
pub const PUBLISHER: &str = "contoso";

/// The portal and its offers.
pub struct Portal {
    pub chance: Rc<Chance>,
    pub plan: Plan,
    pub dialect: Dialect,
    pub offers: RefCell<Vec<Offer>>,
}

/// Something that the oracle has to know.
#[derive(Debug, Clone)]
pub enum Deed {
    /// An operation was created.
    Created { offer: usize, operation: usize },
    /// A cancel was accepted.
    CancelAccepted { offer: usize, operation: Option<usize> },
}

impl Portal {
    pub fn new(chance: Rc<Chance>, plan: Plan) -> Self {
        let dialect = Dialect::draw(&chance, &plan);
        let offers = (0..plan.offers).map(|index| Offer::draw(&chance, &plan, index)).collect();
        Self { chance, plan, dialect, offers: RefCell::new(offers) }
    }

    /// Starts an operation, if nothing is in the way; otherwise the one that is.
    pub fn start(
        &self,
        offer: usize,
        kind: Kind,
        by: By,
        now: Duration,
        calm: bool,
    ) -> Result<usize, Refusal> {
        let offer = &mut self.offers.borrow_mut()[offer];
        if let Some(busy) = offer.busy(now) {
            return Err(Refusal::Busy(busy));
        }
        let loose = self.plan.has(Extra::LooseGoLive);
        if kind == Kind::GoLive && !loose && !offer.at_sign_off(now) {
            return Err(Refusal::NotAtSignOff);
        }
        let destiny = operation::destiny(&self.chance, &self.plan, kind, now, calm);
        Ok(offer.begin(destiny, by, self.dialect.publish_touches_draft, now, &self.chance))
    }

    /// Cancels what runs or waits, after its time; not what ended meanwhile.
    pub fn cancel(&self, offer: usize, now: Duration) -> Option<usize> {
        let offer = &mut self.offers.borrow_mut()[offer];
        let takes = if self.dialect.cancel_is_synchronous {
            Duration::ZERO
        } else {
            self.dialect.cancel_takes
        };
        let at = now + takes;
        let operation = offer.operations.iter_mut().rev().find(|one| !one.is_gone(now))?;
        if operation.stage(now).is_final() || operation.stage(at).is_final() {
            return None;
        }
        operation.becomes(at, Stage::Canceled);
        let number = operation.number;
        if self.plan.has(Extra::OldRows) && self.dialect.row_kinds {
            let changed = i64::try_from(now.as_secs()).unwrap_or_default();
            let id = format!("{changed:08x}-0000-1000-0000-0000000000cc");
            offer.old_rows.push(OldRow { id, kind: "cancel", word: "complete", changed });
        }
        Some(number)
    }
}

/// Why nothing was started.
#[derive(Debug, Clone, Copy)]
pub enum Refusal {
    Busy(usize),
    NotAtSignOff,
}

/// The newest first.
pub fn newest(operations: &[Operation], now: Duration) -> impl Iterator<Item = &Operation> {
    operations.iter().rev().filter(move |one| one.created() <= now && !one.is_gone(now))
}
