//! Reads the manifest's file: below the workspace, a regular file, not too large, UTF-8.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::source::{Finding, ManifestSource};
use crate::problem::{Code, Problem};
use crate::secrets::{Secrets, find_signatures_in_lines};

const LARGEST: u64 = 1024 * 1024;

/// So many are masked: with a file full of them, searching for each would take hours. No excerpt
/// and no message shows any.
const MOST_SIGNATURES: usize = 200;

/// The path below the workspace as annotations need it, and the text. Signatures that stand in it
/// are masked, although they should not stand there.
pub fn read_manifest(
    workspace: &Path,
    path: &str,
    secrets: &Secrets,
) -> Result<(String, String), Problem> {
    let named = NamedFile { path, is_manifest: true };
    let file = resolve_below(workspace, &named)?;
    let real = resolve_links(workspace, &named, &file)?;
    let bytes = read_bytes(&named, &real)?;
    let signatures = find_signatures_in_lines(&String::from_utf8_lossy(&bytes));
    for signature in signatures.iter().take(MOST_SIGNATURES) {
        secrets.register(signature);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(not_utf8(&file, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

/// The text of another file below the workspace, that the manifest names.
///
/// # Errors
/// Why it cannot be read.
pub fn read_text(workspace: &Path, path: &str) -> Result<String, Problem> {
    let named = NamedFile { path, is_manifest: false };
    let file = resolve_below(workspace, &named)?;
    let real = resolve_links(workspace, &named, &file)?;
    String::from_utf8(read_bytes(&named, &real)?)
        .map_err(|_| report_unreadable(format!("{named} is not UTF-8"), "save it as UTF-8"))
}

/// A file as messages name it.
struct NamedFile<'a> {
    path: &'a str,
    is_manifest: bool,
}

impl std::fmt::Display for NamedFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} {:?}", if self.is_manifest { "manifest" } else { "file" }, self.path)
    }
}

impl NamedFile<'_> {
    fn say_path(&self) -> String {
        let noun = if self.is_manifest { "manifest's file" } else { "file" };
        format!("give the path of the {noun}")
    }
}

fn report_unreadable(message: String, hint: &str) -> Problem {
    Problem::new(Code::ManifestUnreadable, message).hint(hint)
}

fn report_outside(named: &NamedFile) -> Problem {
    report_unreadable(
        format!("{named} is outside the workspace"),
        "give a path below the workspace, and no link that leads out of it",
    )
}

/// The path relative to the workspace, by its letters alone: GitHub places annotations by that
/// path, links or not.
fn resolve_below(workspace: &Path, named: &NamedFile) -> Result<String, Problem> {
    let relative = Path::new(named.path);
    let relative = relative.strip_prefix(workspace).unwrap_or(relative);
    let mut parts: Vec<&str> = Vec::new();
    for component in relative.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => parts.extend(part.to_str()),
            Component::ParentDir if parts.pop().is_some() => {}
            _ => return Err(report_outside(named)),
        }
    }
    if parts.is_empty() {
        return Err(report_unreadable(format!("{named} is a directory"), &named.say_path()));
    }
    Ok(parts.join("/"))
}

/// The file behind all links, if it is still below the workspace.
fn resolve_links(workspace: &Path, named: &NamedFile, file: &str) -> Result<PathBuf, Problem> {
    let workspace = fs::canonicalize(workspace).map_err(|error| {
        report_unreadable(
            format!("the workspace `{}` cannot be opened: {error}", workspace.display()),
            "check out the repository before this step",
        )
    })?;
    let real = fs::canonicalize(workspace.join(file)).map_err(|error| {
        let input = if named.is_manifest { "the input `manifest`" } else { "its path" };
        let hint = other_ending(&workspace, file).map_or_else(
            || {
                format!(
                    "check {input}, and that the repository is checked out (`actions/checkout`) \
                     before this step"
                )
            },
            |other| format!("did you mean `{other}`? set {input} to it"),
        );
        report_unreadable(format!("{named} cannot be opened: {error}"), &hint)
    })?;
    if real.starts_with(&workspace) { Ok(real) } else { Err(report_outside(named)) }
}

/// `offer.yaml` where `offer.yml` is asked for, or the other way round.
fn other_ending(workspace: &Path, file: &str) -> Option<String> {
    let (stem, ending) = file.rsplit_once('.')?;
    let other = match ending {
        "yml" => format!("{stem}.yaml"),
        "yaml" => format!("{stem}.yml"),
        _ => return None,
    };
    workspace.join(&other).is_file().then_some(other)
}

/// The bytes of a regular file. Its kind is asked before it is opened: opening a pipe would wait
/// for a writer.
fn read_bytes(named: &NamedFile, real: &Path) -> Result<Vec<u8>, Problem> {
    let failed = |error: std::io::Error| {
        report_unreadable(format!("{named} cannot be read: {error}"), "check its permissions")
    };
    if !fs::metadata(real).map_err(failed)?.is_file() {
        let kind = if real.is_dir() { "a directory" } else { "not a regular file" };
        return Err(report_unreadable(format!("{named} is {kind}"), &named.say_path()));
    }
    let mut bytes = Vec::new();
    File::open(real).map_err(failed)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(report_unreadable(
            format!("{named} is larger than 1 MiB"),
            if named.is_manifest {
                "split it into several manifests, one step each"
            } else {
                "the Marketplace takes no text of that length"
            },
        ));
    }
    Ok(bytes)
}

fn not_utf8(file: &str, bytes: &[u8], good: usize) -> Problem {
    // Each wrong byte becomes one character, so the lines before and the columns on the line stay
    // right.
    let text = String::from_utf8_lossy(bytes);
    let source = ManifestSource::new(file, &text);
    let before = ManifestSource::new(file, &String::from_utf8_lossy(&bytes[..good]));
    let (line, column) = before.end();
    let message = format!("the manifest is not UTF-8: byte 0x{:02X} at offset {good}", bytes[good]);
    let hint = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it looks like UTF-16; save it as UTF-8",
        _ => "save it as UTF-8",
    };
    let at = source.extent((line, column), (line, column + 1));
    source.problem(Finding { code: Code::ManifestUnreadable, at, message, hint: hint.to_owned() })
}
