//! A thousand offers at once.

use std::fmt::Write as _;

use serde_json::Value;

use crate::process::{Simulator, program, run};
use crate::table::print;

const OFFERS: usize = 1_000;

/// A minute of real time an offer: two phases of half a minute.
const SCENARIO: &str = "steps:\n- {id: displaycertify, name: Certification, takes: 30s}\n\
    - {id: publisher-signoff, name: Publisher signoff}\n- {id: live, name: Live, takes: 30s}\n";

/// Releases them side by side, and compares the whole with the slowest of them.
pub fn release() {
    let directory = tempfile::tempdir().unwrap();
    let mut manifest = "publisher: contoso\noffers:\n".to_owned();
    for number in 0..OFFERS {
        let _ = writeln!(manifest, "- id: offer-{number}");
    }
    std::fs::write(directory.path().join("offer.yml"), manifest).unwrap();
    let simulator = Simulator::start(directory.path(), SCENARIO);
    let cost = run(program()
        .args([
            "release",
            "--go-live",
            "--record",
            "record.json",
            "--max-parallel",
            &OFFERS.to_string(),
        ])
        .args(simulator.sign_in())
        .current_dir(directory.path()));
    let record: Value =
        serde_json::from_slice(&std::fs::read(directory.path().join("record.json")).unwrap())
            .unwrap();
    let offers = record["offers"].as_array().unwrap();
    let time =
        |offer: &Value, key: &str| offer[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let slowest = offers
        .iter()
        .map(|offer| {
            time(offer, "finishedAt").duration_since(time(offer, "startedAt")).as_secs_f64()
        })
        .fold(0.0, f64::max);
    let row =
        |name: &str, figure: String, goal: &str| vec![name.to_owned(), figure, goal.to_owned()];
    let wall = cost.wall.as_secs_f64();
    print(
        &format!("{OFFERS} offers at once"),
        &["", "", "goal"],
        &[
            row("wall time", format!("{wall:.1} s"), ""),
            row("slowest offer", format!("{slowest:.1} s"), ""),
            row("wall time over slowest offer", format!("{:.3}", wall / slowest), "at most 1.2"),
            row("peak memory", format!("{:.1} MiB", cost.peak), "at most 64 MB"),
            row("requests", simulator.requests().len().to_string(), ""),
        ],
    );
}
