//! The workflows to paste for offers whose manifest describes the draft: each of their steps is
//! run with the inputs that it has there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Job, Run, World};

const MANIFEST: &str = r#"publisher: contoso
offers:
  - id: contoso-offer
    plans:
      - id: standard
        image:
          version: "${version}"
          disk: "https://contoso.blob.core.windows.net/vhds/db-${version}.vhd?${secret.sas}"
"#;

const QUERY: &str = "sp=rl&sr=c&se=2099-01-01T00:00:00Z&sig=bmV3LXNpZ25hdHVyZQ%3D%3D";

fn world() -> World {
    let offer = "{publisher: contoso, id: contoso-offer, plans: [standard], status: succeeded}";
    World::with_manifest(&format!("offers: [{offer}]\n"), MANIFEST)
}

/// The inputs of each step that is ours, by job.
pub fn steps(workflow: &str, job: &str) -> Vec<BTreeMap<String, String>> {
    let workflow: Value = serde_yaml::from_str(workflow).unwrap();
    let steps = workflow["jobs"][job]["steps"].as_array().unwrap();
    let ours = steps.iter().filter(|step| step["uses"] == "OWNER/offer-release@v1");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let inputs = |step: &Value| {
        let with = step["with"].as_object().unwrap().iter();
        with.map(|(name, value)| (name.clone(), text(value))).collect()
    };
    ours.map(inputs).collect()
}

/// The job with the inputs of the step; what the workflow's expressions stand for is given, but for
/// tenant and client, which the job has.
pub fn with_inputs<'a>(
    mut job: Job<'a>,
    step: &BTreeMap<String, String>,
    given: &[(&str, &str)],
) -> Job<'a> {
    for (name, text) in step.iter().filter(|(_, text)| !text.contains("vars.AZURE_")) {
        let replaced = given.iter().fold(text.clone(), |text, (expression, value)| {
            text.replace(&format!("${{{{ {expression} }}}}"), value)
        });
        assert!(!replaced.contains("${{"), "{name}: {replaced}");
        job = job.with(name, &replaced);
    }
    job
}

/// Runs the step on a tag.
fn run(world: &World, step: &BTreeMap<String, String>, given: &[(&str, &str)]) -> Run {
    let job = world.job().env("GITHUB_REF_TYPE", "tag").env("GITHUB_REF_NAME", "v1.1.0");
    let run = with_inputs(job, step, given).run().exits(0);
    run.assert_no_secret(&["bmV3LXNpZ25hdHVyZQ"]);
    run
}

#[test]
fn a_pull_request_is_planned_without_a_tag_and_without_a_disk() {
    let workflow = include_str!("../../examples/workflows/plan-pull-request.yml");
    let world = world();
    let steps = steps(workflow, "plan");
    let planned = run(&world, &steps[0], &[]);
    assert_eq!((steps.len(), planned.output("changed")), (1, "true".to_owned()));
    assert_eq!(planned.count("would write 1 change"), 2, "{planned}");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn an_image_is_drafted_published_and_taken_live_by_its_preview() {
    let workflow = include_str!("../../examples/workflows/release-image-on-tag.yml");
    let world = world();
    let publish = steps(workflow, "publish");
    let sas = ("steps.image.outputs.sas", QUERY);
    let [draft, release] = &publish[..] else { panic!("{publish:?}") };
    assert_eq!(run(&world, draft, &[sas]).message(), "the draft was written: 1 change");
    let released = run(&world, release, &[sas]);
    assert_eq!(released.outcome(), ("succeeded".into(), "publish".into()));

    let go_live = steps(workflow, "go-live");
    let preview = released.output("preview");
    let live = run(&world, &go_live[0], &[("needs.publish.outputs.preview", &preview)]);
    assert_eq!(live.outcome(), ("succeeded".into(), "go-live".into()));
    let versions = "/plans/0/microsoft-azure-virtualmachines.vmImages/1.1.0/osVhdUrl";
    let disk = world.state()["offers"][0]["production"].pointer(versions).cloned().unwrap();
    assert!(disk.as_str().unwrap().contains("/vhds/db-1.1.0.vhd?sp=rl"), "{disk}");
    let methods: Vec<_> = world.requests().posts();
    assert_eq!(methods.iter().filter(|line| line.starts_with("PUT ")).count(), 1, "{methods:?}");

    // Another preview than the one that was approved does not go live.
    let other = world.job().with("command", "go-live").with("preview", "another").run().exits(1);
    assert!(other.output("offers").contains("preview-changed"), "{other}");
}
