//! What is different between two documents of an offer.
//!
//! Two readings of the same content are not the same text: the service signs addresses anew at
//! every reading, and does not return all that was written.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::secrets::same_signed_address;

/// What counts as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything counts but the signatures of addresses.
    Exact,
    /// Both were read from the service: keys that it does not return reliably do not count.
    Read,
    /// The one was written, the other is what the service returns of it.
    Written,
}

/// One value that is different.
#[derive(Debug, Clone, PartialEq)]
pub struct Unequal {
    /// Keys, indices, and the ids of what is known by one.
    pub path: Vec<String>,
    /// Absent, or what it is in the first document.
    pub before: Option<Json>,
    /// Absent, or what it is in the second document.
    pub after: Option<Json>,
}

/// Both documents have the same content, less what the service is known to rewrite.
#[must_use]
pub fn documents_agree(one: &Json, other: &Json) -> bool {
    find_unequal(&one["definition"], &other["definition"], Mode::Read).is_empty()
}

/// Every value that is different, as deep inside as can be said.
pub fn find_unequal(before: &Json, after: &Json, mode: Mode) -> Vec<Unequal> {
    let mut comparison = Comparison { mode, path: Vec::new(), found: Vec::new() };
    comparison.compare_values(before, after);
    comparison.found
}

struct Comparison {
    mode: Mode,
    path: Vec<String>,
    found: Vec<Unequal>,
}

impl Comparison {
    fn compare_values(&mut self, before: &Json, after: &Json) {
        if before == after {
            return;
        }
        match (before, after) {
            (Json::Object(one), Json::Object(other)) => {
                for (key, value) in one {
                    self.compare_inside(key, Some(value), other.get(key));
                }
                for (key, value) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
                    self.compare_inside(key, None, Some(value));
                }
            }
            (Json::Array(one), Json::Array(other)) => self.compare_lists(one, other),
            (Json::String(one), Json::String(other)) if self.is_same_text(one, other) => {}
            (Json::Number(one), Json::Number(other))
                if same_number(&one.to_string(), &other.to_string()) => {}
            _ => self.note_unequal(Some(before), Some(after)),
        }
    }

    fn compare_lists(&mut self, before: &[Json], after: &[Json]) {
        let ids = by_id(before).zip(by_id(after));
        if let Some((one, other)) = ids.filter(|_| self.order_is_kept(before, after)) {
            for item in before {
                let id = read_id(item).unwrap_or_default();
                self.compare_inside(id, Some(item), other.get(id).copied());
            }
            for item in after {
                let id = read_id(item).unwrap_or_default();
                if !one.contains_key(id) {
                    self.compare_inside(id, None, Some(item));
                }
            }
        } else if before.len() == after.len() {
            for (index, (one, other)) in before.iter().zip(after).enumerate() {
                self.compare_inside(&index.to_string(), Some(one), Some(other));
            }
        } else {
            let list = |items: &[Json]| Json::Array(items.to_vec());
            self.note_unequal(Some(&list(before)), Some(&list(after)));
        }
    }

    /// Whether items with ids can be compared each with its like. The service keeps no order of
    /// them, but what an edit does to their order counts.
    fn order_is_kept(&self, before: &[Json], after: &[Json]) -> bool {
        let common = |items: &[Json], others: &[Json]| -> Vec<String> {
            let known = |id: &&str| others.iter().any(|other| read_id(other) == Some(id));
            items.iter().filter_map(read_id).filter(known).map(str::to_owned).collect()
        };
        self.mode != Mode::Exact || common(before, after) == common(after, before)
    }

    fn compare_inside(&mut self, token: &str, before: Option<&Json>, after: Option<&Json>) {
        if self.mode != Mode::Exact && is_unreliable(token) {
            return;
        }
        self.path.push(token.to_owned());
        match (before, after) {
            (Some(before), Some(after)) => self.compare_values(before, after),
            _ => self.note_unequal(before, after),
        }
        self.path.pop();
    }

    fn note_unequal(&mut self, before: Option<&Json>, after: Option<&Json>) {
        let (before, after) = (before.cloned(), after.cloned());
        self.found.push(Unequal { path: self.path.clone(), before, after });
    }

    fn is_same_text(&self, one: &str, other: &str) -> bool {
        let copied = self.mode == Mode::Written
            && self.path.iter().any(|token| is_copied(token))
            && [one, other].iter().all(|text| text.starts_with("https://"));
        copied || same_signed_address(one, other)
    }
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

/// Keys that are written and not returned, or that the service refuses to be written.
fn is_unreliable(key: &str) -> bool {
    const KEYS: [&str; 6] = [
        "windowsOSType",
        "heroLogo",
        "legacyOfferId",
        "legacyPublisherId",
        "eTag",
        "offerTypeVersions",
    ];
    KEYS.contains(&last_part(key))
}

/// The service copies what these addresses name, and returns the addresses of its own copies.
fn is_copied(key: &str) -> bool {
    let key = last_part(key);
    key.ends_with("Logo") || key == "screenshots" || key == "videos"
}

/// The items of a list by what identifies them; `None` if one of them has no id of its own.
fn by_id(items: &[Json]) -> Option<HashMap<&str, &Json>> {
    let found: HashMap<_, _> =
        items.iter().map(|item| Some((read_id(item)?, item))).collect::<Option<_>>()?;
    (found.len() == items.len() && !items.is_empty()).then_some(found)
}

fn read_id(item: &Json) -> Option<&str> {
    const KEYS: [&str; 4] = ["planId", "id", "versionNumber", "imageType"];
    KEYS.iter().find_map(|key| item.get(key))?.as_str()
}

/// `1`, `1.0` and `1e0` are one number. Beyond what a double can tell apart, the digits decide.
fn same_number(one: &str, other: &str) -> bool {
    const TOLD_APART: usize = 15;
    let short = one.len() <= TOLD_APART && other.len() <= TOLD_APART;
    let number = |text: &str| text.parse::<f64>().ok();
    one == other || (short && number(one).is_some() && number(one) == number(other))
}
