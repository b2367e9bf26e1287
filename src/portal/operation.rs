//! Which operation is meant, and how people name it.

use std::fmt;

/// An operation of one offer. Only a backend makes one, after it made sure that the address is its
/// own and, where the address says so, the offer's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    id: String,
    address: String,
    naming: Naming,
}

/// What the id of an operation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Naming {
    /// One operation, which the list of submissions shows by it.
    Listed,
    /// One operation, which the list shows by another id.
    Unlisted,
    /// Whatever is newest of its kind.
    Shared,
}

impl Operation {
    /// An operation that the list of submissions shows by the same id.
    pub(super) fn listed(id: &str, address: impl Into<String>) -> Self {
        Self { id: id.to_owned(), address: address.into(), naming: Naming::Listed }
    }

    /// An operation with an id of its own that no row of the list of submissions carries.
    pub(super) fn unlisted(id: &str, address: impl Into<String>) -> Self {
        Self { naming: Naming::Unlisted, ..Self::listed(id, address) }
    }

    /// An operation with an id that no row of the list carries, and that others may share.
    pub(super) fn shared(id: &str, address: impl Into<String>) -> Self {
        Self { naming: Naming::Shared, ..Self::listed(id, address) }
    }

    /// An operation for a test, its id the last part of the address.
    #[cfg(test)]
    pub(crate) fn of(url: &str) -> Self {
        let path = url.split('?').next().unwrap_or_default();
        let id = path.rsplit('/').next().unwrap_or_default();
        if id.contains('$') { Self::shared(id, url) } else { Self::listed(id, url) }
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
        self.naming == Naming::Listed
    }

    /// Whether it can only be found by its address: its id is its own, and no row carries it.
    #[must_use]
    pub fn is_only_at_address(&self) -> bool {
        self.naming == Naming::Unlisted
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}
