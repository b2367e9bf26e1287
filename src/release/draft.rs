//! The stage before a release: the draft is written as the manifest says, so that what is published
//! is what the commit describes.
//!
//! Nothing is written while something runs. What was read is changed on a copy and written on the
//! condition that it did not change since; where another author was faster, it begins again. After
//! an answer that was lost, the draft is read for two minutes before it is written again: a write
//! that arrives late would undo what was done in between.

use std::collections::HashSet;
use std::time::Duration;

use super::begin::find_busy;
use super::driver::{BEFORE, Surroundings};
use super::event::{DraftNews, Event, LineRemark, What};
use super::findings::{Answer, Findings};
use super::goal::{DraftOrigin, WhenRunning, WhenUnchanged};
use super::verdict::{Ending, Verdict};
pub use crate::choices::ForeignChanges;
use crate::content::{
    Change, Difference, Wanted, apply, check_landing, documents_agree, find_foreign, find_missing,
    list_hidden_secrets,
};
use crate::http::repeat;
use crate::portal::{CallError, Draft, Feature, Level, Phase, Portal, Slot, State, Trouble};
use crate::problem::{Code, Problem};

/// So often the draft is read, changed and written anew.
const MOST_TRIES: u32 = 3;

/// An offer that says for so long that it is at rest, is.
const LONGEST_LAG: Duration = Duration::from_mins(10);

/// So old may the look be that found nothing running, when the draft is written.
const STALE: Duration = Duration::from_secs(5);

/// Before it begins again, for the service's own parts to agree.
const AFTER_CONFLICT: Duration = Duration::from_secs(5);

/// Seconds between the looks for a write whose answer was lost. With an entity tag a late write is
/// refused, so the first of them are enough.
const LOOKS: [u64; 7] = [2, 5, 10, 20, 30, 30, 30];
const LOOKS_WITH_TAG: usize = 3;

/// How far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only say what would change.
    Look {
        /// The release would end with the offer live.
        go_live: bool,
    },
    /// Write the draft, and that is all.
    Draft,
    /// Write the draft for the release that follows.
    Release {
        /// The release ends with the offer live, not with its preview.
        go_live: bool,
    },
}

/// What is wanted of the draft of one offer.
#[derive(Debug, Clone)]
pub struct DraftGoal {
    /// What the manifest says.
    pub wanted: Wanted,
    /// What is doubtful about it.
    pub warnings: Vec<Problem>,
    /// How far it goes.
    pub extent: Extent,
    /// What to do about changes of others.
    pub foreign: ForeignChanges,
    /// What to do if an operation runs.
    pub when_running: WhenRunning,
    /// What to do if all of it is live already.
    pub when_unchanged: WhenUnchanged,
}

/// Writes the draft as the goal says, and tells whether that was needed. `Err` is the end of the
/// release: it failed, or nothing is left to do.
///
/// # Errors
/// How it ended.
pub async fn write_draft<P: Portal>(
    goal: &DraftGoal,
    around: &Surroundings<'_, P>,
) -> Result<DraftOrigin, Verdict> {
    let author = Author { goal, around };
    author.tell(What::Began);
    let left = around.deadline.saturating_sub(around.clock.elapsed());
    let mut stop = around.stop.clone();
    let result = tokio::select! {
        biased;
        result = author.run() => result,
        Ok(stop) = stop.wait_for(Option::is_some) => {
            let signal = stop.map_or(15, |stop| stop.signal);
            let message = "the job was canceled before anything was published";
            Err(Verdict::pending(Ending::Interrupted(signal), None, message))
        }
        () = around.clock.sleep(left) => {
            let message = "`timeout` was over before anything was published";
            Err(Verdict::pending(Ending::TimedOut, None, message))
        }
    };
    if let Err(verdict) = &result {
        author.tell(What::Ended(verdict.clone()));
    }
    result
}

struct Author<'a, P> {
    goal: &'a DraftGoal,
    around: &'a Surroundings<'a, P>,
}

/// What came of a write.
enum Written {
    /// It was taken.
    Taken,
    /// Nobody knows.
    Lost(Problem),
    /// The draft is another one by now.
    Overtaken(Problem),
}

