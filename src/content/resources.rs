//! A draft that is made of resources, as the Product Ingestion API has it: which resource an edit,
//! an image or a container is about, and what is done to it.

use serde_json::{Map, Value as Json};

use super::container::add_payload;
use super::edits::{Notes, Strictness, make_edits};
use super::machine::{add_image, deprecate_versions};
use super::pointer::{self, Pointer};
use super::refusal::refuse_mismatch;
use super::resource::{kind_of, language_of, name_of_plan};
use super::wanted::{Action, Edit, Resource, Wanted, WantedPlan};
use crate::nearest::find_nearest;
use crate::problem::{Place, Problem};

/// By these a resource is known, and what it belongs to.
const FIXED_KEYS: [&str; 5] = ["$schema", "id", "product", "plan", "identity"];

/// The kinds of the technical configuration of a plan with machines, and with containers.
const MACHINES: [&str; 2] = [
    "virtual-machine-plan-technical-configuration",
    "core-virtual-machine-plan-technical-configuration",
];
const CONTAINERS: [&str; 1] = ["container-plan-technical-configuration"];

/// Whether a document is made of resources.
pub fn has_resources(document: &Json) -> bool {
    document["definition"]["resources"].is_array()
}

/// Carries out what is wanted on a document that is made of resources.
pub fn carry_out_on_resources(
    document: &mut Json,
    wanted: &Wanted,
    mode: Strictness<'_>,
    notes: &mut Notes,
) {
    let live = match mode {
        Strictness::Strictly { live } => live.map(Resources::read),
        Strictness::Leniently => None,
    };
    let mut editor = ResourceEditor { draft: Resources::read(document), live, mode, notes };
    editor.make_edits(&wanted.edits, None);
    for plan in wanted.plans.iter().filter(|plan| plan.is_said()) {
        editor.change_plan(plan);
    }
    let changed = editor.draft.resources;
    for resource in document["definition"]["resources"].as_array_mut().into_iter().flatten() {
        if let Some(changed) = resource["id"].as_str().and_then(|id| changed.get(id)) {
            *resource = changed.clone();
        }
    }
}

/// The resources of a document by their ids. Of two with the same id, the first counts.
struct Resources {
    resources: Map<String, Json>,
}

impl Resources {
    fn read(document: &Json) -> Self {
        let mut resources = Map::new();
        for resource in document["definition"]["resources"].as_array().into_iter().flatten() {
            if let Some(id) = resource["id"].as_str() {
                resources.entry(id).or_insert_with(|| resource.clone());
            }
        }
        Self { resources }
    }

    /// The ids of what belongs to the plan, or to no plan.
    fn list_of<'a>(&'a self, plan: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a Json)> {
        let is_of = move |id: &str, resource: &Json| match plan {
            Some(plan) => id == plan || resource["plan"] == plan,
            None => resource.get("plan").is_none_or(Json::is_null) && kind_of(resource) != "plan",
        };
        self.resources
            .iter()
            .filter(move |(id, resource)| is_of(id, resource))
            .map(|(id, resource)| (id.as_str(), resource))
    }

    /// The id of the plan with this name.
    fn find_plan(&self, name: &str) -> Option<&str> {
        self.plans().find(|(_, known)| *known == name).map(|(id, _)| id)
    }

    fn plans(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let plans = self.resources.iter().filter(|(_, resource)| kind_of(resource) == "plan");
        plans.filter_map(|(id, resource)| Some((id.as_str(), name_of_plan(resource)?)))
    }

    /// The plan's technical configuration, if it is of one of these kinds.
    fn find_technical(&self, plan: &str, kinds: &[&str]) -> Option<String> {
        let mut found = self.list_of(Some(plan));
        found.find(|(_, resource)| kinds.contains(&kind_of(resource))).map(|(id, _)| id.to_owned())
    }
}

