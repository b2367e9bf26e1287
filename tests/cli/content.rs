//! The draft is written from the manifest: `release`, `draft` and `plan` with content.

use serde_json::{Value, json};

use crate::harness::{Job, Run, World};

pub const SIGNATURE: &str = "bmV3LXNpZ25hdHVyZQ%3D%3D";

pub const MANIFEST: &str = r#"publisher: contoso
offers:
  - id: contoso-offer
    edit:
      - set: /microsoft-azure-marketplace.summary
        value: "Contoso ${version}"
    plans:
      - id: standard
        image:
          version: "${version}"
          disk: "${secret.os-disk}"
"#;

pub fn world(offer: &str, more: &str) -> World {
    World::with_manifest(
        &format!(
            "offers:\n- {{publisher: contoso, id: contoso-offer, plans: [standard], {offer}}}\n\
             {more}"
        ),
        MANIFEST,
    )
}

/// A job with the version and the disk.
pub fn job(world: &World) -> Job<'_> {
    let disk = format!(
        "https://contoso.blob.core.windows.net/vhds/new.vhd?sp=rl&sr=c&se=2099-01-01T00%3A00%3A00Z\
         &sig={SIGNATURE}"
    );
    let query = disk.split_once('?').unwrap().1;
    world.job().with("version", "1.1.0").with("secrets", &format!("os-disk={disk}\nsas={query}"))
}

pub fn held(world: &World, slot: &str) -> Value {
    world.state()["offers"][0][slot].clone()
}

fn versions(definition: &Value) -> Vec<String> {
    let images = &definition["plans"][0]["microsoft-azure-virtualmachines.vmImages"];
    images.as_object().unwrap().keys().cloned().collect()
}

pub fn puts(world: &World) -> usize {
    world.requests().portal().only(|entry| entry.method == "PUT").lines().len()
}

fn posts(world: &World) -> usize {
    world.requests().portal().only(|entry| entry.method == "POST").lines().len()
}

pub fn assert_no_signature(run: &Run) {
    run.assert_no_secret(&[SIGNATURE, "bmV3LXNpZ25hdHVyZQ==", "c2ltdWxhdGVk"]);
}

#[test]
fn a_release_writes_the_draft_and_brings_it_out() {
    let world = world("status: succeeded", "");
    let run = job(&world).with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(run.output("changed"), "true");
    let live = held(&world, "production");
    assert_eq!(live["offer"]["microsoft-azure-marketplace.summary"], "Contoso 1.1.0");
    assert_eq!(versions(&live), ["1.0.0", "1.1.0"]);
    assert_eq!(puts(&world), 1);
    assert_no_signature(&run);

    // The same release once more, on any runner: nothing is written, nothing is posted.
    let again = job(&world).with("go-live", "true").run().exits(0);
    assert_eq!(again.output("changed"), "false");
    assert_eq!(again.message(), "what is live has all that the manifest says: nothing to release");
    assert_eq!((puts(&world), posts(&world)), (1, 2));
}

#[test]
fn what_is_live_already_fails_if_that_is_asked_for() {
    let world = world("status: succeeded", "");
    let fails = || job(&world).with("go-live", "true").with("when-unchanged", "fail");
    fails().run().exits(0);
    let posted = (puts(&world), posts(&world));
    for command in ["release", "plan"] {
        let run = fails().with("command", command).run().exits(1);
        assert_eq!(run.offers()[0]["code"], "offer-release/nothing-changed", "{run}");
        assert_eq!(run.output("changed"), "false");
    }
    // The same for a release that would end with the preview.
    let run = fails().with("go-live", "false").run().exits(1);
    assert_eq!(run.offers()[0]["code"], "offer-release/nothing-changed", "{run}");
    assert_eq!((puts(&world), posts(&world)), posted);
    // A preview is not live.
    let preview = fails().with("go-live", "false").with("version", "1.2.0");
    preview.run().exits(0);
    fails().with("go-live", "false").with("version", "1.2.0").run().exits(0);
}

