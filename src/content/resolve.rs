//! What is written in a manifest, with its variables replaced and its files read.

use std::num::NonZeroUsize;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    Action, Concern, Disk, Edit, Image, ImageType, Pointer, Sas, Variables, Version, Wanted,
    WantedPlan,
};
use crate::manifest::content::{self as written, PlanContent, Source};
use crate::manifest::{Manifest, Offer, Route};
use crate::problem::{Code, Place, Problem};
use crate::secrets::has_signed_address;

/// What the manifest wants of an offer.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// It.
    pub wanted: Wanted,
    /// What is doubtful about it, each at its line.
    pub warnings: Vec<Problem>,
}

/// Replaces the variables and reads the files of what the manifest says of an offer. Everything
/// that can be checked without the draft is checked here; `now` is what expiries are compared with.
///
/// # Errors
/// Everything that is wrong, each at its line.
pub fn resolve(
    manifest: &Manifest,
    offer: &Offer,
    variables: &Variables,
    read_file: &dyn Fn(&str) -> Result<String, Problem>,
    now: Timestamp,
) -> Result<Resolved, Vec<Problem>> {
    let mut resolver = Resolver {
        manifest,
        variables,
        read_file,
        now,
        resolved: Resolved::default(),
        problems: Vec::new(),
    };
    let content = &offer.content;
    let edits = resolver.edits(&content.edits);
    let plans = content.plans.iter().map(|plan| resolver.plan(plan)).collect();
    let Resolver { mut resolved, problems, .. } = resolver;
    if !problems.is_empty() {
        return Err(problems);
    }
    resolved.wanted.edits = edits;
    resolved.wanted.plans = plans;
    resolved.wanted.keeps_missing_secrets = content.keeps_missing_secrets;
    Ok(resolved)
}

