//! Does what the state machine decides: the calls, the repeats of reads, and the waiting. It
//! decides nothing itself.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::event::{Event, What};
use super::goal::Goal;
use super::ledger::{Asked, Ledger, Mark};
use super::machine::{Act, Ask, Interruption, Moment, Release, Seen, Stop};
use super::schedule::Schedule;
use super::verdict::Verdict;
use crate::clock::Clock;
use crate::http::{Again, Repeatable, Retry, repeat};
use crate::ids::Email;
use crate::portal::{
    CallError, Looked, OfferView, OperationView, Phase, Portal, Submission, Trouble,
};
use crate::problem::{Code, Problem};

/// Reads before anything is under way: an unreachable portal is told within a minute.
pub(super) const BEFORE: Retry =
    Retry { attempts: 6, base: Duration::from_secs(1), cap: Duration::from_secs(16) };

/// Reads while an operation is under way: an outage of an hour does not end a release of days.
const UNDER_WAY: Retry =
    Retry { attempts: 24, base: Duration::from_secs(1), cap: Duration::from_mins(5) };

/// How long the answer of a POST is awaited after the job was told to stop.
const LAST_ANSWER: Duration = Duration::from_secs(2);

/// How long after a signal everything at the portal may take, that answer included: the runner
/// kills after 7.5 s, and reports come last.
const LAST_CANCEL: Duration = Duration::from_secs(4);

/// Time between two looks at it.
const LAST_REST: Duration = Duration::from_millis(500);

/// What surrounds the release of one offer.
pub struct Surroundings<'a, P> {
    /// The offer at its portal.
    pub portal: &'a P,
    /// Time.
    pub clock: &'a dyn Clock,
    /// How often to look.
    pub schedule: Schedule,
    /// When `timeout` is over, of [`Clock::elapsed`].
    pub deadline: Duration,
    /// Becomes `Some` when the job is told to stop.
    pub stop: tokio::sync::watch::Receiver<Option<Stop>>,
    /// So many offers may be started at the same time.
    pub starts: &'a Semaphore,
    /// Which offer of the run this is.
    pub index: usize,
    /// Takes the events.
    pub emit: &'a dyn Fn(Event),
    /// Where the release is marked before anything is posted.
    pub ledger: &'a dyn Ledger,
    /// What marks it, but for the operations that were there before.
    pub mark: Mark,
}

/// The last looks, so that only changes are told, and the wishes of the portal.
#[derive(Default)]
struct Memory {
    operation: Option<(Phase, OperationView)>,
    offer: Option<OfferView>,
    changed_at: Duration,
    asked_for: Option<Duration>,
    trouble: Option<Problem>,
    /// The offer's page was told.
    told_page: bool,
    /// When the job was told to stop.
    stopped: Option<Duration>,
    /// The newest operation of the last list.
    newest: Option<String>,
}

/// Releases one offer, to its end.
pub async fn run<P: Portal>(goal: Goal, around: Surroundings<'_, P>) -> Verdict {
    let memory = RefCell::new(Memory { changed_at: around.clock.elapsed(), ..Memory::default() });
    Driver { around, memory }.run(goal).await
}

struct Driver<'a, P> {
    around: Surroundings<'a, P>,
    memory: RefCell<Memory>,
}

