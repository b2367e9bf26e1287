//! The inputs and outputs are the same in the program, in `action.yml` and in the README.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use offer_release::actions::inputs::reference;
use offer_release::actions::inputs::table::{self, Input};
use offer_release::actions::outputs;
use serde_json::Value;

use crate::harness::{Run, World};

fn repository(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn action() -> Value {
    serde_yaml::from_str(&repository("action.yml")).unwrap()
}

/// The default that a user reads.
fn default(input: &Input) -> &str {
    input.expression.unwrap_or(input.default)
}

/// The README's rows that begin with a name in code, and the rest of each; an input and an output
/// may share a name.
fn rows() -> Vec<(String, String)> {
    let readme = repository("README.md");
    let row = |line: &str| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` |")?;
        Some((name.to_owned(), rest.trim().to_owned()))
    };
    readme.lines().filter_map(row).collect()
}

fn names(of: &Value) -> BTreeSet<String> {
    of.as_object().unwrap().keys().cloned().collect()
}

/// Every output that any run wrote.
fn written(runs: &[Run]) -> BTreeSet<String> {
    runs.iter().flat_map(|run| run.outputs().into_keys()).collect()
}

#[test]
fn action_yml_has_the_programs_inputs() {
    let action = action();
    let expected: BTreeSet<String> = table::ALL.iter().map(|input| input.name.to_owned()).collect();
    assert_eq!(names(&action["inputs"]), expected);
    for input in table::ALL {
        let written = &action["inputs"][input.name];
        assert_eq!(
            written["default"].as_str().unwrap_or_default(),
            default(input),
            "{}",
            input.name
        );
        assert!(!written["description"].as_str().unwrap_or_default().is_empty(), "{}", input.name);
    }
}

#[test]
fn action_yml_has_the_programs_outputs() {
    let world = World::new("");
    let release = world.job().with("go-live", "true").with("version", "1.2.3");
    let release = release.with("record", "record.json").run().exits(0);
    let preview = World::new("").job().run().exits(0);
    let runs = [release, preview, world.job().with("command", "plan").run().exits(0)];
    assert_eq!(names(&action()["outputs"]), written(&runs));
}

#[test]
fn the_readme_has_a_row_for_every_input_and_output() {
    let rows = rows();
    let named = |name: &str| {
        rows.iter().filter(|(known, _)| known == name).map(|(_, rest)| &**rest).collect::<Vec<_>>()
    };
    let outputs = names(&action()["outputs"]);
    for input in table::ALL {
        let shown = default(input);
        let begins = if shown.is_empty() { "| ".to_owned() } else { format!("`{shown}` | ") };
        let found = named(input.name).iter().any(|row| row.starts_with(&begins));
        assert!(found, "README.md has no row for the input `{}` with its default", input.name);
    }
    for output in outputs {
        let inputs = table::ALL.iter().filter(|input| input.name == output).count();
        assert_eq!(
            named(&output).len(),
            inputs + 1,
            "README.md has no row for the output `{output}`"
        );
    }
}

/// What is written from `begins` to the next empty line is the generated text. `UPDATE_REFERENCE=1`
/// writes it there.
#[allow(clippy::disallowed_methods, reason = "it is the test that is asked, not the program")]
fn generated(file: &str, begins: &str, text: &str) {
    let whole = repository(file);
    let start = whole.find(begins).unwrap();
    let end = whole[start..].find("\n\n").map_or(whole.len(), |length| start + length + 1);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        let updated = format!("{}{text}{}", &whole[..start], &whole[end..]);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), updated).unwrap();
    } else {
        assert_eq!(
            &whole[start..end],
            text,
            "run UPDATE_REFERENCE=1 cargo test --locked --test cli reference"
        );
    }
}

#[test]
fn the_reference_says_what_the_tables_of_the_program_say() {
    generated("README.md", "| input | default | meaning |\n", &reference::render_inputs());
    generated("README.md", "| output | meaning |\n", &outputs::render_outputs_table());
    generated("action.yml", "inputs:\n", &reference::action_inputs());
    generated("action.yml", "outputs:\n", &outputs::action_outputs());
}

#[test]
fn the_table_names_what_a_following_step_finds_in_offers() {
    let world = World::new("");
    let run = world.job().run().exits(0);
    let offers = run.offers();
    let action = repository("action.yml");
    let described = action.lines().find(|line| line.contains("JSON array with an object")).unwrap();
    for key in offers[0].as_object().unwrap().keys() {
        assert!(described.contains(&format!("`{key}`")), "{key}: {described}");
    }
}
