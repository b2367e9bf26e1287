//! The portal's estimates, such as `< 15 min`, `< 5 day` and `~2-5 days`, which are texts for
//! people.

use jiff::SignedDuration;

/// An estimate above this is none that anyone counts on, and a chart of it would show nothing else.
const MOST: i64 = 366 * 86_400;

/// The longest time that the estimate allows for; `None` if it does not read like one.
#[must_use]
pub fn read_longest(estimate: &str) -> Option<SignedDuration> {
    let mut longest: Option<i64> = None;
    let mut number: Option<i64> = None;
    let part = |c: char| {
        if c.is_ascii_digit() {
            'd'
        } else if c.is_alphabetic() {
            'a'
        } else {
            ' '
        }
    };
    let mut rest = estimate;
    while let Some(first) = rest.chars().next() {
        let kind = part(first);
        let end = rest.find(|c: char| part(c) != kind).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        match kind {
            'd' => number = word.parse().ok().filter(|number| (1..=10_000).contains(number)),
            'a' => {
                if let (Some(count), Some(unit)) = (number, read_unit(word)) {
                    longest = longest.max(Some(count * unit));
                    number = None;
                }
            }
            _ => {}
        }
    }
    longest.filter(|seconds| *seconds <= MOST).map(SignedDuration::from_secs)
}

/// Seconds of a unit.
fn read_unit(word: &str) -> Option<i64> {
    Some(match word.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 7 * 86_400,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_number_counts() {
        for (estimate, seconds) in [
            ("< 15 min", Some(900)),
            ("<15min", Some(900)),
            ("< 5 day", Some(432_000)),
            ("~2-5 days", Some(432_000)),
            ("30 minutes to 2 hours", Some(7_200)),
            ("1 Week", Some(604_800)),
            ("soon", None),
            ("5", None),
            ("", None),
            ("99999999999999999999 days", None),
            ("52 weeks", Some(31_449_600)),
            ("53 weeks", None),
            ("-", None),
        ] {
            assert_eq!(
                read_longest(estimate),
                seconds.map(SignedDuration::from_secs),
                "{estimate}"
            );
        }
    }
}
