//! What is read from any answer, whoever gave it: its correlation id, its JSON, and a quote of it
//! for a person.

use http::HeaderMap;
use serde_json::Value;

use super::Response;
use crate::secrets::Secrets;
use crate::text::{bound_line, html_to_line};

/// Longest correlation id that is believed to be one.
const LONGEST_ID: usize = 128;

/// The names under which Microsoft and GitHub send the id that their support asks for.
const CORRELATION_HEADERS: [&str; 4] =
    ["x-ms-correlation-request-id", "x-ms-request-id", "client-request-id", "x-github-request-id"];

/// The id under which the service keeps this exchange in its own logs.
#[must_use]
pub fn correlation_id(headers: &HeaderMap) -> Option<String> {
    CORRELATION_HEADERS.iter().find_map(|name| {
        let id = headers.get(*name)?.to_str().ok()?.trim();
        (!id.is_empty() && id.len() <= LONGEST_ID).then(|| id.to_owned())
    })
}

/// The body as JSON, whatever content type it claims and with or without a byte order mark; `None`
/// if it is not JSON.
#[must_use]
pub fn read_json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
}

/// The body as one short line to put into a message: HTML becomes its text, whitespace and control
/// characters become single spaces, and what is too long is cut. Secrets are taken out first: half
/// of one, left by the cut, would not be recognised any more.
#[must_use]
pub fn quote(body: &[u8], secrets: &Secrets) -> String {
    let text = secrets
        .redact(&String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)));
    if looks_like_html(&text) { html_to_line(&text) } else { bound_line(&text) }
}

impl Response {
    /// The id by which the service finds the request in its logs, see [`correlation_id`].
    #[must_use]
    pub fn correlation_id(&self) -> Option<String> {
        correlation_id(&self.headers)
    }

    /// The body as JSON, see [`read_json`].
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        read_json(&self.body)
    }

    /// The start of the body for a message, see [`quote`].
    #[must_use]
    pub fn quote(&self, secrets: &Secrets) -> String {
        quote(&self.body, secrets)
    }
}

fn looks_like_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<title", "<!--"]
        .iter()
        .any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json as value;

    use super::*;
    use crate::text::LONGEST_LINE;

    fn quote(body: &[u8]) -> String {
        let secrets = Secrets::new(Box::new(|_| {}));
        secrets.register("very-secret");
        super::quote(body, &secrets)
    }

    #[test]
    fn no_half_of_a_secret_is_left_by_the_cut() {
        let body = format!("{} very-secret", "a".repeat(LONGEST_LINE - 8));
        assert_eq!(quote(body.as_bytes()), format!("{} ***", "a".repeat(LONGEST_LINE - 8)));
        let body = format!("{} very-secret", "a".repeat(LONGEST_LINE - 3));
        assert_eq!(quote(body.as_bytes()), format!("{} *…", "a".repeat(LONGEST_LINE - 3)));
    }

    #[test]
    fn correlation_ids_of_both_houses() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()))
                .collect::<HeaderMap>()
        };
        assert_eq!(correlation_id(&headers(&[])), None);
        assert_eq!(
            correlation_id(&headers(&[("x-github-request-id", "AB:1")])).as_deref(),
            Some("AB:1")
        );
        let both =
            headers(&[("x-ms-request-id", "second"), ("x-ms-correlation-request-id", "first")]);
        assert_eq!(correlation_id(&both).as_deref(), Some("first"));
        assert_eq!(correlation_id(&headers(&[("x-ms-request-id", " ")])), None);
    }

    #[test]
    fn json_whatever_it_is_called() {
        assert_eq!(read_json(b"\xef\xbb\xbf{\"a\":1}"), Some(value!({"a": 1})));
        assert_eq!(read_json(b"\"bare\""), Some(value!("bare")));
        assert_eq!(read_json(b""), None);
        assert_eq!(read_json(b"<html>"), None);
    }

    #[test]
    fn a_gateways_page_is_quoted_as_its_words() {
        let page = b"<!DOCTYPE html>\r\n<html><head><title>502 Bad \
            Gateway</title><STYLE>a{b:c}</STYLE>\
            <script>if (1 < 2) {}</script></head><body><!-- padding --><h1>Bad&nbsp;Gateway</h1> \
            R&amp;D </body></html>";
        assert_eq!(quote(page), "502 Bad Gateway Bad Gateway R&D");
    }

    #[test]
    fn other_bodies_are_quoted_as_they_are() {
        assert_eq!(quote(b" a < b\n\tand\x07c > d "), "a < b and c > d");
        assert_eq!(quote(b"{\"error\": \"<b>\"}"), "{\"error\": \"<b>\"}");
        assert_eq!(quote(b""), "");
        assert_eq!(quote(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(quote("ä".repeat(301).as_bytes()), format!("{}…", "ä".repeat(299)));
        assert_eq!(quote("ä".repeat(300).as_bytes()), "ä".repeat(300));
    }

    proptest! {
        #[test]
        fn any_body_gives_one_bounded_line(
            body in prop::collection::vec(any::<u8>(), 0..900),
            html: bool,
        ) {
            let body = if html { [b"<html>".as_slice(), &body].concat() } else { body };
            let line = quote(&body);
            prop_assert!(line.chars().count() <= LONGEST_LINE);
            prop_assert!(!line.chars().any(char::is_control));
        }

        #[test]
        fn any_page_gives_one_bounded_line(
            page in "(<|>|</|<!--|-->|script|style|title|&amp;|ä| |\n|a){0,60}",
        ) {
            let line = quote(format!("<html>{page}").as_bytes());
            prop_assert!(line.chars().count() <= LONGEST_LINE);
        }
    }
}
