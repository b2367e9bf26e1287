//! The image versions of a plan with machines, where its technical configuration is a resource: one
//! list of versions, each with an image for each image type.

use std::num::NonZeroUsize;

use serde_json::{Value as Json, json};

use super::refusal::{refuse_mismatch, refuse_taken};
use super::sas::Sas;
use super::secrets::hide_in_text;
use super::version::Version;
use super::wanted::{Disk, Image, ImageType};
use crate::problem::Problem;

const VERSIONS: &str = "vmImageVersions";
const AVAILABLE: &str = "generallyAvailable";

/// Adds the version with an image of every image type that the manifest names, or with none.
pub fn add_image(resource: &mut Json, image: &Image) -> Result<(), Problem> {
    let types = list_types(resource);
    let mut additions = Vec::new();
    for (wanted, disk) in &image.disks {
        let image_type = choose_type(&types, *wanted)?;
        if !is_there(resource, image, image_type, disk)? {
            additions.push(json!({ "imageType": image_type, "source": write_source(disk) }));
        }
    }
    if additions.is_empty() {
        return Ok(());
    }
    let Some(versions) = versions_mut(resource) else {
        let message = format!("`{VERSIONS}` of the draft is no list");
        return Err(refuse_mismatch(message).hint("`offer-release show` prints what the draft has"));
    };
    let known = versions.iter_mut().find(|one| is_version(one, &image.version));
    match known.and_then(|known| known.get_mut("vmImages")?.as_array_mut()) {
        Some(images) => images.append(&mut additions),
        None => versions.push(json!({
            "versionNumber": image.version.as_str(),
            "lifecycleState": AVAILABLE,
            "vmImages": additions,
        })),
    }
    Ok(())
}

/// Deprecates the oldest versions of which as many newer ones stay of each of their image types.
/// Never the newest that is live of an image type nor a newer one, and nothing if what is live has
/// no versions of it.
pub fn deprecate_versions(resource: &mut Json, live: &Json, keep: NonZeroUsize) {
    let live = list_active(live);
    let mut active = list_active(resource);
    active.sort_by(|(one, _), (other, _)| one.cmp(other));
    let of_type = |(_, its): &&(Version, Vec<String>), image_type: &str| {
        its.iter().any(|one| same_type(one, image_type))
    };
    let is_left = |version: &Version, image_type: &str| {
        let newer = |one: &&(Version, Vec<String>)| one.0 > *version && of_type(one, image_type);
        active.iter().filter(newer).count() >= keep.get() && live.iter().any(|one| newer(&one))
    };
    let old: Vec<&Version> = active
        .iter()
        .filter(|(_, types)| !types.is_empty())
        .filter(|(version, types)| types.iter().all(|one| is_left(version, one)))
        .map(|(version, _)| version)
        .collect();
    for version in versions_mut(resource).into_iter().flatten() {
        if old.iter().any(|old| version["versionNumber"] == old.as_str()) {
            version["lifecycleState"] = "deprecated".into();
        }
    }
}

fn list_versions(resource: &Json) -> impl Iterator<Item = &Json> {
    resource[VERSIONS].as_array().into_iter().flatten()
}

fn versions_mut(resource: &mut Json) -> Option<&mut Vec<Json>> {
    let versions = resource.as_object_mut()?.entry(VERSIONS).or_insert_with(|| json!([]));
    if versions.is_null() {
        *versions = json!([]);
    }
    versions.as_array_mut()
}

fn list_images(version: &Json) -> impl Iterator<Item = &Json> {
    version["vmImages"].as_array().into_iter().flatten()
}

fn is_version(entry: &Json, version: &Version) -> bool {
    entry["versionNumber"].as_str().and_then(Version::parse).as_ref() == Some(version)
}

/// The versions that are not deprecated nor deleted, each with its image types.
fn list_active(resource: &Json) -> Vec<(Version, Vec<String>)> {
    let is_active = |entry: &&Json| {
        entry["lifecycleState"].as_str().is_none_or(|state| state.eq_ignore_ascii_case(AVAILABLE))
    };
    let read = |entry: &Json| {
        let types =
            list_images(entry).filter_map(|image| Some(image["imageType"].as_str()?.to_owned()));
        Some((Version::parse(entry["versionNumber"].as_str()?)?, types.collect()))
    };
    list_versions(resource).filter(is_active).filter_map(read).collect()
}

/// The image types of the plan, as the draft writes them: those of its SKUs, or without any, those
/// of its versions.
fn list_types(resource: &Json) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    let mut note = |value: &Json| {
        if let Some(name) = value["imageType"].as_str()
            && !types.iter().any(|known| same_type(known, name))
        {
            types.push(name.to_owned());
        }
    };
    resource["skus"].as_array().into_iter().flatten().for_each(&mut note);
    if resource["skus"].as_array().is_none_or(Vec::is_empty) {
        list_versions(resource).flat_map(list_images).for_each(&mut note);
    }
    types
}

