//! One run of the program: the real release, from its inputs to its exit code, on the world.

use std::io::Write;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::SignedDuration;
use offer_release::actions::context::Context as Job;
use offer_release::actions::environment::Environment;
use offer_release::actions::inputs::{Inputs, Invocation, resolve};
use offer_release::app::drafts::read_drafts;
use offer_release::app::outside::Outside;
use offer_release::app::session::{Selection, release};
use offer_release::clock::Clock;
use offer_release::github::{Deployments, GithubError, GithubResource};
use offer_release::manifest;
use offer_release::report::check_run::Commit;
use offer_release::report::console::Console;
use secrecy::ExposeSecret as _;
use tokio::sync::watch;

use crate::deployments::Environments;
use crate::extra::Extra;
use crate::github::Checks;
use crate::identity::{AUTHORITY, CLIENT_SECRET, GITHUB_TOKEN, OIDC, OIDC_REQUEST_TOKEN, TENANT};
use crate::network::Wire;
use crate::oracle::Run;
use crate::plan::{Github, Plan, SignIn};
use crate::portal::WANTED;
use crate::time::ProcessClock;
use crate::world::World;

/// Polls of a process without time passing: more is a busy loop.
const MOST_POLLS: u32 = 5_000;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Exit(u8),
    Killed,
}

/// What ends a run from outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fatal {
    /// Killed at this await point, counted from the start.
    pub after_polls: Option<u32>,
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The job log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One run under way.
pub struct Process {
    number: usize,
    fatal: Fatal,
    log: Log,
    future: LocalBoxFuture<'static, u8>,
    woken: Arc<Woken>,
    polls: u32,
    at_once: u32,
    last: Duration,
    end: Option<End>,
}

/// Prepares a run of the program, which begins at `run.began`.
pub fn prepare(
    world: &Rc<World>,
    run: &Run,
    files: Option<&std::path::Path>,
    fatal: Fatal,
    signals: &watch::Sender<Option<u8>>,
) -> Process {
    let plan = &world.plan;
    let environment = environment(world, run, files);
    let context = Job::read(&environment);
    let inputs = inputs(&environment);
    let manifest = manifest::parse("offer.yml", &manifest_text(plan)).unwrap();
    let offers = manifest.select(&inputs.offers).unwrap();
    let log = Log::default();
    let console = Arc::new(Console::new(Box::new(log.clone()), context.in_actions, context.debug));
    let wrong_by = if plan.wrong_date {
        SignedDuration::from_secs(world.chance.below(1_200) as i64 - 600)
    } else {
        SignedDuration::ZERO
    };
    inputs.list_secrets().for_each(|secret| console.secrets().register(secret.expose_secret()));
    let clock: Rc<dyn Clock> = Rc::new(ProcessClock {
        time: Rc::clone(&world.time),
        chance: Rc::clone(&world.chance),
        started: run.began,
        wrong_by,
    });
    let commit = Commit { sha: "0".repeat(40), run_url: context.run_url(), run_id: run.id() };
    let check_runs = match plan.github {
        Github::Elsewhere => {
            Err(GithubError::NotPermitted(GithubResource::CheckRun.says("no token")))
        }
        _ => Ok((Box::new(Checks { world: Rc::clone(world) }) as _, commit)),
    };
    let deployments: Result<Rc<dyn Deployments>, GithubError> =
        if plan.has(Extra::Ledger) && plan.github != Github::Elsewhere {
            Ok(Rc::new(Environments { world: Rc::clone(world) }))
        } else {
            Err(GithubError::NotPermitted(GithubResource::Deployment.says("no permission")))
        };
    let now = clock.now();
    let outside = Outside {
        deployments,
        clock,
        transport: Rc::new(Wire { world: Rc::clone(world), run: run.number }),
        check_runs,
        signals: signals.subscribe(),
    };
    let wait = world.time.sleep(run.began - world.now());
    let future = async move {
        wait.await;
        let drafts =
            read_drafts(&inputs, &manifest, &offers, &context, &console.secrets(), now).unwrap();
        let selection = Selection { manifest, offers: &offers, drafts };
        let code = release(&inputs, selection, &context, Arc::clone(&console), outside).await;
        code.unwrap_or_else(|problem| {
            console.problem(&problem);
            problem.code.class().exit_code()
        })
    };
    Process {
        number: run.number,
        fatal,
        log,
        future: Box::pin(future),
        woken: Arc::new(Woken(AtomicBool::new(true))),
        polls: 0,
        at_once: 0,
        last: world.now(),
        end: None,
    }
}

/// Runs these processes to their ends. Returns of each how it ended, and its log.
pub fn run(world: &World, mut processes: Vec<Process>) -> Vec<(End, String)> {
    loop {
        let mut busy = false;
        for process in &mut processes {
            busy |= process.step(world);
        }
        if processes.iter().all(|process| process.end.is_some()) {
            break;
        }
        if !busy && !world.time.advance() {
            world.oracle.violated(world, "waits for nothing");
        }
    }
    processes.into_iter().filter_map(|one| Some((one.end?, one.log.text()))).collect()
}

