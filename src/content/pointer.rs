//! JSON Pointers (RFC 6901), and the place in a document that one leads to.

use std::fmt;

use serde_json::Value as Json;

use crate::nearest::find_nearest;

/// The way from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    tokens: Vec<String>,
}

/// Why a text is no pointer that an edit can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPointer {
    /// The empty pointer means the whole.
    #[error("the empty pointer is the whole document")]
    Whole,
    /// A pointer starts with `/`.
    #[error("a pointer starts with `/`")]
    NoSlash,
    /// `~` is written `~0`, and `/` is written `~1`.
    #[error("a `~` in a pointer is followed by `0` (for `~`) or `1` (for `/`)")]
    Tilde,
}

impl Pointer {
    /// Reads a pointer such as `/microsoft-azure-marketplace.summary`.
    ///
    /// # Errors
    /// Why it is none, or names the whole document.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        if text.is_empty() {
            return Err(BadPointer::Whole);
        }
        let rest = text.strip_prefix('/').ok_or(BadPointer::NoSlash)?;
        let tokens = rest.split('/').map(unescape_token).collect::<Option<_>>();
        Ok(Self { text: text.to_owned(), tokens: tokens.ok_or(BadPointer::Tilde)? })
    }

    /// The keys and indices, from the outside in; at least one.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// The value that it leads to, if there is one.
    pub(super) fn find<'a>(&self, document: &'a Json) -> Option<&'a Json> {
        document.pointer(&self.text)
    }

    /// This value or one inside it is what the other leads to.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.tokens.starts_with(&self.tokens)
    }

    /// What the last token is in, and that token.
    pub(super) fn find_parent<'a>(
        &self,
        document: &'a mut Json,
    ) -> Result<(&'a mut Json, &str), NotThere> {
        let (last, way) = self.tokens.split_last().ok_or_else(NotThere::default)?;
        let mut here = document;
        for (depth, token) in way.iter().enumerate() {
            let missing = NotThere::new(&self.tokens[..=depth], here);
            here = match here {
                Json::Object(members) => members.get_mut(token),
                Json::Array(items) => read_index(token).and_then(|index| items.get_mut(index)),
                _ => None,
            }
            .ok_or(missing)?;
        }
        Ok((here, last))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The document has nothing at a pointer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotThere {
    /// The pointer up to the first token that is not there.
    pub pointer: String,
    /// What was probably meant by that token.
    pub near: Option<String>,
}

impl NotThere {
    /// Of the tokens, the last one is not in the value.
    pub fn new(tokens: &[String], value: &Json) -> Self {
        let keys = value.as_object().into_iter().flat_map(|members| members.keys());
        let wanted = tokens.last().map_or("", String::as_str);
        Self { pointer: write_pointer(tokens), near: nearest_key(wanted, keys.map(String::as_str)) }
    }
}

/// The key that was probably meant. The keys of an offer are long and share their beginnings, so
/// the part behind the last dot is compared first.
fn nearest_key<'a>(wanted: &str, keys: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let last = |key: &'a str| key.rsplit_once('.').map_or(key, |(_, last)| last);
    let wanted_last = wanted.rsplit_once('.').map_or(wanted, |(_, last)| last);
    let near = find_nearest(wanted_last, keys.clone().map(last))?;
    let candidates = keys.filter(|key| last(key) == near);
    candidates.min_by_key(|key| key.len().abs_diff(wanted.len())).map(str::to_owned)
}

/// The tokens as a pointer.
pub fn write_pointer<T: AsRef<str>>(tokens: &[T]) -> String {
    let escape = |token: &T| format!("/{}", token.as_ref().replace('~', "~0").replace('/', "~1"));
    tokens.iter().map(escape).collect()
}

/// An index of an array, without leading zeros.
pub fn read_index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    plain.then(|| token.parse().ok()).flatten()
}

fn unescape_token(token: &str) -> Option<String> {
    let mut text = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(text)
}
