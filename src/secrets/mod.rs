//! The values that must not be seen. GitHub's own masking covers the job log only: not check runs,
//! not files, and nothing before the mask was asked for.

mod encodings;
mod signed;

use std::sync::{PoisonError, RwLock};

use encodings::{Decoded, list_forms};
pub use signed::{
    blank_signatures, find_signatures, find_signatures_in_answer, find_signatures_in_lines,
    find_signed_addresses, has_signed_address,
};

/// Shorter values are not kept: no issuer makes them, while `live` or `true` would shred every
/// report and be given away by the shreds.
const SHORTEST: usize = 6;

const MASK: &str = "***";

/// Every secret this process has met.
pub struct Secrets {
    needles: RwLock<Needles>,
    on_new: Box<dyn Fn(&str) + Send + Sync>,
}

/// What to look for.
#[derive(Default)]
struct Needles {
    /// Each secret and its lines, in the forms that are searched for in a text as it is.
    plain: Vec<String>,
    /// The same without escapes, for a text without escapes.
    decoded: Vec<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// An empty registry. `on_new` is called once for each value, before [`Secrets::register`]
    /// returns, hence before any use: in a workflow it prints `::add-mask::`.
    #[must_use]
    pub fn new(on_new: Box<dyn Fn(&str) + Send + Sync>) -> Self {
        Self { needles: RwLock::default(), on_new }
    }

    /// Keeps a value secret from now on. Call it at first sight of the value, before anything else
    /// is done with it.
    pub fn register(&self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST || self.knows(secret) {
            return;
        }
        self.needles.write().unwrap_or_else(PoisonError::into_inner).add(secret);
        (self.on_new)(secret);
    }

    fn knows(&self, secret: &str) -> bool {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        needles.plain.iter().any(|needle| needle == secret)
    }

    /// The text with every known secret replaced by `***`, however it is encoded: raw, in percent,
    /// HTML, JSON or Markdown escapes, in several of them, or inside base 64.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        let mut hidden = find_all(text, &needles.plain);
        if let Some(decoded) = Decoded::of(text) {
            let found = find_all(&decoded.text, &needles.decoded);
            hidden.extend(found.into_iter().filter_map(|(start, end)| decoded.place(start, end)));
        }
        drop(needles);
        hidden.sort_unstable();
        // Overlapping stretches become one mask, else the end of one secret would stand beside the
        // mask of another.
        let mut shown = String::with_capacity(text.len());
        let mut done = 0;
        for (start, end) in hidden {
            if start >= done {
                shown.push_str(text.get(done..start).unwrap_or_default());
                shown.push_str(MASK);
            }
            done = done.max(end);
        }
        shown.push_str(text.get(done..).unwrap_or_default());
        shown
    }
}

impl Needles {
    fn add(&mut self, secret: &str) {
        let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST);
        for value in std::iter::once(secret).chain(lines) {
            let decoded = Decoded::of(value).map_or_else(|| value.to_owned(), |found| found.text);
            // In a form a blank is a plus, and a plus is escaped.
            insert_needle(&mut self.decoded, decoded.replace(' ', "+"));
            insert_needle(&mut self.decoded, decoded);
            for form in list_forms(value) {
                insert_needle(&mut self.plain, form);
            }
        }
    }
}

fn insert_needle(needles: &mut Vec<String>, needle: String) {
    if needle.len() >= SHORTEST && !needles.contains(&needle) {
        needles.push(needle);
    }
}

