//! The reports of a run: one stream of events goes to each of them.

use std::cell::{Ref, RefCell};
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{LocalBoxFuture, join_all, select_all};
use jiff::Timestamp;

use super::redaction::redact_event;
use super::story::{News, Story};
use crate::clock::Clock;
use crate::release::event::Event;
use crate::secrets::Secrets;

/// One place in which a release is shown. A report only reads the story; what it learns itself,
/// such as the address of a page, it gives to [`Reports::take`] as an event.
pub trait Report {
    /// Takes an event, which the story knows already, and what it changed. Called at once, so it
    /// must not wait.
    fn show(&self, _story: &Story, _event: &Event, _news: &[News]) {}

    /// What is done beside the release; ends only by being dropped.
    fn keep<'a>(&'a self, _reports: &'a Reports) -> LocalBoxFuture<'a, Infallible> {
        Box::pin(std::future::pending())
    }

    /// Shows how everything ended. Other reports may still learn something.
    fn finish<'a>(&'a self, _reports: &'a Reports) -> LocalBoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// What is not shown yet as it is, for whoever waits for [`Report::finish`].
    fn unfinished(&self, _story: &Story) -> Option<Unfinished> {
        None
    }

    /// The last call: no event comes any more.
    fn close(&self, _story: &Story, _now: Timestamp) {}
}

/// Pages that do not say yet what is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// How many such pages there are.
    pub count: usize,
    /// What one of them is called: `check run`.
    pub noun: &'static str,
}

/// The reports, and the story that they show.
pub struct Reports {
    story: RefCell<Story>,
    clock: Rc<dyn Clock>,
    secrets: Arc<Secrets>,
    list: Vec<Rc<dyn Report>>,
}

impl Reports {
    /// Begins to report, in this order.
    #[must_use]
    pub fn new(
        story: Story,
        clock: Rc<dyn Clock>,
        secrets: Arc<Secrets>,
        list: Vec<Rc<dyn Report>>,
    ) -> Self {
        Self { story: RefCell::new(story), clock, secrets, list }
    }

    /// The story, as far as the events have told it.
    #[must_use]
    pub fn story(&self) -> Ref<'_, Story> {
        self.story.borrow()
    }

    /// Takes an event, from the release or from a report. What it says of secrets no report sees.
    pub fn take(&self, event: &Event) {
        let event = redact_event(event, &self.secrets);
        let news = self.story.borrow_mut().apply(&event);
        let story = self.story.borrow();
        for report in &self.list {
            report.show(&story, &event, &news);
        }
    }

    /// Lets each report do its part beside the release; ends only by being dropped.
    pub async fn keep(&self) -> Infallible {
        if self.list.is_empty() {
            return std::future::pending().await;
        }
        select_all(self.list.iter().map(|report| report.keep(self))).await.0
    }

    /// Shows how everything ended.
    pub async fn finish(&self) {
        join_all(self.list.iter().map(|report| report.finish(self))).await;
    }

    /// What is not shown yet as it is.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let story = self.story.borrow();
        self.list.iter().filter_map(|report| report.unfinished(&story)).collect()
    }

    /// Tells each report that no event comes any more.
    pub fn close(&self) {
        let (story, now) = (self.story.borrow(), self.clock.now());
        for report in &self.list {
            report.close(&story, now);
        }
    }
}
