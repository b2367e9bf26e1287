//! A sample of a draft that is made of resources, for a rehearsal.

use serde_json::{Value as Json, json};

use super::resource::{kind_of, language_of, name_of_plan};
use super::sample::complete_edits;
use super::version::Version;
use super::wanted::{Edit, Image, ImageType, Payload, Resource, Wanted};

const SCHEMAS: &str = "https://schema.mp.microsoft.com/schema";
const MACHINE: &str = "virtual-machine-plan-technical-configuration";
const CONTAINER: &str = "container-plan-technical-configuration";

/// The type of offer that what the manifest wants belongs to.
#[must_use]
pub fn guess_product_type(wanted: &Wanted) -> &'static str {
    let plans = &wanted.plans;
    let edits = wanted.edits.iter().chain(plans.iter().flat_map(|plan| &plan.edits));
    let mut kinds = edits.filter_map(|edit| Some(edit.resource.as_ref()?.kind.as_str()));
    if plans.iter().any(|plan| plan.container.is_some()) || kinds.any(|kind| kind == CONTAINER) {
        "azureContainer"
    } else {
        "azureVirtualMachine"
    }
}

/// The resources with everything that the manifest takes for granted: the resources and keys that
/// its edits name, its plans' image types, bundles to take over from.
#[must_use]
pub fn complete_resources(mut resources: Vec<Json>, wanted: &Wanted) -> Vec<Json> {
    complete_all(&mut resources, &wanted.edits, None);
    for plan in &wanted.plans {
        let named = |one: &&Json| name_of_plan(one) == Some(plan.id.as_str());
        let id = resources.iter().find(named).and_then(|one| one["id"].as_str());
        let Some(id) = id.map(str::to_owned) else { continue };
        for one in resources.iter_mut().filter(|one| one["plan"] == id.as_str()) {
            match (kind_of(one), &plan.image, &plan.container) {
                (MACHINE, Some(image), _) => complete_images(one, image),
                (CONTAINER, _, Some(container)) => complete_payload(one, &container.payload),
                _ => {}
            }
        }
        complete_all(&mut resources, &plan.edits, Some(&id));
    }
    resources
}

/// Each edit finds its resource, and in it what it takes for granted.
fn complete_all(resources: &mut Vec<Json>, edits: &[Edit], plan: Option<&str>) {
    let mut done: Vec<&Resource> = Vec::new();
    for edit in edits {
        let Some(wanted) = edit.resource.as_ref().filter(|one| !done.contains(one)) else {
            continue;
        };
        done.push(wanted);
        let known = resources.iter().position(|one| is_meant(one, wanted, plan));
        let index = known.unwrap_or_else(|| {
            resources.push(make_resource(resources, wanted, plan));
            resources.len() - 1
        });
        let its: Vec<Edit> =
            edits.iter().filter(|edit| edit.resource.as_ref() == Some(wanted)).cloned().collect();
        complete_edits(&mut resources[index], &its);
    }
}

fn is_meant(resource: &Json, wanted: &Resource, plan: Option<&str>) -> bool {
    let of_plan = match plan {
        Some(plan) => resource["plan"] == plan || resource["id"] == plan,
        None => resource.get("plan").is_none(),
    };
    let language = wanted.language.as_deref();
    of_plan
        && kind_of(resource) == wanted.kind
        && language.is_none_or(|language| language_of(resource) == Some(language))
}

fn make_resource(resources: &[Json], wanted: &Resource, plan: Option<&str>) -> Json {
    let product = resources.first().map_or(Json::Null, |one| one["id"].clone());
    let owner = plan.or(product.as_str()).unwrap_or_default();
    let (kind, owner) = (&wanted.kind, owner.split_once('/').map_or("", |(_, owner)| owner));
    let end = wanted.language.as_ref().map(|language| format!("/{language}")).unwrap_or_default();
    let mut made = json!({
        "$schema": format!("{SCHEMAS}/{kind}/2022-03-01-preview2"),
        "id": format!("{kind}/{owner}{end}"),
        "product": product,
    });
    if let Some(plan) = plan {
        made["plan"] = plan.into();
    }
    if let Some(language) = &wanted.language {
        made["languageId"] = language.as_str().into();
    }
    made
}

/// The plan has just the image types that are named, or one, and no version that is not older.
fn complete_images(resource: &mut Json, image: &Image) {
    let types = image.disks.iter().map(|(name, _)| name.unwrap_or(ImageType::X64Gen2));
    let skus = types.map(|one| json!({ "imageType": one.name(), "skuId": one.name() }));
    resource["skus"] = skus.collect();
    if let Some(versions) = resource["vmImageVersions"].as_array_mut() {
        versions.retain(|one| {
            let version = one["versionNumber"].as_str().and_then(Version::parse);
            version.is_some_and(|version| version < image.version)
        });
    }
}

fn complete_payload(resource: &mut Json, payload: &Payload) {
    let Payload::Bundle { registry, repository, .. } = payload else { return };
    resource["payloadType"] = "cnab".into();
    resource["cnabReferences"] = json!([{
        "registryName": registry.as_deref().unwrap_or("registry"),
        "repositoryName": repository.as_deref().unwrap_or("repository"),
        "tag": "0",
        "digest": format!("sha256:{}", "0".repeat(64)),
    }]);
}
