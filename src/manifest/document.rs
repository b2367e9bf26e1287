//! The manifest as it is written, and its JSON Schema. The types are the one description of the
//! format: serde reads by them, the schema is made of them, and [`super::shape`] explains by that
//! schema what is wrong.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::ids::{Email, LONGEST_EMAIL, LONGEST_ID, OfferId, PlanId, PublisherId};

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
    /// To whom the portal sends its notifications, unless an offer says otherwise.
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
    /// The offer's id, as in the address of the portal.
    pub id: OfferId,
    /// The API at which this offer is published, instead of the manifest's.
    #[serde(default)]
    #[schemars(with = "Api")]
    pub api: Option<Api>,
    /// To whom the portal sends this offer's notifications, instead of the manifest's addresses.
    #[serde(default)]
    #[schemars(with = "Vec<Email>")]
    pub notification_emails: Option<Vec<Email>>,
    /// `false`: this offer never goes live, whatever the input `go-live` says.
    #[serde(default = "allowed")]
    pub go_live: bool,
    /// The offer's plans, so that the portal's messages can be shown at the plan's line; their ids
    /// are unique within the offer.
    #[serde(default)]
    pub plans: Vec<WrittenPlan>,
}

/// One plan (SKU).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenPlan {
    /// The plan's id.
    pub id: PlanId,
}

fn allowed() -> bool {
    true
}

/// The manifest's JSON Schema (draft 2020-12), for editors.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(join_lines));
    settings.into_generator().into_root_schema_for::<Document>().to_value()
}

/// A description is a doc comment of this file, which is wrapped; editors wrap by themselves.
fn join_lines(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

macro_rules! text_schema {
    ($($id:ident: $longest:expr, $pattern:expr;)*) => { $(
        impl JsonSchema for $id {
            fn schema_name() -> Cow<'static, str> {
                stringify!($id).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $longest, "pattern": $pattern })
            }
        }
    )* };
}

/// What [`crate::ids`] accepts: no escaping in a URL path, and not dots alone.
const ID: &str = "^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$";
/// What [`Email::parse`] accepts: printable ASCII but for the separators and quotes, one `@`, no
/// empty part of the domain.
const EMAIL: &str = r"^[!#-+\--:=?A-\[\]-~]+@[!#-+\-/-:=?A-\[\]-~]+(\.[!#-+\-/-:=?A-\[\]-~]+)*$";

text_schema! {
    PublisherId: LONGEST_ID, ID;
    OfferId: LONGEST_ID, ID;
    PlanId: LONGEST_ID, ID;
    Email: LONGEST_EMAIL, EMAIL;
}
