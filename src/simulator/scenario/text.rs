//! Texts with a grammar of their own.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a text with `parse`. A visitor, because the parser adds the text's own line and column
/// only to a visitor's errors.
pub fn parse_text<'de, D, T, P>(
    deserializer: D,
    what: &'static str,
    parse: P,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    P: FnOnce(&str) -> Result<T, String>,
{
    struct TextVisitor<T, P>(&'static str, P, PhantomData<T>);
    impl<T, P: FnOnce(&str) -> Result<T, String>> Visitor<'_> for TextVisitor<T, P> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(TextVisitor(what, parse, PhantomData))
}