#[test]
fn the_outputs_name_api_version_and_preview() {
    let world = world("status: succeeded", "");
    let run = job(&world).with("record", "record.json").run().exits(0);
    let record = std::fs::read_to_string(world.path("record.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    for offer in [&run.offers()[0], &record["offers"][0]] {
        assert_eq!(offer["api"], "cloud-partner");
        assert_eq!(offer["version"], "1.1.0");
        assert_eq!(offer["changed"], true);
        assert_eq!(offer["preview"], run.output("preview"));
    }
    assert_eq!(run.output("version"), "1.1.0");
    assert_ne!(run.output("preview"), "");
    // The version in the manifest is the one that is released, whatever the input says.
    world.write("offer.yml", &MANIFEST.replace("version: \"${version}\"", "version: 1.3.0"));
    let run = job(&world).with("command", "plan").run().exits(0);
    assert_eq!(run.output("version"), "1.3.0");
    // Without any, there is none.
    let run = world.job().with("command", "status").run().exits(0);
    assert_eq!((run.outputs().get("version"), &run.offers()[0]["version"]), (None, &Value::Null));
}

#[test]
fn a_draft_is_written_and_not_published() {
    let world = world("status: succeeded", "");
    let run = job(&world).with("command", "draft").run().exits(0);
    assert_eq!(run.message(), "the draft was written: 2 changes");
    assert_eq!(versions(&held(&world, "draft")), ["1.0.0", "1.1.0"]);
    assert_eq!(versions(&held(&world, "production")), ["1.0.0"]);
    assert_eq!((puts(&world), posts(&world)), (1, 0));
    let again = job(&world).with("command", "draft").run().exits(0);
    assert_eq!(again.output("changed"), "false");
    assert_eq!(puts(&world), 1);
}

#[test]
fn what_is_not_named_is_sent_back_as_it_came() {
    let world = world("status: succeeded", "");
    let mut before = held(&world, "draft");
    job(&world).with("command", "draft").run().exits(0);
    let after = held(&world, "draft");
    before["offer"]["microsoft-azure-marketplace.summary"] = json!("Contoso 1.1.0");
    let images = "/plans/0/microsoft-azure-virtualmachines.vmImages/1.1.0";
    let added = after.pointer(images).unwrap().clone();
    before["plans"][0]["microsoft-azure-virtualmachines.vmImages"]["1.1.0"] = added;
    assert_eq!(before, after);
}

#[test]
fn every_known_way_of_the_portal_to_take_a_draft_is_known() {
    let ways = [
        "portal: {etag: weak}",
        "portal: {put-conflicts: 1}",
        "portal: {put-answer: 201}",
        "portal: {put-body: old}",
        "portal: {changed-time: stays}",
        "portal: {logo-urls: signed}",
        "portal: {put-defaults: added}",
        "portal: {key-order: reversed}",
        "portal: {slots: not-found}",
        "faults: [{on: PUT /api/**, nth: 1, do: lose-answer}]",
    ];
    crate::harness::side_by_side(ways, |way| {
        let world = world("status: succeeded", way);
        let run = job(&world).with("command", "draft").run().exits(0);
        assert_eq!(versions(&held(&world, "draft")), ["1.0.0", "1.1.0"], "{way}: {run}");
    });
}

#[test]
fn another_author_between_reading_and_writing_loses_nothing() {
    let edit = "edits: [{after: 'GET /api/publishers/*/offers/contoso-offer', nth: 1, \
                set: /offer/microsoft-azure-marketplace.title, value: Theirs}]";
    for portal in ["portal: {etag: weak}", "portal: {etag: none}"] {
        let world = world(&format!("status: succeeded, {edit}"), portal);
        job(&world).with("command", "draft").run().exits(0);
        let draft = held(&world, "draft");
        assert_eq!(draft["offer"]["microsoft-azure-marketplace.title"], "Theirs", "{portal}");
        assert_eq!(versions(&draft), ["1.0.0", "1.1.0"]);
    }
}

#[test]
fn a_draft_is_not_written_while_something_runs() {
    let world = world("status: running", "time-scale: 2000\n");
    let run = job(&world).with("when-running", "fail").run().exits(1);
    assert!(run.message().starts_with("an operation is running on the offer"), "{run}");
    assert_eq!(puts(&world), 0);
    let run = job(&world).run().exits(0);
    assert_eq!(run.count("the draft is written after its end"), 1, "{run}");
    assert_eq!(versions(&held(&world, "preview")), ["1.0.0", "1.1.0"]);
}

#[test]
fn a_plan_annotates_the_lines_that_change_the_draft_and_makes_no_check_run() {
    let world = world("status: succeeded", "");
    let run = job(&world).with("command", "plan").with("check-run", "true").run().exits(0);
    let annotations = run.annotations().join("\n");
    for expected in [
        "notice offer.yml:5:9 contoso-offer: the manifest changes: \
         /microsoft-azure-marketplace.summary (offer.yml:5)\n- ",
        "\n+ \"Contoso 1.1.0\"\n",
        "notice offer.yml:10:20 contoso-offer: the manifest changes: plan standard: ",
    ] {
        assert!(annotations.contains(expected), "{expected}: {annotations}");
    }
    assert!(world.check_runs().is_empty());
    assert_eq!((puts(&world), posts(&world)), (0, 0));
    assert_no_signature(&run);
    // What is written is no news to a reviewer.
    let run = job(&world).with("command", "draft").run().exits(0);
    assert!(!run.annotations().join("\n").contains("notice offer.yml"), "{run}");
}

#[test]
fn the_version_that_is_live_stays_until_its_successor_is_live() {
    let manifest = MANIFEST.replace("        image:", "        keep-versions: 1\n        image:");
    let offer = "offers: [{publisher: contoso, id: contoso-offer, plans: [standard], status: ";
    let world = World::with_manifest(&format!("{offer}succeeded}}]\n"), &manifest);
    job(&world).with("go-live", "true").run().exits(0);
    assert_eq!(versions(&held(&world, "production")), ["1.0.0", "1.1.0"]);
    let next = || job(&world).with("version", "1.2.0");
    let plan = next().with("command", "plan").run().exits(0);
    assert!(plan.count("vmImages/1.0.0 (offer.yml:9)") > 0, "{plan}");
    assert_eq!(plan.count("vmImages/1.1.0 (offer.yml"), 0, "{plan}");
    next().run().exits(0);
    assert_eq!(versions(&held(&world, "preview")), ["1.1.0", "1.2.0"]);

    // Where nobody knows what is live, nothing goes.
    let world = World::with_manifest(&format!("{offer}neverPublished}}]\n"), &manifest);
    let plan = job(&world).with("command", "plan").run().exits(0);
    assert!(plan.count("`keep-versions` removes nothing") > 0, "{plan}");
    assert!(plan.annotations().join("\n").contains("notice offer.yml:9:"), "{plan}");
    job(&world).run().exits(0);
    assert_eq!(versions(&held(&world, "preview")), ["1.0.0", "1.1.0"]);
}

#[test]
fn content_that_does_not_fit_the_draft_is_told_on_each_of_its_lines() {
    let manifest = MANIFEST.replace(
        "    plans:\n      - id: standard\n",
        "      - set: /microsoft-azure-marketplace.sumary\n        value: a\n    plans:\n      \
         - id: standrad\n",
    );
    let world = World::with_manifest(
        "offers: [{publisher: contoso, id: contoso-offer, plans: [standard]}]\n",
        &manifest,
    );
    let run = job(&world).run().exits(2);
    let errors: Vec<_> = run
        .annotations()
        .into_iter()
        .filter_map(|one| Some(one.strip_prefix("error ")?.split_whitespace().next()?.to_owned()))
        .collect();
    assert_eq!(errors, ["offer.yml:10:13", "offer.yml:7:9"], "{run}");
    let lines: Vec<_> = world.check_runs()[0]["output"]["annotations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["start_line"].clone())
        .collect();
    assert_eq!(lines, [10, 7], "{run}");
    assert_eq!((puts(&world), posts(&world)), (0, 0));
}

#[test]
fn wrong_content_is_told_before_anything_is_asked() {
    let world = world("status: succeeded", "");
    let run = world.job().with("secrets", "os-disk=https://x.example/a.vhd?sig=abcdef").run();
    let run = run.exits(2);
    let annotations = run.annotations().join("\n");
    assert!(annotations.contains("`${version}` has no value"), "{annotations}");
    assert!(annotations.contains("offer.yml:10:20"), "{annotations}");
    assert!(world.requests().portal().is_empty());
}

#[test]
fn a_version_that_is_taken_ends_the_release() {
    let world = world("status: succeeded", "");
    let run = job(&world).with("version", "1.0.0").run().exits(1);
    assert!(run.message().contains("already, with another disk"), "{run}");
    assert_eq!((puts(&world), posts(&world)), (0, 0));
    assert_no_signature(&run);
}

#[test]
fn the_version_is_that_of_the_tag() {
    let world = world("status: succeeded", "");
    let job = job(&world).with("version", "").with("command", "draft");
    let run = job.env("GITHUB_REF_TYPE", "tag").env("GITHUB_REF_NAME", "v2.0.0").run().exits(0);
    assert_eq!(versions(&held(&world, "draft")), ["1.0.0", "2.0.0"], "{run}");
}

/// The manifests of `docs/content.md`, each planned and written.
#[test]
fn the_examples_of_the_documentation_work() {
    let page = include_str!("../../docs/content.md");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let (examples, steps): (Vec<&str>, Vec<_>) =
        blocks.partition(|block| block.starts_with("publisher:"));
    assert_eq!((examples.len(), steps.len()), (3, 1));
    let workflow = include_str!("../../examples/workflows/release-image-on-tag.yml");
    assert!(steps.iter().all(|steps| workflow.contains(steps)));
    for example in examples {
        let world = world("status: succeeded", "");
        world.write("offer.yml", example);
        world.write("summary.txt", "Version ${version}");
        let plan = job(&world).with("command", "plan").run().exits(0);
        assert_eq!((plan.output("changed"), puts(&world)), ("true".into(), 0));
        job(&world).with("command", "draft").run().exits(0);
        assert_eq!(puts(&world), 1, "{example}");
        let again = job(&world).with("command", "plan").run().exits(0);
        assert_eq!(again.output("changed"), "false", "{example}");
    }
}
