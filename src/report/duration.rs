//! Times as people write them.

use jiff::{SignedDuration, Timestamp};

/// `45s`, `12m 5s`, `3h 12m`, `2d 4h`: the two largest units.
#[must_use]
pub fn format_short(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (days, hours, minutes, rest) =
        (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let two = |large: i64, unit: &str, small: i64, smaller: &str| {
        if small == 0 {
            format!("{large}{unit}")
        } else {
            format!("{large}{unit} {small}{smaller}")
        }
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, _) => two(minutes, "m", rest, "s"),
        (0, ..) => two(hours, "h", minutes, "m"),
        _ => two(days, "d", hours, "h"),
    }
}

/// The same for the cell of a table: on one line.
#[must_use]
pub fn in_a_cell(duration: SignedDuration) -> String {
    format_short(duration).replace(' ', "\u{a0}")
}

/// `2026-11-21 02:26:27`, in UTC.
#[must_use]
pub fn format_date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_are_enough() {
        let texts: Vec<String> = [0, 59, 60, 725, 3_600, 11_520, 86_400, 190_000, -5]
            .map(|s| format_short(SignedDuration::from_secs(s)))
            .to_vec();
        assert_eq!(texts, ["0s", "59s", "1m", "12m 5s", "1h", "3h 12m", "1d", "2d 4h", "0s"]);
    }
}
