//! The stage that sends a POST: what its answer means, and after an answer that was lost, whether
//! anything was started.

use std::collections::HashSet;
use std::time::Duration;

use super::begin::{self, Adopted, Purpose};
use super::binding::{self, Binding};
use super::cancel::{Cancel, Why};
use super::event::{Origin, What};
use super::findings::{Answer, Findings, Whereabouts};
use super::follow::{Follow, Next, SlotProof};
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::{MOST_LOOKS, Refusal, STALE, Survey};
use super::verdict::{Ending, Verdict};
use crate::portal::{Accepted, Level, OfferView, Operation, Phase, State, Submission};
use crate::problem::{Class, Code, Problem};

/// Waits between the looks for what a lost POST started, in seconds; the last one repeats.
const WAITS: [u64; 7] = [1, 2, 4, 4, 8, 8, 15];

/// A lost POST is looked for at least so long, counted from the moment at which its answer was
/// lost: the request may have been on its way for two minutes, and the list may lag.
const LOOKED_FOR: Duration = Duration::from_secs(150);

/// So long it is looked for what is in the way of a POST that was repeated.
const LOOKED_FOR_CONFLICT: Duration = Duration::from_mins(1);

/// A POST whose answers are lost is sent so often.
const MOST_POSTS: u32 = 3;

/// The longest that the portal's Retry-After is followed here.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(5);

/// What is being started.
#[derive(Debug, Clone)]
enum Half {
    Publish(SlotProof),
    /// From this preview.
    GoLive(Binding),
}

/// What to do next.
#[derive(Debug, Clone)]
enum Turn {
    /// Send the POST.
    Post,
    /// Wait before the next look for what a lost POST started.
    Wait(Duration),
    /// Look at the list.
    List,
    /// Look at the offer too; this is what the list showed, and when.
    Offer(Vec<Submission>, Duration),
}

/// A half being started.
#[derive(Debug, Clone)]
pub(super) struct Start {
    half: Half,
    before: Before,
    purpose: Purpose,
    refusal: Option<Refusal>,
    turn: Turn,
    /// A POST whose answer was lost.
    lost: Option<LostPost>,
}

/// What was there before the POST.
#[derive(Debug, Clone)]
struct Before {
    ids: HashSet<String>,
    at_sign_off: bool,
    running: bool,
}

/// What is known of a POST whose answer was lost.
#[derive(Debug, Clone)]
struct LostPost {
    last: Problem,
    /// The repeated POST was refused: for good, unless it is because of what the first one started.
    refused: bool,
    posts: u32,
    looks: usize,
    /// How often a look took too long.
    slow: u32,
    /// When its answer was lost.
    since: Duration,
}

/// What was found of a POST whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// It was started; followed here, if the list says where.
    Started(Option<Operation>),
    /// Nothing so far.
    Nothing,
}

impl Start {
    /// Publishes, after what was found.
    pub fn publish(findings: &Findings, purpose: Purpose, refusal: Option<Refusal>) -> Stage {
        // What is in the preview already proves nothing when it is found there later.
        let proof = match findings.draft.found().map(|draft| findings.locate(Some(&draft.body))) {
            Some(Whereabouts::Preview) => SlotProof::Void,
            _ => SlotProof::Holds,
        };
        Self::post(Half::Publish(proof), findings, purpose, refusal)
    }

    /// Goes live with this preview, after what was found.
    pub fn go_live(
        findings: &Findings,
        purpose: Purpose,
        binding: Binding,
        refusal: Option<Refusal>,
    ) -> Stage {
        Self::post(Half::GoLive(binding), findings, purpose, refusal)
    }

    fn post(half: Half, findings: &Findings, purpose: Purpose, refusal: Option<Refusal>) -> Stage {
        let before = Before {
            ids: findings.ids(),
            at_sign_off: findings.at_sign_off(),
            running: findings.offer_state() == State::Running,
        };
        Stage::Start(Box::new(Self {
            half,
            before,
            purpose,
            refusal,
            turn: Turn::Post,
            lost: None,
        }))
    }

    fn phase(&self) -> Phase {
        match self.half {
            Half::Publish(_) => Phase::Publish,
            Half::GoLive(_) => Phase::GoLive,
        }
    }

    fn look_for(self, lost: LostPost, turn: Turn) -> Stage {
        Stage::Start(Box::new(Self { lost: Some(lost), turn, ..self }))
    }