impl Process {
    /// Polls the future if it was woken. False if it was not, or is over.
    fn step(&mut self, world: &World) -> bool {
        if self.end.is_some() {
            return false;
        }
        let killed = world.kill.get() == Some(self.number);
        if killed {
            world.kill.set(None);
        }
        if killed
            || self.fatal.after_polls.is_some_and(|most| self.polls >= most)
            || world.oracle.is_broken()
        {
            self.stop(world, End::Killed);
            return false;
        }
        if !self.woken.0.swap(false, Ordering::Relaxed) {
            return false;
        }
        self.polls += 1;
        self.at_once = if world.now() == self.last { self.at_once + 1 } else { 0 };
        self.last = world.now();
        if self.at_once > MOST_POLLS {
            world.oracle.violated(world, "busy without time passing");
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        if let Poll::Ready(code) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.stop(world, End::Exit(code));
        }
        true
    }

    /// Ends it here: nothing of it goes on.
    fn stop(&mut self, world: &World, end: End) {
        self.future = Box::pin(std::future::pending());
        world.oracle.ended(self.number, world.now());
        self.end = Some(end);
    }
}

fn inputs(environment: &Environment) -> Inputs {
    match resolve(&[], environment) {
        Ok(Invocation::Command(inputs)) => inputs,
        other => panic!("{other:?}"),
    }
}

fn environment(world: &World, run: &Run, files: Option<&std::path::Path>) -> Environment {
    let (plan, job) = (&world.plan, &run.job);
    let mut pairs: Vec<(&str, String)> = vec![
        ("INPUT_COMMAND", job.command.to_owned()),
        ("INPUT_GO-LIVE", job.go_live.to_string()),
        ("INPUT_WAIT", job.wait.to_string()),
        ("INPUT_TIMEOUT", format!("{}s", job.timeout.as_secs())),
        ("INPUT_POLL-INTERVAL", job.poll.to_owned()),
        ("INPUT_WHEN-RUNNING", job.when_running.to_owned()),
        ("INPUT_ON-CANCEL", job.on_cancel.to_owned()),
        ("INPUT_AUTHORITY-URL", AUTHORITY.to_owned()),
        ("INPUT_GITHUB-TOKEN", GITHUB_TOKEN.to_owned()),
    ];
    if plan.github != Github::Elsewhere {
        pairs.extend([
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_REPOSITORY", "contoso/offers".to_owned()),
            ("GITHUB_RUN_ID", run.id()),
            ("GITHUB_SHA", "0".repeat(40)),
            ("GITHUB_RUN_ATTEMPT", (run.number + 1).to_string()),
        ]);
    }
    if let Some(operation) = &run.operation {
        pairs.push(("INPUT_OPERATION", operation.clone()));
    }
    if plan.debug {
        pairs.push(("RUNNER_DEBUG", "1".to_owned()));
    }
    match plan.sign_in {
        // A ready-made token is made for each run.
        SignIn::ReadyMade => {
            let end = if plan.has(Extra::TokenEnds) {
                run.began + Duration::from_secs(3_600)
            } else {
                Duration::MAX
            };
            pairs.push(("INPUT_ACCESS-TOKEN", world.identity.give(end)));
        }
        SignIn::Secret | SignIn::Oidc => {
            pairs.extend([
                ("INPUT_TENANT-ID", TENANT.to_owned()),
                ("INPUT_CLIENT-ID", "app".to_owned()),
            ]);
        }
    }
    match plan.sign_in {
        SignIn::Secret => pairs.push(("INPUT_CLIENT-SECRET", CLIENT_SECRET.to_owned())),
        SignIn::Oidc => pairs.extend([
            ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{OIDC}/token?v=1")),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", OIDC_REQUEST_TOKEN.to_owned()),
        ]),
        SignIn::ReadyMade => {}
    }
    if let Some(files) = files {
        let path = |name: &str| files.join(name).to_string_lossy().into_owned();
        pairs.extend([
            ("GITHUB_WORKSPACE", path("")),
            ("GITHUB_OUTPUT", path("output")),
            ("GITHUB_STEP_SUMMARY", path("summary")),
            ("INPUT_RECORD", "record.json".to_owned()),
        ]);
    }
    Environment::from_pairs(pairs)
}

fn manifest_text(plan: &Plan) -> String {
    let api = if plan.has(Extra::Ingestion) { "api: product-ingestion\n" } else { "" };
    let mut text =
        format!("{api}publisher: contoso\nnotification-emails: [release@contoso.com]\noffers:\n");
    let edit = if plan.has(Extra::Drafts) {
        format!("    edit: [{{ set: /microsoft-azure-marketplace.summary, value: {WANTED} }}]\n")
    } else {
        String::new()
    };
    for index in 0..plan.offers {
        let veto = if plan.veto && index == 1 { "    go-live: false\n" } else { "" };
        text.push_str(&format!(
            "  - id: offer-{}\n{veto}{edit}    plans: [{{ id: standard }}]\n",
            ["a", "b", "c"][index]
        ));
    }
    text
}
