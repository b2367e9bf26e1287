//! The stage that looks at the effect of a half: what the preview holds after a publish, what is
//! live after a go-live. A portal that says "succeeded" is believed only when it shows it.

use std::time::Duration;

use serde_json::Value;

use super::begin::Purpose;
use super::binding::Binding;
use super::event::{Verified, What};
use super::goal::ManifestOf;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::Survey;
use super::verdict::{Ending, Verdict};
use crate::choices::ForeignChanges;
use crate::portal::{Level, Phase, Slot};
use crate::problem::{Code, Problem};

/// A slot may show for so long what was there before.
const PATIENCE: Duration = Duration::from_mins(10);

/// Seconds between two looks; the last repeats.
const WAITS: [u64; 5] = [2, 5, 10, 20, 30];

/// So many times in a row, and for so long, a slot is not shown, before it is taken for one that
/// never is.
const MOST_ABSENCES: u32 = 3;
const LONG_ABSENCE: Duration = Duration::from_mins(1);

/// Differences that a message names.
const MOST_NAMED: usize = 3;

/// Which half took effect, and what follows.
#[derive(Debug, Clone)]
enum Half {
    /// The preview is there, as these words say.
    Publish(&'static str, Binding),
    /// The offer is live, as these words say.
    GoLive(&'static str),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Read the preview, because nothing else says what has to be live.
    Reference,
    /// Read the slot that the half fills.
    Look,
    /// Wait before the next look.
    Rest,
}

/// A look at what a half brought.
#[derive(Debug, Clone)]
pub(super) struct Verify {
    half: Half,
    turn: Turn,
    /// What has to be there is only what the preview held afterwards: that it is not live proves
    /// nothing.
    by_reference: bool,
    since: Option<Duration>,
    looks: usize,
    absences: u32,
    /// The slot showed something at least once.
    shown: bool,
}

impl Verify {
    /// The first half is done: looks at the preview, then goes on with the second half, if it is
    /// wanted.
    pub fn after_publish(run: &mut Run, how: &'static str, binding: Binding) -> Stage {
        if let Some(name) = binding.name() {
            run.tell(What::Preview(name.to_owned()));
        }
        Self::begin(Half::Publish(how, binding), run)
    }

    /// The second half is done: looks at what is live.
    pub fn after_go_live(run: &mut Run, message: &'static str) -> Stage {
        Self::begin(Half::GoLive(message), run)
    }

    fn begin(half: Half, run: &mut Run) -> Stage {
        let unknown = !run.knows_content();
        let doubtful =
            unknown || run.goal.manifest == ManifestOf::AnotherCommit && run.document.is_none();
        let by_reference = matches!(half, Half::GoLive(_)) && doubtful;
        let turn = if by_reference && unknown { Turn::Reference } else { Turn::Look };
        let verify =
            Self { half, turn, by_reference, since: None, looks: 0, absences: 0, shown: false };
        if run.shows_slots() && (by_reference || run.knows_content()) {
            return Stage::Verify(Box::new(verify));
        }
        verify.end_unknown(run, "nothing says what was published")
    }

    fn phase(&self) -> Phase {
        match self.half {
            Half::Publish(..) => Phase::Publish,
            Half::GoLive(_) => Phase::GoLive,
        }
    }

    fn slot(&self) -> Slot {
        match self.half {
            Half::Publish(..) => Slot::Preview,
            Half::GoLive(_) => Slot::Production,
        }
    }

    fn place(&self) -> &'static str {
        match self.half {
            Half::Publish(..) => "the preview",
            Half::GoLive(_) => "what is live",
        }
    }

    /// The slot was shown.
    fn judge(mut self, slot: &Value, run: &mut Run, at: Moment) -> Stage {
        let differences = &run.find_unlike(slot)[..];
        if differences.is_empty() {
            return match self.find_foreign(slot, run) {
                Some(problem) => run.end_with(problem),
                None => self.end(Verified::True, run),
            };
        }
        self.shown = true;
        self.look_later(differences, run, at)
    }

    /// What somebody changed between the last look at the draft and the publish, which took it along:
    /// a problem, or a word of warning, as the input says.
    fn find_foreign(&self, slot: &Value, run: &mut Run) -> Option<Problem> {
        let Half::Publish(_, binding) = &self.half else { return None };
        let changes = run.find_foreign(slot);
        if !binding.is_started() || changes.is_empty() {
            return None;
        }
        let message = format!(
            "the preview of {} holds changes that are neither the manifest's nor of the draft that \
             was read: {}",
            run.goal.offer,
            changes.join(", ")
        );
        match run.goal.foreign {
            // Found in the list after a lost answer, it may be somebody else's publish.
            ForeignChanges::Refuse | ForeignChanges::Warn if binding.is_found() => {
                let hint = "look at the preview, which may be somebody else's; nothing more was \
                            started";
                return Some(Problem::new(Code::PreviewChanged, message).hint(hint));
            }
            ForeignChanges::Refuse => {
                let hint = "look at the preview; nothing more was started";
                return Some(Problem::new(Code::ForeignChanges, message).hint(hint));
            }
            ForeignChanges::Warn => run.note(Level::Warning, message),
            ForeignChanges::Allow => {}
        }
        None
    }

    /// The slot was not shown.
    fn miss(mut self, run: &mut Run, at: Moment) -> Stage {
        self.absences += 1;
        let since = *self.since.get_or_insert(at.elapsed);
        let long = at.elapsed.saturating_sub(since) >= LONG_ABSENCE;
        if !self.shown && long && self.absences >= MOST_ABSENCES {
            return self.end_unknown(run, "the portal does not show it");
        }
        self.look_later(&[], run, at)
    }

    fn look_later(mut self, differences: &[String], run: &mut Run, at: Moment) -> Stage {
        let since = *self.since.get_or_insert(at.elapsed);
        let doubtful = self.by_reference && run.goal.manifest == ManifestOf::AnotherCommit;
        let patience = if doubtful { LONG_ABSENCE } else { PATIENCE };
        if at.elapsed.saturating_sub(since) < patience {
            self.turn = Turn::Rest;
            return Stage::Verify(Box::new(self));
        }
        if self.by_reference {
            let text =
                if run.goal.content.is_some() && run.goal.manifest == ManifestOf::AnotherCommit {
                    "it does not hold what this manifest says, which may be another one by now"
                } else {
                    "it is not what the preview holds now"
                };
            return self.end_unknown(run, text);
        }
        let problem = self.describe_failure(differences, run);
        run.tell(What::Verified(self.phase(), Verified::False));
        run.end_with(problem)
    }

    fn describe_failure(&self, differences: &[String], run: &Run) -> Problem {
        let (phase, offer, place) = (self.phase(), &run.goal.offer, self.place());
        let named: Vec<String> =
            differences.iter().take(MOST_NAMED).map(|one| format!("`{one}`")).collect();
        let more = match differences.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = if named.is_empty() {
            "is not shown".to_owned()
        } else {
            format!("differs in {}{more}", named.join(", "))
        };
        let message = format!(
            "the {phase} of offer {offer} succeeded, but {place} does not hold this release after \
             {} minutes: it {what}",
            PATIENCE.as_secs() / 60
        );
        Problem::new(Code::NotInEffect, message).hint(
            "look at the offer in Partner Center: somebody may have changed the draft just before \
             the publish; nothing more was started",
        )
    }

    fn end_unknown(self, run: &mut Run, why: &str) -> Stage {
        let text = format!("{} was not verified: {why}", self.place());
        run.note(Level::Warning, text);
        self.end(Verified::Unknown, run)
    }

    fn end(self, verified: Verified, run: &mut Run) -> Stage {
        run.tell(What::Verified(self.phase(), verified));
        match self.half {
            Half::GoLive(message) => Stage::End(Verdict::done(run.phase, message)),
            Half::Publish(_, binding) if run.goal.go_live => {
                Stage::Survey(Survey::with(Purpose::GoOn(binding)))
            }
            Half::Publish(how, _) => {
                let hint = if run.goal.vetoed {
                    "look at the preview; the manifest says `go-live: false`, so the offer goes \
                     live only by hand, in Partner Center"
                } else {
                    "look at the preview, then run `command: go-live`"
                };
                let message = format!("published: {how}");
                Stage::End(Verdict::done(Some(Phase::Publish), message).hint(hint))
            }
        }
    }

    fn describe_wait(&self) -> String {
        format!("the {} is done, but {} did not hold this release yet", self.phase(), self.place())
    }
}

impl Answers for Verify {
    fn next_act(&self, _: &Run) -> Act {
        match self.turn {
            Turn::Reference => Act::Ask(Ask::Slot(Slot::Preview)),
            Turn::Look => Act::Ask(Ask::Slot(self.slot())),
            Turn::Rest => {
                let seconds = WAITS[self.looks.min(WAITS.len() - 1)];
                Act::Settle(Duration::from_secs(seconds))
            }
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        match (seen, self.turn) {
            (Seen::Document(preview), Turn::Reference) => {
                run.document = Some(preview.body);
                if !run.knows_content() {
                    return self.end_unknown(run, "nothing says what was published");
                }
                self.turn = Turn::Look;
                Stage::Verify(Box::new(self))
            }
            (Seen::Absent(_) | Seen::Refused(_), Turn::Reference) => {
                self.end_unknown(run, "nothing says what was published")
            }
            (Seen::Document(slot), _) => self.judge(&slot.body, run, at),
            (Seen::Absent(_) | Seen::Refused(_), _) => self.miss(run, at),
            (Seen::Rested, _) => {
                self.looks += 1;
                self.turn = Turn::Look;
                Stage::Verify(Box::new(self))
            }
            // Not asked for here.
            (
                Seen::Operations(_)
                | Seen::Offer(_)
                | Seen::Operation(_)
                | Seen::Accepted(_)
                | Seen::CancelAccepted
                | Seen::Lost(..)
                | Seen::InTheWay(_),
                _,
            ) => Stage::Verify(Box::new(self)),
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        let message = format!("{} when `timeout` was over", self.describe_wait());
        Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        let message = format!("{} when the job was canceled", self.describe_wait());
        Stage::End(
            Verdict::pending(Ending::Interrupted(stop.signal), run.phase, message).hint(RESUME),
        )
    }
}

#[cfg(test)]
mod tests;
