//! GitHub wherever it is, and however slow: which address gets the token, and what a limit delays.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use crate::harness::{Requests, World, side_by_side};

/// Whom the requests were from: the names that the journal gives to their tokens.
fn bearers(requests: &Requests) -> Vec<&str> {
    let headers =
        requests.0.iter().flat_map(|one| &one.headers).filter(|(name, _)| name == "authorization");
    let mut bearers: Vec<&str> = headers.map(|(_, value)| &**value).collect();
    bearers.sort_unstable();
    bearers.dedup();
    bearers
}

#[test]
fn each_token_goes_to_its_own_origin_only() {
    // The portal's world would serve check runs too, and GitHub's the portal.
    let (portal, github) = (World::new(""), World::new(""));
    let run =
        portal.job().env("GITHUB_API_URL", &format!("{}/api/v3", github.base())).run().exits(0);
    assert_eq!(run.output("check-run-url"), github.check_runs()[0]["html_url"].as_str().unwrap());
    let (at_portal, at_github) = (portal.requests(), github.requests());
    assert!(
        at_portal.checks().is_empty()
            && at_portal.portal().lines().len() == at_portal.0.len() - at_portal.tokens().0.len()
    );
    assert_eq!(bearers(&at_portal), ["Bearer token-1"]);
    assert!(
        at_github.0.iter().all(|one| one.path.starts_with("/api/v3/repos/contoso/offers/")),
        "{:?}",
        at_github.lines()
    );
    // A name for a token that this world did not make: GitHub's.
    assert_eq!(bearers(&at_github), ["Bearer other-1"]);
}

#[test]
fn a_redirect_of_githubs_is_not_followed_with_the_token() {
    let other = World::new("");
    let world = World::new(&format!(
        "faults: [{{on: '* /repos/**', do: {{redirect: '{}/repos/contoso/offers/check-runs'}}}}]\n",
        other.base()
    ));
    world.job().run().exits(0);
    assert!(!world.requests().checks().is_empty());
    assert!(other.requests().is_empty(), "{:?}", other.requests().lines());
}

/// A proxy that opens no connection; returns whom it was asked for, and all that it got to see.
fn proxied(api: &str) -> (Vec<String>, String) {
    let world = World::new("");
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for stream in proxy.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = vec![0; 8192];
            let length = stream.read(&mut asked).unwrap();
            let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
            if asked.starts_with("END") {
                break;
            }
            let _ = stream.write_all(
                b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            );
            seen.push(asked);
        }
        seen
    });
    let job = world
        .job()
        .env("GITHUB_API_URL", api)
        .env("HTTPS_PROXY", &format!("http://{address}"))
        .with("check-run", "true");
    job.run().exits(5);
    assert!(world.requests().is_empty());
    std::net::TcpStream::connect(address).unwrap().write_all(b"END").unwrap();
    let seen = served.join().unwrap();
    let line = |asked: &String| asked.lines().next().unwrap_or_default().to_owned();
    (seen.iter().map(line).collect(), seen.concat())
}

#[test]
fn the_check_run_is_asked_of_the_github_that_the_runner_names() {
    let cases = [
        ("https://api.github.com", "api.github.com"),
        ("https://api.contoso.ghe.com", "api.contoso.ghe.com"),
        ("https://ghes.example/api/v3", "ghes.example"),
        ("https://ghes.example:8443/api/v3", "ghes.example:8443"),
    ];
    side_by_side(cases, |(api, host)| {
        let (asked, seen) = proxied(api);
        let host = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
        assert_eq!(asked, [format!("CONNECT {host} HTTP/1.1")], "{api}");
        assert!(!seen.to_lowercase().contains("authorization"), "{seen}");
    });
}

#[test]
fn the_token_does_not_travel_in_the_clear() {
    let world = World::new("");
    let run = world.job().env("GITHUB_API_URL", "http://ghes.example/api/v3").run().exits(0);
    assert_eq!(run.count("there will be no check run"), 1, "{run}");
    let run = world
        .job()
        .env("GITHUB_API_URL", "http://ghes.example/api/v3")
        .with("check-run", "true")
        .run()
        .exits(3);
    assert!(run.annotations()[0].contains("GITHUB_API_URL"), "{run}");
}

