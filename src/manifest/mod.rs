//! The offer manifest: read, located, checked, and turned into offers that cannot hold nonsense.
//!
//! Two readers look at the text. [`tree_builder`] makes a tree that knows where everything is, and
//! refuses the features of YAML that are not allowed; serde turns the text into values. What is
//! wrong is told from the tree, all of it together; nothing passes that serde did not accept.

pub mod content;
mod document;
mod edits;
mod excerpt;
mod file;
mod meaning;
mod messages;
mod route;
mod scalar;
mod schema;
mod shape;
mod source;
mod syntax;
mod text_schemas;
mod tree;
mod tree_builder;
mod values;

use std::path::Path;

use serde_path_to_error::Segment;

use crate::ids::{Email, OfferId, PlanId, PublisherId};
use crate::nearest::find_nearest;
use crate::problem::{Code, Place, Problem};
use crate::secrets::Secrets;
use content::Content;
pub use document::Api;
use document::{Document, WrittenOffer};
pub use excerpt::draw_excerpt;
pub use file::read_text;
pub use route::{Route, RouteStep};
pub use schema::build_schema;
use source::{Finding, ManifestSource};
use tree::Node;

/// As many problems are told of one manifest.
const MOST_PROBLEMS: usize = 50;

/// A manifest without problems.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Publisher of all the offers.
    pub publisher: PublisherId,
    /// The offers, at least one, in the order of the file.
    pub offers: Vec<Offer>,
    source: ManifestSource,
    root: Node,
}

/// One offer of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its position in the manifest, from 0; by it the manifest finds its lines.
    pub index: usize,
    /// Its id, as in the portal's addresses.
    pub id: OfferId,
    /// The API at which it is published.
    pub api: Api,
    /// To whom the portal sends its notifications; the manifest's addresses if the offer has none
    /// of its own.
    pub notification_emails: Vec<Email>,
    /// `false`: it never goes live, whatever the inputs say.
    pub go_live: bool,
    /// The plans that the manifest names.
    pub plans: Vec<PlanId>,
    /// What it says of the offer's draft.
    pub content: Content,
}

/// Reads the manifest at a path below the workspace. What is secret in it, though it should not
/// stand there, is registered before anything of it can be told.
///
/// # Errors
/// Why the file cannot be read, or everything that is wrong in it.
pub fn load(workspace: &Path, path: &str, secrets: &Secrets) -> Result<Manifest, Vec<Problem>> {
    let (file, text) =
        file::read_manifest(workspace, path, secrets).map_err(|problem| vec![problem])?;
    parse(&file, &text)
}

/// Reads a manifest's text; `path` names it in messages.
///
/// # Errors
/// Everything that is wrong in it, in the order of its lines.
pub fn parse(path: &str, text: &str) -> Result<Manifest, Vec<Problem>> {
    let source = ManifestSource::new(path, text);
    let refused = |findings| Err(report_findings(&source, findings));
    let wrong: Vec<_> = source.characters().take(MOST_PROBLEMS).collect();
    if !wrong.is_empty() {
        return refused(wrong);
    }
    let (root, mut findings) = tree_builder::build_tree(&source);
    let Some(root) = root else {
        return refused(findings);
    };
    findings.extend(shape::check_shape(&root, &build_schema()));
    findings.extend(meaning::check_meaning(&root));
    findings.extend(edits::check_edits_and_images(&root));
    if !findings.is_empty() {
        return refused(findings);
    }
    match serde_path_to_error::deserialize(serde_yaml::Deserializer::from_str(source.text())) {
        Ok(document) => Ok(Manifest::new(document, source, root)),
        Err(error) => refused(vec![report_misread(&source, &root, &error)]),
    }
}

/// In the order of the lines, and not endlessly many.
fn report_findings(source: &ManifestSource, mut findings: Vec<Finding>) -> Vec<Problem> {
    findings.sort_by_key(|finding| finding.at);
    if findings.len() > MOST_PROBLEMS {
        let message = format!(
            "{MOST_PROBLEMS} problems are enough for one report; there are more from here on"
        );
        let rest =
            Finding::invalid(findings[MOST_PROBLEMS].at, message, "correct the ones above first");
        findings.truncate(MOST_PROBLEMS);
        findings.push(rest);
    }
    findings.into_iter().map(|finding| source.problem(finding)).collect()
}

