//! What is written in a manifest, with its variables replaced and its files read.

use std::num::NonZeroUsize;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::pointer::Pointer;
use super::sas::{Concern, Sas};
use super::variables::Variables;
use super::version::Version;
use super::wanted::{Action, Container, Disk, Edit, Image, ImageType, Payload, Wanted, WantedPlan};
use crate::manifest::content::{
    DeclaredAction, DeclaredContainer, DeclaredDisk, DeclaredEdit, DeclaredImage, DeclaredPayload,
    PlanContent, Source, Text,
};
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
pub fn resolve_content(
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
    let edits = resolver.resolve_edits(&content.edits);
    let plans = content.plans.iter().map(|plan| resolver.resolve_plan(plan)).collect();
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

    fn resolve_edits(&mut self, edits: &[DeclaredEdit]) -> Vec<Edit> {
        edits.iter().filter_map(|edit| self.resolve_edit(edit)).collect()
    }

    fn resolve_edit(&mut self, edit: &DeclaredEdit) -> Option<Edit> {
        let route = &edit.route;
        // The manifest has refused what is no pointer.
        let pointer = Pointer::parse(&edit.pointer).ok()?;
        let action = match &edit.action {
            DeclaredAction::Set(source, create) => {
                Action::Set { value: self.resolve_value(route, source)?, create: *create }
            }
            DeclaredAction::Remove => Action::Remove,
            DeclaredAction::Test(source) => {
                Action::Test { value: self.resolve_value(route, source)? }
            }
        };
        let resource = edit.resource.clone();
        Some(Edit { resource, pointer, action, at: self.place(route) })
    }

    fn resolve_value(&mut self, edit: &Route, source: &Source) -> Option<Json> {
        let route = edit.key("value");
        match source {
            Source::Here(value) => self.expand_all(&route, value),
            Source::File(path) => self.read_file(&route.key("file"), path).map(Json::String),
            Source::Template(path) => {
                let route = route.key("template");
                let text = self.read_file(&route, path)?;
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

    fn read_file(&mut self, route: &Route, path: &str) -> Option<String> {
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

    fn resolve_plan(&mut self, plan: &PlanContent) -> WantedPlan {
        let keep = |number: NonZeroUsize| (number, self.place(&plan.route.key("keep-versions")));
        let keep_versions = plan.keep_versions.map(keep);
        WantedPlan {
            id: plan.id.clone(),
            at: self.place(&plan.route.key("id")),
            image: plan.image.as_ref().and_then(|image| self.resolve_image(image)),
            container: plan
                .container
                .as_ref()
                .and_then(|container| self.resolve_container(container)),
            keep_versions,
            edits: self.resolve_edits(&plan.edits),
        }
    }

    fn resolve_image(&mut self, image: &DeclaredImage) -> Option<Image> {
        let version = self.resolve_version(image);
        let disks: Vec<_> = image
            .disks
            .iter()
            .map(|(name, disk)| {
                let all = ImageType::ALL.into_iter();
                let image_type = name.and_then(|name| all.clone().find(|one| one.name() == name));
                Some((image_type, self.resolve_disk(disk)?))
            })
            .collect();
        let disks = disks.into_iter().collect::<Option<_>>()?;
        Some(Image { version: version?, disks, at: self.place(&image.route.key("version")) })
    }

    fn resolve_version(&mut self, image: &DeclaredImage) -> Option<Version> {
        let route = image.route.key("version");
        let text = self.expand(&route, &image.version, false)?;
        let version = Version::parse(&text);
        if version.is_none() {
            let hint = "an image version is three numbers, such as `1.2.3`";
            self.refuse(&route, &format!("the version is {text:?}"), hint);
        }
        version
    }

    fn resolve_disk(&mut self, disk: &DeclaredDisk) -> Option<Disk> {
        match disk {
            DeclaredDisk::Blobs { os, data } => {
                let os = self.blob(os);
                let data: Vec<_> = data.iter().map(|disk| self.blob(disk)).collect();
                Some(Disk::Blobs { os: os?, data: data.into_iter().collect::<Option<_>>()? })
            }
            DeclaredDisk::Gallery { resource, tenant } => {
                let gallery = self.expand(&resource.1, &resource.0, true);
                let tenant = self.expand(&tenant.1, &tenant.0, true);
                let (gallery, tenant) = (gallery?, tenant?);
                let folded = gallery.to_ascii_lowercase();
                if !folded.starts_with("/subscriptions/") || !folded.contains("/versions/") {
                    let hint = "give the resource id of the image version, such as \
                                `/subscriptions/…/galleries/…/images/…/versions/1.2.3`";
                    let message = "not the resource id of a version in a gallery";
                    self.refuse(&resource.1, message, hint);
                    return None;
                }
                Some(Disk::Gallery { resource: gallery, tenant })
            }
        }
    }

    fn resolve_container(&mut self, container: &DeclaredContainer) -> Option<Container> {
        let at = self.place(&container.route);
        let payload = match &container.payload {
            DeclaredPayload::Tags(tags) => {
                let tags: Vec<_> = tags.iter().map(|tag| self.plain(tag)).collect();
                Payload::Tags(tags.into_iter().collect::<Option<_>>()?)
            }
            DeclaredPayload::Bundle { tag, digest, registry, repository } => {
                let own = [tag, digest].map(|text| self.plain(text));
                // `None`: not said; `Some(None)`: said, and wrong.
                let places =
                    [registry, repository].map(|text| text.as_ref().map(|text| self.plain(text)));
                let [Some(tag), Some(hash)] = own else { return None };
                if !is_digest(&hash) {
                    let message = format!("the digest is {hash:?}");
                    self.refuse(
                        &digest.1,
                        &message,
                        "a digest is `sha256:` and 64 digits of 0-9a-f",
                    );
                    return None;
                }
                if places.contains(&Some(None)) {
                    return None;
                }
                let [registry, repository] = places.map(Option::flatten);
                Payload::Bundle { tag, digest: hash, registry, repository }
            }
        };
        Some(Container { payload, at })
    }

    /// A text without secrets, and not empty.
    fn plain(&mut self, (text, route): &Text) -> Option<String> {
        let expanded = self.expand(route, text, false)?;
        if expanded.trim().is_empty() {
            self.refuse(route, "the text is empty", "write what it is, or leave the key out");
            return None;
        }
        Some(expanded)
    }

    fn blob(&mut self, (text, route): &Text) -> Option<Sas> {
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
        Some(sas)
    }
}

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    let lower = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    digits.len() == 64 && digits.chars().all(lower)
}
