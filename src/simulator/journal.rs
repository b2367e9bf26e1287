//! Everything that was asked and answered.

use jiff::Timestamp;
use serde::Serialize;

/// One request and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct JournalEntry {
    /// Its number, from 1.
    pub number: usize,
    /// When it came, in simulated time.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// Path, as it was sent.
    pub path: String,
    /// Query, as it was sent, without the question mark.
    pub query: String,
    /// Headers, names in lower case; of `authorization` only the scheme and a name for the token.
    pub headers: Vec<(String, String)>,
    /// The body of the request, as text.
    pub body: String,
    /// The fault that it met.
    pub fault: Option<String>,
    /// Whether it was carried out.
    pub handled: bool,
    /// The status of the answer; none was sent if there is none.
    pub status: Option<u16>,
}

/// The exchanges, in the order in which they came.
#[derive(Debug, Default)]
pub struct Journal(Vec<JournalEntry>);

impl Journal {
    /// Writes down a request, and gives its number.
    pub fn add_entry(&mut self, exchange: JournalEntry) -> usize {
        let number = self.0.len() + 1;
        self.0.push(JournalEntry { number, ..exchange });
        number
    }

    /// The request of that number.
    pub fn entry(&mut self, number: usize) -> Option<&mut JournalEntry> {
        self.0.get_mut(number.checked_sub(1)?)
    }

    /// The entries, oldest first.
    pub fn all(&self) -> &[JournalEntry] {
        &self.0
    }
}
