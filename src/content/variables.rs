//! `${name}` in the manifest's texts. Never the clock: what a manifest becomes depends on the
//! commit and the inputs alone.

use std::collections::BTreeMap;

use crate::nearest::find_nearest;

/// What the variables of one run stand for.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// `${version}`.
    pub version: Option<String>,
    /// `${tag}`: the tag that started the workflow.
    pub tag: Option<String>,
    /// `${sha}`: the commit.
    pub sha: Option<String>,
    /// `${run}`: the id of the workflow run.
    pub run: Option<String>,
    /// `${var.NAME}`: the input `variables`.
    pub own: BTreeMap<String, String>,
    /// `${secret.NAME}`: the input `secrets`.
    pub secrets: BTreeMap<String, String>,
}

/// A text whose variables are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded {
    /// The text.
    pub text: String,
    /// A secret went into it.
    pub is_secret: bool,
}

/// Why a variable cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unexpanded {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

const NAMES: [&str; 6] = ["version", "tag", "sha", "run", "var.NAME", "secret.NAME"];

impl Variables {
    /// Replaces each `${name}`; `$$` becomes `$`, and any other `$` stays.
    ///
    /// # Errors
    /// The first variable that is unknown, empty, unfinished, or a secret where none may be.
    pub fn expand(&self, text: &str, may_be_secret: bool) -> Result<Expanded, Unexpanded> {
        let mut expanded = Expanded { text: String::with_capacity(text.len()), is_secret: false };
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            expanded.text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                expanded.text.push('$');
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('{') {
                let (name, after) = inner.split_once('}').ok_or_else(refuse_unfinished)?;
                expanded.is_secret |= name.starts_with("secret.");
                expanded.text.push_str(self.find(name, may_be_secret)?);
                rest = after;
            } else {
                expanded.text.push('$');
            }
        }
        expanded.text.push_str(rest);
        Ok(expanded)
    }

    /// The names in a text, in their order; of a text that is refused, those before the reason.
    #[must_use]
    pub fn list_names(text: &str) -> Vec<&str> {
        let mut names = Vec::new();
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('$') {
            rest = after.strip_prefix('$').unwrap_or(after);
            if rest.len() == after.len()
                && let Some((name, after)) =
                    rest.strip_prefix('{').and_then(|it| it.split_once('}'))
            {
                names.push(name);
                rest = after;
            }
        }
        names
    }

    fn find(&self, name: &str, may_be_secret: bool) -> Result<&str, Unexpanded> {
        let (value, hint) = match name {
            "version" => (
                &self.version,
                "let a tag start the workflow, or give the input `version`".to_owned(),
            ),
            "tag" => (&self.tag, "let a tag start the workflow".to_owned()),
            "sha" => (&self.sha, "run it in a workflow, which has a commit".to_owned()),
            "run" => (&self.run, "run it in a workflow, which has an id".to_owned()),
            _ => return self.find_own(name, may_be_secret),
        };
        let value = value.as_deref().filter(|value| !value.is_empty());
        value.ok_or_else(|| no_value(name, hint))
    }

    fn find_own(&self, name: &str, may_be_secret: bool) -> Result<&str, Unexpanded> {
        let (values, input, own) = match name.split_once('.') {
            Some(("var", own)) => (&self.own, "variables", own),
            Some(("secret", _)) if !may_be_secret => {
                return Err(Unexpanded {
                    message: format!("`${{{name}}}` is a secret, and this text is shown"),
                    hint: "secrets belong into `disk`, `disks`, and the `value` of an edit".into(),
                });
            }
            Some(("secret", own)) => (&self.secrets, "secrets", own),
            _ => return Err(refuse_unknown(name)),
        };
        let value = values.get(own).filter(|value| !value.is_empty());
        value.map(String::as_str).ok_or_else(|| {
            let near = find_nearest(own, values.keys().map(String::as_str))
                .map(|near| format!("did you mean `{near}`? "))
                .unwrap_or_default();
            no_value(name, format!("{near}give the input `{input}` a line `{own}=…`"))
        })
    }
}

fn no_value(name: &str, hint: String) -> Unexpanded {
    Unexpanded { message: format!("`${{{name}}}` has no value"), hint }
}

fn refuse_unknown(name: &str) -> Unexpanded {
    if name.starts_with('{') {
        return Unexpanded {
            message: "`${{ … }}` is GitHub's, which does not replace it in files".into(),
            hint: "give the input `variables` a line `name=${{ … }}` and write `${var.name}` here"
                .into(),
        };
    }
    let name: String = name.chars().take(60).collect();
    let near = find_nearest(&name, NAMES.into_iter())
        .map(|near| format!("did you mean `${{{near}}}`? "))
        .unwrap_or_default();
    let known = NAMES.map(|name| format!("`${{{name}}}`")).join(", ");
    Unexpanded {
        message: format!("`${{{}}}` is no variable", name.escape_debug()),
        hint: format!("{near}known are {known}; a `$` itself is `$$`"),
    }
}

fn refuse_unfinished() -> Unexpanded {
    Unexpanded {
        message: "a variable starts with `${` and does not end".into(),
        hint: "write `}` behind its name; a `$` itself is `$$`".into(),
    }
}
