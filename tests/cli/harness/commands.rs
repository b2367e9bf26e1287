//! Workflow commands as the runner finds them in a log (`ActionCommand`): `::name properties::data`
//! at the beginning of a line, and the older `##[name properties]data` anywhere in it.

use std::collections::BTreeMap;

/// A command that the runner would carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name, in lower case.
    pub name: String,
    /// Its properties, unescaped.
    pub properties: BTreeMap<String, String>,
    /// Its data, unescaped.
    pub data: String,
}

/// Every command in a log.
pub fn parse(log: &str) -> Vec<Command> {
    log.lines().filter_map(|line| current(line).or_else(|| legacy(line))).collect()
}

fn current(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = pairs(properties, ',', |value| unescape(value, &[("%3A", ":"), ("%2C", ",")]));
    Some(Command { name: name.to_lowercase(), properties, data: unescape(data, &[]) })
}

fn legacy(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, data) = rest.split_once(']')?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = pairs(properties, ';', |value| unescape(value, &[("%3B", ";"), ("%5D", "]")]));
    Some(Command { name: name.to_lowercase(), properties, data: unescape(data, &[]) })
}

fn pairs(text: &str, between: char, unescape: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        (!value.is_empty()).then(|| (name.trim().to_owned(), unescape(value)))
    };
    text.split(between).filter_map(pair).collect()
}

fn unescape(text: &str, more: &[(&str, &str)]) -> String {
    let mut text = text.replace("%0D", "\r").replace("%0A", "\n");
    for (from, to) in more {
        text = text.replace(from, to);
    }
    text.replace("%25", "%")
}
