//! Which preview a release is about: going live is bound to it, and to no other.

use std::collections::HashSet;

use super::findings::{Findings, phase_of};
use super::goal::Goal;
use super::ledger::{Names, Record};
use crate::portal::{Operation, Phase, State, Submission};

/// How the preview came to be the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Its publish was started in this run.
    Started,
    /// The same, and it was found in the list after its answer was lost: it can be another's.
    Found,
    /// Its publish was there already, and was followed to its end in this run.
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

/// The preview of the only publish that was not there when the release was marked.
pub(super) fn of_marked(record: &Record, findings: &Findings) -> Option<Binding> {
    match find_since(record, findings)[..] {
        [only] => Some(Binding { origin: Origin::Named, ..of_row(findings, only) }),
        _ => None,
    }
}

/// The preview of a publish that was started when these operations were there.
pub(super) fn of_started(publish: Option<Operation>, before: HashSet<String>) -> Binding {
    Binding {
        id: listed_id(publish.as_ref()),
        publish,
        before: Some(before),
        origin: Origin::Started,
    }
}

/// The same, found in the list after an answer that was lost.
pub(super) fn of_found(publish: Option<Operation>, before: HashSet<String>) -> Binding {
    Binding { origin: Origin::Found, ..of_started(publish, before) }
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

/// The preview of a publish that only its address tells of, until it is looked at.
pub(super) fn of_address(publish: Operation) -> Binding {
    Binding { publish: Some(publish), id: None, before: None, origin: Origin::Named }
}

/// The preview that the input names, or else the ledger, or else that of the newest publish.
pub(super) fn of_input(goal: &Goal, findings: &Findings) -> Binding {
    match (&goal.preview, goal.earlier.record()) {
        (Some(preview), _) => of_name(preview, findings),
        (None, Some(record)) => of_record(record, findings).unwrap_or_else(|| of_newest(findings)),
        (None, None) => of_newest(findings),
    }
}

/// The preview that the ledger names. Where the list carries other ids than the mark, it is the only
/// publish that was not there before the mark was made.
pub(super) fn of_record(record: &Record, findings: &Findings) -> Option<Binding> {
    let Names { publish, preview, .. } = &record.names;
    let names = [preview, publish].map(Option::as_deref);
    let first = names.into_iter().flatten().next()?;
    let listed = |name: &&str| findings.find_called(name).is_some();
    if let Some(name) = names.into_iter().flatten().find(listed) {
        return Some(of_name(name, findings));
    }
    Some(of_marked(record, findings).unwrap_or_else(|| of_name(first, findings)))
}

/// The publishes that were not there when the mark was made, newest first.
pub(super) fn find_since<'a>(record: &Record, findings: &'a Findings) -> Vec<&'a Submission> {
    let rows = findings.newest_first();
    let before = record.mark.before.as_deref();
    let place = before.and_then(|id| rows.iter().position(|row| row.is_called(id)));
    let newer = match (before, place) {
        // Nothing was there, or it is not listed any more.
        (None, _) => &rows[..],
        (Some(_), None) => &[],
        (Some(_), Some(place)) => &rows[..place],
    };
    newer.iter().copied().filter(|row| phase_of(row) == Phase::Publish).collect()
}

/// The preview with this name.
pub(super) fn of_name(name: &str, findings: &Findings) -> Binding {
    let row = findings.find_called(name);
    Binding {
        publish: row.and_then(|row| row.operation.clone()),
        id: Some(name.to_owned()),
        before: None,
        origin: Origin::Named,
    }
}

fn listed_id(publish: Option<&Operation>) -> Option<String> {
    publish.filter(|publish| publish.is_listed()).map(|publish| publish.id().to_owned())
}

impl Binding {
    /// The same, after its publish was followed to its end as this operation, which showed itself by
    /// this id.
    pub fn after_following(self, publish: Option<&Operation>, shown: Option<&str>) -> Self {
        let hidden = publish.is_some_and(Operation::is_only_at_address);
        let shown = shown.filter(|_| hidden).map(str::to_owned);
        let id = self.id.or_else(|| listed_id(publish)).or(shown);
        let origin = match self.origin {
            origin @ (Origin::Started | Origin::Found) => origin,
            Origin::Followed | Origin::Named | Origin::Newest => Origin::Followed,
        };
        Self { publish: publish.cloned().or(self.publish), id, origin, ..self }
    }

    /// Whether its publish was followed to its end in this run.
    pub fn is_followed(&self) -> bool {
        matches!(self.origin, Origin::Started | Origin::Found | Origin::Followed)
    }

    /// Whether its publish was started in this run.
    pub fn is_started(&self) -> bool {
        matches!(self.origin, Origin::Started | Origin::Found)
    }

    /// Whether its publish was only found in the list.
    pub fn is_found(&self) -> bool {
        self.origin == Origin::Found
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
            Some(id) => row.is_called(id),
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
            let by_place = !self.is_followed() || self.before.is_none();
            self.is_new(row) || by_place && place.is_some_and(|place| *index < place)
        };
        rows.into_iter().enumerate().filter(later).map(|(_, row)| row).collect()
    }

    /// A go-live of this preview, if one is there: it runs, or it ended.
    pub fn find_go_live<'a>(&self, findings: &'a Findings) -> Option<&'a Submission> {
        let later = || self.find_later(findings).into_iter();
        self.find_named_go_live(findings)
            .or_else(|| later().find(|row| may_be_go_live(row, findings)))
    }

    /// The go-live that says that it takes this very preview.
    pub fn find_named_go_live<'a>(&self, findings: &'a Findings) -> Option<&'a Submission> {
        let id = self.id.as_ref()?;
        findings.newest_first().into_iter().find(|row| row.preview.as_ref() == Some(id))
    }

    /// Whether the list shows neither its publish nor its go-live.
    pub fn is_unlisted(&self, findings: &Findings) -> bool {
        let named = findings.newest_first().into_iter().any(|row| self.names(row));
        !named && self.before.is_none() && self.find_named_go_live(findings).is_none()
    }

    /// Why this preview is not the one that waits any more: another publish was started since.
    pub fn find_replacement(&self, findings: &Findings) -> Option<String> {
        let named = findings.newest_first().into_iter().filter(|row| self.names(row)).count();
        if self.is_unlisted(findings) {
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
