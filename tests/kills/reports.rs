//! Killed in the middle of writing a report: what is there is whole, and the release goes on.

use std::fs;

use super::job::Job;
use super::world::World;

/// What an earlier part of the step wrote. It is copied at every rewrite, which takes long enough
/// to be killed in.
const OTHERS: usize = 24 << 20;

#[test]
fn killed_while_the_outputs_are_written() {
    let world = World::new("");
    let others = format!("theirs={}\n", "x".repeat(OTHERS));
    let first = Job::start_in(&world, &[("check-run", "false")], &others);
    let file = first.output_file();
    let folder = file.parent().unwrap();
    let beside = || {
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".output.")).count()
    };
    world.until("a publish", |world| world.count("POST", "/publish") == 1);
    world.until("a file that is being written", |_| beside() > 0);
    let killed = first.kill();
    assert_eq!(killed.code, 128 + 9);
    assert_eq!(beside(), 1, "it was killed in the middle of the writing");
    assert!(killed.outputs.starts_with(&others), "what others wrote is gone");
    let ours = &killed.outputs[others.len()..];
    assert!(
        ours.is_empty() || killed.output("outcome") == "pending" && ours.ends_with('\n'),
        "{ours}"
    );

    let run = Job::start(&world, &[("check-run", "false")]).end();
    assert_eq!((run.code, run.output("outcome")), (0, "succeeded"), "{run:#?}");
    assert_eq!((world.count("POST", "/publish"), world.count("POST", "/golive")), (1, 1));
}
