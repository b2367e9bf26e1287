//! The simulator in a thread of its own, and what it knows of the releases that were made on it.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use offer_release::simulator::{JournalEntry, Scenario, Simulator};
use serde_json::Value;
use tempfile::TempDir;

/// The script: how long, in a world a hundred times as fast, the publish and the go-live take.
fn steps(publish: &str, live: &str) -> String {
    format!(
        "time-scale: 100\nauth: {{token-lifetime: 30d}}\nsteps:\n\
         - {{id: displaycertify, name: Certification, takes: {publish}}}\n\
         - {{id: publisher-signoff, name: Publisher signoff}}\n\
         - {{id: live, name: Live, takes: {live}}}\n"
    )
}

const MANIFEST: &str = "publisher: contoso\noffers:\n  - id: contoso-offer\n";

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything outside the process. The simulator's thread ends with it.
pub struct World {
    simulator: Option<Simulator>,
    _ends: tokio::sync::oneshot::Sender<()>,
    directory: TempDir,
}

impl World {
    /// A world in which both halves take half a second, with these keys of a scenario.
    pub fn new(scenario: &str) -> Self {
        Self::lasting("50s", "50s", scenario)
    }

    /// A world in which the halves take so long, a hundredth of it in real time.
    pub fn lasting(publish: &str, live: &str, scenario: &str) -> Self {
        let yaml = format!("{}{scenario}", steps(publish, live));
        let scenario = Scenario::parse(&yaml).unwrap_or_else(|wrong| panic!("{wrong}\n{yaml}"));
        let (sender, started) = mpsc::channel();
        let (ends, ended) = tokio::sync::oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(Simulator::start(scenario, listener).await.unwrap()).unwrap();
                let _ = ended.await;
            });
        });
        let world = Self {
            simulator: Some(started.recv().unwrap()),
            _ends: ends,
            directory: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(world.workspace()).unwrap();
        std::fs::write(world.workspace().join("offer.yml"), MANIFEST).unwrap();
        world
    }

    fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }

    /// Where it is served.
    pub fn base(&self) -> String {
        self.simulator().base_url()
    }

    /// The directory of all files of this world.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The checked-out repository.
    pub fn workspace(&self) -> std::path::PathBuf {
        self.directory().join("workspace")
    }

    /// Everything that was asked so far.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.simulator().journal()
    }

    /// The same as a list to read.
    pub fn story(&self) -> String {
        let line = |asked: &JournalEntry| {
            let JournalEntry { number, method, path, handled, status, .. } = asked;
            format!(
                "{number:3} {method} {path}, {}carried out, answered {status:?}",
                if *handled { "" } else { "not " }
            )
        };
        self.journal().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// How often this was asked, and carried out.
    pub fn count(&self, method: &str, end: &str) -> usize {
        self.journal()
            .iter()
            .filter(|asked| asked.method == method && asked.path.ends_with(end) && asked.handled)
            .count()
    }

    /// The operations of the offer, as kind and state, oldest first.
    pub fn operations(&self) -> Vec<String> {
        let state = self.simulator().state();
        let word = |operation: &Value, name: &str| operation[name].as_str().unwrap().to_owned();
        let operations = state["offers"][0]["operations"].as_array().cloned().unwrap_or_default();
        operations
            .iter()
            .map(|operation| format!("{} {}", word(operation, "kind"), word(operation, "state")))
            .collect()
    }

    /// The check runs, as status and conclusion.
    pub fn check_runs(&self) -> Vec<String> {
        let state = self.simulator().state();
        let runs = state["checkRuns"].as_array().cloned().unwrap_or_default();
        runs.iter()
            .map(|run| format!("{} {}", run["status"], run["conclusion"]).replace('"', ""))
            .collect()
    }

    /// Waits until this holds.
    #[track_caller]
    pub fn until(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let started = now();
        while !holds(self) {
            assert!(started.elapsed() < PATIENCE, "{what} never happened:\n{}", self.story());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until this was asked so often.
    #[track_caller]
    pub fn until_asked(&self, method: &str, end: &str, times: usize) {
        let asked =
            |exchange: &JournalEntry| exchange.method == method && exchange.path.ends_with(end);
        let what = format!("{method} …{end}, {times} times");
        self.until(&what, |world| {
            world.journal().iter().filter(|exchange| asked(exchange)).count() >= times
        });
    }
}

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "what is measured is the machine's time")]
pub fn now() -> Instant {
    Instant::now()
}
