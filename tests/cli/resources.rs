//! Content at the Product Ingestion API: `release`, `draft` and `plan` write resources by a
//! configure of their own.

use serde_json::{Value, json};

use crate::content::{SIGNATURE, assert_no_signature};
use crate::harness::{Job, World, side_by_side};

const CONFIGURE: &str = "/rp/product-ingestion/configure";
const KIND: &str = "virtual-machine-plan-technical-configuration";

const MANIFEST: &str = r#"api: product-ingestion
publisher: contoso
offers:
  - id: contoso-offer
    edit:
      - set: /searchResultSummary
        in: listing
        value: "Contoso ${version}"
    plans:
      - id: standard
        image:
          version: "${version}"
          disks:
            x64Gen2: { os: "${secret.os-disk}", data: ["${secret.data-disk}"] }
            x64Gen1:
              gallery: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute\
                /galleries/c/images/i/versions/${version}"
              tenant: d2b43582-0000-4000-8000-000000000002
"#;

/// A product that is live, and published within two hours.
pub fn world(product: &str, more: &str) -> World {
    World::with_manifest(
        &format!(
            "products: [{{id: contoso-offer, status: live, preview-takes: 2h, live-takes: 2h, \
             {product}}}]\n{more}"
        ),
        MANIFEST,
    )
}

fn disk(name: &str) -> String {
    format!(
        "https://contoso.blob.core.windows.net/vhds/{name}.vhd?sp=rl&sr=c\
         &se=2099-01-01T00%3A00%3A00Z&sig={SIGNATURE}"
    )
}

pub fn job(world: &World) -> Job<'_> {
    let secrets = format!("os-disk={}\ndata-disk={}", disk("os"), disk("data"));
    world.job().with("version", "1.1.0").with("secrets", &secrets)
}

pub fn held(world: &World, slot: &str) -> Value {
    world.state()["ingestion"]["products"][0][slot].clone()
}

fn find(resources: &Value, kind: &str) -> Value {
    let is = |one: &&Value| one["$schema"].as_str().unwrap().contains(&format!("/{kind}/"));
    resources.as_array().unwrap().iter().find(is).unwrap().clone()
}

/// The bodies of all configures.
pub fn configures(world: &World) -> Vec<Value> {
    world.requests().only(|one| one.method == "POST" && one.path == CONFIGURE).bodies()
}

fn versions(resources: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = find(resources, KIND)["vmImageVersions"].clone();
    let list = list.as_array().unwrap().iter();
    list.map(|one| (text(&one["versionNumber"]), text(&one["lifecycleState"]))).collect()
}

#[test]
fn the_draft_is_written_by_a_configure_of_its_own_and_goes_live() {
    let world = world("", "");
    let before = held(&world, "draft");
    let run = job(&world).with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{run}");
    assert_eq!(run.output("changed"), "true");

    let mut listing = find(&before, "listing");
    listing["searchResultSummary"] = json!("Contoso 1.1.0");
    let mut machine = find(&before, KIND);
    machine["vmImageVersions"].as_array_mut().unwrap().push(json!({
        "versionNumber": "1.1.0", "lifecycleState": "generallyAvailable", "vmImages": [
            {"imageType": "x64Gen1", "source": {"sourceType": "sharedImageGallery", "sharedImage": {
                "tenantId": "d2b43582-0000-4000-8000-000000000002",
                "resourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute\
                               /galleries/c/images/i/versions/1.1.0"}}},
            {"imageType": "x64Gen2", "source": {"sourceType": "sasUri",
                "osDisk": {"uri": disk("os")},
                "dataDisks": [{"lunNumber": 0, "uri": disk("data")}]}}]}));
    let [written, preview, live] = &configures(&world)[..] else { panic!("three: {run}") };
    let expected = json!({
        "$schema": "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
        "resources": [listing, machine]});
    assert_eq!(written, &expected);
    assert_eq!(preview["resources"][0]["target"]["targetType"], "preview");
    assert_eq!(live["resources"][0]["target"]["targetType"], "live");
    assert_eq!(versions(&held(&world, "live")).last().unwrap().0, "1.1.0");
    assert_no_signature(&run);

    let again = job(&world).with("go-live", "true").run().exits(0);
    assert_eq!(again.message(), "what is live has all that the manifest says: nothing to release");
    assert_eq!(configures(&world).len(), 3);
}

