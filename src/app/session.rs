//! One command over the offers of a manifest.

use std::convert::Infallible;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::drafts::{find_version, read_drafts};
use super::ledger::{self, OfferLedger};
use super::outside::{Outside, connect, trace_exchange};
use super::portals::{Portals, refuse_token_for_two};
use super::{Signal, api_notes, checks, goals, record, refusal};
use crate::actions::context::Context;
use crate::actions::files::{OutputFile, SummaryFile};
use crate::actions::inputs::Inputs;
use crate::choices::OnCancel;
use crate::clock::Clock;
use crate::github::GithubDeployments;
use crate::http::{Exchange, Recorded, Transport};
use crate::manifest::{Manifest, Offer};
use crate::portal::Portal;
use crate::problem::{Code, Problem};
use crate::release::draft::{DraftGoal, write_draft};
use crate::release::driver::{self, Surroundings};
use crate::release::event::{Event, What};
use crate::release::ledger::{Ledger, Mark, NoLedger};
use crate::release::{Aim, Ending, Goal, Outcome, Stop, Verdict};
use crate::report::console::Console;
use crate::report::offer_story::OfferStory;
use crate::report::pages::Throttle;
use crate::report::story::Story;
use crate::report::{
    Bars, FilePaths, Files, Heartbeat, JobLog, LogLine, Paint, Report, Reports, Unfinished,
};

