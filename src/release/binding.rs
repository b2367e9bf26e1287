//! Which preview a release is about: going live is bound to it, and to no other.

use std::collections::HashSet;

use super::findings::{Findings, phase_of};
use super::goal::Goal;
use crate::portal::{Operation, Phase, State, Submission};

/// How the preview came to be the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Its publish was followed to its end in this run.
    Followed,
    /// A person, or an earlier run, named its publish.
    Named,
    /// Its publish is the newest there is; nothing else bound it.
    Newest,
}

/// A preview, known by the publish that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    /// The publish, if it is known where to look at it.
    pub publish: Option<Operation>,
    /// The id of the publish, as a person or the list names it.
    id: Option<String>,
    /// Operations that were there when it was bound. `None`: it is not known what was.
    before: Option<HashSet<String>>,
    origin: Origin,
}

/// The preview of the newest publish.
pub(super) fn of_newest(findings: &Findings) -> Binding {
    match findings.newest(Phase::Publish) {
        Some(row) => of_row(findings, row),
        None => Binding {
            publish: None,
            id: None,
            before: Some(findings.ids()),
            origin: Origin::Newest,
        },
    }
}

/// The preview of the publish in this row.
pub(super) fn of_row(findings: &Findings, row: &Submission) -> Binding {
    Binding {
        publish: row.operation.clone(),
        id: Some(row.id.clone()).filter(|id| !id.is_empty()),
        before: Some(findings.ids()),
        origin: Origin::Newest,
    }
}

/// The preview of a publish that was started when these operations were there.
pub(super) fn of_started(publish: Option<Operation>, before: HashSet<String>) -> Binding {
    Binding {
        id: listed_id(publish.as_ref()),
        publish,
        before: Some(before),
        origin: Origin::Named,
    }
}

/// The preview of a publish that was named by this address. If the list does not name it so, it is
/// the only publish there, or nobody can say which.
pub(super) fn of_operation(findings: &Findings, publish: Operation) -> Binding {
    let only = || {
        let mut rows =
            findings.operations.iter().flatten().filter(|row| phase_of(row) == Phase::Publish);
        rows.next().filter(|_| rows.next().is_none()).map(|row| row.id.clone())
    };
    Binding {
        id: listed_id(Some(&publish)).or_else(only),
        publish: Some(publish),
        before: None,
        origin: Origin::Named,
    }
}

/// The preview that the input names, or else that of the newest publish.
pub(super) fn of_input(goal: &Goal, findings: &Findings) -> Binding {
    let Some(preview) = &goal.preview else { return of_newest(findings) };
    let row = findings.operations.iter().flatten().find(|row| row.id == *preview);
    Binding {
        publish: row.and_then(|row| row.operation.clone()),
        id: Some(preview.clone()),
        before: None,
        origin: Origin::Named,
    }
}

fn listed_id(publish: Option<&Operation>) -> Option<String> {
    publish.filter(|publish| publish.is_listed()).map(|publish| publish.id().to_owned())
}

impl Binding {
    /// The same, after its publish was followed to its end as this operation.
    pub fn after_following(self, publish: Option<&Operation>) -> Self {
        let id = self.id.or_else(|| listed_id(publish));
        Self { publish: publish.cloned().or(self.publish), id, origin: Origin::Followed, ..self }
    }

    /// Whether its publish was followed to its end in this run.
    pub fn is_followed(&self) -> bool {
        self.origin == Origin::Followed
    }

    /// Whether nothing but being the newest says that this preview is meant.
    pub fn is_loose(&self) -> bool {
        self.origin == Origin::Newest
    }

    /// What people, and the input `preview`, call it.
    pub fn name(&self) -> Option<&str> {
        self.id.as_deref().or_else(|| self.publish.as_ref().map(Operation::id))
    }

    /// For a sentence.
    pub fn describe(&self) -> String {
        self.name().map_or_else(|| "the preview".to_owned(), |name| format!("preview {name}"))
    }

    /// Whether this row is its publish.
    pub fn names(&self, row: &Submission) -> bool {
        match &self.id {
            Some(id) => row.id == *id,
            // No row of the list carries its id: it is the one that was not there before.
            None => phase_of(row) == Phase::Publish && self.is_new(row),
        }
    }

    fn is_new(&self, row: &Submission) -> bool {
        self.before.as_ref().is_some_and(|before| !before.contains(&row.id))
    }

    /// Its publish in the list.
    pub fn find_publish<'a>(&self, findings: &'a Findings) -> Option<&'a Submission> {
        findings.newest_first().into_iter().find(|row| self.names(row))
    }

    /// Rows of operations that began after its publish, as far as the list tells.
    fn find_later<'a>(&self, findings: &'a Findings) -> Vec<&'a Submission> {
        let rows = findings.newest_first();
        let place = rows.iter().position(|row| self.names(row));
        let later = |(index, row): &(usize, &'a Submission)| {
            if self.names(row) {
                return false;
            }
            self.is_new(row)
                || self.origin != Origin::Followed && place.is_some_and(|place| *index < place)
        };
        rows.into_iter().enumerate().filter(later).map(|(_, row)| row).collect()
    }

    /// A go-live of this preview, if one is there: it runs, or it ended.
    pub fn find_go_live<'a>(&self, findings: &'a Findings) -> Option<&'a Submission> {
        self.find_later(findings).into_iter().find(|row| may_be_go_live(row, findings))
    }

    /// Why this preview is not the one that waits any more: another publish was started since.
    pub fn find_replacement(&self, findings: &Findings) -> Option<String> {
        let named = findings.newest_first().into_iter().filter(|row| self.names(row)).count();
        if named == 0 && self.before.is_none() {
            return Some(
                "the portal's list of operations does not show the publish that made it".to_owned(),
            );
        }
        if named > 1 {
            return Some("more than one publish was started since".to_owned());
        }
        let others = self.find_later(findings);
        let other = others.into_iter().find(|row| !may_be_go_live(row, findings))?;
        Some(format!("publish {} was started since", other.id))
    }
}

/// Where the list names no kind that is known, an operation that ended well on an offer that is
/// live was a go-live: after a publish the offer would wait.
fn may_be_go_live(row: &Submission, findings: &Findings) -> bool {
    match row.phase() {
        Some(phase) => phase == Phase::GoLive,
        None => {
            row.status.state() == State::Succeeded
                && findings.offer_state() == State::Succeeded
                && !findings.at_sign_off()
        }
    }
}
