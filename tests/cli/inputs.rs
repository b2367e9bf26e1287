//! Inputs: flag over variable over default; everything that is wrong at once, and then nothing is
//! asked of anyone.

use crate::harness::World;

#[test]
fn a_flag_wins_over_a_variable_which_wins_over_the_default() {
    let world = World::new("");
    world.write("other.yml", "publisher: contoso\noffers: [{id: other-offer}]\n");
    let job = world
        .job()
        .with("manifest", "missing.yml")
        .args(&["--manifest", "other.yml"])
        .with("command", "status");
    let run = job.args(&["plan"]).run().exits(0);
    assert!(run.message().starts_with("would publish"), "{run}");
    assert_eq!(run.offers()[0]["offer"], "other-offer");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let world = World::with_manifest(
        "",
        "publisher: contoso\noffers:\n  - id: a b\n  - plans: []\nunknown: 1\n",
    );
    let job = world
        .job()
        .with("command", "relaese")
        .with("go-live", "yes")
        .with("timeout", "5")
        .with("poll-interval", "soon")
        .with("when-running", "wiat")
        .with("on-cancel", "stop")
        .with("max-parallel", "0")
        .with("tenant-id", "con toso")
        .with("portal-url", "http://cloudpartner.azure.com")
        .with("authority-url", "ftp://login.example")
        .with("check-run", "maybe")
        .with("record", "../record.json");
    let run = job.run().exits(2);
    assert!(world.requests().is_empty());
    assert_eq!(run.output("outcome"), "failed");
    assert_eq!(run.output("offers"), "[]");
    insta::assert_snapshot!(run.scrubbed_log());
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn on_a_terminal_too() {
    let world = World::with_manifest("", "offers: [{id: x}]\n");
    let run = world.job().on_a_terminal().args(&["release", "--timeout", "soon"]).run().exits(2);
    insta::assert_snapshot!(run.stdout);
    assert!(world.requests().is_empty());
}

#[test]
fn a_missing_manifest_is_wrong_input() {
    let world = World::new("");
    for manifest in ["missing.yml", "../offer.yml", "/etc/passwd", "."] {
        let run = world.job().with("manifest", manifest).with("check-run", "false").run().exits(2);
        assert!(
            run.annotations()[0].contains(manifest.trim_start_matches("../")),
            "{manifest}: {run}"
        );
    }
    assert!(world.requests().is_empty());
}

#[test]
fn a_manifest_outside_by_a_link_is_not_read() {
    let world = World::new("");
    std::fs::write(world.directory().join("outside.yml"), "publisher: 0utside\n").unwrap();
    std::os::unix::fs::symlink(world.directory().join("outside.yml"), world.path("link.yml"))
        .unwrap();
    let run = world.job().with("manifest", "link.yml").with("check-run", "false").run().exits(2);
    assert!(!run.stdout.contains("0utside"), "{run}");
}

#[test]
fn missing_credentials_are_named_together() {
    let world = World::new("");
    let run =
        world.job().with("tenant-id", "").with("client-id", "").with("client-secret", "").run();
    assert_eq!(run.code, Some(2), "{run}");
    let told = run.annotations().join("\n");
    for missing in ["tenant-id", "client-id", "id-token: write"] {
        assert!(told.contains(missing), "{missing}: {run}");
    }
    assert!(world.requests().is_empty());
}

#[test]
fn an_operation_with_another_command_is_a_contradiction() {
    let world = World::new("");
    let run = world.job().with("operation", "1234").run().exits(2);
    assert!(run.annotations()[0].contains("`operation`"), "{run}");
    assert!(world.requests().is_empty());
}

#[test]
fn outputs_and_summary_that_others_wrote_stay() {
    let world = World::new("");
    let job = world.job();
    std::fs::write(world.directory().join("summary"), "# Before").unwrap();
    std::fs::write(world.directory().join("output"), "before=1\n").unwrap();
    let run = job.run().exits(0);
    assert!(run.summary.starts_with("# Before\n## ✅"), "{run}");
    assert_eq!((run.output("before"), run.output("outcome")), ("1".into(), "succeeded".into()));
}

#[test]
fn the_record_may_not_leave_the_workspace() {
    let world = World::new("");
    std::os::unix::fs::symlink(world.directory(), world.path("link")).unwrap();
    for record in ["link/record.json", "link/new/record.json", "/tmp/record.json"] {
        let run = world.job().with("record", record).run().exits(2);
        assert!(run.annotations()[0].contains("`record`"), "{record}: {run}");
    }
    assert!(!world.directory().join("new").exists());
    assert!(world.requests().is_empty());
}

#[test]
fn a_manifest_named_by_its_whole_path_is_annotated_by_the_path_in_the_repository() {
    let world = World::new("");
    world.write("marketplace/offer.yml", "publisher: contoso\noffers: []\n");
    let whole = world.path("marketplace/offer.yml");
    for manifest in [whole.to_str().unwrap(), "./marketplace/offer.yml", "marketplace/offer.yml"] {
        let run = world.job().with("manifest", manifest).run().exits(2);
        assert!(
            run.annotations()[0].starts_with("error marketplace/offer.yml:2:9 "),
            "{manifest}: {run}"
        );
    }
    for check_run in world.check_runs() {
        assert_eq!(check_run["output"]["annotations"][0]["path"], "marketplace/offer.yml");
        assert_eq!(check_run["name"], "Marketplace: marketplace/offer.yml");
    }
}

#[test]
fn an_operation_belongs_to_one_of_the_manifests_offers() {
    let world = World::with_manifest(
        "",
        "publisher: contoso\noffers: [{id: one}, {id: two}, {id: three}]\n",
    );
    let resume = || world.job().with("command", "resume").with("operation", "1");
    let run = resume().run().exits(2);
    assert_eq!(
        run.count(
            "input `operation` belongs to one offer, but 3 are selected: `one`, `two`, `three`"
        ),
        1,
        "{run}"
    );
    assert!(world.requests().is_empty());
    assert_eq!(resume().with("offers", ",").run().exits(2).count("names no offer"), 1);
    assert!(world.requests().is_empty());
}

#[test]
fn secrets_are_masked_before_the_problems_of_other_inputs_are_told() {
    let world = World::new("");
    let job = world.job().with("client-secret", "s3cret~of-mine").with("offers", "s3cret~of-mine");
    let run = job.with("timeout", "s3cret~of-mine").run().exits(2);
    run.assert_no_secret(&["s3cret", "of-mine"]);
    assert!(run.stdout.starts_with("::add-mask::s3cret~of-mine\n"), "{run}");
}