impl<P: Portal> Author<'_, P> {
    async fn run(&self) -> Result<DraftOrigin, Verdict> {
        for warning in &self.goal.warnings {
            self.tell(What::Warning(warning.clone()));
        }
        let mut last = None;
        for _ in 0..MOST_TRIES {
            let before = if self.is_look() { HashSet::new() } else { self.await_quiet().await? };
            let looked = self.around.clock.elapsed();
            let live = self.read_slot(Slot::Production).await?;
            self.end_if_out(live.as_ref()).await?;
            let draft = self.read_draft().await?;
            let change = self.change(&draft, live.as_ref())?;
            self.tell_change(&draft, &change, live.as_ref())?;
            if self.is_look() || change.is_empty() {
                return self.end(&change);
            }
            if draft.etag.is_none() && !self.is_still(&draft).await? {
                last = Some(changed_meanwhile());
                continue;
            }
            // Slow answers: something may have been started in the meantime.
            let aged = self.around.clock.elapsed().saturating_sub(looked) > STALE;
            if aged && find_busy(&self.look().await?, self.around.clock.now()).is_some() {
                continue;
            }
            let mut wrote = true;
            match self.write(&draft, &change).await? {
                Written::Taken => {}
                Written::Lost(problem) => {
                    if !self.await_landing(&draft, problem).await? {
                        continue;
                    }
                    // Another job may have written the same, and have published it.
                    wrote = self.look().await?.ids().is_subset(&before);
                }
                Written::Overtaken(problem) => {
                    self.tell(What::Setback(problem.clone(), "reading the draft again".to_owned()));
                    last = Some(problem);
                    self.around.clock.sleep(AFTER_CONFLICT).await;
                    continue;
                }
            }
            match self.verify(&change).await? {
                None => {
                    let origin = self.end(&change)?;
                    return Ok(if wrote { origin } else { DraftOrigin::Found });
                }
                Some(problem) => last = Some(problem),
            }
        }
        Err(refuse(give_up(last)))
    }

    /// Looks what runs.
    async fn look(&self) -> Result<Findings, Verdict> {
        let portal = self.around.portal;
        let rows = self.read(async || absent(portal.list_submissions().await)).await?;
        let offer = self.read(async || portal.read_offer().await).await?;
        let operations = Some(rows.unwrap_or_default());
        Ok(Findings { operations, offer: Answer::Found(offer), ..Findings::default() })
    }

    /// Waits until nothing runs, or does what `when-running` says about it. Returns the ids of the
    /// operations that are there then.
    async fn await_quiet(&self) -> Result<HashSet<String>, Verdict> {
        let Surroundings { portal, clock, schedule, .. } = self.around;
        let since = clock.elapsed();
        let mut told = false;
        let mut rests_since = None;
        loop {
            let findings = self.look().await?;
            // A row may go on to say `running`; the offer is not late for so long.
            let rests = !matches!(findings.offer_state(), State::Unknown | State::Running);
            rests_since = rests.then(|| rests_since.unwrap_or(clock.elapsed()));
            let long = |since| clock.elapsed().saturating_sub(since) >= LONGEST_LAG;
            if rests_since.is_some_and(long) {
                return Ok(findings.ids());
            }
            let Some(busy) = find_busy(&findings, clock.now()) else {
                return Ok(findings.ids());
            };
            let row = busy.row();
            match self.goal.when_running {
                WhenRunning::Fail => return Err(refuse(refuse_running())),
                WhenRunning::Cancel if !told => {
                    self.note(Level::Warning, "an operation is running already; canceling it");
                    let operation = row.and_then(|row| row.operation.as_ref());
                    portal.cancel(operation).await.map_err(|error| refuse(error.problem))?;
                }
                WhenRunning::Adopt | WhenRunning::Wait if !told => self.note(
                    Level::Information,
                    "an operation is running already; the draft is written after its end",
                ),
                WhenRunning::Cancel | WhenRunning::Adopt | WhenRunning::Wait => {}
            }
            told = true;
            let quiet = clock.elapsed().saturating_sub(since);
            let shortest = portal.capabilities().shortest_poll;
            let wait = schedule.wait(quiet, None, clock.chance(), shortest);
            self.tell(What::Rests(wait));
            clock.sleep(wait).await;
        }
    }

    /// Ends the release where everything that the manifest says is out already.
    async fn end_if_out(&self, live: Option<&Draft>) -> Result<(), Verdict> {
        let (Extent::Release { go_live } | Extent::Look { go_live }) = self.goal.extent else {
            return Ok(());
        };
        let holds = |slot: Option<&Draft>| {
            slot.is_some_and(|slot| find_missing(&self.goal.wanted, &slot.body, false).is_whole())
        };
        let (phase, message) = if holds(live) {
            (Phase::GoLive, "what is live has all that the manifest says: nothing to release")
        } else if !go_live && holds(self.read_slot(Slot::Preview).await?.as_ref()) {
            (Phase::Publish, "the preview has all that the manifest says: nothing to release")
        } else {
            return Ok(());
        };
        self.tell(What::Draft(DraftNews::default()));
        if phase == Phase::GoLive && self.goal.when_unchanged == WhenUnchanged::Fail {
            return Err(refuse(refuse_unchanged()));
        }
        Err(Verdict::done(Some(phase), message))
    }

    /// The draft as it is to be written.
    fn change(&self, draft: &Draft, live: Option<&Draft>) -> Result<Change, Verdict> {
        let wanted = &self.goal.wanted;
        let change =
            apply(wanted, &draft.body, live.map(|live| &live.body)).map_err(|problems| {
                let mut problems = problems.into_iter();
                let first = problems.next().unwrap_or_else(|| give_up(None));
                problems.for_each(|problem| self.tell_error(&problem));
                let message = describe(&first);
                refuse(Problem { message, ..first })
            })?;
        let hidden = list_hidden_secrets(&draft.body, wanted);
        if !change.is_empty() && !wanted.keeps_missing_secrets && !hidden.is_empty() {
            return Err(refuse(refuse_hidden(&hidden)));
        }
        Ok(change)
    }

    /// Tells what changes, and what of others would be published with it.
    fn tell_change(
        &self,
        draft: &Draft,
        change: &Change,
        live: Option<&Draft>,
    ) -> Result<(), Verdict> {
        let foreign = live.map(|live| find_foreign(&self.goal.wanted, &draft.body, &live.body));
        if live.is_none() {
            self.tell_kept_versions();
        }
        let changes = change.differences.clone();
        let news = DraftNews { changes, foreign: foreign.clone().unwrap_or_default() };
        self.tell_differences("the manifest changes", &news.changes);
        if self.goal.foreign != ForeignChanges::Allow {
            self.tell_differences("neither live nor in the manifest", &news.foreign);
        }
        let refused = self.goal.foreign == ForeignChanges::Refuse && !news.foreign.is_empty();
        self.tell(What::Draft(news));
        if refused && !self.is_look() {
            return Err(refuse(refuse_foreign(&foreign.unwrap_or_default())));
        }
        Ok(())
    }

    /// Says of each `keep-versions` that it does nothing where nobody knows what is live.
    fn tell_kept_versions(&self) {
        for (_, place) in
            self.goal.wanted.plans.iter().filter_map(|plan| plan.keep_versions.as_ref())
        {
            let text = "`keep-versions` removes nothing: nothing is live, or it cannot be read";
            self.tell(What::OnLine(LineRemark {
                level: Level::Information,
                place: place.clone(),
                text: text.to_owned(),
                detail: String::new(),
            }));
        }
    }

    /// Tells an error that is not the one with which the release ends.
    fn tell_error(&self, problem: &Problem) {
        let (level, text) = (Level::Error, describe(problem));
        match problem.place.clone() {
            Some(place) => {
                let detail = problem.hint.as_ref().map(|hint| format!("What to do now: {hint}"));
                let detail = detail.unwrap_or_default();
                self.tell(What::OnLine(LineRemark { level, place, text, detail }));
            }
            None => self.note(level, text),
        }
    }

    fn tell_differences(&self, what: &str, differences: &[Difference]) {
        for difference in differences {
            let place = difference.place.as_ref();
            let at = place.map(|at| format!(" ({}:{})", at.file, at.line)).unwrap_or_default();
            let (level, text) = (Level::Information, format!("{what}: {}{at}", difference.title()));
            match place.cloned().filter(|_| self.is_look()) {
                // What a reviewer sees beside the line.
                Some(place) => {
                    let detail = difference.render_lines();
                    self.tell(What::OnLine(LineRemark { level, place, text, detail }));
                }
                None => self.note(level, text),
            }
            for line in difference.lines() {
                self.note(Level::Information, format!("  {} {}", line.mark.sign(), line.text));
            }
        }
    }

    /// Whether the draft is still what it was, where no entity tag guards the write.
    async fn is_still(&self, draft: &Draft) -> Result<bool, Verdict> {
        let now = self.read_draft().await?;
        Ok(now.changed == draft.changed && documents_agree(&now.body, &draft.body))
    }

    async fn write(&self, draft: &Draft, change: &Change) -> Result<Written, Verdict> {
        match self.around.portal.write_draft(draft, &change.document).await {
            Ok(()) => Ok(Written::Taken),
            Err(error) => match error.trouble {
                Trouble::Passing => Ok(Written::Lost(error.problem)),
                Trouble::Changed | Trouble::Conflict => Ok(Written::Overtaken(error.problem)),
                Trouble::NotFound | Trouble::Unreadable | Trouble::Refused | Trouble::Auth => {
                    Err(refuse(error.problem))
                }
            },
        }
    }

    /// Looks whether a write arrived whose answer was lost.
    async fn await_landing(&self, draft: &Draft, problem: Problem) -> Result<bool, Verdict> {
        let next = "looking whether the draft was written".to_owned();
        self.tell(What::Setback(problem, next));
        let looks = if draft.etag.is_some() { LOOKS_WITH_TAG } else { LOOKS.len() };
        for seconds in &LOOKS[..looks] {
            self.around.clock.sleep(Duration::from_secs(*seconds)).await;
            let now = self.read_draft().await?;
            if find_missing(&self.goal.wanted, &now.body, true).is_whole() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every edit landed, and nothing that was there is changed or lost; or what is not so.
    async fn verify(&self, change: &Change) -> Result<Option<Problem>, Verdict> {
        let read = self.read_draft().await?;
        let landing = check_landing(&self.goal.wanted, &change.document, &read.body);
        if !landing.added.is_empty() {
            let titles: Vec<_> = landing.added.iter().map(Difference::title).collect();
            self.note(Level::Information, format!("the portal added {}", titles.join(", ")));
        }
        if landing.lost.is_empty() {
            return Ok(None);
        }
        self.tell_differences("written, and read otherwise", &landing.lost);
        // The edits are there, so nothing would be written again: what is lost, is.
        if find_missing(&self.goal.wanted, &read.body, true).is_whole() {
            return Err(refuse(refuse_loss(&landing.lost)));
        }
        Ok(Some(changed_meanwhile()))
    }

    /// The draft has what the manifest says.
    fn end(&self, change: &Change) -> Result<DraftOrigin, Verdict> {
        let count = change.differences.len();
        let plural = if count == 1 { "" } else { "s" };
        match (self.goal.extent, count) {
            (Extent::Draft, 0) => {
                Err(Verdict::done(None, "the draft has all that the manifest says: not written"))
            }
            (Extent::Draft, _) => {
                let message = format!("the draft was written: {count} change{plural}");
                Err(Verdict::done(None, message).hint("`command: release` publishes it"))
            }
            (Extent::Release { .. }, 1..) => {
                let text = format!("the draft was written: {count} change{plural}");
                self.note(Level::Information, text);
                Ok(DraftOrigin::Written)
            }
            (Extent::Look { go_live }, 1..) => {
                let then = if go_live { ", publish it and go live" } else { " and publish it" };
                let message = format!("would write {count} change{plural} into the draft{then}");
                Err(Verdict::done(None, message))
            }
            (Extent::Release { .. } | Extent::Look { .. }, _) => Ok(DraftOrigin::Found),
        }
    }

    fn is_look(&self) -> bool {
        matches!(self.goal.extent, Extent::Look { .. })
    }

    async fn read_draft(&self) -> Result<Draft, Verdict> {
        self.read(async || self.around.portal.read_draft().await).await
    }

    /// What a slot holds, if that can be known.
    async fn read_slot(&self, slot: Slot) -> Result<Option<Draft>, Verdict> {
        if !self.around.portal.capabilities().has(Feature::Slots) {
            return Ok(None);
        }
        self.read(async || absent(self.around.portal.read_slot(slot).await)).await
    }

    /// A read, repeated while that may help.
    async fn read<T>(
        &self,
        mut look: impl AsyncFnMut() -> Result<T, CallError>,
    ) -> Result<T, Verdict> {
        let Surroundings { clock, deadline, .. } = self.around;
        let answer = repeat(*clock, BEFORE, Some(*deadline), async || look().await, |_, _, _| {});
        answer.await.map_err(|error| refuse(error.problem))
    }

    fn note(&self, level: Level, text: impl Into<String>) {
        self.tell(What::Note(level, text.into()));
    }

    fn tell(&self, what: What) {
        let Surroundings { clock, index, emit, .. } = self.around;
        emit(Event { at: clock.now(), offer: *index, what });
    }
}

/// What does not exist, or is not shown, is nothing.
fn absent<T>(answer: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.trouble, Trouble::NotFound | Trouble::Refused) => Ok(None),
        Err(error) => Err(error),
    }
}

