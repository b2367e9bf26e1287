//! The stage that sends a POST: what its answer means, and after an answer that was lost, whether
//! anything was started.

use std::collections::HashSet;
use std::time::Duration;

use super::cancel::Cancel;
use super::event::{Origin, What};
use super::findings::Findings;
use super::follow::{Follow, Identity};
use super::machine::{Act, Answers, Ask, Moment, RESUME, Run, Seen, Stage, Stop};
use super::survey::{Purpose, Survey};
use super::verdict::{Ending, Verdict};
use crate::portal::{Accepted, Level, OfferView, Operation, Phase, State, Submission};
use crate::problem::{Code, Problem};

/// Waits before the looks. A request may still be on its way, and a list may lag, so one look is
/// not enough.
const WAITS: [u64; 9] = [1, 2, 4, 4, 8, 8, 8, 8, 8];

/// Looks before the POST is repeated.
const LOOKS_A_TRY: usize = 3;

/// The longest that the portal's Retry-After is followed here.
const LONGEST_ASKED_FOR: Duration = Duration::from_mins(5);

/// What to do next.
#[derive(Debug, Clone)]
enum Turn {
    /// Send the POST.
    Post,
    /// Wait before the next look for what a lost POST started.
    Wait(Duration),
    /// Look at the list.
    List,
    /// Look at the offer too; this is what the list showed.
    Offer(Vec<Submission>),
}

/// A half being started.
#[derive(Debug, Clone)]
pub(super) struct Start {
    phase: Phase,
    before: Before,
    purpose: Purpose,
    /// The survey before this one led to a refused POST already.
    refused_before: bool,
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
    looks: usize,
}

/// What was found of a POST whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// It was started; followed here, if the list says where.
    Started(Option<Operation>),
    /// Nothing yet: look again after this time.
    Nothing(Duration),
    /// Nothing was started: POST again.
    NothingStarted,
    /// Nothing was started, again and again.
    GiveUp,
}

impl Start {
    /// Starts this half, after what was found.
    pub fn post(phase: Phase, findings: &Findings, purpose: Purpose, refused: bool) -> Stage {
        let before = Before {
            ids: findings.ids(),
            at_sign_off: findings.at_sign_off(),
            running: findings.offer_state() == State::Running,
        };
        Stage::Start(Box::new(Self {
            phase,
            before,
            purpose,
            refused_before: refused,
            turn: Turn::Post,
            lost: None,
        }))
    }

    fn stage(self, turn: Turn) -> Stage {
        Stage::Start(Box::new(Self { turn, ..self }))
    }

    /// The POST was answered, or its answer was lost.
    fn take_answer(mut self, seen: Seen, run: &mut Run) -> Stage {
        run.phase = Some(self.phase);
        match (seen, self.lost.take()) {
            (Seen::Accepted(accepted), _) => self.follow(accepted, Identity::Named, run),
            (Seen::Lost(problem, retry_after), lost) => {
                run.note(
                    Level::Warning,
                    format!(
                        "{problem}; looking whether it was started before anything is repeated"
                    ),
                );
                let looks = lost.map_or(0, |lost| lost.looks);
                let wait = wait_before_look(looks, retry_after);
                self.lost = Some(LostPost { last: problem, refused: false, looks });
                self.stage(Turn::Wait(wait))
            }
            // What is in the way may be what an earlier POST with a lost answer started; not every
            // portal says 409 then.
            (Seen::InTheWay(problem), Some(lost)) => {
                self.lost = Some(LostPost { last: problem, refused: false, ..lost });
                self.stage(Turn::List)
            }
            (Seen::Refused(problem), Some(lost)) => {
                self.lost = Some(LostPost { last: problem, refused: true, ..lost });
                self.stage(Turn::List)
            }
            // Somebody started something between our look and our POST: look again, and do as
            // `when-running` says.
            (Seen::InTheWay(problem), None) if !self.refused_before => {
                run.note(Level::Warning, format!("{problem}; looking what runs"));
                Stage::Survey(Survey::after_refusal(self.purpose))
            }
            (Seen::InTheWay(problem) | Seen::Refused(problem), None)
            | (Seen::Absent(problem), _) => run.end_with(problem),
            (
                Seen::Operations(_)
                | Seen::Offer(_)
                | Seen::Draft(_)
                | Seen::Operation(_)
                | Seen::CancelAccepted
                | Seen::Rested,
                lost,
            ) => Stage::Start(Box::new(Self { lost, ..self })),
        }
    }