    /// The POST was answered, or its answer was lost.
    fn take_answer(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        run.phase = Some(self.phase());
        match (seen, self.lost.take()) {
            (Seen::Accepted(accepted), _) => self.follow_accepted(accepted, run),
            (Seen::Lost(problem, retry_after), lost) => {
                let next = "looking whether it was started before anything is repeated".to_owned();
                run.tell(What::Setback(problem.clone(), next));
                let wait = wait_before_look(0, retry_after);
                let lost = LostPost {
                    last: problem,
                    refused: false,
                    posts: 1 + lost.map_or(0, |lost| lost.posts),
                    looks: 0,
                    slow: 0,
                    since: at.elapsed,
                };
                self.look_for(lost, Turn::Wait(wait))
            }
            // What is in the way may be what an earlier POST with a lost answer started; not every
            // portal says 409 then.
            (Seen::InTheWay(problem), Some(lost)) => {
                let since =
                    at.elapsed.saturating_sub(LOOKED_FOR.saturating_sub(LOOKED_FOR_CONFLICT));
                let posts = lost.posts + 1;
                let lost =
                    LostPost { last: problem, refused: false, posts, looks: 0, slow: 0, since };
                self.look_for(lost, Turn::List)
            }
            (Seen::Refused(problem), Some(lost)) => {
                self.look_for(LostPost { last: problem, refused: true, ..lost }, Turn::List)
            }
            (Seen::InTheWay(problem), None) => self.look_what_runs(problem, true, run, at),
            // Credentials are refused whatever runs.
            (Seen::Refused(problem), None) if problem.code.class() != Class::Auth => {
                self.look_what_runs(problem, false, run, at)
            }
            (Seen::Refused(problem), None) | (Seen::Absent(problem), _) => run.end_with(problem),
            (
                Seen::Operations(_)
                | Seen::Offer(_)
                | Seen::Document(_)
                | Seen::Operation(_)
                | Seen::CancelAccepted
                | Seen::Rested,
                lost,
            ) => Stage::Start(Box::new(Self { lost, ..self })),
        }
    }

    /// Somebody may have started something between our look and our POST: look again, and do as
    /// `when-running` says.
    fn look_what_runs(
        self,
        problem: Problem,
        by_conflict: bool,
        run: &mut Run,
        at: Moment,
    ) -> Stage {
        run.tell(What::Setback(problem.clone(), "looking what runs".to_owned()));
        let refusal = Refusal::by_conflict(problem, self.refusal, at.elapsed);
        let refusal = Refusal { by_conflict, ..refusal };
        Stage::Survey(Survey::after_refusal(self.purpose, refusal))
    }

    /// Something was seen of what a lost POST started, if anything.
    fn take_look(self, lost: LostPost, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        let (offer, rows, listed) = match (seen, self.turn.clone()) {
            (Seen::Rested, _) => return self.look_for(lost, Turn::List),
            (Seen::Operations(rows), _) => {
                return self.look_for(lost, Turn::Offer(rows, at.elapsed));
            }
            (Seen::Absent(_), Turn::List) => {
                return self.look_for(lost, Turn::Offer(Vec::new(), at.elapsed));
            }
            (Seen::Offer(view), Turn::Offer(rows, listed)) => (Some(view), rows, listed),
            (Seen::Absent(_), Turn::Offer(rows, listed)) => (None, rows, listed),
            (Seen::Refused(problem), _) => return Stage::End(self.end_unknown(run, &problem)),
            (
                Seen::Absent(_)
                | Seen::Offer(_)
                | Seen::Document(_)
                | Seen::Operation(_)
                | Seen::Accepted(_)
                | Seen::CancelAccepted
                | Seen::Lost(..)
                | Seen::InTheWay(_),
                turn,
            ) => return self.look_for(lost, turn),
        };
        let phase = self.phase();
        let found = find_started(phase, &self.before, &rows, offer.as_ref());
        // The list says what was there when it was read; the offer may have taken minutes since.
        let looked_for = listed.saturating_sub(lost.since);
        if let Some(signal) = run.signal {
            return self.take_look_at_end(lost, found, run, signal, looked_for);
        }
        match found {
            Found::Started(operation) => {
                run.note(Level::Information, format!("the {phase} was started; following it"));
                self.follow(operation, Origin::Found, run)
            }
            Found::Nothing if looked_for < LOOKED_FOR => {
                let looks = lost.looks + 1;
                let wait = wait_before_look(looks, None);
                self.look_for(LostPost { looks, ..lost }, Turn::Wait(wait))
            }
            Found::Nothing if lost.refused => run.end_with(lost.last),
            // The offer's answer took minutes: what the list said is too old to repeat a POST on.
            Found::Nothing
                if at.elapsed.saturating_sub(listed) > STALE && lost.slow < MOST_LOOKS =>
            {
                self.look_for(LostPost { slow: lost.slow + 1, ..lost }, Turn::List)
            }
            Found::Nothing if let Some(verdict) = self.end_if_replaced(rows, offer, run) => {
                Stage::End(verdict)
            }
            Found::Nothing if lost.posts < MOST_POSTS => {
                run.note(Level::Warning, format!("no {phase} was started; asking for it again"));
                self.look_for(lost, Turn::Post)
            }
            Found::Nothing => {
                let message = format!(
                    "no {phase} was started, after several requests; the last: {}",
                    lost.last
                );
                run.end_with(
                    Problem::new(Code::Unavailable, message)
                        .hint("run the same command again later"),
                )
            }
        }
    }

