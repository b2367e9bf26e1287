//! Pointers, versions and variables.

use super::*;

#[test]
fn pointers_are_those_of_rfc_6901() {
    let tokens = |text| Pointer::parse(text).map(|pointer| pointer.tokens().to_vec());
    assert_eq!(tokens("/a.b~1c~0d/0/"), Ok(vec!["a.b/c~d".into(), "0".into(), String::new()]));
    assert_eq!(tokens(""), Err(BadPointer::Whole));
    assert_eq!(tokens("a/b"), Err(BadPointer::NoSlash));
    assert_eq!(tokens("/a~2"), Err(BadPointer::Tilde));
    assert_eq!(tokens("/a~"), Err(BadPointer::Tilde));
    assert_eq!(Pointer::parse("/a~1b").unwrap().to_string(), "/a~1b");
}

#[test]
fn versions_are_compared_as_numbers_and_kept_as_written() {
    let version = |text| Version::parse(text).unwrap();
    assert!(version("1.0.10") > version("1.0.9"));
    assert!(version("2018.11.05") > version("2018.1.1"));
    assert_eq!(version("2018.11.05"), version("2018.11.5"));
    assert_eq!(version("2018.11.05").to_string(), "2018.11.05");
    for bad in ["", "1.2", "1.2.3.4", "1.2.x", "1.2.-3", "v1.2.3", "1.2.+3", "1..3", "1.2.3 "] {
        assert!(Version::parse(bad).is_none(), "{bad}");
    }
}

fn variables() -> Variables {
    let pair = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
    Variables {
        version: Some("1.2.3".into()),
        tag: None,
        sha: Some("abc".into()),
        run: Some("7".into()),
        own: pair("region", "West $5 ${version}"),
        secrets: pair("os-disk", "https://x"),
    }
}

/// A text → what becomes of it.
#[test]
fn variables_are_replaced_once_or_refused_with_a_cure() {
    let expand = |text: &str| match variables().expand(text, true) {
        Ok(Expanded { text, is_secret }) => {
            format!("{text}{}", if is_secret { " (secret)" } else { "" })
        }
        Err(error) => format!("refused: {error}; {}", error.hint),
    };
    let table: String = [
        "v${version}, ${sha}, ${run}",
        "$$5 $${version} $ $x",
        "${var.region}",
        "a ${secret.os-disk}",
        "${tag}",
        "${versoin}",
        "${date}",
        "${var.regoin}",
        "${secret.disk}",
        "${version",
        "${{ github.ref }}",
        "${}",
    ]
    .map(|text| format!("{text} => {}\n", expand(text)))
    .concat();
    insta::assert_snapshot!(table);
    let shown = variables().expand("${secret.os-disk}", false).unwrap_err();
    assert_eq!(shown.message, "`${secret.os-disk}` is a secret, and this text is shown");
}
