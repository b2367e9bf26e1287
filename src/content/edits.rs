//! Edits, made in groups: tests, and the changes behind them up to the next test.
//!
//! A group whose changes are there already is done, and its tests are not looked at: they tell what
//! was there before. So edits can be made again without harm.

use serde_json::Value as Json;

use super::compare::{Mode, find_unequal};
use super::pointer::{self, NotThere};
use super::refusal::refuse_mismatch;
use super::wanted::{Action, Edit};
use crate::problem::{Place, Problem};

/// What was done to a document, and what could not be.
#[derive(Debug, Default)]
pub struct Notes {
    /// Where the document changed, and where the manifest says so.
    pub touched: Vec<(Vec<String>, Place)>,
    /// What does not fit the document.
    pub problems: Vec<Problem>,
}

impl Notes {
    /// Remembers for everything that differs that the manifest says so at that place.
    pub fn touch(&mut self, base: &[String], before: &Json, after: &Json, at: &Place) {
        for unequal in find_unequal(before, after, Mode::Exact) {
            self.touched.push(([base, &unequal.path].concat(), at.clone()));
        }
    }
}

/// How strictly a document is changed.
#[derive(Clone, Copy)]
pub enum Strictness<'a> {
    /// As the manifest says, with what is live if that is known.
    Strictly { live: Option<&'a Json> },
    /// Without the tests and without removing versions.
    Leniently,
}

impl Strictness<'_> {
    fn tests_count(self) -> bool {
        matches!(self, Self::Strictly { .. })
    }
}

/// Makes the edits on the value. Strictly, a group is only made if its tests hold.
pub fn make_edits(
    target: &mut Json,
    edits: &[Edit],
    base: &[String],
    strictness: Strictness<'_>,
    notes: &mut Notes,
) {
    for (tests, changes) in group_edits(edits) {
        let mut attempt = target.clone();
        let mut made = Notes::default();
        for edit in changes {
            let before = attempt.clone();
            match make_edit(&mut attempt, edit, tests) {
                Ok(()) => made.touch(base, &before, &attempt, &edit.at),
                Err(problem) => made.problems.push(problem.at(edit.at.clone())),
            }
        }
        let idle = find_unequal(target, &attempt, Mode::Exact).is_empty();
        if strictness.tests_count() && (changes.is_empty() || !idle) {
            made.problems.extend(tests.iter().filter_map(|test| judge_test(target, test)));
        }
        *target = attempt;
        notes.touched.append(&mut made.touched);
        notes.problems.append(&mut made.problems);
    }
}

/// The edits as pairs of tests and the changes behind them.
fn group_edits(mut edits: &[Edit]) -> Vec<(&[Edit], &[Edit])> {
    let is_test = |edit: &Edit| matches!(edit.action, Action::Test { .. });
    let mut groups = Vec::new();
    while !edits.is_empty() {
        let tests = edits.iter().take_while(|edit| is_test(edit)).count();
        let changes = edits[tests..].iter().take_while(|edit| !is_test(edit)).count();
        groups.push((&edits[..tests], &edits[tests..tests + changes]));
        edits = &edits[tests + changes..];
    }
    groups
}

fn make_edit(target: &mut Json, edit: &Edit, tests: &[Edit]) -> Result<(), Problem> {
    match &edit.action {
        Action::Set { value, create } => set_value(target, edit, value, *create),
        Action::Remove => remove_value(target, edit, tests),
        Action::Test { .. } => Ok(()),
    }
}

fn set_value(target: &mut Json, edit: &Edit, value: &Json, create: bool) -> Result<(), Problem> {
    let tokens = edit.pointer.tokens();
    let (parent, last) = edit.pointer.find_parent(target).map_err(|why| refuse_missing(&why))?;
    let absent = NotThere::new(tokens, parent);
    match parent {
        Json::Object(members) => match members.get_mut(last) {
            Some(old) if last == "planId" && old != value => {
                Err(refuse_fixed(&edit.pointer.to_string()))
            }
            Some(old) => {
                *old = value.clone();
                Ok(())
            }
            None if create => {
                members.insert(last.to_owned(), value.clone());
                Ok(())
            }
            None => Err(refuse_not_created(&absent)),
        },
        Json::Array(items) => {
            let length = items.len();
            let old = pointer::read_index(last).and_then(|index| items.get_mut(index));
            *old.ok_or_else(|| refuse_no_element(&absent, length))? = value.clone();
            Ok(())
        }
        _ => Err(refuse_missing(&absent)),
    }
}

