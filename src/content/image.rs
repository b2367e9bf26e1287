//! The image versions of a plan: where they are in the document of each type of offer, and how one
//! is added.

use serde_json::{Map, Value as Json};

use super::refusal::{refuse_mismatch, refuse_taken};
use super::sas::Sas;
use super::version::Version;
use super::wanted::{Disk, Image, ImageType};
use crate::problem::Problem;

/// A part of a plan that has image versions of its own: the plan itself, or one of its
/// `diskGenerations`.
#[derive(Debug, Clone)]
pub struct ImageSlot {
    pub image_type: ImageType,
    /// The id of the plan or of the generation.
    pub id: String,
    /// `None`: the plan itself.
    generation: Option<usize>,
    key: String,
}

impl ImageSlot {
    /// The versions that are there.
    pub fn versions<'a>(&self, plan: &'a Json) -> Option<&'a Map<String, Json>> {
        let holder = match self.generation {
            Some(index) => &plan["diskGenerations"][index],
            None => plan,
        };
        holder.get(&self.key)?.as_object()
    }

    /// The versions, to be changed; an empty set of them if the plan has none yet.
    pub fn versions_mut<'a>(&self, plan: &'a mut Json) -> Option<&'a mut Map<String, Json>> {
        let holder = match self.generation {
            Some(index) => plan.get_mut("diskGenerations")?.get_mut(index)?,
            None => plan,
        };
        let members = holder.as_object_mut()?;
        let versions = members.entry(&self.key).or_insert_with(|| Json::Object(Map::new()));
        if versions.is_null() {
            *versions = Json::Object(Map::new());
        }
        versions.as_object_mut()
    }
}

/// Where a plan of this type of offer has its image versions.
pub fn list_slots(plan: &Json, offer_type: &str) -> Result<Vec<ImageSlot>, Problem> {
    let key = match offer_type {
        "microsoft-azure-virtualmachines" => "vmImages",
        "microsoft-azure-corevm" => "vmImagesPublicAzure",
        other => {
            let message = format!("an offer of the type `{other}` has no images of machines");
            return Err(refuse_mismatch(message).hint("say what changes by `edit`"));
        }
    };
    let slot = |holder: &Json, generation| ImageSlot {
        image_type: read_image_type(holder, offer_type),
        id: holder["planId"].as_str().unwrap_or_default().to_owned(),
        generation,
        key: format!("{offer_type}.{key}"),
    };
    let mut slots = vec![slot(plan, None)];
    let generations = plan["diskGenerations"].as_array().into_iter().flatten().enumerate();
    slots.extend(generations.map(|(index, holder)| slot(holder, Some(index))));
    Ok(slots)
}

fn read_image_type(holder: &Json, offer_type: &str) -> ImageType {
    let text = |key: &str| holder[format!("{offer_type}.{key}")].as_str().unwrap_or_default();
    if text("vmImagesArchitecture").eq_ignore_ascii_case("arm64") {
        ImageType::Arm64Gen2
    } else if text("generation") == "2" {
        ImageType::X64Gen2
    } else {
        ImageType::X64Gen1
    }
}

/// Adds the version to every image type that the manifest names, or to none of them.
pub fn add_image(plan: &mut Json, offer_type: &str, image: &Image) -> Result<(), Problem> {
    let slots = list_slots(plan, offer_type)?;
    let mut additions = Vec::new();
    for (image_type, disk) in &image.disks {
        let slot = choose_slot(&slots, *image_type)?;
        let os = read_blob(disk)?;
        let empty = Map::new();
        let versions = slot.versions(plan).unwrap_or(&empty);
        if !is_there(versions, image, os, slot)? {
            additions.push((slot, build_entry(versions, offer_type, image, os, slot)));
        }
    }
    for (slot, entry) in additions {
        if let Some(versions) = slot.versions_mut(plan) {
            versions.insert(image.version.as_str().to_owned(), entry);
        }
    }
    Ok(())
}

