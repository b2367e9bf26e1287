//! The log: columns, colours, groups, signs of life, and the codes of errors.

use serde_json::Value;

use crate::harness::World;

const ESCAPE: char = '\u{1b}';

const TWO: &str = "publisher: contoso\noffers:\n  - id: first\n  - id: the-second-offer\n";

/// Rejected, with a message that would like to be a command and a colour.
const HOSTILE: &str = "\
steps:
- id: displaycertify
  name: Certification ##
  takes: 1h
  fails:
    after: 20m
    as: rejected
    operation: failed
    messages:
    - {level: error, html: \"No image\\n::set-output name=x::y ##[add-mask]z \\e[32mall is \
    well\\e[0m\"}
- {id: publisher-signoff, name: Publisher signoff}
";

/// The lines of the releases, as their characters.
fn lines(log: &str) -> Vec<Vec<char>> {
    log.lines().filter(|line| line.starts_with("20")).map(|line| line.chars().collect()).collect()
}

#[test]
fn every_line_has_the_same_columns() {
    let world = World::with_manifest("", TWO);
    let run = world.job().with("go-live", "true").run().exits(0);
    let lines = lines(&run.stdout);
    assert!(lines.len() > 10, "{run}");
    // The time, the offer, the step; two spaces between them, and one more column for what
    // happened.
    let (offer, step, what) = (19, 19 + 2 + "the-second-offer".len(), 19 + 2 + 16 + 2 + 24);
    for line in &lines {
        for gap in [offer, step, what] {
            assert_eq!(&line[gap..gap + 2], [' ', ' '], "{}", line.iter().collect::<String>());
            assert_ne!(line[gap + 2], ' ', "{}", line.iter().collect::<String>());
        }
    }
}

#[test]
fn a_narrow_terminal_gets_addresses_on_lines_of_their_own_and_actions_gets_names_uncut() {
    let name = "Validation of everything that the publisher sent";
    let world = World::new(&format!(
        "steps: [{{id: one, name: {name}, takes: 1h}}, {{id: publisher-signoff, name: Sign}}]\n"
    ));
    let secret = ["release", "--tenant-id", "contoso.onmicrosoft.com", "--client-id", "a"];
    let run = |columns: &str| {
        let job = world.job().on_a_terminal().args(&secret).args_for_the_world();
        job.args(&["--client-secret", "secret"]).env("COLUMNS", columns).run()
    };
    let address = |line: &&str| line.contains("started · http://");
    let narrow = run("80");
    let broken = narrow.stdout.lines().find(address).unwrap_or_else(|| panic!("{narrow}"));
    assert!(broken.starts_with("    started · "), "{narrow}");
    let whole = world.job().with("go-live", "true").run().exits(0);
    assert!(whole.stdout.lines().find(address).unwrap().starts_with("20"), "{whole}");
    assert!(whole.count(name) > 1 && !whole.stdout.contains('…'), "{whole}");
}

#[test]
fn colours_are_for_actions_and_ours_alone() {
    let world = World::new(HOSTILE);
    let plain = world.job().run().exits(1);
    assert!(!plain.stdout.contains(ESCAPE), "{plain}");
    let world = World::new(HOSTILE);
    let coloured = world.job().without("NO_COLOR").run().exits(1);
    assert!(coloured.stdout.contains("\u{1b}[31m"), "{coloured}");
    assert!(!coloured.stdout.contains("\u{1b}[32mall is well"), "{coloured}");
    // The runner may ignore the escape character, so it is taken out before looking.
    for log in [&plain.stdout, &coloured.stdout] {
        let seen = log.replace(ESCAPE, "");
        // What begins a command of ours is data to the runner, not another command.
        for (number, line) in
            seen.lines().enumerate().filter(|(_, line)| !line.starts_with("::error "))
        {
            assert!(!line.contains("##["), "{number}: {line}");
            assert!(!line.trim_start().starts_with("::set-output"), "{number}: {line}");
        }
    }
    let masks: Vec<String> =
        coloured.commands_named("add-mask").into_iter().map(|command| command.data).collect();
    assert!(!masks.contains(&"z".to_owned()), "{masks:?}");
}

#[test]
fn an_error_is_in_no_group() {
    let world = World::with_manifest(HOSTILE, TWO);
    let run = world.job().run().exits(1);
    let mut open = false;
    for command in run.commands() {
        match &*command.name {
            "group" => open = true,
            "endgroup" => open = false,
            "error" | "warning" | "notice" => assert!(!open, "{run}"),
            _ => {}
        }
    }
    assert!(!open, "{run}");
    let groups: Vec<String> =
        run.commands_named("group").into_iter().map(|group| group.data).collect();
    assert_eq!(groups.len(), 3, "{run}");
    assert!(groups[1].starts_with("first: failed after "), "{run}");
}

#[test]
fn the_code_of_an_error_is_wherever_the_error_is() {
    const CODE: &str = "offer-release/operation-failed";
    let world = World::new(HOSTILE);
    let run = world.job().with("record", "record.json").run().exits(1);
    // The line, the annotation's message, its title and the excerpt.
    assert!(run.stdout.lines().any(|line| line.starts_with("20") && line.contains(CODE)), "{run}");
    let ended = run.commands_named("error").pop().unwrap();
    assert!(ended.data.contains(CODE) && ended.properties["title"].contains(CODE), "{run}");
    assert!(run.summary.contains(CODE), "{run}");
    assert_eq!(run.offers()[0]["code"], CODE);
    let record: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path("record.json")).unwrap()).unwrap();
    assert_eq!(record["offers"][0]["code"], CODE);
    let timeline = record["offers"][0]["timeline"].as_array().unwrap();
    assert_eq!(timeline.last().unwrap()["code"], CODE);
    let annotations = world.check_runs()[0]["output"]["annotations"].as_array().unwrap().clone();
    assert!(
        annotations.last().unwrap()["title"].as_str().unwrap().contains(CODE),
        "{annotations:?}"
    );
    // In the portal's own words.
    assert!(run.message().contains("the portal says: No image"), "{run}");
}

