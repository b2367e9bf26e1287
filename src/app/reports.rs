//! The reports of one command: which there are, what stands above them, and how long the last ones
//! may take.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::ledger::{self, LedgerAccess};
use super::{Signal, checks, record};
use crate::actions::context::Context;
use crate::actions::files::{OutputFile, SummaryFile};
use crate::actions::inputs::Inputs;
use crate::clock::Clock;
use crate::github::{CheckRuns, Deployments, GithubError};
use crate::problem::{Code, Problem};
use crate::release::{Aim, Goal};
use crate::report::check_run::{CheckRunPages, Commit};
use crate::report::console::Console;
use crate::report::pages::{Throttle, Upkeep};
use crate::report::story::Story;
use crate::report::{
    Bars, FilePaths, Files, Heartbeat, JobLog, LogLine, Paint, Report, Reports, Unfinished,
};

/// How long the last reports may take: after a signal the runner kills soon, otherwise GitHub may
/// be slow, and takes little more than one check run a second.
const LAST_REPORTS_ON_SIGNAL: Duration = Duration::from_secs(2);
const LAST_REPORTS: Duration = Duration::from_secs(30);
const LONGEST_LAST_REPORTS: Duration = Duration::from_mins(5);

/// The reports, and the pages at GitHub that a release itself needs too.
pub struct Wiring {
    /// All reports.
    pub reports: Rc<Reports>,
    /// The check runs, if they are kept.
    pub check_runs: Option<Rc<Upkeep<CheckRunPages>>>,
    /// The deployments, if they are kept.
    pub ledger: Option<LedgerAccess>,
}

/// Makes the list of reports.
///
/// # Errors
/// When a report that was demanded is not possible, or a file cannot be opened.
pub fn wire_reports(
    inputs: &Inputs,
    context: &Context,
    story: Story,
    check_runs: Result<(Box<dyn CheckRuns>, Commit), GithubError>,
    deployments: Result<Rc<dyn Deployments>, GithubError>,
    clock: &Rc<dyn Clock>,
    console: &Arc<Console>,
) -> Result<Wiring, Problem> {
    let throttle = Rc::new(Throttle::default());
    let count = story.offers.len();
    let check_runs =
        checks::prepare_check_runs(inputs, context, check_runs, clock, console, count, &throttle)?;
    let ledger = ledger::prepare_ledger(inputs, context, deployments, clock, console)?;
    let files = Files::new(open_files(inputs, context)?, Arc::clone(console), Rc::clone(clock));
    let mut list: Vec<Rc<dyn Report>> =
        vec![Rc::new(JobLog::new(Arc::clone(console))), Rc::new(files)];
    list.extend(check_runs.clone().map(|check_runs| check_runs as Rc<dyn Report>));
    list.extend(ledger.as_ref().map(|access| access.report(count, context.run_url(), &throttle)));
    list.push(Rc::new(Heartbeat::new(Arc::clone(console), Rc::clone(clock))));
    list.push(Rc::new(Bars::new(Arc::clone(console), Rc::clone(clock))));
    let reports = Rc::new(Reports::new(story, Rc::clone(clock), console.secrets(), list));
    Ok(Wiring { reports, check_runs, ledger })
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
pub fn introduce_releases<P>(
    inputs: &Inputs,
    story: &Story,
    releases: &[(Goal, P)],
    console: &Console,
) {
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
            Aim::Status | Aim::Cancel(_) => "",
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

/// Writes the last reports, as long as that may take.
pub async fn finish_reports(
    reports: &Reports,
    clock: &dyn Clock,
    signals: watch::Receiver<Option<Signal>>,
    console: &Console,
) {
    let unfinished = reports.unfinished().iter().map(|of| of.count).sum();
    tokio::select! {
        biased;
        () = reports.finish() => {}
        () = wait_for_last_reports(clock, signals, unfinished) => {
            for Unfinished { count, noun } in reports.unfinished() {
                let plural = if count == 1 { "" } else { "s" };
                console.warning(&format!("{count} {noun}{plural} could not be completed in time"));
            }
        }
    }
    reports.close();
}

/// Waits as long as the last reports may take, with so many check runs that are not at their end.
async fn wait_for_last_reports(
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
