//! One command over the offers of a manifest.

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::watch;

use super::drafts::{find_content, find_version, read_drafts};
use super::outside::{Outside, make_http_client, trace_exchange};
use super::portals::{Portals, refuse_token_for_two};
use super::releases::{ReleaseRuns, choose_exit_code, open_releases, pass_on_signal};
use super::reports::{Wiring, finish_reports, introduce_releases, wire_reports};
use super::{Signal, api_notes, checks, ledger, refusal};
use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::choices::{Command, OnCancel};
use crate::clock::Clock;
use crate::github::GithubDeployments;
use crate::http::{Recorded, Transport};
use crate::manifest::{Manifest, Offer};
use crate::problem::{Code, Problem};
use crate::release::draft::DraftGoal;
use crate::release::event::{Event, What};
use crate::release::{Goal, ManifestOf};
use crate::report::console::Console;
use crate::report::offer_story::OfferStory;
use crate::report::story::Story;

/// The offers of a manifest that a command is about, and what is wanted of the draft of each.
pub struct Selection<'a> {
    /// The manifest.
    pub manifest: Manifest,
    /// The offers.
    pub offers: &'a [Offer],
    /// What is wanted of their drafts, in the same order.
    pub drafts: Vec<Option<DraftGoal>>,
}

/// Runs the command on the real outside; returns the exit code.
pub async fn run(
    inputs: Inputs,
    loaded: Result<Manifest, Vec<Problem>>,
    context: &Context,
    console: Arc<Console>,
    clock: Rc<dyn Clock>,
    signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    let http = match make_http_client() {
        Ok(http) => http,
        Err(problem) => return refusal::report_problems(&[problem], context, &console),
    };
    let github = checks::connect_to_github(&inputs, context, &http, &clock, &console.secrets());
    let check_runs = github.clone().and_then(|client| checks::open_check_runs(context, client));
    let deployments = github.map(|client| Rc::new(GithubDeployments::new(client)) as _);
    let outside = Outside { clock, transport: http, check_runs, deployments, signals };
    let (manifest, offers) = match loaded.and_then(|manifest| {
        let offers = manifest.select(&inputs.offers)?;
        Ok((manifest, offers))
    }) {
        Ok(selected) => selected,
        Err(problems) => {
            return refusal::refuse_manifest(&problems, &inputs, context, &console, outside).await;
        }
    };
    let mut problems = check_offers(&inputs, &offers);
    let of_inputs = !problems.is_empty();
    let (secrets, now) = (console.secrets(), outside.clock.now());
    let drafts = read_drafts(&inputs, &manifest, &offers, context, &secrets, now);
    let drafts = drafts.unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vec::new()
    });
    if of_inputs {
        // Wrong inputs cause no network call at all.
        return refusal::report_problems(&problems, context, &console);
    }
    if !problems.is_empty() {
        return refusal::refuse_manifest(&problems, &inputs, context, &console, outside).await;
    }
    let selection = Selection { manifest, offers: &offers, drafts };
    match release(&inputs, selection, context, console.clone(), outside).await {
        Ok(code) => code,
        Err(problem) => refusal::report_problems(&[problem], context, &console),
    }
}

/// Inputs that do not fit the selected offers: an operation and a preview belong to one of them, a
/// token to one API.
fn check_offers(inputs: &Inputs, offers: &[Offer]) -> Vec<Problem> {
    let given = [("operation", &inputs.operation), ("preview", &inputs.preview)];
    let single = given.into_iter().filter(|(_, value)| value.is_some() && offers.len() > 1);
    let mut problems: Vec<Problem> = single
        .map(|(name, _)| {
            let ids = offers.iter().map(|offer| format!("`{}`", offer.id)).collect::<Vec<_>>();
            let message = format!(
                "input `{name}` belongs to one offer, but {} are selected: {}",
                offers.len(),
                ids.join(", ")
            );
            Problem::new(Code::InputInvalid, message)
                .hint("name the one offer that it belongs to in `offers`")
        })
        .collect();
    if inputs.access_token.is_some() {
        problems.extend(refuse_token_for_two(offers));
    }
    problems
}

