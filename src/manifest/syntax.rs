//! What is not YAML, in the words of the one who wrote the file.

use saphyr_parser::ScanError;

use super::source::{Finding, ManifestSource, TextExtent};

pub const AN_ALIAS: &str = "an alias stands here";
pub const WRITE_IT_OUT: &str = "write the value out: aliases are not allowed in a manifest";
pub const A_TAG: &str = "a tag stands here";
pub const REMOVE_THE_TAG: &str = "remove it: tags are not allowed in a manifest";
pub const SEE_THE_SCHEMA: &str = "write it as `offer-release schema` describes";

/// What the parser says, and what to do about it.
pub fn explain_error(source: &ManifestSource, error: &ScanError) -> Finding {
    let at = *error.marker();
    let extent = source.extent((at.line(), at.col()), (at.line(), at.col() + 1));
    match error.info() {
        "while parsing node, found unknown anchor" => {
            Finding::syntax(extent, AN_ALIAS, WRITE_IT_OUT)
        }
        "the handle wasn't declared" => Finding::syntax(extent, A_TAG, REMOVE_THE_TAG),
        "recursion limit exceeded" => {
            Finding::syntax(extent, "the manifest is nested too deep", SEE_THE_SCHEMA)
        }
        info => {
            let message = format!("not YAML: {info}");
            match find_tab(source, extent.line) {
                Some(tab) => Finding::syntax(
                    tab,
                    message,
                    "indent by spaces: YAML does not allow tabs there",
                ),
                None => Finding::syntax(
                    extent,
                    message,
                    "look at the indentation, and quote texts with `: `, ` #`, `@`, `*`, `&` or \
                     brackets",
                ),
            }
        }
    }
}

/// The tab that indents this line or the next one. The parser tells of it where the value before it
/// started.
fn find_tab(source: &ManifestSource, line: u32) -> Option<TextExtent> {
    [line, line + 1].into_iter().find_map(|number| {
        let indent =
            source.line(number)?.chars().take_while(|c| c.is_whitespace()).collect::<Vec<_>>();
        let column = u32::try_from(indent.iter().position(|c| *c == '\t')? + 1).ok()?;
        Some(TextExtent { line: number, column, end_column: column })
    })
}
