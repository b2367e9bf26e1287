//! The reference that people read, made of the table of inputs.

use std::fmt::Write as _;

use super::table::{ALL, Input, Takes};

/// The README's table of inputs, in Markdown.
#[must_use]
pub fn render_inputs() -> String {
    let mut table = String::from("| input | default | meaning |\n|---|---|---|\n");
    for input in ALL {
        let default = input.expression.unwrap_or(input.default);
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        let _ = writeln!(
            table,
            "| `{}` | {default} | {} |",
            input.name,
            input.description.replace('|', "\\|")
        );
    }
    table
}

/// The `inputs:` of `action.yml`.
#[must_use]
pub fn action_inputs() -> String {
    let mut yaml = String::from("inputs:\n");
    for input in ALL {
        let (name, description, default) = (input.name, input.description, default_in_yaml(input));
        let _ = writeln!(
            yaml,
            "  {name}:\n    description: >-\n      {description}\n    default: {default}"
        );
    }
    yaml
}

/// Booleans, numbers and nothing are quoted, because the runner's schema wants a string.
fn default_in_yaml(input: &Input) -> String {
    let default = input.expression.unwrap_or(input.default);
    if default.is_empty() || input.takes == Takes::Boolean || default.parse::<f64>().is_ok() {
        format!("\"{default}\"")
    } else {
        default.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn action_yml_says_the_same_as_the_table() {
        let action: Value = serde_yaml::from_str(&action_inputs()).unwrap();
        let inputs = action["inputs"].as_object().unwrap();
        assert_eq!(inputs.len(), ALL.len());
        for input in ALL {
            let written = &inputs[input.name];
            assert_eq!(written["description"], input.description);
            let default = input.expression.unwrap_or(input.default);
            assert_eq!(written["default"].as_str().unwrap_or_default(), default, "{}", input.name);
        }
    }

    #[test]
    fn the_readme_has_a_row_for_each_input() {
        let table = render_inputs();
        assert_eq!(table.lines().count(), ALL.len() + 2);
        assert!(table.contains("| `go-live` | `false` | Go live after publish."), "{table}");
        assert!(table.contains("| `github-token` | `${{ github.token }}` | Token"), "{table}");
        assert!(table.contains("| `offers` |  | Only these"), "{table}");
    }
}
