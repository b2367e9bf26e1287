//! The stage that follows an operation to its end: what was seen of it, and where the half of the
//! release stands by that.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::cancel::Cancel;
use super::event::{Origin, What};
use super::findings::sort_newest_first;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::{self, Purpose, Survey};
use super::verdict::{Ending, Verdict};
use crate::portal::{Level, OfferView, Operation, OperationView, Phase, State, Submission};
use crate::problem::{Code, Problem};
use crate::text::html_to_line;

/// A 404 right after the start is the portal's lag; this many in a row, over this time, are not.
const MANY_ABSENCES: u32 = 12;
const LONG_ABSENCE: Duration = Duration::from_mins(1);

/// So long after an operation was first looked at, the offer's status is about it, and not about an
/// earlier one: no status is that late.
const CERTAIN: Duration = Duration::from_secs(10);

/// What to look at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The operation, or if its address is not known, the list.
    Operation,
    /// The offer.
    Offer,
    /// The list, because the operation is gone.
    List,
    /// Nothing for a while.
    Rest,
}

/// Where the half stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Not at its end.
    GoesOn,
    /// Done.
    Done,
    /// Ended badly.
    Ended(Problem),
}

/// How it is known which operation is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// The portal or a person named it.
    Named,
    /// It was found in the list after the start, where it can be another's.
    InList,
    /// It was there already, and its kind may be a guess.
    Guessed,
}

/// Whose operation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The release's.
    Ours,
    /// It is in the way, and its end is awaited.
    InTheWay,
}

/// What the offer said of the sign-off when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfferWord {
    /// Nothing that counts.
    Nothing,
    /// That it waits, which is about this operation if that still goes on.
    Waits,
}

/// An operation being followed.
#[derive(Debug, Clone)]
pub(super) struct Follow {
    whose: Whose,
    phase: Phase,
    /// Where to look; `None` until it is found in the list.
    operation: Option<Operation>,
    identity: Identity,
    /// Operations that were there before; the one to be found is another. `None` if any that runs
    /// will do.
    others: Option<HashSet<String>>,
    turn: Turn,
    /// The id that the operation last showed of itself.
    id: Option<String>,
    absent: Option<(Duration, u32)>,
    /// The operation's own last word. While nobody knows its meaning, nobody else can speak for
    /// it.
    word: Option<State>,
    /// When the offer was first looked at.
    since: Option<Duration>,
    offer: OfferWord,
}

impl Follow {
    /// Begins to follow an operation of the release.
    pub fn new(
        phase: Phase,
        operation: Option<Operation>,
        identity: Identity,
        others: Option<HashSet<String>>,
    ) -> Self {
        Self {
            whose: Whose::Ours,
            phase,
            operation,
            identity,
            others,
            turn: Turn::Operation,
            id: None,
            absent: None,
            word: None,
            since: None,
            offer: OfferWord::Nothing,
        }
    }

    /// The same, and whose it is.
    pub fn of(self, whose: Whose) -> Self {
        Self { whose, ..self }
    }

    /// Tells that the half began, and follows it unless the run was asked not to wait.
    pub fn enter(self, run: &mut Run, origin: Origin) -> Stage {
        run.phase = Some(self.phase);
        run.tell(What::Phase { phase: self.phase, origin, operation: self.operation.clone() });
        // What was there already may be at its end, so it is looked at also by a run that does not
        // wait.
        if run.goal.wait || origin == Origin::Adopted {
            return Stage::Follow(self);
        }
        self.leave(run)
    }

    fn leave(&self, run: &Run) -> Stage {
        let message =
            format!("the {} is running; it was asked not to wait for its end", self.phase);
        Stage::End(
            Verdict::pending(Ending::Left, run.phase, message)
                .hint("follow it with `command: resume`"),
        )
    }

    /// The operation was seen.
    fn judge_operation(&mut self, view: &OperationView) -> Standing {
        self.absent = None;
        if let Some(id) = &view.id
            && let Some(before) = self.id.replace(id.clone())
            && before != *id
        {
            return Standing::Ended(
                self.replaced(&format!("its address now shows operation {id} instead of {before}")),
            );
        }
        match view.phase() {
            Some(phase) if self.identity == Identity::Guessed => self.phase = phase,
            Some(phase) if self.identity == Identity::InList && phase != self.phase => {
                return Standing::Ended(
                    self.replaced(&format!("what was found in the list is a {phase}")),
                );
            }
            _ => {}
        }
        self.turn = Turn::Rest;
        self.word = Some(view.status.state());
        match view.status.state() {
            State::Failed => Standing::Ended(self.bad_end(Code::OperationFailed, "failed", view)),
            State::Canceled => {
                Standing::Ended(self.bad_end(Code::OperationCanceled, "was canceled", view))
            }
            State::Succeeded if self.phase == Phase::Publish => Standing::Done,
            State::Succeeded => {
                self.turn = Turn::Offer;
                Standing::GoesOn
            }
            _ if self.phase == Phase::Publish
                && (view.at_sign_off()
                    || self.offer == OfferWord::Waits && !self.is_word_unknown()) =>
            {
                Standing::Done
            }
            _ => {
                // Migrated offers show the sign-off nowhere but in the offer's own status.
                if self.phase == Phase::Publish {
                    self.turn = Turn::Offer;
                }
                Standing::GoesOn
            }
        }
    }

