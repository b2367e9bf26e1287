//! The simulator's own time: it starts at a date and runs `time-scale` times as fast as the
//! machine's.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Simulated time. It never ticks by itself: every answer asks how late it is.
#[derive(Debug)]
pub struct SimulatedClock {
    started: Instant,
    start: Timestamp,
    scale: f64,
    skipped: Mutex<SignedDuration>,
}

#[expect(clippy::disallowed_methods, reason = "the simulator has a clock of its own")]
impl SimulatedClock {
    /// A clock that shows `start` now, or the machine's date.
    pub fn new(start: Option<Timestamp>, scale: f64) -> Self {
        Self {
            started: Instant::now(),
            start: start.unwrap_or_else(Timestamp::now),
            scale,
            skipped: Mutex::new(SignedDuration::ZERO),
        }
    }

    /// Waits in the machine's time: what a network does is not sped up.
    pub async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl SimulatedClock {
    /// The date at which the simulation began.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The simulated date at this moment.
    pub fn now(&self) -> Timestamp {
        let passed = self.started.elapsed().as_secs_f64() * self.scale;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::MAX);
        add_time(
            self.start,
            passed.saturating_add(*self.skipped.lock().unwrap_or_else(PoisonError::into_inner)),
        )
    }

    /// Lets time jump ahead.
    pub fn skip(&self, by: SignedDuration) {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        *skipped = skipped.saturating_add(by);
    }
}

/// `by` after `time`, at most the end of time.
pub fn add_time(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The time that was so much earlier; the earliest that there is, if that is too early.
pub fn subtract_time(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_as_fast_as_it_is_told_and_can_be_skipped() {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = SimulatedClock::new(Some(start), 100_000.0);
        std::thread::sleep(Duration::from_millis(20));
        assert!(clock.now().duration_since(start) >= SignedDuration::from_secs(2000));
        clock.skip(SignedDuration::from_hours(48));
        assert!(clock.now().duration_since(start) >= SignedDuration::from_hours(48));
    }
}
