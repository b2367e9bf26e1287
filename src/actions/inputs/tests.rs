use secrecy::ExposeSecret as _;

use super::*;
use crate::problem::Code;

mod command_line;
mod credentials;
mod refusals;

/// Enough to talk to the portal.
const TOKEN: (&str, &str) = ("INPUT_ACCESS-TOKEN", "token");

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Invocation, Vec<Problem>> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    resolve(&arguments, &Environment::from_pairs(variables.iter().copied()))
        .map_err(|wrong| wrong.problems)
}

/// The inputs, with a token added.
fn inputs(arguments: &[&str], variables: &[(&str, &str)]) -> Inputs {
    match run(arguments, &[variables, &[TOKEN]].concat()) {
        Ok(Invocation::Command(inputs) | Invocation::Rehearse { inputs, .. }) => inputs,
        other => panic!("{other:?}"),
    }
}

/// The problems, with a token added, as `code: message; hint`.
fn problems(arguments: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    told(run(arguments, &[variables, &[TOKEN]].concat()))
}

fn told(result: Result<Invocation, Vec<Problem>>) -> Vec<String> {
    let problems = result.expect_err("refused");
    problems
        .iter()
        .map(|problem| {
            format!(
                "{}: {}; {}",
                problem.code.name(),
                problem.message,
                problem.hint.as_deref().expect("a hint")
            )
        })
        .collect()
}

#[test]
fn defaults_are_those_of_the_table() {
    let inputs = inputs(&[], &[]);
    assert_eq!(inputs.command, Command::Release);
    assert_eq!(inputs.manifest, "offer.yml");
    assert!(inputs.offers.is_empty());
    assert!(!inputs.go_live && inputs.wait);
    assert_eq!(inputs.timeout, Duration::from_mins(5 * 60 + 30));
    assert_eq!(inputs.poll_interval, PollInterval::Auto);
    assert_eq!((inputs.when_running, inputs.on_cancel), (WhenRunning::Adopt, OnCancel::Leave));
    assert_eq!(inputs.operation, None);
    assert_eq!(inputs.max_parallel.get(), 4);
    assert!(
        inputs.tenant_id.is_none() && inputs.client_id.is_none() && inputs.client_secret.is_none()
    );
    assert_eq!(inputs.audience, "api://AzureADTokenExchange");
    assert!(inputs.github_token.is_none());
    assert_eq!(inputs.check_run, Keep::Auto);
    assert_eq!(inputs.portal_url.as_str(), "https://cloudpartner.azure.com/");
    assert_eq!(inputs.authority_url.as_str(), "https://login.microsoftonline.com/");
    assert_eq!(inputs.resource, "https://cloudpartner.azure.com");
    assert_eq!(inputs.record, None);
    assert!(inputs.version.is_none() && inputs.preview.is_none());
    assert!(inputs.variables.is_empty() && inputs.secrets.is_empty());
    assert_eq!(inputs.when_unchanged, WhenUnchanged::Succeed);
    assert_eq!(inputs.foreign_changes, ForeignChanges::Warn);
    assert_eq!(inputs.ingestion_url.as_str(), "https://graph.microsoft.com/");
    assert_eq!(inputs.ingestion_resource, "https://graph.microsoft.com");
}

#[test]
fn a_flag_wins_over_a_variable_which_wins_over_the_default() {
    let variable = [("INPUT_POLL-INTERVAL", "5m"), ("INPUT_WAIT", "False")];
    let inputs = inputs(&["--poll-interval", "30s"], &variable);
    assert_eq!(inputs.poll_interval, PollInterval::Fixed(Duration::from_secs(30)));
    assert!(!inputs.wait);
}

#[test]
fn an_overridden_value_is_not_looked_at() {
    assert_eq!(
        inputs(&["--timeout", "1h"], &[("INPUT_TIMEOUT", "soon")]).timeout,
        Duration::from_hours(1)
    );
}

#[test]
fn blanks_around_a_value_do_not_count_and_empty_is_the_default() {
    let inputs = inputs(
        &["--manifest", " "],
        &[("INPUT_TIMEOUT", "  90s\n"), ("INPUT_MANIFEST", " a b.yml "), ("INPUT_OFFERS", "\n")],
    );
    assert_eq!(inputs.timeout, Duration::from_secs(90));
    assert_eq!(inputs.manifest, "a b.yml");
    assert!(inputs.offers.is_empty());
}

#[test]
fn what_is_no_input_of_ours_is_left_alone() {
    inputs(&[], &[("INPUT_ENTRYPOINT", "/x"), ("INPUT_ARGS", "y"), ("INPUT_TIME-OUT", "soon")]);
}

