//! The poll schedule beside those of other tools: how late the end of a phase is seen, and how many
//! polls that costs.

use std::time::Duration;

use offer_release::release::Schedule;

use crate::table::print;

/// Minutes that the phases of real releases take, from the automatic checks to a certification over
/// a weekend; each phase is silent until its end. Microsoft's own estimates go from 15 minutes to 5
/// days.
const PHASES: [u64; 12] = [15, 30, 45, 60, 120, 240, 480, 720, 1_440, 2_880, 4_320, 7_200];

/// As many ends of each phase, evenly over its last tenth, so that no schedule meets it by luck.
const ENDS: u64 = 200;

/// Late by how much, and polls, for a phase that ends after `length`.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn follow(schedule: Schedule, length: Duration, number: u64) -> (Duration, u32) {
    let (mut now, mut polls) = (Duration::ZERO, 1);
    while now < length {
        let chance = (number.wrapping_mul(2_654_435_761).wrapping_add(u64::from(polls) * 40_503)
            % 1_000) as f64
            / 1_000.0;
        now += schedule.wait(now, None, chance, Duration::ZERO);
        polls += 1;
    }
    (now.saturating_sub(length), polls)
}

/// Prints the comparison.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub fn delays() {
    let fixed = |seconds| Schedule::Fixed(Duration::from_secs(seconds));
    let schedules = [
        ("`auto`", Schedule::Auto),
        ("every 10 s", fixed(10)),
        ("every 30 s", fixed(30)),
        ("every 60 s", fixed(60)),
        ("every 5 min", fixed(300)),
        ("every 4 h", fixed(14_400)),
    ];
    let rows: Vec<Vec<String>> = schedules
        .iter()
        .map(|(name, schedule)| {
            let (mut part, mut worst_part, mut worst, mut polls) =
                (0.0, 0.0_f64, Duration::ZERO, 0_u64);
            for minutes in PHASES {
                let mut late_part = 0.0;
                for number in 0..ENDS {
                    let length = Duration::from_secs(minutes * 60)
                        .mul_f64(0.9 + 0.1 * number as f64 / ENDS as f64);
                    let (late, asked) = follow(*schedule, length, number);
                    late_part += late.as_secs_f64() / length.as_secs_f64() / ENDS as f64;
                    worst = worst.max(late);
                    polls += u64::from(asked);
                }
                part += late_part / PHASES.len() as f64;
                worst_part = worst_part.max(late_part);
            }
            vec![
                (*name).to_owned(),
                format!("{:.1} %", part * 100.0),
                format!("{:.1} %", worst_part * 100.0),
                format!("{:.1} min", worst.as_secs_f64() / 60.0),
                format!("{:.0}", polls as f64 / ENDS as f64),
            ]
        })
        .collect();
    let header = [
        "schedule",
        "mean delay, of the phase",
        "its worst phase",
        "worst delay",
        "polls of all 12 phases",
    ];
    print("The poll schedule over phases of 15 minutes to 5 days", &header, &rows);
    println!(
        "\nGoals: no more polls than every 5 minutes, and a mean delay under 3 % of the phase."
    );
}
