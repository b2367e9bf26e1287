//! What the service refuses to write into a draft.

use serde_json::{Value, json};

use super::product::{SimulatedProduct, kind_of};

const MOST_VERSIONS: usize = 100;

/// The errors of a job that writes this resource; none if it may be written. `live` are the
/// resources that are live.
pub fn check_resource(
    product: &SimulatedProduct,
    resource: &Value,
    live: Option<&[Value]>,
) -> Vec<Value> {
    let kind = kind_of(resource);
    let details = json!([{
        "code": "invalidResource",
        "message": format!("Failure for resource: {kind}-0, schema: {kind}"),
    }]);
    let error = |message: String| {
        vec![json!({"code": "badRequest", "message": message, "details": details})]
    };
    let plan = &resource["plan"];
    let has_plan = plan.is_null()
        || product.draft.iter().any(|there| there["id"] == *plan && plan.is_string());
    if !has_plan {
        return error("Invalid resource".to_owned());
    }
    let versions = resource["vmImageVersions"].as_array();
    if versions.is_some_and(|versions| versions.len() > MOST_VERSIONS) {
        return error(format!("At most {MOST_VERSIONS} versions are allowed."));
    }
    if let Some(reason) = find_null_reason(resource) {
        return error(reason);
    }
    let published = live.unwrap_or_default().iter().find(|there| {
        kind_of(there) == kind && there["plan"] == *plan && there.get("vmImageVersions").is_some()
    });
    let published = published.and_then(|there| there["vmImageVersions"].as_array());
    let empty = Vec::new();
    let written = versions.unwrap_or(&empty);
    let changed = published.into_iter().flatten().find_map(|one| find_changed_image(one, written));
    changed.map_or_else(Vec::new, error)
}

/// What is wrong with an image of a published version, which neither goes nor changes.
fn find_changed_image(published: &Value, written: &[Value]) -> Option<String> {
    let number = published["versionNumber"].as_str().unwrap_or_default();
    let written = written.iter().find(|one| one["versionNumber"] == number);
    let written = written.and_then(|version| version["vmImages"].as_array());
    published["vmImages"].as_array().into_iter().flatten().find_map(|image| {
        let image_type = image["imageType"].as_str().unwrap_or_default();
        let there = written.and_then(|all| all.iter().find(|one| one["imageType"] == image_type));
        let done = match there {
            None => "delete",
            Some(there) if there["source"] != image["source"] => "change",
            Some(_) => return None,
        };
        let shown = pascal_case(image_type);
        Some(format!(
            "Cannot {done} image '{number}' of type '{shown}' as it is already published."
        ))
    })
}

/// An optional text must be left out, not null.
fn find_null_reason(resource: &Value) -> Option<String> {
    let versions = resource["vmImageVersions"].as_array()?;
    let index = versions.iter().position(|version| {
        version["deprecationSchedule"].get("reason").is_some_and(Value::is_null)
    })?;
    let schema = resource["$schema"].as_str().unwrap_or_default().trim();
    Some(format!(
        "Schema validation failed for schema {schema}: \
         #/vmImageVersions/{index}/deprecationSchedule/reason: Value is \"null\" but should be \
         \"string\""
    ))
}

fn pascal_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
