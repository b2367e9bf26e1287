//! Keeps pages that are elsewhere, one an offer, up to date: beside the release and never in its
//! way.
//!
//! One request at a time, the most urgent first: how an offer ended, then a new error, then a page
//! that does not exist yet, then what changed. What is written is what is true by then, so that
//! whatever came up while waiting goes along.

mod delivery;
mod throttle;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use tokio::sync::Notify;

use self::delivery::{Delivery, Rank};
use super::console::Console;
use super::news::TimelineEntry;
use super::reports::{Report, Reports, Unfinished};
use super::story::{News, Story};
use crate::clock::Clock;
use crate::github::{GithubError, GithubResource, NextAttempt, Urgency};
use crate::release::event::Event;

pub use self::delivery::{Backlog, PageContent, PageStage};
pub use self::throttle::Throttle;

/// How many pages are made before anything else is done, where one is demanded: what one may, all
/// may, and the release shall not wait for hundreds.
const FIRST: usize = 10;

/// Pages that are ended at the same time when the process ends: one that hangs must not cost the
/// others their end.
const ENDED_AT_ONCE: usize = 8;

/// How long one of the last requests may take.
const LAST_ATTEMPT: Duration = Duration::from_secs(10);

/// A kind of page that is kept elsewhere, one for each offer of the story. What happens between two
/// requests, and after an error, is decided by [`Upkeep`].
pub trait Pages {
    /// What the pages are at GitHub, for messages and permissions.
    fn resource(&self) -> GithubResource;

    /// What this offer's page is to show, as if no time had passed: time alone is no news. `None`:
    /// it has no page, or none yet.
    fn content(&self, story: &Story, index: usize) -> Option<PageContent>;

    /// What is to be added to the page, and cannot be read from its content.
    fn backlog(&self, story: &Story, index: usize) -> Backlog;

    /// Makes or updates the page; at most once, whatever happened to earlier requests. Gives what
    /// is shown now.
    fn send(
        &self,
        reports: &Reports,
        index: usize,
    ) -> impl Future<Output = Result<Option<PageContent>, GithubError>>;

    /// Leaves something out, after GitHub refused what was sent for good. `false` if nothing is
    /// left that could be left out.
    fn leave_out(&self, story: &Story, index: usize) -> bool;
}

/// The pages of a release, and what is known of each.
pub struct Upkeep<P> {
    pages: P,
    clock: Rc<dyn Clock>,
    console: Arc<Console>,
    throttle: Rc<Throttle>,
    changed: Notify,
    deliveries: RefCell<Vec<Delivery>>,
    given_up: Cell<bool>,
    complained: Cell<bool>,
}

/// What is to be written, and when; times are those of [`Clock::elapsed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Duration,
    rank: Rank,
    sent_at: Duration,
    index: usize,
}

impl<P: Pages> Upkeep<P> {
    /// Pages of so many offers; nothing is sent yet.
    pub fn new(
        pages: P,
        offers: usize,
        clock: Rc<dyn Clock>,
        console: Arc<Console>,
        throttle: Rc<Throttle>,
    ) -> Self {
        Self {
            pages,
            clock,
            console,
            throttle,
            changed: Notify::new(),
            deliveries: RefCell::new((0..offers).map(|_| Delivery::default()).collect()),
            given_up: Cell::new(false),
            complained: Cell::new(false),
        }
    }

    /// Makes the pages of the first offers.
    ///
    /// # Errors
    /// Why one could not be made.
    pub async fn begin(&self, reports: &Reports) -> Result<(), GithubError> {
        for index in 0..self.count().min(FIRST) {
            // Nothing was written yet, so there is room for a few at once; they count all the same.
            let _ = self.throttle.take(self.clock.elapsed(), Urgency::Last);
            self.send(reports, index).await?;
        }
        Ok(())
    }

    /// Updates whenever the story changed.
    async fn update(&self, reports: &Reports) -> Infallible {
        loop {
            if self.given_up.get() {
                return std::future::pending().await;
            }
            let now = self.clock.elapsed();
            let next = self.next(&reports.story(), now);
            match next {
                None => self.changed.notified().await,
                Some(due) if due.at > now => tokio::select! {
                    biased;
                    () = self.changed.notified() => {}
                    () = self.clock.sleep(due.at.saturating_sub(now)) => {}
                },
                Some(due) => self.attempt(reports, due, false).await,
            }
        }
    }

    /// Sends what is still to be sent, whatever the pace; ends when all is sent or nothing more can
    /// be.
    async fn send_rest(&self, reports: &Reports) {
        let mut order: Vec<_> = reports
            .story()
            .offers
            .iter()
            .map(|offer| offer.verdict.as_ref().map(|v| v.outcome))
            .enumerate()
            .collect();
        // The worst first, for time may run out.
        order.sort_by_key(|(_, outcome)| *outcome);
        futures_util::stream::iter(order)
            .for_each_concurrent(ENDED_AT_ONCE, |(index, _)| self.settle(reports, index))
            .await;
    }

