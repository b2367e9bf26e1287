//! Lengths of time as people write them.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::de::{Deserialize, Deserializer};

use super::text::parse_text;

/// A length of time such as `15m`, `2d` or `1d 12h`; a day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LengthOfTime(pub SignedDuration);

impl LengthOfTime {
    /// That many minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self(SignedDuration::from_mins(minutes))
    }

    /// That many hours.
    pub const fn hours(hours: i64) -> Self {
        Self(SignedDuration::from_hours(hours))
    }

    /// Reads a length.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is not a length of time; write `90s`, `15m`, `36h` or `2d`");
        let span: Span = text.parse().map_err(|_| wrong())?;
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        if length.is_negative() { Err(wrong()) } else { Ok(Self(length)) }
    }

    /// The same for the machine's timers.
    pub fn real(self) -> std::time::Duration {
        self.0.unsigned_abs()
    }
}

impl<'de> Deserialize<'de> for LengthOfTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_text(deserializer, "a length of time such as `15m` or `2d`", Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_24_hours() {
        assert_eq!(LengthOfTime::parse("2d"), Ok(LengthOfTime::hours(48)));
        assert_eq!(LengthOfTime::parse("1d 12h"), Ok(LengthOfTime::hours(36)));
        assert_eq!(LengthOfTime::parse("90s").unwrap().0.as_secs(), 90);
        assert!(LengthOfTime::parse("soon").unwrap_err().contains("15m"));
        assert!(LengthOfTime::parse("-5m").is_err());
    }
}
