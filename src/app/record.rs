//! Where the record is written: below the workspace, also if links lead elsewhere.

use std::path::{Path, PathBuf};

use crate::problem::{Code, Problem};

/// The record's file. Its folder must exist, for files that we create in the workspace belong to
/// root.
///
/// # Errors
/// When the path leads out of the workspace, or to what is not a file.
pub fn place(workspace: &Path, path: &str) -> Result<PathBuf, Problem> {
    let refused = |why: String| {
        Problem::new(Code::InputInvalid, format!("input `record`: {path} {why}"))
            .hint("give the path of a file in a folder of the workspace that exists")
    };
    let given = workspace.join(path);
    let (Some(folder), Some(name)) = (given.parent(), given.file_name()) else {
        return Err(refused("is not the path of a file".to_owned()));
    };
    let folder =
        folder.canonicalize().map_err(|error| refused(format!("has no folder: {error}")))?;
    let workspace =
        workspace.canonicalize().map_err(|error| refused(format!("has no workspace: {error}")))?;
    if !folder.starts_with(&workspace) {
        return Err(refused("leads out of the workspace".to_owned()));
    }
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
        assert!(place(inside.path(), "record.json").is_ok());
        assert!(place(inside.path(), "folder/record.json").is_ok());
        assert!(
            place(inside.path(), "out/record.json")
                .unwrap_err()
                .message
                .ends_with("leads out of the workspace")
        );
        assert!(
            place(inside.path(), "link.json")
                .unwrap_err()
                .message
                .ends_with("exists, and is not a file")
        );
        assert!(place(inside.path(), "folder").is_err());
        assert!(place(inside.path(), "missing/record.json").is_err());
    }
}