/// How many simulated nanoseconds are one of the machine's.
const SCALE: i128 = 40_000;

/// The machine's time between two exchanges.
fn between(requests: &Requests, first: usize, second: usize) -> Duration {
    let simulated = requests.0[second].at.as_nanosecond() - requests.0[first].at.as_nanosecond();
    Duration::from_nanos(u64::try_from(simulated / SCALE).unwrap())
}

/// The headers of the hour's budget, used up until so many seconds from now.
#[allow(
    clippy::disallowed_methods,
    reason = "it is a time of the machine's, which the program reads by a clock of its own"
)]
fn by_reset(seconds: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    format!("headers: {{x-ratelimit-remaining: '0', x-ratelimit-reset: '{}'}}", now + seconds)
}

/// A limit that says when it ends delays the reports until then, and the release not at all.
#[test]
fn a_limit_delays_the_reports_and_not_the_release() {
    let secondary = r#"body: '{"message": "You have exceeded a secondary rate limit."}'"#;
    let told = "retry-after: 10".to_owned();
    // The first request, which looks for a check run, or the second, which makes it.
    let cases = [
        (1, format!("status: 403, {told}")),
        (2, format!("status: 429, {told}")),
        (1, format!("status: 403, {told}, {secondary}")),
        (1, format!("status: 429, {}", by_reset(10))),
        (2, format!("status: 403, {}", by_reset(10))),
    ];
    side_by_side(cases, |(nth, limit)| {
        let world =
            World::new(&format!("faults: [{{on: '* /repos/**', nth: {nth}, do: {{{limit}}}}}]\n"));
        let run = world.job().with("go-live", "true").run().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
        assert_eq!(run.count("rate limit is reached"), 1, "{limit}: {run}");
        let requests = world.requests();
        let is_check = |index: &usize| requests.0[*index].path.starts_with("/repos/");
        let checks: Vec<usize> = (0..requests.0.len()).filter(is_check).collect();
        let (limited, next) = (checks[nth - 1], checks[nth]);
        assert!(
            requests.0[limited].status.is_some_and(|status| matches!(status, 403 | 429)),
            "{limit}"
        );
        let portal: Vec<usize> = (0..requests.0.len())
            .filter(|index| requests.0[*index].path.starts_with("/api/"))
            .collect();
        // The release is through before GitHub is asked again: the operations were started and
        // followed meanwhile.
        assert!(portal.iter().all(|index| *index < next), "{limit}: {:?}", requests.lines());
        assert!(
            portal.iter().filter(|index| **index > limited).count() > 5,
            "{limit}: {:?}",
            requests.lines()
        );
        // A time in whole seconds may be one early, and is counted from the beginning of the test.
        let waited = between(&requests, limited, next);
        assert!(waited >= Duration::from_secs(8), "{limit}: asked again after {waited:?}");
        assert_eq!(world.check_runs()[0]["conclusion"], "success");
    });
}

/// A limit without a time means a minute at least; so long the process does not wait for its last
/// report.
#[test]
fn a_limit_without_an_end_costs_the_reports_only() {
    let cases = [
        "status: 429",
        r#"status: 403, body: '{"message": "You have exceeded a secondary rate limit."}'"#,
    ];
    side_by_side(cases, |limit| {
        let world = World::new(&format!("faults: [{{on: '* /repos/**', do: {{{limit}}}}}]\n"));
        let running = world.job().with("go-live", "true").start();
        running.until("the offer is live");
        running.signal("TERM");
        let run = running.finish().exits(0);
        assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
        assert_eq!(run.count("it asks to wait 60 s"), 1, "{run}");
        assert_eq!(run.count("1 check run could not be completed in time"), 1, "{run}");
        assert_eq!(world.requests().checks().0.len(), 1, "{:?}", world.requests().checks().lines());
    });
}
