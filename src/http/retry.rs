//! Repeats of what may be repeated: reads and token exchanges. A publish or go-live is never put
//! through here.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use crate::clock::Clock;

/// The longest wait that a server may ask for; a longer one is cut to this, and the server asked
/// again.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How often and how slowly to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first included; 0 counts as 1.
    pub attempts: u32,
    /// Upper end of the first wait; doubled for each further one.
    pub base: Duration,
    /// Upper end of every wait that the server did not ask for.
    pub cap: Duration,
}

impl Retry {
    /// For token exchanges: four waits of together 15 seconds at most.
    pub const TOKEN: Self =
        Self { attempts: 5, base: Duration::from_secs(1), cap: Duration::from_secs(20) };
}

/// Whether a failed attempt is worth another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It would fail the same way.
    Never,
    /// After the usual backoff.
    Soon,
    /// After what the server asked for (`Retry-After`), at least.
    After(Duration),
}

/// An error that knows whether another attempt may help.
pub trait Repeatable {
    /// Says whether to try again.
    fn again(&self) -> Again;
}

/// Attempts until one succeeds, cannot succeed, or the policy or the deadline (of
/// [`Clock::elapsed`]) is reached; then returns the last error. Waits are drawn evenly from zero to
/// the exponential backoff ("full jitter", so that jobs that failed together do not come back
/// together). `observe` is told of every error that is followed by another attempt, with the wait
/// before it and the number of the attempt that failed, from 1.
///
/// # Errors
/// The error of the last attempt.
pub async fn repeat<T, E: Repeatable>(
    clock: &dyn Clock,
    policy: Retry,
    deadline: Option<Duration>,
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
    mut observe: impl FnMut(&E, Duration, u32),
) -> Result<T, E> {
    // The loop is our own because backon's demands a `'static` sleeper and `Send` delays, which an
    // injected clock is not.
    let mut waits = ExponentialBuilder::new()
        .with_min_delay(policy.base)
        .with_max_delay(policy.cap)
        .with_max_times(usize::try_from(policy.attempts.saturating_sub(1)).unwrap_or(usize::MAX))
        .build();
    let mut number = 0_u32;
    loop {
        let error = match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        number = number.saturating_add(1);
        let again = error.again();
        let Some(backoff) = waits.next() else { return Err(error) };
        let jittered = backoff.min(policy.cap).mul_f64(clock.chance().clamp(0.0, 1.0));
        let wait = match again {
            Again::Never => return Err(error),
            Again::Soon => jittered,
            // The jitter comes on top: asked to come back in a minute, all jobs would come back in
            // the same second.
            Again::After(asked) => asked.min(LONGEST_WAIT).saturating_add(jittered),
        };
        if deadline.is_some_and(|deadline| clock.elapsed().saturating_add(wait) > deadline) {
            return Err(error);
        }
        observe(&error, wait, number);
        clock.sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;
    use crate::http::testing::{FakeClock, block_on};

    #[derive(Debug, PartialEq, Eq)]
    struct Failed(Again);

    impl Repeatable for Failed {
        fn again(&self) -> Again {
            self.0
        }
    }

    const POLICY: Retry =
        Retry { attempts: 5, base: Duration::from_secs(1), cap: Duration::from_secs(5) };

    /// Runs the scripted failures, then success; returns the result and what was observed.
    fn run(
        clock: &FakeClock,
        policy: Retry,
        deadline: Option<Duration>,
        failures: &[Again],
    ) -> (Result<u32, Failed>, Vec<(Duration, u32)>) {
        let mut script: VecDeque<_> = failures.iter().copied().collect();
        let mut tries = 0;
        let mut seen = Vec::new();
        let result = block_on(repeat(
            clock,
            policy,
            deadline,
            async || {
                tries += 1;
                script.pop_front().map_or(Ok(tries), |again| Err(Failed(again)))
            },
            |_, wait, number| seen.push((wait, number)),
        ));
        (result, seen)
    }

    #[test]
    fn waits_double_up_to_the_cap_and_are_scaled_by_chance() {
        let clock = FakeClock::with_chance(0.5);
        let (result, seen) = run(&clock, POLICY, None, &[Again::Soon; 4]);
        assert_eq!(result, Ok(5));
        let millis: Vec<_> =
            seen.iter().map(|(wait, number)| (wait.as_millis(), *number)).collect();
        assert_eq!(millis, [(500, 1), (1000, 2), (2000, 3), (2500, 4)]);
        assert_eq!(clock.slept(), [500, 1000, 2000, 2500].map(Duration::from_millis));
    }

    #[test]
    fn the_first_wait_keeps_to_the_cap_too() {
        let clock = FakeClock::with_chance(1.0);
        let policy =
            Retry { attempts: 2, base: Duration::from_secs(9), cap: Duration::from_secs(2) };
        let (_, seen) = run(&clock, policy, None, &[Again::Soon]);
        assert_eq!(seen, [(Duration::from_secs(2), 1)]);
    }

    #[test]
    fn gives_up_after_the_last_attempt_without_sleeping() {
        let clock = FakeClock::with_chance(0.5);
        let (result, seen) = run(&clock, POLICY, None, &[Again::Soon; 9]);
        assert_eq!(result, Err(Failed(Again::Soon)));
        assert_eq!(seen.len(), 4);
        assert_eq!(clock.slept().len(), 4);
    }

    #[test]
    fn what_cannot_succeed_is_not_repeated() {
        let clock = FakeClock::with_chance(0.5);
        let (result, seen) = run(&clock, POLICY, None, &[Again::Soon, Again::Never]);
        assert_eq!(result, Err(Failed(Again::Never)));
        assert_eq!(seen.len(), 1);
    }

    #[test]
    fn the_servers_wish_is_met_but_bounded() {
        let clock = FakeClock::with_chance(0.0);
        let (_, seen) = run(
            &clock,
            POLICY,
            None,
            &[Again::After(Duration::from_secs(42)), Again::After(Duration::from_hours(9))],
        );
        assert_eq!(seen, [(Duration::from_secs(42), 1), (Duration::from_mins(15), 2)]);
    }

    #[test]
    fn never_sleeps_past_the_deadline() {
        let clock = FakeClock::with_chance(0.0);
        let deadline = Some(Duration::from_mins(1));
        let (result, _) = run(&clock, POLICY, deadline, &[Again::After(Duration::from_secs(61))]);
        assert_eq!(result, Err(Failed(Again::After(Duration::from_secs(61)))));
        assert!(clock.slept().is_empty());
        let (result, _) = run(&clock, POLICY, deadline, &[Again::After(Duration::from_mins(1))]);
        assert_eq!(result, Ok(2));
    }

    #[test]
    fn no_attempts_count_as_one() {
        let clock = FakeClock::with_chance(0.5);
        let (result, _) = run(&clock, Retry { attempts: 0, ..POLICY }, None, &[]);
        assert_eq!(result, Ok(1));
    }

    fn any_again() -> impl Strategy<Value = Again> {
        prop_oneof![
            1 => Just(Again::Never),
            3 => Just(Again::Soon),
            2 => (0_u64..200_000).prop_map(|s| Again::After(Duration::from_secs(s))),
        ]
    }

    proptest! {
        #[test]
        fn keeps_its_bounds_whatever_fails(
            failures in prop::collection::vec(any_again(), 0..12),
            attempts in 0_u32..8,
            base in 0_u64..100_000,
            cap in 0_u64..100_000,
            chance in 0.0..1.0_f64,
            deadline in prop::option::of(0_u64..4_000),
        ) {
            let clock = FakeClock::with_chance(chance);
            let (base, cap) = (Duration::from_millis(base), Duration::from_millis(cap));
            let policy = Retry { attempts, base, cap };
            let deadline = deadline.map(Duration::from_secs);
            let (_, seen) = run(&clock, policy, deadline, &failures);
            prop_assert!(seen.len() < usize::try_from(attempts.max(1)).unwrap());
            prop_assert!(seen.iter().all(|(wait, _)| *wait <= LONGEST_WAIT + policy.cap));
            if let Some(deadline) = deadline {
                prop_assert!(clock.total_slept() <= deadline);
            }
        }
    }
}
