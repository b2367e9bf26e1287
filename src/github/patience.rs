//! When to try again after an error, so that reports neither pester GitHub nor stop for good
//! because of one hiccup.

use std::time::Duration;

use super::CheckRunError;

/// The first wait after GitHub was not available.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// The longest wait; a check run that is ten minutes late is still worth having.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// A rate limit resets within the hour.
const LONGEST_LIMIT: Duration = Duration::from_hours(1);

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send nothing for so long; then send what is true by then.
    Wait(Duration),
    /// This content will never be accepted: drop it, and go on with the next.
    Drop,
    /// No check run in this run of ours.
    GiveUp,
}

/// Counts the errors since the last success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patience {
    errors: u32,
}

impl Patience {
    /// A call succeeded.
    pub fn succeeded(&mut self) {
        self.errors = 0;
    }

    /// A call failed.
    pub fn failed(&mut self, error: &CheckRunError) -> Verdict {
        let doubled = |first: Duration| {
            first.saturating_mul(1_u32.checked_shl(self.errors.min(16)).unwrap_or(u32::MAX))
        };
        let verdict = match error {
            // What is gone was replaced once before anyone asks here.
            CheckRunError::NotPermitted(_) | CheckRunError::Gone(_) => Verdict::GiveUp,
            CheckRunError::Invalid(_) | CheckRunError::NotOurs(_) => return Verdict::Drop,
            CheckRunError::Unavailable(_) => Verdict::Wait(doubled(FIRST_WAIT).min(LONGEST_WAIT)),
            // Who runs into the limit again right after the wait has to wait longer, or GitHub bans
            // the whole integration.
            CheckRunError::RateLimited { retry_after, .. } => Verdict::Wait(
                doubled((*retry_after).max(Duration::from_secs(1))).min(LONGEST_LIMIT),
            ),
        };
        self.errors = self.errors.saturating_add(1);
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backs_off_and_recovers() {
        let mut patience = Patience::default();
        let down = CheckRunError::Unavailable(String::new());
        let waits: Vec<_> = (0..9).map(|_| patience.failed(&down)).collect();
        assert_eq!(
            waits,
            [5, 10, 20, 40, 80, 160, 320, 600, 600].map(|s| Verdict::Wait(Duration::from_secs(s)))
        );
        assert_eq!(patience.failed(&CheckRunError::Invalid(String::new())), Verdict::Drop);
        patience.succeeded();
        assert_eq!(patience.failed(&down), Verdict::Wait(FIRST_WAIT));
        assert_eq!(patience.failed(&CheckRunError::NotPermitted(String::new())), Verdict::GiveUp);
    }

    #[test]
    fn waits_as_long_as_the_limit_says_and_longer_the_second_time() {
        let mut patience = Patience::default();
        let limit = |seconds| CheckRunError::RateLimited {
            retry_after: Duration::from_secs(seconds),
            message: String::new(),
        };
        assert_eq!(patience.failed(&limit(90)), Verdict::Wait(Duration::from_secs(90)));
        assert_eq!(patience.failed(&limit(90)), Verdict::Wait(Duration::from_mins(3)));
        assert_eq!(patience.failed(&limit(9_000)), Verdict::Wait(LONGEST_LIMIT));
        for _ in 0..99 {
            patience.failed(&limit(0));
        }
        assert_eq!(patience.failed(&limit(0)), Verdict::Wait(LONGEST_LIMIT));
    }
}
