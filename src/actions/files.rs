//! File commands: the files through which a step hands its outputs and its summary to the runner,
//! which reads them once the step's process has ended, also after a failure or a kill.
//!
//! Both are written whole at every change, so that a kill leaves the newest valid state. What the
//! files held before this process belongs to others and stays.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The runner uploads no summary that is larger (`CreateStepSummaryCommand`).
pub const LARGEST_SUMMARY: u64 = 1024 * 1024;

/// The file of the step's outputs, `GITHUB_OUTPUT`.
#[derive(Debug)]
pub struct OutputFile(CommandFile);

impl OutputFile {
    /// Remembers what the file holds now.
    ///
    /// # Errors
    /// If the file is there but cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        CommandFile::open(path).map(Self)
    }

    /// Replaces our part by these outputs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn rewrite(&self, outputs: &[(&'static str, String)]) -> io::Result<()> {
        self.0.rewrite(&render_outputs(outputs))
    }
}

/// The file of the step's summary, `GITHUB_STEP_SUMMARY`.
#[derive(Debug)]
pub struct SummaryFile(CommandFile);

impl SummaryFile {
    /// Remembers what the file holds now.
    ///
    /// # Errors
    /// If the file is there but cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        CommandFile::open(path).map(Self)
    }

    /// How many bytes of Markdown there is room for.
    #[must_use]
    pub fn room(&self) -> usize {
        usize::try_from(LARGEST_SUMMARY.saturating_sub(self.0.start + 1)).unwrap_or(usize::MAX)
    }

    /// Replaces our part by this Markdown. What exceeds [`Self::room`] is cut off after a line,
    /// because the runner would otherwise drop the whole summary.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn rewrite(&self, markdown: &str) -> io::Result<()> {
        let room = self.room();
        if markdown.len() <= room {
            return self.0.rewrite(markdown);
        }
        let cut = markdown.floor_char_boundary(room);
        let cut = markdown[..cut].rfind('\n').map_or(0, |line_end| line_end + 1);
        self.0.rewrite(&markdown[..cut])
    }
}

/// Outputs as the runner reads them: each value between two lines that occur nowhere in it.
///
/// A name is one of our own, so it has no line break and no `=`.
#[must_use]
pub fn render_outputs(outputs: &[(&'static str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in outputs {
        let delimiter = choose_delimiter(value);
        for part in [name, "<<", &delimiter, "\n", value, "\n", &delimiter, "\n"] {
            text.push_str(part);
        }
    }
    text
}

/// A word that the value does not contain.
fn choose_delimiter(value: &str) -> String {
    let mut delimiter = String::from("EOF");
    let mut number = 0_u64;
    while value.contains(&delimiter) {
        number += 1;
        delimiter = format!("EOF_{number}_");
    }
    delimiter
}

/// A file of which the first bytes belong to others and the rest to us.
#[derive(Debug)]
struct CommandFile {
    path: PathBuf,
    start: u64,
    /// What others wrote does not end in a line's end.
    open_line: bool,
}

impl CommandFile {
    fn open(path: &Path) -> io::Result<Self> {
        // The link is the runner's; what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if is_device(&path) {
            return Ok(Self { path, start: 0, open_line: false });
        }
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, start: 0, open_line: false });
            }
            Err(error) => return Err(error),
        };
        let start = file.metadata()?.len();
        let mut last = [b'\n'];
        if start > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        Ok(Self { path, start, open_line: last != *b"\n" })
    }

    fn rewrite(&self, content: &str) -> io::Result<()> {
        // A device, such as `/dev/stdout`, is written to; nothing may take its place.
        if is_device(&self.path) {
            let mut device = OpenOptions::new().append(true).open(&self.path)?;
            return device.write_all(content.as_bytes());
        }
        let content = if self.open_line && !content.is_empty() {
            format!("\n{content}")
        } else {
            content.to_owned()
        };
        // A single file that is mounted into the container cannot be renamed over, and a directory
        // may be closed to us.
        self.replace(&content).or_else(|_| self.overwrite(&content))
    }

    /// Writes a new file beside the old one and renames it: whoever reads sees the one or the other
    /// whole.
    fn replace(&self, content: &str) -> io::Result<()> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let new = self.path.with_file_name(format!(".{name}.{:016x}", fastrand::u64(..)));
        let written = self.write_new(&new, content).and_then(|()| fs::rename(&new, &self.path));
        if written.is_err() {
            // Its absence is as good as its removal.
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn write_new(&self, new: &Path, content: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
        if let Ok(old) = File::open(&self.path) {
            let metadata = old.metadata()?;
            like(&file, &metadata)?;
            io::copy(&mut old.take(self.start), &mut file)?;
        }
        file.write_all(content.as_bytes())
    }

    fn overwrite(&self, content: &str) -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(false).open(&self.path)?;
        file.set_len(self.start)?;
        file.seek(SeekFrom::Start(self.start))?;
        file.write_all(content.as_bytes())
    }
}

/// Whether there is something, and it is no file: a terminal, a pipe, `/dev/null`.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Writes a file into the workspace, piece by piece. A new one is given to the owner of its folder:
/// the container runs as root, the runner does not, and its later steps and its next checkout must
/// be able to change the file and to remove it.
///
/// # Errors
/// When the file cannot be written. That it cannot be given away is none: it is there, and can be
/// read.
pub fn write_in_workspace(
    path: &Path,
    mut content: impl Iterator<Item = String>,
) -> io::Result<()> {
    let is_new = fs::symlink_metadata(path).is_err();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    if is_new && let Some(folder) = path.parent() {
        let _ = give(&file, &fs::metadata(folder)?);
    }
    content.try_for_each(|piece| file.write_all(piece.as_bytes()))
}

/// The container runs as root, the runner does not: it must still be allowed to read the new file.
fn like(file: &File, old: &fs::Metadata) -> io::Result<()> {
    give(file, old)?;
    file.set_permissions(old.permissions())
}

/// Gives the file to the owner of something else.
#[cfg(unix)]
fn give(file: &File, other: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (other.uid(), other.gid()) {
        fchown(file, Some(other.uid()), Some(other.gid()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn give(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
