//! An offer as it truly is.

use std::time::Duration;

use super::newest;
use super::operation::{By, Kind, Operation, Stage};
use crate::chance::Chance;
use crate::extra::Extra;
use crate::plan::Plan;

#[derive(Debug, Clone)]
pub struct Offer {
    pub id: String,
    pub operations: Vec<Operation>,
    /// When the draft was changed, in seconds from the beginning; may be before it.
    pub draft_changes: Vec<i64>,
    /// The draft as it became, edit by edit.
    pub drafts: Vec<(Duration, Content)>,
    /// It was live before this world began.
    pub was_live: bool,
    /// What it was live with: the first draft, or something older.
    pub was_live_with: Content,
    /// Rows of old, and of other kinds.
    pub old_rows: Vec<OldRow>,
}

/// What a document holds, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Content {
    /// Grows with each edit of other people; what was before this world is negative.
    pub edition: i64,
    /// It says what the manifest wants it to say.
    pub written: bool,
}

impl Content {
    pub const FIRST: Self = Self { edition: 0, written: false };
    const OLDER: Self = Self { edition: -1, written: false };
}

/// A row of the list that is no publish and no go-live of this world.
#[derive(Debug, Clone)]
pub struct OldRow {
    pub id: String,
    pub kind: &'static str,
    pub word: &'static str,
    /// In seconds from the beginning.
    pub changed: i64,
}

/// The word that an offer truly deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Never,
    Running,
    SignOff,
    Succeeded,
    Failed,
    Canceled,
}

impl Offer {
    pub fn draw(chance: &Chance, plan: &Plan, index: usize) -> Self {
        let changed = -i64::try_from(chance.seconds(60, 90 * 86_400).as_secs()).unwrap_or_default();
        let was_live = chance.one_in(3);
        let as_drafted = plan.has(Extra::Slots) && chance.one_in(2);
        let old_rows = if plan.has(Extra::OldRows) {
            (0..=chance.below(4)).map(|_| OldRow::draw(chance)).collect()
        } else {
            Vec::new()
        };
        Self {
            id: format!("offer-{}", ["a", "b", "c"][index]),
            operations: Vec::new(),
            draft_changes: vec![changed],
            drafts: vec![(Duration::ZERO, Content::FIRST)],
            was_live,
            was_live_with: if as_drafted { Content::FIRST } else { Content::OLDER },
            old_rows,
        }
    }

    pub fn busy(&self, now: Duration) -> Option<usize> {
        newest(&self.operations, now).find(|one| one.stage(now).is_busy()).map(|one| one.number)
    }

    pub fn at_sign_off(&self, now: Duration) -> bool {
        newest(&self.operations, now)
            .next()
            .is_some_and(|one| one.kind == Kind::Publish && one.stage(now) == Stage::SignOff)
    }

    pub fn begin(
        &mut self,
        destiny: Operation,
        by: By,
        touches_draft: bool,
        now: Duration,
        chance: &Chance,
    ) -> usize {
        let (number, draft) = (self.operations.len(), self.draft_content(now));
        let took = (destiny.kind == Kind::GoLive).then(|| self.preview(now)).flatten();
        // What waited is overtaken: its preview is replaced, or goes live.
        for one in &mut self.operations {
            let waits_again = one.history.iter().find(|(at, _)| *at > now).map(|(at, _)| *at);
            one.history.retain(|(at, _)| *at <= now);
            // One that vanishes had overtaken it, and the new one vanishes too.
            if let (Stage::Complete, Some(at), Some(gone)) =
                (one.stage(now), waits_again, destiny.gone)
            {
                one.history.push((at.max(gone), Stage::SignOff));
            }
            if one.stage(now) == Stage::SignOff {
                let (live, follows) = (one.is_live(now), one.offer_follows);
                one.becomes(now, Stage::Complete);
                one.offer_follows = follows.filter(|_| live);
                // What vanishes leaves the preview waiting.
                if let Some(gone) = destiny.gone {
                    one.history.push((gone, Stage::SignOff));
                }
            }
        }
        let publishes = self.operations.iter().filter(|one| one.kind == Kind::Publish).count();
        let version = 1 + u32::try_from(publishes).unwrap_or_default()
            - u32::from(destiny.kind == Kind::GoLive);
        if touches_draft && destiny.kind == Kind::Publish {
            self.draft_changes.push(i64::try_from(now.as_secs()).unwrap_or_default());
        }
        let id = format!("{:08x}-0000-1000-0000-{:012x}", chance.number() >> 32, number + 1);
        self.operations.push(Operation { number, id, by, draft, took, version, ..destiny });
        number
    }

