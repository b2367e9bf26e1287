//! `kill -9` at every request of a release, then the same command or `resume`: the same verdict,
//! one publish and one go-live.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::job::Job;
use super::world::World;

/// Check runs are made beside the release; without them the n-th request is the same in every run.
const QUIET: (&str, &str) = ("check-run", "false");

/// Runs at the same time: they wait most of the time.
const SIDE_BY_SIDE: usize = 8;

/// Does this for each number, several at a time.
fn for_each(numbers: Vec<usize>, doing: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    doing(*number);
                }
            });
        }
    });
}

/// A request, told by what is asked and not of which offer.
fn kind(method: &str, path: &str) -> String {
    let end = if path.contains("/operations/") {
        "operation"
    } else {
        path.trim_end_matches('/').rsplit('/').next().unwrap()
    };
    format!("{method} {end}")
}

/// How many requests a release makes that nobody disturbs.
fn requests_of_a_release() -> usize {
    let world = World::new("");
    let run = Job::start(&world, &[QUIET]).end();
    assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{run:#?}");
    released(&world, "undisturbed");
    world.journal().len()
}

/// Everything happened once.
#[track_caller]
fn released(world: &World, when: &str) {
    assert_eq!(
        world.operations(),
        ["Publish Complete", "GoLive Complete"],
        "{when}:\n{}",
        world.story()
    );
    assert_eq!(
        (world.count("POST", "/publish"), world.count("POST", "/golive")),
        (1, 1),
        "{when}:\n{}",
        world.story()
    );
}

/// Kills the first run while its n-th request has no answer, and lets a second command finish.
/// Returns what the request was.
fn killed_at(number: usize, fault: &str, second: &str) -> String {
    let world = World::new(&format!("faults: [{{on: '* /**', nth: {number}, do: {fault}}}]\n"));
    let mut first = Job::start(&world, &[QUIET]);
    // How many polls there are is a matter of time: a release that needs fewer ends, and is killed
    // after its end.
    let request = || {
        world
            .journal()
            .get(number - 1)
            .cloned()
            .filter(|request| fault == "hang" || request.handled)
    };
    world.until("the request", |_| request().is_some() || first.has_ended());
    first.kill();
    let (kind, what) = request().map_or(("end".to_owned(), "its end".to_owned()), |at| {
        (kind(&at.method, &at.path), format!("{} {}, {fault}", at.method, at.path))
    });
    let when = format!("killed at request {number} ({what}), then {second}");
    let nothing_started = world.operations().is_empty();

    let run = Job::start(&world, &[QUIET, ("command", second)]).end();
    if second == "resume" && nothing_started {
        // A release is marked right before its POST: the ledger has nothing open, or what it has
        // open was never started.
        let (ended, said) = if kind == "POST publish" {
            ((1, "failed"), "the list of operations shows no publish of it")
        } else {
            ((0, "succeeded"), "the ledger has no open release")
        };
        assert_eq!((run.code, run.output("outcome")), ended, "{when}: {run:#?}");
        assert!(run.log.contains(said), "{when}: {run:#?}");
        assert!(world.operations().is_empty(), "{when}: resume never publishes");
    } else {
        assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{when}: {run:#?}");
        released(&world, &when);
    }
    kind
}

fn killed_at_every_request(second: &str) {
    let requests = requests_of_a_release();
    let kinds = Mutex::new(BTreeSet::new());
    for_each((1..=requests.min(40)).collect(), |number| {
        let kind = killed_at(number, "hang", second);
        kinds.lock().unwrap().insert(kind);
    });
    let kinds = kinds.into_inner().unwrap();
    let wanted = [
        "POST token",
        "GET submissions",
        "GET status",
        "POST publish",
        "GET operation",
        "POST golive",
    ];
    assert!(
        wanted.iter().all(|kind| kinds.contains(*kind)) && requests >= 12,
        "only {requests} requests: {kinds:?}"
    );
}

#[test]
fn killed_at_every_request_the_same_command_continues() {
    killed_at_every_request("release");
}

#[test]
fn killed_at_every_request_resume_continues_and_never_publishes() {
    killed_at_every_request("resume");
}

/// The number of the request of that kind in an undisturbed release.
fn number_of(method: &str, end: &str) -> usize {
    let world = World::new("");
    let job = Job::start(&world, &[QUIET]);
    world.until_asked(method, end, 1);
    job.kill();
    world
        .journal()
        .iter()
        .position(|asked| asked.method == method && asked.path.ends_with(end))
        .unwrap()
        + 1
}

#[test]
fn killed_between_a_post_that_was_carried_out_and_its_answer() {
    for second in ["release", "resume"] {
        killed_at(number_of("POST", "/publish"), "hang-after", second);
    }
    // How many polls come before the go-live is a matter of time, so this one is not told by its
    // number.
    for second in ["release", "resume"] {
        let world = World::new("faults: [{on: POST /**/golive, nth: 1, do: hang-after}]\n");
        let first = Job::start(&world, &[QUIET]);
        world.until("the go-live", |world| world.count("POST", "/golive") == 1);
        first.kill();
        let run = Job::start(&world, &[QUIET, ("command", second)]).end();
        assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{run:#?}");
        released(&world, second);
    }
}

/// The request is still on its way to the portal when the second run looks, so that one posts too;
/// the portal starts nothing twice.
#[test]
fn killed_while_a_post_is_on_its_way() {
    for (post, busy) in [
        ("publish", "same-operation"),
        ("publish", "409"),
        ("golive", "same-operation"),
        ("golive", "409"),
    ] {
        let world = World::new(&format!(
            "portal: {{publish-while-running: {busy}, go-live-while-running: {busy}}}\n\
             faults: [{{on: POST /**/{post}, nth: 1, do: {{delay: 300ms}}}}]\n"
        ));
        let first = Job::start(&world, &[QUIET]);
        world.until_asked("POST", post, 1);
        first.kill();
        let run = Job::start(&world, &[QUIET]).end();
        assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{post}, {busy}: {run:#?}");
        assert_eq!(world.operations(), ["Publish Complete", "GoLive Complete"], "{post}, {busy}");
    }
}

#[test]
fn killed_after_the_end_of_the_operations() {
    for (phase, second) in [
        ("Publish SignOff", "release"),
        ("GoLive Complete", "release"),
        ("GoLive Complete", "resume"),
    ] {
        let world = World::new("");
        // It looks so seldom that both ends come while it waits.
        let first = Job::start(
            &world,
            &[QUIET, ("poll-interval", if phase.starts_with("P") { "1h" } else { "700ms" })],
        );
        world.until(phase, |world| {
            world.operations().last().is_some_and(|operation| operation == phase)
        });
        first.kill();
        let run = Job::start(&world, &[QUIET, ("command", second)]).end();
        assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{phase}: {run:#?}");
        released(&world, phase);
    }
}

/// Whenever it is, with check runs beside.
#[test]
fn killed_at_any_time() {
    for_each((0..16).collect(), |step| {
        let world = World::new("");
        let first = Job::start(&world, &[]);
        thread::sleep(Duration::from_millis(step as u64 * 90));
        first.kill();
        let run = Job::start(&world, &[]).end();
        assert_eq!(
            (run.code, run.output("outcome")),
            (0, "succeeded"),
            "after {step} steps: {run:#?}"
        );
        released(&world, &format!("after {step} steps"));
        assert_eq!(
            world.check_runs().last().map(String::as_str),
            Some("completed success"),
            "{:?}",
            world.check_runs()
        );
    });
}
