//! Keeps the check runs up to date, beside the release and never in its way.
//!
//! One request at a time, the most urgent first: how an offer ended, then a new error, then a check
//! run that does not exist yet, then what changed. What is written is what is true by then, so that
//! whatever came up while waiting goes along.

mod delivery;
mod offer;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::Notify;

use self::offer::{Content, OfferState, Rank};
use super::check_run::{self, Commit};
use super::console::Console;
use super::story::Story;
use crate::clock::Clock;
use crate::github::{
    Backoff, Budget, CheckRunStatus, CheckRuns, GithubError, NextAttempt, Resource, Urgency,
};
use crate::portal::Level;

/// How many check runs are made before anything else is done, where one is demanded: what one may,
/// all may, and the release shall not wait for hundreds.
const FIRST: usize = 10;

/// Check runs that are ended at the same time when the process ends: one that hangs must not cost
/// the others their end.
const ENDED_AT_ONCE: usize = 8;

/// How long one of the last requests may take.
const LAST_ATTEMPT: Duration = Duration::from_secs(10);

/// The longest pause for all after errors in a row that may come from GitHub as a whole.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The check runs of a release.
pub struct Checks<C> {
    runs: C,
    clock: Rc<dyn Clock>,
    console: Arc<Console>,
    commit: Commit,
    story: Rc<RefCell<Story>>,
    changed: Rc<Notify>,
    state: RefCell<State>,
}

struct State {
    offers: Vec<OfferState>,
    budget: Budget,
    /// For limits, which are those of the token.
    limits: Backoff,
    /// Requests without a useful answer since the last that had one.
    failures: u32,
    paused_until: Duration,
    given_up: bool,
    complained: bool,
}

/// What is to be written, and when; times are those of [`Clock::elapsed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Duration,
    rank: Rank,
    sent_at: Duration,
    index: usize,
}

impl<C: CheckRuns> Checks<C> {
    /// Nothing is sent yet.
    pub fn new(
        runs: C,
        clock: Rc<dyn Clock>,
        console: Arc<Console>,
        commit: Commit,
        story: Rc<RefCell<Story>>,
        changed: Rc<Notify>,
    ) -> Self {
        let offers = story.borrow().offers.iter().map(|_| OfferState::default()).collect();
        let state = RefCell::new(State {
            offers,
            budget: Budget::default(),
            limits: Backoff::default(),
            failures: 0,
            paused_until: Duration::ZERO,
            given_up: false,
            complained: false,
        });
        Self { runs, clock, console, commit, story, changed, state }
    }

    /// Makes the check runs of the first offers.
    ///
    /// # Errors
    /// Why one could not be made.
    pub async fn begin(&self) -> Result<(), GithubError> {
        let offers = self.state.borrow().offers.len();
        for index in 0..offers.min(FIRST) {
            // Nothing was written yet, so there is room for a few at once; they count all the same.
            let _ = self.state.borrow_mut().budget.reserve(self.clock.elapsed(), Urgency::Last);
            self.send(index).await?;
        }
        Ok(())
    }

    /// Updates whenever the story changed; ends only by being dropped.
    pub async fn keep(&self) {
        loop {
            if self.state.borrow().given_up {
                return std::future::pending().await;
            }
            let now = self.clock.elapsed();
            match self.next(now) {
                None => self.changed.notified().await,
                Some(due) if due.at > now => tokio::select! {
                    biased;
                    () = self.changed.notified() => {}
                    () = self.clock.sleep(due.at.saturating_sub(now)) => {}
                },
                Some(due) => self.attempt(due, false).await,
            }
        }
    }

    /// Sends what is still to be sent, whatever the pace; ends when all is sent or nothing more can
    /// be.
    pub async fn finish(&self) {
        let mut order: Vec<_> = self
            .story
            .borrow()
            .offers
            .iter()
            .map(|offer| offer.verdict.as_ref().map(|v| v.outcome))
            .enumerate()
            .collect();
        // The worst first, for time may run out.
        order.sort_by_key(|(_, outcome)| *outcome);
        futures_util::stream::iter(order)
            .for_each_concurrent(ENDED_AT_ONCE, |(index, _)| self.settle(index))
            .await;
    }