struct ResourceEditor<'a> {
    draft: Resources,
    live: Option<Resources>,
    mode: Strictness<'a>,
    notes: &'a mut Notes,
}

impl ResourceEditor<'_> {
    fn change_plan(&mut self, wanted: &WantedPlan) {
        let Some(plan) = self.draft.find_plan(wanted.id.as_str()).map(str::to_owned) else {
            self.notes.problems.push(no_plan(&self.draft, wanted));
            return;
        };
        if let Some(image) = &wanted.image {
            self.change_technical(&plan, &MACHINES, "machines", &image.at, |resource, _| {
                add_image(resource, image)
            });
        }
        if let Some(container) = &wanted.container {
            self.change_technical(
                &plan,
                &CONTAINERS,
                "containers",
                &container.at,
                |resource, _| add_payload(resource, &container.payload),
            );
        }
        if let (Some((keep, at)), Strictness::Strictly { .. }) = (&wanted.keep_versions, self.mode)
        {
            self.change_technical(&plan, &MACHINES, "machines", at, |resource, live| {
                if let Some(live) = live {
                    deprecate_versions(resource, live, *keep);
                }
                Ok(())
            });
        }
        self.make_edits(&wanted.edits, Some(&plan));
    }

    /// Changes the plan's technical configuration, with the same one of what is live beside it.
    fn change_technical(
        &mut self,
        plan: &str,
        kinds: &[&str],
        of_what: &str,
        at: &Place,
        change: impl FnOnce(&mut Json, Option<&Json>) -> Result<(), Problem>,
    ) {
        let Some(id) = self.draft.find_technical(plan, kinds) else {
            let message = format!("the plan has no technical configuration of {of_what}");
            let problem = refuse_mismatch(message).hint("say what changes by `edit`");
            self.notes.problems.push(problem.at(at.clone()));
            return;
        };
        let live = self.live.as_ref().and_then(|live| live.resources.get(&id));
        let resource = &mut self.draft.resources[&id];
        let before = resource.clone();
        match change(resource, live) {
            Ok(()) => self.notes.touch(&["resources".to_owned(), id], &before, resource, at),
            Err(problem) => self.notes.problems.push(problem.at(at.clone())),
        }
    }

    /// Makes the edits of the offer, or of a plan, on all the resources at once: a test of the one
    /// guards changes of the other.
    fn make_edits(&mut self, edits: &[Edit], plan: Option<&str>) {
        let mut placed = Vec::new();
        for edit in edits {
            match self.place_edit(edit, plan) {
                Ok(edit) => placed.push(edit),
                Err(problem) => self.notes.problems.push(problem.at(edit.at.clone())),
            }
        }
        if placed.len() < edits.len() {
            return;
        }
        let mut target = Json::Object(std::mem::take(&mut self.draft.resources));
        let known = self.notes.problems.len();
        let base = ["resources".to_owned()];
        make_edits(&mut target, &placed, &base, self.mode, self.notes);
        for problem in &mut self.notes.problems[known..] {
            name_resource(problem, edits, &placed);
        }
        if let Json::Object(resources) = target {
            self.draft.resources = resources;
        }
    }

    /// The same edit, relative to all the resources.
    fn place_edit(&self, edit: &Edit, plan: Option<&str>) -> Result<Edit, Problem> {
        let first = edit.pointer.tokens().first().map_or("", String::as_str);
        if FIXED_KEYS.contains(&first) && !matches!(edit.action, Action::Test { .. }) {
            let message = format!("`/{first}` is how the resource is known, and cannot be changed");
            return Err(refuse_mismatch(message).hint("change what it holds"));
        }
        let id = self.find_resource(edit.resource.as_ref(), plan)?;
        let text = format!("{}{}", pointer::write_pointer(&[id]), edit.pointer);
        let pointer = Pointer::parse(&text).map_err(|why| refuse_mismatch(why.to_string()))?;
        Ok(Edit { pointer, ..edit.clone() })
    }

    /// The id of the resource that an edit names.
    fn find_resource<'a>(
        &'a self,
        wanted: Option<&Resource>,
        plan: Option<&'a str>,
    ) -> Result<&'a str, Problem> {
        let Some(wanted) = wanted else {
            let message = "the edit does not say which resource it is about".to_owned();
            return Err(refuse_mismatch(message).hint("add `in:` with the kind of resource"));
        };
        let of_kind = || self.draft.list_of(plan).filter(|(_, one)| kind_of(one) == wanted.kind);
        let fits = |resource: &Json| {
            wanted.language.as_ref().is_none_or(|language| {
                let its = language_of(resource).unwrap_or_default();
                its.eq_ignore_ascii_case(language)
            })
        };
        let found: Vec<_> = of_kind().filter(|(_, resource)| fits(resource)).collect();
        match found[..] {
            [(id, _)] => Ok(id),
            [] if of_kind().next().is_none() => Err(no_kind(&self.draft, wanted, plan)),
            _ => Err(no_language(wanted, &of_kind().collect::<Vec<_>>(), found.len())),
        }
    }
}

