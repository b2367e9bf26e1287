//! One run of the program: the real release, from its inputs to its exit code, on the world.

use std::io::Write;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use jiff::SignedDuration;
use offer_release::actions::context::Context as Job;
use offer_release::actions::environment::Environment;
use offer_release::actions::inputs::{Inputs, Invocation, resolve};
use offer_release::app::session::{Outside, release};
use offer_release::clock::Clock;
use offer_release::github::{GithubError, Resource};
use offer_release::manifest;
use offer_release::report::check_run::Commit;
use offer_release::report::console::Console;
use tokio::sync::watch;

use crate::github::Checks;
use crate::identity::{AUTHORITY, CLIENT_SECRET, GITHUB_TOKEN, OIDC, OIDC_REQUEST_TOKEN, TENANT};
use crate::network::Wire;
use crate::oracle::Run;
use crate::plan::{Github, Plan, SignIn};
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

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs the program once. Returns how it ended, and its log.
pub fn run(
    world: &Rc<World>,
    run: &Run,
    files: Option<&std::path::Path>,
    fatal: Fatal,
    signals: &watch::Sender<Option<u8>>,
) -> (End, String) {
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
    let clock: Rc<dyn Clock> = Rc::new(ProcessClock {
        time: Rc::clone(&world.time),
        chance: Rc::clone(&world.chance),
        started: world.now(),
        wrong_by,
    });
    let commit = Commit { sha: "0".repeat(40), run_url: context.run_url(), run_id: "7".to_owned() };
    let check_runs = match plan.github {
        Github::Elsewhere => Err(GithubError::NotPermitted(Resource::CheckRun.says("no token"))),
        _ => Ok((Box::new(Checks { world: Rc::clone(world) }) as _, commit)),
    };
    let outside = Outside {
        clock,
        transport: Rc::new(Wire { world: Rc::clone(world), run: run.number }),
        check_runs,
        signals: signals.subscribe(),
    };
    let end = drive(
        world,
        fatal,
        release(&inputs, manifest, &offers, &context, Arc::clone(&console), outside),
    );
    let end = end.map_or(End::Killed, |code| {
        End::Exit(code.unwrap_or_else(|problem| {
            console.problem(&problem);
            problem.code.class().exit_code()
        }))
    });
    let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    (end, log)
}

/// Polls the future whenever it is woken, and lets time jump when it is not. `None`: killed.
fn drive<T>(world: &World, fatal: Fatal, future: impl Future<Output = T>) -> Option<T> {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    let (mut polls, mut at_once, mut last) = (0, 0, world.now());
    loop {
        if world.kill.replace(false)
            || fatal.after_polls.is_some_and(|most| polls >= most)
            || world.oracle.is_broken()
        {
            return None;
        }
        if woken.0.swap(false, Ordering::Relaxed) {
            polls += 1;
            at_once = if world.now() == last { at_once + 1 } else { 0 };
            last = world.now();
            if at_once > MOST_POLLS {
                world.oracle.violated(world, "busy without time passing");
            }
            if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(done);
            }
        } else if !world.time.advance() {
            world.oracle.violated(world, "waits for nothing");
        }
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
            ("GITHUB_RUN_ID", "7".to_owned()),
            ("GITHUB_RUN_ATTEMPT", (run.number + 1).to_string()),
        ]);
    }
    if plan.debug {
        pairs.push(("RUNNER_DEBUG", "1".to_owned()));
    }
    match plan.sign_in {
        // A ready-made token is made for each run.
        SignIn::ReadyMade => pairs.push(("INPUT_ACCESS-TOKEN", world.identity.give(Duration::MAX))),
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
    let mut text =
        String::from("publisher: contoso\nnotification-emails: [release@contoso.com]\noffers:\n");
    for index in 0..plan.offers {
        let veto = if plan.veto && index == 1 { "    go-live: false\n" } else { "" };
        text.push_str(&format!(
            "  - id: offer-{}\n{veto}    plans: [{{ id: standard }}]\n",
            ["a", "b", "c"][index]
        ));
    }
    text
}
