//! One run of the program, as a step of a workflow.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::world::{World, now};

/// No run here takes longer: what a killed run may have asked for is looked for two and a half
/// minutes before it is asked for again.
const LIMIT: Duration = Duration::from_mins(4);

/// A run that was started. It is killed if nobody waits for its end.
pub struct Job {
    child: Child,
    files: PathBuf,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ended {
    /// As a shell has it: 128 and its number for a signal that was not caught.
    pub code: i32,
    /// How long it went on after it was first waited for.
    pub took: Duration,
    /// The log.
    pub log: String,
    /// `GITHUB_OUTPUT`.
    pub outputs: String,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: String,
}

impl Job {
    /// Starts a command with these inputs, to go live, with new file commands.
    pub fn start(world: &World, inputs: &[(&str, &str)]) -> Self {
        Self::start_in(world, inputs, "")
    }

    /// The same with something that was in the output file before.
    pub fn start_in(world: &World, inputs: &[(&str, &str)], others: &str) -> Self {
        let files = tempfile::tempdir_in(world.directory()).unwrap().keep();
        std::fs::write(files.join("output"), others).unwrap();
        std::fs::write(files.join("summary"), "").unwrap();
        let base = world.base();
        let mut command = Command::new(env!("CARGO_BIN_EXE_offer-release"));
        command.env_clear().current_dir(world.workspace()).stdin(Stdio::null());
        command.stdout(std::fs::File::create(files.join("log")).unwrap()).stderr(Stdio::inherit());
        command.envs([
            ("GITHUB_OUTPUT", files.join("output")),
            ("GITHUB_STEP_SUMMARY", files.join("summary")),
        ]);
        command.envs([("GITHUB_WORKSPACE", world.workspace())]);
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", &base),
            ("GITHUB_REPOSITORY", "contoso/offers"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_SHA", "0123456789012345678901234567890123456789"),
        ]);
        let standard = [
            ("portal-url", base.as_str()),
            ("authority-url", &base),
            ("tenant-id", "contoso.onmicrosoft.com"),
            ("client-id", "application"),
            ("client-secret", "the-secret-of-the-application"),
            ("github-token", "the-token-of-the-job"),
            ("poll-interval", "100ms"),
            ("go-live", "true"),
        ];
        let inputs: BTreeMap<&str, &str> = standard.iter().chain(inputs).copied().collect();
        command.envs(
            inputs.iter().map(|(name, value)| (format!("INPUT_{}", name.to_uppercase()), value)),
        );
        Self { child: command.spawn().unwrap(), files }
    }

    /// The output file, now.
    pub fn output_file(&self) -> PathBuf {
        self.files.join("output")
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it at once, as SIGKILL does.
    pub fn kill(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end()
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        use std::os::unix::process::ExitStatusExt as _;
        let started: Instant = now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < LIMIT, "it does not end:\n{}", self.read("log"));
            thread::sleep(Duration::from_millis(2));
        };
        Ended {
            code: status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap(),
            took: started.elapsed(),
            log: self.read("log"),
            outputs: self.read("output"),
            summary: self.read("summary"),
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.files.join(name)).unwrap()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The value of an output; empty if there is none.
    pub fn output(&self, name: &str) -> &str {
        let mut lines = self.outputs.lines();
        let delimiter = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("<<"));
        delimiter.and_then(|_| lines.next()).unwrap_or_default()
    }
}
