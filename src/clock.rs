//! Time and chance. Both are injected, so that a rehearsal can compress days into seconds and one
//! seed can replay one run.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

/// The only source of time, waiting and randomness.
pub trait Clock {
    /// The date and time of day, for reports.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never goes back, whatever happens to the date.
    fn elapsed(&self) -> Duration;

    /// Waits for so long, in the clock's own time.
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()>;

    /// A number drawn evenly from `0.0..1.0`, for jitter.
    fn chance(&self) -> f64;

    /// How much faster than the time of whoever watches this clock runs; only what is drawn for
    /// them needs to know.
    fn speed(&self) -> f64 {
        1.0
    }
}

/// The machine's clock, which may run faster than the machine's: a rehearsal's days pass in
/// seconds.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: std::time::Instant,
    start_date: Timestamp,
    speed: f64,
}

impl SystemClock {
    /// A clock that runs `speed` times as fast as the machine's; 1 outside rehearsals.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock that all others ask")]
    pub fn new(speed: f64) -> Self {
        Self { start: std::time::Instant::now(), start_date: Timestamp::now(), speed }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let passed =
            jiff::SignedDuration::try_from(self.elapsed()).unwrap_or(jiff::SignedDuration::MAX);
        self.start_date.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed().mul_f64(self.speed)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock that all others ask")]
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration.div_f64(self.speed)))
    }

    fn chance(&self) -> f64 {
        fastrand::f64()
    }

    fn speed(&self) -> f64 {
        self.speed
    }
}

/// Virtual time for tests: when the future under test waits, time jumps to the earliest wait.
#[cfg(test)]
pub(crate) mod testing {
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
}
