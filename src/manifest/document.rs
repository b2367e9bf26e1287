//! The manifest as it is written. These types are the one description of the format: serde reads
//! by them, the JSON Schema is made of them, and [`super::shape`] explains by that schema what is
//! wrong.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::text_schemas::{ApiName, PointerText};
use crate::ids::{Email, OfferId, PlanId, PublisherId};

/// An API of the Azure Marketplace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Api {
    /// The API of the Cloud Partner Portal, which is in maintenance.
    #[default]
    CloudPartner,
    /// The Product Ingestion API, its successor.
    ProductIngestion,
}

impl Api {
    /// The name in the manifest and in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudPartner => "cloud-partner",
            Self::ProductIngestion => "product-ingestion",
        }
    }
}

impl JsonSchema for Api {
    fn schema_name() -> Cow<'static, str> {
        "Api".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = [Self::CloudPartner, Self::ProductIngestion].map(Self::name);
        json_schema!({ "type": "string", "enum": names })
    }
}

/// Offers of the Azure Marketplace that are published together by offer-release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Offer manifest")]
pub struct Document {
    /// The API at which the offers are published, unless an offer says otherwise:
    /// `cloud-partner` (the default) or `product-ingestion`.
    #[serde(default)]
    #[schemars(with = "Api")]
    pub api: Option<Api>,
    /// Publisher of all the offers, as in the address of the portal.
    pub publisher: PublisherId,
    /// To whom the portal sends its notifications, unless an offer says otherwise. Of offers that
    /// were migrated to Partner Center, it mails the account's seller contact instead, whatever
    /// stands here; with `product-ingestion` it mails nobody.
    #[serde(default)]
    pub notification_emails: Vec<Email>,
    /// The offers; their ids are unique.
    #[schemars(length(min = 1))]
    pub offers: Vec<WrittenOffer>,
}

/// One offer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenOffer {
    /// The offer's id, as in the address of the portal: neither its name nor its alias.
    pub id: OfferId,
    /// The API at which this offer is published, instead of the manifest's.
    #[serde(default)]
    #[schemars(with = "Api")]
    pub api: Option<Api>,
    /// To whom the portal sends this offer's notifications, instead of the manifest's addresses. If
    /// the offer was migrated to Partner Center, it mails the account's seller contact instead.
    #[serde(default)]
    #[schemars(with = "Vec<Email>")]
    pub notification_emails: Option<Vec<Email>>,
    /// `false`: this offer never goes live, whatever the input `go-live` says.
    #[serde(default = "default_go_live")]
    pub go_live: bool,
    /// Changes of the offer's draft before it is published, in this order; pointers are relative to
    /// the draft's `definition.offer`, or with `product-ingestion` to the resource that `in` names.
    #[serde(default)]
    pub edit: Vec<WrittenEdit>,
    /// `keep`: the draft is written also where the portal hides a secret when it is read, which
    /// might blank the secret. Otherwise that is refused.
    #[serde(default)]
    pub missing_secrets: MissingSecrets,
    /// The offer's plans: what becomes of them, and where the portal's messages are shown; their
    /// ids are unique within the offer.
    #[serde(default)]
    pub plans: Vec<WrittenPlan>,
}

/// One plan (SKU).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenPlan {
    /// The plan's id.
    pub id: PlanId,
    /// The version of a virtual machine that the release adds to the plan.
    #[serde(default)]
    #[schemars(with = "WrittenImage")]
    pub image: Option<WrittenImage>,
    /// The images of a container that the release adds to the plan (`product-ingestion` only).
    #[serde(default)]
    #[schemars(with = "WrittenContainer")]
    pub container: Option<WrittenContainer>,
    /// As many versions of each image type stay; the oldest beyond are removed, or deprecated with
    /// `product-ingestion`. Never one that is newer than what is live, and nothing if what is live
    /// is not known.
    #[serde(default)]
    #[schemars(with = "NonZeroUsize")]
    pub keep_versions: Option<NonZeroUsize>,
    /// Changes of the plan's draft, after the image; pointers are relative to the plan, or with
    /// `product-ingestion` to the resource that `in` names.
    #[serde(default)]
    pub edit: Vec<WrittenEdit>,
}

/// What to do where the portal hides a secret when the draft is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingSecrets {
    /// Do not write the draft.
    #[default]
    Refuse,
    /// Write it.
    Keep,
}

impl JsonSchema for MissingSecrets {
    fn schema_name() -> Cow<'static, str> {
        "MissingSecrets".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": ["refuse", "keep"] })
    }
}