struct Resolver<'a> {
    manifest: &'a Manifest,
    variables: &'a Variables,
    read_file: &'a dyn Fn(&str) -> Result<String, Problem>,
    now: Timestamp,
    resolved: Resolved,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    fn place(&self, route: &Route) -> Place {
        self.manifest.place(route).unwrap_or_else(|| self.manifest.offer_place(0))
    }

    fn problem(&self, route: &Route, message: &str, hint: &str) -> Problem {
        let problem = Problem::new(Code::ManifestInvalid, format!("`{route}`: {message}"));
        self.manifest.show_line(problem.hint(hint).at(self.place(route)))
    }

    fn refuse(&mut self, route: &Route, message: &str, hint: &str) {
        let problem = self.problem(route, message, hint);
        self.problems.push(problem);
    }

    fn expand(&mut self, route: &Route, text: &str, may_be_secret: bool) -> Option<String> {
        match self.variables.expand(text, may_be_secret) {
            Ok(expanded) => {
                // What is signed is shown without its signature, which says more than nothing.
                if expanded.is_secret && !has_signed_address(&expanded.text) {
                    self.resolved.wanted.confidential.push(expanded.text.clone());
                }
                Some(expanded.text)
            }
            Err(why) => {
                self.refuse(route, &why.message, &why.hint);
                None
            }
        }
    }

    fn edits(&mut self, edits: &[written::Edit]) -> Vec<Edit> {
        edits.iter().filter_map(|edit| self.edit(edit)).collect()
    }

    fn edit(&mut self, edit: &written::Edit) -> Option<Edit> {
        let route = &edit.route;
        // The manifest has refused what is no pointer.
        let pointer = Pointer::parse(&edit.pointer).ok()?;
        let action = match &edit.action {
            written::Action::Set(source, create) => {
                Action::Set { value: self.value(route, source)?, create: *create }
            }
            written::Action::Remove => Action::Remove,
            written::Action::Test(source) => Action::Test { value: self.value(route, source)? },
        };
        Some(Edit { pointer, action, at: self.place(route) })
    }

    fn value(&mut self, edit: &Route, source: &Source) -> Option<Json> {
        let route = edit.key("value");
        match source {
            Source::Here(value) => self.expand_all(&route, value),
            Source::File(path) => self.read(&route.key("file"), path).map(Json::String),
            Source::Template(path) => {
                let route = route.key("template");
                let text = self.read(&route, path)?;
                self.expand(&route, &text, true).map(Json::String)
            }
        }
    }

    fn expand_all(&mut self, route: &Route, value: &Json) -> Option<Json> {
        Some(match value {
            Json::String(text) => Json::String(self.expand(route, text, true)?),
            Json::Array(items) => {
                let items = items.iter().enumerate();
                let expanded: Vec<_> =
                    items.map(|(index, item)| self.expand_all(&route.index(index), item)).collect();
                Json::Array(expanded.into_iter().collect::<Option<_>>()?)
            }
            Json::Object(members) => {
                let expanded: Vec<_> = members
                    .iter()
                    .map(|(key, item)| Some((key.clone(), self.expand_all(&route.key(key), item)?)))
                    .collect();
                Json::Object(expanded.into_iter().collect::<Option<_>>()?)
            }
            other => other.clone(),
        })
    }

    fn read(&mut self, route: &Route, path: &str) -> Option<String> {
        match (self.read_file)(path) {
            Ok(text) if has_signed_address(&text) => {
                let hint = "it is a secret: hand it over by the input `secrets`, and write \
                            `${secret.NAME}` in a template";
                self.refuse(route, "a SAS URI stands in the file in clear", hint);
                None
            }
            Ok(text) => Some(text),
            Err(problem) => {
                let problem = problem.at(self.place(route));
                self.problems.push(self.manifest.show_line(problem));
                None
            }
        }
    }

    fn plan(&mut self, plan: &PlanContent) -> WantedPlan {
        let keep = |number: NonZeroUsize| (number, self.place(&plan.route.key("keep-versions")));
        let keep_versions = plan.keep_versions.map(keep);
        WantedPlan {
            id: plan.id.clone(),
            at: self.place(&plan.route.key("id")),
            image: plan.image.as_ref().and_then(|image| self.image(image)),
            keep_versions,
            edits: self.edits(&plan.edits),
        }
    }

    fn image(&mut self, image: &written::Image) -> Option<Image> {
        let version = self.version(image);
        let disks: Vec<_> = image.disks.iter().map(|disk| self.disk(disk)).collect();
        let disks = disks.into_iter().collect::<Option<_>>()?;
        Some(Image { version: version?, disks, at: self.place(&image.route.key("version")) })
    }

    fn version(&mut self, image: &written::Image) -> Option<Version> {
        let route = image.route.key("version");
        let text = self.expand(&route, &image.version, false)?;
        let version = Version::parse(&text);
        if version.is_none() {
            let hint = "an image version is three numbers, such as `1.2.3`";
            self.refuse(&route, &format!("the version is {text:?}"), hint);
        }
        version
    }

    fn disk(
        &mut self,
        (name, text, route): &(Option<&'static str>, String, Route),
    ) -> Option<(Option<ImageType>, Disk)> {
        let image_type =
            name.and_then(|name| ImageType::ALL.into_iter().find(|one| one.name() == name));
        let text = self.expand(route, text, true)?;
        let sas = match Sas::parse(&text) {
            Ok(sas) => sas,
            Err(why) => {
                self.refuse(route, &why, "give the SAS URI of the disk, as the storage made it");
                return None;
            }
        };
        for concern in sas.check(self.now) {
            match concern {
                Concern::Wrong(why) => self.refuse(
                    route,
                    &why,
                    "make a SAS URI of the container with the rights `rl`, valid for three weeks \
                     at least",
                ),
                Concern::Doubtful(why) => {
                    let hint = "make one that lasts longer: certification can take days";
                    let warning = self.problem(route, &why, hint);
                    self.resolved.warnings.push(warning);
                }
            }
        }
        Some((image_type, Disk::Blobs { os: sas, data: Vec::new() }))
    }
}