    /// The end, if the preview that was to go live is another one by now.
    fn end_if_replaced(
        &self,
        rows: Vec<Submission>,
        offer: Option<OfferView>,
        run: &Run,
    ) -> Option<Verdict> {
        let Half::GoLive(binding) = &self.half else { return None };
        let offer = offer.map_or(Answer::Absent, Answer::Found);
        let findings = Findings { operations: Some(rows), offer, ..Findings::default() };
        let why = binding.find_replacement(&findings)?;
        Some(begin::end_changed(&run.goal, binding, &why))
    }

    /// The same, after the job was told to stop and to cancel what it started.
    fn take_look_at_end(
        self,
        lost: LostPost,
        found: Found,
        run: &mut Run,
        signal: u8,
        looked_for: Duration,
    ) -> Stage {
        let phase = self.phase();
        match found {
            Found::Started(Some(operation)) => {
                run.tell(What::Phase {
                    phase,
                    origin: Origin::Started,
                    operation: Some(operation.clone()),
                });
                let why = Why::Signal(signal);
                Cancel::by_signal(run, Cancel::of_unlisted(why, Some(operation), self.before.ids))
            }
            Found::Nothing if looked_for < LOOKED_FOR => {
                let looks = lost.looks + 1;
                let wait = wait_before_look(looks, None);
                self.look_for(LostPost { looks, ..lost }, Turn::Wait(wait))
            }
            Found::Started(None) | Found::Nothing => self.leave_unknown(run, signal),
        }
    }

    /// The portal accepted it, and says where to look.
    fn follow_accepted(self, accepted: Accepted, run: &mut Run) -> Stage {
        let phase = self.phase();
        if let Some(remark) = accepted.remark {
            run.note(
                Level::Warning,
                format!(
                    "the {phase} was accepted, but {remark}; looking for it in the list of \
                     operations"
                ),
            );
        }
        let publish = match &self.half {
            Half::GoLive(binding) => binding.publish.as_ref(),
            Half::Publish(_) => None,
        };
        match accepted.operation {
            // A go-live at the address of its publish: what is said there is said of the publish.
            Some(operation) if publish.is_some_and(|publish| publish.id() == operation.id()) => {
                self.follow(None, Origin::Started, run)
            }
            // The portal names what somebody else has started before.
            Some(operation) if self.before.ids.contains(operation.id()) => {
                self.follow(Some(operation), Origin::Adopted, run)
            }
            operation => self.follow(operation, Origin::Started, run),
        }
    }

    fn follow(self, operation: Option<Operation>, origin: Origin, run: &mut Run) -> Stage {
        let ids = self.before.ids;
        match (self.half, origin) {
            (Half::Publish(_), Origin::Adopted) => {
                let binding = binding::of_started(operation.clone(), ids.clone());
                let adopted = Adopted { binding, begun_by: None, may_be_ours: true };
                Follow::adopt(Phase::Publish, operation, ids, Next::Judge(adopted)).enter(run)
            }
            (Half::Publish(proof), origin) => {
                let bind = match origin {
                    Origin::Found => binding::of_found,
                    _ => binding::of_started,
                };
                let binding = bind(operation.clone(), ids.clone());
                Follow::start(Phase::Publish, operation, ids, Next::GoOn(binding))
                    .prove_by(proof)
                    .after(self.refusal)
                    .enter(run)
            }
            (Half::GoLive(binding), Origin::Adopted) => {
                Follow::adopt(Phase::GoLive, operation, ids, Next::GoOn(binding)).enter(run)
            }
            (Half::GoLive(binding), _) => {
                Follow::start(Phase::GoLive, operation, ids, Next::GoOn(binding))
                    .after(self.refusal)
                    .enter(run)
            }
        }
    }