fn choose_slot(slots: &[ImageSlot], wanted: Option<ImageType>) -> Result<&ImageSlot, Problem> {
    let list = slots.iter().map(|slot| format!("`{}`", slot.image_type));
    let list = list.collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted else {
        return match slots {
            [only] => Ok(only),
            _ => Err(refuse_mismatch(format!("the plan has several image types: {list}"))
                .hint("say by `disks` which disk belongs to which of them")),
        };
    };
    let mut fitting = slots.iter().filter(|slot| slot.image_type == wanted);
    match (fitting.next(), fitting.next()) {
        (Some(slot), None) => Ok(slot),
        (None, _) => Err(refuse_mismatch(format!("the plan has no image type `{wanted}`"))
            .hint(format!("its image types are {list}"))),
        (Some(_), Some(_)) => {
            Err(refuse_mismatch(format!("the plan has `{wanted}` more than once"))
                .hint("say what changes by `edit`"))
        }
    }
}

/// The one form of a disk whose place in these documents is known.
fn read_blob(disk: &Disk) -> Result<&Sas, Problem> {
    let message = match disk {
        Disk::Blobs { os, data } if data.is_empty() => return Ok(os),
        Disk::Blobs { .. } => "how the Cloud Partner Portal API names data disks is not known",
        Disk::Gallery { .. } => "the Cloud Partner Portal API takes no image from a gallery",
    };
    Err(refuse_mismatch(message.to_owned()).hint("use `api: product-ingestion` for this offer"))
}

/// The version is there with the same disk. Refused: it is there with another one, or it would not
/// be the newest.
fn is_there(
    versions: &Map<String, Json>,
    image: &Image,
    os: &Sas,
    slot: &ImageSlot,
) -> Result<bool, Problem> {
    let version = &image.version;
    if let Some(there) = versions.get(version.as_str()) {
        let address = there["osVhdUrl"].as_str().unwrap_or_default();
        if os.names_blob(address) {
            return Ok(true);
        }
        let message = format!(
            "`{}` has the version {version} already, with another disk: {}",
            slot.id,
            super::secrets::hide_in_text(address)
        );
        return Err(refuse_taken(message));
    }
    let newest = newest_version(versions);
    match newest.filter(|newest| *newest >= *version) {
        None => Ok(false),
        Some(newest) => Err(refuse_taken(format!(
            "the version {version} is not greater than {newest}, which `{}` has already",
            slot.id
        ))),
    }
}

/// The greatest of the versions that are three numbers.
pub fn newest_version(versions: &Map<String, Json>) -> Option<Version> {
    versions.keys().filter_map(|key| Version::parse(key)).max()
}

/// What is written for a new version. A core VM's version has texts as well: they are taken over
/// from the newest version there, and its media name is made of plan and version.
fn build_entry(
    versions: &Map<String, Json>,
    offer_type: &str,
    image: &Image,
    os: &Sas,
    slot: &ImageSlot,
) -> Json {
    let mut entry = Map::new();
    if offer_type == "microsoft-azure-corevm" {
        let newest = newest_version(versions).and_then(|newest| versions.get(newest.as_str()));
        entry.insert("mediaName".into(), name_media(&slot.id, &image.version).into());
        for key in ["showInGui", "label", "description"] {
            if let Some(value) = newest.and_then(|newest| newest.get(key)) {
                entry.insert(key.into(), value.clone());
            }
        }
        entry.insert("showInGui".into(), true.into());
    }
    entry.insert("osVhdUrl".into(), os.as_str().into());
    entry.insert("lunVhdDetails".into(), Json::Array(Vec::new()));
    Json::Object(entry)
}

/// A media name has fewer than 63 characters.
fn name_media(id: &str, version: &Version) -> String {
    const LONGEST: usize = 62;
    let ending = format!("-{}", version.as_str().replace('.', "-"));
    let start: String = id.chars().take(LONGEST.saturating_sub(ending.len())).collect();
    format!("{start}{ending}")
}
