//! The promises, checked against the truth of the world.
//!
//! *One release* is one command on one draft of one offer: its runs, however often it was killed and run again. Of it the portal may
//! accept one publish and one go-live. A further one is right only
//! * in another run, after the last operation of the offer ended badly: failed, canceled, gone, or
//!   refused by the offer after its go-live;
//! * of another draft, or, for a go-live, of another publish;
//! * in another run with `when-running: wait` or `cancel`, if anything ran on the offer, or may
//!   have, since that run began: these ask for an operation of their own;
//! * if the one before is another workflow run's, this run is to go live, and no slot shows that
//!   both are of the same content;
//! * if the portal names no change times and the one before is over: then nothing tells the same
//!   release from the next one;
//! * if one of the two requests was carried out later than [`WINDOW`] after it was sent: the
//!   network held it for longer than anyone would wait for it;
//! * if both come of one request, which the network copied, and the first was canceled before the
//!   copy arrived.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use offer_release::github::CheckRunRequest;
use offer_release::http::Request;

use crate::extra::Extra;
use crate::identity::{AUTHORITY, MARK, OIDC};
use crate::network::Flight;
use crate::plan::{Github, Job};
use crate::portal::Deed;
use crate::portal::offer::Content;
use crate::portal::operation::{By, Kind, Operation, Stage};
use crate::world::World;

/// The client waits half a minute for an answer and looks for as long what came of it.
pub const WINDOW: Duration = Duration::from_secs(36);

/// The same, where a lost POST is looked for as it is promised.
pub const LONG_WINDOW: Duration = Duration::from_secs(120);

/// What a run sees may be older than the run, by the portal's lag.
pub const STALE: Duration = Duration::from_secs(10);

/// Of one offer, in one hour of one run.
const MOST_REQUESTS_AN_HOUR: u32 = 2_000;

/// When a draft of which edition was shown.
type Shown = (Duration, i64);

/// One run of the program.
#[derive(Debug, Clone)]
pub struct Run {
    pub number: usize,
    pub job: Job,
    pub began: Duration,
    pub ended: Option<Duration>,
    /// The input `operation`.
    pub operation: Option<String>,
    /// It is another job, beside the one that is run again and again.
    pub second: bool,
}

impl Run {
    /// What GitHub calls the id of the workflow's run.
    pub fn id(&self) -> String {
        if self.second { "8".to_owned() } else { "7".to_owned() }
    }
}

/// A run of a job said that it was done with an offer.
struct Success {
    offer: usize,
    second: bool,
    /// The half that was its last.
    last: Kind,
    /// The newest publish was the job's own.
    own: bool,
}

#[derive(Default)]
pub struct Oracle {
    pub runs: RefCell<Vec<Run>>,
    violations: RefCell<Vec<String>>,
    /// When the requests that created something were sent and carried out.
    late: RefCell<HashMap<usize, Duration>>,
    /// Which editions of an offer's draft were shown to a run, and when.
    read: RefCell<HashMap<(usize, usize), Vec<Shown>>>,
    /// The offers that a run of this job reported as done, and which half was its last.
    succeeded: RefCell<Vec<Success>>,
    hours: RefCell<HashMap<(usize, u64), u32>>,
    /// When a run first asked for something to be started.
    posted: RefCell<HashMap<usize, Duration>>,
    pub excused: Cell<u32>,
}

impl Oracle {
    pub fn violated(&self, world: &World, what: impl Into<String>) {
        let what = what.into();
        world.trace.say(|| format!("VIOLATED: {what}"));
        self.violations.borrow_mut().push(what);
    }

    pub fn verdict(&self) -> Result<(), String> {
        let violations = self.violations.borrow();
        if violations.is_empty() { Ok(()) } else { Err(violations.join("\n")) }
    }

    pub fn is_broken(&self) -> bool {
        !self.violations.borrow().is_empty()
    }

    /// A run is over.
    pub fn ended(&self, number: usize, now: Duration) {
        if let Some(run) = self.runs.borrow_mut().iter_mut().find(|run| run.number == number) {
            run.ended = Some(now);
        }
    }

    /// Whether two jobs ever ran at the same time.
    pub fn has_second_job(&self) -> bool {
        self.runs.borrow().iter().any(|run| run.second)
    }

    /// The run of this number: what it sent may arrive after its end.
    fn run(&self, number: usize) -> Option<Run> {
        self.runs.borrow().iter().find(|run| run.number == number).cloned()
    }

