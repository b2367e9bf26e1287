//! Replays the committed corpus, and the manifests of the fixtures, through the functions that the
//! fuzzer calls.

#[cfg(test)]
#[path = "src/lib.rs"]
mod targets;

#[cfg(test)]
mod corpus {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::targets::{commands, content, manifest, portal_answers};

    /// Time that no input may take, in a build without optimisation on a busy machine.
    const LIMIT: Duration = Duration::from_secs(5);

    fn replay(directory: &str, check: fn(&[u8])) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
        let mut inputs: Vec<_> =
            std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(inputs.len() >= 5, "{} has {} inputs", directory.display(), inputs.len());
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            // A panic names the promise; this names the input.
            let shown = input.display();
            let started = now();
            let held = std::panic::catch_unwind(|| check(&bytes));
            assert!(held.is_ok(), "{shown} breaks a promise");
            assert!(started.elapsed() < LIMIT, "{shown} takes too long");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "what is measured is the machine's time")]
    fn now() -> Instant {
        Instant::now()
    }

    #[test]
    fn manifests() {
        for directory in
            ["fuzz/corpus/manifest", "tests/fixtures/manifest/good", "tests/fixtures/manifest/bad"]
        {
            replay(directory, manifest::check);
        }
    }

    #[test]
    fn portal_answers() {
        replay("fuzz/corpus/portal_answers", portal_answers::check);
    }

    #[test]
    fn content() {
        replay("fuzz/corpus/content", content::check);
    }

    #[test]
    fn commands() {
        replay("fuzz/corpus/commands", commands::check);
    }
}
