//! The portal of one world, written from its documentation: it shares nothing with the program's
//! own client or simulator.

pub mod dialect;
pub mod ingestion;
pub mod offer;
pub mod operation;
mod render;
mod routes;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::chance::Chance;
use crate::extra::Extra;
use crate::plan::Plan;
use dialect::Dialect;
use offer::{Content, Offer, OldRow};
use operation::{By, Kind, Operation, Stage};
pub use render::{HOSTILE, WANTED};
pub use routes::Answer;

pub const ORIGIN: &str = "https://cloudpartner.azure.com";
pub const PUBLISHER: &str = "contoso";

/// The portal and its offers.
pub struct Portal {
    pub chance: Rc<Chance>,
    pub plan: Plan,
    pub dialect: Dialect,
    pub offers: RefCell<Vec<Offer>>,
    pub failed_jobs: RefCell<Vec<ingestion::FailedJob>>,
}

/// Something that the oracle has to know.
#[derive(Debug, Clone)]
pub enum Deed {
    /// An operation was created.
    Created { offer: usize, operation: usize },
    /// A draft was shown.
    Read { offer: usize, content: Content },
    /// A draft was written.
    Written { offer: usize, content: Content, lost: Vec<String> },
    /// A cancel was accepted.
    CancelAccepted { offer: usize, operation: Option<usize> },
}

impl Portal {
    pub fn new(chance: Rc<Chance>, plan: Plan) -> Self {
        let dialect = Dialect::draw(&chance, &plan);
        let offers = (0..plan.offers).map(|index| Offer::draw(&chance, &plan, index)).collect();
        Self {
            chance,
            plan,
            dialect,
            offers: RefCell::new(offers),
            failed_jobs: RefCell::default(),
        }
    }

    /// Where this world's offers are released.
    pub fn origin(&self) -> &'static str {
        if self.plan.has(Extra::Ingestion) { ingestion::ORIGIN } else { ORIGIN }
    }

    /// What preview and live hold can be read, as far as they show anything by now.
    pub fn tells_content(&self, offer: &Offer, now: Duration) -> bool {
        let at = now.saturating_sub(self.dialect.slot_lag);
        let shown = offer.preview_content(at).is_some() || offer.live_content(at).is_some();
        let readable = self.dialect.slots == dialect::Slots::Readable;
        shown && (self.plan.has(Extra::Ingestion) || readable)
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
        // A portal that is loose about the sign-off still needs something to take live.
        let ready = offer.at_sign_off(now) || (loose && offer.preview(now).is_some());
        if kind == Kind::GoLive && !ready {
            return Err(Refusal::NotAtSignOff);
        }
        let destiny = operation::destiny(&self.chance, &self.plan, kind, now, calm);
        Ok(offer.begin(destiny, by, self.dialect.publish_touches_draft, now, &self.chance))
    }

    /// Replaces the draft, if that can be done.
    pub fn write(
        &self,
        index: usize,
        body: Option<&[u8]>,
        matches: Option<&str>,
        now: Duration,
    ) -> (Answer, Option<Deed>) {
        let offer = &mut self.offers.borrow_mut()[index];
        let body: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
        let Some((content, lost)) = body.as_ref().and_then(|body| render::read(&offer.id, body))
        else {
            return (Answer::error(400, "BadRequest"), None);
        };
        let etag = self.etag(offer, now);
        match matches {
            None => return (Answer::error(409, "InvalidResourceId"), None),
            Some("*") => {}
            Some(named) if Some(named) == etag.as_deref() => {}
            Some(_) => return (Answer::error(412, "PreconditionFailed"), None),
        }
        if self.dialect.locks_draft && offer.busy(now).is_some() {
            return (Answer::error(409, "OperationInProgress"), None);
        }
        if self.chance.per_mille(self.dialect.conflicts) {
            let error = "snapshot() resulted in an internal conflict! Retry is OK.";
            let variant = json!({ "serviceName": "Variant", "error": error });
            return (Answer::json(500, json!({ "Variant": variant })), None);
        }
        offer.write_draft(now, content);
        let mut answer = Answer::json(200, self.draft_json(offer, now));
        answer.headers.extend(self.etag(offer, now).map(|etag| ("etag", etag)));
        (answer, Some(Deed::Written { offer: index, content, lost }))
    }

    /// What names this state of the draft, where the portal says so.
    pub fn etag(&self, offer: &Offer, now: Duration) -> Option<String> {
        let changes = offer.drafts.iter().filter(|(at, _)| *at <= now).count();
        self.dialect.etags.then(|| format!("W/\"datetime'{changes}'\""))
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
