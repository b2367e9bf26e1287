//! A plan of what the manifest says of the draft, at both APIs.

use serde_json::Value;

use crate::harness::{Run, World};
use crate::{content, resources};

struct Planned {
    run: Run,
    draft_before: Value,
    draft_after: Value,
    writes: usize,
}

fn plan_at_cloud_partner() -> Planned {
    let world = content::world("status: succeeded", "");
    let held = |world: &World| content::held(world, "draft");
    let draft_before = held(&world);
    let run = content::job(&world).with("command", "plan").run().exits(0);
    Planned { run, draft_before, draft_after: held(&world), writes: content::puts(&world) }
}

fn plan_at_product_ingestion() -> Planned {
    let world = resources::world("", "");
    let held = |world: &World| resources::held(world, "draft");
    let draft_before = held(&world);
    let run = resources::job(&world).with("command", "plan").run().exits(0);
    let writes = resources::configures(&world).len();
    Planned { run, draft_before, draft_after: held(&world), writes }
}

#[test]
fn a_plan_shows_the_diff_and_writes_nothing() {
    for (api, planned) in [
        ("cloud_partner", plan_at_cloud_partner()),
        ("product_ingestion", plan_at_product_ingestion()),
    ] {
        let Planned { run, draft_before, draft_after, writes } = planned;
        assert_eq!(run.output("changed"), "true", "{api}");
        let log = run.scrubbed_log();
        let lines: Vec<&str> = log.lines().filter(|line| !line.contains("add-mask")).collect();
        insta::assert_snapshot!(format!("{api}_log"), lines.join("\n"));
        insta::assert_snapshot!(format!("{api}_summary"), run.scrubbed_summary());
        assert_eq!((draft_before, writes), (draft_after, 0), "{api}");
        content::assert_no_signature(&run);
    }
}
