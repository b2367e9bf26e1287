//! What the manifest says of an offer's draft, as it is written: variables are not replaced yet.

use std::fmt;
use std::num::NonZeroUsize;

use serde_json::Value as Json;

use super::document::{
    MissingSecrets, WrittenContainer, WrittenDisk, WrittenEdit, WrittenImage, WrittenOffer,
};
use super::route::Route;
use super::tree::Node;
use super::values::read_json;
use crate::ids::PlanId;

/// What is said of one offer's draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Edits relative to `definition.offer`, or to the resource that each names.
    pub edits: Vec<DeclaredEdit>,
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
    pub image: Option<DeclaredImage>,
    /// The images of a container to add.
    pub container: Option<DeclaredContainer>,
    /// As many versions stay.
    pub keep_versions: Option<NonZeroUsize>,
    /// Edits relative to the plan.
    pub edits: Vec<DeclaredEdit>,
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredEdit {
    /// Where it stands.
    pub route: Route,
    /// The resource that the pointer is relative to.
    pub resource: Option<Resource>,
    /// A pointer that can be used.
    pub pointer: String,
    /// What is done there.
    pub action: DeclaredAction,
}

/// Names one of the resources of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its kind, such as `listing`.
    pub kind: String,
    /// Its language, where there is one for each.
    pub language: Option<String>,
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredAction {
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
pub struct DeclaredImage {
    /// Where it stands.
    pub route: Route,
    /// Its version.
    pub version: String,
    /// Image type (none: the plan's only one), and where its disks come from.
    pub disks: Vec<(Option<&'static str>, DeclaredDisk)>,
}

/// A text of the manifest, and where it stands.
pub type Text = (String, Route);

/// Where disks come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredDisk {
    /// SAS URIs.
    Blobs {
        /// Of the disk of the operating system.
        os: Text,
        /// Of the data disks.
        data: Vec<Text>,
    },
    /// An image of a gallery.
    Gallery {
        /// Resource id.
        resource: Text,
        /// Tenant.
        tenant: Text,
    },
}

/// The images of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredContainer {
    /// Where it stands.
    pub route: Route,
    /// What is added.
    pub payload: DeclaredPayload,
}

/// What is added to a container plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredPayload {
    /// Tags.
    Tags(Vec<Text>),
    /// A bundle.
    Bundle {
        /// Tag.
        tag: Text,
        /// Digest.
        digest: Text,
        /// Registry.
        registry: Option<Text>,
        /// Repository.
        repository: Option<Text>,
    },
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        self.language.as_ref().map_or(Ok(()), |language| write!(f, " {language}"))
    }
}

impl DeclaredDisk {
    /// Its texts, which may have variables.
    pub fn list_texts(&self) -> impl Iterator<Item = &String> {
        let (first, more) = match self {
            Self::Blobs { os, data } => (os, data.as_slice()),
            Self::Gallery { resource, tenant } => (resource, std::slice::from_ref(tenant)),
        };
        std::iter::once(first).chain(more).map(|(text, _)| text)
    }
}

impl DeclaredPayload {
    /// Its texts, which may have variables.
    pub fn list_texts(&self) -> impl Iterator<Item = &String> {
        let (tags, bundle) = match self {
            Self::Tags(tags) => (tags.as_slice(), [None; 4]),
            Self::Bundle { tag, digest, registry, repository } => {
                (&[][..], [Some(tag), Some(digest), registry.as_ref(), repository.as_ref()])
            }
        };
        tags.iter().chain(bundle.into_iter().flatten()).map(|(text, _)| text)
    }
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
                container: plan
                    .container
                    .as_ref()
                    .map(|container| read_container(container, route.key("container"))),
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
        let adds = self.image.is_some() || self.container.is_some();
        !adds && self.keep_versions.is_none() && self.edits.is_empty()
    }
}

fn read_edits(edits: &[WrittenEdit], root: &Node, parent: &Route) -> Vec<DeclaredEdit> {
    let edit = |(index, edit): (usize, &WrittenEdit)| {
        let route = parent.key("edit").index(index);
        let value = || root.find(&route.key("value")).map_or(Source::Here(Json::Null), read_source);
        let (pointer, action) = match (&edit.set, &edit.remove, &edit.test) {
            (Some(pointer), ..) => (pointer, DeclaredAction::Set(value(), edit.create)),
            (_, Some(pointer), _) => (pointer, DeclaredAction::Remove),
            (.., Some(pointer)) => (pointer, DeclaredAction::Test(value())),
            // Told before.
            (None, None, None) => return None,
        };
        let resource = edit.kind.clone().map(|kind| {
            let language = edit.language.clone();
            Resource { kind, language }
        });
        Some(DeclaredEdit { resource, pointer: pointer.clone(), action, route })
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

fn read_image(image: &WrittenImage, route: Route) -> DeclaredImage {
    let mut disks = Vec::new();
    if let Some(disk) = &image.disk {
        let os = (disk.clone(), route.key("disk"));
        disks.push((None, DeclaredDisk::Blobs { os, data: Vec::new() }));
    }
    if let Some(written) = &image.disks {
        let named = [
            ("x64Gen1", &written.x64_gen1),
            ("x64Gen2", &written.x64_gen2),
            ("arm64Gen2", &written.arm64_gen2),
        ];
        disks.extend(named.into_iter().filter_map(|(name, disk)| {
            let route = route.key("disks").key(name);
            Some((Some(name), read_disk(disk.as_ref()?, &route)))
        }));
    }
    DeclaredImage { version: image.version.clone(), disks, route }
}

fn read_disk(disk: &WrittenDisk, route: &Route) -> DeclaredDisk {
    match disk {
        WrittenDisk::Text(text) => {
            DeclaredDisk::Blobs { os: (text.clone(), route.clone()), data: Vec::new() }
        }
        WrittenDisk::Blobs(blobs) => DeclaredDisk::Blobs {
            os: (blobs.os.clone(), route.key("os")),
            data: read_texts(&blobs.data, &route.key("data")),
        },
        WrittenDisk::Gallery(image) => DeclaredDisk::Gallery {
            resource: (image.gallery.clone(), route.key("gallery")),
            tenant: (image.tenant.clone(), route.key("tenant")),
        },
    }
}

fn read_container(container: &WrittenContainer, route: Route) -> DeclaredContainer {
    let payload = match &container.bundle {
        None => DeclaredPayload::Tags(read_texts(&container.tags, &route.key("tags"))),
        Some(bundle) => {
            let route = route.key("bundle");
            let text = |key: &str, text: &String| (text.clone(), route.key(key));
            DeclaredPayload::Bundle {
                tag: text("tag", &bundle.tag),
                digest: text("digest", &bundle.digest),
                registry: bundle.registry.as_ref().map(|name| text("registry", name)),
                repository: bundle.repository.as_ref().map(|name| text("repository", name)),
            }
        }
    };
    DeclaredContainer { route, payload }
}

fn read_texts(texts: &[String], route: &Route) -> Vec<Text> {
    texts.iter().enumerate().map(|(index, text)| (text.clone(), route.index(index))).collect()
}
