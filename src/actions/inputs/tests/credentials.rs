use super::*;

const APPLICATION: [(&str, &str); 2] = [
    ("INPUT_TENANT-ID", "72f988bf-86f1-41af-91ab-2d7cd011db47"),
    ("INPUT_CLIENT-ID", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
];
const OIDC: [(&str, &str); 2] = [
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/?v=1"),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t"),
];

fn accepted(variables: &[&[(&str, &str)]]) -> bool {
    run(&[], &variables.concat()).is_ok()
}

#[test]
fn one_of_three_ways_is_enough() {
    assert!(accepted(&[&[TOKEN]]));
    assert!(accepted(&[&APPLICATION, &[("INPUT_CLIENT-SECRET", "s")]]));
    assert!(accepted(&[&APPLICATION, &OIDC]));
}

#[test]
fn every_command_that_talks_to_the_portal_needs_them() {
    for word in Command::WORDS {
        assert_eq!(run(&[word], &[]).is_ok(), *word == "rehearse", "{word}");
    }
}

#[test]
fn what_is_missing_is_named_all_together() {
    insta::assert_snapshot!(told(run(&[], &[("GITHUB_ACTIONS", "true")])).join("\n"));
    insta::assert_snapshot!(told(run(&[], &[])).join("\n"));
    insta::assert_snapshot!(told(run(&[], &OIDC)).join("\n"));
}

#[test]
fn a_missing_permission_is_no_wrong_input() {
    let problems =
        run(&[], &[&APPLICATION[..], &[("GITHUB_ACTIONS", "true")], &OIDC[..1]].concat())
            .unwrap_err();
    assert_eq!(
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        [Code::OidcNotPermitted]
    );
    assert_eq!(problems[0].code.class().exit_code(), 3);
}

#[test]
fn directories_are_ids_or_domains() {
    let tenant = |text: &str| {
        run(&["--tenant-id", text, "--client-id", "c", "--client-secret", "s"], &[]).is_ok()
    };
    for good in ["72F988BF-86f1-41af-91ab-2d7cd011db47", "contoso.com", "contoso.onmicrosoft.com"] {
        assert!(tenant(good), "{good}");
    }
    for bad in [
        "contoso",
        "common",
        "organizations",
        "..",
        ".",
        "a/b.c",
        "contoso.com/x",
        "a..b",
        "72f988bf-86f1-41af-91ab-2d7cd011db4",
        "ä.de",
        "a b.c",
    ] {
        assert!(!tenant(bad), "{bad}");
    }
}

#[test]
fn a_secret_that_cannot_be_one_is_refused_without_being_printed() {
    for secret in ["hunter2 hunter2", "hunter2\nhunter2", "hunter2\u{7}", "hunter2é"] {
        for name in ["access-token", "client-secret", "github-token"] {
            let told = told(run(&[&format!("--{name}"), secret], &[]));
            assert!(
                told.iter().any(|problem| problem.starts_with(&format!(
                    "input-invalid: input `{name}` (from `--{name}`) has a blank"
                ))),
                "{told:?}"
            );
            assert!(!told.join("\n").contains("hunter2"), "{told:?}");
        }
    }
}
