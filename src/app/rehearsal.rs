//! The whole release against the embedded simulator: no account, no network, days in seconds.

mod samples;

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::drafts::read_drafts;
use super::{Signal, refusal, session};
use crate::actions::context::Context;
use crate::actions::inputs::{Inputs, table};
use crate::choices::{Command, Keep};
use crate::clock::{Clock, SystemClock};
use crate::ids::PlanId;
use crate::manifest::{self, Manifest};
use crate::problem::{Code, Problem};
use crate::report::console::Console;
use crate::simulator::{Scenario, Simulator};

/// How much faster than the world: three days take a quarter of a minute.
const SPEED: f64 = 20_000.0;

/// Some seconds of people's time: an hour would be less than a busy machine may take for one
/// request.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How long a rehearsal without a timeout follows: longer than any scenario, and shorter than what
/// a workflow run can last.
const LONGEST: Duration = Duration::from_hours(34 * 24);

/// Runs `release`, unchanged, against a simulator in this process.
pub async fn run(
    mut inputs: Inputs,
    scenario: Option<&Path>,
    mut context: Context,
    console: Arc<Console>,
    signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    console.line(
        "rehearsal: everything below happens in a simulator inside this process; nothing \
        is published",
    );
    let scenario = match scenario.map_or_else(|| Ok(Scenario::default()), read_scenario) {
        Ok(scenario) => scenario,
        Err(problem) => return refusal::report_problems(&[problem], &context, &console),
    };
    let loaded = load_manifest(&inputs, &context, &console);
    let clock = Rc::new(SystemClock::new(SPEED));
    let scenario = match &loaded {
        Ok(manifest) => {
            complete_scenario(scenario, manifest, &mut inputs, &mut context, &console, &*clock)
        }
        Err(_) => scenario,
    };
    let simulator = match start_simulator(scenario).await {
        Ok(simulator) => simulator,
        Err(problem) => return refusal::report_problems(&[problem], &context, &console),
    };
    if !has_timeout(&inputs) {
        console.line(&format!(
            "rehearsal: days pass in seconds, and are followed to the end; a job ends after its \
             `timeout` ({}) with outcome `pending`, and `command: resume` goes on",
            table::TIMEOUT.default
        ));
    }
    let inputs = match point_at_simulator(inputs, &simulator) {
        Ok(inputs) => inputs,
        Err(problem) => return refusal::report_problems(&[problem], &context, &console),
    };
    let code = session::run(inputs, loaded, &context, console, clock, signals).await;
    simulator.stop().await;
    code
}

/// The manifest; where there is none and none was named, the example.
fn load_manifest(
    inputs: &Inputs,
    context: &Context,
    console: &Console,
) -> Result<Manifest, Vec<Problem>> {
    let default = table::MANIFEST.default;
    if inputs.manifest == default && !context.workspace.join(default).exists() {
        console.line("rehearsal: there is no offer.yml here; this is the example");
        return manifest::parse("examples/offer.yml", include_str!("../../examples/offer.yml"));
    }
    manifest::load(&context.workspace, &inputs.manifest, &console.secrets())
}

fn read_scenario(path: &Path) -> Result<Scenario, Problem> {
    let wrong = |why: &dyn std::fmt::Display| {
        Problem::new(Code::ScenarioInvalid, format!("{}: {why}", path.display()))
            .hint("docs/simulator.md lists every key of a scenario")
    };
    let yaml = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Scenario::parse(&yaml).map_err(|error| wrong(&error))
}

async fn start_simulator(scenario: Scenario) -> Result<Simulator, Problem> {
    let scenario = scenario.with_time_scale(SPEED).with_token_lifetime(TOKEN_LIFETIME);
    let start = async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Simulator::start(scenario, listener).await
    };
    start.await.map_err(|error: std::io::Error| {
        let message = format!("the simulator cannot listen on 127.0.0.1: {error}");
        Problem::new(Code::Unavailable, message)
            .hint("allow this process to open a port on the loopback interface")
    })
}

/// The scenario with the offers of the manifest, and samples for what is not given.
fn complete_scenario(
    scenario: Scenario,
    manifest: &Manifest,
    inputs: &mut Inputs,
    context: &mut Context,
    console: &Console,
    clock: &dyn Clock,
) -> Scenario {
    let filled = samples::fill_variables(inputs, context, &manifest.offers);
    if !filled.is_empty() {
        let names: Vec<_> = filled.iter().map(|name| format!("`{name}`")).collect();
        console.line(&format!(
            "rehearsal: a sample stands for what is not given: {}",
            names.join(", ")
        ));
    }
    let (offers, secrets) = (&manifest.offers, console.secrets());
    let release = Inputs { command: Command::Release, ..inputs.clone() };
    // What is wrong with them is told when they are read for the release itself.
    let drafts = read_drafts(&release, manifest, offers, context, &secrets, clock.now());
    let scenario = samples::add_drafts(scenario, manifest, &drafts.unwrap_or_default());
    add_offers(scenario, manifest)
}

/// The scenario with the manifest's offers and their plans, on both APIs.
fn add_offers(mut scenario: Scenario, manifest: &Manifest) -> Scenario {
    for offer in &manifest.offers {
        let plans: Vec<&str> = offer.plans.iter().map(PlanId::as_str).collect();
        scenario = scenario.with_offer(manifest.publisher.as_str(), offer.id.as_str(), &plans);
    }
    scenario
}

/// Whether the timeout is another one than the default, which no rehearsal keeps to: certification
/// takes longer.
fn has_timeout(inputs: &Inputs) -> bool {
    let default: Option<jiff::Span> = table::TIMEOUT.default.parse().ok();
    default.and_then(|default| Duration::try_from(default).ok()) != Some(inputs.timeout)
}

/// The inputs, with every address and credential those of the simulator.
fn point_at_simulator(inputs: Inputs, simulator: &Simulator) -> Result<Inputs, Problem> {
    let base = simulator.base_url();
    let url = url::Url::parse(&base)
        .map_err(|error| super::bug(format!("the simulator's address {base}: {error}")))?;
    Ok(Inputs {
        command: Command::Release,
        portal_url: url.clone(),
        ingestion_url: url.clone(),
        authority_url: url,
        tenant_id: Some("rehearsal.example".to_owned()),
        client_id: Some("rehearsal".to_owned()),
        client_secret: Some(SecretString::from("simulated-secret")),
        access_token: None,
        operation: None,
        timeout: if has_timeout(&inputs) { inputs.timeout } else { LONGEST },
        check_run: Keep::Off,
        deployment: Keep::Off,
        ..inputs
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_rehearsed_portal_has_the_offers_and_plans_of_the_manifest() {
        let yaml = "publisher: contoso\noffers:\n- id: db\n  plans: [{id: basic}, {id: pro}]\n";
        let manifest = manifest::parse("offer.yml", yaml).unwrap();
        let simulator = start_simulator(add_offers(Scenario::default(), &manifest)).await.unwrap();
        let state = simulator.state();
        let offer = &state["offers"][0];
        assert_eq!((&offer["publisher"], &offer["id"]), (&"contoso".into(), &"db".into()));
        let plans = offer["draft"]["plans"].as_array().unwrap();
        let plans: Vec<_> = plans.iter().map(|plan| plan["planId"].as_str().unwrap()).collect();
        assert_eq!(plans, ["basic", "pro"]);
        simulator.stop().await;
    }
}
