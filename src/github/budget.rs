//! How often this program may write to GitHub. The limits are kept from our side, because a refused
//! request comes late, and GitHub may ban a client that goes on while it is refused.
//!
//! GitHub allows about 80 requests a minute and 500 an hour that create content, and asks for one
//! at a time and a second between two ("Rate limits for the REST API", "Best practices for using
//! the REST API"). The token's limits are shared by all jobs of a repository, so a little is left
//! over.

use std::collections::VecDeque;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

const A_MINUTE: usize = 75;
const AN_HOUR: usize = 480;

/// How much a request matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// How it goes; leaves room within the hour for so many requests that say how it ended.
    Progress {
        /// Pages whose end is still to be written.
        open: usize,
    },
    /// It says how the release of an offer ended.
    End,
    /// How it ended, in a process that is about to end too: not even the second between two is
    /// waited for.
    Last,
}

/// What was written within the last hour, as times on a clock that never goes back.
#[derive(Debug, Default)]
pub struct Budget {
    written: VecDeque<Duration>,
}

impl Budget {
    /// Reserves one request, now.
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn reserve(&mut self, now: Duration, urgency: Urgency) -> Result<(), Duration> {
        while self.written.front().is_some_and(|at| now.saturating_sub(*at) >= HOUR) {
            self.written.pop_front();
        }
        let (gap, an_hour) = match urgency {
            // However many offers there are, half of the hour is for showing that anything moves.
            Urgency::Progress { open } => (1, AN_HOUR - open.min(AN_HOUR / 2)),
            Urgency::End => (1, AN_HOUR),
            Urgency::Last => (0, AN_HOUR),
        };
        let spaced = self.wait_until_fewer_than(gap, SECOND, now);
        let wait = spaced
            .max(self.wait_until_fewer_than(A_MINUTE, MINUTE, now))
            .max(self.wait_until_fewer_than(an_hour, HOUR, now));
        if wait > Duration::ZERO {
            return Err(wait);
        }
        self.written.push_back(now);
        Ok(())
    }

    /// How long until fewer than so many were written within this span; no limit if none may be
    /// written at all.
    fn wait_until_fewer_than(&self, most: usize, span: Duration, now: Duration) -> Duration {
        let Some(oldest) =
            most.checked_sub(1).and_then(|others| self.written.iter().rev().nth(others))
        else {
            return Duration::ZERO;
        };
        (*oldest + span).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many can be written within this time by one who always waits as long as told.
    fn written_within(time: Duration, urgency: Urgency) -> usize {
        let (mut budget, mut now, mut count) = (Budget::default(), Duration::ZERO, 0);
        while now < time {
            match budget.reserve(now, urgency) {
                Ok(()) => count += 1,
                Err(wait) => now += wait,
            }
        }
        count
    }

    #[test]
    fn a_second_lies_between_two_but_for_the_last() {
        let progress = Urgency::Progress { open: 1 };
        assert_eq!(written_within(10 * SECOND, progress), 10);
        assert_eq!(written_within(10 * SECOND, Urgency::End), 10);
        assert_eq!(written_within(10 * SECOND, Urgency::Last), A_MINUTE);
        let mut budget = Budget::default();
        assert_eq!(budget.reserve(SECOND, progress), Ok(()));
        assert_eq!(budget.reserve(SECOND + SECOND / 4, progress), Err(SECOND * 3 / 4));
        assert_eq!(budget.reserve(SECOND + SECOND / 4, Urgency::Last), Ok(()));
    }

    #[test]
    fn githubs_limits_hold_whatever_the_hurry() {
        for urgency in [Urgency::Progress { open: 0 }, Urgency::End, Urgency::Last] {
            assert!(written_within(MINUTE, urgency) <= A_MINUTE);
            assert_eq!(written_within(HOUR, urgency), AN_HOUR);
            assert_eq!(written_within(2 * HOUR, urgency), 2 * AN_HOUR);
        }
    }

    #[test]
    fn the_ends_of_256_offers_fit_into_the_hour_of_their_beginnings() {
        let mut budget = Budget::default();
        let mut now = Duration::ZERO;
        let open = Urgency::Progress { open: 256 };
        while now < HOUR / 2 {
            now += budget.reserve(now, open).err().unwrap_or_default().min(MINUTE);
        }
        assert_eq!(budget.written.len(), AN_HOUR / 2);
        let ends = (0..AN_HOUR / 2).filter(|_| {
            now += SECOND;
            budget.reserve(now, Urgency::End).is_ok()
        });
        assert_eq!(ends.count(), AN_HOUR / 2);
    }
}
