use proptest::prelude::*;

use super::*;

/// The runner's own reader of outputs (`FileCommandManager.cs`): on Linux only a line feed ends a
/// line.
fn runner_reads(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut outputs = Vec::new();
    let mut rest = text;
    let line = |rest: &mut &str| -> Option<(String, bool)> {
        if rest.is_empty() {
            return None;
        }
        let (line, ended, after) =
            rest.split_once('\n').map_or((*rest, false, ""), |(line, after)| (line, true, after));
        let line = line.to_owned();
        *rest = after;
        Some((line, ended))
    };
    while let Some((head, _)) = line(&mut rest) {
        if head.is_empty() {
            continue;
        }
        let (equals, heredoc) = (head.find('='), head.find("<<"));
        match (equals, heredoc) {
            (Some(at), heredoc) if heredoc.is_none_or(|heredoc| at < heredoc) => {
                outputs.push((head[..at].to_owned(), head[at + 1..].to_owned()));
            }
            (_, Some(at)) => {
                let (key, delimiter) = (&head[..at], &head[at + 2..]);
                if key.is_empty() || delimiter.is_empty() {
                    return Err(format!("invalid format {head:?}"));
                }
                let mut lines = Vec::new();
                loop {
                    match line(&mut rest) {
                        Some((text, _)) if text == delimiter => break,
                        Some((text, true)) => lines.push(text),
                        _ => return Err(format!("matching delimiter not found {delimiter:?}")),
                    }
                }
                outputs.push((key.to_owned(), lines.join("\n")));
            }
            _ => return Err(format!("invalid format {head:?}")),
        }
    }
    Ok(outputs)
}

fn outputs(value: &str) -> Vec<(&'static str, String)> {
    vec![("outcome", value.to_owned()), ("phase", "publish".to_owned())]
}

fn file_with(content: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("set_output_1");
    fs::write(&path, content).unwrap();
    (directory, path)
}

#[test]
fn outputs_stand_between_delimiters() {
    assert_eq!(
        render_outputs(&outputs("a\nb")),
        "outcome<<EOF\na\nb\nEOF\nphase<<EOF\npublish\nEOF\n"
    );
    assert_eq!(
        render_outputs(&outputs("EOF\nEOF_1_\n")),
        "outcome<<EOF_2_\nEOF\nEOF_1_\n\nEOF_2_\nphase<<EOF\npublish\nEOF\n"
    );
    assert_eq!(render_outputs(&[]), "");
}

#[test]
fn a_rewrite_replaces_our_part_only() {
    let (_directory, path) = file_with("theirs=1\n");
    let file = OutputFile::open(&path).unwrap();
    for value in ["a long first value", "short", ""] {
        file.rewrite(&outputs(value)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let read = runner_reads(&text).unwrap();
        assert_eq!(read[0], ("theirs".to_owned(), "1".to_owned()));
        assert_eq!(read[1], ("outcome".to_owned(), value.to_owned()));
        assert_eq!(read.len(), 3);
    }
}

#[test]
fn an_open_line_of_others_is_closed_first() {
    let (_directory, path) = file_with("theirs=1");
    OutputFile::open(&path).unwrap().rewrite(&outputs("x")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(runner_reads(&text).unwrap().len(), 3, "{text:?}");
}

#[test]
fn a_missing_file_is_made() {
    let (directory, _) = file_with("");
    let path = directory.path().join("new");
    OutputFile::open(&path).unwrap().rewrite(&outputs("x")).unwrap();
    assert_eq!(
        runner_reads(&fs::read_to_string(&path).unwrap()).unwrap(),
        [("outcome".into(), "x".into()), ("phase".into(), "publish".into())]
    );
}

#[test]
fn nothing_else_is_left_in_the_directory() {
    let (directory, path) = file_with("");
    let file = SummaryFile::open(&path).unwrap();
    file.rewrite("# one\n").unwrap();
    file.rewrite("# two\n").unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), "# two\n");
}

