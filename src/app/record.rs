//! Where the record is written: below the workspace, also if links lead elsewhere.

use std::path::{Path, PathBuf};

use crate::problem::{Code, Problem};

/// The record's file; folders that are missing are made.
///
/// # Errors
/// When the path leads out of the workspace, or to what is not a file.
pub fn place_record(workspace: &Path, path: &str) -> Result<PathBuf, Problem> {
    let refused = |why: String| {
        Problem::new(Code::InputInvalid, format!("input `record`: {path} {why}"))
            .hint("give the path of a file below the workspace")
    };
    let given = workspace.join(path);
    let (Some(folder), Some(name)) = (given.parent(), given.file_name()) else {
        return Err(refused("is not the path of a file".to_owned()));
    };
    let workspace =
        workspace.canonicalize().map_err(|error| refused(format!("has no workspace: {error}")))?;
    // Where a link leads is only known of what exists, so that is looked at before anything is
    // made.
    let existing = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok());
    let existing = existing.unwrap_or(folder).canonicalize();
    let existing = existing.map_err(|error| refused(format!("has no folder: {error}")))?;
    if !existing.starts_with(&workspace) {
        return Err(refused("leads out of the workspace".to_owned()));
    }
    std::fs::create_dir_all(folder)
        .map_err(|error| refused(format!("has a folder that cannot be made: {error}")))?;
    let folder =
        folder.canonicalize().map_err(|error| refused(format!("has no folder: {error}")))?;
    let file = folder.join(name);
    match file.symlink_metadata() {
        Ok(found) if !found.is_file() => Err(refused("exists, and is not a file".to_owned())),
        _ => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_leads_out() {
        let outside = tempfile::tempdir().unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("out")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("file"), inside.path().join("link.json"))
            .unwrap();
        std::fs::create_dir(inside.path().join("folder")).unwrap();
        assert!(place_record(inside.path(), "record.json").is_ok());
        assert!(place_record(inside.path(), "folder/record.json").is_ok());
        assert!(
            place_record(inside.path(), "out/record.json")
                .unwrap_err()
                .message
                .ends_with("leads out of the workspace")
        );
        assert!(
            place_record(inside.path(), "link.json")
                .unwrap_err()
                .message
                .ends_with("exists, and is not a file")
        );
        assert!(place_record(inside.path(), "folder").is_err());
        assert!(place_record(inside.path(), "out/new/record.json").is_err());
        assert!(!outside.path().join("new").exists());
        std::fs::write(inside.path().join("file"), "").unwrap();
        assert!(place_record(inside.path(), "file/record.json").is_err());
        let made = place_record(inside.path(), "new/deep/record.json").unwrap();
        assert!(made.parent().unwrap().is_dir() && !made.exists());
    }
}