#[test]
fn what_is_not_named_is_sent_back_as_it_came_and_nothing_is_written_twice() {
    let world = world("", "");
    let mut before = held(&world, "draft");
    let run = job(&world).with("command", "draft").run().exits(0);
    assert_eq!(run.message(), "the draft was written: 2 changes");
    let after = held(&world, "draft");
    for resource in before.as_array_mut().unwrap() {
        if resource["$schema"].as_str().unwrap().contains("/listing/") {
            resource["searchResultSummary"] = json!("Contoso 1.1.0");
        }
        if let Some(list) = resource.get_mut("vmImageVersions") {
            list.as_array_mut().unwrap().push(find(&after, KIND)["vmImageVersions"][1].clone());
        }
    }
    assert_eq!(before, after);
    let again = job(&world).with("command", "draft").run().exits(0);
    assert_eq!(again.output("changed"), "false");
    assert_eq!(configures(&world).len(), 1);
}

#[test]
fn lost_answers_and_conflicts_write_once() {
    let deeds = [
        "lose-answer",
        "{status: 502, handled: true}",
        "not-json",
        "{status: 429, retry-after: 1}",
    ];
    side_by_side(deeds, |deed| {
        let world =
            world("", &format!("faults: [{{on: 'POST {CONFIGURE}', nth: 1, do: {deed}}}]\n"));
        let run = job(&world).with("command", "draft").run().exits(0);
        assert_eq!(versions(&held(&world, "draft")).len(), 2, "{deed}: {run}");
        let jobs = world.state()["ingestion"]["jobs"].as_array().unwrap().len();
        assert_eq!(jobs, 1, "{deed}: {run}");
    });
}

#[test]
fn what_somebody_else_writes_meanwhile_stays() {
    let edit = "edits: [{set: /4/previewAudiences/0/label, value: others, after: \
                'GET /rp/product-ingestion/resource-tree/**', nth: 2}]";
    let world = world(edit, "");
    let run = job(&world).with("command", "draft").run().exits(0);
    let draft = held(&world, "draft");
    assert_eq!(draft[4]["previewAudiences"][0]["label"], "others", "{run}");
    assert_eq!(versions(&draft).len(), 2, "{run}");
}

#[test]
fn changes_of_others_are_told_or_refused() {
    let world = world("draft-changed: true", "");
    let manifest = MANIFEST.replace("searchResultSummary", "shortDescription");
    world.write("offer.yml", &manifest);
    let run = job(&world).with("foreign-changes", "refuse").run().exits(1);
    assert!(run.stdout.contains("offer-release/foreign-changes"), "{run}");
    assert!(run.stdout.contains("listing en-us: /searchResultSummary"), "{run}");
    assert_eq!(configures(&world).len(), 0);
}

#[test]
fn old_versions_are_deprecated_and_the_plan_says_which() {
    let world = world("", "");
    let manifest = format!("{MANIFEST}        keep-versions: 1\n");
    world.write("offer.yml", &manifest);
    let row = |version: &str, state: &str| (version.to_owned(), state.to_owned());
    // What is live is what people deploy, until the release has brought out what follows it.
    job(&world).with("go-live", "true").run().exits(0);
    let both = [row("1.0.0", "generallyAvailable"), row("1.1.0", "generallyAvailable")];
    assert_eq!(versions(&held(&world, "draft")), both);

    let next = || job(&world).with("version", "1.2.0");
    let plan = next().with("command", "plan").run().exits(0);
    assert!(plan.stdout.contains("/vmImageVersions/1.0.0/lifecycleState (offer.yml:"), "{plan}");
    assert!(!plan.stdout.contains("/vmImageVersions/1.1.0/lifecycleState"), "{plan}");
    next().with("command", "draft").run().exits(0);
    let left = versions(&held(&world, "draft"));
    assert_eq!(left[0], row("1.0.0", "deprecated"));
    assert_eq!(left[1], row("1.1.0", "generallyAvailable"));
    assert_eq!(left[2], row("1.2.0", "generallyAvailable"));
}

#[test]
fn a_container_gets_its_tags_and_keeps_its_password() {
    let world = world("type: azureContainer", "");
    world.write(
        "offer.yml",
        "api: product-ingestion\npublisher: contoso\noffers:\n- id: contoso-offer\n  plans:\n  \
         - id: standard\n    container: {tags: ['${version}']}\n",
    );
    let run = world.job().with("version", "1.1.0").run().exits(0);
    let kind = "container-plan-technical-configuration";
    let sent = &configures(&world)[0]["resources"][0];
    assert_eq!(sent["imageTags"], json!(["latest", "1.0.0", "1.1.0"]), "{run}");
    assert_eq!(sent["imageRepositoryDetails"]["password"], "*********", "{run}");
    let preview = find(&held(&world, "preview"), kind);
    assert_eq!(preview["imageTags"], sent["imageTags"], "{run}");
    assert_eq!(preview["imageRepositoryDetails"]["password"], "registry-password", "{run}");
    let again = world.job().with("version", "1.1.0").run().exits(0);
    assert_eq!(again.output("changed"), "false", "{again}");
    assert_eq!(configures(&world).len(), 2);
}

