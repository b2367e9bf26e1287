//! The process's environment as a value: read once at the start, handed down from there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use console::Term;

/// A snapshot of the environment variables of the working directory, and of what stdout is.
///
/// Variables carry secrets, so neither `Debug` nor anything else prints a value.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, VariableValue>,
    directory: PathBuf,
    terminal: bool,
    columns: Option<usize>,
}

#[derive(Clone)]
enum VariableValue {
    Text(String),
    NotUnicode,
}

impl Environment {
    /// What this process was given. A variable whose name is not Unicode is left out: nothing here
    /// could ask for it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the snapshot that all others ask")]
    pub fn capture() -> Self {
        let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let terminal = std::io::stdout().is_terminal();
        let columns = Term::stdout().size_checked().map(|(_, columns)| columns.into());
        Self { terminal, columns, ..Self::from_os(std::env::vars_os(), directory) }
    }

    /// An environment of these variables, in the working directory `.`.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let variables = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), VariableValue::Text(value.into())))
            .collect();
        Self { variables, directory: PathBuf::from("."), terminal: false, columns: None }
    }

    pub(super) fn from_os(
        pairs: impl IntoIterator<Item = (OsString, OsString)>,
        directory: PathBuf,
    ) -> Self {
        let variables = pairs
            .into_iter()
            .filter_map(|(name, value)| {
                let value =
                    value.into_string().map_or(VariableValue::NotUnicode, VariableValue::Text);
                Some((name.into_string().ok()?, value))
            })
            .collect();
        Self { variables, directory, terminal: false, columns: None }
    }

    /// The variable's value; `None` if it is missing, empty or not Unicode. The runner sets what is
    /// not given to an empty text, so empty and missing are the same thing.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.variables.get(name) {
            Some(VariableValue::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The variable is there, but its value is not Unicode.
    #[must_use]
    pub fn is_not_unicode(&self, name: &str) -> bool {
        matches!(self.variables.get(name), Some(VariableValue::NotUnicode))
    }

    /// Stdout is a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Columns of the terminal that stdout is; `COLUMNS` wins, as for other programs.
    #[must_use]
    pub fn columns(&self) -> Option<usize> {
        let given = self.get("COLUMNS").and_then(|columns| columns.parse().ok());
        given.or(self.columns).filter(|columns| *columns > 0)
    }

    /// The working directory at the start; `.` if it could not be asked for.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_missing() {
        let environment = Environment::from_pairs([("A", "1"), ("B", "")]);
        assert_eq!(environment.get("A"), Some("1"));
        assert_eq!(environment.get("B"), None);
        assert_eq!(environment.get("C"), None);
    }

    #[test]
    fn values_are_never_printed() {
        let environment = Environment::from_pairs([("INPUT_CLIENT-SECRET", "hunter2")]);
        assert_eq!(format!("{environment:?}"), r#"{"INPUT_CLIENT-SECRET"}"#);
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_unicode_is_told_apart_from_a_missing_one() {
        use std::os::unix::ffi::OsStringExt;
        let raw = OsString::from_vec(vec![b'a', 0xff]);
        let environment = Environment::from_os([("A".into(), raw)], PathBuf::from("/"));
        assert_eq!(environment.get("A"), None);
        assert!(environment.is_not_unicode("A"));
        assert!(!environment.is_not_unicode("B"));
    }
}
