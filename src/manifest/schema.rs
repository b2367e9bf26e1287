//! The manifest's JSON Schema, made of the types that it is read by.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::document::Document;

/// The manifest's JSON Schema (draft 2020-12), for editors.
#[must_use]
pub fn build_schema() -> Value {
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
