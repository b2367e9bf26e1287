//! What people read while a release goes on and after it: log, summary, record.

use serde_json::Value;

use crate::harness::World;

/// Certification stands still for want of an image, and goes on by itself.
const BLOCKED: &str = "\
time-scale: 5000
steps:
- id: displaycertify
  name: Certification
  takes: 20m
  blocked:
    after: 10m
    for: 1h
    messages: [{level: error, html: 'No virtual machine image was found for the plan \
    <b>standard</b>.'}]
- {id: publisher-signoff, name: Publisher signoff}
";

#[test]
fn a_blocked_step_is_told_at_once_and_is_no_end() {
    let world = World::new(BLOCKED);
    let running = world.job().start();
    running.until("::error ");
    assert!(!running.printed().contains("Publisher signoff: notStarted →"));
    let run = running.finish().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "publish".into()));
    assert_eq!(
        run.annotations(),
        ["error offer.yml:6:13 contoso-offer: Certification: No virtual machine image was found \
             for the plan standard."]
    );
    assert_eq!(run.count("Certification inProgress → blocked"), 1, "{run}");
    assert_eq!(run.count("Certification blocked → inProgress"), 1, "{run}");
    insta::assert_snapshot!(run.scrubbed_summary());
    let check_run = &world.check_runs()[0];
    assert_eq!(check_run["conclusion"], "success");
    assert_eq!(check_run["output"]["annotations"].as_array().unwrap().len(), 1);
}

#[test]
fn the_summary_is_true_while_the_step_is_blocked() {
    let world = World::new(&BLOCKED.replace("for: 1h", "for: 10000d"));
    let run = world.job().with("timeout", "2s").run().exits(4);
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn the_record_has_every_request_and_every_change() {
    let world = World::new("");
    world.job().with("go-live", "true").with("record", "record.json").run().exits(0);
    let record: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path("record.json")).unwrap()).unwrap();
    assert_eq!(record["command"], "release");
    assert_eq!((&record["outcome"], &record["phase"]), (&"succeeded".into(), &"go-live".into()));
    let timeline = record["offers"][0]["timeline"].as_array().unwrap();
    let of = |kind: &str| timeline.iter().filter(|entry| entry["kind"] == kind).collect::<Vec<_>>();
    let requests: Vec<String> = of("request")
        .iter()
        .map(|entry| {
            format!("{} {}", entry["method"].as_str().unwrap(), entry["url"].as_str().unwrap())
        })
        .collect();
    let asked: Vec<String> = world
        .requests()
        .portal()
        .0
        .iter()
        .map(|exchange| {
            format!("{} {}{}?{}", exchange.method, world.base(), exchange.path, exchange.query)
        })
        .collect();
    assert_eq!(requests, asked);
    assert!(
        of("request")
            .iter()
            .all(|entry| entry["correlationId"].is_string() && entry["status"].is_number())
    );
    let phases: Vec<&Value> = of("phase").iter().map(|entry| &entry["phase"]).collect();
    assert_eq!(phases, ["publish", "go-live"]);
    assert_eq!(of("end").len(), 1);
    assert!(of("step").len() >= 4);
}

#[test]
fn a_huge_message_is_cut_everywhere() {
    let world = World::new(&format!(
        "steps:\n- id: displaycertify\n  name: Certification\n  takes: 1h\n  \
           messages: [{{level: error, html: '{}'}}]\n\
         - {{id: publisher-signoff, name: Publisher signoff}}\n",
        "much ".repeat(100_000)
    ));
    let run = world.job().run().exits(0);
    assert!(run.summary.len() < 10_000, "{}", run.summary.len());
    assert!(run.output("offers").len() < 10_000, "{}", run.output("offers").len());
    assert!(run.stdout.lines().all(|line| line.len() < 10_000));
    assert!(run.commands_named("error").iter().all(|error| error.data.len() <= 4096));
}

#[test]
fn files_of_the_runner_are_left_alone_outside_actions() {
    let world = World::new("");
    let output = world.path("output");
    std::fs::write(&output, "").unwrap();
    let job = world.job().on_a_terminal().env("GITHUB_OUTPUT", output.to_str().unwrap());
    job.args(&["release"]).args_for_the_world().args_for_secret("secret").run();
    assert_eq!(std::fs::read_to_string(output).unwrap(), "");
}

#[test]
fn a_proxy_is_not_asked_for_this_machine() {
    let world = World::new("");
    let nobody = "http://127.0.0.1:1";
    let job = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]
        .into_iter()
        .fold(world.job(), |job, name| job.env(name, nobody));
    job.run().exits(0);
    assert_eq!(world.check_runs()[0]["conclusion"], "success");
}
