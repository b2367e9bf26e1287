//! Virtual time for tests: when the future under test waits, time jumps to the earliest wait.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

use super::Clock;

/// A clock that only [`VirtualClock::run`] moves.
#[derive(Default)]
pub(crate) struct VirtualClock {
    elapsed: Cell<Duration>,
    due: RefCell<Vec<Duration>>,
}

impl VirtualClock {
    /// Runs a future that waits for nothing but this clock.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            self.due.borrow_mut().clear();
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            let next = self.due.borrow().iter().min().copied();
            self.elapsed.set(next.expect("the future waits for something that never comes"));
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + self.elapsed.get()
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        let end = self.elapsed.get().saturating_add(duration);
        Box::pin(poll_fn(move |_| {
            if self.elapsed.get() >= end {
                return Poll::Ready(());
            }
            self.due.borrow_mut().push(end);
            Poll::Pending
        }))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
