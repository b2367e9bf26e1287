//! An operation is followed to its end.

use std::time::Duration;

use super::{Release, Seen, Stage};
use crate::portal::{Level, Phase};
use crate::release::event::{Origin, What};
use crate::release::follow::{Following, Standing, Turn};
use crate::release::survey::Survey;
use crate::release::verdict::{Ending, Verdict};

impl Release {
    pub(super) fn follow(&mut self, following: Following, origin: Origin) -> Stage {
        let (phase, operation) = (following.phase, following.operation.clone());
        self.phase = Some(phase);
        self.tell.push(What::Phase { phase, origin, operation });
        // What was there already may be at its end, so it is looked at also by a run that does not
        // wait.
        if self.goal.wait || origin == Origin::Adopted {
            return Stage::Follow { following, foreign: false };
        }
        self.left(phase)
    }

    fn left(&self, phase: Phase) -> Stage {
        let message = format!("the {phase} is running; it was asked not to wait for its end");
        Stage::End(
            Verdict::pending(Ending::Left, self.phase, message)
                .hint("follow it with `command: resume`"),
        )
    }

    pub(super) fn followed(
        &mut self,
        mut following: Following,
        foreign: bool,
        seen: Seen,
        elapsed: Duration,
    ) -> Stage {
        let before = (following.phase, following.operation.is_some());
        let standing = match seen {
            Seen::Operation(looked) => {
                let standing = following.operation_seen(&looked.view);
                self.phase = Some(following.phase);
                self.tell.push(What::Operation(following.phase, looked.view));
                standing
            }
            Seen::Offer(view) => {
                let standing = following.offer_seen(&view, elapsed);
                self.tell.push(What::Offer(view));
                standing
            }
            Seen::Operations(rows) => {
                let survey = Survey { operations: Some(rows), ..Survey::default() };
                following.list_seen(&survey.newest_first())
            }
            Seen::Absent(_) => following.absent(elapsed),
            Seen::Refused(problem) => return self.ended(problem),
            Seen::Rested => {
                following.turn = Turn::Operation;
                Standing::GoesOn
            }
            _ => Standing::GoesOn,
        };
        if before != (following.phase, following.operation.is_some()) && !foreign {
            let (phase, operation) = (following.phase, following.operation.clone());
            self.tell.push(What::Phase { phase, origin: Origin::Adopted, operation });
        }
        match standing {
            Standing::GoesOn if !self.goal.wait && !foreign && following.turn == Turn::Rest => {
                self.left(following.phase)
            }
            Standing::GoesOn => Stage::Follow { following, foreign },
            _ if foreign => {
                self.note(Level::Information, "the operation that was in the way has ended");
                self.before.foreign = true;
                Stage::Survey(Survey::default())
            }
            Standing::Done if following.phase == Phase::Publish => {
                self.published("the preview is ready")
            }
            Standing::Done => Stage::End(Verdict::done(self.phase, "the offer is live")),
            Standing::Ended(problem) => self.ended(problem),
        }
    }

    /// The first half is done.
    pub(super) fn published(&mut self, how: &str) -> Stage {
        if self.goal.go_live {
            self.before.published = true;
            return Stage::Survey(Survey::default());
        }
        let hint = if self.goal.vetoed {
            "look at the preview; the manifest says `go-live: false`, so the offer goes live only \
             by hand, in Partner Center"
        } else {
            "look at the preview, then run `command: go-live`"
        };
        Stage::End(Verdict::done(Some(Phase::Publish), format!("published: {how}")).hint(hint))
    }
}