#[test]
fn a_summary_never_exceeds_what_the_runner_takes() {
    let (_directory, path) = file_with("theirs\n");
    let file = SummaryFile::open(&path).unwrap();
    let line = format!("{}\n", "é".repeat(50));
    file.rewrite(&line.repeat(20_000)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.len() <= 1024 * 1024 && text.len() > 1024 * 1024 - 200, "{}", text.len());
    assert!(text.ends_with(&line) && text.starts_with("theirs\n"));
}

#[cfg(unix)]
#[test]
fn the_new_file_is_as_readable_as_the_old_one_and_links_stay() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
    let (directory, path) = file_with("theirs=1\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).unwrap();
    // Only root, which the container runs as, can and need give the file back.
    let given_away = chown(&path, Some(12345), Some(12345)).is_ok();
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    OutputFile::open(&link).unwrap().rewrite(&outputs("x")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o646);
    assert!(!given_away || (metadata.uid(), metadata.gid()) == (12345, 12345));
    assert_eq!(runner_reads(&fs::read_to_string(&path).unwrap()).unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_file_in_the_workspace_belongs_to_the_workspaces_owner() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (directory, theirs) = file_with("theirs, and longer than ours\n");
    let ours = directory.path().join("record.json");
    // Only root, which the container runs as, can and need give files away.
    let given_away = chown(directory.path(), Some(12345), Some(12345)).is_ok();
    for path in [&ours, &theirs] {
        let before = fs::metadata(path).ok().map(|old| (old.uid(), old.gid()));
        write_in_workspace(path, std::iter::once("{}\n".to_owned())).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "{}\n");
        let after = fs::metadata(path).unwrap();
        let wanted = before.unwrap_or((12345, 12345));
        assert!(!given_away || (after.uid(), after.gid()) == wanted, "{}", path.display());
    }
    assert!(write_in_workspace(directory.path(), std::iter::once("{}\n".to_owned())).is_err());
}

#[test]
fn where_renaming_is_impossible_the_file_is_overwritten() {
    let (_directory, path) = file_with("theirs=1\n");
    let file = CommandFile::open(&path).unwrap();
    file.overwrite("a long part\n").unwrap();
    file.overwrite("part\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs=1\npart\n");
    // A file in a place where none can be made beside it.
    let device = CommandFile { path: PathBuf::from("/dev/null/x"), start: 0, open_line: false };
    assert!(device.rewrite("x").is_err());
}

/// Texts that look like the end of a value.
const HOSTILE: &str = "(EOF|EOF_[1-3]_|[=<\\r\\n a-c]|\\PC){0,8}";

proptest! {
    #[test]
    fn what_is_written_is_what_the_runner_reads(values in prop::collection::vec(HOSTILE, 1..4)) {
        let names = ["outcome", "phase", "offers"];
        let outputs: Vec<_> = names.into_iter().zip(values.iter().cloned()).collect();
        let read = runner_reads(&render_outputs(&outputs)).unwrap();
        let owned = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        let expected: Vec<_> = outputs.iter().map(owned).collect();
        prop_assert_eq!(read, expected);
    }
}

#[test]
fn a_device_is_written_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let directory = tempfile::tempdir().unwrap();
    // A link, as `/dev/stdout` is one; what it leads to must stay a device.
    let path = directory.path().join("output");
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let file = OutputFile::open(&path).unwrap();
    file.rewrite(&outputs("succeeded")).unwrap();
    file.rewrite(&outputs("failed")).unwrap();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);

    // A pipe has a reader, who sees what is written.
    let (mut reader, writer) = io::pipe().unwrap();
    let of_pipe = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&writer));
    OutputFile::open(Path::new(&of_pipe)).unwrap().rewrite(&outputs("succeeded")).unwrap();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(runner_reads(&text).unwrap()[0], ("outcome".to_owned(), "succeeded".to_owned()));
}
