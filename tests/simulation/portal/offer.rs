//! An offer as it truly is.

use std::time::Duration;

use super::newest;
use super::operation::{By, Kind, Operation, Stage};
use crate::chance::Chance;

#[derive(Debug, Clone)]
pub struct Offer {
    pub id: String,
    pub operations: Vec<Operation>,
    /// When the draft was changed, in seconds from the beginning; may be before it.
    pub draft_changes: Vec<i64>,
    pub draft: u32,
    /// It was live before this world began.
    pub was_live: bool,
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
    pub fn draw(chance: &Chance, index: usize) -> Self {
        let changed = -i64::try_from(chance.seconds(60, 90 * 86_400).as_secs()).unwrap_or_default();
        Self {
            id: format!("offer-{}", ["a", "b", "c"][index]),
            operations: Vec::new(),
            draft_changes: vec![changed],
            draft: 0,
            was_live: chance.one_in(3),
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
        let number = self.operations.len();
        // What waited is overtaken: its preview is replaced, or goes live.
        for one in &mut self.operations {
            one.history.retain(|(at, _)| *at <= now);
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
        self.operations.push(Operation { number, id, by, draft: self.draft, version, ..destiny });
        number
    }

    pub fn change_draft(&mut self, now: Duration) {
        self.draft += 1;
        self.draft_changes.push(i64::try_from(now.as_secs()).unwrap_or_default());
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
