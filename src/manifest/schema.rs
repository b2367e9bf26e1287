//! The manifest's JSON Schema, made of the types that it is read by.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::document::Document;
use crate::ids::{Email, LONGEST_EMAIL, LONGEST_ID, OfferId, PlanId, PublisherId};

/// The manifest's JSON Schema (draft 2020-12), for editors.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(join_lines));
    settings.into_generator().into_root_schema_for::<Document>().to_value()
}

/// A description is a doc comment, which is wrapped; editors wrap by themselves.
fn join_lines(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

/// The schema of a JSON Pointer that is not empty.
pub struct PointerText;

impl JsonSchema for PointerText {
    fn schema_name() -> Cow<'static, str> {
        "PointerText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(/([^~/]|~[01])*)+$" })
    }
}

/// The schema of a name of the API: a kind of resource, a language.
pub struct ApiName;

impl JsonSchema for ApiName {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9-]+$" })
    }
}

macro_rules! text_schema {
    ($($id:ident: $longest:expr, $pattern:expr;)*) => { $(
        impl JsonSchema for $id {
            fn schema_name() -> Cow<'static, str> {
                stringify!($id).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "minLength": 1,
                    "maxLength": $longest,
                    "pattern": $pattern
                })
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
