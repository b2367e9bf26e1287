//! A sample of a draft for a rehearsal: one that what the manifest wants can be carried out on.

use serde_json::{Map, Value as Json, json};

use super::pointer::{Pointer, read_index};
use super::version::Version;
use super::wanted::{Action, Edit, Image, ImageType, Wanted};

/// What stands where a draft has something that only the real one knows.
const UNKNOWN: &str = "(as it is in the draft)";

/// The type of virtual machine offer that what the manifest wants belongs to.
#[must_use]
pub fn guess_offer_type(wanted: &Wanted) -> &'static str {
    let edits = wanted.edits.iter().chain(wanted.plans.iter().flat_map(|plan| &plan.edits));
    let mut keys = edits.flat_map(|edit| edit.pointer.tokens());
    if keys.any(|key| key.starts_with("microsoft-azure-corevm.")) {
        "microsoft-azure-corevm"
    } else {
        "microsoft-azure-virtualmachines"
    }
}

/// The definition with everything that the manifest takes for granted: its plans' image types, with
/// no version that is not older, the keys that it sets, the values that it tests.
#[must_use]
pub fn complete_definition(mut definition: Json, wanted: &Wanted, offer_type: &str) -> Json {
    complete_edits(&mut definition["offer"], &wanted.edits);
    for plan in &wanted.plans {
        let known = definition["plans"].as_array_mut().into_iter().flatten();
        for there in known.filter(|there| there["planId"] == plan.id.as_str()) {
            if let Some(image) = &plan.image {
                complete_images(there, image, offer_type);
            }
            complete_edits(there, &plan.edits);
        }
    }
    definition
}

/// The plan has just the image types that are named, or one.
fn complete_images(plan: &mut Json, image: &Image, offer_type: &str) {
    let key =
        if offer_type == "microsoft-azure-corevm" { "vmImagesPublicAzure" } else { "vmImages" };
    let key = format!("{offer_type}.{key}");
    let id = plan["planId"].as_str().unwrap_or_default().to_owned();
    let mut versions = plan[&key].as_object().cloned().unwrap_or_default();
    versions.retain(|text, _| Version::parse(text).is_some_and(|there| there < image.version));
    let types = image.disks.iter().map(|(name, _)| name.unwrap_or(ImageType::X64Gen1));
    let mut generations = Vec::new();
    for (number, image_type) in types.enumerate() {
        let (generation, architecture) = match image_type {
            ImageType::X64Gen1 => ("1", "X64"),
            ImageType::X64Gen2 => ("2", "X64"),
            ImageType::Arm64Gen2 => ("2", "Arm64"),
        };
        let mut said = Map::new();
        said.insert(format!("{offer_type}.generation"), json!(generation));
        said.insert(format!("{offer_type}.vmImagesArchitecture"), json!(architecture));
        said.insert(key.clone(), Json::Object(versions.clone()));
        if number == 0 {
            plan.as_object_mut().into_iter().for_each(|plan| plan.extend(said.clone()));
        } else {
            said.insert("planId".to_owned(), json!(format!("{id}-{}", image_type.name())));
            generations.push(Json::Object(said));
        }
    }
    plan["diskGenerations"] = Json::Array(generations);
}

/// What the edits take for granted in the value that they are relative to.
pub fn complete_edits(holder: &mut Json, edits: &[Edit]) {
    for (number, edit) in edits.iter().enumerate() {
        let earlier = || edits[..number].iter();
        match &edit.action {
            // Behind a set or a removal it is what that left, not what the draft has.
            Action::Test { value } if !earlier().any(|one| changes(one, &edit.pointer)) => {
                if let Some(place) = grow(holder, edit.pointer.tokens()) {
                    *place = value.clone();
                }
            }
            Action::Set { create: false, .. } if edit.pointer.find(holder).is_none() => {
                if let Some(place) = grow(holder, edit.pointer.tokens()) {
                    *place = json!(UNKNOWN);
                }
            }
            Action::Set { create: true, .. } => {
                let way = edit.pointer.tokens().split_last().map_or(&[][..], |(_, way)| way);
                if let Some(place) = grow(holder, way)
                    && place.is_null()
                {
                    *place = json!({});
                }
            }
            Action::Set { .. } | Action::Test { .. } | Action::Remove => {}
        }
    }
}

/// The edit changes what the pointer leads to.
fn changes(edit: &Edit, pointer: &Pointer) -> bool {
    let tests = matches!(edit.action, Action::Test { .. });
    !tests && (edit.pointer.covers(pointer) || pointer.covers(&edit.pointer))
}

/// The place at the end of the tokens, made if it is not there. Nothing that is there is lost: in a
/// text there is no further place.
fn grow<'a>(holder: &'a mut Json, tokens: &[String]) -> Option<&'a mut Json> {
    /// No list of a draft is longer, and none is made so that a mistyped index takes the memory.
    const LONGEST: usize = 100;
    let mut here = holder;
    for token in tokens {
        if here.is_null() {
            *here = if read_index(token).is_some() { json!([]) } else { json!({}) };
        }
        here = match here {
            Json::Object(members) => members.entry(token.clone()).or_insert(Json::Null),
            Json::Array(items) => {
                let index = read_index(token).filter(|index| *index < LONGEST)?;
                if items.len() <= index {
                    items.resize(index + 1, Json::Null);
                }
                items.get_mut(index)?
            }
            _ => return None,
        };
    }
    Some(here)
}
