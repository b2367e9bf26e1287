//! Time and chance. Both are injected, so that a rehearsal can compress days into seconds and one
//! seed can replay one run.

#[cfg(test)]
pub(crate) mod testing;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;

/// The only source of time, waiting and randomness.
pub trait Clock {
    /// The date and time of day, for reports.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never goes back, whatever happens to the date.
    fn elapsed(&self) -> Duration;

    /// Waits.
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