/// Runs the command on these offers; returns the exit code.
///
/// # Errors
/// What is wrong before anything is asked of the portal.
pub async fn release(
    inputs: &Inputs,
    selection: Selection<'_>,
    context: &Context,
    console: Arc<Console>,
    outside: Outside,
) -> Result<u8, Problem> {
    let Selection { manifest, offers, drafts } = selection;
    let Outside { clock, transport, check_runs, deployments, signals } = outside;
    let tokens = Recorded::new(Rc::clone(&transport), Rc::clone(&clock), Box::new(trace_exchange));
    let (tokens, secrets): (Rc<dyn Transport>, _) = (Rc::new(tokens), console.secrets());
    let publisher = manifest.publisher.clone();
    let portals =
        Portals::new(inputs, context, offers, publisher.clone(), &tokens, &clock, &secrets)?;
    let notes = api_notes::list_notes(inputs.command, &manifest, offers);
    let story = Story {
        command: inputs.command,
        manifest: Rc::new(manifest),
        go_live: inputs.go_live,
        workflow: context.workflow_page(),
        offers: offers.iter().map(OfferStory::new).collect(),
    };
    let Wiring { reports, check_runs, ledger } =
        wire_reports(inputs, context, story, check_runs, deployments, &clock, &console)?;
    let versions = drafts.iter().map(|draft| find_version(inputs, draft.as_ref()));
    let versions =
        versions.enumerate().filter_map(|(index, one)| Some((index, What::Version(one?))));
    for (offer, what) in notes.into_iter().chain(versions) {
        reports.take(&Event { at: clock.now(), offer, what });
    }
    let mut releases = open_releases(inputs, offers, &portals, &transport, &clock, &reports)?;
    let ledgers = ledger.map(|ledger| ledger.open(&publisher, offers)).unwrap_or_default();
    let mut interrupted = signals.clone();
    tokio::select! {
        read = ledger::read_all(inputs, context, &ledgers, &mut releases, &reports) => read?,
        Ok(_) = interrupted.wait_for(Option::is_some) => {}
    };
    tokio::select! {
        begun = checks::begin_check_runs(inputs, check_runs.as_deref(), &reports) => begun?,
        // The releases are told below, before they start anything.
        Ok(_) = interrupted.wait_for(Option::is_some) => {}
    };
    for (offer, (goal, _)) in offers.iter().zip(&mut releases) {
        add_content(inputs, &reports.story().manifest, offer, context, &*clock, goal);
    }
    introduce_releases(inputs, &reports.story(), &releases, &console);

    let (stop_sender, stop) = watch::channel(None);
    let cancels = inputs.on_cancel == OnCancel::Cancel;
    let runs = ReleaseRuns::new(inputs, context, &ledgers, &*clock, stop, &reports);
    let verdicts = tokio::select! {
        biased;
        verdicts = runs.run_all(releases, drafts) => verdicts,
        never = pass_on_signal(signals.clone(), stop_sender, cancels) => match never {},
        never = reports.keep() => match never {},
    };
    finish_reports(&reports, &*clock, signals, &console).await;
    Ok(choose_exit_code(&verdicts))
}

/// What the manifest says of the content that is to go live, where the command writes no draft.
fn add_content(
    inputs: &Inputs,
    manifest: &Manifest,
    offer: &Offer,
    context: &Context,
    clock: &dyn Clock,
    goal: &mut Goal,
) {
    let record = goal.earlier.record();
    let version = record.and_then(|record| record.mark.version.clone());
    let own = match record {
        Some(record) => Some(&record.at.commit) == context.head_sha.as_ref(),
        None => inputs.command == Command::GoLive && inputs.preview.is_none(),
    };
    let found = find_content(inputs, manifest, offer, context, version, clock.now());
    if let Some(wanted) = found {
        goal.content = Some(Rc::new(wanted));
        goal.manifest = if own { ManifestOf::Release } else { ManifestOf::AnotherCommit };
    }
}
