//! The releases of one command: one for each offer, all at the same time.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::drafts::find_version;
use super::ledger::{self, OfferLedger};
use super::portals::Portals;
use super::{Signal, goals};
use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::clock::Clock;
use crate::http::{Exchange, Recorded, Transport};
use crate::manifest::Offer;
use crate::portal::{AnyPortal, Phase, Portal};
use crate::problem::Problem;
use crate::release::draft::{DraftGoal, write_draft};
use crate::release::driver::{self, Surroundings};
use crate::release::event::{Event, What};
use crate::release::ledger::{Ledger, Mark, NoLedger, Operations};
use crate::release::{Ending, Goal, Outcome, Schedule, Stop, Verdict};
use crate::report::Reports;

/// The portal of one offer, whose exchanges are reported.
type ObservedPortal = AnyPortal<Recorded<Rc<dyn Transport>>>;

/// A goal and a portal for each offer. One client an offer, so that every request is told of the
/// offer that it was made for.
///
/// # Errors
/// When `operation` is no operation of its offer, or there is no portal for an offer.
pub fn open_releases(
    inputs: &Inputs,
    offers: &[Offer],
    portals: &Portals,
    transport: &Rc<dyn Transport>,
    clock: &Rc<dyn Clock>,
    reports: &Rc<Reports>,
) -> Result<Vec<(Goal, ObservedPortal)>, Problem> {
    let open = |(index, offer): (usize, &Offer)| {
        let observer = Rc::clone(reports);
        let tell = move |exchange: Exchange| {
            observer.take(&Event { at: exchange.at, offer: index, what: What::Exchange(exchange) });
        };
        let transport = Recorded::new(Rc::clone(transport), Rc::clone(clock), Box::new(tell));
        let portal = portals.open(offer, transport)?;
        Ok((goals::make_goal(inputs, offer, &portal)?, portal))
    };
    offers.iter().enumerate().map(open).collect()
}

/// What all releases of this process share.
pub struct ReleaseRuns<'a> {
    inputs: &'a Inputs,
    context: &'a Context,
    ledgers: &'a [OfferLedger],
    clock: &'a dyn Clock,
    stop: watch::Receiver<Option<Stop>>,
    reports: &'a Reports,
    schedule: Schedule,
    deadline: Duration,
    starts: Semaphore,
}

impl<'a> ReleaseRuns<'a> {
    /// From now on, `timeout` runs.
    pub fn new(
        inputs: &'a Inputs,
        context: &'a Context,
        ledgers: &'a [OfferLedger],
        clock: &'a dyn Clock,
        stop: watch::Receiver<Option<Stop>>,
        reports: &'a Reports,
    ) -> Self {
        let deadline = clock.elapsed().saturating_add(inputs.timeout);
        let schedule = goals::choose_schedule(inputs);
        let starts = Semaphore::new(inputs.max_parallel.get());
        Self { inputs, context, ledgers, clock, stop, reports, schedule, deadline, starts }
    }

    /// Releases the offers, of which so many are started at a time; one that fails neither stops
    /// nor hides another.
    pub async fn run_all<P: Portal>(
        &self,
        releases: Vec<(Goal, P)>,
        drafts: Vec<Option<DraftGoal>>,
    ) -> Vec<Verdict> {
        let releases = releases.into_iter().zip(drafts).enumerate();
        let runs = releases.map(|(index, ((goal, portal), draft))| async move {
            self.run_one(index, goal, &portal, draft.as_ref()).await
        });
        futures_util::future::join_all(runs).await
    }

    async fn run_one<P: Portal>(
        &self,
        index: usize,
        mut goal: Goal,
        portal: &P,
        draft: Option<&DraftGoal>,
    ) -> Verdict {
        let emit = |event: Event| self.reports.take(&event);
        recall_operations(&mut goal, portal);
        if let Some(verdict) = ledger::end_without_look(&goal) {
            for what in [What::Began, What::Ended(verdict.clone())] {
                emit(Event { at: self.clock.now(), offer: index, what });
            }
            return verdict;
        }
        let (offer, run) = (goal.offer.clone(), ledger::run_attempt(self.context));
        let version = find_version(self.inputs, draft);
        let around = Surroundings {
            portal,
            clock: self.clock,
            schedule: self.schedule,
            deadline: self.deadline,
            stop: self.stop.clone(),
            starts: &self.starts,
            index,
            emit: &emit,
            ledger: self.ledgers.get(index).map_or(&NoLedger as &dyn Ledger, |ledger| ledger),
            mark: Mark { offer, version, run, before: None, preview: None },
        };
        if let Some(draft) = draft {
            let _permit = self.starts.acquire().await;
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
}

/// Finds where the operations of an earlier job can be looked at, and tells the portal what is known
/// of them.
fn recall_operations(goal: &mut Goal, portal: &impl Portal) {
    goal.earlier.locate(|name| portal.parse_operation(name).ok());
    let Some(record) = goal.earlier.record() else { return };
    let Operations { publish, go_live } = &record.operations;
    let before = record.mark.before.as_deref();
    for (phase, operation) in [(Phase::Publish, publish), (Phase::GoLive, go_live)] {
        if let Some(operation) = operation {
            portal.recall(operation, phase, before);
        }
    }
}

/// Passes a signal on to the releases.
pub async fn pass_on_signal(
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

/// The exit code of the worst verdict. Among failures a refusal of the portal says more than one of
/// the credentials; among what is pending, an unreachable portal more than a timeout, and that more
/// than what was left on purpose.
pub fn choose_exit_code(verdicts: &[Verdict]) -> u8 {
    let interrupted =
        verdicts.iter().find(|verdict| matches!(verdict.ending, Ending::Interrupted(_)));
    if let Some(verdict) = interrupted {
        return verdict.exit_code();
    }
    let worst = verdicts.iter().map(|verdict| verdict.outcome).min().unwrap_or(Outcome::Succeeded);
    let codes = verdicts.iter().filter(|verdict| verdict.outcome == worst).map(Verdict::exit_code);
    if worst == Outcome::Failed { codes.min().unwrap_or(0) } else { codes.max().unwrap_or(0) }
}
