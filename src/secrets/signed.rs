//! Signed addresses: SAS URIs, and whatever else has its signature in the query.

use std::ops::Range;

use serde_json::Value as Json;

/// What the value of a signature stands behind.
const NAME: &str = "sig=";

/// A text has such an address in it.
#[must_use]
pub fn has_signed_address(text: &str) -> bool {
    find_signed_addresses(text).next().is_some()
}

/// The addresses in a text whose query has a signature.
pub fn find_signed_addresses(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    text.split(ends).filter_map(|word| {
        let start = word.find("https://").or_else(|| word.find("http://"))?;
        let address = &word[start..];
        let (_, query) = address.split_once('?')?;
        // In HTML an ampersand is `&amp;`.
        let mut names = query.split('&').map(|pair| pair.trim_start_matches("amp;"));
        names.any(|pair| pair.to_ascii_lowercase().starts_with("sig=")).then_some(address)
    })
}

/// Every signed address in a document, to be masked before anything of it is printed: whole, its
/// query, and the signature, as it is written and decoded.
#[must_use]
pub fn find_signatures(document: &Json) -> Vec<String> {
    let mut found = Vec::new();
    visit_texts(document, &mut |text| {
        for address in find_signed_addresses(text) {
            found.push(address.to_owned());
            let Some((_, query)) = address.split_once('?') else { continue };
            found.push(query.to_owned());
            let raw = query.split('&').find_map(|pair| pair.strip_prefix("sig="));
            found.extend(raw.map(str::to_owned));
            let decoded = url::form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key.eq_ignore_ascii_case("sig"));
            found.extend(decoded.map(|(_, value)| value.into_owned()));
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Every signature in a text that may be broken into lines anywhere, or be no text of any format.
#[must_use]
pub fn find_signatures_in_lines(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .lines()
        .flat_map(|line| {
            let bare = find_bare_signatures(line).flat_map(|at| {
                let decoded =
                    url::form_urlencoded::parse(format!("={}", &line[at.clone()]).as_bytes())
                        .map(|(_, value)| value.into_owned())
                        .collect::<String>();
                [line[at].to_owned(), decoded]
            });
            find_signatures(&Json::from(line)).into_iter().chain(bare)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Every signature in an answer from outside, whatever it is about: an error may quote the address
/// of an image that nothing here has read.
#[must_use]
pub fn find_signatures_in_answer(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    if !text.to_ascii_lowercase().contains(NAME) {
        return Vec::new();
    }
    let Ok(document) = serde_json::from_slice(body) else { return find_signatures_in_lines(&text) };
    let mut found = Vec::new();
    visit_texts(&document, &mut |text| found.extend(find_signatures_in_lines(text)));
    found.sort_unstable();
    found.dedup();
    found
}

/// The text with an asterisk for each character of a signature, also of one that is cut off: for
/// excerpts, whose columns have to stay where they are.
#[must_use]
pub fn blank_signatures(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut done = 0;
    for at in find_bare_signatures(text) {
        blanked.push_str(&text[done..at.start]);
        blanked.extend(text[at.clone()].chars().map(|_| '*'));
        done = at.end;
    }
    blanked + &text[done..]
}

/// Where a text has what looks like the value of a signature, from the start on; none of them
/// overlap.
fn find_bare_signatures(text: &str) -> impl Iterator<Item = Range<usize>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '&');
    // ASCII letters take as much room in either case.
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let name = from + lower.get(from..)?.find(NAME)?;
            let start = name + NAME.len();
            if text[..name].ends_with(|c: char| c.is_ascii_alphanumeric()) {
                from = start;
                continue;
            }
            let length = text[start..].find(ends).unwrap_or(text.len() - start);
            from = start + length;
            if length > 0 {
                return Some(start..from);
            }
        }
    })
}

fn visit_texts(value: &Json, visit: &mut impl FnMut(&str)) {
    match value {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter().for_each(|item| visit_texts(item, visit)),
        Json::Object(members) => members.values().for_each(|value| visit_texts(value, visit)),
        _ => {}
    }
}
