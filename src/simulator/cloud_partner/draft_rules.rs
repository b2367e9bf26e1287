//! What the portal does with a document that is written, and how it shows one that is read.

use serde_json::{Map, Value, json};

use super::refusal::PortalRefusal;
use crate::simulator::scenario::{
    KeyOrder, LegacyKeys, LogoUrls, PortalSwitches, PutDefaults, Secrets, WindowsOsType,
};

/// Keys of documents that the service returns and refuses.
const LEGACY_KEYS: [&str; 2] = ["legacyOfferId", "legacyPublisherId"];

/// Keys whose values are credentials, which the service may keep to itself.
const SECRET_KEYS: [&str; 5] =
    ["connectionString", "password", "clientSecret", "accountKey", "accessToken"];

impl PortalSwitches {
    /// The definition that is kept when `written` is put in place of `old`.
    pub fn accept_definition(
        &self,
        mut written: Value,
        old: &Value,
    ) -> Result<Value, PortalRefusal> {
        if self.legacy_keys == LegacyKeys::Refused
            && let Some(key) = find_key(&written, &|key| is_field(key, &LEGACY_KEYS))
        {
            return Err(PortalRefusal::bad_request(format!(
                "The property '{key}' cannot be written."
            )));
        }
        if let Some((key, count)) = find_most_images(&written).filter(|(_, count)| {
            u64::try_from(*count).is_ok_and(|count| count > self.version_limit)
        }) {
            let limit = self.version_limit;
            return Err(PortalRefusal::bad_request(format!(
                "'{key}' has {count} versions; at most {limit} are allowed."
            )));
        }
        if self.windows_os_type == WindowsOsType::Renamed {
            rename_os_type(&mut written);
        }
        if self.secrets == Secrets::Kept {
            restore_secrets(&mut written, old);
        }
        if self.put_defaults == PutDefaults::Added {
            add_defaults(&mut written);
        }
        Ok(written)
    }

    /// The definition as a GET shows it.
    pub fn present_definition(&self, definition: &Value) -> Value {
        let mut shown = definition.clone();
        if self.secrets != Secrets::Shown {
            remove_keys(&mut shown, &|key| is_field(key, &SECRET_KEYS));
        }
        if self.logo_urls == LogoUrls::Signed {
            sign_logos(&mut shown);
        }
        match self.key_order {
            KeyOrder::Kept => shown,
            KeyOrder::Reversed => reverse_keys(shown),
        }
    }
}

/// Whether a key, less the type before its last dot, is one of those names.
fn is_field(key: &str, names: &[&str]) -> bool {
    let field = key.rsplit('.').next().unwrap_or(key);
    names.contains(&field)
}

fn find_key<'a>(value: &'a Value, wanted: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            if wanted(key) { Some(key.as_str()) } else { find_key(value, wanted) }
        }),
        Value::Array(items) => items.iter().find_map(|item| find_key(item, wanted)),
        _ => None,
    }
}

/// The map of image versions with the most versions.
fn find_most_images(value: &Value) -> Option<(&str, usize)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter_map(|(key, value)| match value {
                Value::Object(images) if key.contains(".vmImages") => {
                    Some((key.as_str(), images.len()))
                }
                other => find_most_images(other),
            })
            .max_by_key(|(_, count)| *count),
        Value::Array(items) => {
            items.iter().filter_map(find_most_images).max_by_key(|(_, count)| *count)
        }
        _ => None,
    }
}

fn remove_keys(value: &mut Value, unwanted: &dyn Fn(&str) -> bool) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !unwanted(key));
            fields.values_mut().for_each(|value| remove_keys(value, unwanted));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove_keys(item, unwanted)),
        _ => {}
    }
}

/// `windowsOSType` comes back as `osType`.
fn rename_os_type(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let old: Vec<String> =
                fields.keys().filter(|key| key.ends_with(".windowsOSType")).cloned().collect();
            for key in old {
                if let Some(value) = fields.remove(&key) {
                    fields.insert(key.replace(".windowsOSType", ".osType"), value);
                }
            }
            fields.values_mut().for_each(rename_os_type);
        }
        Value::Array(items) => items.iter_mut().for_each(rename_os_type),
        _ => {}
    }
}

/// Puts back the secrets that the writer could not have read.
fn restore_secrets(written: &mut Value, old: &Value) {
    match (written, old) {
        (Value::Object(written), Value::Object(old)) => {
            for (key, value) in old {
                match written.get_mut(key) {
                    Some(there) => restore_secrets(there, value),
                    None if is_field(key, &SECRET_KEYS) => {
                        written.insert(key.clone(), value.clone());
                    }
                    None => {}
                }
            }
        }
        (Value::Array(written), Value::Array(old)) => {
            for (index, value) in written.iter_mut().enumerate() {
                // Plans are found by their id, as the portal finds them.
                let same = match value.get("planId") {
                    Some(id) => old.iter().find(|plan| plan.get("planId") == Some(id)),
                    None => old.get(index),
                };
                if let Some(same) = same {
                    restore_secrets(value, same);
                }
            }
        }
        _ => {}
    }
}

/// Adds two of the keys that the service adds by itself.
fn add_defaults(definition: &mut Value) {
    let add = |fields: &mut Map<String, Value>, key: &str, value: Value| {
        fields.entry(key.to_owned()).or_insert(value);
    };
    if let Some(offer) = definition.get_mut("offer").and_then(Value::as_object_mut) {
        add(offer, "microsoft-azure-marketplace.marketoLeadConfiguration", json!({}));
    }
    let plans = definition.get_mut("plans").and_then(Value::as_array_mut).into_iter().flatten();
    for plan in plans.filter_map(Value::as_object_mut) {
        add(plan, "microsoft-azure-virtualmachines.supportsHibernation", json!(false));
    }
}

/// Logos are stored by the service: each reading shows them with another signature.
fn sign_logos(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(url) if key.ends_with("Logo") && !url.is_empty() => {
                        let path = url.split('?').next().unwrap_or_default();
                        let name = path.rsplit('/').next().unwrap_or_default();
                        let signature = fastrand::u64(..);
                        *url = format!(
                            "https://mpstore.example/{name}?sv=2019-07-07&sr=b&sp=r\
                             &se=2099-01-01T00%3A00%3A00Z&sig={signature:016x}%3D"
                        );
                    }
                    other => sign_logos(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sign_logos),
        _ => {}
    }
}

fn reverse_keys(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let turned: Vec<(String, Value)> = fields.into_iter().collect();
            let turned = turned.into_iter().rev();
            Value::Object(turned.map(|(key, value)| (key, reverse_keys(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(reverse_keys).collect(),
        other => other,
    }
}
