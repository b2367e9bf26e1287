//! The stage that follows an operation to its end: what was seen of it, and where the half of the
//! release stands by that.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::begin::{Adopted, Purpose};
use super::binding::Binding;
use super::cancel::{Cancel, Why};
use super::event::{Origin, What};
use super::findings::sort_newest_first;
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::{Refusal, Survey};
use super::verdict::{Ending, Verdict};
use super::verify::Verify;
use crate::content::documents_agree;
use crate::portal::{
    Draft, Feature, Kind, Level, OfferView, Operation, OperationView, Phase, Slot, State,
    Submission,
};
use crate::problem::{Code, Problem};
use crate::text::html_to_line;

/// A 404 right after the start is the portal's lag; this many in a row, over this time, are not.
const MANY_ABSENCES: u32 = 12;
const LONG_ABSENCE: Duration = Duration::from_mins(5);

/// The offer's status can be of an earlier operation. Where nothing else says that this one is
/// done, the offer has to say so for longer than any status is late.
const LONGEST_LAG: Duration = Duration::from_mins(10);

/// A refusal to show what runs is believed when it came so often in a row.
const MOST_REFUSALS: u32 = 4;

/// What to look at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The operation, or if its address is not known, the list.
    Operation,
    /// The offer.
    Offer,
    /// What the slot holds that this half fills, because only the offer says that it is done.
    Slot,
    /// The list, because only the offer says that it is done.
    ListToo,
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
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identity {
    /// It was started in this run. The one to be found is none of the others.
    Started,
    /// The same, and it was found in the list, where it can be another's.
    InList,
    /// It was there already, and its kind may be a guess.
    Guessed,
}

/// What is to be done when it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// It is the release's own: what follows is about this preview.
    GoOn(Binding),
    /// It ran already: whether it is the release's own is judged by what it brought.
    Judge(Adopted),
    /// It was in the way: look again, with this purpose.
    LookAgain(Purpose),
}

/// Whether what a slot holds says that this half is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotProof {
    /// It does, for it held something else before.
    Holds,
    /// It held the same before.
    Void,
}

/// What the offer says while the operation does not say that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfferWord {
    /// Nothing that counts.
    Nothing,
    /// That this half is done, since then.
    DoneSince(Duration),
    /// The same, and something else agrees. It counts if the operation still goes on.
    Believed,
}

/// An operation being followed.
#[derive(Debug, Clone)]
pub(super) struct Follow {
    next: Next,
    phase: Phase,
    /// Where to look; `None` until it is found in the list.
    operation: Option<Operation>,
    identity: Identity,
    /// The operations that it is not.
    others: HashSet<String>,
    proof: SlotProof,
    turn: Turn,
    /// The id that the operation last showed of itself.
    id: Option<String>,
    absent: Option<(Duration, u32)>,
    /// Since when its address shows another operation.
    strange: Option<Duration>,
    refusals: u32,
    /// The refusal after which it was started, if there was one.
    refusal: Option<Refusal>,
    /// The operation's own last word. While nobody knows its meaning, nobody else can speak for
    /// it.
    word: Option<State>,
    offer: OfferWord,
}

impl Follow {
    /// Begins to follow an operation that this run started, when `others` were there.
    pub fn start(
        phase: Phase,
        operation: Option<Operation>,
        others: HashSet<String>,
        next: Next,
    ) -> Self {
        Self::new(phase, operation, Identity::Started, others, next)
    }

    /// Begins to follow an operation that was there already, beside `others`.
    pub fn adopt(
        phase: Phase,
        operation: Option<Operation>,
        others: HashSet<String>,
        next: Next,
    ) -> Self {
        Self::new(phase, operation, Identity::Guessed, others, next)
    }

    fn new(
        phase: Phase,
        operation: Option<Operation>,
        identity: Identity,
        others: HashSet<String>,
        next: Next,
    ) -> Self {
        Self {
            next,
            phase,
            operation,
            identity,
            others,
            proof: SlotProof::Holds,
            turn: Turn::Operation,
            id: None,
            absent: None,
            strange: None,
            refusals: 0,
            refusal: None,
            word: None,
            offer: OfferWord::Nothing,
        }
    }

    /// The same, and whether a slot can prove anything.
    pub fn prove_by(self, proof: SlotProof) -> Self {
        Self { proof, ..self }
    }

