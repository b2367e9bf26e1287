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
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
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
    insta::assert_snapshot!(
        problems(&["--operation", "1"], &[("INPUT_OFFERS", "one,two")]).join("\n")
    );
    assert_eq!(problems(&["resume", "--operation", "1", "--offers", "one,two"], &[]).len(), 1);
}

#[test]
fn a_preview_belongs_to_going_live_and_to_one_offer() {
    let preview = [("INPUT_PREVIEW", "1"), ("INPUT_OFFERS", "one,two")];
    insta::assert_snapshot!(problems(&["release"], &preview).join("\n"));
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
