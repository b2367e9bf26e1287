//! The promises of `docs/reliability.md`, proved in simulated worlds.
//!
//! The real release code runs against a world in memory: portal, token endpoint, check runs, clock,
//! network, crashes and other people, all driven by one seed. No sockets, no sleeping: days pass in
//! microseconds.
//!
//! * `cargo test --test simulation`: 20,000 seeds.
//! * `SEEDS=1000000 cargo test --test simulation -- --nocapture`: a longer run.
//! * `FROM=5000 SEEDS=1000 …`: other seeds.
//! * `SEED=123 cargo test --test simulation -- --nocapture`: one seed, with its whole trace.
//!
//! * `WORLDS=all …`: with the ways of the world that the program does not hold yet; see `extra.rs`.
//! * `ALL=1 …`: goes on after a failure, and lists every seed that fails with its first line.
//!
//! A seed that fails is printed with its trace, and replays the same way until the code of the
//! program or of the world changes.

#![allow(
    clippy::format_push_string,
    clippy::enum_variant_names,
    clippy::unnecessary_debug_formatting,
    reason = "a test"
)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test")]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small numbers")]
#![allow(
    clippy::duration_suboptimal_units,
    clippy::unchecked_time_subtraction,
    reason = "a world counts in its own units, from zero"
)]
#![allow(
    clippy::struct_excessive_bools,
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "a world is a table of switches"
)]
#![allow(clippy::disallowed_methods, reason = "the test reads its own variables and its own time")]

mod chance;
mod deployments;
mod extra;
mod faults;
mod github;
mod green;
mod identity;
mod life;
mod log;
mod network;
mod oracle;
mod plan;
mod portal;
mod process;
mod time;
mod trace;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use life::Figures;

/// Seeds of ranges that nobody had tried, each of which showed a fault of the program or of its
/// world when it was found.
const KEPT: [u64; 5] = [40_080_161, 50_050_779, 60_025_036, 70_002_866, 80_027_943];

#[test]
fn seeds_that_once_failed_hold() {
    for seed in KEPT {
        if let (Err(why), _) = life::live(seed, false) {
            panic!("seed {seed}: {why}");
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_world_keeps_the_promises() {
    if let Some(seed) = number("SEED") {
        let (result, trace) = life::live(seed, true);
        eprintln!("{trace}");
        panic_on(seed, result.map(|figures| eprintln!("seed {seed} holds: {figures:?}")));
        return;
    }
    let (from, seeds) = (number("FROM").unwrap_or(0), number("SEEDS").unwrap_or(20_000));
    let all = number("ALL").is_some();
    let next = AtomicU64::new(from);
    let total = Mutex::new(Figures::default());
    let failed = Mutex::new(None::<u64>);
    let failures = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while failed.lock().unwrap().is_none() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        break;
                    }
                    match std::panic::catch_unwind(|| life::live(seed, false).0) {
                        Ok(Ok(figures)) => total.lock().unwrap().add(&figures),
                        Ok(Err(why)) if all => {
                            failures.fetch_add(1, Ordering::Relaxed);
                            eprintln!("seed {seed}: {}", why.lines().next().unwrap_or_default());
                        }
                        Ok(Err(_)) | Err(_) => *failed.lock().unwrap() = Some(seed),
                    }
                }
            });
        }
    });
    let done = next.into_inner().saturating_sub(from).min(seeds);
    eprintln!(
        "{done} seeds in {:.1} s: {:?}",
        began.elapsed().as_secs_f64(),
        total.into_inner().unwrap()
    );
    assert_eq!(failures.into_inner(), 0, "seeds that fail");
    if let Some(seed) = failed.into_inner().unwrap() {
        let (result, trace) = life::live(seed, true);
        eprintln!("{trace}");
        panic_on(
            seed,
            result
                .map(|_| ())
                .and(Err("it did not fail again: the world is not deterministic".to_owned())),
        );
    }
}

fn panic_on(seed: u64, result: Result<(), String>) {
    if let Err(why) = result {
        panic!(
            "seed {seed}: {why}\nreplay: SEED={seed} cargo test --test simulation -- --nocapture"
        );
    }
}