    async fn settle(&self, reports: &Reports, index: usize) {
        while !self.given_up.get() {
            let now = self.clock.elapsed();
            let due = self.due(&reports.story(), index, true);
            match due {
                None => return,
                Some(due) if due.at > now => self.clock.sleep(due.at.saturating_sub(now)).await,
                Some(due) => tokio::select! {
                    biased;
                    () = self.attempt(reports, due, true) => {}
                    () = self.clock.sleep(LAST_ATTEMPT) => {
                        let why = format!("no answer within {} s", LAST_ATTEMPT.as_secs());
                        let error = GithubError::Unavailable(self.pages.resource().says(why));
                        self.note_failure(&reports.story(), index, &error);
                    }
                },
            }
        }
    }

    fn count(&self) -> usize {
        self.deliveries.borrow().len()
    }

    /// What is to be sent next: of what is due by now the most urgent, else what will be due first.
    fn next(&self, story: &Story, now: Duration) -> Option<Due> {
        let dues: Vec<Due> =
            (0..self.count()).filter_map(|index| self.due(story, index, false)).collect();
        let due = dues.iter().filter(|due| due.at <= now).min_by_key(|due| (due.rank, due.sent_at));
        due.or_else(|| dues.iter().min()).copied()
    }

    /// When this offer's page is to be written, if it is; `last` disregards the pace.
    fn due(&self, story: &Story, index: usize, last: bool) -> Option<Due> {
        let content = self.pages.content(story, index)?;
        let backlog = self.pages.backlog(story, index);
        let delivery = &self.deliveries.borrow()[index];
        let (wanted_at, rank) = delivery.wanted(&content, backlog, last)?;
        let at = wanted_at.max(delivery.retry_at).max(self.throttle.paused_until());
        Some(Due { at, rank, sent_at: delivery.sent_at, index })
    }

    /// Sends if the limits allow it now, else later.
    async fn attempt(&self, reports: &Reports, due: Due, last: bool) {
        let now = self.clock.elapsed();
        let open = self.deliveries.borrow().iter().filter(|page| !page.has_ended()).count();
        let urgency = match due.rank {
            _ if last => Urgency::Last,
            Rank::End | Rank::Error => Urgency::End,
            Rank::First | Rank::Change => Urgency::Progress { open },
        };
        if let Err(wait) = self.throttle.take(now, urgency) {
            self.deliveries.borrow_mut()[due.index].retry_at = now.saturating_add(wait);
            return;
        }
        match self.send(reports, due.index).await {
            Ok(()) => self.throttle.note_success(),
            Err(error) => self.note_failure(&reports.story(), due.index, &error),
        }
    }

    async fn send(&self, reports: &Reports, index: usize) -> Result<(), GithubError> {
        let content = self.pages.send(reports, index).await?;
        let delivery = &mut self.deliveries.borrow_mut()[index];
        (delivery.sent, delivery.sent_at) = (content, self.clock.elapsed());
        delivery.backoff.record_success();
        Ok(())
    }

    /// What to do after an error.
    fn note_failure(&self, story: &Story, index: usize, error: &GithubError) {
        let now = self.clock.elapsed();
        if !self.complained.replace(true) {
            self.console.warning(&format!(
                "the release goes on without an up-to-date {}: {error}",
                self.pages.resource().name()
            ));
        }
        if let GithubError::RateLimited { .. } = error {
            return self.throttle.note_limit(now, error);
        }
        let delivery = &mut self.deliveries.borrow_mut()[index];
        match delivery.backoff.decide_after(error) {
            NextAttempt::Wait(wait) => {
                delivery.retry_at = now.saturating_add(wait);
                self.throttle.note_failure(now);
            }
            NextAttempt::LeaveOut => {
                if !self.pages.leave_out(story, index) {
                    // It counts as sent until it changes.
                    delivery.sent = self.pages.content(story, index);
                    delivery.sent_at = now;
                }
            }
            NextAttempt::GiveUp => self.given_up.set(true),
        }
    }
}

impl<P: Pages> Report for Upkeep<P> {
    fn show(&self, _: &Story, _: &Event, news: &[News]) {
        if news.iter().any(|one| !matches!(one.entry, TimelineEntry::Exchange(_))) {
            self.changed.notify_one();
        }
    }

    fn keep<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, Infallible> {
        Box::pin(self.update(reports))
    }

    fn finish<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, ()> {
        Box::pin(self.send_rest(reports))
    }

    fn unfinished(&self, story: &Story) -> Option<Unfinished> {
        let count =
            (0..self.count()).filter(|index| self.due(story, *index, true).is_some()).count();
        (count > 0).then_some(Unfinished { count, noun: self.pages.resource().name() })
    }
}