    /// The same, started after a refusal.
    pub fn after(self, refusal: Option<Refusal>) -> Self {
        Self { refusal, ..self }
    }

    fn origin(&self) -> Origin {
        match self.identity {
            Identity::Started | Identity::InList => Origin::Started,
            Identity::Guessed => Origin::Adopted,
        }
    }

    /// Whether this is the id of an operation that is not followed.
    fn is_of_another(&self, id: &str) -> bool {
        let own = self.operation.as_ref().map(Operation::id);
        self.others.contains(id) && own != Some(id)
    }

    fn is_in_the_way(&self) -> bool {
        matches!(self.next, Next::LookAgain(_))
    }

    /// Tells that the half began, and follows it unless the run was asked not to wait.
    pub fn enter(self, run: &mut Run) -> Stage {
        run.phase = Some(self.phase);
        let (phase, origin, operation) = (self.phase, self.origin(), self.operation.clone());
        run.tell(What::Phase { phase, origin, operation });
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

    /// The operation was seen. Its own word comes first.
    fn judge_operation(&mut self, view: &OperationView, now: Duration) -> Standing {
        self.absent = None;
        if let Some(id) = view.id.as_ref().filter(|id| self.is_of_another(id)) {
            // A go-live may carry an address that shows its publish: then the list has to tell.
            if (self.phase, &self.identity) == (Phase::GoLive, &Identity::Started) {
                self.operation = None;
                self.turn = Turn::Rest;
                return Standing::GoesOn;
            }
            // An address that all publishes share may still show the one before.
            self.turn = Turn::Rest;
            let since = *self.strange.get_or_insert(now);
            if now.saturating_sub(since) < LONGEST_LAG {
                return Standing::GoesOn;
            }
            return Standing::Ended(self.replaced(&format!("its address shows operation {id}")));
        }
        self.strange = None;
        if let Some(id) = &view.id
            && let Some(before) = self.id.replace(id.clone())
            && before != *id
        {
            return Standing::Ended(
                self.replaced(&format!("its address now shows operation {id} instead of {before}")),
            );
        }
        if let (Some(Kind::Other(kind)), Identity::Guessed | Identity::InList) =
            (&view.kind, &self.identity)
        {
            return Standing::Ended(self.replaced(&format!("its address shows a `{kind}`")));
        }
        match (view.phase(), &self.identity) {
            (Some(phase), Identity::Guessed) => self.phase = phase,
            (Some(phase), Identity::InList) if phase != self.phase => {
                return Standing::Ended(
                    self.replaced(&format!("what was found in the list is a {phase}")),
                );
            }
            (Some(_), Identity::Started | Identity::InList) | (None, _) => {}
        }
        let state = view.status.state();
        self.turn = Turn::Rest;
        self.word = Some(state);
        match (state, self.phase) {
            (State::Failed, _) => {
                Standing::Ended(self.bad_end(Code::OperationFailed, "failed", view))
            }
            (State::Canceled, _) => {
                Standing::Ended(self.bad_end(Code::OperationCanceled, "was canceled", view))
            }
            (State::Succeeded, Phase::Publish) => Standing::Done,
            (_, Phase::Publish) if view.at_sign_off() || view.is_signed_off() => Standing::Done,
            (state, Phase::Publish)
                if self.offer == OfferWord::Believed && state != State::Unknown =>
            {
                Standing::Done
            }
            // Migrated offers show the sign-off nowhere but in the offer's own status.
            (State::Succeeded, Phase::GoLive) | (_, Phase::Publish) => {
                self.turn = Turn::Offer;
                Standing::GoesOn
            }
            (_, Phase::GoLive) => Standing::GoesOn,
        }
    }

    /// The offer was seen. Its word completes the operation's, it does not replace it: a go-live is
    /// asked about here only after its operation succeeded, or if nobody knows where it is; and for
    /// a publish something else has to agree, for the offer's status can be of the one before.
    fn judge_offer(&mut self, offer: &OfferView, slots: bool, now: Duration) -> Standing {
        self.turn = Turn::Rest;
        let state = offer.status.state();
        let says_done = match self.phase {
            Phase::Publish => offer.at_sign_off(),
            Phase::GoLive => state == State::Succeeded && !offer.at_sign_off(),
        };
        match (self.phase, self.word, state) {
            (Phase::GoLive, Some(State::Succeeded), State::Succeeded) => return Standing::Done,
            (Phase::GoLive, Some(State::Succeeded), State::Failed | State::Canceled) => {
                return Standing::Ended(refused_by_offer(offer));
            }
            _ => {}
        }
        if !says_done || self.word == Some(State::Unknown) {
            self.offer = OfferWord::Nothing;
            return Standing::GoesOn;
        }
        if self.offer == OfferWord::Nothing {
            self.offer = OfferWord::DoneSince(now);
        }
        self.turn =
            if slots && self.proof == SlotProof::Holds { Turn::Slot } else { Turn::ListToo };
        Standing::GoesOn
    }

    /// What the slot holds that this half fills, while the offer says that it is done.
    fn judge_slot(
        &mut self,
        wanted: Option<&serde_json::Value>,
        slot: Option<&Draft>,
        now: Duration,
    ) -> Standing {
        let wanted = wanted.filter(|wanted| wanted["definition"].is_object());
        match (wanted, slot) {
            (Some(wanted), Some(slot)) if documents_agree(wanted, &slot.body) => self.believe(),
            // What runs may be of an older draft: then the slot never holds this one.
            (Some(_), Some(_)) => {
                let is_long = |since| now.saturating_sub(since) >= LONGEST_LAG;
                let long = matches!(self.offer, OfferWord::DoneSince(since) if is_long(since));
                self.turn = if long { Turn::ListToo } else { Turn::Rest };
                Standing::GoesOn
            }
            _ => {
                self.turn = Turn::ListToo;
                Standing::GoesOn
            }
        }
    }

    /// What the list says, while the offer says that this half is done.
    fn judge_list_too(&mut self, newest_first: &[&Submission], now: Duration) -> Standing {
        self.turn = Turn::Rest;
        let id = self.operation.as_ref().map(Operation::id);
        let row = newest_first.iter().find(|row| Some(&*row.id) == id);
        let agrees = row.is_some_and(|row| match self.phase {
            Phase::Publish => {
                matches!(row.status.state(), State::WaitingForPublisher | State::Succeeded)
            }
            Phase::GoLive => row.status.state() == State::Succeeded,
        });
        match self.offer {
            OfferWord::DoneSince(since) => {
                if agrees || now.saturating_sub(since) >= LONGEST_LAG {
                    return self.believe();
                }
                Standing::GoesOn
            }
            OfferWord::Nothing | OfferWord::Believed => Standing::GoesOn,
        }
    }

    /// The operation is looked at once more, for it may have ended since it was seen.
    fn believe(&mut self) -> Standing {
        if self.operation.is_none() {
            return Standing::Done;
        }
        self.offer = OfferWord::Believed;
        self.turn = Turn::Operation;
        Standing::GoesOn
    }

    /// What was asked for does not exist.
    fn judge_absence(&mut self, now: Duration) -> Standing {
        match (self.turn, &self.operation) {
            (Turn::List, _) => return Standing::Ended(self.vanished()),
            (Turn::Slot, _) => return self.judge_slot(None, None, now),
            (Turn::Operation, Some(_)) => {
                let (since, count) = self.absent.get_or_insert((now, 0));
                *count += 1;
                let gone = *count >= MANY_ABSENCES && now.saturating_sub(*since) >= LONG_ABSENCE;
                self.turn = if gone { Turn::List } else { Turn::Rest };
            }
            (Turn::Operation, None) => self.turn = Turn::Offer,
            (Turn::ListToo, _) => return self.judge_list_too(&[], now),
            (Turn::Offer | Turn::Rest, _) => self.turn = Turn::Rest,
        }
        Standing::GoesOn
    }

    /// The list was seen: to find the operation, or to learn why it is gone.
    fn judge_list(&mut self, newest_first: &[&Submission]) -> Standing {
        let Some(operation) = &self.operation else {
            return self.search_list(newest_first);
        };
        let id = operation.id();
        self.absent = None;
        self.turn = Turn::Rest;
        match newest_first.iter().find(|row| row.id == id) {
            Some(row) => match (row.status.state(), self.phase) {
                (State::Failed, _) => {
                    Standing::Ended(self.ended_in_list(Code::OperationFailed, row))
                }
                (State::Canceled, _) => {
                    Standing::Ended(self.ended_in_list(Code::OperationCanceled, row))
                }
                (State::Succeeded, Phase::Publish) => Standing::Done,
                (State::Succeeded, Phase::GoLive) => {
                    self.word = Some(State::Succeeded);
                    self.turn = Turn::Offer;
                    Standing::GoesOn
                }
                _ => Standing::GoesOn,
            },
            None => match newest_first.iter().find(|row| self.is_in_its_place(row)) {
                Some(other) => Standing::Ended(
                    self.replaced(&format!("operation {} runs in its place", other.id)),
                ),
                None => Standing::Ended(self.vanished()),
            },
        }
    }

    /// A row that runs, and was not there before.
    fn is_in_its_place(&self, row: &Submission) -> bool {
        !row.status.state().is_final() && !self.others.contains(&row.id)
    }

    /// Nobody said where the operation is: it is the one that was not there before, or the one that
    /// runs.
    fn search_list(&mut self, newest_first: &[&Submission]) -> Standing {
        let found = newest_first.iter().find(|row| match &self.identity {
            Identity::Started | Identity::InList => {
                !self.others.contains(&row.id) && row.may_be(self.phase)
            }
            Identity::Guessed => !row.status.state().is_final(),
        });
        self.operation = found.and_then(|row| row.operation.clone());
        self.turn = if self.operation.is_some() { Turn::Operation } else { Turn::Offer };
        if self.identity == Identity::Started && self.operation.is_some() {
            self.identity = Identity::InList;
        }
        Standing::GoesOn
    }

    /// The portal refused to show something, which it may do once by mistake.
    fn judge_refusal(mut self, run: &Run, problem: Problem, now: Duration) -> Stage {
        if self.turn == Turn::Slot {
            let _ = self.judge_slot(None, None, now);
            return Stage::Follow(self);
        }
        if problem.code == Code::PreviewChanged {
            return run.end_with(problem);
        }
        self.refusals += 1;
        if self.refusals >= MOST_REFUSALS {
            return run.end_out_of_sight(problem);
        }
        self.turn = Turn::Rest;
        Stage::Follow(self)
    }

    /// What was accepted started nothing, because something else ran already: looks again what that
    /// is.
    fn make_way(self, run: &mut Run, problem: Problem, now: Duration) -> Stage {
        let purpose = match (&self.identity, self.next, self.phase) {
            (Identity::Started, Next::GoOn(_), Phase::Publish) => Purpose::Begin,
            (Identity::Started, Next::GoOn(binding), Phase::GoLive) => Purpose::GoOn(binding),
            _ => return run.end_with(problem),
        };
        run.tell(What::Setback(problem.clone(), "looking what runs".to_owned()));
        let refusal = Refusal::by_conflict(problem, self.refusal, now);
        Stage::Survey(Survey::after_refusal(purpose, refusal))
    }

    /// Some portals go on to list as running what has ended.
    fn remember_end(&self, standing: &Standing, run: &mut Run) {
        let state = match standing {
            Standing::Done => State::Succeeded,
            Standing::Ended(problem) if problem.code == Code::OperationFailed => State::Failed,
            Standing::Ended(problem) if problem.code == Code::OperationCanceled => State::Canceled,
            Standing::GoesOn | Standing::Ended(_) => return,
        };
        if let Some(operation) = &self.operation {
            run.ended.insert(operation.id().to_owned(), state);
        }
    }

    /// It is done.
    fn end_done(self, run: &mut Run) -> Stage {
        match (self.next, self.phase) {
            (Next::LookAgain(purpose), _) => {
                run.note(Level::Information, "the operation that was in the way has ended");
                Stage::Survey(Survey::with(purpose))
            }
            // It was no publish after all: look again what is left to do.
            (Next::Judge(_), Phase::GoLive) => Stage::Survey(Survey::with(Purpose::Begin)),
            (Next::Judge(adopted), Phase::Publish) => {
                let binding =
                    adopted.binding.after_following(self.operation.as_ref(), self.id.as_deref());
                let purpose = Purpose::BeginAfterAdopting(Adopted { binding, ..adopted });
                Stage::Survey(Survey::with(purpose))
            }
            (Next::GoOn(binding), Phase::Publish) => Verify::after_publish(
                run,
                "the preview is ready",
                binding.after_following(self.operation.as_ref(), self.id.as_deref()),
            ),
            (Next::GoOn(_), Phase::GoLive) => Verify::after_go_live(run, "the offer is live"),
        }
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

fn refused_by_offer(offer: &OfferView) -> Problem {
    let code = match offer.status.state() {
        State::Canceled => Code::OperationCanceled,
        _ => Code::OperationFailed,
    };
    let message = format!(
        "the go-live operation succeeded, but the offer says `{}`: it is not live",
        offer.status
    );
    Problem::new(code, message)
        .hint("look at the offer in Partner Center; `command: go-live` tries the second half again")
}

impl Answers for Follow {
    fn next_act(&self, _: &Run) -> Act {
        match (self.turn, &self.operation, self.phase) {
            (Turn::Operation, Some(operation), _) => Act::Ask(Ask::Operation(operation.clone())),
            (Turn::Operation, None, _) | (Turn::List | Turn::ListToo, _, _) => {
                Act::Ask(Ask::Operations)
            }
            (Turn::Offer, _, _) => Act::Ask(Ask::Offer),
            (Turn::Slot, _, Phase::Publish) => Act::Ask(Ask::Slot(Slot::Preview)),
            (Turn::Slot, _, Phase::GoLive) => Act::Ask(Ask::Slot(Slot::Production)),
            (Turn::Rest, _, _) => Act::Rest,
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        let before = (self.phase, self.operation.is_some());
        let standing = match seen {
            Seen::Operation(looked) => {
                let standing = self.judge_operation(&looked.view, at.elapsed);
                // Only the operation itself says then whether the preview is ready.
                if self.phase == Phase::Publish
                    && self.turn == Turn::Offer
                    && !run.capabilities.has(Feature::SignOffInOffer)
                {
                    self.turn = Turn::Rest;
                }
                run.phase = Some(self.phase);
                run.tell(What::Operation(self.phase, looked.view));
                standing
            }
            Seen::Offer(view) => {
                let standing = self.judge_offer(&view, run.shows_slots(), at.elapsed);
                run.tell(What::Offer(view));
                standing
            }
            Seen::Document(slot) => self.judge_slot(run.document.as_ref(), Some(&slot), at.elapsed),
            Seen::Operations(rows) if self.turn == Turn::ListToo => {
                self.judge_list_too(&sort_newest_first(&rows), at.elapsed)
            }
            Seen::Operations(rows) => self.judge_list(&sort_newest_first(&rows)),
            Seen::Absent(_) => self.judge_absence(at.elapsed),
            Seen::Refused(problem) => return self.judge_refusal(run, problem, at.elapsed),
            Seen::InTheWay(problem) => return self.make_way(run, problem, at.elapsed),
            Seen::Rested => {
                self.turn = Turn::Operation;
                return Stage::Follow(self);
            }
            // Not asked for here.
            Seen::Accepted(_) | Seen::CancelAccepted | Seen::Lost(..) => Standing::GoesOn,
        };
        self.refusals = 0;
        let in_the_way = self.is_in_the_way();
        if before != (self.phase, self.operation.is_some()) && !in_the_way {
            let (phase, operation) = (self.phase, self.operation.clone());
            run.tell(What::Phase { phase, origin: Origin::Adopted, operation });
        }
        self.remember_end(&standing, run);
        match standing {
            Standing::GoesOn if !run.goal.wait && self.turn == Turn::Rest && !in_the_way => {
                self.leave(run)
            }
            Standing::GoesOn => Stage::Follow(self),
            Standing::Done => self.end_done(run),
            Standing::Ended(_) if in_the_way => self.end_done(run),
            Standing::Ended(problem) => run.end_with(problem),
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        if !self.is_in_the_way() {
            return run.end_running_at_timeout();
        }
        let message = "the operation in the way was still running when `timeout` was over";
        Verdict::pending(Ending::TimedOut, run.phase, message).hint(RESUME)
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        run.end_unreachable(problem)
    }

    /// Only what this job started is canceled with it.
    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        match self.identity {
            Identity::Started | Identity::InList if stop.cancel => {
                let why = Why::Signal(stop.signal);
                Cancel::by_signal(run, Cancel::of_unlisted(why, self.operation, self.others))
            }
            Identity::Started | Identity::InList | Identity::Guessed => {
                run.leave_running(stop.signal)
            }
        }
    }
}

#[cfg(test)]
mod tests;