/// How long the last reports may take: after a signal the runner kills soon, otherwise GitHub may
/// be slow, and takes little more than one check run a second.
const LAST_REPORTS_ON_SIGNAL: Duration = Duration::from_secs(2);
const LAST_REPORTS: Duration = Duration::from_secs(30);
const LONGEST_LAST_REPORTS: Duration = Duration::from_mins(5);

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
    let http = match connect() {
        Ok(http) => http,
        Err(problem) => return refusal::told(&[problem], context, &console),
    };
    let github = checks::connect(&inputs, context, &http, &clock, &console.secrets());
    let check_runs = github.clone().and_then(|client| checks::client(context, client));
    let deployments = github.map(|client| Rc::new(GithubDeployments::new(client)) as _);
    let outside = Outside { clock, transport: http, check_runs, deployments, signals };
    let (manifest, offers) = match loaded.and_then(|manifest| {
        let offers = manifest.select(&inputs.offers)?;
        Ok((manifest, offers))
    }) {
        Ok(selected) => selected,
        Err(problems) => {
            return refusal::manifest(&problems, &inputs, context, &console, outside).await;
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
        return refusal::told(&problems, context, &console);
    }
    if !problems.is_empty() {
        return refusal::manifest(&problems, &inputs, context, &console, outside).await;
    }
    let selection = Selection { manifest, offers: &offers, drafts };
    match release(&inputs, selection, context, console.clone(), outside).await {
        Ok(code) => code,
        Err(problem) => refusal::told(&[problem], context, &console),
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
    let secrets = console.secrets();
    let tokens = Recorded::new(Rc::clone(&transport), Rc::clone(&clock), Box::new(trace_exchange));
    let tokens: Rc<dyn Transport> = Rc::new(tokens);
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
    let throttle = Rc::new(Throttle::default());
    let count = offers.len();
    let check_runs =
        checks::prepare(inputs, context, check_runs, &clock, &console, count, &throttle)?;
    let ledger = ledger::prepare(inputs, context, deployments, &clock, &console)?;
    let files = Files::new(open_files(inputs, context)?, Arc::clone(&console), Rc::clone(&clock));
    let mut list: Vec<Rc<dyn Report>> =
        vec![Rc::new(JobLog::new(Arc::clone(&console))), Rc::new(files)];
    list.extend(check_runs.clone().map(|check_runs| check_runs as Rc<dyn Report>));
    list.extend(ledger.as_ref().map(|access| access.report(count, context.run_url(), &throttle)));
    list.push(Rc::new(Heartbeat::new(Arc::clone(&console), Rc::clone(&clock))));
    list.push(Rc::new(Bars::new(Arc::clone(&console), Rc::clone(&clock))));
    let reports = Rc::new(Reports::new(story, Rc::clone(&clock), console.secrets(), list));

    for (offer, what) in notes {
        reports.take(&Event { at: clock.now(), offer, what });
    }
    for (index, draft) in drafts.iter().enumerate() {
        let version = find_version(inputs, draft.as_ref()).map(What::Version);
        let tell = |what| reports.take(&Event { at: clock.now(), offer: index, what });
        version.into_iter().for_each(tell);
    }
    // One client an offer, so that every request is told of the offer that it was made for.
    let mut releases = Vec::new();
    for (index, offer) in offers.iter().enumerate() {
        let observer = Rc::clone(&reports);
        let told = move |exchange: Exchange| {
            observer.take(&Event { at: exchange.at, offer: index, what: What::Exchange(exchange) });
        };
        let transport = Recorded::new(Rc::clone(&transport), Rc::clone(&clock), Box::new(told));
        let portal = portals.open(offer, transport)?;
        releases.push((goals::goal(inputs, offer, &portal)?, portal));
    }
    let ledgers = ledger.map(|ledger| ledger.open(&publisher, offers)).unwrap_or_default();
    let mut interrupted = signals.clone();
    tokio::select! {
        read = ledger::read_all(inputs, context, &ledgers, &mut releases, &reports) => read?,
        Ok(_) = interrupted.wait_for(Option::is_some) => {}
    };
    tokio::select! {
        begun = checks::begin(inputs, check_runs.as_deref(), &reports) => begun?,
        // The releases are told below, before they start anything.
        Ok(_) = interrupted.wait_for(Option::is_some) => {}
    };
    introduce(inputs, &reports.story(), &releases, &console);

    let (stop_sender, stop) = watch::channel(None);
    let jobs = releases.into_iter().zip(drafts).collect();
    let work = work(inputs, context, jobs, &ledgers, &*clock, &stop, &reports);
    let verdicts = tokio::select! {
        biased;
        verdicts = work => verdicts,
        never = pass_on(signals.clone(), stop_sender, inputs.on_cancel == OnCancel::Cancel) => match never {},
        never = reports.keep() => match never {},
    };
    let unfinished = reports.unfinished().iter().map(|of| of.count).sum();
    tokio::select! {
        biased;
        () = reports.finish() => {}
        () = patience(&*clock, signals, unfinished) => {
            for Unfinished { count, noun } in reports.unfinished() {
                let plural = if count == 1 { "" } else { "s" };
                console.warning(&format!("{count} {noun}{plural} could not be completed in time"));
            }
        }
    }
    reports.close();
    Ok(exit_code(&verdicts))
}

/// Releases the offers, of which so many are started at a time; one that fails neither stops nor
/// hides another.
async fn work<P: Portal>(
    inputs: &Inputs,
    context: &Context,
    jobs: Vec<((Goal, P), Option<DraftGoal>)>,
    ledgers: &[OfferLedger],
    clock: &dyn Clock,
    stop: &watch::Receiver<Option<Stop>>,
    reports: &Reports,
) -> Vec<Verdict> {
    let deadline = clock.elapsed().saturating_add(inputs.timeout);
    let schedule = goals::schedule(inputs);
    let starts = Semaphore::new(inputs.max_parallel.get());
    let releases = jobs.into_iter().enumerate().map(|(index, ((mut goal, portal), draft))| {
        let (starts, stop) = (&starts, stop.clone());
        async move {
            let emit = |event: Event| reports.take(&event);
            if let Some(verdict) = ledger::end_without_look(&goal) {
                for what in [What::Began, What::Ended(verdict.clone())] {
                    emit(Event { at: clock.now(), offer: index, what });
                }
                return verdict;
            }
            let ledger = ledgers.get(index).map_or(&NoLedger as &dyn Ledger, |ledger| ledger);
            let (offer, run) = (goal.offer.clone(), ledger::run_attempt(context));
            let version = find_version(inputs, draft.as_ref());
            let mark = Mark { offer, version, run, before: None, preview: None };
            let around = Surroundings {
                portal: &portal,
                clock,
                schedule,
                deadline,
                stop,
                starts,
                index,
                emit: &emit,
                ledger,
                mark,
            };
            if let Some(draft) = &draft {
                let _permit = starts.acquire().await;
                match write_draft(draft, &around).await {
                    Ok(origin) => {
                        goal.draft = origin;
                        goal.content = Some(Rc::new(draft.wanted.clone()));
                    }
                    Err(verdict) => return verdict,
                }
            }
            driver::run(goal, around).await
        }
    });
    futures_util::future::join_all(releases).await
}

/// Passes a signal on to the releases.
async fn pass_on(
    mut signals: watch::Receiver<Option<Signal>>,
    stop: watch::Sender<Option<Stop>>,
    cancel: bool,
) -> Infallible {
    let signal = signals.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
    if let Some(signal) = signal {
        // Nobody listens any more if all releases have ended.
        let _ = stop.send(Some(Stop { signal, cancel }));
    }
    std::future::pending().await
}

/// Waits as long as the last reports may take, with so many check runs that are not at their end.
async fn patience(
    clock: &dyn Clock,
    mut signals: watch::Receiver<Option<Signal>>,
    unfinished: usize,
) {
    let seconds = Duration::from_secs(u64::try_from(unfinished).unwrap_or(u64::MAX));
    let told_to_stop = async {
        if signals.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = told_to_stop => clock.sleep(LAST_REPORTS_ON_SIGNAL).await,
        () = clock.sleep(LAST_REPORTS.saturating_add(seconds).min(LONGEST_LAST_REPORTS)) => {}
    }
}

fn open_files(inputs: &Inputs, context: &Context) -> Result<FilePaths, Problem> {
    let unwritable = |what: &str, path: &Path, error: std::io::Error| {
        Problem::new(
            Code::InputInvalid,
            format!("{what} cannot be written to {}: {error}", path.display()),
        )
        .hint(
            "the runner makes this file and its variable; do not set GITHUB_STEP_SUMMARY or \
                GITHUB_OUTPUT in the workflow",
        )
    };
    let summary = context
        .step_summary
        .as_deref()
        .map(|path| SummaryFile::open(path).map_err(|e| unwritable("the job summary", path, e)));
    let outputs = context
        .output
        .as_deref()
        .map(|path| OutputFile::open(path).map_err(|e| unwritable("the outputs", path, e)));
    let record = inputs.record.as_ref().map(|path| {
        record::place_record(&context.workspace, path).map(|file| (path.clone(), file))
    });
    Ok(FilePaths {
        summary: summary.transpose()?,
        outputs: outputs.transpose()?,
        record: record.transpose()?,
    })
}

/// What is about to be done, before it is done.
fn introduce<P>(inputs: &Inputs, story: &Story, releases: &[(Goal, P)], console: &Console) {
    let (offers, manifest) = (releases.len(), &story.manifest);
    let plural = if offers == 1 { "" } else { "s" };
    let title = format!(
        "{}: {offers} offer{plural} of {}, from {}",
        inputs.command,
        manifest.publisher,
        manifest.file()
    );
    let width =
        releases.iter().map(|(goal, _)| goal.offer.as_str().len()).max().unwrap_or_default();
    let lines = releases.iter().map(|(goal, _)| {
        let then = match goal.aim {
            Aim::Status | Aim::Cancel => "",
            _ if goal.go_live => "goes live",
            _ => "does not go live",
        };
        LogLine::of(Paint::Plain, "").cell(Paint::Strong, width, goal.offer.as_str()).cell(
            Paint::Plain,
            0,
            then,
        )
    });
    console.group(&title, lines);
}

/// The exit code of the worst verdict. Among failures a refusal of the portal says more than one of
/// the credentials; among what is pending, an unreachable portal more than a timeout, and that more
/// than what was left on purpose.
fn exit_code(verdicts: &[Verdict]) -> u8 {
    let interrupted =
        verdicts.iter().find(|verdict| matches!(verdict.ending, Ending::Interrupted(_)));
    if let Some(verdict) = interrupted {
        return verdict.exit_code();
    }
    let worst = verdicts.iter().map(|verdict| verdict.outcome).min().unwrap_or(Outcome::Succeeded);
    let codes = verdicts.iter().filter(|verdict| verdict.outcome == worst).map(Verdict::exit_code);
    if worst == Outcome::Failed { codes.min().unwrap_or(0) } else { codes.max().unwrap_or(0) }
}
