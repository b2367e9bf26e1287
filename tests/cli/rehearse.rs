//! A rehearsal with content: what is not given is a sample.

use crate::harness::{Run, World};

fn rehearse(manifest: &str) -> Run {
    let world = World::with_manifest("", manifest);
    world.write("summary.html", "Version ${version} for ${var.region}");
    let arguments = ["rehearse", "--go-live", "--poll-interval", "1h"];
    let run = world.job().on_a_terminal().args(&arguments).run().exits(0);
    run.assert_no_secret(&["cmVoZWFyc2Fs"]);
    run
}

/// What the manifest changes, as the log shows it.
fn changes(run: &Run) -> String {
    let lines = run.stdout.lines().filter_map(|line| {
        let (_, told) = line.split_once("  contoso-")?;
        let told = told.split_once(' ')?.1.trim_start();
        ["the manifest", "+ ", "- ", "[{}]"]
            .iter()
            .any(|start| told.starts_with(start))
            .then_some(told)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_of_the_readme_needs_nothing() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let run = rehearse(example);
    assert_eq!(run.count("a sample stands for what is not given: `secret.os-disk`, `version`"), 1);
    insta::assert_snapshot!(changes(&run));
}

/// The changes that the README shows are those of the example that is built in.
#[test]
fn the_first_look_is_as_the_readme_shows_it() {
    let world = World::new("");
    std::fs::remove_file(world.path("offer.yml")).unwrap();
    let arguments = ["rehearse", "--go-live", "--poll-interval", "1h"];
    let run = world.job().on_a_terminal().args(&arguments).run().exits(0);
    let readme = include_str!("../../README.md");
    let shown = changes(&run);
    assert_eq!(shown.lines().count(), 8, "{run}");
    for line in shown.lines() {
        assert!(readme.contains(&format!("{line}\n")), "{line}");
    }
}

#[test]
fn a_draft_has_what_the_manifest_takes_for_granted() {
    let run = rehearse(
        r#"publisher: contoso
offers:
  - id: contoso-os
    edit:
      - test: /microsoft-azure-corevm.something/0/name
        value: first
      - set: /microsoft-azure-corevm.something/0/name
        value: "${var.region} $${x}"
      - set: /microsoft-azure-corevm.deep~1er/key
        value: {template: summary.html}
        create: true
    plans:
      - id: standard
        image:
          version: 0.9.0
          disks:
            x64Gen2: "${secret.gen2}"
            arm64Gen2: "https://contoso.example/arm.vhd?${secret.query}"
        edit:
          - set: /microsoft-azure-corevm.unheardOf
            value: [1]
"#,
    );
    assert_eq!(
        run.count("is not given: `secret.gen2`, `secret.query`, `var.region`, `version`"),
        1,
        "{run}"
    );
    insta::assert_snapshot!(changes(&run));
}