#[test]
fn offers_are_separated_by_commas_and_line_breaks() {
    let inputs = inputs(&[], &[("INPUT_OFFERS", "one, two\r\nthree\n\n,one\n")]);
    assert_eq!(
        inputs.offers.iter().map(OfferId::as_str).collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
}

#[test]
fn durations_are_written_as_people_write_them() {
    let cases = [
        ("250ms", Duration::from_millis(250)),
        ("90s", Duration::from_secs(90)),
        ("5m", Duration::from_mins(5)),
        ("5h 30m", Duration::from_mins(330)),
        ("5h30m", Duration::from_mins(330)),
        ("2d", Duration::from_hours(48)),
        ("1 week", Duration::from_hours(168)),
        ("0s", Duration::ZERO),
        ("35d", Duration::from_hours(35 * 24)),
    ];
    for (text, length) in cases {
        assert_eq!(inputs(&["--timeout", text], &[]).timeout, length, "{text}");
    }
}

#[test]
fn a_check_run_is_a_boolean_or_auto() {
    for (text, check_run) in [("auto", Keep::Auto), ("TRUE", Keep::Required), ("false", Keep::Off)]
    {
        assert_eq!(inputs(&["--check-run", text], &[]).check_run, check_run, "{text}");
    }
}

#[test]
fn origins_on_this_machine_need_no_encryption() {
    for text in [
        "http://127.0.0.1:8080",
        "http://localhost:1",
        "http://[::1]:9",
        "http://127.255.0.1",
        "https://portal.contoso.com:444/",
    ] {
        assert_eq!(inputs(&["--portal-url", text], &[]).portal_url, Url::parse(text).unwrap());
    }
}

#[test]
fn a_resource_is_kept_as_written() {
    for text in ["https://cloudpartner.azure.com/", "api://20e940b3-4c77-4b0b-9a53-9e16a1b010a7"] {
        assert_eq!(inputs(&["--resource", text], &[]).resource, text);
    }
}

#[test]
fn a_record_is_a_path_below_the_workspace() {
    let workspace = [("GITHUB_WORKSPACE", "/github/workspace")];
    for text in ["out/record.json", "./out//record.json", "/github/workspace/out/record.json"] {
        assert_eq!(
            inputs(&["--record", text], &workspace).record.as_deref(),
            Some("out/record.json"),
            "{text}"
        );
    }
}

#[test]
fn a_version_is_the_tags_number_unless_it_is_given() {
    let tag = |name| [("GITHUB_REF_TYPE", "tag"), ("GITHUB_REF_NAME", name)];
    for (name, version) in [("v1.2.3", "1.2.3"), ("1.2.3", "1.2.3"), ("vm-4", "vm-4")] {
        assert_eq!(inputs(&[], &tag(name)).version.as_deref(), Some(version), "{name}");
    }
    let given = [&tag("v1.2.3")[..], &[("INPUT_VERSION", "2.0.0")]].concat();
    assert_eq!(inputs(&[], &given).version.as_deref(), Some("2.0.0"));
    let branch = [("GITHUB_REF_TYPE", "branch"), ("GITHUB_REF_NAME", "v1")];
    assert_eq!(inputs(&[], &branch).version, None);
}

#[test]
fn variables_and_secrets_are_lines_of_names_and_values() {
    let given = [
        ("INPUT_VARIABLES", "a=1\r\n\n b-c = x=y \n_d=\n"),
        ("INPUT_SECRETS", "os-disk=https://a.example/os.vhd?sv=1&sig=hunter2"),
    ];
    let inputs = inputs(&[], &given);
    let variables: Vec<_> = inputs.variables.iter().map(|(n, v)| format!("{n}={v}")).collect();
    assert_eq!(variables, ["_d=", "a=1", "b-c=x=y"]);
    let disk = inputs.secrets["os-disk"].expose_secret();
    assert_eq!(disk, "https://a.example/os.vhd?sv=1&sig=hunter2");
    assert!(!format!("{inputs:?}").contains("hunter"));
    assert!(inputs.list_secrets().any(|secret| secret.expose_secret() == disk));
}

#[test]
fn secrets_are_kept_and_never_printed() {
    let inputs = inputs(&["--client-secret", "hunter2"], &[("INPUT_GITHUB-TOKEN", "hunter3")]);
    assert_eq!(inputs.client_secret.as_ref().unwrap().expose_secret(), "hunter2");
    assert_eq!(inputs.github_token.as_ref().unwrap().expose_secret(), "hunter3");
    assert!(!format!("{inputs:?}").contains("hunter"));
}

#[test]
fn an_operation_is_followed_by_resume() {
    let address = "/api/publishers/contoso/offers/one/operations/1?api-version=2017-10-31";
    let inputs = inputs(&["resume", "--operation", address, "--offers", "one"], &[]);
    assert_eq!(inputs.operation.as_deref(), Some(address));
}
