//! What of one offer's page is to be written, and when.

use std::time::Duration;

use crate::github::Backoff;

/// Least time between two updates of a page that has no new error and is not at its end; GitHub's
/// rate limit is for all jobs of a repository together.
const PACE: Duration = Duration::from_secs(15);

/// The title tells how long it has taken. Where nothing else changes it is told again at growing
/// distance, each time when it has doubled, so that it is never far off and costs a handful of
/// requests in a week.
const FIRST_REPETITION: Duration = Duration::from_mins(30);

/// How much matters, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The release of the offer ended.
    End,
    /// An error came that the page does not show.
    Error,
    /// There is no page yet.
    First,
    /// What the page shows has changed.
    Change,
}

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStage {
    /// More will come; the word of whoever keeps the page.
    Open(&'static str),
    /// Nothing more will come; the word of whoever keeps the page.
    Final(&'static str),
}

/// What people see, but for the backlog and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageContent {
    /// The summary of a check run, or the description of a deployment.
    pub text: String,
    /// Open or final, with GitHub's word for it.
    pub stage: PageStage,
}

/// What is only ever added to a page, such as annotations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many pieces may have to be sent.
    pub count: usize,
    /// Whether an error is among them.
    pub errors: bool,
}

/// When and what was sent to the page of one offer.
#[derive(Debug, Default)]
pub struct Delivery {
    /// What was sent last.
    pub sent: Option<PageContent>,
    /// When it was sent, in time of [`crate::clock::Clock::elapsed`].
    pub sent_at: Duration,
    /// Nothing is sent before.
    pub retry_at: Duration,
    /// How long to wait after calls that failed.
    pub backoff: Backoff,
}

impl Delivery {
    /// When to send what there is, and how much it matters; `last` disregards the pace.
    pub fn wanted(
        &self,
        content: &PageContent,
        backlog: Backlog,
        last: bool,
    ) -> Option<(Duration, Rank)> {
        let at_once = Duration::ZERO;
        let is_final = matches!(content.stage, PageStage::Final(_));
        let Some(sent) = &self.sent else {
            return Some((at_once, if is_final { Rank::End } else { Rank::First }));
        };
        if sent.stage != content.stage {
            return Some((at_once, Rank::End));
        }
        if backlog.errors {
            return Some((at_once, Rank::Error));
        }
        if backlog.count > 0 || sent != content {
            let at = if last { at_once } else { self.sent_at.saturating_add(PACE) };
            return Some((at, Rank::Change));
        }
        let repeated = self.sent_at.saturating_add(self.sent_at.max(FIRST_REPETITION));
        (!last && !is_final).then_some((repeated, Rank::Change))
    }

    /// Whether the page shows how it ended.
    pub fn has_ended(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| matches!(sent.stage, PageStage::Final(_)))
    }
}
