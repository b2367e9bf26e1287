use super::*;

/// Values that are refused, by input.
const REFUSED: &[(&str, &str)] = &[
    ("command", "realease"),
    ("command", "Release"),
    ("manifest", "a\u{1b}b"),
    ("offers", "one, a/b"),
    ("offers", ","),
    ("variables", "a"),
    ("variables", "a=1\n1b=2"),
    ("secrets", "a=hunter2\na=hunter3"),
    ("preview", "a b"),
    ("when-unchanged", "fails"),
    ("foreign-changes", "ignore"),
    ("go-live", "yes"),
    ("wait", "0"),
    ("timeout", "90"),
    ("timeout", "soon"),
    ("timeout", "-5m"),
    ("timeout", "5m ago"),
    ("timeout", "1 month"),
    ("timeout", "36d"),
    ("timeout", "PT5M"),
    ("poll-interval", "0s"),
    ("poll-interval", "Auto"),
    ("when-running", "cancle"),
    ("on-cancel", "stop"),
    ("max-parallel", "0"),
    ("max-parallel", "1001"),
    ("max-parallel", "four"),
    ("operation", "a b"),
    ("tenant-id", "contoso"),
    ("tenant-id", "common"),
    ("client-id", "a b"),
    ("audience", "a b"),
    ("check-run", "maybe"),
    ("portal-url", "cloudpartner.azure.com"),
    ("portal-url", "http://cloudpartner.azure.com"),
    ("portal-url", "http://127.0.0.1.contoso.com"),
    ("portal-url", "https://user:secret@cloudpartner.azure.com"),
    ("portal-url", "https://cloudpartner.azure.com/api"),
    ("portal-url", "https://cloudpartner.azure.com/?x"),
    ("authority-url", "ftp://login.microsoftonline.com"),
    ("resource", "cloudpartner"),
    ("resource", "file:///etc"),
    ("resource", "https://cloudpartner.azure.com/.default"),
    ("resource", "https://cloudpartner.azure.com#x"),
    ("record", "../record.json"),
    ("record", "/etc/record.json"),
    ("record", "/github/workspace/../record.json"),
    ("record", "out/"),
    ("record", "/github/workspaces/x"),
    ("record", "offer.yml"),
];

