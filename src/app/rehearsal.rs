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
use crate::ids::PlanId;
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
    console.line(
        "rehearsal: everything below happens in a simulator inside this process; nothing \
        is published",
    );
    let loaded = load(&inputs, &context, &console);
    let simulator = match start(loaded.as_ref().ok()).await {
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
    let inputs = match rehearsed(inputs, &simulator) {
        Ok(inputs) => inputs,
        Err(problem) => return refusal::told(&[problem], &context, &console),
    };
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

async fn start(manifest: Option<&Manifest>) -> std::io::Result<Simulator> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let scenario = Scenario::default().with_time_scale(SPEED).with_token_lifetime(TOKEN_LIFETIME);
    Simulator::start(add_offers(scenario, manifest), listener).await
}

/// The scenario with the manifest's offers and their plans, on both APIs.
fn add_offers(mut scenario: Scenario, manifest: Option<&Manifest>) -> Scenario {
    for (manifest, offer) in
        manifest.into_iter().flat_map(|manifest| manifest.offers.iter().map(move |o| (manifest, o)))
    {
        let plans: Vec<&str> = offer.plans.iter().map(PlanId::as_str).collect();
        scenario = scenario.with_offer(manifest.publisher.as_str(), offer.id.as_str(), &plans);
    }
    scenario
}

/// The inputs, with every address and credential those of the simulator.
fn rehearsed(inputs: Inputs, simulator: &Simulator) -> Result<Inputs, Problem> {
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
        // What people wait is their own time, not the simulator's.
        timeout: inputs.timeout.mul_f64(SPEED),
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
        let simulator = start(Some(&manifest)).await.unwrap();
        let state = simulator.state();
        let offer = &state["offers"][0];
        assert_eq!((&offer["publisher"], &offer["id"]), (&"contoso".into(), &"db".into()));
        let plans = offer["draft"]["plans"].as_array().unwrap();
        let plans: Vec<_> = plans.iter().map(|plan| plan["planId"].as_str().unwrap()).collect();
        assert_eq!(plans, ["basic", "pro"]);
        simulator.stop().await;
    }
}
