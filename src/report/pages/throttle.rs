//! GitHub's limits, which are those of the token: shared by all pages that are written with it.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::clock::Clock;
use crate::github::{Backoff, Budget, GithubError, NextAttempt, Urgency};

/// The longest pause for all after errors in a row that may come from GitHub as a whole.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// When the next request may be sent; times are those of [`Clock::elapsed`].
#[derive(Debug, Default)]
pub struct Throttle {
    budget: RefCell<Budget>,
    limits: RefCell<Backoff>,
    /// Requests without a useful answer since the last that had one.
    failures: Cell<u32>,
    paused_until: Cell<Duration>,
}

impl Throttle {
    /// Nothing is sent before.
    #[must_use]
    pub fn paused_until(&self) -> Duration {
        self.paused_until.get()
    }

    /// Takes a request's place.
    ///
    /// # Errors
    /// How long to wait before asking for it again.
    pub fn take(&self, now: Duration, urgency: Urgency) -> Result<(), Duration> {
        self.budget.borrow_mut().reserve(now, urgency)
    }

    /// Waits for room for a second request in a row.
    pub async fn wait_for_turn(&self, clock: &dyn Clock) {
        while let Err(wait) = self.take(clock.elapsed(), Urgency::Last) {
            clock.sleep(wait).await;
        }
    }

    /// A request had a useful answer.
    pub fn note_success(&self) {
        self.failures.set(0);
        self.limits.borrow_mut().record_success();
    }

    /// GitHub's rate limit was reached.
    pub fn note_limit(&self, now: Duration, error: &GithubError) {
        if let NextAttempt::Wait(wait) = self.limits.borrow_mut().decide_after(error) {
            self.paused_until.set(now.saturating_add(wait));
        }
    }

    /// A request had no useful answer. The first may be this page's alone; many in a row are
    /// everybody's.
    pub fn note_failure(&self, now: Duration) {
        let failures = self.failures.get();
        let pause = Duration::from_secs(failures.into()).min(LONGEST_PAUSE);
        self.paused_until.set(self.paused_until.get().max(now.saturating_add(pause)));
        self.failures.set(failures.saturating_add(1));
    }
}
