//! When to try again after an error, so that reports neither pester GitHub nor stop for good
//! because of one hiccup.

use std::time::Duration;

use super::GithubError;

/// The first wait after GitHub was not available.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// The longest wait; a check run that is ten minutes late is still worth having.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// A rate limit resets within the hour.
const LONGEST_LIMIT: Duration = Duration::from_hours(1);

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// Send nothing for so long; then send what is true by then.
    Wait(Duration),
    /// GitHub will never accept this content: send less of it, or the next.
    LeaveOut,
    /// Nothing of this kind can be written in this run.
    GiveUp,
}

/// Counts the errors since the last success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backoff {
    errors: u32,
}

impl Backoff {
    /// A call succeeded: the next failure begins with the shortest wait again.
    pub fn record_success(&mut self) {
        self.errors = 0;
    }

    /// A call failed: decides whether to try again, and when.
    pub fn decide_after(&mut self, error: &GithubError) -> NextAttempt {
        let doubled = |first: Duration| {
            first.saturating_mul(1_u32.checked_shl(self.errors.min(16)).unwrap_or(u32::MAX))
        };
        let next = match error {
            // What is gone was replaced once before anyone asks here.
            GithubError::NotPermitted(_) | GithubError::Gone(_) => NextAttempt::GiveUp,
            GithubError::Invalid(_) | GithubError::NotOurs(_) => return NextAttempt::LeaveOut,
            GithubError::Unavailable(_) => NextAttempt::Wait(doubled(FIRST_WAIT).min(LONGEST_WAIT)),
            // Who runs into the limit again right after the wait has to wait longer, or GitHub bans
            // the whole integration.
            GithubError::RateLimited { retry_after, .. } => NextAttempt::Wait(
                doubled((*retry_after).max(Duration::from_secs(1))).min(LONGEST_LIMIT),
            ),
        };
        self.errors = self.errors.saturating_add(1);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::GithubResource;

    #[test]
    fn backs_off_and_recovers() {
        let mut backoff = Backoff::default();
        let down = GithubError::Unavailable(GithubResource::CheckRun.says(""));
        let waits: Vec<_> = (0..9).map(|_| backoff.decide_after(&down)).collect();
        assert_eq!(
            waits,
            [5, 10, 20, 40, 80, 160, 320, 600, 600]
                .map(|s| NextAttempt::Wait(Duration::from_secs(s)))
        );
        assert_eq!(
            backoff.decide_after(&GithubError::Invalid(GithubResource::CheckRun.says(""))),
            NextAttempt::LeaveOut
        );
        backoff.record_success();
        assert_eq!(backoff.decide_after(&down), NextAttempt::Wait(FIRST_WAIT));
        assert_eq!(
            backoff.decide_after(&GithubError::NotPermitted(GithubResource::CheckRun.says(""))),
            NextAttempt::GiveUp
        );
    }

    #[test]
    fn waits_as_long_as_the_limit_says_and_longer_the_second_time() {
        let mut backoff = Backoff::default();
        let limit = |seconds| GithubError::RateLimited {
            retry_after: Duration::from_secs(seconds),
            message: String::new(),
        };
        assert_eq!(backoff.decide_after(&limit(90)), NextAttempt::Wait(Duration::from_secs(90)));
        assert_eq!(backoff.decide_after(&limit(90)), NextAttempt::Wait(Duration::from_mins(3)));
        assert_eq!(backoff.decide_after(&limit(9_000)), NextAttempt::Wait(LONGEST_LIMIT));
        for _ in 0..99 {
            backoff.decide_after(&limit(0));
        }
        assert_eq!(backoff.decide_after(&limit(0)), NextAttempt::Wait(LONGEST_LIMIT));
    }
}
