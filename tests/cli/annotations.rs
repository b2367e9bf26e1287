//! What the portal says, on the manifest's lines: each remark once, in every report the same, and
//! never too long for GitHub.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::World;

/// Certification stands still for ever, and says so many things about it.
pub fn blocked(count: usize) -> String {
    let mut text = "\
steps:
- id: displaycertify
  name: Certification
  takes: 10000d
  blocked:
    after: 1h
    messages:
"
    .to_owned();
    for number in 1..=count {
        let _ = writeln!(text, "    - {{level: error, html: 'Problem {number} of plan premium.'}}");
    }
    text + "- {id: publisher-signoff, name: Publisher signoff}\n"
}

/// The annotations of the only check run.
pub fn annotations(world: &World) -> Vec<Value> {
    let runs = world.check_runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs[0]["output"]["annotations"].as_array().unwrap().clone()
}

/// Demands all of these problems, each once.
#[track_caller]
pub fn assert_each_once(annotations: &[Value], count: usize) {
    let problems = annotations
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .filter(|text| text.starts_with("Problem "));
    let problems: Vec<&str> = problems.collect();
    let distinct: BTreeSet<&str> = problems.iter().copied().collect();
    assert_eq!((problems.len(), distinct.len()), (count, count));
}

#[test]
fn a_hundred_and_twenty_come_in_batches_of_fifty_and_each_once() {
    for lost in ["", "faults: [{on: 'PATCH /repos/**', nth: 1, do: lose-answer}]\n"] {
        let world = World::new(&format!("{}{lost}", blocked(120)));
        let running = world.job().start();
        running.wait_for("120 annotations", || {
            world
                .check_runs()
                .first()
                .is_some_and(|run| run["output"]["annotations"].as_array().unwrap().len() >= 120)
        });
        running.signal("TERM");
        running.finish().exits(143);
        assert_each_once(&annotations(&world), 120);
        let batches: Vec<usize> = world
            .requests()
            .checks()
            .bodies()
            .iter()
            .filter_map(|body| body["output"]["annotations"].as_array().map(Vec::len))
            .collect();
        assert!(batches.iter().all(|batch| *batch <= 50), "{batches:?}");
        assert_eq!(batches.iter().sum::<usize>(), 120, "{batches:?}");
    }
}

#[test]
fn log_annotation_and_check_run_point_at_the_same_place() {
    let say = [
        ("error", "Plan premium has no image"),
        ("warning", "No mail to quality@contoso.com."),
        ("information", "All of contoso-offer is read"),
    ];
    let messages: Vec<String> =
        say.iter().map(|(level, html)| format!("{{level: {level}, html: '{html}'}}")).collect();
    let world = World::new(&format!(
        "steps:\n- {{id: displaycertify, name: Certification, takes: 1h, fails: {{after: 30m, \
         operation: failed, messages: [{}]}}}}\n",
        messages.join(", ")
    ));
    let run = world.job().run().exits(1);
    let shown = annotations(&world);
    let mut logged: Vec<_> = run
        .commands()
        .into_iter()
        .filter(|one| matches!(&*one.name, "error" | "warning" | "notice"))
        .collect();
    assert_eq!(shown.len(), logged.len());
    let mut seen = Vec::new();
    for one in &shown {
        let level = one["annotation_level"].as_str().unwrap();
        let position =
            logged.iter().position(|command| command.data == one["message"].as_str().unwrap());
        let command = logged.remove(position.unwrap());
        assert_eq!(command.name, if level == "failure" { "error" } else { level });
        let property = |name: &str| command.properties.get(name).cloned().unwrap_or_default();
        assert_eq!(property("title"), one["title"].as_str().unwrap());
        let numbers = ["start_line", "end_line", "start_column", "end_column"]
            .map(|name| one[name].to_string());
        assert_eq!(["line", "endLine", "col", "endColumn"].map(property), numbers);
        assert_eq!(property("file"), one["path"].as_str().unwrap());
        // The excerpt above it: the place, and as many carets as there are columns.
        let width = one["end_column"].as_u64().unwrap() - one["start_column"].as_u64().unwrap() + 1;
        let place = format!("--> offer.yml:{}:{}\n", numbers[0], numbers[2]);
        let excerpt = run.stdout.split(&place).skip(1).any(|after| {
            let carets = after.lines().nth(2).unwrap_or_default();
            carets.matches('^').count() as u64 == width
                && carets.ends_with(one["title"].as_str().unwrap())
        });
        assert!(excerpt, "{place}{run}");
        seen.push(format!("{level} {}:{}", numbers[0], numbers[2]));
    }
    seen.sort();
    // The plan's id, the address in its list, and the offer's id, for its end. What the portal says
    // for information is in the log and the summary only.
    assert_eq!(seen, ["failure 3:9", "failure 7:13", "warning 4:48"]);
    assert_eq!(run.count("All of contoso-offer is read"), 1, "{run}");
}

#[test]
fn a_huge_message_is_cut_between_characters_and_says_so() {
    let huge = "é<b>ü</b> ".repeat(60_000);
    let name = "ä ".repeat(100);
    let many: String = (0..450)
        .map(|number| format!("- {{id: step{number}, name: '{number} {name}'}}\n"))
        .collect();
    let world = World::new(&format!(
        "steps:\n{many}- {{id: displaycertify, name: Certification, takes: 1h, fails: {{after: \
         30m, operation: failed, messages: [{{level: error, html: '{huge}'}}]}}}}\n",
    ));
    let run = world.job().run().exits(1);
    let check_run = &world.check_runs()[0];
    assert_eq!(check_run["conclusion"], "failure");
    let requests = world.requests().checks();
    assert!(
        requests.0.iter().all(|one| one.status.is_some_and(|status| status < 300)),
        "{:?}",
        requests.lines()
    );
    let summary = check_run["output"]["summary"].as_str().unwrap();
    assert!(summary.len() <= 65_535 && summary.contains("…\n"), "{summary}");
    assert_eq!(summary.matches("<details").count(), summary.matches("</details").count());
    let annotations = annotations(&world);
    let longest = annotations
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .max_by_key(|text| text.len())
        .unwrap();
    assert!((63_000..=64_000).contains(&longest.len()), "{}", longest.len());
    assert!(longest.ends_with(" bytes are left out here; Partner Center has the whole)"));
    let logged = run.commands_named("error").into_iter().map(|one| one.data.len()).max().unwrap();
    assert!((3_900..=4_000).contains(&logged), "{logged}");
}
