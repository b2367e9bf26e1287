//! Signatures of addresses in what the manifest says of the draft.

use crate::content::{MANIFEST, SIGNATURE, assert_no_signature, job, world};
use crate::harness::World;

/// The manifest has the address, the secret is its query: the signature alone is masked too.
#[test]
fn the_query_of_an_address_can_be_the_secret() {
    let world = world("status: succeeded", "");
    let disk = "https://contoso.blob.core.windows.net/vhds/db-${version}.vhd?${secret.sas}";
    world.write("offer.yml", &MANIFEST.replace("${secret.os-disk}", disk));
    let secrets = format!("sas=sp=rl&sr=c&se=2099-01-01T00%3A00%3A00Z&sig={SIGNATURE}");
    let run = job(&world).with("command", "draft").with("secrets", &secrets).run().exits(0);
    assert_no_signature(&run);
    let masks: Vec<_> = run.commands_named("add-mask").into_iter().map(|one| one.data).collect();
    assert!(masks.contains(&"bmV3LXNpZ25hdHVyZQ==".to_owned()), "{masks:?}");
    let address = "contoso.blob.core.windows.net/vhds/db-1.1.0.vhd (expires 2099-01-01T00:00:00Z)";
    assert!(run.count(address) > 0, "{run}");
}

/// Whole or cut, at its place or at another one, in YAML or not.
#[test]
fn a_signature_in_the_manifest_is_shown_nowhere() {
    const LONG: &str = "q0Yz00000000q1Yz00000000q2Yz00000000%2Bq3Y%3D";
    // So short that messages, which quote no more than the start, cut the signature.
    let address = format!("https://x.example/vhds/new.vhd?sp=rl&sig={LONG}");
    let offer = "publisher: contoso\noffers:\n  - id: contoso-offer\n";
    let plan = format!("{offer}    plans:\n      - id: standard\n        image:\n");
    let manifests = [
        format!("{plan}          version: 1.0.0\n          disk: {address}\n"),
        format!("{plan}          version: 1.0.0\n          disk: {}{address}\n", " ".repeat(60)),
        format!("{plan}          version: 1.0.0\n          disk: >-\n            {address}\n"),
        format!("{plan}          version: {address}\n          disk: x\n"),
        format!("{plan}          ver: 1.0.0 # {address}\n"),
        format!("{offer}    go-live: \"{address}\"\n"),
        format!("{offer}    {address}: x\n"),
        format!("{offer}  - id: {address}\n"),
        format!("{offer}    notification-emails: [\"{address}\"]\n"),
        format!("{offer}    edit: [{{set: \"{address}\", value: 1}}]\n"),
        format!("{offer}    edit: [{{set: /a, value: {{file: \"{address}\"}}}}]\n"),
        format!("{offer}    edit: [\"{address}\n"),
        format!("{offer}    edit: \u{7f}{address}\n"),
        format!("{offer}    edit: &a {address}\n"),
        format!("{offer}    edit: !!{address} x\n"),
    ];
    crate::harness::side_by_side(manifests, |manifest| {
        let world = World::with_manifest("", &manifest);
        let shown = [world.job().run(), world.job().on_a_terminal().args(&["rehearse"]).run()];
        let parts = ["q0Yz0", "q1Yz0", "q3Y"];
        for run in shown {
            run.exits(2).assert_no_secret(&parts);
        }
        let requests = format!("{:?}", world.requests().bodies());
        assert!(world.requests().checks().lines().len() == 1, "{manifest}");
        assert!(parts.iter().all(|part| !requests.contains(part)), "{manifest}: {requests}");
    });
}

#[test]
fn a_signature_in_clear_is_pointed_at_and_blanked() {
    let manifest = MANIFEST.replace("${secret.os-disk}", "https://x.example/a.vhd?sig=c2lnbg&a=b");
    let world = World::with_manifest("", &manifest);
    let run = world.job().on_a_terminal().args(&["rehearse", "--version", "1.1.0"]).run().exits(2);
    let excerpt: Vec<_> = run.stdout.lines().skip(2).take(4).collect();
    insta::assert_snapshot!(excerpt.join("\n"), @r#"
      --> offer.yml:11:17
       |
    11 |           disk: "https://x.example/a.vhd?sig=******&a=b"
       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
