//! The ledger: which releases are marked in GitHub's deployments, and whether there are any.

mod offer;

use std::rc::Rc;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::choices::{Command, Keep};
use crate::clock::Clock;
use crate::github::{Deployments, GithubError, GithubResource};
use crate::ids::PublisherId;
use crate::manifest::Offer;
use crate::portal::Phase;
use crate::problem::{Code, Problem};
use crate::release::event::{Event, What};
use crate::release::ledger::{Earlier, LedgerQuery, RunAttempt, Standing};
use crate::release::{Aim, Goal, Verdict};
use crate::report::console::Console;
use crate::report::deployment::DeploymentPages;
use crate::report::pages::{Throttle, Upkeep};
use crate::report::{Report, Reports};

pub use self::offer::OfferLedger;

/// Ledgers that are read at the same time.
const READ_AT_ONCE: usize = 8;

/// Where deployments are kept, for all offers.
#[derive(Clone)]
pub struct LedgerAccess {
    /// GitHub's API.
    deployments: Rc<dyn Deployments>,
    clock: Rc<dyn Clock>,
    console: Arc<Console>,
    /// The commit that this process releases.
    commit: String,
    /// This workflow run.
    run: Option<RunAttempt>,
    /// `deployment: true`.
    required: bool,
}

/// Whether deployments are kept: by commands that change something, in GitHub Actions unless
/// forbidden, elsewhere only if demanded.
fn is_wanted(inputs: &Inputs, context: &Context) -> bool {
    let moves = match inputs.command {
        Command::Release | Command::GoLive | Command::Resume | Command::Cancel => true,
        Command::Status | Command::Plan | Command::Draft | Command::Rehearse => false,
    };
    moves
        && match inputs.deployment {
            Keep::Auto => context.in_actions,
            Keep::Required => true,
            Keep::Off => false,
        }
}

/// Where the ledger is, if one is kept.
///
/// # Errors
/// Only with `deployment: true`: what is missing for it.
pub fn prepare_ledger(
    inputs: &Inputs,
    context: &Context,
    deployments: Result<Rc<dyn Deployments>, GithubError>,
    clock: &Rc<dyn Clock>,
    console: &Arc<Console>,
) -> Result<Option<LedgerAccess>, Problem> {
    if !is_wanted(inputs, context) {
        return Ok(None);
    }
    let required = inputs.deployment == Keep::Required;
    let missing = || {
        GithubError::NotPermitted(
            GithubResource::Deployment.says("GITHUB_SHA is missing".to_owned()),
        )
    };
    let found = deployments
        .and_then(|deployments| Ok((deployments, context.head_sha.clone().ok_or_else(missing)?)));
    match found {
        Ok((deployments, commit)) => {
            let (clock, console) = (Rc::clone(clock), Arc::clone(console));
            let run = run_attempt(context);
            Ok(Some(LedgerAccess { deployments, clock, console, commit, run, required }))
        }
        Err(error) if required => Err(refuse(&error.about(GithubResource::Deployment))),
        Err(_) => Ok(None),
    }
}

/// This workflow run.
pub fn run_attempt(context: &Context) -> Option<RunAttempt> {
    let attempt = context.run_attempt.unwrap_or(1);
    context.run_id.map(|run| RunAttempt { run, attempt })
}

impl LedgerAccess {
    /// A ledger for each of these offers.
    pub fn open(&self, publisher: &PublisherId, offers: &[Offer]) -> Vec<OfferLedger> {
        offers.iter().map(|offer| OfferLedger::new(self.clone(), publisher, &offer.id)).collect()
    }

    /// The report that says in the ledger where each release stands.
    pub fn report(
        &self,
        offers: usize,
        run_url: Option<String>,
        throttle: &Rc<Throttle>,
    ) -> Rc<dyn Report> {
        let pages = DeploymentPages::new(Rc::clone(&self.deployments), offers, run_url);
        let (clock, console) = (Rc::clone(&self.clock), Arc::clone(&self.console));
        Rc::new(Upkeep::new(pages, offers, clock, console, Rc::clone(throttle)))
    }
}

