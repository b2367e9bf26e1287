//! The values that must not be seen. GitHub's own masking covers the job log only: not check runs,
//! not files, and nothing before the mask was asked for.

use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter values are not kept: no issuer makes them, while `live` or `true` would shred every
/// report and be given away by the shreds.
const SHORTEST: usize = 6;

const MASK: &str = "***";

/// Every secret this process has met.
pub struct Secrets {
    /// What to look for: each secret, its lines, and their encoded forms.
    needles: RwLock<Vec<String>>,
    on_new: Box<dyn Fn(&str) + Send + Sync>,
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
        let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST);
        let forms: Vec<_> = std::iter::once(secret).chain(lines).flat_map(forms).collect();
        {
            let mut needles = self.needles.write().unwrap_or_else(PoisonError::into_inner);
            for form in forms {
                if form.len() >= SHORTEST && !needles.contains(&form) {
                    needles.push(form);
                }
            }
        }
        (self.on_new)(secret);
    }

    fn knows(&self, secret: &str) -> bool {
        self.needles
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|needle| needle == secret)
    }

    /// The text with every known secret, in every known form, replaced by `***`.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let needles = self.needles.read().unwrap_or_else(PoisonError::into_inner);
        let mut hidden: Vec<(usize, usize)> = Vec::new();
        for needle in needles.iter() {
            let mut from = 0;
            while let Some(found) = text.get(from..).and_then(|rest| rest.find(needle.as_str())) {
                let start = from + found;
                hidden.push((start, start + needle.len()));
                // One character on, not one needle: occurrences may overlap.
                from = start + needle.chars().next().map_or(1, char::len_utf8);
            }
        }
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

/// A value as it may turn up in what servers and libraries print.
fn forms(value: &str) -> Vec<String> {
    let form_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'-' | b'.' | b'_');
    let component_byte = |b: u8| form_byte(b) || matches!(b, b'~' | b'!' | b'\'' | b'(' | b')');
    let unreserved_byte =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let json = serde_json::Value::from(value).to_string();
    let mut forms = vec![value.to_owned(), json.trim_matches('"').to_owned()];
    for encoded in
        [percent(value, form_byte), percent(value, component_byte), percent(value, unreserved_byte)]
    {
        forms.push(encoded.replace("%20", "+"));
        forms.push(lower_escapes(&encoded));
        forms.push(encoded);
    }
    forms.extend(base64_forms(value));
    forms
}

fn percent(value: &str, keep: impl Fn(u8) -> bool) -> String {
    value
        .bytes()
        .map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// `%2F` as `%2f`.
fn lower_escapes(encoded: &str) -> String {
    let mut escape = 0;
    encoded
        .chars()
        .map(|c| {
            if c == '%' {
                escape = 2;
            } else if escape > 0 {
                escape -= 1;
                return c.to_ascii_lowercase();
            }
            c
        })
        .collect()
}

/// The value inside a longer text that was encoded as a whole (`user:secret` of basic
/// authentication): in each of the three places a group of four may start, without the outer
/// characters, which depend on the neighbours.
fn base64_forms(value: &str) -> impl Iterator<Item = String> {
    (0..3_usize).flat_map(move |shift| {
        let mut bytes = vec![0_u8; shift];
        bytes.extend_from_slice(value.as_bytes());
        let skip = [0, 2, 3][shift];
        let tail = usize::from(!bytes.len().is_multiple_of(3));
        [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)].map(|encoded| {
            encoded.get(skip..encoded.len().saturating_sub(tail)).unwrap_or_default().to_owned()
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

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
            &STANDARD_NO_PAD.encode(value),
        ] {
            assert_eq!(
                secrets.redact(&format!("a {seen} b")).trim_end_matches(['b', ' ']).get(..5),
                Some("a ***"),
                "{seen}"
            );
            assert!(!secrets.redact(seen).contains("8%"), "{seen}");
        }
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
        fn text_without_secrets_is_untouched(text in "[x-z \\n]{0,60}") {
            prop_assert_eq!(secrets(&["abcdefgh"]).redact(&text), text);
        }
    }
}
