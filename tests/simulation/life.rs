//! The life of one seed: a job that is run, killed, told to stop and run again, until the world is
//! calm and it has to end well.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;

use crate::extra::Extra;
use crate::oracle::Run;
use crate::plan::{Job, SignIn};
use crate::portal::{ORIGIN, PUBLISHER};
use crate::process::{self, End, Fatal, Process};
use crate::world::World;
use crate::{green, log};

/// Runs in a calm world after which the job has not come to its end.
const MOST_CALM_RUNS: usize = 16;

/// The numbers of the runs of the other job begin here.
const SECOND: usize = 1_000;

/// As many are enough where no end is to be expected.
const HOPELESS_RUNS: usize = 2;

/// A run may take so much longer than its `timeout`: for the answer of a last request, and for the
/// last reports.
const GRACE: Duration = Duration::from_secs(120);

/// After a signal the outputs have to be there within this time, before the runner kills.
const LAST_WORDS: Duration = Duration::from_secs(6);

/// What came of a seed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Figures {
    pub runs: u64,
    pub requests: u64,
    pub killed: u64,
    pub excused: u64,
    pub simulated: Duration,
}

/// Lives the life of this seed.
pub fn live(seed: u64, traced: bool) -> (Result<Figures, String>, String) {
    let world = World::new(seed, traced);
    let files = world.plan.files.then(directory);
    let mut figures = Figures::default();
    let result = (0..).find_map(|number| {
        let calm = number >= world.plan.chaotic_runs;
        if calm && !world.calm.replace(true) {
            world.trace.say(|| "the world is calm");
        }
        let job = job(&world, calm);
        let (began, operation) = (world.now(), operation(&world, &job));
        let run = Run { number, job, began, ended: None, second: false, operation };
        let (end, log) = one(&world, &run, calm, files.as_ref().map(tempfile::TempDir::path));
        figures.runs += 1;
        figures.killed += u64::from(end == End::Killed);
        if let Err(why) = world.oracle.verdict() {
            return Some(Err(why));
        }
        if calm && is_final(&world, &run, &end, &log) {
            return Some(Ok(()));
        }
        if number >= world.plan.chaotic_runs + HOPELESS_RUNS && hopeless(&world) {
            return Some(Ok(()));
        }
        if number >= world.plan.chaotic_runs + MOST_CALM_RUNS {
            return Some(Err(format!(
                "not at its end after {MOST_CALM_RUNS} calm runs; the last: {end:?}\n{log}"
            )));
        }
        let pause = if calm {
            world.chance.seconds(3_600, 172_800)
        } else {
            world.chance.seconds(1, 7_200)
        };
        world.time.pass(world.now() + pause);
        None
    });
    figures.requests = world.requests.get() as u64;
    figures.excused = world.oracle.excused.get().into();
    figures.simulated = world.now();
    (result.unwrap_or(Ok(())).map(|()| figures), world.trace.text())
}

/// In memory where there is such a place: the files are rewritten at every change.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The command of a run: always the same, but for looks in between while there is chaos.
fn job(world: &World, calm: bool) -> Job {
    let plain = world.plan.job;
    if calm || !world.chance.one_in(6) {
        return plain;
    }
    Job { command: world.chance.pick(&["status", "plan", "resume"]), ..plain }
}

/// One run, with another job beside it if the world has one, and what is checked at their ends.
fn one(world: &Rc<World>, run: &Run, calm: bool, files: Option<&std::path::Path>) -> (End, String) {
    let mut jobs = vec![begin(world, run.clone(), calm, files)];
    if let Some(second) = second_job(world, run, calm) {
        jobs.push(begin(world, second, calm, None));
    }
    let (signaled, processes): (Vec<_>, Vec<_>) =
        jobs.into_iter().map(|(process, signaled)| (signaled, process)).unzip();
    let ends = process::run(world, processes);
    let runs: Vec<Run> = world.oracle.runs.borrow().clone();
    let runs = runs.iter().skip(runs.len() - ends.len());
    for ((run, signaled), (end, log)) in runs.zip(signaled).zip(&ends) {
        world.trace.say(|| format!("---- run {} ended: {end:?}\n{log}", run.number));
        judge(world, run, signaled.as_ref().map(|(at, _)| *at), end, log);
    }
    if let Some(files) = files {
        check_files(world, files);
    }
    ends.into_iter().next().unwrap_or((End::Killed, String::new()))
}