/// Reads the ledgers of all offers, before anything is asked of the portal, into their goals.
///
/// # Errors
/// Only with `deployment: true`: why one cannot be read.
pub async fn read_all<P>(
    inputs: &Inputs,
    context: &Context,
    ledgers: &[OfferLedger],
    releases: &mut [(Goal, P)],
    reports: &Reports,
) -> Result<(), Problem> {
    let reads = ledgers.iter().zip(releases.iter()).map(|(ledger, (goal, _))| async {
        match look_for(inputs, goal, ledger.commit()) {
            Some(wanted) => Ok(trust(ledger.find(&wanted).await?, inputs.command, context)),
            None => Ok(Earlier::Unknown),
        }
    });
    let reads = futures_util::stream::iter(reads.collect::<Vec<_>>()).buffered(READ_AT_ONCE);
    let found: Vec<Earlier> = reads.try_collect().await?;
    for (index, (earlier, (goal, _))) in found.into_iter().zip(releases).enumerate() {
        goal.earlier = earlier;
        for what in tell_found(inputs.command, goal) {
            reports.take(&Event { at: ledgers[index].now(), offer: index, what });
        }
    }
    Ok(())
}

/// What a ledger without a mark says of this release. An earlier attempt of this workflow run may
/// have started it when no mark could be made, so that it then says nothing.
fn trust(found: Earlier, command: Command, context: &Context) -> Earlier {
    let first = context.run_attempt.unwrap_or(1) <= 1;
    match found {
        Earlier::Nothing if command != Command::Resume && !first => Earlier::Unknown,
        found => found,
    }
}

/// Whether the ledger says that no release is open that could be continued.
fn has_nothing_to_resume(goal: &Goal) -> bool {
    let unnamed = goal.aim == Aim::Resume(None) && goal.preview.is_none();
    unnamed && goal.earlier == Earlier::Nothing
}

/// The end of an offer that needs no look at the portal: no release is open that could be
/// continued, or an earlier attempt of this workflow run has done what is wanted.
pub fn end_without_look(goal: &Goal) -> Option<Verdict> {
    if has_nothing_to_resume(goal) {
        let message = "the ledger has no open release of the offer: nothing to continue";
        return Some(Verdict::done(None, message));
    }
    let Earlier::Found(record) = &goal.earlier else { return None };
    let phase = match record.standing {
        Standing::Live => Phase::GoLive,
        Standing::Published if !goal.go_live => Phase::Publish,
        // Another job goes on with it.
        Standing::Open if record.has_succeeded && !goal.go_live => Phase::Publish,
        Standing::Open | Standing::Published | Standing::Failed => return None,
    };
    let message = "an earlier attempt of this workflow run has released the offer: nothing to do";
    (goal.aim == Aim::Release && record.same_run).then(|| Verdict::done(Some(phase), message))
}

/// What this command looks for, on this commit.
fn look_for(inputs: &Inputs, goal: &Goal, commit: &str) -> Option<LedgerQuery> {
    let preview = inputs.preview.as_deref();
    Some(match inputs.command {
        Command::GoLive if let Some(preview) = preview => {
            LedgerQuery::OfPreview(preview.to_owned())
        }
        Command::Release | Command::GoLive => LedgerQuery::OfCommit(commit.to_owned()),
        Command::Resume => LedgerQuery::Open { or_published: goal.go_live },
        Command::Cancel => LedgerQuery::Open { or_published: false },
        Command::Status | Command::Plan | Command::Draft | Command::Rehearse => return None,
    })
}

/// What the reports have to know of what was found.
fn tell_found(command: Command, goal: &Goal) -> Vec<What> {
    if has_nothing_to_resume(goal) {
        return vec![What::NothingOpen];
    }
    match &goal.earlier {
        Earlier::Found(record) if command == Command::Release => match record.standing {
            Standing::Open => vec![What::Continues(record.at.clone())],
            // What is over was another release: this one makes a mark of its own.
            Standing::Published | Standing::Live | Standing::Failed => Vec::new(),
        },
        Earlier::Found(record) => {
            let version = record.mark.version.clone().map(What::Version);
            [What::Continues(record.at.clone())].into_iter().chain(version).collect()
        }
        Earlier::Unknown | Earlier::Nothing => Vec::new(),
    }
}

/// `deployment: true`, and there can be none.
pub fn refuse(error: &GithubError) -> Problem {
    let (code, hint) = match error {
        GithubError::NotPermitted(_)
        | GithubError::NotOurs(_)
        | GithubError::Gone(_)
        | GithubError::Invalid(_) => (
            Code::DeploymentNotPermitted,
            "give the job `permissions: deployments: write`, or set `deployment: auto`",
        ),
        GithubError::RateLimited { .. } | GithubError::Unavailable(_) => (
            Code::Unavailable,
            "nothing was started; run the same command again later, or set `deployment: auto`",
        ),
    };
    Problem::new(code, format!("input `deployment` is `true`, but: {error}")).hint(hint)
}