    /// The offer was seen. Its word completes the operation's, it does not replace it: a go-live is
    /// asked about here only after its operation succeeded, and a publish is looked at once more,
    /// for another may have taken its place since it was seen.
    fn judge_offer(&mut self, offer: &OfferView, now: Duration) -> Standing {
        self.turn = Turn::Rest;
        let since = *self.since.get_or_insert(now);
        if self.phase == Phase::Publish && offer.at_sign_off() {
            if self.is_word_unknown() || now.saturating_sub(since) < CERTAIN {
                return Standing::GoesOn;
            }
            if self.operation.is_none() {
                return Standing::Done;
            }
            self.offer = OfferWord::Waits;
            self.turn = Turn::Operation;
            return Standing::GoesOn;
        }
        self.offer = OfferWord::Nothing;
        match (self.phase, offer.status.state()) {
            (Phase::GoLive, State::Succeeded) if self.operation.is_some() => Standing::Done,
            (Phase::GoLive, state @ (State::Failed | State::Canceled))
                if self.operation.is_some() =>
            {
                let code = if state == State::Failed {
                    Code::OperationFailed
                } else {
                    Code::OperationCanceled
                };
                let message = format!(
                    "the go-live operation succeeded, but the offer says `{}`: it is not live",
                    offer.status
                );
                Standing::Ended(Problem::new(code, message).hint(
                    "look at the offer in Partner Center; `command: go-live` tries the \
                            second half again",
                ))
            }
            _ => Standing::GoesOn,
        }
    }

    /// What was asked for does not exist.
    fn judge_absence(&mut self, now: Duration) -> Standing {
        if self.turn == Turn::List {
            return Standing::Ended(self.vanished());
        }
        self.turn = match (self.turn, &self.operation) {
            (Turn::Operation, Some(_)) => {
                let (since, count) = self.absent.get_or_insert((now, 0));
                *count += 1;
                let gone = *count >= MANY_ABSENCES && now.saturating_sub(*since) >= LONG_ABSENCE;
                if gone { Turn::List } else { Turn::Rest }
            }
            (Turn::Operation, None) => Turn::Offer,
            _ => Turn::Rest,
        };
        Standing::GoesOn
    }

    /// The list was seen: to find the operation, or to learn why it is gone.
    fn judge_list(&mut self, newest_first: &[&Submission]) -> Standing {
        let Some(operation) = &self.operation else {
            let found = newest_first.iter().find(|row| match &self.others {
                Some(others) => !others.contains(&row.id) && row.may_be(self.phase),
                None => !row.status.state().is_final(),
            });
            self.operation = found.and_then(|row| row.operation.clone());
            if self.operation.is_some() && self.identity != Identity::Guessed {
                self.identity = Identity::InList;
            }
            self.turn = if self.operation.is_some() { Turn::Operation } else { Turn::Offer };
            return Standing::GoesOn;
        };
        let id = operation.id();
        self.absent = None;
        self.turn = Turn::Rest;
        match newest_first.iter().find(|row| row.id == id) {
            Some(row) => match row.status.state() {
                State::Failed => Standing::Ended(self.ended_in_list(Code::OperationFailed, row)),
                State::Canceled => {
                    Standing::Ended(self.ended_in_list(Code::OperationCanceled, row))
                }
                State::Succeeded if self.phase == Phase::Publish => Standing::Done,
                State::Succeeded => {
                    self.turn = Turn::Offer;
                    Standing::GoesOn
                }
                _ => Standing::GoesOn,
            },
            None => match newest_first.iter().find(|row| !row.status.state().is_final()) {
                Some(other) => Standing::Ended(
                    self.replaced(&format!("operation {} runs in its place", other.id)),
                ),
                None => Standing::Ended(self.vanished()),
            },
        }
    }

    fn is_word_unknown(&self) -> bool {
        self.word == Some(State::Unknown)
    }

    fn name(&self) -> String {
        let id = self.operation.as_ref().map(Operation::id).unwrap_or_default();
        if id.is_empty() {
            format!("the {} operation", self.phase)
        } else {
            format!("{} operation {id}", self.phase)
        }
    }

