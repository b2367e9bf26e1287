//! The built program and the simulator, each a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_offer-release"));
    command.env_clear();
    command
}

/// The simulator with this scenario; it ends with this value.
pub struct Simulator {
    process: Child,
    pub base: String,
}

impl Simulator {
    pub fn start(directory: &Path, scenario: &str) -> Self {
        let path = directory.join("scenario.yml");
        std::fs::write(&path, scenario).unwrap();
        let mut process = program()
            .args(["simulate", "--listen", "127.0.0.1:0", "--scenario"])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut base = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut base).unwrap();
        Self { process, base: base.trim().to_owned() }
    }

    /// The arguments by which the program finds it, and signs in.
    pub fn sign_in(&self) -> [String; 6] {
        [
            format!("--portal-url={}", self.base),
            format!("--ingestion-url={}", self.base),
            format!("--authority-url={}", self.base),
            "--tenant-id=contoso.onmicrosoft.com".to_owned(),
            "--client-id=11111111-2222-3333-4444-555555555555".to_owned(),
            "--client-secret=secret".to_owned(),
        ]
    }

    /// Every request that it was asked, as `METHOD /path`.
    pub fn requests(&self) -> Vec<String> {
        let host = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /simulator/journal HTTP/1.0\r\nhost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let journal: Value = serde_json::from_str(body).unwrap();
        let line = |request: &Value| {
            format!("{} {}", request["method"].as_str().unwrap(), request["path"].as_str().unwrap())
        };
        journal.as_array().unwrap().iter().map(line).collect()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a run took.
pub struct Cost {
    pub wall: Duration,
    /// The most memory that it held, in MiB; 0 where the system does not tell.
    pub peak: f64,
}

/// Runs the program to its end, which has to be a good one.
pub fn run(command: &mut Command) -> Cost {
    let began = Instant::now();
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        peak = f64::max(peak, peak_of(process.id()));
        std::thread::sleep(Duration::from_micros(500));
    };
    assert!(status.success(), "{command:?}: {status}");
    Cost { wall: began.elapsed(), peak }
}

/// Linux's high-water mark of the process's memory.
fn peak_of(id: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
}