/// Until it is dropped, the process can be told to stop.
type Signals = Rc<watch::Sender<Option<u8>>>;

fn begin(
    world: &Rc<World>,
    run: Run,
    calm: bool,
    files: Option<&std::path::Path>,
) -> (Process, Option<(Duration, Signals)>) {
    world.trace.say(|| format!("---- run {}: {:?}", run.number, run.job));
    let (sender, _) = watch::channel(None);
    let sender = Rc::new(sender);
    let mut fatal = Fatal::default();
    let mut signaled = None;
    if !calm {
        (fatal, signaled) = interference(world, &run, &sender);
    }
    let process = process::prepare(world, &run, files, fatal, &sender);
    world.oracle.runs.borrow_mut().push(run);
    (process, Some((signaled.unwrap_or(Duration::MAX), sender)))
}

/// Another job for the same offers at the same time, as a re-run of the workflow makes it.
fn second_job(world: &World, run: &Run, calm: bool) -> Option<Run> {
    if calm || !world.plan.has(Extra::SecondJob) || !world.chance.one_in(2) {
        return None;
    }
    let command = world.chance.pick(&["release", "release", run.job.command, "resume", "status"]);
    // All attempts of a workflow run have the same inputs.
    let go_live = *world.second_goes_live.get_or_init(|| world.chance.one_in(2));
    let job = Job { command, go_live, ..run.job };
    let after = world.chance.pick(&[Duration::ZERO, world.chance.millis(1, 7_200_000)]);
    let (number, began) = (SECOND + run.number, run.began + after);
    let operation = operation(world, &job);
    Some(Run { number, job, began, ended: None, second: true, operation })
}

/// What the input `operation` names: some operation of the one offer, whoever began it.
fn operation(world: &World, job: &Job) -> Option<String> {
    let asked = world.plan.has(Extra::ResumeOperation) && job.command == "resume";
    let offers = world.portal.offers.borrow();
    let [offer] = &offers[..] else { return None };
    if !asked || offer.operations.is_empty() || world.chance.one_in(2) {
        return None;
    }
    let one = &offer.operations[world.chance.below(offer.operations.len())];
    if world.plan.has(Extra::Ingestion) {
        return Some(format!("configure/{}", one.id));
    }
    Some(format!("{ORIGIN}/api/publishers/{PUBLISHER}/offers/{}/operations/{}", offer.id, one.id))
}

/// What is checked of every run.
fn judge(world: &World, run: &Run, signaled: Option<Duration>, end: &End, log: &str) {
    let in_actions = world.plan.github != crate::plan::Github::Elsewhere;
    for why in log::objections(log, in_actions) {
        world.oracle.violated(world, why);
    }
    let (End::Exit(code), Some(ended)) = (end, run.ended) else { return };
    let took = ended - run.began;
    if took > run.job.timeout + GRACE {
        world.oracle.violated(world, format!("took {took:?}"));
    }
    if let Some(at) = signaled.filter(|at| *at <= ended)
        && ended - at > LAST_WORDS
    {
        world.oracle.violated(world, format!("ended {:?} after the signal", ended - at));
    }
    for why in green::objections(world, run, *code, log) {
        world.oracle.violated(world, why);
    }
    if [2, 70].contains(code) {
        world.oracle.violated(world, format!("exit code {code}"));
    }
}

