//! Manifests that no one would write: a clear error, in bounded time and memory.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::world::now;

/// In a build without optimisation, on a busy machine.
const LIMIT: Duration = Duration::from_secs(5);

/// Address space, in KiB; a fifth of it is the program itself.
const MEMORY: &str = "262144";

/// Reads the manifest at this path of a workspace; returns the log.
#[track_caller]
fn refused(name: &str, workspace: &Path) -> String {
    let log = workspace.with_extension("log");
    let started = now();
    let mut child = Command::new("sh")
        .args([
            "-c",
            "ulimit -v \"$1\" && exec \"$2\" plan --manifest offer.yml --access-token unused-token",
            "sh",
            MEMORY,
        ])
        .arg(env!("CARGO_BIN_EXE_offer-release"))
        .env_clear()
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_WORKSPACE", workspace)
        .env("INPUT_CHECK-RUN", "false")
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&log).unwrap())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{name} takes too long");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(status.code(), Some(2), "{name}: {log}");
    log
}

fn workspace(directory: &Path, name: &str) -> PathBuf {
    let workspace = directory.join(name);
    std::fs::create_dir(&workspace).unwrap();
    workspace
}

/// The first annotation: where, and what is said.
fn told(log: &str) -> (String, String) {
    let line = log
        .lines()
        .find(|line| line.starts_with("::error"))
        .unwrap_or_else(|| panic!("nothing is told: {log}"));
    let (head, message) = line["::error".len()..].split_once("::").unwrap();
    let part = |key: &str| {
        head.split([' ', ',']).find_map(|part| part.strip_prefix(key)).unwrap_or_default()
    };
    (format!("{}:{}:{}", part("file="), part("line="), part("col=")), message.to_owned())
}

#[test]
fn what_is_in_the_file() {
    let offers = "publisher: contoso\noffers:\n";
    let bomb = (1..9)
        .map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")))
        .collect::<String>();
    let cases: [(&str, Vec<u8>, &str, &str); 16] = [
        (
            "deep flow lists",
            [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
            "offer.yml:1:",
            "nested",
        ),
        ("deep flow mappings", b"{a: ".repeat(100_000), "offer.yml:1:", "nested"),
        (
            "deep blocks",
            (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>().into(),
            "offer.yml:",
            "nested",
        ),
        ("deep dashes", b"- ".repeat(100_000), "offer.yml:1:", "nested"),
        ("deep keys", b"? ".repeat(100_000), "offer.yml:1:", "list or mapping is used as a key"),
        (
            "a huge scalar",
            format!("publisher: {}\noffers: []\n", "x".repeat(1_000_000)).into(),
            "offer.yml:1:",
            "publisher",
        ),
        (
            "a huge quoted scalar",
            format!("publisher: \"{}\"\n", "\\n".repeat(500_000)).into(),
            "offer.yml:1:",
            "`offers`",
        ),
        (
            "many keys",
            (0..80_000).map(|n| format!("k{n}: 1\n")).collect::<String>().into(),
            "offer.yml:",
            "keys and values",
        ),
        (
            "many offers",
            format!("{offers}{}", "- {id: a}\n".repeat(90_000)).into(),
            "offer.yml:",
            "keys and values",
        ),
        (
            "an alias bomb",
            format!("a0: &a0 x\n{bomb}{offers}- id: *a8\n").into(),
            "offer.yml:1:",
            "anchor",
        ),
        ("more than a mebibyte", vec![b'#'; 1024 * 1024 + 1], "::", "larger than 1 MiB"),
        (
            "not UTF-8",
            [offers.as_bytes(), b"- id: \xff\xfe\n"].concat(),
            "offer.yml:3:7",
            "not UTF-8",
        ),
        (
            "UTF-16",
            "publisher".encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "offer.yml:",
            "U+0000",
        ),
        ("NUL", format!("{offers}- id: a\0b\n").into(), "offer.yml:3:8", "U+0000"),
        (
            "a second mark of byte order",
            format!("\u{feff}{offers}- id: \u{feff}a\n").into(),
            "offer.yml:3:7",
            "U+FEFF",
        ),
        (
            "CR LF behind a mark of byte order",
            "\u{feff}publisher: contoso\r\noffers: no\r\n".into(),
            "offer.yml:2:9",
            "offers",
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    for (name, text, place, message) in cases {
        let workspace = workspace(directory.path(), name);
        std::fs::write(workspace.join("offer.yml"), text).unwrap();
        let log = refused(name, &workspace);
        let told = told(&log);
        assert!(told.0.starts_with(place) && told.1.contains(message), "{name}: {told:?}");
        assert!(log.len() < 200_000, "{name}: {} bytes are told", log.len());
    }
}

#[test]
fn what_is_no_file_of_the_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret.yml");
    std::fs::write(&secret, "password: hunter2\n").unwrap();
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let make: [(&str, &dyn Fn(&Path), &str); 7] = [
        ("a link out", &|path| symlink(&secret, path).unwrap(), "is outside the workspace"),
        (
            "a relative link out",
            &|path| symlink("../secret.yml", path).unwrap(),
            "is outside the workspace",
        ),
        (
            "a link to a device",
            &|path| symlink("/dev/zero", path).unwrap(),
            "is outside the workspace",
        ),
        ("a link to the input", &|path| symlink("/dev/stdin", path).unwrap(), ""),
        ("a link to itself", &|path| symlink("offer.yml", path).unwrap(), "cannot be opened"),
        ("a pipe that nobody writes", &fifo, "is not a regular file"),
        ("a directory", &|path| std::fs::create_dir(path).unwrap(), "is a directory"),
    ];
    for (name, make, message) in make {
        let workspace = workspace(directory.path(), name);
        make(&workspace.join("offer.yml"));
        let log = refused(name, &workspace);
        let (_, told) = told(&log);
        assert!(told.contains(message) && !log.contains("hunter2"), "{name}: {told}");
    }
}

#[test]
fn a_device_as_the_workspace_s_own_file() {
    for path in ["/dev/zero", "../../dev/zero", "/proc/self/environ"] {
        let directory = tempfile::tempdir().unwrap();
        let workspace = workspace(directory.path(), "workspace");
        symlink(path, workspace.join("offer.yml")).unwrap();
        refused(path, &workspace);
    }
}
