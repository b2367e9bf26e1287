//! Text from outside does nothing, wherever it is shown.

use crate::harness::{Run, World};

/// Everything at once, in the step's name, its description, its messages and the links.
const HOSTILE: &str = r#"
steps:
- id: displaycertify
  name: "::error::Certification | @octocat <img src=x onerror=alert(1)>"
  estimate: "::warning::soon | `code`"
  takes: 1h
  messages:
  - {level: information, html: "::set-output name=outcome::stolen"}
  - {level: information, html: "text ##[set-output name=outcome]stolen"}
  - level: warning
    html: "<script>alert(1)</script> @octocat see #1 | cell\n::add-mask::a\n## Heading"
  - level: warning
    html: "[click](javascript:alert(1)) ![x](https://evil.example/x.png) https://evil.example"
  - {level: warning, html: "EOF\nEOF_1_\noutcome=stolen"}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 1h}
offers:
- publisher: contoso
  id: contoso-offer
  preview-links:
  - {text: "]( | ::error::", uri: "https://preview.example/a b|c\nd"}
  - {text: x, uri: "javascript:alert(1)"}
"#;

#[track_caller]
fn harmless(run: &Run) {
    let expected = ["add-mask", "group", "endgroup", "notice", "warning", "error", "debug"];
    for command in run.commands() {
        assert!(expected.contains(&&*command.name), "{command:?}: {run}");
        let ours = command.name != "add-mask" || command.data.len() > 10;
        assert!(ours, "{command:?}: {run}");
    }
    assert_eq!(run.output("outcome"), "succeeded");
    assert!(
        !run.summary.contains("<script")
            && !run.summary.contains("<img")
            && !run.summary.contains("@octocat"),
        "{run}"
    );
    assert!(!run.summary.lines().any(|line| line.starts_with("## Heading")), "{run}");
    assert!(!run.summary.contains("](javascript:"), "{run}");
}

#[test]
fn hostile_text_of_the_portal_is_shown_and_does_nothing() {
    let world = World::new(HOSTILE);
    let run = world.job().run().exits(0);
    harmless(&run);
    insta::assert_snapshot!(run.scrubbed_summary());
    insta::assert_snapshot!(run.annotations().join("\n"));
    insta::assert_snapshot!(run.scrub(&run.output("preview-links")));
    let summary = world.check_runs()[0]["output"]["summary"].as_str().unwrap().to_owned();
    assert!(
        !summary.contains("<script")
            && !summary.contains("@octocat")
            && !summary.contains("](javascript:"),
        "{summary}"
    );
}

#[test]
fn it_does_nothing_with_step_debugging_either() {
    let world = World::new(HOSTILE);
    harmless(&world.job().env("RUNNER_DEBUG", "1").run().exits(0));
}

#[test]
fn hostile_errors_are_shown_and_do_nothing() {
    for body in [
        r"::error::stolen\n::set-output name=outcome::stolen",
        r"x ##[set-output name=outcome]stolen",
        r"<html><body>::stop-commands::abc<p>@octocat | <img src=x></body></html>",
    ] {
        let world = World::new(&format!(
            "faults: [{{on: 'POST /api/**', every: 1, count: 9, do: {{status: 400, body: \
             \"{body}\"}}}}]\n"
        ));
        let run = world.job().run().exits(1);
        for command in run.commands() {
            assert!(
                ["add-mask", "group", "endgroup", "error"].contains(&&*command.name),
                "{command:?}: {run}"
            );
        }
        assert_eq!(run.commands_named("error").len(), 1, "{run}");
        assert_eq!(run.output("outcome"), "failed");
        assert!(!run.summary.contains("<img") && !run.summary.contains("@octocat"), "{run}");
    }
}

#[test]
fn a_hostile_manifest_is_quoted_and_does_nothing() {
    let manifest = "publisher: \"::error::x\"\noffers:\n  \
          - id: \"##[set-output name=outcome]stolen\"\n    ::set-output name=a::b: |\n      \
                ::error::y\n";
    let world = World::with_manifest("", manifest);
    let run = world.job().run().exits(2);
    for command in run.commands() {
        assert!(["add-mask", "error"].contains(&&*command.name), "{command:?}: {run}");
        assert_eq!(
            command.name == "error",
            command.properties.contains_key("file"),
            "{command:?}: {run}"
        );
    }
    assert_eq!(run.output("outcome"), "failed");
    insta::assert_snapshot!(run.scrubbed_log());
}

#[test]
fn a_hostile_correlation_id_and_status_do_nothing() {
    let world = World::new(
        "faults: [{on: 'GET /api/**/status', nth: 1, do: {status: 503, headers: \
         {x-ms-correlation-request-id: '::error::x ##[group]y'}}}]\n",
    );
    let run = world.job().run().exits(0);
    assert_eq!(run.annotations(), [""; 0]);
    assert_eq!(run.commands_named("group").len(), 2, "{run}");
}
