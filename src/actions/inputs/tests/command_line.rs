use super::*;

#[test]
fn every_command_can_be_named() {
    for word in Command::WORDS {
        let named = inputs(&[word], &[]);
        assert_eq!(named.command.as_str(), *word);
        assert_eq!(inputs(&["--command", word], &[]).command, named.command);
        assert_eq!(inputs(&[], &[("INPUT_COMMAND", word)]).command, named.command);
        assert_eq!(inputs(&[word], &[("INPUT_COMMAND", "status")]).command, named.command);
    }
}

#[test]
fn flags_stand_before_and_behind_the_command() {
    for arguments in [
        ["plan", "--manifest", "x.yml"],
        ["--manifest", "x.yml", "plan"],
        ["--manifest=x.yml", "plan", "--wait"],
    ] {
        let inputs = inputs(&arguments, &[]);
        assert_eq!(
            (inputs.command, inputs.manifest.as_str()),
            (Command::Plan, "x.yml"),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_boolean_flag_alone_is_true() {
    for arguments in [
        &["--go-live"][..],
        &["--go-live", "true"],
        &["--go-live=True"],
        &["--go-live", "release"],
        &["--go-live", "--wait"],
    ] {
        assert!(inputs(arguments, &[]).go_live, "{arguments:?}");
    }
    assert!(!inputs(&["--go-live", "false", "release"], &[]).go_live);
    assert!(!inputs(&["--wait", "false"], &[]).wait);
}

#[test]
fn a_rehearsal_takes_its_manifest_as_an_argument_and_needs_no_credentials() {
    let Ok(Invocation::Rehearse { inputs, .. }) =
        run(&["rehearse", "sub/offer.yml", "--go-live"], &[])
    else {
        panic!("a rehearsal")
    };
    assert_eq!(
        (inputs.command, inputs.manifest.as_str(), inputs.go_live),
        (Command::Rehearse, "sub/offer.yml", true)
    );
    let Ok(Invocation::Rehearse { inputs, .. }) =
        run(&["rehearse"], &[("INPUT_MANIFEST", "x.yml")])
    else {
        panic!("a rehearsal")
    };
    assert_eq!(inputs.manifest, "x.yml");
}

#[test]
fn the_simulator_and_the_schema_need_no_inputs() {
    let Ok(Invocation::Simulate { listen, scenario }) =
        run(&["simulate", "--listen", "127.0.0.1:8080", "--scenario", "s.yml"], &[])
    else {
        panic!("the simulator")
    };
    assert_eq!(
        (listen.to_string().as_str(), scenario),
        ("127.0.0.1:8080", Some(PathBuf::from("s.yml")))
    );
    let Ok(Invocation::Simulate { listen, scenario: None }) = run(&["simulate"], &[]) else {
        panic!("the simulator")
    };
    assert_eq!(listen.to_string(), "127.0.0.1:0");
    assert!(matches!(run(&["schema"], &[("INPUT_TIMEOUT", "soon")]), Ok(Invocation::Schema)));
}

#[test]
fn version_and_help_are_texts() {
    for arguments in [&["--version"][..], &["-v"], &["-V"], &["version"], &["plan", "--version"]] {
        let Ok(Invocation::Version(text)) = run(arguments, &[]) else { panic!("{arguments:?}") };
        assert_eq!(text, format!("offer-release {}\n", env!("CARGO_PKG_VERSION")));
    }
    for arguments in [&["--help"][..], &["-h"], &["help"]] {
        let text = help(arguments);
        for input in table::ALL {
            assert!(text.contains(&format!("--{} ", input.name)), "{arguments:?} {}", input.name);
        }
    }
    let text = help(&["rehearse", "--help"]);
    assert!(text.contains("Usage: offer-release rehearse [OPTIONS] [MANIFEST]"), "{text}");
    assert_eq!(help(&["help", "rehearse"]), text);
    let text = help(&["--help"]);
    for word in Command::WORDS.iter().chain(&["simulate", "schema"]) {
        assert!(text.lines().any(|line| line.trim_start().starts_with(word)), "{word}");
    }
}

#[track_caller]
fn help(arguments: &[&str]) -> String {
    match run(arguments, &[]) {
        Ok(Invocation::Help(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// The flags that the help of a command shows, without those that all commands have.
fn flags_shown(command: &str) -> Vec<String> {
    let common = ["manifest", "offers", "max-parallel", "record", "help"];
    help(&[command, "--help"])
        .lines()
        .filter_map(|line| line.trim_start().split_once("--")?.1.split([' ', '=']).next())
        .filter(|name| !common.contains(name))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_help_of_a_command_shows_the_flags_that_it_uses() {
    assert_eq!(flags_shown("schema"), Vec::<String>::new());
    assert_eq!(flags_shown("simulate"), ["listen", "scenario"]);
    let rehearse = flags_shown("rehearse");
    assert!(rehearse.iter().any(|flag| flag == "scenario"), "{rehearse:?}");
    assert!(!rehearse.iter().any(|flag| flag == "client-secret"), "{rehearse:?}");
    let status = flags_shown("status");
    for (shown, flag) in [(true, "tenant-id"), (false, "go-live"), (false, "timeout")] {
        assert_eq!(status.iter().any(|name| name == flag), shown, "{flag}: {status:?}");
    }
    let operation = |command: &str| flags_shown(command).iter().any(|flag| flag == "operation");
    assert!(operation("resume") && operation("cancel") && !operation("release"));
    // What is not shown is taken all the same: a workflow sets every input.
    assert_eq!(inputs(&["status", "--timeout", "1h"], &[]).timeout, Duration::from_hours(1));
}

#[test]
fn completions_are_a_script_of_the_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let Ok(Invocation::Completions(script)) = run(&["completions", shell], &[]) else {
            panic!("{shell}")
        };
        assert!(script.contains("rehearse") && script.contains("poll-interval"), "{shell}");
    }
}

#[test]
fn a_rehearsal_takes_a_scenario() {
    let Ok(Invocation::Rehearse { scenario, inputs }) =
        run(&["rehearse", "a.yml", "--scenario", "s.yml"], &[])
    else {
        panic!("a rehearsal")
    };
    assert_eq!((scenario, inputs.manifest.as_str()), (Some(PathBuf::from("s.yml")), "a.yml"));
}

#[test]
fn a_command_that_others_have_leads_to_ours() {
    for (word, ours) in [("publish", "release"), ("validate", "plan"), ("promote", "go-live")] {
        let told = [problems(&[word], &[]), problems(&[], &[("INPUT_COMMAND", word)])].concat();
        let near = format!("did you mean `{ours}`?");
        assert!(told.len() == 2 && told.iter().all(|told| told.contains(&near)), "{told:?}");
    }
}

#[test]
fn a_command_line_that_cannot_be_taken_apart_is_an_input_problem() {
    let command_lines: [&[&str]; 12] = [
        &["relase"],
        &["--manifets", "x"],
        &["--manifest"],
        &["release", "extra"],
        &["rehearse", "a.yml", "b.yml"],
        &["--wait", "--wait"],
        &["release", "--command", "plan"],
        &["rehearse", "a.yml", "--manifest", "b.yml"],
        &["simulate", "--listen", "nowhere"],
        &["completions", "tcsh"],
        &["completions"],
        &["--listen", "127.0.0.1:0"],
    ];
    let told = command_lines.map(|arguments| problems(arguments, &[]).join("\n"));
    insta::assert_snapshot!(told.join("\n"));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_named() {
    use std::os::unix::ffi::OsStringExt as _;
    let arguments = [OsString::from("--manifest"), OsString::from_vec(b"a\xff".to_vec())];
    let problems = resolve(&arguments, &Environment::from_pairs([TOKEN])).unwrap_err().problems;
    assert_eq!(problems[0].message, "argument \"a\u{fffd}\" is not UTF-8");
}
