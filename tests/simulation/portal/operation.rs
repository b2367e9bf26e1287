//! An operation as it truly is: a history that is drawn when it begins, and cut when somebody
//! interferes.

use std::time::Duration;

use super::offer::Content;
use crate::chance::Chance;
use crate::plan::Plan;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Publish,
    GoLive,
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// At this step.
    Running(usize),
    /// Stopped at this step, which need not be the end.
    Blocked(usize),
    /// The preview waits for the publisher.
    SignOff,
    Complete,
    Failed,
    Canceled,
}

impl Stage {
    pub fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Canceled)
    }

    /// Nothing else may be started beside it.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Running(_) | Self::Blocked(_))
    }
}

/// Who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// This run of the program, by this request.
    Us {
        run: usize,
        request: usize,
    },
    Others,
}

/// A word that the portal shows in place of the true one.
#[derive(Debug, Clone, Copy)]
pub struct Strange {
    pub from: Duration,
    /// `None`: for ever.
    pub until: Option<Duration>,
    pub word: &'static str,
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub number: usize,
    pub id: String,
    pub kind: Kind,
    pub by: By,
    /// Which version of the draft there was when it began.
    pub draft: Content,
    /// What it takes live: the publish whose preview waited.
    pub took: Option<usize>,
    /// The number in its legacy id; a go-live has that of its publish.
    pub version: u32,
    pub history: Vec<(Duration, Stage)>,
    /// When the portal forgets it.
    pub gone: Option<Duration>,
    pub strange: Option<Strange>,
    /// When the offer follows a go-live's end, and whether it is live then.
    pub offer_follows: Option<(Duration, bool)>,
    /// When the live slot holds what it took, unless something interferes before.
    pub lived: Option<Duration>,
}

impl Operation {
    pub fn created(&self) -> Duration {
        self.history[0].0
    }

    pub fn stage(&self, now: Duration) -> Stage {
        self.history
            .iter()
            .rev()
            .find(|(at, _)| *at <= now)
            .map_or(self.history[0].1, |(_, stage)| *stage)
    }

    pub fn changed(&self, now: Duration) -> Duration {
        self.history.iter().rev().find(|(at, _)| *at <= now).map_or(self.created(), |(at, _)| *at)
    }

    pub fn is_gone(&self, now: Duration) -> bool {
        self.gone.is_some_and(|gone| gone <= now)
    }

    pub fn strange_word(&self, now: Duration) -> Option<&'static str> {
        let strange = self.strange.filter(|strange| {
            strange.from <= now && strange.until.is_none_or(|until| now < until)
        })?;
        Some(strange.word)
    }

    /// From now on it is so, whatever was to come.
    pub fn becomes(&mut self, now: Duration, stage: Stage) {
        self.history.retain(|(at, _)| *at <= now);
        self.history.push((now, stage));
        self.offer_follows = None;
        self.lived = self.lived.filter(|at| *at <= now);
    }

    /// Whether it did at some time since `from` what it was started for.
    pub fn was_done(&self, from: Duration, now: Duration) -> bool {
        let during =
            self.history.iter().filter(|(at, _)| *at > from && *at <= now).map(|(_, stage)| *stage);
        let done = |stage: Stage| match self.kind {
            Kind::Publish => matches!(stage, Stage::SignOff | Stage::Complete),
            Kind::GoLive => stage == Stage::Complete,
        };
        std::iter::once(self.stage(from)).chain(during).any(done)
    }

    /// Whether it ran since `from`, or looked as if it might.
    pub fn was_busy(&self, from: Duration, now: Duration) -> bool {
        let looked = self.strange.is_some_and(|strange| {
            strange.from <= now && strange.until.is_none_or(|until| until > from)
        });
        !self.is_gone(from)
            && (looked
                || self.stage(from).is_busy()
                || self
                    .history
                    .iter()
                    .any(|(at, stage)| *at > from && *at <= now && stage.is_busy()))
    }

    /// When its preview was there, if it ever was.
    pub fn previewed(&self, now: Duration) -> Option<Duration> {
        let (at, _) = self.history.iter().find(|(_, stage)| *stage == Stage::SignOff)?;
        (*at <= now && !self.is_gone(*at)).then_some(*at)
    }

    /// Whether the offer is live by it.
    pub fn is_live(&self, now: Duration) -> bool {
        self.stage(now) == Stage::Complete
            && self.offer_follows.is_some_and(|(at, live)| live && at <= now)
    }

    /// When it made the offer live, if it did: also if it was overtaken since.
    pub fn went_live(&self, now: Duration) -> Option<Duration> {
        self.lived.filter(|at| *at <= now).filter(|at| !self.is_gone(*at))
    }

    /// Whether it is past without having done what it was started for.
    pub fn ended_badly(&self, now: Duration) -> bool {
        let offer_refused = self.offer_follows.is_some_and(|(at, live)| !live && at <= now);
        matches!(self.stage(now), Stage::Failed | Stage::Canceled)
            || self.is_gone(now)
            || offer_refused
    }
}

/// Whoever started an operation has looked at it by then: reads leave the portal alone for up to 15
/// minutes if it asks for that.
const SEEN: Duration = Duration::from_mins(20);

/// Draws what will become of an operation that begins now.
pub fn destiny(chance: &Chance, plan: &Plan, kind: Kind, now: Duration, calm: bool) -> Operation {
    let mut history = vec![(now, Stage::Running(0))];
    let mut at = now;
    let long = chance.one_in(20);
    let mut wait = || {
        let most = if long { 86_400 } else { 1_200 };
        at += chance
            .between(plan.shortest_step, Duration::from_secs(most).max(plan.shortest_step * 2));
        at
    };
    let goes_badly = !calm && plan.operations_fail && chance.one_in(3);
    history.push((wait(), Stage::Running(1)));
    if plan.operations_block && chance.one_in(3) {
        history.push((wait(), Stage::Blocked(1)));
        if !goes_badly {
            history.push((wait(), Stage::Running(1)));
        }
    }
    let end = match (goes_badly, kind) {
        (true, _) if chance.one_in(3) => Stage::Canceled,
        (true, _) => Stage::Failed,
        (false, Kind::Publish) => Stage::SignOff,
        (false, Kind::GoLive) => Stage::Complete,
    };
    let end_at = wait();
    history.push((end_at, end));
    let lives = calm || !plan.operations_fail || !chance.one_in(6);
    let follows = end_at + if plan.offer_lags { chance.seconds(1, 900) } else { Duration::ZERO };
    let within = |chance: &Chance| now + (end_at - now).mul_f64(chance.unit());
    let strange = (plan.strange_words && !calm && chance.one_in(3)).then(|| {
        let from = within(chance);
        let until = (!chance.one_in(4)).then(|| from + chance.seconds(5, 3600));
        Strange { from, until, word: chance.pick(&STRANGE_WORDS) }
    });
    Operation {
        number: 0,
        id: String::new(),
        kind,
        by: By::Others,
        draft: Content::FIRST,
        took: None,
        version: 0,
        history,
        // Not before anyone could see it: that is the same as never having been.
        gone: (plan.operations_vanish && !calm && chance.one_in(4))
            .then(|| within(chance))
            .filter(|gone| *gone > now + SEEN),
        strange,
        offer_follows: (end == Stage::Complete).then_some((follows, lives)),
        lived: (end == Stage::Complete && lives).then_some(follows),
    }
}

const STRANGE_WORDS: [&str; 8] = [
    "",
    "superseded",
    "done",
    "success",
    "completedWithErrors",
    "200",
    "::set-env name=EVIL::1",
    "##[set-env name=EVIL]1",
];
