//! As many offers as a publisher may have: every report has a limit of GitHub's, and stays below
//! it.

use std::collections::BTreeSet;

use crate::harness::World;

const OFFERS: usize = 256;

/// Of all of them.
const FAILED: usize = 20;

/// What GitHub takes of a job's summary, and of all its outputs.
const LARGEST: usize = 1024 * 1024;

/// Requests that write, within a minute. It is GitHub's limit and not the lower one that the
/// program keeps: on a busy machine some of a minute's arrive with those of the next.
const WRITTEN_A_MINUTE: usize = 80;

/// A minute of the machine's, in the seconds of the simulation.
const MINUTE: i64 = 60 * 40_000;

#[test]
fn hundreds_of_offers_are_reported_within_githubs_limits() {
    let id = |number: usize| format!("offer-{number:03}");
    let offers: String = (0..OFFERS).map(|number| format!("  - id: {}\n", id(number))).collect();
    let message =
        "The image of the plan <b>standard</b> was refused: <ul><li>port 22 is open</li></ul>"
            .repeat(30);
    let fails = |number: usize| {
        format!(
            "- publisher: contoso\n  id: {}\n  steps:\n  - id: displaycertify\n    \
                 name: Certification\n    takes: 1h\n    fails: {{after: 20m, as: \
             rejected, operation: failed, messages: [{{level: error, html: '{message}'}}]}}\n  \
               - {{id: publisher-signoff, name: Publisher signoff}}\n",
            id(number)
        )
    };
    let failing: String = (0..FAILED).map(|number| fails(number * 10)).collect();
    let world = World::with_manifest(
        &format!("offers:\n{failing}"),
        &format!("publisher: contoso\noffers:\n{offers}"),
    );
    let running = world.job().with("max-parallel", "64").with("poll-interval", "200ms").start();
    let ends = |log: &str| {
        log.lines()
            .filter(|line| line.contains("  succeeded  ") || line.contains("  failed  "))
            .count()
    };
    running.wait_for("the end of every release", || ends(&running.printed()) == OFFERS);
    // The check runs would take minutes: GitHub takes about one a second.
    running.signal("INT");
    let run = running.finish().exits(1);

    let outcomes =
        run.offers().into_iter().map(|offer| offer["outcome"].as_str().unwrap().to_owned());
    assert_eq!(outcomes.filter(|outcome| outcome == "failed").count(), FAILED);
    assert!(run.summary.len() < LARGEST / 4, "{}", run.summary.len());
    assert!(run.output_file.len() < LARGEST, "{}", run.output_file.len());
    assert!(
        (0..OFFERS).all(|number| run.summary.contains(&format!("| **{}** |", id(number)))),
        "{}",
        run.summary
    );
    // A line that is longer nobody reads, but for an error's annotation.
    let longest =
        run.stdout.lines().filter(|line| !line.starts_with("::error ")).map(str::len).max();
    assert!(longest.is_some_and(|longest| longest < 2_000), "{longest:?}");
    // One group each, and one at the beginning.
    assert_eq!(run.commands_named("group").len(), OFFERS + 1);

    let written = world.requests().checks().only(|exchange| exchange.method != "GET").0;
    let written: Vec<i64> = written.iter().map(|exchange| exchange.at.as_second()).collect();
    let within_a_minute =
        |from: &i64| written.iter().filter(|at| (*from..from + MINUTE).contains(*at)).count();
    let most = written.iter().map(within_a_minute).max();
    assert!(most.is_some_and(|most| most <= WRITTEN_A_MINUTE), "{most:?} within a minute");
    assert_eq!(run.count("check runs could not be completed in time"), 1);
    let names: Vec<String> =
        world.check_runs().iter().map(|run| run["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}
