//! Mistakes of other tools that edit offers, as they would show at the portal. Those that show in
//! a document alone are in `src/content/tests/mistakes.rs`; docs/content.md lists them all.

use serde_json::json;

use crate::harness::{Job, Run, World};

const DISK: &str = "https://contoso.blob.core.windows.net/vhds/new.vhd?sp=rl&sr=c&se=2099-01-01\
                    &sig=bmV3LXNpZ25hdHVyZQ%3D%3D";

const MANIFEST: &str = r#"publisher: contoso
offers:
  - id: contoso-offer
    edit: [{set: /microsoft-azure-marketplace.summary, value: "Contoso ${version}"}]
    plans: [{id: standard, image: {version: "${version}", disk: "${secret.os-disk}"}}]
"#;

fn world(offer: &str, portal: &str) -> World {
    let offer = format!("{{publisher: contoso, id: contoso-offer, plans: [standard], {offer}}}");
    World::with_manifest(&format!("offers: [{offer}]\n{portal}"), MANIFEST)
}

fn job(world: &World) -> Job<'_> {
    world.job().with("version", "1.1.0").with("secrets", &format!("os-disk={DISK}"))
}

fn puts(world: &World) -> usize {
    world.requests().portal().only(|entry| entry.method == "PUT").lines().len()
}

/// It failed, said so everywhere, and neither wrote nor started anything.
fn refused(world: &World, run: &Run, says: &str) {
    assert!(run.message().contains(says), "{run}");
    assert_eq!(run.outcome().0, "failed");
    assert_eq!(run.annotations().iter().filter(|one| one.starts_with("error ")).count(), 1);
    assert_eq!(world.requests().posts(), [""; 0]);
}

/// The document was written first, and looked at later; a version that was there was replaced.
#[test]
fn nothing_is_written_that_does_not_fit() {
    let wrong = [
        (MANIFEST.replace("id: standard", "id: other"), "has no plan `other`", 2),
        (
            MANIFEST.replace("disk: \"", "disks: {x64Gen2: \"").replace("}\"}}]", "}\"}}}]"),
            "no image type",
            2,
        ),
        (MANIFEST.replace("marketplace.summary", "marketplace.unknown"), "has nothing at", 2),
        (
            MANIFEST.replace("version: \"${version}\"", "version: 1.0.0"),
            "already, with another disk",
            1,
        ),
        (MANIFEST.replace("version: \"${version}\"", "version: 0.9.0"), "is not greater than", 1),
    ];
    crate::harness::side_by_side(wrong, |(manifest, says, code)| {
        let world = world("status: succeeded", "");
        world.write("offer.yml", &manifest);
        let run = job(&world).run().exits(code);
        refused(&world, &run, says);
    });
}

/// A template of the whole document wiped what was changed in Partner Center.
#[test]
fn what_others_changed_in_the_draft_stays() {
    let theirs = "edits: [{after: 'GET /api/publishers/*/offers/contoso-offer', nth: 1, \
                  set: /offer/microsoft-azure-marketplace.privacyURL, value: 'https://theirs'}]";
    let world = world(&format!("status: succeeded, draft-changed: true, {theirs}"), "");
    let before = world.state()["offers"][0]["draft"].clone();
    job(&world).with("command", "draft").run().exits(0);
    let mut after = world.state()["offers"][0]["draft"].clone();
    assert_eq!(after["offer"]["microsoft-azure-marketplace.privacyURL"], "https://theirs");
    for key in ["microsoft-azure-marketplace.privacyURL", "microsoft-azure-marketplace.summary"] {
        after["offer"][key] = before["offer"][key].clone();
    }
    after["plans"][0]["microsoft-azure-virtualmachines.vmImages"]
        .as_object_mut()
        .unwrap()
        .remove("1.1.0");
    assert_eq!(after, before);
}

/// A conflict was logged and passed over: what was never written ended as a success.
#[test]
fn a_write_that_was_not_taken_is_never_a_success() {
    let ways = [
        "portal: {put-conflicts: 99}\n",
        "faults: [{on: PUT /api/**, every: 1, do: {status: 409}}]\n",
        "faults: [{on: PUT /api/**, every: 1, do: {status: 412}}]\n",
        "faults: [{on: PUT /api/**, every: 1, do: {status: 400}}]\n",
        "faults: [{on: PUT /api/**, every: 1, do: {status: 200, body: '{}'}}]\n",
    ];
    crate::harness::side_by_side(ways, |way| {
        let world = world("status: succeeded", way);
        let run = job(&world).with("timeout", "1d").run().exits(1);
        assert_eq!(run.outcome().0, "failed", "{way}: {run}");
        assert!((1..=3).contains(&puts(&world)), "{way}: {run}");
        let posts = world.requests().posts();
        assert!(posts.iter().all(|line| line.starts_with("PUT ")), "{way}: {posts:?}");
        let versions = "/plans/0/microsoft-azure-virtualmachines.vmImages/1.1.0";
        assert_eq!(world.state()["offers"][0]["draft"].pointer(versions), None, "{way}");
    });
}

/// A green run on a mistyped plan, or on a manifest that names nothing to do.
#[test]
fn a_draft_command_with_nothing_to_write_says_so() {
    let world = world("status: succeeded", "");
    world.write("offer.yml", "publisher: contoso\noffers: [{id: contoso-offer}]\n");
    let run = world.job().with("command", "draft").run().exits(0);
    assert_eq!(run.output("changed"), "false");
    assert!(run.message().contains("not written"), "{run}");
    assert_eq!(json!(puts(&world)), 0);
}

/// Each test that the documentation names exists.
#[test]
fn the_table_of_mistakes_names_tests_that_exist() {
    let sources = [
        include_str!("mistakes.rs"),
        include_str!("content.rs"),
        include_str!("../../src/content/tests/mistakes.rs"),
        include_str!("../../src/content/tests/editing.rs"),
        include_str!("../../src/content/tests/imaging.rs"),
    ];
    let page = include_str!("../../docs/content.md");
    let table = page.split("## Mistakes that cannot happen here").nth(1).unwrap();
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(rows.len(), 12, "{rows:?}");
    for row in rows {
        let names = row.split('|').nth(3).unwrap().split('`').skip(1).step_by(2);
        let names: Vec<_> = names.collect();
        assert!(!names.is_empty(), "{row}");
        for name in names {
            let test = format!("fn {name}()");
            assert!(sources.iter().any(|source| source.contains(&test)), "{name}");
        }
    }
}
