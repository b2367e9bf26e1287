//! The program outside Actions, and the commands that need no portal.

use crate::harness::World;

#[test]
fn on_a_terminal_the_log_has_no_commands_and_there_is_no_check_run() {
    let world = World::new("");
    let run = world
        .job()
        .on_a_terminal()
        .args(&["release", "--go-live"])
        .args_for_the_world()
        .args_for_secret("secret")
        .run()
        .exits(0);
    assert_eq!(run.commands(), []);
    assert_eq!(run.count("succeeded the offer is live"), 1, "{run}");
    assert!(world.requests().checks().is_empty());
}

#[test]
fn a_rehearsal_needs_nothing_at_all() {
    let world = World::new("");
    std::fs::remove_file(world.path("offer.yml")).unwrap();
    let run = world
        .job()
        .on_a_terminal()
        .args(&["rehearse", "--go-live", "--poll-interval", "30m"])
        .run()
        .exits(0);
    assert_eq!(run.count("there is no offer.yml here; this is the example"), 1, "{run}");
    assert_eq!(run.count("succeeded the offer is live"), 1, "{run}");
    assert!(world.requests().is_empty());
    assert_eq!(run.commands(), []);
}

#[test]
fn a_rehearsal_reads_the_manifest_that_is_named() {
    let world = World::new("");
    world.write("wrong.yml", "publisher: contoso\noffers: []\n");
    let run = world.job().on_a_terminal().args(&["rehearse", "wrong.yml"]).run().exits(2);
    assert_eq!(run.count("wrong.yml:2:"), 2, "{run}");
    let run = world.job().on_a_terminal().args(&["rehearse", "missing.yml"]).run().exits(2);
    assert_eq!(run.count("missing.yml"), 1, "{run}");
}

#[test]
fn a_rehearsal_plays_a_scenario_and_keeps_to_a_timeout_that_is_given() {
    let world = World::new("");
    world.write(
        "scenario.yml",
        "steps:\n- id: displaycertify\n  name: Certification\n  takes: 2d\n  fails:\n    \
         after: 30h\n    as: rejected\n    operation: failed\n    messages:\n    \
         - {level: error, html: No image}\n",
    );
    let rehearse = |arguments: &[&str]| {
        world.job().on_a_terminal().args(&["rehearse", "--poll-interval", "30m"]).args(arguments)
    };
    let run = rehearse(&["--scenario", "scenario.yml"]).run().exits(1);
    assert_eq!(run.count("are followed to the end"), 1, "{run}");
    assert!(run.stdout.contains("No image"), "{run}");
    let run = rehearse(&["--scenario", "scenario.yml", "--timeout", "10h"]).run().exits(4);
    assert!(!run.stdout.contains("are followed to the end"), "{run}");
    let run = rehearse(&["--scenario", "missing.yml"]).run().exits(2);
    assert_eq!(run.count("missing.yml: No such file"), 1, "{run}");
    world.write("wrong.yml", "stpes: []\n");
    let run = rehearse(&["--scenario", "wrong.yml"]).run().exits(2);
    assert!(run.stdout.contains("scenario-invalid"), "{run}");
}

#[test]
fn a_shell_gets_its_completions() {
    let world = World::new("");
    let run = world.job().on_a_terminal().args(&["completions", "bash"]).run().exits(0);
    assert!(run.stdout.contains("complete -F _offer__release"), "{run}");
    assert!(world.requests().is_empty());
}

#[test]
fn a_rehearsal_writes_outputs_and_summary_like_a_release() {
    let world = World::new("");
    let run = world.job().with("command", "rehearse").with("poll-interval", "1h").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert!(run.summary.starts_with("## ✅ Preview is ready: contoso-offer of contoso\n"), "{run}");
    assert!(world.requests().is_empty());
}

#[test]
fn the_simulator_says_its_address_first_and_ends_on_a_signal() {
    let world = World::new("");
    world.write("scenario.yml", "any-offer: false\n");
    let running = world
        .job()
        .on_a_terminal()
        .args(&["simulate", "--listen", "127.0.0.1:0", "--scenario", "scenario.yml"])
        .start();
    running.until("http://127.0.0.1:");
    let address = running.printed().trim().strip_prefix("http://").unwrap().to_owned();
    assert!(std::net::TcpStream::connect(address).is_ok());
    running.signal("TERM");
    running.finish().exits(0);
}

#[test]
fn a_wrong_scenario_is_wrong_input() {
    let world = World::new("");
    world.write("scenario.yml", "any-ofer: false\n");
    for (scenario, says) in [("scenario.yml", "any-ofer"), ("missing.yml", "missing.yml")] {
        let run =
            world.job().on_a_terminal().args(&["simulate", "--scenario", scenario]).run().exits(2);
        assert_eq!(run.count(says), 1, "{run}");
    }
    let run = world.job().on_a_terminal().args(&["simulate", "--listen", "nowhere"]).run().exits(2);
    assert_eq!(run.count("`--listen` is \"nowhere\""), 1, "{run}");
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let world = World::new("");
    let run = world.job().on_a_terminal().args(&["schema"]).run().exits(0);
    assert_eq!(run.stdout, include_str!("../../schema/offer-manifest.schema.json"));
}

#[test]
fn help_lists_every_command_and_flag() {
    let world = World::new("");
    for arguments in [&["--help"][..], &["-h"], &["help"]] {
        let run = world.job().on_a_terminal().args(arguments).run().exits(0);
        for input in offer_release::actions::inputs::table::ALL {
            assert!(run.stdout.contains(&format!("--{}", input.name)), "{}: {run}", input.name);
        }
    }
    let run = world.job().on_a_terminal().args(&["--help"]).run().exits(0);
    for command in [
        "release",
        "go-live",
        "resume",
        "status",
        "plan",
        "cancel",
        "rehearse",
        "simulate",
        "schema",
        "show",
        "completions",
        "version",
        "help",
    ] {
        assert!(
            run.stdout.lines().any(|line| line.trim_start().starts_with(command)),
            "{command}: {run}"
        );
    }
}

#[test]
fn the_version_is_the_packages() {
    let world = World::new("");
    for arguments in ["--version", "-v", "version"] {
        let run = world.job().on_a_terminal().args(&[arguments]).run().exits(0);
        assert_eq!(run.stdout, format!("offer-release {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn an_unknown_command_or_flag_is_wrong_input_with_what_was_meant() {
    let world = World::new("");
    for (arguments, near) in
        [(&["relaese"][..], "`release`?"), (&["release", "--go-liev"], "`--go-live`?")]
    {
        let run = world.job().on_a_terminal().args(arguments).run().exits(2);
        assert!(run.stdout.contains("did you mean") && run.stdout.contains(near), "{run}");
    }
    assert!(world.requests().is_empty());
}

#[test]
fn ids_are_not_dressed_up_in_the_log() {
    let manifest = "publisher: contoso_works\noffers: [{id: my_offer.v2}]\n";
    let world = World::with_manifest("", manifest);
    let run = world.job().run().exits(0);
    assert_eq!(run.count("✅ Preview is ready: my_offer.v2 of contoso_works"), 1, "{run}");
    assert!(
        run.summary.starts_with("## ✅ Preview is ready: my\\_offer.v2 of contoso\\_works\n"),
        "{run}"
    );
}
