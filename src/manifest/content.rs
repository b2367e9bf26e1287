//! What the manifest says of an offer's draft, as it is written: variables are not replaced yet.

use std::num::NonZeroUsize;

use serde_json::Value as Json;

use super::document::{MissingSecrets, WrittenEdit, WrittenImage, WrittenOffer};
use super::route::Route;
use super::tree::Node;
use super::values::read_json;
use crate::ids::PlanId;

/// What is said of one offer's draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Edits relative to `definition.offer`.
    pub edits: Vec<Edit>,
    /// What is said of its plans.
    pub plans: Vec<PlanContent>,
    /// `missing-secrets: keep`.
    pub keeps_missing_secrets: bool,
}

/// What is said of one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanContent {
    /// The plan.
    pub id: PlanId,
    /// Where the manifest names it.
    pub route: Route,
    /// The version to add.
    pub image: Option<Image>,
    /// As many versions stay.
    pub keep_versions: Option<NonZeroUsize>,
    /// Edits relative to the plan.
    pub edits: Vec<Edit>,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where it stands.
    pub route: Route,
    /// A pointer that can be used.
    pub pointer: String,
    /// What is done there.
    pub action: Action,
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `set`, with `create`.
    Set(Source, bool),
    /// `remove`.
    Remove,
    /// `test`.
    Test(Source),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It stands in the manifest.
    Here(Json),
    /// It is the text of a file.
    File(String),
    /// It is the text of a file, with its variables replaced.
    Template(String),
}

/// The version of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Where it stands.
    pub route: Route,
    /// Its version.
    pub version: String,
    /// Image type (none: the plan's only one), the disk's SAS URI, and where that stands.
    pub disks: Vec<(Option<&'static str>, String, Route)>,
}

impl Content {
    /// Nothing is said: the draft is published as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.plans.iter().all(PlanContent::is_empty)
    }

    /// Reads what is written of an offer, whose route this is.
    pub(super) fn read(offer: &WrittenOffer, root: &Node, route: &Route) -> Self {
        let plan = |(index, plan): (usize, &super::document::WrittenPlan)| {
            let route = route.key("plans").index(index);
            PlanContent {
                id: plan.id.clone(),
                image: plan.image.as_ref().map(|image| read_image(image, route.key("image"))),
                keep_versions: plan.keep_versions,
                edits: read_edits(&plan.edit, root, &route),
                route,
            }
        };
        Self {
            edits: read_edits(&offer.edit, root, route),
            plans: offer.plans.iter().enumerate().map(plan).collect(),
            keeps_missing_secrets: offer.missing_secrets == MissingSecrets::Keep,
        }
    }
}

impl PlanContent {
    fn is_empty(&self) -> bool {
        self.image.is_none() && self.keep_versions.is_none() && self.edits.is_empty()
    }
}

fn read_edits(edits: &[WrittenEdit], root: &Node, parent: &Route) -> Vec<Edit> {
    let edit = |(index, edit): (usize, &WrittenEdit)| {
        let route = parent.key("edit").index(index);
        let value = || root.find(&route.key("value")).map_or(Source::Here(Json::Null), read_source);
        let (pointer, action) = match (&edit.set, &edit.remove, &edit.test) {
            (Some(pointer), ..) => (pointer, Action::Set(value(), edit.create)),
            (_, Some(pointer), _) => (pointer, Action::Remove),
            (.., Some(pointer)) => (pointer, Action::Test(value())),
            // Told before.
            (None, None, None) => return None,
        };
        Some(Edit { pointer: pointer.clone(), action, route })
    };
    edits.iter().enumerate().filter_map(edit).collect()
}

/// A mapping of nothing but `file` or `template` names a file; everything else is the value.
fn read_source(node: &Node) -> Source {
    let value = read_json(node).unwrap_or_default();
    let only = value.as_object().filter(|members| members.len() == 1);
    let path = |key| only.and_then(|members| members.get(key)?.as_str()).map(str::to_owned);
    if let Some(path) = path("file") {
        return Source::File(path);
    }
    path("template").map_or(Source::Here(value), Source::Template)
}

fn read_image(image: &WrittenImage, route: Route) -> Image {
    let mut disks = Vec::new();
    if let Some(disk) = &image.disk {
        disks.push((None, disk.clone(), route.key("disk")));
    }
    if let Some(written) = &image.disks {
        let named = [
            ("x64Gen1", &written.x64_gen1),
            ("x64Gen2", &written.x64_gen2),
            ("arm64Gen2", &written.arm64_gen2),
        ];
        disks.extend(named.into_iter().filter_map(|(name, disk)| {
            Some((Some(name), disk.clone()?, route.key("disks").key(name)))
        }));
    }
    Image { version: image.version.clone(), disks, route }
}