impl<P: Portal> Driver<'_, P> {
    async fn run(&self, goal: Goal) -> Verdict {
        let clock = self.around.clock;
        let notify = goal.notify.clone();
        let mut release = Release::new(goal, self.around.portal.capabilities());
        let mut stopping: Option<Duration> = None;
        let mut permit = self.wait_to_start().await;
        self.tell(What::Began);
        loop {
            if !release.is_starting() {
                drop(permit.take());
            }
            let act = release.next_act();
            if let Act::End(verdict) = act {
                self.tell(What::Ended(verdict.clone()));
                return verdict;
            }
            let patience = if release.is_under_way() { UNDER_WAY } else { BEFORE };
            let doing = Doing { act, notify: &notify, patience };
            let came = match stopping {
                Some(until) => self.act_quickly(doing, until).await,
                None => self.act(doing).await,
            };
            if let Err(Interruption::Stopped(_)) = came {
                let since = *self.memory.borrow_mut().stopped.get_or_insert(clock.elapsed());
                stopping = Some(since + LAST_CANCEL);
            }
            let moment = Moment { elapsed: clock.elapsed(), date: clock.now() };
            let changes = match came {
                Ok(seen) => release.take(seen, moment),
                Err(why) => release.interrupt(why),
            };
            for what in changes {
                self.tell_change(what);
            }
        }
    }

    /// Waits for its turn to be started. `None`: the time is over or the job is told to stop, which
    /// the first act finds.
    async fn wait_to_start(&self) -> Option<SemaphorePermit<'_>> {
        let left = self.around.deadline.saturating_sub(self.around.clock.elapsed());
        tokio::select! {
            biased;
            permit = self.around.starts.acquire() => permit.ok(),
            () = self.wait_for_stop() => None,
            () = self.around.clock.sleep(left) => None,
        }
    }

    /// Does one thing, unless the time is over or the job is told to stop.
    async fn act(&self, doing: Doing<'_>) -> Result<Seen, Interruption> {
        let clock = self.around.clock;
        if self.around.stop.borrow().is_some() {
            return Err(self.stopped());
        }
        let left = self.around.deadline.saturating_sub(clock.elapsed());
        if left.is_zero() {
            return Err(self.timed_out());
        }
        if let Some(asked) = doing.act.asked() {
            tokio::select! {
                biased;
                // Nothing is posted without a mark where one is demanded.
                marked = self.open_mark(asked) => if let Err(problem) = marked {
                    return Ok(Seen::Refused(problem));
                },
                () = self.wait_for_stop() => return Err(self.stopped()),
            }
        }
        let posts = matches!(doing.act, Act::Publish | Act::GoLive(_) | Act::Cancel(_));
        let mut doing = pin!(self.perform(doing));
        tokio::select! {
            biased;
            came = &mut doing => came,
            () = self.wait_for_stop() => {
                self.memory.borrow_mut().stopped = Some(clock.elapsed());
                // A POST is on its way: its answer says what runs at the portal.
                if !posts {
                    return Err(self.stopped());
                }
                tokio::select! {
                    biased;
                    came = doing => came,
                    // It may have been carried out: that is not "nothing was started".
                    () = clock.sleep(LAST_ANSWER) => Ok(Seen::Lost(unanswered(), None)),
                }
            }
            () = clock.sleep(left), if !posts => Err(self.timed_out()),
        }
    }

    /// Marks the release in the ledger, so that a later job finds what is about to be posted.
    async fn open_mark(&self, asked: Asked) -> Result<(), Problem> {
        let before = self.memory.borrow().newest.clone();
        let mark = Mark { before, ..self.around.mark.clone() };
        if let Some(at) = self.around.ledger.open_mark(asked, mark).await? {
            self.tell(What::Marked(at));
        }
        Ok(())
    }

    /// Does one thing after the job was told to stop, unless the time for that is over.
    async fn act_quickly(&self, doing: Doing<'_>, until: Duration) -> Result<Seen, Interruption> {
        let act = match doing.act {
            Act::Settle(wait) => Act::Settle(wait.min(LAST_REST)),
            act => act,
        };
        let left = until.saturating_sub(self.around.clock.elapsed());
        tokio::select! {
            biased;
            came = self.perform(Doing { act, ..doing }) => came,
            () = self.around.clock.sleep(left) => Err(self.stopped()),
        }
    }

    fn stopped(&self) -> Interruption {
        let stop = *self.around.stop.borrow();
        Interruption::Stopped(stop.unwrap_or(Stop { signal: 15, cancel: false }))
    }

    async fn wait_for_stop(&self) {
        let mut stop = self.around.stop.clone();
        if stop.wait_for(Option::is_some).await.is_err() {
            // Nobody is left who could tell.
            std::future::pending::<()>().await;
        }
    }

    fn timed_out(&self) -> Interruption {
        Interruption::TimedOut(self.memory.borrow().trouble.clone())
    }

    async fn perform(&self, doing: Doing<'_>) -> Result<Seen, Interruption> {
        let Surroundings { portal, clock, schedule, .. } = &self.around;
        Ok(match doing.act {
            Act::Ask(ask) => return self.read(&ask, doing.patience).await,
            Act::Publish => {
                portal.publish(doing.notify).await.map_or_else(judge_refusal, Seen::Accepted)
            }
            Act::GoLive(preview) => {
                portal.go_live(preview.as_deref()).await.map_or_else(judge_refusal, Seen::Accepted)
            }
            Act::Cancel(operation) => portal
                .cancel(operation.as_ref())
                .await
                .map_or_else(judge_refusal, |()| Seen::CancelAccepted),
            Act::Rest => {
                let (quiet, asked_for) = {
                    let mut memory = self.memory.borrow_mut();
                    (clock.elapsed().saturating_sub(memory.changed_at), memory.asked_for.take())
                };
                let shortest = portal.capabilities().shortest_poll;
                let wait = schedule.wait(quiet, asked_for, clock.chance(), shortest);
                self.tell(What::Rests(wait));
                clock.sleep(wait).await;
                Seen::Rested
            }
            Act::Settle(wait) => {
                clock.sleep(wait).await;
                Seen::Rested
            }
            // The loop has ended before.
            Act::End(_) => Seen::Rested,
        })
    }

    /// A read, repeated while that may help.
    async fn read(&self, ask: &Ask, patience: Retry) -> Result<Seen, Interruption> {
        // Not every portal has slots: nothing waits for long for one.
        let patience = if matches!(ask, Ask::Slot(_)) { BEFORE } else { patience };
        let answer = repeat(
            self.around.clock,
            patience,
            Some(self.around.deadline),
            async || self.look(ask).await,
            |error, wait, attempt| {
                self.memory.borrow_mut().trouble = Some(error.problem.clone());
                // A line each at the 1st, 2nd, 4th, 8th … failure: an outage is seen, and does not
                // fill the log.
                if attempt.is_power_of_two() {
                    let next = format!("asking again in {}", format_wait(wait));
                    self.tell(What::Setback(error.problem.clone(), next));
                }
            },
        )
        .await;
        self.tell_page();
        match answer {
            Ok(seen) => {
                self.memory.borrow_mut().trouble = None;
                Ok(seen)
            }
            // A portal that cannot show a slot is one without.
            Err(error) if matches!(ask, Ask::Slot(_)) => Ok(Seen::Absent(error.problem)),
            Err(error) => match error.trouble {
                Trouble::NotFound => Ok(Seen::Absent(error.problem)),
                // It was accepted, and started nothing: something else runs.
                Trouble::Conflict if matches!(ask, Ask::Operation(_)) => {
                    Ok(Seen::InTheWay(error.problem))
                }
                Trouble::Passing => Err(Interruption::Unreachable(error.problem)),
                Trouble::Conflict
                | Trouble::Changed
                | Trouble::Unreadable
                | Trouble::Refused
                | Trouble::Auth => Ok(Seen::Refused(error.problem)),
            },
        }
    }

    async fn look(&self, ask: &Ask) -> Result<Seen, CallError> {
        let portal = self.around.portal;
        Ok(match ask {
            Ask::Operations => {
                let rows = portal.list_submissions().await?;
                self.memory.borrow_mut().newest = newest_id(&rows);
                Seen::Operations(rows)
            }
            Ask::Offer => Seen::Offer(portal.read_offer().await?),
            Ask::Draft => Seen::Document(portal.read_draft().await?),
            Ask::Slot(slot) => Seen::Document(portal.read_slot(*slot).await?),
            Ask::Operation(operation) => {
                let Looked { view, retry_after } = portal.read_operation(operation).await?;
                self.memory.borrow_mut().asked_for = retry_after;
                Seen::Operation(Looked { view, retry_after })
            }
        })
    }

    /// Tells the offer's page, once it is known.
    fn tell_page(&self) {
        if self.memory.borrow().told_page {
            return;
        }
        if let Some(page) = self.around.portal.page() {
            self.memory.borrow_mut().told_page = true;
            self.tell(What::OfferPage(page));
        }
    }

    /// Tells what is new, and nothing that looks as it did before.
    fn tell_change(&self, what: What) {
        let now = self.around.clock.elapsed();
        {
            let memory = &mut *self.memory.borrow_mut();
            match &what {
                What::Operation(phase, view) => {
                    if memory
                        .operation
                        .as_ref()
                        .is_some_and(|(before, seen)| before == phase && seen == view)
                    {
                        return;
                    }
                    memory.operation = Some((*phase, view.clone()));
                    memory.changed_at = now;
                }
                What::Offer(view) => {
                    if memory.offer.as_ref() == Some(view) {
                        return;
                    }
                    memory.offer = Some(view.clone());
                    memory.changed_at = now;
                }
                What::Phase { .. } => {
                    memory.changed_at = now;
                }
                _ => {}
            }
        }
        self.tell(what);
    }

    fn tell(&self, what: What) {
        (self.around.emit)(Event { at: self.around.clock.now(), offer: self.around.index, what });
    }
}

