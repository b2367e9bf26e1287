//! Wiring: one invocation, from arguments and environment to an exit code.

mod access;
mod api_notes;
mod checks;
pub mod drafts;
mod goals;
mod ledger;
pub mod outside;
mod portals;
mod record;
mod refusal;
mod rehearsal;
mod releases;
mod reports;
pub mod session;
mod show;

use std::ffi::OsString;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::actions::context::Context;
use crate::actions::environment::Environment;
use crate::actions::inputs::{self, Invocation, Wrong};
use crate::clock::SystemClock;
use crate::problem::{Code, Problem};
use crate::report::console::{Console, Diagnostics, Sink};
use crate::{manifest, simulator};

/// The exit code of a signal: 128 and its number.
pub type Signal = u8;

/// Where output goes.
pub struct Streams {
    /// Results, and the log of every command but `show`.
    pub out: Sink,
    /// The log of `show`, whose result is for other programs.
    pub log_of_results: Sink,
}

/// Runs the program: `arguments` without its own name, told to stop by `signals`. Returns the exit
/// code.
pub async fn run(
    arguments: &[OsString],
    environment: &Environment,
    streams: Streams,
    signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    let invocation = inputs::resolve(arguments, environment);
    let shows = matches!(invocation, Ok(Invocation::Show(_)) | Err(Wrong { shows: true, .. }));
    let (context, console) = open_console(environment, streams, shows);
    let console = Arc::new(console);
    // Fails only if there is one already, which then serves as well.
    let _ = tracing::subscriber::set_global_default(
        tracing_subscriber::registry().with(Diagnostics(Arc::clone(&console))),
    );
    let clock = Rc::new(SystemClock::new(1.0));
    mask_secrets(&invocation, &console);
    match invocation {
        Ok(Invocation::Command(inputs)) => {
            let loaded = manifest::load(&context.workspace, &inputs.manifest, &console.secrets());
            session::run(inputs, loaded, &context, console, clock, signals).await
        }
        Ok(Invocation::Rehearse { inputs, scenario }) => {
            rehearsal::run(inputs, scenario.as_deref(), context, console, signals).await
        }
        Ok(Invocation::Show(inputs)) => {
            show::run(&inputs, &context, &console, clock, signals).await
        }
        Ok(Invocation::Simulate { listen, scenario }) => {
            simulate(&listen.to_string(), scenario.as_deref(), &console, signals).await
        }
        Ok(Invocation::Schema) => {
            console.result(&format!("{:#}", manifest::build_schema()));
            0
        }
        Ok(Invocation::Help(text) | Invocation::Version(text) | Invocation::Completions(text)) => {
            console.result(text.trim_end());
            0
        }
        Err(wrong) => refusal::refuse_inputs(wrong, &context, &console),
    }
}

/// The context of the run, and where its log goes; `show` keeps the runner's files to the step that
/// it is only a part of, and its log apart from its result.
fn open_console(environment: &Environment, streams: Streams, shows: bool) -> (Context, Console) {
    let context = Context::read(environment);
    if !shows {
        let console = Console::new(streams.out, context.in_actions, context.debug);
        let console = console.looking(context.colour, context.watched).within(context.columns);
        return (context, console);
    }
    let context = Context { step_summary: None, output: None, ..context };
    let console = Console::new(streams.log_of_results, context.in_actions, context.debug)
        .looking(context.colour, false)
        .within(context.columns)
        .printing_results_to(streams.out);
    (context, console)
}

/// Runs the simulator until a signal comes; returns the exit code.
async fn simulate(
    listen: &str,
    scenario: Option<&Path>,
    console: &Arc<Console>,
    mut signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    let until = async move { _ = signals.wait_for(Option::is_some).await };
    let out = Lines(Arc::clone(console), Vec::new());
    let Err(why) = simulator::run(listen, scenario, out, until).await else { return 0 };
    let problem = Problem::new(Code::ScenarioInvalid, why)
        .hint("docs/simulator.md lists every key of a scenario");
    console.problem(&problem);
    problem.code.class().exit_code()
}

/// Masks every secret that was given, before anything else happens, also when the inputs are
/// wrong.
fn mask_secrets(invocation: &Result<Invocation, Wrong>, console: &Console) {
    let secrets = console.secrets();
    match invocation {
        Ok(
            Invocation::Command(inputs)
            | Invocation::Show(inputs)
            | Invocation::Rehearse { inputs, .. },
        ) => {
            inputs.list_secrets().for_each(|secret| secrets.register(secret.expose_secret()));
        }
        Ok(_) => {}
        Err(wrong) => {
            wrong.secrets.iter().for_each(|secret| secrets.register(secret.expose_secret()));
        }
    }
}

/// Says, after a panic, that the program is at fault, and returns the exit code. What runs at the
/// portal goes on.
#[must_use]
pub fn crashed(environment: &Environment, out: Sink) -> u8 {
    let context = Context::read(environment);
    let problem = bug("the program stopped at a fault of its own; stderr says where".to_owned());
    Console::new(out, context.in_actions, context.debug).problem(&problem);
    problem.code.class().exit_code()
}

fn bug(message: String) -> Problem {
    Problem::new(Code::Bug, message).hint(
        "what was started goes on at the portal: follow it with `command: resume`; and \
            please report this, with the log",
    )
}

/// Passes what the simulator prints on to the console, line by line.
struct Lines(Arc<Console>, Vec<u8>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1.extend_from_slice(bytes);
        while let Some(end) = self.1.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.1.drain(..=end).collect();
            self.0.result(String::from_utf8_lossy(&line).trim_end());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