/// What happens to this run from outside: kills, signals, other people.
fn interference(world: &Rc<World>, run: &Run, sender: &Signals) -> (Fatal, Option<Duration>) {
    let (chance, plan, now) = (&world.chance, &world.plan, run.began);
    let mut fatal = Fatal::default();
    if plan.kills && chance.one_in(2) {
        if chance.one_in(2) {
            fatal.after_polls = Some(u32::try_from(chance.millis(1, 300).as_millis()).unwrap_or(1));
        } else {
            let (again, number) = (Rc::clone(world), run.number);
            let at = now + chance.millis(1, 7_200_000);
            world.time.at(at, move || again.kill.set(Some(number)));
        }
    }
    if plan.others {
        for _ in 0..chance.below(6) {
            let again = Rc::clone(world);
            world.time.at(now + chance.millis(100, 7_200_000), move || again.others_interfere());
        }
    }
    if plan.has(Extra::Edits) || plan.has(Extra::Drafts) {
        for _ in 0..=chance.below(2) {
            let again = Rc::clone(world);
            world.time.at(now + chance.millis(100, 7_200_000), move || again.others_edit());
        }
    }
    if !plan.signals || !chance.one_in(2) {
        return (fatal, None);
    }
    let at = now + chance.millis(1, 7_200_000);
    let sender = Rc::clone(sender);
    world.time.at(at, move || {
        let _ = sender.send(Some(15));
    });
    (fatal, Some(at))
}

/// What was left in the files is checked even after a kill.
fn check_files(world: &World, files: &std::path::Path) {
    for entry in std::fs::read_dir(files).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
        if text.contains(crate::identity::MARK) {
            world.oracle.violated(world, format!("a secret in {:?}", entry.path()));
        }
    }
    let _ = std::fs::remove_file(files.join("output"));
    let _ = std::fs::remove_file(files.join("summary"));
}

/// Whether a run in a calm world has come to the true end of its command.
fn is_final(world: &World, run: &Run, end: &End, log: &str) -> bool {
    let End::Exit(code) = end else {
        world.oracle.violated(world, "killed in a calm world");
        return false;
    };
    match (code, run.job.command) {
        (0, _) => true,
        // Still running, or something else is: later.
        (4, _) => false,
        // The next run gets a new token.
        (3, _) if world.plan.has(Extra::TokenEnds) && world.plan.sign_in == SignIn::ReadyMade => {
            false
        }
        // What ended badly in the chaos stays so; a release publishes anew, the others do not.
        (1, "release") => false,
        (1, _) => true,
        _ if hopeless(world) => true,
        _ => {
            world.oracle.violated(world, format!("exit code {code} in a calm world\n{log}"));
            false
        }
    }
}

/// A word that nobody will ever know keeps a release from its end, and rightly so; and where the
/// list does not say which of the two halves a row is, a go-live that is over looks like a publish,
/// so that another go-live is asked for, and refused. Where the portal names no change times,
/// offers that are done are published anew in each run, so that several may never be done together,
/// and one not either where a run is too short for both halves.
fn hopeless(world: &World) -> bool {
    let (dialect, plan) = (&world.portal.dialect, &world.plan);
    let nameless = !(dialect.row_times && dialect.draft_times);
    let too_short = plan.job.timeout < Duration::from_secs(3_600) || !plan.job.wait;
    if !dialect.row_kinds || (nameless && (plan.offers > 1 || too_short)) {
        return true;
    }
    let now = world.now();
    let strange = |one: &crate::portal::operation::Operation| {
        one.strange_word(now).is_some() && one.strange.is_some_and(|s| s.until.is_none())
    };
    world.portal.offers.borrow().iter().any(|offer| offer.operations.iter().any(&strange))
}

impl Figures {
    /// Adds those of another seed.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.requests += other.requests;
        self.killed += other.killed;
        self.excused += other.excused;
        self.simulated += other.simulated;
    }
}
