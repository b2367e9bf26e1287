//! Which requests something is about.

use serde::de::{Deserialize, Deserializer};

use super::text::parse_text;

/// `METHOD /path/glob`: `*` stands for anything but a slash, `**` for anything; the query does not
/// count.
#[derive(Debug, Clone)]
pub struct RequestTarget {
    /// The method in capitals, or `*`.
    pub method: String,
    /// The pattern of the path: `*` is one segment, `**` any number.
    pub path: String,
}

impl RequestTarget {
    /// Whether a request is one of them.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method == method)
            && matches_glob(self.path.as_bytes(), path.as_bytes())
    }
}

fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', rest @ ..] => {
            (0..=text.len()).any(|length| matches_glob(rest, &text[length..]))
        }
        [b'*', rest @ ..] => {
            let segment = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
            (0..=segment).any(|length| matches_glob(rest, &text[length..]))
        }
        [first, rest @ ..] => text.first() == Some(first) && matches_glob(rest, &text[1..]),
    }
}

impl<'de> Deserialize<'de> for RequestTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse_text(deserializer, "`METHOD /path`", |text| match text.split_once(' ') {
            Some((method, path)) if path.starts_with('/') || path.starts_with('*') => {
                Ok(Self { method: method.to_ascii_uppercase(), path: path.trim().to_owned() })
            }
            _ => Err(format!(
                "{text:?} is not `METHOD /path`, such as `POST /api/publishers/*/offers/*/publish`"
            )),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_segment() {
        let is = |pattern: &str, path: &str| matches_glob(pattern.as_bytes(), path.as_bytes());
        assert!(is(
            "/api/publishers/*/offers/*/publish",
            "/api/publishers/contoso/offers/a/publish"
        ));
        assert!(!is("/api/*/publish", "/api/publishers/contoso/offers/a/publish"));
        assert!(is("/api/**/publish", "/api/publishers/contoso/offers/a/publish"));
        assert!(is("**", "/anything") && is("/a/op-*", "/a/op-1") && !is("/a", "/a/"));
    }
}
