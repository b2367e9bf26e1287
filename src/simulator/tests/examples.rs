//! The examples are scenarios, and the documentation names every switch.

use super::*;

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn every_example_is_a_scenario() {
    let folder = format!("{}/examples/scenarios", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 4);
    for file in files {
        let yaml = std::fs::read_to_string(&file).unwrap();
        assert!(yaml.starts_with("# "), "{}: says what it is for", file.display());
        Scenario::parse(&yaml).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    for name in ["scenario", "product_ingestion"] {
        Scenario::parse(&read(&format!("tests/foreign/{name}.yml"))).unwrap();
    }
}

#[test]
fn every_block_of_the_documentation_is_a_scenario() {
    let page = read("docs/simulator.md");
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5);
    for block in blocks {
        Scenario::parse(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}

#[test]
fn every_switch_is_documented() {
    let page = read("docs/simulator.md");
    for section in ["", "portal: ", "auth: ", "checks: ", "deployments: ", "ingestion: "] {
        let yaml = if section.is_empty() {
            "nonsense: 1".to_owned()
        } else {
            format!("{section}{{nonsense: 1}}")
        };
        let error = Scenario::parse(&yaml).unwrap_err();
        let keys: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert!(keys.len() > 4, "{error}");
        for key in keys {
            assert!(
                page.contains(&format!("`{key}`")),
                "{section}{key} is not in docs/simulator.md"
            );
        }
    }
}
