//! Secrets and tokens are masked before their first use, and seen nowhere else.

use crate::harness::{Run, World};

/// Everything that a run leaves, for a search.
#[track_caller]
fn nowhere(world: &World, run: &Run, secrets: &[&str]) {
    run.assert_no_secret(secrets);
    let record = std::fs::read_to_string(world.path("record.json")).unwrap();
    let check_runs = world.state()["checkRuns"].to_string();
    for secret in secrets {
        assert!(!record.contains(secret), "{secret} is in the record:\n{record}");
        assert!(!check_runs.contains(secret), "{secret} is in a check run:\n{check_runs}");
    }
}

/// Every secret that was masked, in order.
fn masked(run: &Run) -> Vec<String> {
    run.commands_named("add-mask").into_iter().map(|command| command.data).collect()
}

/// The signature of an image in the simulator's documents, in one of its forms.
fn is_signature(secret: &str) -> bool {
    ["standard=", "standard%3D"].iter().any(|end| secret.ends_with(end))
}

#[test]
fn with_a_secret() {
    let world =
        World::new("faults: [{on: 'GET /api/**/operations/*', nth: 2, do: {status: 401}}]\n");
    let run = world
        .job()
        .with("record", "record.json")
        .env("RUNNER_DEBUG", "1")
        .with("go-live", "true")
        .run()
        .exits(0);
    let masked = masked(&run);
    // The secret, GitHub's token, and two tokens of the portal, besides the signatures of the
    // offer's images.
    assert_eq!(masked.iter().filter(|secret| !is_signature(secret)).count(), 4, "{run}");
    let secrets: Vec<&str> = masked.iter().map(String::as_str).collect();
    nowhere(&world, &run, &secrets);
    assert!(!run.commands_named("debug").is_empty(), "{run}");
}

#[test]
fn with_githubs_token() {
    let world = World::new("");
    let run = world
        .job()
        .federated()
        .with("record", "record.json")
        .env("RUNNER_DEBUG", "1")
        .run()
        .exits(0);
    let masked = masked(&run);
    // GitHub's two tokens, the id-token, and the portal's.
    assert_eq!(masked.iter().filter(|secret| !is_signature(secret)).count(), 4, "{run}");
    assert!(masked.iter().any(|secret| secret == "simulated-request-token"), "{run}");
    let secrets: Vec<&str> = masked.iter().map(String::as_str).collect();
    nowhere(&world, &run, &secrets);
}

#[test]
fn a_portal_that_tells_the_token_is_not_quoted() {
    let world = World::new(
        "auth: {access-tokens: [ready-made-t0ken]}\n\
         faults: [{on: 'POST /api/**', every: 1, count: 9, do: {status: 400, body: 'bad header: \
         Bearer ready-made-t0ken'}}]\n",
    );
    let run = world
        .job()
        .with("access-token", "ready-made-t0ken")
        .with("record", "record.json")
        .run()
        .exits(1);
    nowhere(&world, &run, &["ready-made-t0ken"]);
    assert!(run.message().contains("bad header"), "{run}");
}

#[test]
fn a_portal_that_tells_the_secret_in_any_encoding_is_not_quoted() {
    let quotes = [
        "s3cr3t~Client_v*1",
        "s3cr3t&#126;Client&#x5F;v&ast;1",
        "s3cr3t%7EClient_v%2A1",
        r"s3cr3t\\u007eClient_v*1",
        "<code>s3cr3t~Client_v*1</code>",
        "<b>https://x.example/?s=s3cr3t~Client_v*1</b>",
    ];
    let messages: String =
        quotes.map(|quote| format!("    - {{level: error, html: \"no {quote} here\"}}\n")).concat();
    let world = World::new(&format!(
        "steps:\n- id: displaycertify\n  name: Certification\n  takes: 1h\n  fails:\n    \
         after: 30m\n    as: rejected\n    operation: failed\n    messages:\n{messages}\
         - {{id: publisher-signoff, name: Publisher signoff}}\n"
    ));
    let run = world
        .job()
        .with("client-secret", "s3cr3t~Client_v*1")
        .with("record", "record.json")
        .run()
        .exits(1);
    let lines: Vec<&str> =
        run.stdout.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
    let record = std::fs::read_to_string(world.path("record.json")).unwrap();
    let check_runs = world.state()["checkRuns"].to_string();
    let outputs = format!("{:?}", run.outputs());
    for written in [&lines.join("\n"), &run.summary, &outputs, &record, &check_runs] {
        assert!(!written.contains("s3cr3t") && !written.contains("Client"), "{written}");
        assert!(written.contains("***"), "{written}");
    }
}

#[test]
fn an_authority_that_tells_the_secret_is_not_quoted() {
    let world = World::new(
        "faults: [{on: 'POST /*/oauth2/**', every: 1, count: 9, do: {status: 400, body: \
         '{\"error\": \"invalid_client\", \
         \"error_description\": \"AADSTS1: no c1ient-s3cret-of-the-application\"}'}}]\n",
    );
    world.job().run().exits(3);
}

#[test]
fn a_secret_that_is_refused_as_an_input_is_not_quoted() {
    let world = World::new("");
    let run = world.job().with("client-secret", "a pasted\nt3xt").run().exits(2);
    run.assert_no_secret(&["a pasted", "t3xt"]);
    assert!(world.requests().is_empty());
}

#[test]
fn on_a_terminal_no_secret_is_printed_at_all() {
    let world = World::new("");
    let run = world
        .job()
        .on_a_terminal()
        .args(&["release"])
        .args_for_the_world()
        .args_for_secret("s3cret-0f-mine")
        .env("RUNNER_DEBUG", "1")
        .run();
    let run = run.exits(0);
    assert!(
        !run.stdout.contains("s3cret-0f-mine") && !run.stdout.contains("simulated-access-token"),
        "{run}"
    );
    assert!(!run.stdout.contains("add-mask"), "{run}");
}
