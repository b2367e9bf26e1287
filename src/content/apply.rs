//! What the manifest wants, carried out on a whole document.

use serde_json::Value as Json;

use super::compare::{Mode, Unequal, find_unequal};
use super::diff::Difference;
use super::edits::{Notes, Strictness, make_edits};
use super::image::add_image;
use super::names::ResourceNames;
use super::prune::prune_versions;
use super::refusal::refuse_mismatch;
use super::resources::{carry_out_on_resources, has_resources};
use super::secrets::is_mask;
use super::wanted::{Wanted, WantedPlan};
use crate::nearest::find_nearest;
use crate::problem::{Place, Problem};

/// What becomes of a draft.
#[derive(Debug, Clone)]
pub struct Change {
    /// The whole document as it is to be written.
    pub document: Json,
    /// What is different from the draft, each with its line of the manifest.
    pub differences: Vec<Difference>,
}

impl Change {
    /// The draft has all of it already: nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Carries out on a copy of the draft what the manifest wants. What is live decides which old
/// versions may go.
///
/// # Errors
/// Everything that does not fit the draft, each at its line of the manifest.
pub fn apply(wanted: &Wanted, draft: &Json, live: Option<&Json>) -> Result<Change, Vec<Problem>> {
    let mut editor =
        OfferEditor { wanted, mode: Strictness::Strictly { live }, notes: Notes::default() };
    let document = editor.carry_out(draft);
    let Notes { touched, problems } = editor.notes;
    if !problems.is_empty() {
        return Err(problems);
    }
    let unequal = find_unequal(&draft["definition"], &document["definition"], Mode::Exact);
    let names = ResourceNames::read([draft]);
    let differences = unequal
        .into_iter()
        .map(|unequal| {
            let place = find_place(&touched, &unequal.path);
            names.describe(unequal, place, &wanted.confidential)
        })
        .collect();
    Ok(Change { document, differences })
}

/// The place in the manifest of the last edit that reached a path, was inside it, or around it.
fn find_place(touched: &[(Vec<String>, Place)], path: &[String]) -> Option<Place> {
    let reached = |(touched, _): &&(Vec<String>, Place)| {
        touched.starts_with(path) || path.starts_with(touched)
    };
    touched.iter().rev().find(reached).map(|(_, place)| place.clone())
}

/// How much of what the manifest wants a document has.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// What it has otherwise.
    pub differences: Vec<Difference>,
    /// What it has no place for: a plan or a key that is not there.
    pub problems: Vec<Problem>,
}

impl Held {
    /// The document has all of it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.differences.is_empty() && self.problems.is_empty()
    }
}

/// What of the manifest's wishes a document lacks, such as what is live. `keep-versions` is not
/// asked for: the service decides when a version is gone. With `accept_rewrites`, what the service
/// is known to return otherwise than it was written counts as there: so is asked whether a release
/// took effect. Without, such things count as missing: so is asked whether there is anything left
/// to release.
#[must_use]
pub fn find_missing(wanted: &Wanted, document: &Json, accept_rewrites: bool) -> Held {
    let Lenient { document: whole, problems, .. } = carry_out_leniently(wanted, document);
    let mode = if accept_rewrites { Mode::Written } else { Mode::Exact };
    let unequal = find_unequal(&whole["definition"], &document["definition"], mode);
    let hidden = |value: &Json| {
        value.as_str().is_some_and(|text| wanted.confidential.iter().any(|known| known == text))
    };
    // What the service shows in place of a secret says nothing against it.
    let counts_as_there = |unequal: &Unequal| {
        let masked = unequal.after.as_ref().is_some_and(is_mask);
        (accept_rewrites || masked) && unequal.before.as_ref().is_some_and(hidden)
    };
    let names = ResourceNames::read([document]);
    let differences = unequal
        .into_iter()
        .filter(|unequal| !counts_as_there(unequal))
        .map(|unequal| names.describe(unequal.turned(), None, &wanted.confidential))
        .collect();
    Held { differences, problems }
}