    /// A request leaves the process.
    pub fn asked(&self, world: &World, run: usize, request: &Request) {
        let origin = request.url.origin().ascii_serialization();
        let bearer = request
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let right = match bearer.trim_start_matches("Bearer ") {
            "" => true,
            token if token.starts_with("at-") => origin == world.portal.origin(),
            token if token.starts_with("rt-") => origin == OIDC,
            _ => false,
        };
        let body = request
            .body
            .as_ref()
            .map(|body| String::from_utf8_lossy(body).into_owned())
            .unwrap_or_default();
        if !right
            || (body.contains(MARK)
                && origin != AUTHORITY
                && !(request.method == http::Method::PUT && origin == world.portal.origin()))
            || request.url.as_str().contains(MARK)
        {
            self.violated(world, format!("a secret was sent to {origin}"));
        }
        if ![world.portal.origin(), AUTHORITY, OIDC].contains(&origin.as_str()) {
            self.violated(world, format!("a request was sent to {origin}"));
        }
        if request.method == "POST" && origin == world.portal.origin() {
            self.posted.borrow_mut().entry(run).or_insert_with(|| world.now());
        }
        let mut hours = self.hours.borrow_mut();
        let count = hours.entry((run, world.now().as_secs() / 3_600)).or_default();
        *count += 1;
        if *count == MOST_REQUESTS_AN_HOUR * u32::try_from(world.plan.offers).unwrap_or(1) {
            self.violated(world, format!("{count} requests in one hour"));
        }
    }

    /// The portal did something for us.
    pub fn done(&self, world: &World, flight: &Flight, deed: &Deed) {
        let Some(run) = self.run(flight.run) else { return };
        match deed {
            Deed::Created { offer, operation } => {
                // What the program did not see of it in time, it could not know of.
                let took = world.now() - flight.sent;
                self.late.borrow_mut().insert(flight.number, took);
                let offers = world.portal.offers.borrow();
                let created = &offers[*offer].operations[*operation];
                if let Some(why) =
                    self.objection(world, &run, *offer, &offers[*offer].operations, created)
                {
                    drop(offers);
                    self.violated(world, format!("offer {offer}: {why}"));
                }
            }
            Deed::Read { offer, content } => {
                let seen = (world.now(), content.edition);
                self.read.borrow_mut().entry((run.number, *offer)).or_default().push(seen);
            }
            Deed::Written { offer, content, lost } => {
                self.written(world, &run, flight, *offer, *content, lost);
            }
            Deed::CancelAccepted { offer, operation } => {
                let asked = run.job.command == "cancel"
                    || run.job.when_running == "cancel"
                    || run.job.on_cancel == "cancel";
                if !asked || matches!(run.job.command, "status" | "plan") {
                    self.violated(world, format!("offer {offer}: canceled without being asked to"));
                }
                let own_only = run.job.command != "cancel" && run.job.when_running != "cancel";
                if let (true, Some(operation)) = (own_only, operation) {
                    let offers = world.portal.offers.borrow();
                    let canceled = &offers[*offer].operations[*operation];
                    let seen = canceled.created() + world.stale() < flight.sent;
                    let ruled = world.plan.has(Extra::CancelsOwn);
                    // After a lost answer of its own, nobody can say which of two it started.
                    let posted = self.posted.borrow().get(&run.number).copied();
                    let before =
                        posted.is_none_or(|posted| canceled.created() + world.stale() < posted);
                    if ruled && seen && before && !self.is_of_job(canceled.by, &run) {
                        let what = format!("offer {offer}: canceled what it had not started");
                        self.violated(world, what);
                    }
                }
            }
        }
    }

    /// A run said that it was done with this offer, up to this half.
    pub fn succeed(&self, world: &World, run: &Run, offer: usize, last: Kind) {
        let offers = world.portal.offers.borrow();
        let publish = offers[offer].operations.iter().rfind(|one| one.kind == Kind::Publish);
        let own = publish.is_some_and(|one| self.is_of_job(one.by, run));
        self.succeeded.borrow_mut().push(Success { offer, second: run.second, last, own });
    }

    /// Whether an earlier run of this job said that it was done with this offer, up to this half.
    pub fn has_succeeded(&self, run: &Run, offer: usize, last: Kind) -> bool {
        let of_job = |one: &Success| (one.offer, one.second) == (offer, run.second);
        let reached = |one: &Success| last == Kind::Publish || one.last == last;
        self.succeeded.borrow().iter().any(|one| of_job(one) && reached(one))
    }

    /// When a run first read the draft of this offer.
    pub fn first_read(&self, run: &Run, offer: usize) -> Option<Duration> {
        let read = self.read.borrow();
        read.get(&(run.number, offer))?.iter().map(|(at, _)| *at).min()
    }

    /// A draft was written for us.
    fn written(
        &self,
        world: &World,
        run: &Run,
        flight: &Flight,
        offer: usize,
        content: Content,
        lost: &[String],
    ) {
        let object = |what: String| self.violated(world, format!("offer {offer}: {what}"));
        if !matches!(run.job.command, "release" | "draft") {
            object(format!("the draft was written by a run that must not: {run:?}"));
        }
        if !content.written || !lost.is_empty() {
            object(format!("the draft was written without {lost:?}: {content:?}"));
        }
        let read = self.read.borrow();
        let shown = read.get(&(run.number, offer)).into_iter().flatten();
        let newest = shown.filter(|(at, _)| *at < flight.sent).map(|(_, edition)| *edition).max();
        if newest.is_none_or(|newest| newest > content.edition) {
            object(format!("{content:?} was written over edition {newest:?}, which it had seen"));
        }
        let offers = world.portal.offers.borrow();
        let seen = flight.sent.saturating_sub(world.stale());
        let runs = |one: &Operation| {
            let strange = one.strange.is_some() || one.is_gone(flight.sent);
            one.created() < seen && one.stage(flight.sent).is_busy() && !strange
        };
        if offers[offer].operations.iter().any(runs) {
            object("the draft was written while an operation ran".to_owned());
        }
    }

