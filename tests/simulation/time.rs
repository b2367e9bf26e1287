//! Virtual time: when every future waits, it jumps to whatever is due next. No thread ever sleeps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use offer_release::clock::Clock;

use crate::chance::Chance;

/// The moment at which every world begins: 2026-11-20 12:00:00 UTC.
const BEGINNING: i64 = 1_795_176_000;

type Deed = Box<dyn FnOnce()>;

/// The time of one world, and what is due.
#[derive(Default)]
pub struct Time {
    now: Cell<Duration>,
    due: RefCell<BTreeMap<(Duration, u64), Deed>>,
    next: Cell<u64>,
}

impl Time {
    pub fn now(&self) -> Duration {
        self.now.get()
    }

    /// Does something at this moment, or at once if it has passed. Returns what takes it back.
    pub fn at(&self, when: Duration, deed: impl FnOnce() + 'static) -> (Duration, u64) {
        let key = (when.max(self.now()), self.next.replace(self.next.get() + 1));
        self.due.borrow_mut().insert(key, Box::new(deed));
        key
    }

    /// Jumps to what is due next and does it. False if nothing is due.
    pub fn advance(&self) -> bool {
        let first = self.due.borrow_mut().pop_first();
        let Some(((when, _), deed)) = first else { return false };
        self.now.set(when);
        deed();
        true
    }

    /// Jumps to this moment, and does what is due until then.
    pub fn pass(&self, until: Duration) {
        while self.due.borrow().first_key_value().is_some_and(|((when, _), _)| *when <= until) {
            self.advance();
        }
        self.now.set(until.max(self.now()));
    }

    pub fn sleep(self: &Rc<Self>, duration: Duration) -> Sleep {
        Sleep { time: Rc::clone(self), end: self.now().saturating_add(duration), timer: None }
    }
}

/// A wait of one process; dropped with it.
pub struct Sleep {
    time: Rc<Time>,
    end: Duration,
    timer: Option<(Duration, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.forget();
        if self.time.now() >= self.end {
            return Poll::Ready(());
        }
        let waker: Waker = context.waker().clone();
        self.timer = Some(self.time.at(self.end, move || waker.wake()));
        Poll::Pending
    }
}

impl Sleep {
    fn forget(&mut self) {
        if let Some(key) = self.timer.take() {
            self.time.due.borrow_mut().remove(&key);
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.forget();
    }
}

/// The clock of one process: it counts from the process's start, and its date may be wrong.
pub struct ProcessClock {
    pub time: Rc<Time>,
    pub chance: Rc<Chance>,
    pub started: Duration,
    pub wrong_by: SignedDuration,
}

impl Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        date(self.time.now()).saturating_add(self.wrong_by).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.time.now() - self.started
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(self.time.sleep(duration))
    }

    fn chance(&self) -> f64 {
        self.chance.unit()
    }
}

/// The true date.
pub fn date(now: Duration) -> Timestamp {
    let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
    beginning
        .saturating_add(SignedDuration::try_from(now).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}
