//! When to look again.

use std::time::Duration;

/// The first wait, and the wait after a change: things tend to happen soon after things happened.
const SHORTEST: Duration = Duration::from_secs(5);

/// The longest wait that the program chooses itself.
const LONGEST: Duration = Duration::from_mins(10);

/// The wait as a part of the time without a change: whoever waited for an hour can wait three
/// minutes more.
const PART_OF_AGE: f64 = 0.05;

/// How far chance moves a wait to either side, so that many offers do not ask in step.
const JITTER: f64 = 0.1;

/// The portal is left alone for no longer than this, whatever it asks for.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(15);

/// The poll schedule of one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Grows with the time without a change.
    Auto,
    /// Always the same.
    Fixed(Duration),
}

impl Schedule {
    /// The time to wait, when nothing changed for `quiet` and the portal asked to be left alone for
    /// `asked_for`; `chance` is drawn evenly from `0.0..1.0`. The API asks its users not to look
    /// more often than every `shortest`; whoever fixes the interval knows why.
    #[must_use]
    pub fn wait(
        self,
        quiet: Duration,
        asked_for: Option<Duration>,
        chance: f64,
        shortest: Duration,
    ) -> Duration {
        let own = match self {
            Self::Fixed(interval) => interval,
            Self::Auto => {
                let grown = quiet.mul_f64(PART_OF_AGE).clamp(SHORTEST, LONGEST);
                grown.mul_f64(1.0 + JITTER * (2.0 * chance.clamp(0.0, 1.0) - 1.0)).max(shortest)
            }
        };
        asked_for.map_or(own, |asked| own.max(asked.min(LONGEST_ASKED_FOR)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn auto(quiet: u64) -> Duration {
        Schedule::Auto.wait(Duration::from_secs(quiet), None, 0.5, Duration::ZERO)
    }

    #[test]
    fn grows_from_five_seconds_to_ten_minutes() {
        let seconds: Vec<u64> =
            [0, 60, 100, 600, 3_600, 6_000, 86_400].map(|quiet| auto(quiet).as_secs()).to_vec();
        assert_eq!(seconds, [5, 5, 5, 30, 180, 300, 600]);
    }

    #[test]
    fn the_portal_s_wish_wins_within_bounds() {
        let wish = |seconds| {
            Schedule::Auto
                .wait(Duration::ZERO, Some(Duration::from_secs(seconds)), 0.5, Duration::ZERO)
                .as_secs()
        };
        assert_eq!((wish(1), wish(60), wish(1_000_000)), (5, 60, 900));
        assert_eq!(
            Schedule::Fixed(Duration::from_secs(1)).wait(Duration::ZERO, None, 0.9, Duration::ZERO),
            Duration::from_secs(1)
        );
    }

    #[test]
    fn an_api_that_asks_for_a_minute_gets_it_unless_the_interval_is_fixed() {
        let minute = Duration::from_mins(1);
        assert_eq!(Schedule::Auto.wait(Duration::ZERO, None, 0.5, minute), minute);
        let second = Duration::from_secs(1);
        assert_eq!(Schedule::Fixed(second).wait(Duration::ZERO, None, 0.5, minute), second);
    }

    proptest! {
        #[test]
        fn never_busy_never_asleep(quiet in any::<u32>(), wish in proptest::option::of(any::<u32>()), chance in 0.0..1.0) {
            let wait = Schedule::Auto.wait(
                Duration::from_secs(quiet.into()), wish.map(|wish| Duration::from_secs(wish.into())), chance, Duration::ZERO);
            prop_assert!(wait >= Duration::from_millis(4_500) && wait <= LONGEST_ASKED_FOR);
        }
    }
}
