//! A difference as people see it: signatures and secrets are hidden before anything else can see
//! them.

use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use super::compare::Unequal;
use super::pointer;
use super::secrets::hide_signatures;
use crate::problem::Place;

/// One value of an offer that is different, without any secret in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The plan, if it is a plan's.
    pub plan: Option<String>,
    /// The resource, where a draft is made of resources: its kind, and its language if it has one.
    pub resource: Option<String>,
    /// The pointer, relative to the plan or to `definition.offer` as in the manifest. Where things
    /// have ids, the id stands for the index.
    pub pointer: String,
    /// What it was; `None`: it was not there.
    pub before: Option<Json>,
    /// What it becomes; `None`: it goes.
    pub after: Option<Json>,
    /// The line of the manifest that says so.
    pub place: Option<Place>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happens to it.
    pub mark: LineChange,
    /// Its text.
    pub text: String,
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineChange {
    /// It stays, and is shown for orientation.
    Same,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl LineChange {
    /// The mark as in a unified diff.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

impl Unequal {
    /// The same difference, looked at from the other document.
    pub fn turned(self) -> Self {
        Self { path: self.path, before: self.after, after: self.before }
    }
}

impl Difference {
    pub(super) fn new(unequal: Unequal, place: Option<Place>, confidential: &[String]) -> Self {
        let Unequal { path, before, after } = unequal;
        let (plan, pointer) = match path.as_slice() {
            [first, rest @ ..] if first == "offer" => (None, pointer::write_pointer(rest)),
            [first, plan, rest @ ..] if first == "plans" => {
                (Some(plan.clone()), pointer::write_pointer(rest))
            }
            all => (None, format!("definition{}", pointer::write_pointer(all))),
        };
        let hide = |value: Json| hide_confidential(hide_signatures(&value), confidential);
        let (before, after) = (before.map(hide), after.map(hide));
        Self { plan, resource: None, pointer, before, after, place }
    }

    /// What is different: `plan standard: /microsoft-azure-virtualmachines.skuSummary`.
    #[must_use]
    pub fn title(&self) -> String {
        let plan = self.plan.as_ref().map(|plan| format!("plan {plan}"));
        let pointer = Some(self.pointer.clone()).filter(|pointer| !pointer.is_empty());
        let parts = [plan, self.resource.clone(), pointer];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    }

    /// Its lines with their signs.
    #[must_use]
    pub fn render_lines(&self) -> String {
        let render = |line: &Line| format!("{} {}", line.mark.sign(), line.text);
        self.lines().iter().map(render).collect::<Vec<_>>().join("\n")
    }

    /// The lines that go and come. A text of several lines, or HTML, is compared line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let (before, after) = (self.before.as_ref(), self.after.as_ref());
        if let (Some(Json::String(before)), Some(Json::String(after))) = (before, after) {
            let (before, after) = (break_lines(before), break_lines(after));
            if before.contains('\n') || after.contains('\n') {
                return compare_lines(&before, &after);
            }
        }
        let side = |value: Option<&Json>, mark| {
            let text = value.map(|value| format!("{value:#}")).unwrap_or_default();
            let line = |text: &str| Line { mark, text: text.to_owned() };
            text.lines().map(line).collect::<Vec<_>>()
        };
        [side(before, LineChange::Removed), side(after, LineChange::Added)].concat()
    }
}

/// HTML is often one long line; its blocks are shown on lines of their own.
fn break_lines(text: &str) -> String {
    let mut broken = text.to_owned();
    for end in ["</p>", "</li>", "</ul>", "</ol>", "</h1>", "</h2>", "</h3>", "<br>", "<br/>"] {
        broken = broken.replace(end, &format!("{end}\n"));
    }
    let lines: Vec<&str> = broken.lines().collect();
    lines.join("\n")
}

fn compare_lines(before: &str, after: &str) -> Vec<Line> {
    /// Lines before and after a change that are shown.
    const CONTEXT: usize = 1;
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(CONTEXT);
    let changes = groups.iter().flatten().flat_map(|operation| diff.iter_changes(operation));
    changes
        .map(|change| Line {
            mark: match change.tag() {
                ChangeTag::Equal => LineChange::Same,
                ChangeTag::Delete => LineChange::Removed,
                ChangeTag::Insert => LineChange::Added,
            },
            text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
        })
        .collect()
}

fn hide_confidential(value: Json, confidential: &[String]) -> Json {
    match value {
        Json::String(text) if confidential.iter().any(|known| text.contains(known.as_str())) => {
            "(secret)".into()
        }
        Json::Array(items) => {
            items.into_iter().map(|item| hide_confidential(item, confidential)).collect()
        }
        Json::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, hide_confidential(value, confidential)))
            .collect(),
        other => other,
    }
}

/// A value in a sentence.
pub fn shorten_value(value: &Json) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    let start: String = text.chars().take(LONGEST).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("`{start}{more}`")
}
