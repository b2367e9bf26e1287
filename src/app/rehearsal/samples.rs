//! Samples that stand in a rehearsal for what is only known to a release: variables, secrets, and
//! the drafts that the manifest's edits are made for.

use std::collections::BTreeSet;

use secrecy::SecretString;
use serde_json::Value;

use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::content::{
    Variables, complete_definition, complete_resources, guess_offer_type, guess_product_type,
};
use crate::manifest::content::{DeclaredAction, DeclaredEdit, Source};
use crate::manifest::{Api, Manifest, Offer, read_text};
use crate::release::draft::DraftGoal;
use crate::simulator::Scenario;

const VERSION: &str = "1.1.0";

/// What a signed address has behind its question mark.
const QUERY: &str = "sp=rl&sr=c&st=2026-01-01T00:00:00Z&se=2099-12-31T00:00:00Z&sig=cmVoZWFyc2Fs";

/// Gives a sample to each variable that the offers use and that has no value; returns their names.
pub fn fill_variables(
    inputs: &mut Inputs,
    context: &mut Context,
    offers: &[Offer],
) -> BTreeSet<String> {
    let mut filled = BTreeSet::new();
    for text in offers.iter().flat_map(|offer| list_texts(offer, context)).collect::<Vec<_>>() {
        for name in Variables::list_names(&text) {
            if fill_variable(inputs, context, name, &text) {
                filled.insert(name.to_owned());
            }
        }
    }
    filled
}

/// Whether the variable had no value. `text` uses it.
fn fill_variable(inputs: &mut Inputs, context: &mut Context, name: &str, text: &str) -> bool {
    let own = name.split_once('.').map_or(name, |(_, own)| own);
    let put = |place: &mut Option<String>, sample: &str| {
        place.is_none().then(|| *place = Some(sample.to_owned())).is_some()
    };
    match name.split_once('.').map_or(name, |(kind, _)| kind) {
        "version" => put(&mut inputs.version, VERSION),
        "tag" => put(&mut context.tag, &format!("v{VERSION}")),
        "sha" => put(&mut context.head_sha, &"0".repeat(40)),
        "run" => context.run_id.is_none().then(|| context.run_id = Some(1)).is_some(),
        "var" if !inputs.variables.contains_key(own) => {
            inputs.variables.insert(own.to_owned(), sample_variable(own));
            true
        }
        "secret" if !inputs.secrets.contains_key(own) => {
            let sample = sample_secret(own, text);
            inputs.secrets.insert(own.to_owned(), SecretString::from(sample));
            true
        }
        _ => false,
    }
}

/// A digest where the name says so, else a text that says what it is.
fn sample_variable(name: &str) -> String {
    if name.contains("digest") {
        return format!("sha256:{}1", "0".repeat(63));
    }
    format!("sample of {name}")
}

/// A signed address, or its query if the text has the address itself.
fn sample_secret(name: &str, text: &str) -> String {
    if text.contains(&format!("?${{secret.{name}}}")) {
        QUERY.to_owned()
    } else {
        format!("https://rehearsal.blob.core.windows.net/vhds/{name}.vhd?{QUERY}")
    }
}

/// Every text of an offer that may have variables.
fn list_texts(offer: &Offer, context: &Context) -> Vec<String> {
    let mut texts = Vec::new();
    let plans = &offer.content.plans;
    let edits = offer.content.edits.iter().chain(plans.iter().flat_map(|plan| &plan.edits));
    for DeclaredEdit { action, .. } in edits {
        match action {
            DeclaredAction::Set(Source::Here(value), _)
            | DeclaredAction::Test(Source::Here(value)) => {
                collect_texts(value, &mut texts);
            }
            DeclaredAction::Set(Source::Template(path), _)
            | DeclaredAction::Test(Source::Template(path)) => {
                // A file that cannot be read is told with the other problems.
                texts.extend(read_text(&context.workspace, path));
            }
            DeclaredAction::Set(Source::File(_), _)
            | DeclaredAction::Test(Source::File(_))
            | DeclaredAction::Remove => {}
        }
    }
    for image in plans.iter().filter_map(|plan| plan.image.as_ref()) {
        texts.push(image.version.clone());
        texts.extend(image.disks.iter().flat_map(|(_, disk)| disk.list_texts().cloned()));
    }
    let containers = plans.iter().filter_map(|plan| plan.container.as_ref());
    texts.extend(containers.flat_map(|container| container.payload.list_texts().cloned()));
    texts
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|item| collect_texts(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The scenario with a draft for each offer of which the manifest says more than its id.
pub fn add_drafts(
    mut scenario: Scenario,
    manifest: &Manifest,
    drafts: &[Option<DraftGoal>],
) -> Scenario {
    for (offer, draft) in manifest.offers.iter().zip(drafts) {
        let Some(DraftGoal { wanted, .. }) = draft else { continue };
        let (id, publisher) = (offer.id.as_str(), manifest.publisher.as_str());
        let plans: Vec<&str> = offer.plans.iter().map(crate::ids::PlanId::as_str).collect();
        scenario = match offer.api {
            Api::CloudPartner => {
                let offer_type = guess_offer_type(wanted);
                let complete = |definition| complete_definition(definition, wanted, offer_type);
                scenario.with_draft(publisher, id, offer_type, &plans, complete)
            }
            Api::ProductIngestion => {
                let complete = |resources| complete_resources(resources, wanted);
                scenario.with_product(id, guess_product_type(wanted), &plans, complete)
            }
        };
    }
    scenario
}
