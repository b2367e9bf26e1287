//! What all rooms of the simulator hold in common.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::checks::CheckRuns;
use super::clock::Clock;
use super::faults::Counters;
use super::identity::Issued;
use super::journal::Journal;
use super::scenario::Scenario;
use super::world::Offers;

/// The simulation that is running.
#[derive(Debug)]
pub struct Simulation {
    /// What it was told.
    pub scenario: Scenario,
    /// Its time.
    pub clock: Clock,
    /// Where it is served.
    pub base_url: String,
    /// Turns true when it ends.
    pub ends: watch::Receiver<bool>,
    world: Mutex<World>,
    journal: Mutex<Journal>,
    faults: Mutex<Counters>,
}

/// Everything that requests change.
#[derive(Debug)]
pub struct World {
    /// The portal's offers.
    pub offers: Offers,
    /// Tokens.
    pub issued: Issued,
    /// GitHub's check runs.
    pub checks: CheckRuns,
    /// Requests to the portal so far, for throttling.
    pub portal_requests: u64,
    /// How many of them were answered 429.
    pub throttled: u64,
}

/// As the handlers get it.
pub type Sim = Arc<Simulation>;

impl Simulation {
    /// A simulation at its beginning.
    pub fn new(scenario: Scenario, base_url: String, ends: watch::Receiver<bool>) -> Self {
        let clock = Clock::new(scenario.start, scenario.time_scale);
        let world = World {
            offers: Offers::new(&scenario, clock.start()),
            issued: Issued::default(),
            checks: CheckRuns::default(),
            portal_requests: 0,
            throttled: 0,
        };
        let faults = Mutex::new(Counters::new(&scenario.faults));
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
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The journal.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often each fault was met.
    pub fn faults(&self) -> MutexGuard<'_, Counters> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the simulation: what a request that hangs does.
    pub async fn ended(&self) {
        let mut ends = self.ends.clone();
        // An error means that the handle is gone, which is the end as well.
        let _ = ends.wait_for(|ended| *ended).await;
    }
}