/// The service has written `armGen2` too.
fn same_type(one: &str, other: &str) -> bool {
    let fold = |name: &str| name.to_ascii_lowercase().replace("arm64", "arm");
    fold(one) == fold(other)
}

fn choose_type(types: &[String], wanted: Option<ImageType>) -> Result<&str, Problem> {
    let list = types.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wanted, types) {
        (None, [only]) => Ok(only),
        (None, []) => Err(refuse_mismatch("the plan has no image types yet".to_owned())
            .hint("say by `disks` which image type the disk is of")),
        (None, _) => Err(refuse_mismatch(format!("the plan has several image types: {list}"))
            .hint("say by `disks` which disk belongs to which of them")),
        (Some(wanted), []) => Ok(wanted.name()),
        (Some(wanted), _) => {
            types.iter().find(|name| same_type(name, wanted.name())).map(String::as_str).ok_or_else(
                || {
                    refuse_mismatch(format!("the plan has no image type `{wanted}`"))
                        .hint(format!("its image types are {list}"))
                },
            )
        }
    }
}

/// The version has this image from the same source. Refused: it has it from another one, or would
/// not be the newest.
fn is_there(
    resource: &Json,
    image: &Image,
    image_type: &str,
    disk: &Disk,
) -> Result<bool, Problem> {
    let version = &image.version;
    let of_type = |entry: &Json| {
        list_images(entry)
            .any(|one| same_type(one["imageType"].as_str().unwrap_or_default(), image_type))
    };
    let known = list_versions(resource).find(|entry| is_version(entry, version));
    let there = known.and_then(|entry| {
        list_images(entry)
            .find(|one| same_type(one["imageType"].as_str().unwrap_or_default(), image_type))
    });
    if let Some(there) = there {
        if comes_from(&there["source"], disk) {
            return Ok(true);
        }
        let source = describe_source(&there["source"]);
        let message = format!("`{image_type}` has the version {version} already, from {source}");
        return Err(refuse_taken(message));
    }
    let newest = list_versions(resource)
        .filter(|entry| known.is_none() || of_type(entry))
        .filter_map(|entry| Version::parse(entry["versionNumber"].as_str()?))
        .max();
    match newest.filter(|newest| newest >= version) {
        None => Ok(false),
        Some(newest) => Err(refuse_taken(format!(
            "the version {version} is not greater than {newest}, which is there"
        ))),
    }
}

fn comes_from(source: &Json, disk: &Disk) -> bool {
    match disk {
        Disk::Blobs { os, data } => {
            let empty = Vec::new();
            let there = source["dataDisks"].as_array().unwrap_or(&empty);
            let same =
                |disk: &Sas, value: &Json| value.as_str().is_some_and(|it| disk.names_blob(it));
            let has = |(lun, disk): (usize, &Sas)| {
                there.iter().any(|one| one["lunNumber"] == lun && same(disk, &one["uri"]))
            };
            same(os, &source["osDisk"]["uri"])
                && there.len() == data.len()
                && data.iter().enumerate().all(has)
        }
        Disk::Gallery { resource, tenant } => {
            let same = |key: &str, text: &str| {
                let there = source["sharedImage"][key].as_str();
                there.is_some_and(|there| there.eq_ignore_ascii_case(text))
            };
            same("resourceId", resource) && same("tenantId", tenant)
        }
    }
}

fn write_source(disk: &Disk) -> Json {
    match disk {
        Disk::Blobs { os, data } => {
            let data: Vec<Json> = data
                .iter()
                .enumerate()
                .map(|(lun, disk)| json!({ "lunNumber": lun, "uri": disk.as_str() }))
                .collect();
            json!({
                "sourceType": "sasUri",
                "osDisk": { "uri": os.as_str() },
                "dataDisks": data,
            })
        }
        Disk::Gallery { resource, tenant } => json!({
            "sourceType": "sharedImageGallery",
            "sharedImage": { "tenantId": tenant, "resourceId": resource },
        }),
    }
}

fn describe_source(source: &Json) -> String {
    let address = source["osDisk"]["uri"].as_str();
    let image = source["sharedImage"]["resourceId"].as_str();
    let disks = source["dataDisks"].as_array().map_or(0, Vec::len);
    let more = if disks == 0 { String::new() } else { format!(" with {disks} data disks") };
    match address.or(image) {
        Some(address) => format!("{}{more}", hide_in_text(address)),
        None => "a source that the API does not show".to_owned(),
    }
}