    /// Something was seen of what a lost POST started, if anything.
    fn take_look(self, lost: LostPost, seen: Seen, run: &mut Run) -> Stage {
        let keep = |this: Self, lost, turn| {
            Stage::Start(Box::new(Self { lost: Some(lost), turn, ..this }))
        };
        let (offer, rows) = match (seen, self.turn.clone()) {
            (Seen::Rested, _) => return keep(self, lost, Turn::List),
            (Seen::Operations(rows), _) => return keep(self, lost, Turn::Offer(rows)),
            (Seen::Absent(_), Turn::List) => return keep(self, lost, Turn::Offer(Vec::new())),
            (Seen::Offer(view), Turn::Offer(rows)) => (Some(view), rows),
            (Seen::Absent(_), Turn::Offer(rows)) => (None, rows),
            (Seen::Refused(problem), _) => {
                return Stage::End(self.end_unknown(run, &problem));
            }
            (
                Seen::Absent(_)
                | Seen::Offer(_)
                | Seen::Draft(_)
                | Seen::Operation(_)
                | Seen::Accepted(_)
                | Seen::CancelAccepted
                | Seen::Lost(..)
                | Seen::InTheWay(_),
                turn,
            ) => return keep(self, lost, turn),
        };
        let phase = self.phase;
        let mut lost = lost;
        let found = find_started(phase, &self.before, &mut lost.looks, &rows, offer.as_ref());
        if let Some(signal) = run.signal {
            return match found {
                Found::Nothing(wait) => keep(self, lost, Turn::Wait(wait)),
                Found::Started(Some(operation)) => {
                    run.tell(What::Phase {
                        phase,
                        origin: Origin::Started,
                        operation: Some(operation.clone()),
                    });
                    Cancel::by_signal(run, signal, Some(operation))
                }
                Found::Started(None) | Found::NothingStarted | Found::GiveUp => {
                    self.leave_unknown(run, signal)
                }
            };
        }
        match found {
            Found::Started(operation) => {
                run.note(Level::Information, format!("the {phase} was started; following it"));
                self.follow(Accepted { operation, remark: None }, Identity::InList, run)
            }
            Found::Nothing(wait) => keep(self, lost, Turn::Wait(wait)),
            Found::NothingStarted if lost.refused => run.end_with(lost.last),
            Found::NothingStarted => {
                run.note(Level::Warning, format!("no {phase} was started; asking for it again"));
                keep(self, lost, Turn::Post)
            }
            Found::GiveUp => {
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

    fn follow(self, accepted: Accepted, identity: Identity, run: &mut Run) -> Stage {
        let phase = self.phase;
        if let Some(remark) = accepted.remark {
            run.note(
                Level::Warning,
                format!(
                    "the {phase} was accepted, but {remark}; looking for it in the list of \
                     operations"
                ),
            );
        }
        Follow::new(phase, accepted.operation, identity, Some(self.before.ids))
            .enter(run, Origin::Started)
    }

    fn end_unknown(&self, run: &Run, problem: &Problem) -> Verdict {
        let message =
            format!("it could not be found out whether the {} was started: {problem}", self.phase);
        let hint = "run the same command again: it looks first, and follows what was started";
        Verdict::problem(run.phase, Problem::new(Code::StartUnknown, message).hint(hint))
    }

    /// The job was told to stop while nobody could say whether its POST arrived.
    fn leave_unknown(&self, run: &Run, signal: u8) -> Stage {
        let message = format!(
            "the job was canceled before the portal said whether the {} was started",
            self.phase
        );
        Stage::End(Verdict::pending(Ending::Interrupted(signal), run.phase, message).hint(RESUME))
    }
}

impl Answers for Start {
    fn next_act(&self, _: &Run) -> Act {
        match &self.turn {
            Turn::Post => Act::Start(self.phase),
            Turn::Wait(wait) => Act::Settle(*wait),
            Turn::List => Act::Ask(Ask::Operations),
            Turn::Offer(_) => Act::Ask(Ask::Offer),
        }
    }

    fn take(mut self, seen: Seen, run: &mut Run, _: Moment) -> Stage {
        match (&self.turn, self.lost.take()) {
            (Turn::Wait(_) | Turn::List | Turn::Offer(_), Some(lost)) => {
                self.take_look(lost, seen, run)
            }
            (Turn::Post | Turn::Wait(_) | Turn::List | Turn::Offer(_), lost) => {
                Self { lost, ..self }.take_answer(seen, run)
            }
        }
    }

    fn time_out(&self, run: &Run) -> Verdict {
        match (&self.turn, &self.lost) {
            (Turn::Post, None) => run.end_unstarted_at_timeout(),
            (Turn::Wait(_) | Turn::List | Turn::Offer(_), Some(lost)) => {
                self.end_unknown(run, &lost.last)
            }
            (Turn::Post, Some(_)) | (Turn::Wait(_) | Turn::List | Turn::Offer(_), None) => {
                run.end_running_at_timeout()
            }
        }
    }

    fn lose_portal(&self, run: &Run, problem: Problem) -> Verdict {
        match self.turn {
            Turn::Post => run.end_unreachable(problem),
            Turn::Wait(_) | Turn::List | Turn::Offer(_) => self.end_unknown(run, &problem),
        }
    }

    fn stop(self, stop: Stop, run: &mut Run) -> Stage {
        match (&self.turn, &self.lost) {
            (Turn::Post, None) => run.leave_unstarted(stop.signal),
            (Turn::Post, Some(_)) => run.leave_running(stop.signal),
            // There is something to cancel only if the POST arrived.
            (Turn::Wait(_) | Turn::List | Turn::Offer(_), _)
                if stop.cancel && run.signal.is_none() =>
            {
                self.stage(Turn::List)
            }
            (Turn::Wait(_) | Turn::List | Turn::Offer(_), _) => {
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
    looks: &mut usize,
    list: &[Submission],
    offer: Option<&OfferView>,
) -> Found {
    let new = list.iter().find(|row| !before.ids.contains(&row.id) && row.may_be(phase));
    if let Some(row) = new {
        return Found::Started(row.operation.clone());
    }
    let started = offer.is_some_and(|offer| {
        let state = offer.status.state();
        match phase {
            Phase::Publish => !before.running && state == State::Running && !offer.at_sign_off(),
            Phase::GoLive => {
                before.at_sign_off
                    && !offer.at_sign_off()
                    && matches!(state, State::Running | State::Succeeded)
            }
        }
    });
    if started {
        return Found::Started(None);
    }
    *looks += 1;
    if *looks >= WAITS.len() {
        Found::GiveUp
    } else if looks.is_multiple_of(LOOKS_A_TRY) {
        Found::NothingStarted
    } else {
        Found::Nothing(wait_before_look(*looks, None))
    }
}