fn refuse(problem: Problem) -> Verdict {
    Verdict::problem(None, problem)
}

/// A problem with its place, for a verdict has none.
fn describe(problem: &Problem) -> String {
    match &problem.place {
        Some(at) => format!("{}:{}:{}: {problem}", at.file, at.line, at.column),
        None => problem.to_string(),
    }
}

fn refuse_running() -> Problem {
    let message = "an operation is running on the offer, so its draft is not written";
    Problem::new(Code::OperationRunning, message)
        .hint("run the same command again after its end, or see the input `when-running`")
}

fn refuse_unchanged() -> Problem {
    let message = "there is nothing to release: what is live has all that the manifest says";
    Problem::new(Code::NothingChanged, message)
        .hint("change the manifest or the version, or say `when-unchanged: succeed`")
}

fn refuse_hidden(hidden: &[String]) -> Problem {
    let message = format!(
        "the portal does not show every secret of the draft, and writing it might blank them: {}",
        hidden.join("; ")
    );
    Problem::new(Code::ContentMismatch, message).hint(
        "supply the secret by an `edit` with `${secret.NAME}`, or say `missing-secrets: keep` at \
         the offer",
    )
}

fn refuse_foreign(foreign: &[Difference]) -> Problem {
    let titles: Vec<_> = foreign.iter().map(Difference::title).collect();
    let message = format!(
        "the draft has changes that are neither live nor the manifest's: {}",
        titles.join(", ")
    );
    Problem::new(Code::ForeignChanges, message).hint(
        "publish or undo them in Partner Center, put them into the manifest, or give \
         `foreign-changes: warn`",
    )
}

fn refuse_loss(lost: &[Difference]) -> Problem {
    let titles: Vec<_> = lost.iter().map(Difference::title).collect();
    let message = format!(
        "the draft was written, and has lost or changed what the manifest does not name: {}",
        titles.join(", ")
    );
    Problem::new(Code::DraftConflict, message).hint(
        "look at the draft in Partner Center: the portal did not take it as it was, or somebody \
         changed it at the same time; then run the same command again",
    )
}

fn changed_meanwhile() -> Problem {
    Problem::new(Code::DraftConflict, "somebody else changed the draft at the same time")
}

fn give_up(last: Option<Problem>) -> Problem {
    let why = last.map(|last| format!("; the last time: {last}")).unwrap_or_default();
    let message = format!("the draft could not be written in {MOST_TRIES} tries{why}");
    Problem::new(Code::DraftConflict, message).hint("run the same command again later")
}

#[cfg(test)]
mod tests;
