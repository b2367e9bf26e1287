//! The table of docs/workflows.md that says what waiting costs is what the poll schedule makes of
//! three days.

use std::fs;
use std::path::Path;
use std::time::Duration;

use offer_release::release::Schedule;

const CERTIFICATION: Duration = Duration::from_hours(72);

/// The default of the input `timeout`.
const TIMEOUT: Duration = Duration::from_mins(330);

const MINUTE: Duration = Duration::from_mins(1);

/// One way of waiting: jobs, each of which follows for so long and begins so often.
struct Way {
    name: &'static str,
    follows: Duration,
    every: Duration,
}

impl Way {
    fn row(&self) -> String {
        let jobs = CERTIFICATION.as_secs().div_ceil(self.every.as_secs());
        let ends: Vec<Duration> = (0..jobs)
            .map(|job| self.follows.min(CERTIFICATION.saturating_sub(self.every * number(job))))
            .collect();
        // GitHub counts every begun minute of a job.
        let minutes: u64 =
            ends.iter().map(|end| end.as_secs().div_ceil(MINUTE.as_secs()).max(1)).sum();
        let looks: usize = ends.iter().map(|end| looks_of(*end).len()).sum();
        let longest_wait = looks_of(self.follows)
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]))
            .max()
            .unwrap_or_default();
        let blind = longest_wait.max(self.every.saturating_sub(self.follows));
        let blind = if blind < Duration::from_hours(1) {
            format!("{} min", blind.as_secs() / 60)
        } else {
            format!("{} h", blind.as_secs() / 3600)
        };
        format!("| {} | {jobs} | {minutes} | {looks} | {blind} |", self.name)
    }
}

fn number(count: u64) -> u32 {
    u32::try_from(count).unwrap()
}

/// When a job that follows for so long looks at an operation on which nothing changes, on average.
fn looks_of(follows: Duration) -> Vec<Duration> {
    let mut looks = vec![Duration::ZERO];
    let mut now = Duration::ZERO;
    loop {
        now += Schedule::Auto.wait(now, None, 0.5, Duration::ZERO);
        if now > follows {
            return looks;
        }
        looks.push(now);
    }
}

#[test]
fn what_waiting_costs_is_what_the_documentation_says() {
    let hours = Duration::from_hours;
    let ways = [
        Way {
            name: "wait in the job, and run it again after each timeout",
            follows: TIMEOUT,
            every: TIMEOUT,
        },
        Way { name: "follow for 5h 30m every night", follows: TIMEOUT, every: hours(24) },
        Way { name: "look every hour", follows: Duration::ZERO, every: hours(1) },
        Way { name: "look every 6 hours", follows: Duration::ZERO, every: hours(6) },
        Way { name: "look every night", follows: Duration::ZERO, every: hours(24) },
    ];
    let table: String = ways.iter().map(|way| way.row() + "\n").collect();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workflows.md"))
        .unwrap();
    assert!(page.contains(&table), "docs/workflows.md has not this table:\n{table}");
}
