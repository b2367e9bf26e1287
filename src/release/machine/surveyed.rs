//! Before anything is started: what is to be asked, and what to begin with.

use std::time::Duration;

use jiff::Timestamp;

use super::inspected::plan;
use super::{Ask, Release, Seen, Stage};
use crate::portal::{Level, Phase};
use crate::release::begin::{self, Begin};
use crate::release::cancel::{Canceling, Why};
use crate::release::event::{Origin, What};
use crate::release::follow::Following;
use crate::release::goal::Aim;
use crate::release::survey::{Answer, Survey};
use crate::release::verdict::Verdict;

/// What was seen so long ago, in a survey that an unreachable portal drew out, is looked at anew
/// before anything is started on it; so often at most, for a portal that is always that slow.
const STALE: Duration = Duration::from_secs(30);
const MOST_LOOKS: u32 = 5;

impl Release {
    /// What is still to be asked.
    pub(super) fn missing(&self, survey: &Survey) -> Option<Ask> {
        let Some(operations) = &survey.operations else {
            return Some(Ask::Operations);
        };
        if matches!(survey.offer, Answer::NotAsked) {
            return Some(Ask::Offer);
        }
        let decides = matches!(self.goal.aim, Aim::Release | Aim::Plan)
            && !self.before.published
            && !self.before.foreign
            && (!operations.is_empty() || survey.at_sign_off());
        (matches!(survey.draft, Answer::NotAsked) && (decides || !survey.absent.is_empty()))
            .then_some(Ask::Draft)
    }

    pub(super) fn surveyed(
        &mut self,
        mut survey: Survey,
        seen: Seen,
        elapsed: Duration,
        today: Timestamp,
    ) -> Stage {
        let since = *survey.since.get_or_insert(elapsed);
        match (seen, self.missing(&survey)) {
            (Seen::Operations(rows), _) => survey.operations = Some(rows),
            (Seen::Offer(view), _) => {
                self.tell.push(What::Offer(view.clone()));
                survey.offer = Answer::Found(view);
            }
            (Seen::Draft(draft), _) => survey.draft = Answer::Found(draft),
            (Seen::Absent(problem), Some(asked)) => {
                match asked {
                    Ask::Operations => survey.operations = Some(Vec::new()),
                    Ask::Offer => survey.offer = Answer::Absent,
                    _ => survey.draft = Answer::Absent,
                }
                survey.absent.push(problem);
            }
            (Seen::Refused(problem), _) => return self.ended(problem),
            _ => {}
        }
        if self.missing(&survey).is_some() {
            return Stage::Survey(survey);
        }
        // What was seen first is too old to start anything on it.
        if elapsed.saturating_sub(since) > STALE && self.before.looks < MOST_LOOKS {
            self.before.looks += 1;
            return Stage::Survey(Survey::default());
        }
        self.before.looks = 0;
        self.begin(survey, today)
    }

    pub(super) fn begin(&mut self, survey: Survey, today: Timestamp) -> Stage {
        let goal = &self.goal;
        let begin = match &goal.aim {
            Aim::Cancel => return self.begin_cancel(&survey),
            Aim::Status => return self.begin_status(survey),
            Aim::Plan => {
                return Stage::End(plan(goal, &begin::release(goal, &survey, self.before, today)));
            }
            _ if self.before.published => begin::go_live(goal, &survey, self.before),
            Aim::Release => begin::release(goal, &survey, self.before, today),
            Aim::GoLive => begin::go_live(goal, &survey, self.before),
            Aim::Resume(_) => begin::resume(goal, &survey),
        };
        match begin {
            Begin::Start(phase) => Stage::Start(phase, survey, None),
            Begin::Follow { phase, operation } => {
                self.note(
                    Level::Information,
                    format!("a {phase} operation is there already; following it"),
                );
                let mut following = Following::new(phase, operation, None);
                following.guessed = true;
                self.follow(following, Origin::Adopted)
            }
            Begin::Published(operation) => {
                self.note(
                    Level::Information,
                    "the preview is there already and the draft is not known to have changed \
                     since: not publishing again",
                );
                self.tell.push(What::Phase {
                    phase: Phase::Publish,
                    origin: Origin::Finished,
                    operation,
                });
                self.phase = Some(Phase::Publish);
                self.published("the preview was there already")
            }
            Begin::Live { publish, go_live } => {
                self.tell.push(What::Phase {
                    phase: Phase::Publish,
                    origin: Origin::Finished,
                    operation: publish,
                });
                self.tell.push(What::Phase {
                    phase: Phase::GoLive,
                    origin: Origin::Finished,
                    operation: go_live,
                });
                self.phase = Some(Phase::GoLive);
                let message =
                    "the offer is live already and its draft did not change since: nothing to do";
                Stage::End(Verdict::done(self.phase, message))
            }
            Begin::AwaitForeign(phase, operation) => {
                self.note(
                    Level::Information,
                    format!("a {phase} operation is running already; waiting for its end"),
                );
                Stage::Follow { following: Following::new(phase, operation, None), foreign: true }
            }
            Begin::CancelForeign(phase, operation) => {
                self.note(
                    Level::Warning,
                    format!("a {phase} operation is running already; canceling it"),
                );
                Stage::Cancel(Canceling::new(Why::InTheWay, operation))
            }
            Begin::LookAgain(why) => {
                if self.before.pauses == 0 {
                    self.note(Level::Information, format!("{why}: looking again until they agree"));
                }
                self.before.pauses += 1;
                Stage::Pause(why)
            }
            Begin::End(verdict) => Stage::End(verdict),
        }
    }
}
