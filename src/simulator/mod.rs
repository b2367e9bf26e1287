//! The embedded simulator: the portal, the token issuers and the check-run API on one loopback
//! port, scripted by a scenario.
//!
//! It is written from the services' documentation alone and shares no model with the rest of the
//! crate, so that a misunderstanding on one side is not repeated on the other.

mod clock;
mod cloud_partner;
mod connection;
mod control;
mod dates;
mod fault_counters;
mod github;
mod guid;
mod identity;
mod intercept;
mod journal;
mod offers;
mod product_ingestion;
mod scenario;
mod server;
mod simulation;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::journal::JournalEntry;
pub use self::scenario::Scenario;
use self::simulation::{Sim, Simulation};

/// A simulator that is being served, on the runtime that started it. It ends when it is stopped or
/// dropped.
#[derive(Debug)]
pub struct Simulator {
    sim: Sim,
    ends: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
}

/// How long open connections may take to finish.
const GRACE: Duration = Duration::from_secs(1);

impl Simulator {
    /// Serves a scenario.
    ///
    /// # Errors
    /// The listener has no address.
    pub async fn start(scenario: Scenario, listener: TcpListener) -> std::io::Result<Self> {
        let base_url = format!("http://{}", listener.local_addr()?);
        let (ends, ended) = watch::channel(false);
        let sim = Arc::new(Simulation::new(scenario, base_url, ended));
        let service =
            server::build_router(&sim).into_make_service_with_connect_info::<connection::Cut>();
        let until = sim.clone();
        let serve = axum::serve(connection::Connections(listener), service)
            .with_graceful_shutdown(async move { until.ended().await });
        let served = tokio::spawn(serve.into_future());
        // On a runtime with one thread the server has its first turn now, before anyone calls it.
        tokio::task::yield_now().await;
        Ok(Self { sim, ends, served })
    }

    /// Its address, such as `http://127.0.0.1:41234`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.sim.base_url.clone()
    }

    /// Everything that was asked and answered so far.
    #[must_use]
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.sim.journal().all().to_vec()
    }

    /// The world as it is: offers, operations, check runs, faults.
    #[must_use]
    pub fn state(&self) -> serde_json::Value {
        control::show_world(&self.sim)
    }

    /// Ends it; connections that are still open get a second.
    pub async fn stop(mut self) {
        self.ends.send_replace(true);
        let _ = tokio::time::timeout(GRACE, &mut self.served).await;
        self.served.abort();
    }
}

/// Serves a scenario file (or the default scenario) at `listen` until `until` is done. The first
/// line written is the base URL.
///
/// # Errors
/// Says why the scenario cannot be read, or the address not be listened at.
pub async fn run(
    listen: &str,
    scenario: Option<&Path>,
    mut stdout: impl Write,
    until: impl Future,
) -> Result<(), String> {
    let scenario = match scenario {
        None => Scenario::default(),
        Some(path) => {
            let yaml = std::fs::read_to_string(path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            Scenario::parse(&yaml).map_err(|error| format!("{}: {error}", path.display()))?
        }
    };
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("cannot listen at {listen}: {error}"))?;
    let simulator = Simulator::start(scenario, listener)
        .await
        .map_err(|error| format!("cannot listen at {listen}: {error}"))?;
    let written = writeln!(stdout, "{}", simulator.base_url()).and_then(|()| stdout.flush());
    written.map_err(|error| format!("cannot print the address: {error}"))?;
    until.await;
    simulator.stop().await;
    Ok(())
}
