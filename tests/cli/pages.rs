//! What the pages name exists: links, paths of this repository, the tests of the threats, the daily
//! tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn entries(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Every page for people, by its path below the root.
fn pages() -> BTreeMap<String, String> {
    let named = |folder: &'static str| {
        let ours = entries(&root().join(folder))
            .into_iter()
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "md"));
        ours.map(move |name| format!("{folder}{name}"))
    };
    named("").chain(named("docs/")).map(|path| (path.clone(), read(&root().join(path)))).collect()
}

/// A page without what is fenced.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// Where the relative links of a page lead: a path, and what is behind `#`.
fn links(page: &str) -> Vec<(String, String)> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.contains("://"));
    relative
        .map(|target| target.split_once('#').unwrap_or((target, "")))
        .map(|(path, part)| (path.into(), part.into()))
        .collect()
}

/// The anchors that GitHub gives to the headings of a page.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page
        .lines()
        .filter_map(|line| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()));
    let kept = |c: char| {
        if c == ' ' {
            Some('-')
        } else {
            (c.is_alphanumeric() || c == '-' || c == '_').then_some(c)
        }
    };
    headings.map(|heading| heading.to_lowercase().chars().filter_map(kept).collect()).collect()
}

/// What stands in backticks, each without what follows a space.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter_map(|code| code.split_whitespace().next())
}

/// Where a word in backticks leads, if it is a path below one of these folders.
fn path(word: &str, below: &[PathBuf]) -> Option<Vec<PathBuf>> {
    const ENDS: [&str; 4] = ["rs", "md", "py", "json"];
    // Below the root, but of no commit.
    const MADE: [&str; 2] = ["target", ".git"];
    let (first, rest) = word.split_once('/')?;
    let ours = !first.is_empty()
        && !MADE.contains(&first)
        && below.iter().any(|folder| folder.join(first).is_dir());
    let file =
        Path::new(rest).extension().is_some_and(|end| ENDS.iter().any(|known| end == *known));
    // Placeholders have capitals.
    let plain =
        word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "/._-".contains(c));
    (plain && (ours || file)).then(|| below.iter().map(|folder| folder.join(word)).collect())
}

#[test]
fn every_link_leads_somewhere() {
    for (name, page) in pages() {
        for (to, part) in links(&prose(&page)) {
            let target = if to.is_empty() {
                root().join(&name)
            } else {
                root().join(&name).parent().unwrap().join(&to)
            };
            assert!(target.exists(), "{name} links to {to}, which does not exist");
            assert!(
                part.is_empty() || anchors(&read(&target)).contains(&part),
                "{name} links to {to}#{part}: no such heading"
            );
        }
    }
}

#[test]
fn what_is_pasted_is_the_tag_that_a_release_of_this_version_moves() {
    let major = env!("CARGO_PKG_VERSION").split('.').next().unwrap();
    let mut texts = pages();
    for folder in ["examples/workflows", ".github/workflows"] {
        for name in entries(&root().join(folder)) {
            texts.insert(format!("{folder}/{name}"), read(&root().join(folder).join(name)));
        }
    }
    let mut pasted = 0;
    for (page, text) in texts {
        for rest in text.split("OWNER/offer-release").skip(1) {
            let word = rest.split([' ', '\n', '`', ')']).next().unwrap();
            let Some((_, version)) = word.split_once('@').filter(|(_, to)| to.starts_with('v'))
            else {
                continue;
            };
            assert_eq!(version, format!("v{major}"), "{page}");
            pasted += 1;
        }
    }
    assert!(pasted > 10, "{pasted}");
}

