//! What a resource of a draft says of itself: its kind, its language, the name of a plan.

use serde_json::Value as Json;

/// The kind of a resource: what stands before the version in its `$schema`.
pub fn kind_of(resource: &Json) -> &str {
    let schema = resource["$schema"].as_str().unwrap_or_default().trim();
    schema.rsplit('/').nth(1).unwrap_or_default()
}

/// The language of a resource, if there is one for each.
pub fn language_of(resource: &Json) -> Option<&str> {
    resource["languageId"].as_str().or_else(|| resource["language"].as_str())
}

/// The name of a plan, under the key that the service spells in two ways.
pub fn name_of_plan(plan: &Json) -> Option<&str> {
    let identity = plan["identity"].as_object()?;
    let (_, name) = identity.iter().find(|(key, _)| key.eq_ignore_ascii_case("externalId"))?;
    name.as_str()
}
