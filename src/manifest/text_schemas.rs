//! The schemas of texts: ids, addresses, pointers, names.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::ids::{Email, LONGEST_EMAIL, LONGEST_ID, OfferId, PlanId, PublisherId};

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
