//! `Retry-After` (RFC 9110, 10.2.3): seconds, or a date in any of the three forms of HTTP.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

/// No service means more than a day; who says so is not believed, and the caller's own backoff is
/// used.
const LONGEST: Duration = Duration::from_hours(24);

/// The obsolete date forms that a recipient must still accept (RFC 9110, 5.6.7): RFC 850 and C's
/// `asctime`.
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// How long the answer with these headers asks to wait; `None` if it does not say, or not
/// believably.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    parse(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// Reads one value of `Retry-After`. A date that has passed is no wait at all.
fn parse(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim_matches([' ', '\t']);
    let wait = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        Duration::from_secs(value.parse().ok()?)
    } else {
        let wait = parse_date(value)?.duration_since(now);
        if wait.is_negative() { Duration::ZERO } else { wait.unsigned_abs() }
    };
    (wait <= LONGEST).then_some(wait)
}

fn parse_date(value: &str) -> Option<Timestamp> {
    // The weekday adds nothing, and servers get it wrong.
    if let Ok(date) = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value) {
        return Some(date);
    }
    OBSOLETE.iter().find_map(|form| {
        let date = BrokenDownTime::parse(form, value).ok()?.to_datetime().ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The moment of RFC 9110's own examples, less two minutes.
    fn now() -> Timestamp {
        "1994-11-06T08:47:37Z".parse().unwrap()
    }

    #[test]
    fn seconds_and_all_three_forms_of_dates() {
        assert_eq!(parse("120", now()), Some(Duration::from_mins(2)));
        assert_eq!(parse(" 0 ", now()), Some(Duration::ZERO));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(date, now()), Some(Duration::from_mins(2)), "{date}");
        }
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        assert_eq!(parse("Sun, 06 Nov 1994 08:40:00 GMT", now()), Some(Duration::ZERO));
    }

    #[test]
    fn what_cannot_be_meant_is_ignored() {
        for hostile in [
            "",
            " ",
            "-1",
            "+5",
            "1.5",
            "1e3",
            "0x10",
            "soon",
            "86401",
            "99999999999999999999999",
            "18446744073709551615",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "١٢٠",
            "120, 60",
            "120s",
        ] {
            assert_eq!(parse(hostile, now()), None, "{hostile:?}");
        }
    }

    #[test]
    fn header_may_be_missing_or_not_text() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers, now()), None);
        headers.insert(RETRY_AFTER, http::HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(retry_after(&headers, now()), None);
        headers.insert(RETRY_AFTER, http::HeaderValue::from_static("7"));
        assert_eq!(retry_after(&headers, now()), Some(Duration::from_secs(7)));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_exceeds_a_day(
            value in ".{0,60}",
            second in -377_705_023_201_i64..253_402_207_200,
        ) {
            let wait = parse(&value, Timestamp::from_second(second).unwrap());
            prop_assert!(wait.is_none_or(|wait| wait <= LONGEST));
        }

        #[test]
        fn seconds_are_read_exactly(seconds in 0_u64..=86_400) {
            prop_assert_eq!(parse(&seconds.to_string(), now()), Some(Duration::from_secs(seconds)));
        }

        #[test]
        fn dates_are_read_exactly(seconds in 0_i64..=86_400) {
            let date = now() + jiff::SignedDuration::from_secs(seconds);
            let wait = Some(Duration::from_secs(seconds.unsigned_abs()));
            for form in ["%a, %d %b %Y %H:%M:%S GMT", OBSOLETE[0], OBSOLETE[1]] {
                prop_assert_eq!(parse(&date.strftime(form).to_string(), now()), wait, "{}", form);
            }
        }
    }
}