/// An edit's problem speaks of its pointer as it is written, and says which resource it is in.
fn name_resource(problem: &mut Problem, edits: &[Edit], placed: &[Edit]) {
    let place = problem.place.as_ref();
    let found = edits.iter().zip(placed).find(|(edit, _)| Some(&edit.at) == place);
    let Some((edit, placed)) = found else { return };
    let prefix = pointer::write_pointer(&placed.pointer.tokens()[..1]);
    let strip = |text: &str| text.replace(&format!("{prefix}/"), "/");
    let resource = edit.resource.as_ref().map(ToString::to_string).unwrap_or_default();
    problem.message = format!("in `{resource}`: {}", strip(&problem.message));
    problem.hint = problem.hint.as_deref().map(strip);
}

fn no_kind(draft: &Resources, wanted: &Resource, plan: Option<&str>) -> Problem {
    let mut kinds: Vec<&str> = draft.list_of(plan).map(|(_, one)| kind_of(one)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let near = find_nearest(&wanted.kind, kinds.iter().copied())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let (whose, there) = match plan {
        Some(_) => ("the plan", "its resources"),
        None => ("the offer", "its resources, besides those of its plans,"),
    };
    let list = quote(&kinds);
    refuse_mismatch(format!("{whose} has no resource `{}`", wanted.kind))
        .hint(format!("{near}{there} are {list}"))
}

fn no_language(wanted: &Resource, all: &[(&str, &Json)], found: usize) -> Problem {
    let languages: Vec<&str> = all.iter().filter_map(|(_, one)| language_of(one)).collect();
    let (kind, list) = (&wanted.kind, quote(&languages));
    match &wanted.language {
        None if languages.len() == all.len() => {
            refuse_mismatch(format!("there are {found} resources `{kind}`, one for each language"))
                .hint(format!("say which by `language`: {list}"))
        }
        Some(language) if found == 0 => {
            refuse_mismatch(format!("there is no `{kind}` in the language `{language}`"))
                .hint(format!("its languages are {list}"))
        }
        _ => {
            let ids: Vec<&str> = all.iter().map(|(id, _)| *id).collect();
            refuse_mismatch(format!(
                "there are {found} resources `{kind}`, and nothing tells them apart"
            ))
            .hint(format!("change them in Partner Center: {}", quote(&ids)))
        }
    }
}

fn no_plan(draft: &Resources, wanted: &WantedPlan) -> Problem {
    let known = || draft.plans().map(|(_, name)| name);
    let near = find_nearest(wanted.id.as_str(), known())
        .map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default();
    let list = quote(&known().collect::<Vec<_>>());
    refuse_mismatch(format!("the draft has no plan `{}`", wanted.id))
        .hint(format!("{near}plans of the draft: {list}"))
        .at(wanted.at.clone())
}

fn quote(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
