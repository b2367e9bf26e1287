use std::num::NonZeroUsize;

use serde_json::{Value as Json, json};

use super::*;
use crate::ids::PlanId;
use crate::problem::{Place, Problem};
use crate::secrets::{blank_signatures, find_signatures, find_signatures_in_lines};

mod comparing;
mod editing;
mod imaging;
mod mistakes;
mod properties;
mod resolving;
mod resource_containers;
mod resource_images;
mod resources;
mod secrecy;
mod words;

/// The plan types of the fixtures: one image type, several, and a type that nobody knows.
fn fixture(name: &str) -> Json {
    let text = match name {
        "machine" => include_str!("../../tests/fixtures/content/machine.json"),
        "resources" => include_str!("../../tests/fixtures/content/resources.json"),
        "containers" => include_str!("../../tests/fixtures/content/containers.json"),
        "generations" => include_str!("../../tests/fixtures/content/generations.json"),
        _ => include_str!("../../tests/fixtures/content/unknown.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn line(number: u32) -> Place {
    Place { file: "offer.yml".into(), line: number, column: 1, end_column: 2 }
}

fn edit(number: u32, pointer: &str, action: Action) -> Edit {
    Edit { resource: None, pointer: Pointer::parse(pointer).unwrap(), action, at: line(number) }
}

fn set(number: u32, pointer: &str, value: Json) -> Edit {
    edit(number, pointer, Action::Set { value, create: false })
}

fn create(number: u32, pointer: &str, value: Json) -> Edit {
    edit(number, pointer, Action::Set { value, create: true })
}

fn remove(number: u32, pointer: &str) -> Edit {
    edit(number, pointer, Action::Remove)
}

fn test(number: u32, pointer: &str, value: Json) -> Edit {
    edit(number, pointer, Action::Test { value })
}

fn offer(edits: Vec<Edit>) -> Wanted {
    Wanted { edits, ..Wanted::default() }
}

fn plan(id: &str) -> WantedPlan {
    WantedPlan {
        id: PlanId::parse(id).unwrap(),
        at: line(20),
        image: None,
        container: None,
        keep_versions: None,
        edits: Vec::new(),
    }
}

fn of_plan(plan: WantedPlan) -> Wanted {
    Wanted { plans: vec![plan], ..Wanted::default() }
}

fn blob(name: &str) -> Disk {
    let text = format!(
        "https://contoso.blob.core.windows.net/vhds/{name}?sr=c&sp=rl\
         &se=2027-06-01T00%3A00%3A00Z&sig=bmV3%2B%3D"
    );
    Disk::Blobs { os: Sas::parse(&text).unwrap(), data: Vec::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "a plan's field, as it is written")]
fn image(version: &str, disks: Vec<(Option<ImageType>, Disk)>) -> Option<Image> {
    Some(Image { version: Version::parse(version).unwrap(), disks, at: line(30) })
}

fn standard(version: &str, name: &str) -> Wanted {
    of_plan(WantedPlan { image: image(version, vec![(None, blob(name))]), ..plan("standard") })
}

/// A change as the reports can show it.
fn shown(differences: &[Difference]) -> String {
    let one = |difference: &Difference| {
        let place = difference.place.as_ref().map(|place| format!(" (line {})", place.line));
        let title = format!("{}{}\n", difference.title(), place.unwrap_or_default());
        let lines = difference.lines();
        let lines = lines.iter().map(|line| format!("{} {}\n", line.mark.sign(), line.text));
        title + &lines.collect::<String>()
    };
    differences.iter().map(one).collect()
}

fn told(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let line = problem.place.as_ref().unwrap().line;
        let hint = problem.hint.as_deref().unwrap();
        format!("line {line}: {}: {}\n  {hint}\n", problem.code, problem.message)
    };
    problems.iter().map(one).collect()
}

fn refused(wanted: &Wanted, draft: &Json) -> String {
    told(&apply(wanted, draft, None).unwrap_err())
}