/// What serde does not accept though the tree seemed right: the two readers then understand YAML
/// differently.
fn report_misread(
    source: &ManifestSource,
    root: &Node,
    error: &serde_path_to_error::Error<serde_yaml::Error>,
) -> Finding {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => Some(RouteStep::Index(*index)),
        Segment::Map { key } => Some(RouteStep::Key(key.clone())),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    let route: Route = error.path().iter().map_while(step).collect();
    let inner = error.inner();
    let at = match (route.steps(), inner.location()) {
        ([], Some(location)) => {
            let start = (location.line(), location.column().saturating_sub(1));
            source.extent(start, start)
        }
        _ => root.find(&route).unwrap_or(root).at,
    };
    Finding::syntax(at, format!("not readable as YAML: {inner}"), "write it in a plainer way")
}

impl Manifest {
    fn new(document: Document, source: ManifestSource, root: Node) -> Self {
        let Document { api, publisher, notification_emails, offers } = document;
        let offer = |(index, offer): (usize, WrittenOffer)| Offer {
            index,
            content: Content::read(&offer, &root, &offer_route(index)),
            id: offer.id,
            api: offer.api.or(api).unwrap_or_default(),
            notification_emails: offer
                .notification_emails
                .unwrap_or_else(|| notification_emails.clone()),
            go_live: offer.go_live,
            plans: offer.plans.into_iter().map(|plan| plan.id).collect(),
        };
        let offers = offers.into_iter().enumerate().map(offer).collect();
        Self { publisher, offers, source, root }
    }

    /// The manifest's path below the workspace.
    #[must_use]
    pub fn file(&self) -> &str {
        self.source.file()
    }

    /// A line of the manifest, from 1, for an excerpt.
    #[must_use]
    pub fn source_line(&self, line: u32) -> Option<&str> {
        self.source.line(line)
    }

    /// The place of the value at the end of a route.
    #[must_use]
    pub fn place(&self, route: &Route) -> Option<Place> {
        self.root.find(route).map(|node| self.source.place(node.at))
    }

    /// The place of the key at the end of a route; none if the route is empty or ends in a list.
    #[must_use]
    pub fn key_place(&self, route: &Route) -> Option<Place> {
        let (RouteStep::Key(key), way) = route.steps().split_last()? else {
            return None;
        };
        let parent = self.root.find(&way.iter().cloned().collect())?;
        parent.entry(key).map(|entry| self.source.place(entry.key_at))
    }

    /// The problem with its line of the manifest, for an excerpt.
    #[must_use]
    pub fn show_line(&self, problem: Problem) -> Problem {
        let line = problem.place.as_ref().and_then(|place| self.source_line(place.line));
        match line.map(str::to_owned) {
            Some(line) => problem.showing(line),
            None => problem,
        }
    }

    /// The place of an offer's id; of the manifest's start if there is no such offer.
    #[must_use]
    pub fn offer_place(&self, index: usize) -> Place {
        self.place(&offer_route(index).key("id")).unwrap_or_else(|| self.source.place(self.root.at))
    }

    /// The offers that the ids name, in the order of the manifest; all of them if no id is given.
    ///
    /// # Errors
    /// Each id that no offer of the manifest has.
    pub fn select(&self, ids: &[OfferId]) -> Result<Vec<Offer>, Vec<Problem>> {
        let known = || self.offers.iter().map(|offer| offer.id.as_str());
        let unknown = |id: &OfferId| {
            let near = find_nearest(id.as_str(), known())
                .map(|known| format!("did you mean `{known}`? "))
                .unwrap_or_default();
            let list = known().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
            Problem::new(
                Code::InputInvalid,
                format!("input `offers` names `{id}`, which {} does not have", self.file()),
            )
            .hint(format!("{near}offers of the manifest: {list}"))
        };
        let problems: Vec<_> = ids
            .iter()
            .filter(|id| self.offers.iter().all(|offer| offer.id != **id))
            .map(unknown)
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(self
            .offers
            .iter()
            .filter(|offer| ids.is_empty() || ids.contains(&offer.id))
            .cloned()
            .collect())
    }
}

fn offer_route(index: usize) -> Route {
    Route::root().key("offers").index(index)
}

#[cfg(test)]
mod tests;