    /// Somebody edits the draft; `over`: also what the manifest had written there.
    pub fn change_draft(&mut self, now: Duration, over: bool) {
        let Content { edition, written } = self.draft_content(now);
        self.write_draft(now, Content { edition: edition + 1, written: written && !over });
    }

    /// The draft is replaced.
    pub fn write_draft(&mut self, now: Duration, content: Content) {
        self.drafts.push((now, content));
        self.draft_changes.push(i64::try_from(now.as_secs()).unwrap_or_default());
    }

    /// The publish whose preview the preview slot holds.
    pub fn preview(&self, now: Duration) -> Option<usize> {
        let newest = self
            .operations
            .iter()
            .filter(|one| one.kind == Kind::Publish)
            .filter_map(|one| Some((one.previewed(now)?, one.number)))
            .max();
        newest.map(|(_, number)| number)
    }

    pub fn preview_content(&self, now: Duration) -> Option<Content> {
        self.preview(now).map(|number| self.operations[number].draft)
    }

    /// What the live slot holds.
    pub fn live_content(&self, now: Duration) -> Option<Content> {
        let newest = self
            .operations
            .iter()
            .filter_map(|one| Some((one.went_live(now)?, one.took)))
            .max_by_key(|(at, _)| *at);
        match newest {
            Some((_, Some(took))) => Some(self.operations[took].draft),
            Some((_, None)) => None,
            None => self.was_live.then_some(self.was_live_with),
        }
    }

    /// The draft as it was then.
    pub fn draft_content(&self, now: Duration) -> Content {
        let then = self.drafts.iter().rev().find(|(at, _)| *at <= now);
        then.map_or(Content::FIRST, |(_, content)| *content)
    }

    pub fn standing(&self, now: Duration) -> Standing {
        let Some(last) = newest(&self.operations, now).next() else {
            return if self.was_live { Standing::Succeeded } else { Standing::Never };
        };
        match (last.stage(now), last.kind) {
            (Stage::Running(_) | Stage::Blocked(_), _) => Standing::Running,
            (Stage::SignOff, _) => Standing::SignOff,
            (Stage::Failed, _) => Standing::Failed,
            (Stage::Canceled, _) => Standing::Canceled,
            (Stage::Complete, Kind::Publish) => Standing::Succeeded,
            (Stage::Complete, Kind::GoLive) => match last.offer_follows {
                Some((at, live)) if at <= now => {
                    if live {
                        Standing::Succeeded
                    } else {
                        Standing::Failed
                    }
                }
                _ => Standing::Running,
            },
        }
    }
}

const OTHER_KINDS: [&str; 4] = ["cancel", "syncPrivateAudience", "publish", "publish"];
const OLD_WORDS: [&str; 5] = ["canceled", "superseded", "failed", "complete", "expired"];

impl OldRow {
    fn draw(chance: &Chance) -> Self {
        let days = chance.seconds(100 * 86_400, 900 * 86_400).as_secs();
        Self {
            id: format!("{:08x}-0000-1000-0000-0000000000ff", chance.number() >> 32),
            kind: chance.pick(&OTHER_KINDS),
            word: chance.pick(&OLD_WORDS),
            changed: -i64::try_from(days).unwrap_or_default(),
        }
    }
}
