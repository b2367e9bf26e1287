//! What a release adds to a container plan: tags of images, or a reference to a bundle.

use serde_json::{Value as Json, json};

use super::Payload;
use super::refusal::refuse_mismatch;
use crate::problem::{Code, Problem};

/// The API takes no more of them.
const MOST_TAGS: usize = 16;

/// Adds it, unless it is there.
pub fn add_payload(resource: &mut Json, payload: &Payload) -> Result<(), Problem> {
    let (wanted, key) = match payload {
        Payload::Tags(_) => ("image", "tags"),
        Payload::Bundle { .. } => ("cnab", "bundle"),
    };
    let there = resource["payloadType"].as_str().unwrap_or_default();
    if !there.eq_ignore_ascii_case(wanted) {
        let other = if key == "tags" { "bundle" } else { "tags" };
        return Err(refuse_mismatch(format!(
            "the plan's payload is `{there}`, which has no `{key}`"
        ))
        .hint(format!("write `{other}:` instead, or change the payload in Partner Center")));
    }
    match payload {
        Payload::Tags(tags) => add_tags(resource, tags),
        Payload::Bundle { tag, digest, registry, repository } => {
            add_bundle(resource, [tag, digest], [registry.as_deref(), repository.as_deref()])
        }
    }
}

fn add_tags(resource: &mut Json, tags: &[String]) -> Result<(), Problem> {
    let there = list_mut(resource, "imageTags")?;
    for tag in tags {
        if !there.iter().any(|known| known == tag) {
            there.push(tag.as_str().into());
        }
    }
    if there.len() > MOST_TAGS {
        return Err(refuse_mismatch(format!("the plan would have {} tags", there.len())).hint(
            format!("it has {MOST_TAGS} at most: remove old ones by `edit`, or use another"),
        ));
    }
    Ok(())
}

fn add_bundle(
    resource: &mut Json,
    [tag, digest]: [&str; 2],
    [registry, repository]: [Option<&str>; 2],
) -> Result<(), Problem> {
    let there = list_mut(resource, "cnabReferences")?;
    let fits = |one: &&Json| registry.is_none_or(|registry| one["registryName"] == registry);
    let Some(pattern) = there.iter().rev().find(fits) else {
        let message = match registry {
            Some(registry) => format!("the plan has no bundle in the registry `{registry}`"),
            None => "the plan has no bundle yet".to_owned(),
        };
        return Err(refuse_mismatch(message).hint(
            "add the first one in Partner Center: it says subscription and resource group too",
        ));
    };
    let mut reference = pattern.clone();
    if let Some(repository) = repository {
        reference["repositoryName"] = repository.into();
    }
    reference["tag"] = tag.into();
    reference["digest"] = digest.into();
    let same = |one: &&Json, keys: &[&str]| keys.iter().all(|key| one[*key] == reference[*key]);
    let known = there.iter().find(|one| same(one, &["registryName", "repositoryName", "tag"]));
    match known {
        Some(known) if known["digest"] == digest => Ok(()),
        Some(known) => {
            let message = format!(
                "the tag {tag} is there already, with another digest: {}",
                known["digest"].as_str().unwrap_or_default()
            );
            Err(Problem::new(Code::VersionTaken, message)
                .hint("a tag is given once: release under another one"))
        }
        None => {
            there.push(reference);
            Ok(())
        }
    }
}

/// A list of the resource; an empty one if it is not there yet.
fn list_mut<'a>(resource: &'a mut Json, key: &str) -> Result<&'a mut Vec<Json>, Problem> {
    let list = resource.as_object_mut().map(|members| members.entry(key).or_insert(Json::Null));
    let list = list.and_then(|list| {
        if list.is_null() {
            *list = json!([]);
        }
        list.as_array_mut()
    });
    list.ok_or_else(|| {
        refuse_mismatch(format!("`{key}` of the draft is no list"))
            .hint("`offer-release show` prints what the draft has")
    })
}
