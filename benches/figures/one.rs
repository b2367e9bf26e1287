//! One offer: the start, and a whole release at a portal that takes no time of its own.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::Instant;

use crate::process::{Simulator, program, run};
use crate::table::{print, spread};

const RUNS: usize = 30;

/// Every operation is at its end as soon as it is started.
const INSTANT: &str = "steps:\n- {id: displaycertify, name: Certification}\n\
    - {id: publisher-signoff, name: Publisher signoff}\n- {id: live, name: Live}\n\
    ingestion: {job-takes: 0s}\n\
    products: [{id: contoso-offer, preview-takes: 0s, live-takes: 0s}]\n";

/// The APIs, as the manifest names them.
const APIS: [&str; 2] = ["cloud-partner", "product-ingestion"];

fn write_manifest(directory: &Path, api: &str) {
    let text = format!("api: {api}\npublisher: contoso\noffers: [{{id: contoso-offer}}]\n");
    std::fs::write(directory.join("offer.yml"), text).unwrap();
}

/// From the start of the process to the first byte of its first request, at both APIs.
pub fn first_request() {
    let rows = APIS.map(|api| {
        let mut row = vec![api.to_owned()];
        row.extend(spread(&mut time_first_requests(api), "ms"));
        row
    });
    let title = "Start of the process to its first request";
    print(title, &["", "least", "median", "most"], &rows);
}

fn time_first_requests(api: &str) -> Vec<f64> {
    let directory = tempfile::tempdir().unwrap();
    write_manifest(directory.path(), api);
    (0..RUNS)
        .map(|_| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let portal = format!("http://{}", listener.local_addr().unwrap());
            let began = Instant::now();
            let mut process = program()
                .args(["status", "--access-token", "token", "--portal-url", &portal])
                .args(["--ingestion-url", &portal])
                .current_dir(directory.path())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0]).unwrap();
            let took = began.elapsed();
            let _ = stream.write_all(
                b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            );
            process.kill().unwrap();
            process.wait().unwrap();
            took.as_secs_f64() * 1e3
        })
        .collect()
}

/// Publish and go-live at a portal whose operations take no time: all that is left is ours, and the
/// wire's.
pub fn release() {
    APIS.into_iter().for_each(release_at);
}

fn release_at(api: &str) {
    let directory = tempfile::tempdir().unwrap();
    write_manifest(directory.path(), api);
    let (mut times, mut peaks, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let simulator = Simulator::start(directory.path(), INSTANT);
        let cost = run(program()
            .args(["release", "--go-live"])
            .args(simulator.sign_in())
            .current_dir(directory.path()));
        times.push(cost.wall.as_secs_f64() * 1e3);
        peaks.push(cost.peak);
        requests = simulator.requests();
    }
    let mut rows =
        vec![vec!["wall time of the process".to_owned()], vec!["peak memory".to_owned()]];
    rows[0].extend(spread(&mut times, "ms"));
    rows[0].push("at most 30 ms".to_owned());
    rows[1].extend(spread(&mut peaks, "MiB"));
    rows[1].push("at most 12 MB".to_owned());
    let title = format!("A whole release with go-live, at a {api} that takes no time");
    print(&title, &["", "least", "median", "most", "goal"], &rows);
    println!("\nIts {} requests:\n", requests.len());
    for (index, request) in requests.iter().enumerate() {
        println!("{}. `{request}`", index + 1);
    }
}