fn remove_value(target: &mut Json, edit: &Edit, tests: &[Edit]) -> Result<(), Problem> {
    let guards: Vec<&Edit> =
        tests.iter().filter(|test| edit.pointer.covers(&test.pointer)).collect();
    let hold = guards.iter().all(|test| test_holds(target, test));
    // What the edit is about is not there: nothing is to be done.
    let Ok((parent, last)) = edit.pointer.find_parent(target) else { return Ok(()) };
    match parent {
        Json::Object(_) if last == "planId" => Err(refuse_fixed(&edit.pointer.to_string())),
        Json::Object(members) => {
            members.shift_remove(last);
            Ok(())
        }
        Json::Array(_) if guards.is_empty() => Err(refuse_unguarded(edit)),
        Json::Array(items) if hold => {
            if let Some(index) = pointer::read_index(last).filter(|index| *index < items.len()) {
                items.remove(index);
            }
            Ok(())
        }
        Json::Array(items) if is_elsewhere(items, edit, &guards) => Err(refuse_moved(edit)),
        _ => Ok(()),
    }
}

/// An element for which the tests hold is in the list, but not at the index of the edit.
fn is_elsewhere(items: &[Json], edit: &Edit, guards: &[&Edit]) -> bool {
    let depth = edit.pointer.tokens().len();
    items.iter().any(|item| {
        guards.iter().all(|guard| {
            let Action::Test { value } = &guard.action else { return true };
            let inner = pointer::write_pointer(&guard.pointer.tokens()[depth..]);
            item.pointer(&inner).is_some_and(|found| is_same(found, value))
        })
    })
}

fn test_holds(target: &Json, test: &Edit) -> bool {
    let Action::Test { value } = &test.action else { return true };
    test.pointer.find(target).is_some_and(|found| is_same(found, value))
}

fn is_same(one: &Json, other: &Json) -> bool {
    find_unequal(one, other, Mode::Exact).is_empty()
}

fn judge_test(target: &Json, test: &Edit) -> Option<Problem> {
    if test_holds(target, test) {
        return None;
    }
    let Action::Test { value } = &test.action else { return None };
    let shown = |value: &Json| super::diff::shorten_value(&super::secrets::hide_signatures(value));
    let found = test.pointer.find(target).map_or("nothing".to_owned(), shown);
    let message = format!(
        "`test: {}` fails: the draft has {found} there, not {}",
        test.pointer,
        shown(value)
    );
    let hint = "somebody else changed it: look at the draft, then correct the test or the draft";
    Some(refuse_mismatch(message).hint(hint).at(test.at.clone()))
}

fn refuse_missing(why: &NotThere) -> Problem {
    let near = why.near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    refuse_mismatch(format!("the draft has nothing at `{}`", why.pointer))
        .hint(format!("{near}`offer-release show` prints what the draft has"))
}

fn refuse_not_created(why: &NotThere) -> Problem {
    let near = why.near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    refuse_mismatch(format!("the draft has nothing at `{}`", why.pointer))
        .hint(format!("{near}if the key is to be new, say `create: true`"))
}

fn refuse_no_element(why: &NotThere, length: usize) -> Problem {
    let message =
        format!("the draft has nothing at `{}`: the list has {length} elements", why.pointer);
    refuse_mismatch(message)
        .hint("an edit can change an element, or set the whole list, not add one")
}

fn refuse_unguarded(edit: &Edit) -> Problem {
    refuse_mismatch(format!("`remove: {}` removes an element of a list by its index", edit.pointer))
        .hint(
            "write a `test` of that element before it: after the removal another one has its index",
        )
}

fn refuse_moved(edit: &Edit) -> Problem {
    let message =
        format!("what the test before `remove: {}` expects is at another index now", edit.pointer);
    refuse_mismatch(message).hint("`offer-release show` prints the list as it is")
}

fn refuse_fixed(pointer: &str) -> Problem {
    refuse_mismatch(format!("`{pointer}` is how the plan is known, and cannot be changed"))
        .hint("make a new plan in Partner Center, and name it in the manifest")
}