    /// An ended operation, in the words of its last errors.
    fn bad_end(&self, code: Code, how: &str, view: &OperationView) -> Problem {
        let step = view.steps.iter().find(|step| {
            matches!(step.status.state(), State::Failed | State::Blocked | State::Canceled)
        });
        let mut message = format!("{} {how}", self.name());
        if let Some(step) = step {
            let _ = write!(message, " at step `{}`", step.name);
        }
        let mut portal_says = None;
        let mut messages = step.map_or(&[][..], |step| &step.messages).iter().chain(&view.messages);
        if let Some(said) = messages.rfind(|said| said.level == Level::Error) {
            portal_says = Some(html_to_line(&said.html).trim_end_matches('.').to_owned());
        }
        let hint = match code {
            Code::OperationCanceled => {
                "someone canceled it; run the release again if that was not meant"
            }
            _ => {
                "correct what the messages name in Partner Center, then run the release again: it \
                 will publish anew"
            }
        };
        Problem { portal_says, ..Problem::new(code, message).hint(hint) }
    }

    fn ended_in_list(&self, code: Code, row: &Submission) -> Problem {
        Problem::new(
            code,
            format!("{} is gone; the list of operations says `{}`", self.name(), row.status),
        )
        .hint(
            "look at the offer in Partner Center, which may have the reasons, before you \
                release it again",
        )
    }

    fn vanished(&self) -> Problem {
        let message =
            format!("the portal no longer knows {}, and nothing runs in its place", self.name());
        Problem::new(Code::OperationVanished, message)
            .hint("look at the offer in Partner Center before you release it again")
    }

    fn replaced(&self, how: &str) -> Problem {
        let message = format!("{} was replaced: {how}", self.name());
        Problem::new(Code::OperationReplaced, message).hint(
            "what runs now is not this release; follow it with `command: resume` if it is \
                the one that you want",
        )
    }
}

impl Answers for Follow {
    fn next_act(&self, _: &Run) -> Act {
        match (self.turn, &self.operation) {
            (Turn::Operation, Some(operation)) => Act::Ask(Ask::Operation(operation.clone())),
            (Turn::Operation, None) | (Turn::List, _) => Act::Ask(Ask::Operations),
            (Turn::Offer, _) => Act::Ask(Ask::Offer),
            (Turn::Rest, _) => Act::Rest,
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        let before = (self.phase, self.operation.is_some());
        let standing = match seen {
            Seen::Operation(looked) => {
                let standing = self.judge_operation(&looked.view);
                run.phase = Some(self.phase);
                run.tell(What::Operation(self.phase, looked.view));
                standing
            }
            Seen::Offer(view) => {
                let standing = self.judge_offer(&view, at.elapsed);
                run.tell(What::Offer(view));
                standing
            }
            Seen::Operations(rows) => self.judge_list(&sort_newest_first(&rows)),
            Seen::Absent(_) => self.judge_absence(at.elapsed),
            Seen::Refused(problem) => return run.end_with(problem),
            Seen::Rested => {
                self.turn = Turn::Operation;
                Standing::GoesOn
            }
            // Not asked for here.
            Seen::Draft(_)
            | Seen::Accepted(_)
            | Seen::CancelAccepted
            | Seen::Lost(..)
            | Seen::InTheWay(_) => Standing::GoesOn,
        };
        let ours = self.whose == Whose::Ours;
        if before != (self.phase, self.operation.is_some()) && ours {
            let (phase, operation) = (self.phase, self.operation.clone());
            run.tell(What::Phase { phase, origin: Origin::Adopted, operation });
        }
        match (standing, self.whose, self.phase) {
            (Standing::GoesOn, Whose::Ours, _) if !run.goal.wait && self.turn == Turn::Rest => {
                self.leave(run)
            }
            (Standing::GoesOn, _, _) => Stage::Follow(self),
            (Standing::Done | Standing::Ended(_), Whose::InTheWay, _) => {
                run.note(Level::Information, "the operation that was in the way has ended");
                Stage::Survey(Survey::with(Purpose::BeginAfterOthers))
            }
            (Standing::Done, Whose::Ours, Phase::Publish) => {
                survey::end_first_half(run, "the preview is ready")
            }
            (Standing::Done, Whose::Ours, Phase::GoLive) => {
                Stage::End(Verdict::done(run.phase, "the offer is live"))
            }
            (Standing::Ended(problem), Whose::Ours, _) => run.end_with(problem),
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        match self.whose {
            Whose::Ours => run.end_running_at_timeout(),
            Whose::InTheWay => {
                let message = "the operation in the way was still running when `timeout` was over";
                Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
            }
        }
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        match self.whose {
            Whose::Ours if stop.cancel => Cancel::by_signal(run, stop.signal, self.operation),
            Whose::Ours | Whose::InTheWay => run.leave_running(stop.signal),
        }
    }
}
