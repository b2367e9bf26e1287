//! What the manifest says of drafts, resolved for this run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::choices::Command;
use crate::content::{Resolved, Variables, Wanted, resolve_content};
use crate::manifest::{Manifest, Offer, read_text};
use crate::problem::Problem;
use crate::release::draft::{DraftGoal, Extent};
use crate::secrets::{Secrets, find_signatures_in_lines};

/// What is wanted of the draft of each offer; `None` where the command does not write drafts, or
/// the manifest says nothing of the draft.
///
/// # Errors
/// Everything that is wrong with it, each at its line.
pub fn read_drafts(
    inputs: &Inputs,
    manifest: &Manifest,
    offers: &[Offer],
    context: &Context,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<Vec<Option<DraftGoal>>, Vec<Problem>> {
    let variables = read_variables(inputs, context);
    // The signature of a SAS URI, or of its query alone, is a secret of its own.
    for value in variables.secrets.values() {
        for signature in find_signatures_in_lines(value) {
            secrets.register(&signature);
        }
    }
    let mut problems = Vec::new();
    let mut drafts = Vec::new();
    for offer in offers {
        match read_draft(inputs, manifest, offer, context, &variables, now) {
            Ok(draft) => drafts.push(draft),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(drafts) } else { Err(problems) }
}

fn read_draft(
    inputs: &Inputs,
    manifest: &Manifest,
    offer: &Offer,
    context: &Context,
    variables: &Variables,
    now: Timestamp,
) -> Result<Option<DraftGoal>, Vec<Problem>> {
    let go_live = inputs.go_live && offer.go_live;
    let extent = match inputs.command {
        Command::Release => Extent::Release { go_live },
        Command::Draft => Extent::Draft,
        Command::Plan => Extent::Look { go_live },
        Command::GoLive
        | Command::Resume
        | Command::Status
        | Command::Cancel
        | Command::Rehearse => return Ok(None),
    };
    if offer.content.is_empty() && extent != Extent::Draft {
        return Ok(None);
    }
    let read_file = |path: &str| read_text(&context.workspace, path);
    let Resolved { wanted, warnings } =
        resolve_content(manifest, offer, variables, &read_file, now)?;
    Ok(Some(DraftGoal {
        wanted,
        warnings,
        extent,
        foreign: inputs.foreign_changes,
        when_running: inputs.when_running,
        when_unchanged: inputs.when_unchanged,
    }))
}

/// What the manifest says of the content, for a command that writes no draft: it is looked for in
/// what goes live. Without everything that it is made of, nothing is said of it.
#[must_use]
pub fn find_content(
    inputs: &Inputs,
    manifest: &Manifest,
    offer: &Offer,
    context: &Context,
    version: Option<String>,
    now: Timestamp,
) -> Option<Wanted> {
    let goes_live = matches!(inputs.command, Command::GoLive | Command::Resume);
    if !goes_live || offer.content.is_empty() {
        return None;
    }
    let mut variables = read_variables(inputs, context);
    variables.version = variables.version.or(version);
    let read_file = |path: &str| read_text(&context.workspace, path);
    let resolved = resolve_content(manifest, offer, &variables, &read_file, now);
    resolved.ok().map(|resolved| resolved.wanted)
}

/// The version that is released: of the image that is added, else as the inputs say.
#[must_use]
pub fn find_version(inputs: &Inputs, draft: Option<&DraftGoal>) -> Option<String> {
    draft.and_then(|draft| draft.wanted.version()).or_else(|| inputs.version.clone())
}

fn read_variables(inputs: &Inputs, context: &Context) -> Variables {
    let secrets = inputs.secrets.iter();
    let expose = |(name, value): (&String, &secrecy::SecretString)| {
        (name.clone(), value.expose_secret().to_owned())
    };
    Variables {
        version: inputs.version.clone(),
        tag: context.tag.clone(),
        sha: context.head_sha.clone(),
        run: context.run_id.map(|id| id.to_string()),
        own: inputs.variables.clone(),
        secrets: secrets.map(expose).collect::<BTreeMap<_, _>>(),
    }
}