    /// Whether this run, or an earlier attempt of it, began this.
    pub fn is_of_job(&self, by: By, run: &Run) -> bool {
        let By::Us { run: number, .. } = by else { return false };
        self.run(number).is_some_and(|by| by.second == run.second)
    }

    /// Why this operation must not have been started; see the top of this file.
    fn objection(
        &self,
        world: &World,
        run: &Run,
        offer: usize,
        all: &[Operation],
        new: &Operation,
    ) -> Option<String> {
        let By::Us { run: by, request } = new.by else { return None };
        let allowed = match new.kind {
            Kind::Publish => run.job.command == "release",
            Kind::GoLive => {
                let vetoed = world.plan.veto && offer == 1;
                !vetoed
                    && (run.job.command == "go-live"
                        || (run.job.go_live && matches!(run.job.command, "release" | "resume")))
            }
        };
        if !allowed {
            return Some(format!("{:?} by a run that must not: {run:?}", new.kind));
        }
        let marked = world.plan.has(Extra::Ledger) && world.plan.github == Github::Good;
        // What this job only followed or found has the mark of whoever began it.
        let done = self.succeeded.borrow().iter().any(|one| {
            let reached = new.kind == Kind::Publish || one.last == new.kind;
            (one.offer, one.second) == (offer, run.second) && one.own && reached
        });
        if marked && done && run.job.command == "release" {
            return Some(format!("a {:?} after the success of an earlier attempt", new.kind));
        }
        let ours = |one: &&Operation| {
            one.number < new.number && one.kind == new.kind && matches!(one.by, By::Us { .. })
        };
        let before = all.iter().rev().find(ours)?;
        let By::Us { run: by_before, request: request_before } = before.by else { return None };
        let now = world.now();
        let (dialect, late) = (&world.portal.dialect, self.late.borrow());
        let again = by != by_before;
        let deliberate = matches!(run.job.when_running, "wait" | "cancel")
            && all[..new.number]
                .iter()
                .any(|one| one.was_busy(run.began.saturating_sub(world.stale()), now));
        let nameless = !(dialect.row_times && dialect.draft_times) && before.stage(now).is_final();
        let bound = world.plan.has(Extra::Bound);
        let republished = new.kind == Kind::GoLive
            && all[before.number..new.number]
                .iter()
                .any(|one| one.kind == Kind::Publish && one.stage(now) == Stage::Complete);
        // A publish of another workflow run, whose content nothing shows, does not go live for this
        // one.
        let another_run = run.job.go_live
            && new.kind == Kind::Publish
            && !self.is_of_job(before.by, run)
            && !world.portal.tells_content(&world.portal.offers.borrow()[offer], now);
        if (again
            && (all[new.number - 1].ended_badly(now)
                || before.ended_badly(now)
                || deliberate
                || another_run
                || nameless))
            || (before.draft != new.draft && (new.kind == Kind::Publish || !bound))
            || (bound && new.kind == Kind::GoLive && before.took != new.took)
            || (republished && !bound)
        {
            return None;
        }
        // One request that some gateway sent twice, when what the first copy began was over already.
        let copied = request == request_before && before.ended_badly(now);
        // Its list forgets what was canceled, so that nobody can know that it was there.
        let forgotten =
            world.plan.has(Extra::Ingestion) && before.stage(now) == Stage::Canceled && !again;
        let window = if again || !world.plan.has(Extra::LatePosts) { WINDOW } else { LONG_WINDOW };
        let lag = if world.plan.has(Extra::SlowViews) { dialect.list_lag } else { Duration::ZERO };
        let is_late = |request: usize| late.get(&request).is_some_and(|took| *took + lag > window);
        if copied || forgotten || is_late(request) || is_late(request_before) {
            self.excused.set(self.excused.get() + 1);
            return None;
        }
        Some(format!("a second {:?} of one release: \n{before:?}\nthen\n{new:?}", new.kind))
    }

    /// A check run was written.
    pub fn shown(&self, world: &World, request: &CheckRunRequest) {
        let text = format!("{request:?}");
        if text.contains(MARK) {
            self.violated(world, "a secret in a check run");
        }
        // What is marked as code is shown as it is.
        if request.summary.split('`').step_by(2).any(|text| {
            text.contains("<img") || text.contains("@EVIL") || text.contains("](javascript")
        }) {
            self.violated(world, "markup of others in a check run");
        }
    }
}
