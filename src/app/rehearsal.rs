//! The whole release against the embedded simulator: no account, no network, days in seconds.

use std::rc::Rc;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{Signal, refusal, session};
use crate::actions::context::Context;
use crate::actions::inputs::{Command, Inputs, Keep};
use crate::clock::SystemClock;
use crate::manifest::{self, Manifest};
use crate::problem::{Code, Problem};
use crate::report::console::Console;
use crate::simulator::{Scenario, Simulator};

/// The manifest's name if none is given.
const DEFAULT_MANIFEST: &str = "offer.yml";

/// How much faster than the world: three days take a quarter of a minute.
const SPEED: f64 = 20_000.0;

/// Some seconds of people's time: an hour would be less than a busy machine may take for one
/// request.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// Runs `release`, unchanged, against a simulator in this process.
pub async fn run(
    inputs: Inputs,
    context: Context,
    console: Arc<Console>,
    signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    let simulator = match start().await {
        Ok(simulator) => simulator,
        Err(error) => {
            let problem = Problem::new(
                Code::Unavailable,
                format!("the simulator cannot listen on 127.0.0.1: {error}"),
            )
            .hint("allow this process to open a port on the loopback interface");
            return refusal::told(&[problem], &context, &console);
        }
    };
    console.line(
        "rehearsal: everything below happens in a simulator inside this process; nothing \
        is published",
    );
    let inputs = match rehearsed(inputs, &simulator) {
        Ok(inputs) => inputs,
        Err(problem) => return refusal::told(&[problem], &context, &console),
    };
    let loaded = load(&inputs, &context, &console);
    let code =
        session::run(inputs, loaded, &context, console, Rc::new(SystemClock::new(SPEED)), signals)
            .await;
    simulator.stop().await;
    code
}

/// The manifest; where there is none and none was named, the example.
fn load(inputs: &Inputs, context: &Context, console: &Console) -> Result<Manifest, Vec<Problem>> {
    if inputs.manifest == DEFAULT_MANIFEST && !context.workspace.join(DEFAULT_MANIFEST).exists() {
        console.line("rehearsal: there is no offer.yml here; this is the example");
        return manifest::parse("examples/offer.yml", include_str!("../../examples/offer.yml"));
    }
    manifest::load(&context.workspace, &inputs.manifest)
}

async fn start() -> std::io::Result<Simulator> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let scenario = Scenario::default().with_time_scale(SPEED).with_token_lifetime(TOKEN_LIFETIME);
    Simulator::start(scenario, listener).await
}

/// The inputs, with every address and credential those of the simulator.
fn rehearsed(inputs: Inputs, simulator: &Simulator) -> Result<Inputs, Problem> {
    let base = simulator.base_url();
    let url = url::Url::parse(&base)
        .map_err(|error| super::bug(format!("the simulator's address {base}: {error}")))?;
    Ok(Inputs {
        command: Command::Release,
        portal_url: url.clone(),
        authority_url: url,
        tenant_id: Some("rehearsal.example".to_owned()),
        client_id: Some("rehearsal".to_owned()),
        client_secret: Some(SecretString::from("simulated-secret")),
        access_token: None,
        operation: None,
        // What people wait is their own time, not the simulator's.
        timeout: inputs.timeout.mul_f64(SPEED),
        check_run: Keep::Off,
        deployment: Keep::Off,
        ..inputs
    })
}
