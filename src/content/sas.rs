//! SAS URIs: addresses of blobs that carry a signature, hence secrets.
//!
//! What is checked is what certification refuses later
//! (learn.microsoft.com, "Common errors with SAS URIs": unreadable, expired, not a `.vhd`).

use std::fmt;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use url::Url;

/// The address of a blob, with its signature.
#[derive(Clone)]
pub struct Sas {
    text: String,
    url: Url,
}

/// Something about a SAS URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// The image cannot be read by it.
    Wrong(String),
    /// It may not last, or is not made as Microsoft says.
    Doubtful(String),
}

/// Microsoft asks for at least three weeks from the day of publishing.
const SHORTEST: SignedDuration = SignedDuration::from_hours(21 * 24);

impl Sas {
    /// Reads an address; what it lacks is told by [`Sas::check`].
    ///
    /// # Errors
    /// It is no address of `https`. The message never quotes it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains(char::is_whitespace) {
            return Err("the SAS URI has white space in it".into());
        }
        let url = Url::parse(text).map_err(|error| format!("not a SAS URI: {error}"))?;
        if url.scheme() != "https" || url.host_str().is_none() {
            return Err("the SAS URI does not start with `https://`".into());
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The whole address. A secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// It is about the same blob: scheme, host and path are the same. The query, which is the
    /// signature, is not compared.
    #[must_use]
    pub fn names_blob(&self, address: &str) -> bool {
        Url::parse(address).is_ok_and(|other| same_blob(&self.url, &other))
    }

    /// Everything about it that can be told offline.
    #[must_use]
    pub fn check(&self, now: Timestamp) -> Vec<Concern> {
        let mut concerns = Vec::new();
        let mut wrong = |message: &str| concerns.push(Concern::Wrong(message.to_owned()));
        if !self.url.path().to_ascii_lowercase().ends_with(".vhd") {
            wrong("the SAS URI's path does not end in `.vhd`");
        }
        if self.parameter("sig").is_none() {
            wrong("the address has no signature (`sig`)");
        }
        // With a stored access policy (`si`) rights and times are in the storage account.
        if self.parameter("si").is_none() {
            match self.parameter("sp") {
                None => wrong("the SAS URI gives no rights (`sp`)"),
                Some(rights) if !rights.contains('r') => {
                    wrong("the SAS URI does not give the right to read (`sp` without `r`)");
                }
                Some(_) => {}
            }
            concerns.extend(self.check_times(now));
        }
        concerns
    }

    fn check_times(&self, now: Timestamp) -> Option<Concern> {
        if self.parameter("se").is_none() {
            return Some(Concern::Wrong("the SAS URI has no end (`se`)".into()));
        }
        let Some((end, text)) = self.find_end() else {
            return Some(Concern::Wrong("the SAS URI's end (`se`) is no time".into()));
        };
        let left = end.duration_since(now);
        if left <= SignedDuration::ZERO {
            return Some(Concern::Wrong(format!("the SAS URI expired at {text}")));
        }
        if left < SHORTEST {
            let why = match self.parameter("ske") {
                Some(key) if key == text => " with the user delegation key that signed it",
                _ => "",
            };
            return Some(Concern::Doubtful(format!(
                "the SAS URI expires at {text}{why}; Microsoft asks for at least three weeks"
            )));
        }
        let start = self.parameter("st").and_then(|text| read_time(&text));
        start
            .filter(|start| *start > now)
            .map(|start| Concern::Doubtful(format!("the SAS URI is not valid before {start}")))
    }

    /// When it ends: at its own end (`se`), or with the key of a user delegation SAS (`ske`), which
    /// lasts seven days at most, whatever the SAS says (learn.microsoft.com, "Create a user
    /// delegation SAS for a container or blob with the Azure CLI").
    fn find_end(&self) -> Option<(Timestamp, String)> {
        let time = |name| self.parameter(name).and_then(|text| Some((read_time(&text)?, text)));
        let end = time("se")?;
        Some(time("ske").filter(|key| key.0 < end.0).unwrap_or(end))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        let (_, value) = pairs.find(|(key, _)| key == name)?;
        Some(value.into_owned()).filter(|value| !value.is_empty())
    }
}

impl fmt::Display for Sas {
    /// Host and path, and when it expires; never the signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.find_end().map(|(_, end)| format!(" (expires {end})")).unwrap_or_default();
        write!(f, "{}{}{end}", self.url.host_str().unwrap_or_default(), self.url.path())
    }
}

impl fmt::Debug for Sas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sas({self})")
    }
}

/// Scheme, host, port and path are the same.
pub fn same_blob(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() && one.path() == other.path()
}

/// A time of a SAS URI: with or without a time of day, with or without seconds, in UTC.
fn read_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let text = text.trim_end_matches('Z');
    let day = text.parse::<DateTime>().or_else(|_| format!("{text}:00").parse()).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
