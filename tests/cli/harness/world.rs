//! The simulator in a thread of its own, and a workspace with a manifest.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use offer_release::simulator::{JournalEntry, Scenario, Simulator};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::Job;

/// The manifest of most tests.
const MANIFEST: &str = "\
publisher: contoso
offers:
  - id: contoso-offer
    notification-emails: [release@contoso.com, quality@contoso.com]
    plans:
      - id: standard
      - id: premium
";

/// The script of most tests: a third of a second of real time.
const QUICK: &str = "\
steps:
- {id: displaydummycertify, name: Validate Pre-Requisites, estimate: < 15 min, takes: 30m}
- {id: displaycertify, name: Certification, estimate: < 5 day, takes: 1h}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, estimate: ~2-5 days, takes: 1h}
";

/// Tokens that last a whole run, although simulated time is fast.
const LASTING: &str = "auth: {token-lifetime: 365d, id-token-lifetime: 365d}\n";

/// Everything outside the process.
pub struct World {
    simulator: Option<Simulator>,
    ends: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
    directory: TempDir,
}

impl World {
    /// A world of this scenario, which is completed by the quick script and lasting tokens where it
    /// has none of its own.
    pub fn new(scenario: &str) -> Self {
        let own = |key: &str| scenario.lines().any(|line| line.starts_with(key));
        let steps = if own("steps:") { "" } else { QUICK };
        let auth = if own("auth:") { "" } else { LASTING };
        let speed = if own("time-scale:") { "" } else { "time-scale: 40000\n" };
        let yaml = format!("{speed}{steps}{auth}{scenario}");
        let scenario = Scenario::parse(&yaml).unwrap_or_else(|wrong| panic!("{wrong}\n{yaml}"));
        let (sender, receiver) = mpsc::channel();
        let (ends, ended) = oneshot::channel::<()>();
        let served = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(Simulator::start(scenario, listener).await.unwrap()).unwrap();
                let _ = ended.await;
            });
        });
        let world = Self {
            simulator: Some(receiver.recv().unwrap()),
            ends: Some(ends),
            served: Some(served),
            directory: tempfile::tempdir().unwrap(),
        };
        world.write("offer.yml", MANIFEST);
        world
    }

    /// The same world with another manifest.
    pub fn with_manifest(scenario: &str, manifest: &str) -> Self {
        let world = Self::new(scenario);
        world.write("offer.yml", manifest);
        world
    }

    /// A file of the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("workspace").join(name)
    }

    /// Writes a file of the workspace.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The directory with the workspace and the runner's files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The simulator's address.
    pub fn base(&self) -> String {
        self.simulator().base_url()
    }

    /// A step of a workflow in this world.
    pub fn job(&self) -> Job<'_> {
        Job::new(self)
    }

    /// The world as it is.
    pub fn state(&self) -> Value {
        self.simulator().state()
    }

    /// The check runs as they are.
    pub fn check_runs(&self) -> Vec<Value> {
        self.state()["checkRuns"].as_array().unwrap().clone()
    }

    /// Does something that others do meanwhile.
    pub fn post(&self, path: &str) {
        self.post_json(path, &Value::Null);
    }

    /// The same, with what exactly is done.
    pub fn post_json(&self, path: &str, what: &Value) {
        let body = what.to_string();
        let length = body.len();
        let host = self.base().replace("http://", "");
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    /// Every request so far.
    pub fn requests(&self) -> Requests {
        Requests(self.simulator().journal())
    }

    fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.ends.take());
        drop(self.simulator.take());
        if let Some(served) = self.served.take() {
            let _ = served.join();
        }
    }
}

/// What was asked, in its order.
#[derive(Debug, Clone)]
pub struct Requests(pub Vec<JournalEntry>);

impl Requests {
    /// Those to the portal.
    pub fn portal(&self) -> Self {
        self.only(|exchange| exchange.path.starts_with("/api/"))
    }

    /// Those for tokens of the portal.
    pub fn tokens(&self) -> Self {
        self.only(|exchange| exchange.path.ends_with("/token") && exchange.method == "POST")
    }

    /// Those of the Checks API.
    pub fn checks(&self) -> Self {
        self.only(|exchange| exchange.path.starts_with("/repos/"))
    }

    /// Those that change something at the portal.
    pub fn posts(&self) -> Vec<String> {
        self.portal().only(|exchange| exchange.method != "GET").lines()
    }

    /// Those of one kind.
    pub fn only(&self, which: impl Fn(&JournalEntry) -> bool) -> Self {
        Self(self.0.iter().filter(|exchange| which(exchange)).cloned().collect())
    }

    /// `POST /path` each.
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect()
    }

    /// The bodies, as JSON.
    pub fn bodies(&self) -> Vec<Value> {
        self.0
            .iter()
            .map(|exchange| serde_json::from_str(&exchange.body).unwrap_or(Value::Null))
            .collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