/// Each value that is refused, with the whole of what is said about it.
#[test]
fn every_refusal_names_the_input_the_value_and_the_way_out() {
    let workspace = ("GITHUB_WORKSPACE", "/github/workspace");
    let told = REFUSED.iter().map(|(name, value)| {
        let variable = format!("INPUT_{}", name.to_uppercase());
        let command = if matches!(*name, "operation" | "preview") { "resume" } else { "release" };
        let variables = [(variable.as_str(), *value), workspace];
        let arguments: &[&str] = if *name == "command" { &[] } else { &[command] };
        problems(arguments, &variables).join("\n")
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
    input-invalid: input `command` (from `INPUT_COMMAND`) is "realease", which is none of the allowed values; did you mean `release`? allowed: `release`, `draft`, `go-live`, `resume`, `status`, `plan`, `cancel`, `rehearse`
    input-invalid: input `command` (from `INPUT_COMMAND`) is "Release", which is none of the allowed values; did you mean `release`? allowed: `release`, `draft`, `go-live`, `resume`, `status`, `plan`, `cancel`, `rehearse`
    input-invalid: input `manifest` (from `INPUT_MANIFEST`) is "a\u{1b}b", which has '\u{1b}' in it; give one path, below the workspace
    input-invalid: input `offers` (from `INPUT_OFFERS`) is "one, a/b", and offer id "a/b" has '/'; allowed are letters a-z, digits, `-`, `_` and `.`; separate the ids by commas or line breaks
    input-invalid: input `offers` (from `INPUT_OFFERS`) is ",", which names no offer; give the ids of offers, or leave `offers` empty for all of them
    input-invalid: input `variables` (from `INPUT_VARIABLES`) is "a", which has no `=` in line 1; write each line as `name=value`
    input-invalid: input `variables` (from `INPUT_VARIABLES`) is "a=1\n1b=2", which has no name before the `=` of line 2; begin a name with a letter, and use letters, digits, `-` and `_`
    input-invalid: input `secrets` (from `INPUT_SECRETS`) names `a` twice, again in line 2; give each name once
    input-invalid: input `preview` (from `INPUT_PREVIEW`) is "a b", which has ' ' in it; give it without blanks and line breaks
    input-invalid: input `when-unchanged` (from `INPUT_WHEN-UNCHANGED`) is "fails", which is none of the allowed values; did you mean `fail`? allowed: `succeed`, `fail`
    input-invalid: input `foreign-changes` (from `INPUT_FOREIGN-CHANGES`) is "ignore", which is none of the allowed values; allowed: `warn`, `refuse`, `allow`
    input-invalid: input `go-live` (from `INPUT_GO-LIVE`) is "yes", which is not a boolean; allowed: `true`, `false`
    input-invalid: input `wait` (from `INPUT_WAIT`) is "0", which is not a boolean; allowed: `true`, `false`
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "90", which is not a duration; write it like `90s`, `5m`, `5h 30m` or `2d`; a number needs its unit
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "soon", which is not a duration; write it like `90s`, `5m`, `5h 30m` or `2d`; a number needs its unit
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "-5m", which is negative; write it like `90s`, `5m`, `5h 30m` or `2d`
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "5m ago", which is negative; write it like `90s`, `5m`, `5h 30m` or `2d`
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "1 month", and months and years have no fixed length; write it like `90s`, `5m`, `5h 30m` or `2d`
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "36d", which is longer than the 35 days that a workflow run can last; write it like `90s`, `5m`, `5h 30m` or `2d`
    input-invalid: input `timeout` (from `INPUT_TIMEOUT`) is "PT5M", which is not a duration; write it like `90s`, `5m`, `5h 30m` or `2d`; a number needs its unit
    input-invalid: input `poll-interval` (from `INPUT_POLL-INTERVAL`) is "0s", which would ask the portal without a pause; give `auto`, or a duration like `30s` or `5m`
    input-invalid: input `poll-interval` (from `INPUT_POLL-INTERVAL`) is "Auto", which is not a duration; give `auto`, or a duration like `30s` or `5m`
    input-invalid: input `when-running` (from `INPUT_WHEN-RUNNING`) is "cancle", which is none of the allowed values; did you mean `cancel`? allowed: `adopt`, `wait`, `cancel`, `fail`
    input-invalid: input `on-cancel` (from `INPUT_ON-CANCEL`) is "stop", which is none of the allowed values; did you mean `cancel`? allowed: `leave`, `cancel`
    input-invalid: input `max-parallel` (from `INPUT_MAX-PARALLEL`) is "0", which is not a whole number from 1 to 1000; give a number such as `4`
    input-invalid: input `max-parallel` (from `INPUT_MAX-PARALLEL`) is "1001", which is not a whole number from 1 to 1000; give a number such as `4`
    input-invalid: input `max-parallel` (from `INPUT_MAX-PARALLEL`) is "four", which is not a whole number from 1 to 1000; give a number such as `4`
    input-invalid: input `operation` (from `INPUT_OPERATION`) is "a b", which has ' ' in it; give it without blanks and line breaks
    input-invalid: input `tenant-id` (from `INPUT_TENANT-ID`) is "contoso", which is neither a GUID nor a domain name; give the directory (tenant) id of the application's overview page, or a domain such as `contoso.onmicrosoft.com`
    input-invalid: input `tenant-id` (from `INPUT_TENANT-ID`) is "common", which stands for many directories; an application signs in to one; give the directory (tenant) id of the application's overview page, or a domain such as `contoso.onmicrosoft.com`
    input-invalid: input `client-id` (from `INPUT_CLIENT-ID`) is "a b", which has ' ' in it; give it without blanks and line breaks
    input-invalid: input `audience` (from `INPUT_AUDIENCE`) is "a b", which has ' ' in it; give it without blanks and line breaks
    input-invalid: input `check-run` (from `INPUT_CHECK-RUN`) is "maybe", which is none of the allowed values; allowed: `auto`, `true`, `false`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "cloudpartner.azure.com", which is not a URL (relative URL without a base); give scheme and host only, such as `https://cloudpartner.azure.com`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "http://cloudpartner.azure.com", and `http` would send the token readable over the network; use `https`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "http://127.0.0.1.contoso.com", and `http` would send the token readable over the network; use `https`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "https://user:***@cloudpartner.azure.com/", which has a user name or password in it; give scheme and host only, such as `https://cloudpartner.azure.com`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "https://cloudpartner.azure.com/api", which has more than scheme, host and port; give scheme and host only, such as `https://cloudpartner.azure.com`
    input-invalid: input `portal-url` (from `INPUT_PORTAL-URL`) is "https://cloudpartner.azure.com/?x", which has more than scheme, host and port; give scheme and host only, such as `https://cloudpartner.azure.com`
    input-invalid: input `authority-url` (from `INPUT_AUTHORITY-URL`) is "ftp://login.microsoftonline.com", which is not an `https` address; give scheme and host only, such as `https://cloudpartner.azure.com`
    input-invalid: input `resource` (from `INPUT_RESOURCE`) is "cloudpartner", which is not a URL (relative URL without a base); give the API's identifier, such as `https://cloudpartner.azure.com`, without `/.default`
    input-invalid: input `resource` (from `INPUT_RESOURCE`) is "file:///etc", which is neither an `https:` nor an `api:` identifier; give the API's identifier, such as `https://cloudpartner.azure.com`, without `/.default`
    input-invalid: input `resource` (from `INPUT_RESOURCE`) is "https://cloudpartner.azure.com/.default", which ends in `/.default`; that is added; give the API's identifier, such as `https://cloudpartner.azure.com`, without `/.default`
    input-invalid: input `resource` (from `INPUT_RESOURCE`) is "https://cloudpartner.azure.com#x", which has a query, a fragment or a user name in it; give the API's identifier, such as `https://cloudpartner.azure.com`, without `/.default`
    input-invalid: input `record` (from `INPUT_RECORD`) is "../record.json", which leaves the workspace by `..`; give the path of a file below the workspace, such as `release-record.json`
    input-invalid: input `record` (from `INPUT_RECORD`) is "/etc/record.json", which is not below the workspace; give the path of a file below the workspace, such as `release-record.json`
    input-invalid: input `record` (from `INPUT_RECORD`) is "/github/workspace/../record.json", which leaves the workspace by `..`; give the path of a file below the workspace, such as `release-record.json`
    input-invalid: input `record` (from `INPUT_RECORD`) is "out/", which is a directory; give the path of a file below the workspace, such as `release-record.json`
    input-invalid: input `record` (from `INPUT_RECORD`) is "/github/workspaces/x", which is not below the workspace; give the path of a file below the workspace, such as `release-record.json`
    input-invalid: input `record` is "offer.yml", which is the manifest; write the record to another file
    "#);
}

#[test]
fn all_problems_are_told_together() {
    let variables = [
        ("INPUT_TIMEOUT", "soon"),
        ("INPUT_WAIT", "maybe"),
        ("INPUT_PORTAL-URL", "x"),
        ("INPUT_OPERATION", "1"),
    ];
    let told = told(run(&["--max-parallel", "0"], &variables));
    for name in [
        "wait",
        "timeout",
        "operation",
        "max-parallel",
        "portal-url",
        "tenant-id",
        "client-id",
        "client-secret",
    ] {
        assert!(
            told.iter().any(|problem| problem.contains(&format!("input `{name}`"))),
            "{name}: {told:#?}"
        );
    }
    assert_eq!(told.len(), 8);
}

#[test]
fn an_operation_belongs_to_resume_and_to_one_offer() {
    insta::assert_snapshot!(problems(&["--operation", "1"], &[("INPUT_OFFERS", "one,two")]).join("\n"), @r"
    input-invalid: input `operation` belongs to one offer, but `offers` names `one`, `two`; name the one offer that it belongs to
    input-invalid: input `operation` is given with `command: release`, which does not follow a given operation; give `command: resume`, or leave `operation` out
    ");
    assert_eq!(problems(&["resume", "--operation", "1", "--offers", "one,two"], &[]).len(), 1);
}

#[test]
fn a_preview_belongs_to_going_live_and_to_one_offer() {
    let preview = [("INPUT_PREVIEW", "1"), ("INPUT_OFFERS", "one,two")];
    insta::assert_snapshot!(problems(&["release"], &preview).join("\n"), @r"
    input-invalid: input `preview` belongs to one offer, but `offers` names `one`, `two`; name the one offer that it belongs to
    input-invalid: input `preview` is given with `command: release`, which does not go live with a preview of another run; give `command: go-live` or `command: resume`, or leave `preview` out
    ");
    assert_eq!(problems(&["go-live"], &preview).len(), 1);
    assert_eq!(inputs(&["go-live"], &preview[..1]).preview.as_deref(), Some("1"));
}

#[test]
fn every_secret_is_known_also_where_the_inputs_are_wrong() {
    let given = [
        ("INPUT_CLIENT-SECRET", "hunter2\nhunter2"),
        ("INPUT_SECRETS", "broken\na=hunter3"),
        ("INPUT_TIMEOUT", "soon"),
    ];
    let wrong = resolve(&[], &Environment::from_pairs(given)).unwrap_err();
    let secrets: Vec<_> = wrong.secrets.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["hunter2\nhunter2", "hunter3"]);
}

#[test]
fn a_flag_is_named_where_the_value_came_from_one() {
    let told = problems(&["--timeout", "soon"], &[("INPUT_TIMEOUT", "5m")]);
    assert!(told[0].contains("input `timeout` (from `--timeout`) is \"soon\""), "{told:?}");
}

#[test]
fn a_long_value_is_shortened() {
    let told = problems(&["--timeout", &"x".repeat(10_000)], &[]);
    assert!(told[0].len() < 400, "{}", told[0].len());
}

#[test]
fn a_variable_that_is_not_unicode_is_refused_unless_a_flag_overrides_it() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let raw = OsString::from_vec(b"a\xff".to_vec());
        let pairs = || [("INPUT_MANIFEST".into(), raw.clone()), (TOKEN.0.into(), TOKEN.1.into())];
        let environment = Environment::from_os(pairs(), PathBuf::from("."));
        let told = told(resolve(&[], &environment).map_err(|wrong| wrong.problems));
        assert_eq!(
            told,
            ["input-invalid: input `manifest` (from `INPUT_MANIFEST`) is not UTF-8; write the \
                 value in UTF-8"]
        );
        assert!(resolve(&["--manifest=x".into()], &environment).is_ok());
    }
}
