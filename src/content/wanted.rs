//! What the manifest wants of an offer's draft, its variables replaced.

use std::fmt;
use std::num::NonZeroUsize;

use serde_json::Value as Json;

use super::pointer::Pointer;
use super::sas::Sas;
use super::version::Version;
use crate::ids::PlanId;
pub use crate::manifest::content::Resource;
use crate::problem::Place;

/// What the manifest wants of one offer, its variables replaced.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Edits relative to `definition.offer`, or to the resource that each names, in their order.
    pub edits: Vec<Edit>,
    /// What is wanted of the plans that the manifest names.
    pub plans: Vec<WantedPlan>,
    /// The manifest says `missing-secrets: keep`: what the service hides on reading may be missing
    /// from what is written.
    pub keeps_missing_secrets: bool,
    /// Texts that a secret went into; they are never shown.
    pub confidential: Vec<String>,
}

impl Wanted {
    /// Nothing is said of the draft: it is published as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty() && !self.plans.iter().any(WantedPlan::is_said)
    }

    /// The version of the images that are added, if it is one and the same.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        let images = self.plans.iter().filter_map(|plan| plan.image.as_ref());
        let versions: Vec<_> = images.map(|image| image.version.to_string()).collect();
        let (first, rest) = versions.split_first()?;
        rest.iter().all(|version| version == first).then(|| first.clone())
    }
}

/// What is wanted of one plan.
#[derive(Debug, Clone)]
pub struct WantedPlan {
    /// The plan's id, as in the document's `planId`.
    pub id: PlanId,
    /// Where the manifest names the plan.
    pub at: Place,
    /// The version to add.
    pub image: Option<Image>,
    /// The images of a container to add.
    pub container: Option<Container>,
    /// As many versions stay of each image type, and where the manifest says so.
    pub keep_versions: Option<(NonZeroUsize, Place)>,
    /// Edits relative to the plan, after the image.
    pub edits: Vec<Edit>,
}

impl WantedPlan {
    /// The manifest says more of it than its id.
    pub(super) fn is_said(&self) -> bool {
        let adds = self.image.is_some() || self.container.is_some();
        adds || self.keep_versions.is_some() || !self.edits.is_empty()
    }
}

/// One edit.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The resource that it is about, where a draft is made of resources.
    pub resource: Option<Resource>,
    /// What it is about.
    pub pointer: Pointer,
    /// What it does.
    pub action: Action,
    /// Where the manifest says so.
    pub at: Place,
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The value becomes this one.
    Set {
        /// The new value.
        value: Json,
        /// The last key may be new.
        create: bool,
    },
    /// The value goes; one that is not there is no change.
    Remove,
    /// The edits behind it, up to the next test, are only made if the value is this one.
    Test {
        /// What is expected.
        value: Json,
    },
}

/// The version of a virtual machine's image that a release adds to a plan.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its version.
    pub version: Version,
    /// The disk of the plan's only image type (`None`), or of each image type named.
    pub disks: Vec<(Option<ImageType>, Disk)>,
    /// Where the manifest says so.
    pub at: Place,
}

/// Architecture and generation of an image, in the words of the Product Ingestion API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageType {
    /// x64, generation 1.
    X64Gen1,
    /// x64, generation 2.
    X64Gen2,
    /// Arm64, generation 2.
    Arm64Gen2,
}

impl ImageType {
    /// Every image type.
    pub const ALL: [Self; 3] = [Self::X64Gen1, Self::X64Gen2, Self::Arm64Gen2];

    /// The image type as the manifest writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::X64Gen1 => "x64Gen1",
            Self::X64Gen2 => "x64Gen2",
            Self::Arm64Gen2 => "arm64Gen2",
        }
    }
}

impl fmt::Display for ImageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where an image comes from.
#[derive(Debug, Clone)]
pub enum Disk {
    /// Blobs, each with its signature.
    Blobs {
        /// The disk of the operating system.
        os: Sas,
        /// The data disks, by their number.
        data: Vec<Sas>,
    },
    /// An image version of an Azure compute gallery.
    Gallery {
        /// The image version's resource id.
        resource: String,
        /// The tenant that the gallery is in.
        tenant: String,
    },
}

/// What a release adds to a container plan.
#[derive(Debug, Clone)]
pub struct Container {
    /// It.
    pub payload: Payload,
    /// Where the manifest says so.
    pub at: Place,
}

/// The images of a container.
#[derive(Debug, Clone)]
pub enum Payload {
    /// Tags of images.
    Tags(Vec<String>),
    /// A reference to a bundle. What is not said is as in the plan's last one.
    Bundle {
        /// Its tag.
        tag: String,
        /// Its digest.
        digest: String,
        /// Its registry.
        registry: Option<String>,
        /// Its repository.
        repository: Option<String>,
    },
}