#[test]
fn every_path_that_a_page_names_exists() {
    let mut seen = 0;
    for (name, page) in pages() {
        let prose = prose(&page);
        // The page about the code leaves out `src/`.
        let below = if name == "docs/architecture.md" {
            vec![root().into(), root().join("src")]
        } else {
            vec![root().into()]
        };
        for (word, paths) in code(&prose).filter_map(|word| Some((word, path(word, &below)?))) {
            assert!(
                paths.iter().any(|path| path.exists()),
                "{name} names {word}, which does not exist"
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "only {seen} paths were found");
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let readme = prose(&pages()["README.md"]);
    let linked: BTreeSet<String> = links(&readme).into_iter().map(|(path, _)| path).collect();
    for name in pages().into_keys().filter(|name| name != "README.md") {
        assert!(linked.contains(&name), "README.md does not link to {name}");
    }
}

#[test]
fn the_architecture_names_every_room() {
    let page = read(&root().join("docs/architecture.md"));
    let folders = |of: &str| {
        let all = entries(&root().join(of)).into_iter();
        all.filter(|name| root().join(of).join(name).is_dir()).collect::<Vec<_>>()
    };
    for room in folders("src") {
        assert!(
            page.contains(&format!(" {room}/ ")),
            "docs/architecture.md does not show src/{room}"
        );
    }
    for room in folders("tests") {
        assert!(
            page.contains(&format!("| `tests/{room}/` |")),
            "docs/architecture.md does not tell of tests/{room}"
        );
    }
}

/// The last column of the threats names files with tests, scripts that can be run, and programs
/// that CI runs.
#[test]
fn every_threat_is_tested() {
    let page = read(&root().join("SECURITY.md"));
    let ci = read(&root().join(".ci/run"));
    let rows: Vec<&str> =
        page.lines().skip_while(|line| *line != "|---|---|---|").skip(1).collect();
    assert!(rows.len() > 10, "the threats were not found");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [threat, _, test] = cells[..] else { panic!("three columns: {row}") };
        assert!(code(test).count() > 0, "no test: {threat}");
        for named in code(test) {
            let path = root().join(named);
            if path.is_dir() {
                assert!(!entries(&path).is_empty(), "{threat}: {named} is empty");
            } else if path.extension().is_some_and(|end| end == "rs") {
                assert!(
                    path.exists() && read(&path).contains("#[test]"),
                    "{threat}: no test in {named}"
                );
            } else if named.contains('/') {
                assert!(path.exists(), "{threat}: no {named}");
            } else {
                assert!(
                    ci.contains(&format!("{named} ")),
                    "{threat}: .ci/run does not run {named}"
                );
            }
        }
    }
}

/// The commands of a recipe's lines, with the default of each parameter in its place.
fn recipes(justfile: &str) -> BTreeMap<String, Vec<String>> {
    let mut recipes = BTreeMap::new();
    let mut head = "";
    for line in justfile.lines() {
        if let Some(command) = line.strip_prefix("    ") {
            let mut command = command.to_owned();
            for parameter in head.split_whitespace().skip(1) {
                let (name, default) =
                    parameter.split_once('=').unwrap_or((parameter.trim_start_matches('*'), ""));
                command = command.replace(&format!("{{{{ {name} }}}}"), default.trim_matches('"'));
            }
            let name = head.split_whitespace().next().unwrap();
            recipes.entry(name.to_owned()).or_insert_with(Vec::new).push(command.trim().to_owned());
        } else if let Some(recipe) = line.strip_suffix(':') {
            head = recipe;
        }
    }
    recipes.retain(|name, _| !name.starts_with('_'));
    recipes
}

#[test]
fn contributing_has_the_tasks_of_the_justfile() {
    let page = read(&root().join("CONTRIBUTING.md"));
    let row = |line: &str| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        let commands = rest.trim_end_matches(" |").rsplit_once(" | ")?.1;
        Some((name.to_owned(), commands.split('`').skip(1).step_by(2).map(str::to_owned).collect()))
    };
    let tasks = page
        .lines()
        .skip_while(|line| *line != "| task | | command |")
        .take_while(|line| !line.is_empty());
    let told: BTreeMap<String, Vec<String>> = tasks.filter_map(row).collect();
    assert_eq!(told, recipes(&read(&root().join("justfile"))));
}
