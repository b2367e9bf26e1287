//! Whole logs and check runs, as they are read: one of each for each way in which a release goes.

use serde_json::Value;

use crate::harness::{Job, World};
use crate::outcomes::ENDLESS;

/// Slow enough that every status is seen; and only the operation tells that the preview is there,
/// so that nothing depends on who is asked first.
pub const WALKED: &str = "time-scale: 5000\nportal: {sign-off: step}\n";

pub const STEPS: &str = "\
steps:
- {id: displaydummycertify, name: Validate Pre-Requisites, estimate: < 15 min, takes: 1h}
- {id: displaycertify, name: Certification, estimate: < 5 day, takes: 1h}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, estimate: ~2-5 days, takes: 1h}
";

/// Certification, and what is the matter with it.
pub fn certification(trouble: &str) -> String {
    format!(
        "{WALKED}steps:\n- id: displaycertify\n  name: Certification\n  estimate: < 5 day\n  \
           takes: 2h\n{trouble}\
         - {{id: publisher-signoff, name: Publisher signoff}}\n"
    )
}

/// The log of a run, and its check runs as GitHub has them then.
fn told(world: &World, job: Job<'_>, code: i32) -> (String, String) {
    let run = job.run().exits(code);
    let mut check_runs: Vec<String> =
        world.check_runs().iter().map(|check_run| run.scrub(&page(check_run))).collect();
    check_runs.sort();
    (steady(&run.scrubbed_log()), check_runs.join("\n----\n\n"))
}

/// What GitHub shows of a check run.
fn page(check_run: &Value) -> String {
    let output = &check_run["output"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let annotations: Vec<String> =
        output["annotations"].as_array().unwrap().iter().map(Value::to_string).collect();
    format!(
        "{}: {} {}\n# {}\n\n{}\n{}\n{}\n",
        text(&check_run["name"]),
        text(&check_run["status"]),
        text(&check_run["conclusion"]),
        text(&output["title"]),
        text(&output["summary"]),
        text(&output["text"]),
        annotations.join("\n")
    )
}

macro_rules! assert_told {
    ($world:expr, $job:expr, $code:expr) => {
        let (log, check_runs) = told(&$world, $job, $code);
        insta::assert_snapshot!(log);
        insta::assert_snapshot!(check_runs);
    };
}

/// The log without the masks, whose secrets are others each time, and without the widths that times
/// leave.
pub fn steady(log: &str) -> String {
    let lines = log.lines().filter(|line| !line.starts_with("::add-mask::"));
    // Only what took a second of real time says how long.
    let lines = lines.map(|line| line.replace(" after [time]", ""));
    let lines = lines.map(|line| match line.split_once("[time]  ") {
        Some((before, after)) => format!("{before}[time]  {}", after.trim_start()),
        None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn success() {
    let world = World::new(&format!("{WALKED}{STEPS}"));
    assert_told!(world, world.job().with("go-live", "true"), 0);
}

#[test]
fn failure_with_messages() {
    let world = World::new(&certification(
        "  fails:\n    after: 1h\n    as: rejected\n    operation: failed\n    messages:\n    \
         - {level: error, html: '<p>Plan <b>premium</b>: the image <code>1.2.3</code> was \
         refused:</p><ul><li>port <b>22</b> is open</li></ul>'}\n    \
         - {level: warning, html: 'Plan standard: the description is short.'}\n",
    ));
    assert_told!(world, world.job(), 1);
}

#[test]
fn blocked_then_recovered() {
    let world = World::new(&certification(
        "  blocked:\n    after: 1h\n    for: 1h\n    \
         messages: [{level: error, html: 'No image was found for the plan <b>standard</b>.'}]\n",
    ));
    assert_told!(world, world.job(), 0);
}

#[test]
fn pending_at_timeout() {
    let world = World::new(&format!("{WALKED}{ENDLESS}"));
    assert_told!(world, world.job().with("timeout", "2s"), 4);
}

#[test]
fn cancelled() {
    let world =
        World::new(&certification("  fails: {after: 1h, as: canceled, operation: canceled}\n"));
    assert_told!(world, world.job(), 1);
}

#[test]
fn three_offers_one_failed() {
    let manifest = "publisher: contoso\noffers:\n  - id: first\n  - id: second\n  - id: third\n    \
            go-live: false\n";
    let slow = STEPS.replace("takes: 1h", "takes: 3h");
    // Each in its own time, for the order of their lines.
    let others = "offers:\n- publisher: contoso\n  id: second\n  steps:\n  \
          - id: displaycertify\n    name: Certification\n    takes: 2h\n    \
                  fails: {after: 1h, as: rejected, operation: failed, messages: [{level: error, \
                  html: 'No <b>image</b>'}]}\n  \
                  - {id: publisher-signoff, name: Publisher signoff}\n\
         - publisher: contoso\n  id: third\n  steps:\n  \
          - {id: displaycertify, name: Certification, takes: 14h}\n  \
          - {id: publisher-signoff, name: Publisher signoff}\n";
    let world = World::with_manifest(&format!("{WALKED}{slow}{others}"), manifest);
    assert_told!(world, world.job().with("go-live", "true").with("max-parallel", "1"), 1);
}

#[test]
fn hostile_text() {
    let world = World::new(
        "time-scale: 5000\nsteps:\n- id: displaycertify\n  \
           name: \"::error::Certification ##[group]x\"\n  estimate: \"::warning::soon\\e[31m\"\n  \
             takes: 2h\n  shows: \"pondering ##[error]x\"\n  \
         fails:\n    after: 1h\n    as: rejected\n    operation: failed\n    messages:\n    \
         - {level: error, html: \"No image\\n::set-output name=x::y ##[add-mask]z \\e[32mall is \
         well\\e[0m <script>alert(1)</script>\"}\n\
         - {id: publisher-signoff, name: Publisher signoff}\n",
    );
    assert_told!(world, world.job(), 1);
}
