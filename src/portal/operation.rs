//! Which operation is meant, and how people name it.

use std::fmt;

/// An operation of one offer. Only a backend makes one, after it made sure that the address is its
/// own and, where the address says so, the offer's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    id: String,
    address: String,
    listed: bool,
}

impl Operation {
    /// An operation that the list of submissions shows by the same id.
    pub(super) fn listed(id: &str, address: impl Into<String>) -> Self {
        Self { id: id.to_owned(), address: address.into(), listed: true }
    }

    /// An operation with an id that no row of the list of submissions carries.
    pub(super) fn unlisted(id: &str, address: impl Into<String>) -> Self {
        Self { listed: false, ..Self::listed(id, address) }
    }

    /// An operation for a test, its id the last part of the address.
    #[cfg(test)]
    pub(crate) fn of(url: &str) -> Self {
        let path = url.split('?').next().unwrap_or_default();
        let id = path.rsplit('/').next().unwrap_or_default();
        Self { listed: !id.contains('$'), ..Self::listed(id, url) }
    }

    /// What tells it apart from the other operations of its offer.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What people see, and may give as input `operation`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether the list of submissions shows it by [`Operation::id`].
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.listed
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}