/// Where the needles stand, as ranges of bytes; they may overlap.
fn find_all(text: &str, needles: &[String]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for needle in needles {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(needle.as_str())) {
            let start = from + at;
            found.push((start, start + needle.len()));
            // One character on, not one needle: occurrences may overlap.
            from = start + needle.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn secrets(values: &[&str]) -> Secrets {
        let secrets = Secrets::new(Box::new(|_| {}));
        for value in values {
            secrets.register(value);
        }
        secrets
    }

    #[test]
    fn hides_every_form_of_a_value() {
        let value = "p~8/Q+ a\"z=";
        let secrets = secrets(&[value]);
        for seen in [
            value,
            r#"p~8/Q+ a\"z="#,
            "p%7E8%2FQ%2B+a%22z%3D",
            "p~8%2FQ%2B%20a%22z%3D",
            "p~8%2fQ%2b%20a%22z%3d",
            "p~8%252fQ%252b%2520a%2522z%253d",
            "p&#126;8/Q&#x2B; a&quot;z=",
            "p&amp;#126;8/Q+ a&amp;quot;z&equals;",
            r"p\~8/Q+ a\u0022z\u003D",
            r#"p\\~8\/Q+ a\\\"z="#,
            "p~8/Q\u{200b}+ a\"z=",
        ] {
            assert_eq!(secrets.redact(&format!("a {seen} b")), "a *** b", "{seen}");
        }
        assert!(secrets.redact(&STANDARD_NO_PAD.encode(value)).starts_with("***"));
        assert_eq!(
            secrets.redact(r"100 % of \n &amp; &x; \~ %zz"),
            r"100 % of \n &amp; &x; \~ %zz"
        );
    }

    #[test]
    fn hides_a_value_inside_basic_authentication() {
        let secrets = secrets(&["correct horse battery"]);
        for user in ["", "a", "ab", "abc"] {
            let header = STANDARD_NO_PAD.encode(format!("{user}:correct horse battery!"));
            let shown = secrets.redact(&header);
            assert!(shown.contains("***") && shown.len() < 16, "{shown}");
        }
    }

    #[test]
    fn hides_each_line_of_a_key() {
        let secrets = secrets(&["-----BEGIN KEY-----\nMIIEvQIBADAN\n}\nBgkqhkiG9w0B\n"]);
        assert_eq!(secrets.redact("x MIIEvQIBADAN y }"), "x *** y }");
        assert_eq!(secrets.redact("BgkqhkiG9w0B"), "***");
    }

    #[test]
    fn overlapping_secrets_leave_no_end_behind() {
        let secrets = secrets(&["abcdefgh", "efghijkl", "xxxxxx"]);
        assert_eq!(secrets.redact("<abcdefghijkl>"), "<***>");
        assert_eq!(secrets.redact("<xxxxxxxxx>"), "<***>");
        assert_eq!(secrets.redact("<abcdefgh><efghijkl>"), "<***><***>");
    }

    #[test]
    fn short_values_are_left_alone() {
        let secrets = secrets(&["", "  ", "live", "offer"]);
        assert_eq!(secrets.redact("the offer is live"), "the offer is live");
    }

    #[test]
    fn announces_each_value_once() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let secrets =
            Secrets::new(Box::new(move |value| log.lock().unwrap().push(value.to_owned())));
        for value in ["first-secret", "live", "first-secret", " first-secret\n", "other-secret"] {
            secrets.register(value);
        }
        assert_eq!(*seen.lock().unwrap(), ["first-secret", "other-secret"]);
        assert_eq!(format!("{secrets:?}"), "Secrets");
    }

    fn percent(c: char) -> String {
        c.to_string().bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"))
    }

    proptest! {
        #[test]
        fn nothing_known_survives(
            values in prop::collection::vec("[a-c/+é]{6,12}", 1..4),
            before in "[a-c/+é ]{0,20}",
            after in "[a-c/+é ]{0,20}",
        ) {
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            let secrets = secrets(&values);
            for value in &values {
                let shown = secrets.redact(&format!("{before}{value}{after}"));
                prop_assert!(values.iter().all(|value| !shown.contains(value)), "{}", shown);
            }
        }

        #[test]
        fn no_escape_hides_a_value(
            value in "[a-c~_*/+&%é'`|.@#-]{6,20}",
            escapes in prop::collection::vec(0..5_u8, 20),
        ) {
            let escaped: String = value.chars().zip(escapes).map(|(c, escape)| match escape {
                1 => percent(c),
                2 => format!("&#{};", u32::from(c)),
                3 => format!("\\u{:04X}", u32::from(c)),
                4 if c.is_ascii_punctuation() => format!("\\{c}"),
                _ => c.to_string(),
            }).collect();
            prop_assert_eq!(secrets(&[&value]).redact(&format!("x {escaped} y")), "x *** y");
        }

        #[test]
        fn text_without_secrets_is_untouched(text in "[x-z \\n]{0,60}") {
            prop_assert_eq!(secrets(&["abcdefgh"]).redact(&text), text);
        }
    }
}