/// What to do, and with what.
struct Doing<'a> {
    act: Act,
    notify: &'a [Email],
    patience: Retry,
}

/// The id of the operation that changed last; without times, of the first row.
fn newest_id(rows: &[Submission]) -> Option<String> {
    let newest = rows.iter().rev().max_by_key(|row| row.changed)?;
    Some(newest.id.clone()).filter(|id| !id.is_empty())
}

/// A POST whose answer could not be awaited.
fn unanswered() -> Problem {
    Problem::new(Code::Unavailable, "the job was told to stop before the portal answered")
}

/// A POST without a good answer.
fn judge_refusal(error: CallError) -> Seen {
    match error.trouble {
        Trouble::Passing | Trouble::Unreadable => Seen::Lost(error.problem, error.retry_after),
        Trouble::Conflict | Trouble::Changed => Seen::InTheWay(error.problem),
        Trouble::NotFound | Trouble::Refused | Trouble::Auth => Seen::Refused(error.problem),
    }
}

impl Repeatable for CallError {
    fn again(&self) -> Again {
        match (self.trouble, self.retry_after) {
            (Trouble::Passing, Some(wait)) => Again::After(wait),
            (Trouble::Passing, None) => Again::Soon,
            _ => Again::Never,
        }
    }
}

/// A wait in a log line, to the second.
fn format_wait(wait: Duration) -> String {
    format!("{} s", wait.as_secs().max(1))
}

#[cfg(test)]
mod tests;
