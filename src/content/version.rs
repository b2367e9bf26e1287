//! Versions of images: three numbers, compared as numbers and kept as they are written.

use std::cmp::Ordering;
use std::fmt;

/// A version such as `1.2.3` or `2024.04.26`.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    numbers: [u64; 3],
}

impl Version {
    /// Reads `X.Y.Z`, three numbers of digits alone. Zeros in front are kept: `2018.11.05` and
    /// `2018.11.5` are the same version with two keys.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            let part = parts.next()?;
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *number = digits.then(|| part.parse().ok()).flatten()?;
        }
        parts.next().is_none().then(|| Self { text: text.to_owned(), numbers })
    }

    /// The version as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}
