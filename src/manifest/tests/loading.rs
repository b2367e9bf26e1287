//! Which file is read, and which is not.

use std::os::unix::fs::symlink;

use super::*;

const GOOD: &str = "publisher: contoso\noffers: [{id: one}]\n";

fn no_secrets() -> Secrets {
    Secrets::new(Box::new(|_| ()))
}

/// A workspace, with a good manifest in it and another one outside.
struct Workspace(tempfile::TempDir);

impl Workspace {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("workspace/sub")).unwrap();
        fs::write(directory.path().join("workspace/offer.yml"), GOOD).unwrap();
        fs::write(directory.path().join("outside.yml"), GOOD).unwrap();
        Self(directory)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("workspace")
    }

    fn load(&self, path: &str) -> Result<Manifest, String> {
        load(&self.path(), path, &no_secrets()).map_err(|problems| {
            let [problem] = &problems[..] else { panic!("one problem: {problems:?}") };
            assert_eq!(problem.code, Code::ManifestUnreadable);
            format!("{}; {}", problem.message, problem.hint.as_deref().unwrap())
        })
    }
}

#[test]
fn a_path_below_the_workspace_is_named_as_github_needs_it() {
    let workspace = Workspace::new();
    let absolute = workspace.path().join("offer.yml");
    for path in [
        "offer.yml",
        "./offer.yml",
        "sub/../offer.yml",
        "sub//..//./offer.yml",
        absolute.to_str().unwrap(),
    ] {
        assert_eq!(workspace.load(path).unwrap().file(), "offer.yml", "{path}");
    }
}

#[test]
fn a_link_inside_the_workspace_is_followed() {
    let workspace = Workspace::new();
    symlink("../offer.yml", workspace.path().join("sub/link.yml")).unwrap();
    assert_eq!(workspace.load("sub/link.yml").unwrap().file(), "sub/link.yml");
}

#[test]
fn nothing_outside_the_workspace_is_read() {
    let workspace = Workspace::new();
    symlink("../../outside.yml", workspace.path().join("sub/link.yml")).unwrap();
    symlink(workspace.0.path(), workspace.path().join("up")).unwrap();
    let absolute = workspace.0.path().join("outside.yml");
    for path in [
        "../outside.yml",
        "sub/../../outside.yml",
        "sub/link.yml",
        "up/outside.yml",
        "/etc/passwd",
        absolute.to_str().unwrap(),
    ] {
        let expected = format!(
            "the manifest {path:?} is outside the workspace; give a path below the workspace, and \
             no link that leads out of it"
        );
        assert_eq!(workspace.load(path).unwrap_err(), expected);
    }
}

#[test]
fn what_is_no_file_is_not_opened() {
    let workspace = Workspace::new();
    let pipe = workspace.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = workspace.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in ["pipe", "socket"] {
        let error = workspace.load(path).unwrap_err();
        assert_eq!(
            error,
            format!(
                "the manifest {path:?} is not a regular file; give the path of the manifest's file"
            )
        );
    }
    for path in ["sub", ".", ""] {
        let error = workspace.load(path).unwrap_err();
        assert_eq!(
            error,
            format!("the manifest {path:?} is a directory; give the path of the manifest's file")
        );
    }
}

#[test]
fn a_missing_file_is_looked_for_under_the_other_ending() {
    let workspace = Workspace::new();
    let error = workspace.load("offer.yaml").unwrap_err();
    assert!(
        error.ends_with("; did you mean `offer.yml`? set the input `manifest` to it"),
        "{error}"
    );
    let error = workspace.load("x\n.yml").unwrap_err();
    assert!(
        error.starts_with(r#"the manifest "x\n.yml" cannot be opened: No such file"#),
        "{error}"
    );
    let missing = load(Path::new("/nowhere"), "offer.yml", &no_secrets()).unwrap_err();
    assert_eq!(missing[0].hint.as_deref(), Some("check out the repository before this step"));
}

#[test]
fn a_mebibyte_is_the_most() {
    let workspace = Workspace::new();
    let filled = |length: usize| format!("{GOOD}#{}", " ".repeat(length - GOOD.len() - 1));
    fs::write(workspace.path().join("full.yml"), filled(1024 * 1024)).unwrap();
    workspace.load("full.yml").unwrap();
    fs::write(workspace.path().join("large.yml"), filled(1024 * 1024 + 1)).unwrap();
    let error = workspace.load("large.yml").unwrap_err();
    assert_eq!(
        error,
        "the manifest \"large.yml\" is larger than 1 MiB; split it into several manifests, one \
         step each"
    );
}

#[test]
fn a_byte_that_is_not_utf_8_is_placed() {
    let workspace = Workspace::new();
    let bad = |bytes: &[u8]| {
        fs::write(workspace.path().join("bad.yml"), bytes).unwrap();
        let problems = load(&workspace.path(), "bad.yml", &no_secrets()).unwrap_err();
        let place = problems[0].place.clone().unwrap();
        (problems[0].message.clone(), problems[0].hint.clone().unwrap(), position(&place))
    };
    let (message, hint, place) = bad(b"\xef\xbb\xbfpublisher: contoso\r\n# gr\xc3\xb6\xdfer\r\n");
    assert_eq!(message, "the manifest is not UTF-8: byte 0xDF at offset 29");
    assert_eq!((hint.as_str(), place), ("save it as UTF-8", (2, 6, 6)));
    assert_eq!(bad(b"a: b\n\xff").2, (2, 1, 1));
    assert_eq!(bad(b"a: \xc3").2, (1, 4, 4));
    assert_eq!(bad(b"\xff\xfea\0").1, "it looks like UTF-16; save it as UTF-8");
}