/// One change of the draft: `set` with `value`, `remove`, or `test` with `value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [
    { "required": ["set", "value"] },
    {
        "required": ["remove"],
        "not": { "anyOf": [{ "required": ["value"] }, { "required": ["create"] }] }
    },
    { "required": ["test", "value"], "not": { "required": ["create"] } }
]))]
pub struct WrittenEdit {
    /// JSON Pointer (RFC 6901) to what gets the value.
    #[serde(default)]
    #[schemars(with = "PointerText")]
    pub set: Option<String>,
    /// JSON Pointer to what goes. An element of a list needs a `test` before it.
    #[serde(default)]
    #[schemars(with = "PointerText")]
    pub remove: Option<String>,
    /// JSON Pointer to what must have the value, or the changes behind it are not made.
    #[serde(default)]
    #[schemars(with = "PointerText")]
    pub test: Option<String>,
    /// Any value; `{file: PATH}` is the text of a file below the workspace, `{template: PATH}` the
    /// same with its variables replaced.
    #[serde(default)]
    #[expect(dead_code, reason = "for the schema; the value itself is read from the tree")]
    pub value: AnyValue,
    /// `true`: the last key of `set` may be new.
    #[serde(default)]
    pub create: bool,
    /// With `product-ingestion`: the kind of resource that the pointer is relative to, such as
    /// `listing`.
    #[serde(default, rename = "in")]
    #[schemars(with = "ApiName")]
    pub kind: Option<String>,
    /// Which of the resources of that kind, where there is one for each language: `en-us`.
    #[serde(default)]
    #[schemars(with = "ApiName")]
    pub language: Option<String>,
}

/// A version of a virtual machine's image: `disk` where the plan has one image type, `disks` where
/// it has several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{ "required": ["disk"] }, { "required": ["disks"] }]))]
pub struct WrittenImage {
    /// Three numbers, such as `1.2.3` or `${version}`.
    pub version: String,
    /// SAS URI of the disk, from a secret: `${secret.NAME}`.
    #[serde(default)]
    #[schemars(with = "String")]
    pub disk: Option<String>,
    /// The disk of each image type. Image types that are not named stay as they are.
    #[serde(default)]
    #[schemars(with = "WrittenDisks")]
    pub disks: Option<WrittenDisks>,
}

/// A disk for each image type.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct WrittenDisks {
    /// x64, generation 1: SAS URI of the disk, from a secret, or where it comes from.
    #[serde(default, rename = "x64Gen1")]
    #[schemars(with = "WrittenDisk")]
    pub x64_gen1: Option<WrittenDisk>,
    /// x64, generation 2: SAS URI of the disk, from a secret, or where it comes from.
    #[serde(default, rename = "x64Gen2")]
    #[schemars(with = "WrittenDisk")]
    pub x64_gen2: Option<WrittenDisk>,
    /// Arm64, generation 2: SAS URI of the disk, from a secret, or where it comes from.
    #[serde(default, rename = "arm64Gen2")]
    #[schemars(with = "WrittenDisk")]
    pub arm64_gen2: Option<WrittenDisk>,
}

/// Where a disk comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum WrittenDisk {
    /// SAS URI of the disk, from a secret.
    Text(String),
    /// Disks as blobs.
    Blobs(WrittenBlobs),
    /// An image of an Azure compute gallery.
    Gallery(WrittenGallery),
}

/// The disk of the operating system, and data disks (`product-ingestion` only).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenBlobs {
    /// SAS URI of the disk of the operating system, from a secret.
    pub os: String,
    /// SAS URIs of the data disks, from secrets, in the order of their numbers.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub data: Vec<String>,
}

/// An image version of an Azure compute gallery (`product-ingestion` only).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenGallery {
    /// Resource id of the image version.
    pub gallery: String,
    /// The tenant that the gallery is in.
    pub tenant: String,
}

/// What the release adds to a container plan: `tags` where its payload is images, `bundle` where it
/// is a Kubernetes application.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["tags"] }, { "required": ["bundle"] }]))]
pub struct WrittenContainer {
    /// Tags of the plan's images, added to those that are there.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub tags: Vec<String>,
    /// A bundle, added to those that are there.
    #[serde(default)]
    #[schemars(with = "WrittenBundle")]
    pub bundle: Option<WrittenBundle>,
}

/// A bundle (CNAB) in a registry. What is not said is taken over from the plan's last bundle.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenBundle {
    /// Its tag.
    pub tag: String,
    /// Its digest, `sha256:` and 64 digits.
    pub digest: String,
    /// Name of the registry.
    #[serde(default)]
    #[schemars(with = "String")]
    pub registry: Option<String>,
    /// Name of the repository.
    #[serde(default)]
    #[schemars(with = "String")]
    pub repository: Option<String>,
}

/// Any value. What it is, is read from the tree, which keeps the digits of numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyValue;

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for AnyValue {
    fn schema_name() -> Cow<'static, str> {
        "AnyValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

fn default_go_live() -> bool {
    true
}
