//! A run of the program: its environment, arguments and end.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use offer_release::actions::inputs::table;

use super::run::squeezed;
use super::{Run, World};

/// How long a run may take.
const LIMIT: Duration = Duration::from_mins(4);

/// Time between two looks whether it has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// The commit that check runs belong to.
pub const SHA: &str = "0123456789012345678901234567890123456789";

/// Secrets of every run, none of which may ever be seen.
pub const SECRETS: [&str; 2] = ["c1ient-s3cret-of-the-application", "ghs_t0kenForTheChecksApi"];

/// A run about to be made.
pub struct Job<'a> {
    world: &'a World,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
}

impl<'a> Job<'a> {
    /// A step of a workflow: everything that a runner sets, every input at its default but for the
    /// addresses and credentials, and a poll interval that suits a simulation.
    pub fn new(world: &'a World) -> Self {
        let base = world.base();
        let file = |name: &str| {
            let path = world.directory().join(name);
            std::fs::write(&path, "").unwrap();
            path.to_str().unwrap().to_owned()
        };
        let workspace = world.path("");
        let mut environment: BTreeMap<String, String> = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", &base),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_JOB", "release"),
            ("GITHUB_OUTPUT", &file("output")),
            ("GITHUB_REPOSITORY", "contoso/offers"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_SHA", SHA),
            ("GITHUB_STEP_SUMMARY", &file("summary")),
            ("GITHUB_WORKSPACE", workspace.to_str().unwrap()),
            ("NO_COLOR", "1"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        environment
            .extend(table::ALL.iter().map(|input| (input.variable(), input.default.to_owned())));
        Self { world, arguments: Vec::new(), environment }
            .with("portal-url", &base)
            .with("ingestion-url", &base)
            .with("authority-url", &base)
            .with("tenant-id", "contoso.onmicrosoft.com")
            .with("client-id", "application")
            .with("client-secret", SECRETS[0])
            .with("github-token", SECRETS[1])
            .with("poll-interval", "20ms")
            // Tests of the ledger ask for it; the others count what is asked of GitHub.
            .with("deployment", "false")
    }

    /// Sets an input.
    pub fn with(self, input: &str, value: &str) -> Self {
        self.env(&format!("INPUT_{}", input.to_uppercase()), value)
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Lets GitHub give out OIDC tokens, in place of the secret.
    pub fn federated(self) -> Self {
        let url = format!("{}/oidc/token?api-version=2.0", self.world.base());
        self.with("client-secret", "")
            .env("ACTIONS_ID_TOKEN_REQUEST_URL", &url)
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "simulated-request-token")
    }

    /// On a terminal: nothing of GitHub's, no `INPUT_*`.
    pub fn on_a_terminal(mut self) -> Self {
        self.environment.clear();
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// The arguments that a terminal needs for this world.
    pub fn args_for_the_world(self) -> Self {
        let base = self.world.base();
        self.args(&["--portal-url", &base, "--authority-url", &base, "--poll-interval", "20ms"])
    }

    /// The arguments of an application with this secret.
    pub fn args_for_secret(self, secret: &str) -> Self {
        self.args(&["--tenant-id", "contoso.onmicrosoft.com", "--client-id", "application"])
            .args(&["--client-secret", secret])
    }

    /// Starts it.
    pub fn start(self) -> Running {
        let mut child =
            self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(String::new()));
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let collected = Arc::clone(&lines);
        let stdout = thread::spawn(move || collect(out, &collected));
        let stderr = thread::spawn(move || read(err));
        let file = |variable: &str| self.environment.get(variable).map(PathBuf::from);
        Running {
            child,
            lines,
            stdout,
            stderr,
            outputs: file("GITHUB_OUTPUT"),
            summary: file("GITHUB_STEP_SUMMARY"),
            base: self.world.base(),
        }
    }

    /// Runs it on a terminal; returns everything that it wrote there.
    pub fn run_on_a_pty(self) -> String {
        self.run_on_a_pty_of(160)
    }

    /// The same with so many columns.
    pub fn run_on_a_pty_of(mut self, columns: u16) -> String {
        self.environment.insert("TERM".to_owned(), "xterm-256color".to_owned());
        let terminal =
            rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY)
                .unwrap();
        rustix::pty::grantpt(&terminal).unwrap();
        rustix::pty::unlockpt(&terminal).unwrap();
        let name = rustix::pty::ptsname(&terminal, Vec::new()).unwrap();
        let end = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let size =
            rustix::termios::Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&end, size).unwrap();
        let mut child = self.command().stdout(end).spawn().unwrap();
        let mut shown = Vec::new();
        // The other end is closed by an error, not by an end of file; what was read until then is
        // what counts.
        let _ = std::fs::File::from(terminal).read_to_end(&mut shown);
        assert!(child.wait().unwrap().success());
        String::from_utf8_lossy(&shown).into_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_offer-release"));
        command
            .args(&self.arguments)
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.world.path(""))
            .stdin(Stdio::null());
        command
    }

    /// Starts it and waits for its end.
    pub fn run(self) -> Run {
        self.start().finish()
    }
}

/// A run under way. Its output is read as it comes, so that it never waits for a full pipe.
pub struct Running {
    child: Child,
    lines: Arc<Mutex<String>>,
    stdout: JoinHandle<()>,
    stderr: JoinHandle<String>,
    outputs: Option<PathBuf>,
    summary: Option<PathBuf>,
    base: String,
}

impl Running {
    /// Waits until this was printed.
    pub fn until(&self, text: &str) {
        self.wait_for(&format!("`{text}`"), || {
            self.lines.lock().unwrap().lines().any(|line| squeezed(line).contains(text))
        });
    }

    /// Waits until this is so.
    pub fn wait_for(&self, what: &str, met: impl Fn() -> bool) {
        for _ in 0..LIMIT.as_millis() / PAUSE.as_millis() {
            if met() {
                return;
            }
            thread::sleep(PAUSE);
        }
        panic!("{what} did not come:\n{}", self.lines.lock().unwrap());
    }

    /// What was printed so far.
    pub fn printed(&self) -> String {
        self.lines.lock().unwrap().clone()
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Run {
        let mut status = None;
        let mut waited = Duration::ZERO;
        for _ in 0..LIMIT.as_millis() / PAUSE.as_millis() {
            status = self.child.try_wait().unwrap();
            if status.is_some() {
                break;
            }
            thread::sleep(PAUSE);
            waited += PAUSE;
        }
        let Some(status) = status else {
            let _ = self.child.kill();
            panic!("the run did not end within {LIMIT:?}:\n{}", self.lines.lock().unwrap());
        };
        self.stdout.join().unwrap();
        let stderr = self.stderr.join().unwrap();
        let text = |path: Option<PathBuf>| {
            path.map(|path| std::fs::read_to_string(path).unwrap()).unwrap_or_default()
        };
        Run {
            code: status.code(),
            waited,
            stdout: self.lines.lock().unwrap().clone(),
            stderr,
            output_file: text(self.outputs),
            summary: text(self.summary),
            base: self.base,
        }
    }
}

fn collect(out: impl Read, lines: &Mutex<String>) {
    let mut reader = BufReader::new(out);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        lines.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

fn read(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