    fn end_unknown(&self, run: &Run, problem: &Problem) -> Verdict {
        let message = format!(
            "it could not be found out whether the {} was started: {problem}",
            self.phase()
        );
        let hint = "run the same command again: it looks first, and follows what was started";
        Verdict::problem(run.phase, Problem::new(Code::StartUnknown, message).hint(hint))
    }

    /// The job was told to stop while nobody could say whether its POST arrived.
    fn leave_unknown(&self, run: &Run, signal: u8) -> Stage {
        let message = format!(
            "the job was canceled before the portal said whether the {} was started",
            self.phase()
        );
        Stage::End(Verdict::pending(Ending::Interrupted(signal), run.phase, message).hint(RESUME))
    }
}

impl Answers for Start {
    fn next_act(&self, _: &Run) -> Act {
        match (&self.turn, &self.half) {
            (Turn::Post, Half::Publish(_)) => Act::Publish,
            (Turn::Post, Half::GoLive(binding)) => Act::GoLive(binding.name().map(str::to_owned)),
            (Turn::Wait(wait), _) => Act::Settle(*wait),
            (Turn::List, _) => Act::Ask(Ask::Operations),
            (Turn::Offer(..), _) => Act::Ask(Ask::Offer),
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, at: Moment) -> Stage {
        match (&self.turn, self.lost.take()) {
            (Turn::Wait(_) | Turn::List | Turn::Offer(..), Some(lost)) => {
                self.take_look(lost, seen, run, at)
            }
            (Turn::Post | Turn::Wait(_) | Turn::List | Turn::Offer(..), lost) => {
                Self { lost, ..self }.take_answer(seen, run, at)
            }
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        match (&self.turn, &self.lost) {
            (Turn::Post, None) => run.end_unstarted_at_timeout(),
            (Turn::Post | Turn::Wait(_) | Turn::List | Turn::Offer(..), Some(lost)) => {
                self.end_unknown(run, &lost.last)
            }
            (Turn::Wait(_) | Turn::List | Turn::Offer(..), None) => run.end_running_at_timeout(),
        }
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        match self.turn {
            Turn::Post => run.end_unreachable(problem),
            Turn::Wait(_) | Turn::List | Turn::Offer(..) => self.end_unknown(run, &problem),
        }
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        match (&self.turn, &self.lost) {
            (Turn::Post, None) => run.leave_unstarted(stop.signal),
            (Turn::Post, Some(_)) => run.leave_running(stop.signal),
            // There is something to cancel only if the POST arrived.
            (Turn::Wait(_) | Turn::List | Turn::Offer(..), _)
                if stop.cancel && run.signal.is_none() =>
            {
                Stage::Start(Box::new(Self { turn: Turn::List, ..self }))
            }
            (Turn::Wait(_) | Turn::List | Turn::Offer(..), _) => {
                self.leave_unknown(run, stop.signal)
            }
        }
    }
}

/// The wait before the next look, which is at least what the portal asked for.
fn wait_before_look(looks: usize, asked_for: Option<Duration>) -> Duration {
    let own = Duration::from_secs(WAITS[looks.min(WAITS.len() - 1)]);
    asked_for.map_or(own, |asked| own.max(asked.min(LONGEST_ASKED_FOR)))
}

/// List and offer were seen. An operation that is new counts even if it ended already.
fn find_started(
    phase: Phase,
    before: &Before,
    list: &[Submission],
    offer: Option<&OfferView>,
) -> Found {
    let new = list.iter().find(|row| !before.ids.contains(&row.id) && row.may_be(phase));
    if let Some(row) = new {
        return Found::Started(row.operation.clone());
    }
    // The offer runs, or does not wait any more, because somebody publishes.
    let published = list.iter().any(|row| !before.ids.contains(&row.id) && row.is(Phase::Publish));
    let started = offer.is_some_and(|offer| {
        let state = offer.status.state();
        match phase {
            Phase::Publish => !before.running && state == State::Running && !offer.at_sign_off(),
            Phase::GoLive => {
                !published
                    && before.at_sign_off
                    && !offer.at_sign_off()
                    && matches!(state, State::Running | State::Succeeded)
            }
        }
    });
    if started { Found::Started(None) } else { Found::Nothing }
}

#[cfg(test)]
mod tests;
