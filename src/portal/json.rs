//! Fields of an API's JSON, read with tolerance: keys in any case, numbers as text, `null` as
//! absent.

use jiff::Timestamp;
use serde_json::Value;

use super::word::Word;

/// The object itself, or the first one of an array.
pub(super) fn the_object(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(_) => Some(value),
        Value::Array(items) => items.iter().find(|item| item.is_object()),
        _ => None,
    }
}

/// The first of these fields that is there and not null, whatever its case.
pub(super) fn find_field<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let object = value.as_object()?;
    let exact_or_folded = |name: &str| {
        object.get(name).or_else(|| {
            object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, found)| found)
        })
    };
    names.iter().filter_map(|name| exact_or_folded(name)).find(|found| !found.is_null())
}

/// A field as text; numbers and booleans are written out.
pub(super) fn read_text(value: &Value, names: &[&str]) -> Option<String> {
    let text = match find_field(value, names)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A status word.
pub(super) fn read_word(value: &Value, names: &[&str]) -> Word {
    read_text(value, names).map_or_else(Word::missing, |text| Word::new(&text))
}

/// A moment, with 6 or 7 fractional digits, with `Z` or without (then UTC).
pub(super) fn read_time(value: &Value, names: &[&str]) -> Option<Timestamp> {
    let text = read_text(value, names)?;
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}