#[test]
fn a_wrong_input_has_its_code_in_the_message_too() {
    let world = World::new("");
    let run = world.job().with("command", "relaese").run().exits(2);
    let error = run.commands_named("error").remove(0);
    assert_eq!(error.properties["title"], "offer-release/input-invalid");
    assert!(error.data.lines().next().unwrap().ends_with("[offer-release/input-invalid]"), "{run}");
    assert!(error.data.lines().nth(1).unwrap().starts_with("What to do now: "), "{run}");
}

#[test]
fn with_debugging_each_request_is_shown() {
    let world = World::new("");
    let run = world.job().env("RUNNER_DEBUG", "1").run().exits(0);
    let debug: Vec<String> =
        run.commands_named("debug").into_iter().map(|command| command.data).collect();
    let publish =
        debug.iter().find(|line| line.contains("POST") && line.contains("/publish")).unwrap();
    assert!(publish.contains("→ 202 in ") && publish.contains("(correlation id "), "{publish}");
    assert!(debug.iter().any(|line| line.contains("/oauth2/v2.0/token → 200")), "{debug:?}");
}

#[test]
fn a_terminal_shows_bars_and_a_pipe_does_not() {
    let world = World::new("");
    let arguments = ["rehearse", "--go-live"];
    let shown = world.job().on_a_terminal().args(&arguments).run_on_a_pty();
    assert!(shown.contains(" contoso-offer  Certification · 2 of 6 · "), "{shown}");
    assert!(shown.contains(" of < 5 day"), "{shown}");
    // They are gone at the end.
    assert!(shown.trim_end().ends_with("✅ Live: contoso-offer of contoso"), "{shown}");
    let piped = world.job().on_a_terminal().args(&arguments).run().exits(0);
    assert!(!piped.stdout.contains(ESCAPE) && !piped.stdout.contains("2 of 6"), "{piped}");
}

#[test]
fn a_narrow_terminal_shows_what_matters_before_what_does_not_fit() {
    let world = World::new("");
    let shown = world.job().on_a_terminal().args(&["rehearse"]).run_on_a_pty_of(40);
    assert!(shown.contains("contoso-offer · ") && shown.contains(" · Certi"), "{shown}");
    assert!(!shown.contains("[>"), "{shown}");
}

#[test]
fn of_many_offers_a_terminal_shows_some_and_counts_the_rest() {
    let offers: String = (0..20).map(|number| format!("  - id: offer-{number:02}\n")).collect();
    let world = World::with_manifest("", &format!("publisher: contoso\noffers:\n{offers}"));
    let shown =
        world.job().on_a_terminal().args(&["rehearse", "--max-parallel", "20"]).run_on_a_pty();
    assert!(
        shown.contains("offer-11  Certification · 2 of 6") && shown.contains("and 8 more"),
        "{shown}"
    );
    assert!(shown.trim_end().ends_with("20 succeeded"), "{shown}");
}

#[test]
fn no_color_is_respected_on_a_terminal() {
    let world = World::new("");
    let job = || world.job().on_a_terminal().args(&["rehearse"]);
    assert!(job().run_on_a_pty().contains("\u{1b}[32m"));
    assert!(!job().env("NO_COLOR", "1").run_on_a_pty().contains("\u{1b}[32m"));
}
