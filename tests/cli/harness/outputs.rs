//! `GITHUB_OUTPUT` as the runner reads it (`FileCommandManager`): `name=value`, or `name<<WORD` up
//! to a line that is the word.

use std::collections::BTreeMap;

/// Reads the file; panics where the runner would fail the step.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        if line.is_empty() {
            continue;
        }
        let heredoc = match (line.find("<<"), line.find('=')) {
            (Some(marks), Some(equals)) => marks < equals,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => panic!("invalid format: {line:?}"),
        };
        let (name, value) = if heredoc {
            let (name, word) = line.split_once("<<").unwrap();
            assert!(!name.is_empty() && !word.is_empty(), "invalid format: {line:?}");
            let (value, after) = until(rest, word);
            rest = after;
            (name, value)
        } else {
            let (name, value) = line.split_once('=').unwrap();
            (name, value.to_owned())
        };
        assert!(outputs.insert(name.to_owned(), value).is_none(), "{name} is set twice");
    }
    outputs
}

/// The lines up to the word, and what is behind it.
fn until<'a>(text: &'a str, word: &str) -> (String, &'a str) {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, after) =
            rest.split_once('\n').unwrap_or_else(|| panic!("no line {word:?} in {text:?}"));
        rest = after;
        if line == word {
            return (lines.join("\n"), rest);
        }
        lines.push(line);
    }
}