/// What the draft has that is neither live nor the manifest's: with the manifest carried out on
/// both documents, what is still different.
#[must_use]
pub fn find_foreign(wanted: &Wanted, draft: &Json, live: &Json) -> Vec<Difference> {
    let [live, draft] =
        [live, draft].map(|document| carry_out_leniently(wanted, document).document);
    let names = ResourceNames::read([&live, &draft]);
    find_unequal(&live["definition"], &draft["definition"], Mode::Read)
        .into_iter()
        .map(|unequal| names.describe(unequal, None, &wanted.confidential))
        .collect()
}

/// A document on which everything was carried out that could be.
pub struct Lenient {
    pub document: Json,
    pub problems: Vec<Problem>,
}

/// Carries out what fits, without the tests and without removing versions.
pub fn carry_out_leniently(wanted: &Wanted, document: &Json) -> Lenient {
    let mut editor = OfferEditor { wanted, mode: Strictness::Leniently, notes: Notes::default() };
    let document = editor.carry_out(document);
    Lenient { document, problems: editor.notes.problems }
}

struct OfferEditor<'a> {
    wanted: &'a Wanted,
    mode: Strictness<'a>,
    notes: Notes,
}

impl OfferEditor<'_> {
    fn carry_out(&mut self, document: &Json) -> Json {
        let mut document = document.clone();
        if has_resources(&document) {
            carry_out_on_resources(&mut document, self.wanted, self.mode, &mut self.notes);
            return document;
        }
        let offer_type = document["offerTypeId"].as_str().unwrap_or_default().to_owned();
        let Some(offer) = document.pointer_mut("/definition/offer").filter(|it| it.is_object())
        else {
            let message = "the draft has no `definition.offer`".to_owned();
            let hint = "`offer-release show` prints the draft; is this a new kind of offer?";
            self.notes.problems.push(refuse_mismatch(message).hint(hint));
            return document;
        };
        let base = ["offer".to_owned()];
        make_edits(offer, &self.wanted.edits, &base, self.mode, &mut self.notes);
        let mut no_plans = Vec::new();
        let plans = document.pointer_mut("/definition/plans").and_then(Json::as_array_mut);
        let plans = plans.unwrap_or(&mut no_plans);
        for wanted in self.wanted.plans.iter().filter(|plan| plan.is_said()) {
            let known = plans.iter().position(|plan| plan["planId"] == wanted.id.as_str());
            match known {
                Some(index) => self.change_plan(&mut plans[index], wanted, &offer_type),
                None => self.notes.problems.push(no_plan(plans, wanted)),
            }
        }
        document
    }

    fn change_plan(&mut self, plan: &mut Json, wanted: &WantedPlan, offer_type: &str) {
        let base = ["plans".to_owned(), wanted.id.as_str().to_owned()];
        if let Some(image) = &wanted.image {
            let before = plan.clone();
            if let Err(problem) = add_image(plan, offer_type, image) {
                self.notes.problems.push(problem.at(image.at.clone()));
            }
            self.notes.touch(&base, &before, plan, &image.at);
        }
        if let (Some((keep, at)), Strictness::Strictly { live }) =
            (&wanted.keep_versions, self.mode)
        {
            let before = plan.clone();
            let live = live.and_then(|live| find_plan(live, wanted.id.as_str()));
            if let Err(problem) = prune_versions(plan, live, offer_type, *keep) {
                self.notes.problems.push(problem.at(at.clone()));
            }
            self.notes.touch(&base, &before, plan, at);
        }
        make_edits(plan, &wanted.edits, &base, self.mode, &mut self.notes);
    }
}

fn find_plan<'a>(document: &'a Json, id: &str) -> Option<&'a Json> {
    let plans = document["definition"]["plans"].as_array()?;
    plans.iter().find(|plan| plan["planId"] == id)
}

fn no_plan(plans: &[Json], wanted: &WantedPlan) -> Problem {
    let known = || plans.iter().filter_map(|plan| plan["planId"].as_str());
    let near = find_nearest(wanted.id.as_str(), known())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let list = known().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    refuse_mismatch(format!("the draft has no plan `{}`", wanted.id))
        .hint(format!("{near}plans of the draft: {list}"))
        .at(wanted.at.clone())
}