    /// How many check runs do not say yet what is true.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        let offers = self.state.borrow().offers.len();
        (0..offers).filter(|index| self.due(*index, true).is_some()).count()
    }

    async fn settle(&self, index: usize) {
        while !self.state.borrow().given_up {
            let now = self.clock.elapsed();
            match self.due(index, true) {
                None => return,
                Some(due) if due.at > now => self.clock.sleep(due.at.saturating_sub(now)).await,
                Some(due) => tokio::select! {
                    biased;
                    () = self.attempt(due, true) => {}
                    () = self.clock.sleep(LAST_ATTEMPT) => {
                        let why = format!("no answer within {} s", LAST_ATTEMPT.as_secs());
                        self.failed(index, &GithubError::Unavailable(Resource::CheckRun.says(why)));
                    }
                },
            }
        }
    }

    /// What is to be sent next: of what is due by now the most urgent, else what will be due first.
    fn next(&self, now: Duration) -> Option<Due> {
        let offers = self.state.borrow().offers.len();
        let dues: Vec<Due> = (0..offers).filter_map(|index| self.due(index, false)).collect();
        let due = dues.iter().filter(|due| due.at <= now).min_by_key(|due| (due.rank, due.sent_at));
        due.or_else(|| dues.iter().min()).copied()
    }

    /// When this offer's check run is to be written, if it is; `last` disregards the pace.
    fn due(&self, index: usize, last: bool) -> Option<Due> {
        let content = self.content(index);
        let (pending, errors) = self.pending(index);
        let state = self.state.borrow();
        let offer = &state.offers[index];
        let (wanted_at, rank) = offer.wanted(&content, pending, errors, last)?;
        let at = wanted_at.max(offer.retry_at).max(state.paused_until);
        Some(Due { at, rank, sent_at: offer.sent_at, index })
    }

    /// What there is to send now, as if no time had passed: time alone is no news.
    fn content(&self, index: usize) -> Content {
        let story = self.story.borrow();
        let offer = &story.offers[index];
        let request = check_run::request(
            &self.commit,
            &story,
            offer,
            offer.began,
            offer.began.unwrap_or_default(),
        );
        Content { text: request.summary, status: request.status }
    }

    /// How many annotations may have to be sent, and whether an error is among them.
    fn pending(&self, index: usize) -> (usize, bool) {
        let (story, state) = (self.story.borrow(), self.state.borrow());
        let pending =
            story.offers[index].annotations.get(state.offers[index].settled..).unwrap_or_default();
        (pending.len(), pending.iter().any(|one| one.level == Level::Error))
    }

    /// Sends if the limits allow it now, else later.
    async fn attempt(&self, due: Due, last: bool) {
        let index = due.index;
        let now = self.clock.elapsed();
        let taken = {
            let state = &mut *self.state.borrow_mut();
            let open = state.offers.iter().filter(|offer| !offer.has_ended()).count();
            let urgency = match due.rank {
                _ if last => Urgency::Last,
                Rank::End | Rank::Error => Urgency::End,
                Rank::First | Rank::Change => Urgency::Progress { open },
            };
            let taken = state.budget.reserve(now, urgency);
            if let Err(wait) = taken {
                state.offers[index].retry_at = now.saturating_add(wait);
            }
            taken
        };
        if taken.is_ok() {
            match self.send(index).await {
                Ok(()) => {
                    let state = &mut *self.state.borrow_mut();
                    state.failures = 0;
                    state.limits.record_success();
                }
                Err(error) => self.failed(index, &error),
            }
        }
    }

    /// What to do after an error.
    fn failed(&self, index: usize, error: &GithubError) {
        let (content, now) = (self.content(index), self.clock.elapsed());
        let annotations = self.story.borrow().offers[index].annotations.len();
        let state = &mut *self.state.borrow_mut();
        if !std::mem::replace(&mut state.complained, true) {
            self.console
                .warning(&format!("the release goes on without an up-to-date check run: {error}"));
        }
        let offer = &mut state.offers[index];
        if let GithubError::RateLimited { .. } = error {
            if let NextAttempt::Wait(wait) = state.limits.decide_after(error) {
                state.paused_until = now.saturating_add(wait);
            }
            return;
        }
        match offer.patience.decide_after(error) {
            NextAttempt::Wait(wait) => {
                offer.retry_at = now.saturating_add(wait);
                // The first may be this one's alone; many in a row are everybody's.
                let pause = Duration::from_secs(state.failures.into()).min(LONGEST_PAUSE);
                state.paused_until = state.paused_until.max(now.saturating_add(pause));
                state.failures = state.failures.saturating_add(1);
            }
            NextAttempt::LeaveOut => offer.refused(content, annotations, now),
            NextAttempt::GiveUp => state.given_up = true,
        }
    }
}

/// Whether this is an end.
fn is_end(status: CheckRunStatus) -> bool {
    matches!(status, CheckRunStatus::Completed(_))
}
