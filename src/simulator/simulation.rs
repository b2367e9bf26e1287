//! The state that all requests of a simulation share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::clock::SimulatedClock;
use super::fault_counters::FaultCounters;
use super::github::check_run_store::CheckRunStore;
use super::github::deployment_store::DeploymentStore;
use super::identity::issued::IssuedTokens;
use super::journal::Journal;
use super::offers::store::OfferStore;
use super::product_ingestion::product_store::ProductStore;
use super::scenario::Scenario;

/// The simulation that is running.
#[derive(Debug)]
pub struct Simulation {
    /// The scenario that is played.
    pub scenario: Scenario,
    /// The clock of the simulated time.
    pub clock: SimulatedClock,
    /// Where it is served.
    pub base_url: String,
    /// Turns true when it ends.
    pub ends: watch::Receiver<bool>,
    world: Mutex<SimulatedWorld>,
    journal: Mutex<Journal>,
    faults: Mutex<FaultCounters>,
}

/// Everything that requests change.
#[derive(Debug)]
pub struct SimulatedWorld {
    /// The offers of the Cloud Partner Portal.
    pub offers: OfferStore,
    /// The products of the Product Ingestion API.
    pub products: ProductStore,
    /// The access tokens that were given out.
    pub issued: IssuedTokens,
    /// The check runs that were made at GitHub.
    pub checks: CheckRunStore,
    /// The deployments that were made at GitHub.
    pub deployments: DeploymentStore,
    /// Requests to the portal so far, for throttling.
    pub portal_requests: u64,
    /// How many of them were answered 429.
    pub throttled: u64,
    /// PUTs of offers so far.
    pub portal_puts: u64,
}

/// As the handlers get it.
pub type Sim = Arc<Simulation>;

impl Simulation {
    /// A simulation at its beginning.
    pub fn new(scenario: Scenario, base_url: String, ends: watch::Receiver<bool>) -> Self {
        let clock = SimulatedClock::new(scenario.start, scenario.time_scale);
        let world = SimulatedWorld {
            offers: OfferStore::new(&scenario, clock.start()),
            products: ProductStore::new(&scenario, clock.start(), &base_url),
            issued: IssuedTokens::default(),
            checks: CheckRunStore::default(),
            deployments: DeploymentStore::default(),
            portal_requests: 0,
            portal_puts: 0,
            throttled: 0,
        };
        let faults = Mutex::new(FaultCounters::new(&scenario.faults));
        Self {
            scenario,
            clock,
            base_url,
            ends,
            world: Mutex::new(world),
            journal: Mutex::default(),
            faults,
        }
    }

    /// The world. A handler that panicked has left it as it was.
    pub fn world(&self) -> MutexGuard<'_, SimulatedWorld> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked and answered, so far.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often each fault was met.
    pub fn faults(&self) -> MutexGuard<'_, FaultCounters> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the simulation: what a request that hangs does.
    pub async fn ended(&self) {
        let mut ends = self.ends.clone();
        // An error means that the handle is gone, which is the end as well.
        let _ = ends.wait_for(|ended| *ended).await;
    }
}
