//! The names that travel between modules, parsed once and valid ever after.

use std::fmt;

use serde::Deserialize;

/// Why a text is not an id or an address; says what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// The longest id that is accepted; the Marketplace's own limit is 50.
pub const LONGEST_ID: usize = 128;
/// The longest address that is accepted, which is the longest that SMTP can carry.
pub const LONGEST_EMAIL: usize = 254;

/// Ids become a segment of a URL path as they are, so only characters that need no escaping there
/// are let in, and nothing that a URL parser resolves (`.` and `..`).
fn path_segment(kind: &str, text: &str) -> Result<String, Malformed> {
    if text.is_empty() {
        return Err(Malformed(format!("{kind} is empty")));
    }
    if text.len() > LONGEST_ID {
        let start: String = text.chars().take(20).collect();
        return Err(Malformed(format!(
            "{kind} {:?} is longer than {LONGEST_ID} characters",
            start + "…"
        )));
    }
    if let Some(wrong) =
        text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
    {
        return Err(Malformed(format!(
            "{kind} {text:?} has {wrong:?}; allowed are letters a-z, digits, `-`, `_` and `.`"
        )));
    }
    if text.chars().all(|c| c == '.') {
        return Err(Malformed(format!(
            "{kind} {text:?} has nothing but dots, which a URL path resolves away"
        )));
    }
    Ok(text.to_owned())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = Malformed;

            fn try_from(text: String) -> Result<Self, Malformed> {
                Self::parse(&text)
            }
        }

        impl $name {
            /// Accepts what fits a URL path segment unescaped: 1 to 128 of `A-Z a-z 0-9 - _ .`, not
            /// dots alone.
            ///
            /// # Errors
            /// Says which character or length is wrong.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                path_segment($kind, text).map(Self)
            }

            /// The id as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A publisher of the Marketplace, such as `contoso`.
    PublisherId, "publisher id"
);
id!(
    /// An offer of a publisher, such as `contoso-offer`.
    OfferId, "offer id"
);
id!(
    /// A plan (SKU) of an offer.
    PlanId, "plan id"
);

/// An address to which the portal sends its notifications.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Email(String);

impl TryFrom<String> for Email {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

impl Email {
    /// Accepts `local@domain` of printable ASCII without spaces, commas (the portal's separator) or
    /// quotes.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed =
            |why: &str| Err(Malformed(format!("{text:?} is not a mail address: {why}")));
        if text.len() > LONGEST_EMAIL {
            return malformed(&format!("longer than {LONGEST_EMAIL} characters"));
        }
        if let Some(wrong) = text
            .chars()
            .find(|c| !c.is_ascii_graphic() || matches!(c, ',' | ';' | '<' | '>' | '"' | '\\'))
        {
            return malformed(&format!("{wrong:?} is not allowed"));
        }
        let Some((local, domain)) = text.split_once('@') else {
            return malformed("it has no `@`");
        };
        if local.is_empty() || domain.is_empty() || domain.contains('@') {
            return malformed("it needs one name, one `@` and one domain");
        }
        if domain.split('.').any(str::is_empty) {
            return malformed("its domain has an empty part");
        }
        Ok(Self(text.to_owned()))
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository on GitHub, shown as in `GITHUB_REPOSITORY`: `contoso/offers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
}

/// The numbers by which GitHub knows a repository and its owner; no renaming changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositoryIds {
    /// `GITHUB_REPOSITORY_OWNER_ID`, or the claim `repository_owner_id`.
    pub owner: u64,
    /// `GITHUB_REPOSITORY_ID`, or the claim `repository_id`.
    pub repository: u64,
}

impl Repository {
    /// Accepts two names that fit a URL path segment unescaped, so that no path can be made of them
    /// but the repository's.
    ///
    /// # Errors
    /// Says which name is wrong, and why.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (owner, name) = text
            .split_once('/')
            .ok_or_else(|| Malformed(format!("repository {text:?} has no `/`")))?;
        Ok(Self {
            owner: path_segment("repository owner", owner)?,
            name: path_segment("repository name", name)?,
        })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_two_segments_of_a_url() {
        for good in ["contoso/offers", "Contoso-1/of_fe.rs"] {
            assert_eq!(Repository::parse(good).unwrap().to_string(), good);
        }
        for bad in
            ["", "o", "/r", "o/", "o/r/x", "../r", "o/..", "o/r?x", "con toso/r", "o/r x", "o/r#"]
        {
            assert!(Repository::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_fit_a_url_path_segment() {
        for good in ["contoso", "contoso-offer", "a.b_c", "A1", "..x"] {
            assert_eq!(OfferId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", ".", "..", "a/b", "a b", "a%2f", "ä", "a?b", "a#b", "a\n", &"x".repeat(129)]
        {
            assert!(OfferId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn addresses_cannot_smuggle_a_second_one() {
        for good in ["a@x", "release@contoso.com", "first.last+tag@mail.contoso.com"] {
            assert_eq!(Email::parse(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "a", "@x", "a@", "a@b@c", "a@x,b@y", "a b@x", "a@x\n", "a@x..y", "<a@x>", "a@.x"]
        {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }
}
