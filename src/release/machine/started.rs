//! A POST was sent: what its answer, or the lack of one, means.

use std::time::Duration;

use super::{Release, Seen, Stage};
use crate::portal::{Accepted, Level, Phase};
use crate::problem::{Code, Problem};
use crate::release::confirm::{Confirm, Found};
use crate::release::event::{Origin, What};
use crate::release::follow::Following;
use crate::release::survey::Survey;

impl Release {
    pub(super) fn posted(
        &mut self,
        phase: Phase,
        survey: Survey,
        earlier: Option<Confirm>,
        seen: Seen,
    ) -> Stage {
        self.phase = Some(phase);
        match seen {
            Seen::Accepted(accepted) => self.started(phase, accepted, &survey, false),
            Seen::Lost(problem, retry_after) => {
                self.note(
                    Level::Warning,
                    format!(
                        "{problem}; looking whether it was started before anything is repeated"
                    ),
                );
                let confirm = match earlier {
                    Some(mut confirm) => {
                        confirm.lost_again(problem);
                        confirm
                    }
                    None => Confirm::new(phase, &survey, problem),
                };
                let wait = confirm.wait(retry_after);
                Stage::Confirm(Box::new(confirm), survey, Some(wait))
            }
            // What is in the way may be what an earlier POST with a lost answer started; not every
            // portal says 409 then.
            Seen::InTheWay(problem) if let Some(mut confirm) = earlier => {
                confirm.lost_again(problem);
                Stage::Confirm(Box::new(confirm), survey, None)
            }
            Seen::Refused(problem) if let Some(mut confirm) = earlier => {
                confirm.lost_again(problem);
                confirm.refused = true;
                Stage::Confirm(Box::new(confirm), survey, None)
            }
            // Somebody started something between our look and our POST: look again, and do as
            // `when-running` says.
            Seen::InTheWay(problem) if !self.before.refused => {
                self.before.refused = true;
                self.note(Level::Warning, format!("{problem}; looking what runs"));
                Stage::Survey(Survey::default())
            }
            Seen::InTheWay(problem) | Seen::Refused(problem) | Seen::Absent(problem) => {
                self.ended(problem)
            }
            _ => Stage::Start(phase, survey, earlier),
        }
    }

    pub(super) fn started(
        &mut self,
        phase: Phase,
        accepted: Accepted,
        survey: &Survey,
        found: bool,
    ) -> Stage {
        if let Some(remark) = accepted.remark {
            self.note(
                Level::Warning,
                format!(
                    "the {phase} was accepted, but {remark}; looking for it in the list of \
                    operations"
                ),
            );
        }
        let mut following = Following::new(phase, accepted.operation, Some(survey.ids()));
        following.found = found;
        self.follow(following, Origin::Started)
    }

    pub(super) fn confirmed(
        &mut self,
        mut confirm: Confirm,
        survey: Survey,
        wait: Option<Duration>,
        seen: Seen,
    ) -> Stage {
        let offer = match seen {
            Seen::Rested => return Stage::Confirm(Box::new(confirm), survey, None),
            Seen::Operations(rows) => {
                confirm.list = Some(rows);
                return Stage::Confirm(Box::new(confirm), survey, None);
            }
            Seen::Absent(_) if confirm.list.is_none() => {
                confirm.list = Some(Vec::new());
                return Stage::Confirm(Box::new(confirm), survey, None);
            }
            Seen::Offer(view) => Some(view),
            Seen::Absent(_) => None,
            Seen::Refused(problem) => {
                return Stage::End(self.start_unknown(confirm.phase, &problem));
            }
            _ => return Stage::Confirm(Box::new(confirm), survey, wait),
        };
        let phase = confirm.phase;
        let found = confirm.seen(offer.as_ref());
        if let Some(signal) = self.signal {
            return match found {
                Found::Nothing(wait) => Stage::Confirm(Box::new(confirm), survey, Some(wait)),
                Found::Started(Some(operation)) => {
                    self.tell.push(What::Phase {
                        phase,
                        origin: Origin::Started,
                        operation: Some(operation.clone()),
                    });
                    self.cancel(signal, Some(operation))
                }
                _ => self.left_unknown(phase, signal),
            };
        }
        match found {
            Found::Started(operation) => {
                self.note(Level::Information, format!("the {phase} was started; following it"));
                self.started(phase, Accepted { operation, remark: None }, &survey, true)
            }
            Found::Nothing(wait) => Stage::Confirm(Box::new(confirm), survey, Some(wait)),
            Found::Again if confirm.refused => self.ended(confirm.last),
            Found::Again => {
                self.note(Level::Warning, format!("no {phase} was started; asking for it again"));
                Stage::Start(phase, survey, Some(confirm))
            }
            Found::GiveUp => {
                let message = format!(
                    "no {phase} was started, after several requests; the last: {}",
                    confirm.last
                );
                self.ended(
                    Problem::new(Code::Unavailable, message)
                        .hint("run the same command again later"),
                )
            }
        }
    }
}