#[test]
fn what_does_not_fit_the_draft_is_told_at_its_line_before_anything_is_written() {
    let world = world("", "");
    let manifest = MANIFEST.replace("in: listing", "in: listng").replace("standard", "standrad");
    world.write("offer.yml", &manifest);
    let run = job(&world).run().exits(2);
    assert!(run.stdout.contains("did you mean `listing`?"), "{run}");
    assert!(run.stdout.contains("the draft has no plan `standrad`"), "{run}");
    assert_eq!(configures(&world).len(), 0);
    world.write("offer.yml", MANIFEST);
    let taken = job(&world).with("version", "1.0.0").run().exits(1);
    assert!(taken.stdout.contains("offer-release/version-taken"), "{taken}");
    assert!(taken.stdout.contains("offer.yml:12:20"), "{taken}");
    assert_eq!(configures(&world).len(), 0);
}

#[test]
fn what_the_service_refuses_to_write_is_told_in_its_own_words() {
    let world = world("", "");
    let manifest = format!(
        "{MANIFEST}        edit:\n        - set: /vmImageVersions/0/deprecationSchedule\n          \
         in: {KIND}\n          value: {{reason: null}}\n          create: true\n"
    );
    world.write("offer.yml", &manifest);
    let run = job(&world).with("command", "draft").run().exits(1);
    assert!(run.stdout.contains("Value is \"null\" but should be \"string\""), "{run}");
    assert_eq!(configures(&world).len(), 1);
}

/// The manifests of `docs/moving.md`, each planned and written.
#[test]
fn the_examples_of_the_documentation_work() {
    let page = include_str!("../../docs/moving.md");
    let examples: Vec<&str> =
        page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let world = World::with_manifest(
            "products: [{id: contoso-offer, status: live}, \
             {id: contoso-container, status: live, type: azureContainer}]\n",
            example,
        );
        let plan = job(&world).with("command", "plan").run().exits(0);
        assert_eq!((plan.output("changed"), configures(&world).len()), ("true".into(), 0));
        job(&world).with("command", "draft").run().exits(0);
        assert_eq!(configures(&world).len(), 1, "{example}");
        let again = job(&world).with("command", "plan").run().exits(0);
        assert_eq!(again.output("changed"), "false", "{example}");
    }
}

/// The pointers of `docs/moving.md` at this API lead somewhere in a draft of the simulator.
#[test]
fn the_pointers_of_the_documentation_are_there() {
    let rows =
        include_str!("../../docs/moving.md").split("## Pointers side by side").nth(1).unwrap();
    let cells = rows.split("\n## ").next().unwrap().lines().filter_map(|row| row.split('|').nth(3));
    let drafts = [world("", ""), world("type: softwareAsAService", "")].map(|world| {
        world.job().with("command", "draft").run();
        held(&world, "draft")
    });
    let mut seen = 0;
    for cell in cells.filter(|cell| cell.contains("in: ")) {
        let codes: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        let kind = format!("/{}/", codes[0].strip_prefix("in: ").unwrap());
        for pointer in &codes[1..] {
            let resources = drafts.iter().flat_map(|draft| draft.as_array().unwrap());
            let mut of_kind =
                resources.filter(|one| one["$schema"].as_str().unwrap().contains(&kind));
            let first = pointer.split("/0").next().unwrap();
            assert!(of_kind.any(|one| one.pointer(first).is_some()), "{cell}");
            seen += 1;
        }
    }
    assert!(seen >= 11, "{seen}");
}

#[test]
fn the_examples_can_be_rehearsed() {
    let examples = [
        (include_str!("../../examples/machine.yml"), 1),
        (include_str!("../../examples/container.yml"), 2),
    ];
    for (example, offers) in examples {
        let world = World::with_manifest("", example);
        let arguments = ["rehearse", "--go-live", "--poll-interval", "1h"];
        let run = world.job().on_a_terminal().args(&arguments).run().exits(0);
        assert_eq!(run.count("the offer is live"), offers, "{run}");
        assert_eq!(run.count("the draft was written"), offers, "{run}");
    }
}
