//! Tokens of the portal: from a secret, from GitHub's OIDC, ready-made; renewed, refused,
//! forbidden.

use crate::harness::World;

const TENANT: &str = "
  tenants:
  - id: contoso.onmicrosoft.com
    clients:
    - {id: application, secret: c1ient-s3cret-of-the-application, subject: \
    'repo:contoso/offers:environment:marketplace'}
";

fn form(body: &str) -> std::collections::BTreeMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

#[test]
fn a_secret_is_exchanged_once_for_a_run() {
    let world = World::new(&format!("auth:\n  token-lifetime: 365d{TENANT}"));
    world.job().with("go-live", "true").run().exits(0);
    let tokens = world.requests().tokens();
    assert_eq!(tokens.lines(), ["POST /contoso.onmicrosoft.com/oauth2/v2.0/token"]);
    let sent = form(&tokens.0[0].body);
    assert_eq!(sent["grant_type"], "client_credentials");
    assert_eq!(sent["client_id"], "application");
    assert_eq!(sent["client_secret"], "c1ient-s3cret-of-the-application");
    assert_eq!(sent["scope"], "https://cloudpartner.azure.com/.default");
    assert_eq!(sent.len(), 4);
}

#[test]
fn githubs_token_is_exchanged_and_is_fresh_for_every_exchange() {
    // A portal token lasts an hour, which is a second here; an id-token is accepted once.
    let world = World::new(&format!(
        "time-scale: 4000\nauth:\n  token-lifetime: 1h\n  id-token-lifetime: 365d\n  \
           id-token-reuse: refused{TENANT}"
    ));
    world.job().federated().with("go-live", "true").run().exits(0);
    let exchanges = world.requests().tokens();
    assert!(exchanges.0.len() >= 2, "{:?}", exchanges.lines());
    let mut assertions: Vec<String> = exchanges
        .0
        .iter()
        .map(|exchange| form(&exchange.body)["client_assertion"].clone())
        .collect();
    let asked = world.requests().only(|exchange| exchange.path == "/oidc/token");
    assert_eq!(asked.0.len(), assertions.len());
    assertions.sort();
    assertions.dedup();
    assert_eq!(exchanges.0.len(), assertions.len());
    let sent = form(&exchanges.0[0].body);
    assert_eq!(
        sent["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!sent.contains_key("client_secret"));
    for exchange in &asked.0 {
        assert_eq!(exchange.query, "api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange");
    }
}

#[test]
fn without_id_token_permission_the_cure_is_named_and_nothing_asked() {
    let world = World::new("");
    let run = world.job().with("client-secret", "").run().exits(3);
    assert!(run.annotations()[0].contains("id-token: write"), "{run}");
    assert_eq!(run.output("outcome"), "failed");
    assert!(world.requests().is_empty());
}

#[test]
fn a_refused_secret_ends_with_3_before_the_portal_is_asked() {
    let world = World::new(&format!("auth:{TENANT}"));
    let run = world.job().with("client-secret", "wr0ng-secret").run().exits(3);
    assert_eq!(run.output("outcome"), "failed");
    assert!(run.message().contains("AADSTS7000215"), "{run}");
    run.assert_no_secret(&["wr0ng-secret"]);
    assert!(world.requests().portal().is_empty());
    insta::assert_snapshot!(run.scrubbed_summary());
}

#[test]
fn a_wrong_credential_is_told_once_and_on_no_line() {
    let manifest = "publisher: contoso\noffers: [{id: a}, {id: b}, {id: c}]\n";
    let world = World::with_manifest(&format!("auth:{TENANT}"), manifest);
    let run = world.job().with("client-secret", "wr0ng-secret").run().exits(3);
    let errors = run.commands_named("error");
    assert_eq!(errors.len(), 1, "{run}");
    assert!(!errors[0].properties.contains_key("file"), "{run}");
    // The line of the first offer, and the annotation, which is not shown on that line.
    assert_eq!(run.count("AADSTS7000215"), 2, "{run}");
    assert_eq!(run.count("for the same reason as "), 2, "{run}");
    assert_eq!(run.summary.matches("AADSTS7000215").count(), 1, "{}", run.summary);
}

#[test]
fn an_unknown_tenant_client_or_subject_says_which() {
    let scenario = format!(
        "auth:\n  token-lifetime: 365d\n  id-token-lifetime: 365d\n  \
           subject: repo:contoso/offers:ref:refs/heads/main{TENANT}"
    );
    let world = World::new(&scenario);
    let run = world.job().with("tenant-id", "fabrikam.onmicrosoft.com").run().exits(3);
    assert!(run.message().contains("AADSTS90002"), "{run}");
    let run = world.job().with("client-id", "another").run().exits(3);
    assert!(run.message().contains("AADSTS700016"), "{run}");
    let run = world.job().federated().run().exits(3);
    assert!(run.message().contains("AADSTS70021"), "{run}");
    // What was presented is named, for it has to be entered in Entra exactly so; the form that does
    // not match is named beside it.
    assert!(run.stdout.contains("subject `repo:contoso/offers:ref:refs/heads/main`"), "{run}");
    let numbered = world
        .job()
        .federated()
        .env("GITHUB_REPOSITORY_ID", "5678")
        .env("GITHUB_REPOSITORY_OWNER_ID", "1234");
    let run = numbered.run().exits(3);
    assert!(
        run.stdout.contains("`repo:contoso@1234/offers@5678:ref:refs/heads/main`, does not match"),
        "{run}"
    );
    assert!(world.requests().portal().is_empty());
}

#[test]
fn a_ready_made_token_is_used_as_it_is() {
    let world = World::new("auth: {access-tokens: [ready-made-t0ken]}\n");
    let job = world
        .job()
        .with("client-secret", "")
        .with("tenant-id", "")
        .with("client-id", "")
        .with("access-token", "ready-made-t0ken");
    let run = job.run().exits(0);
    run.assert_no_secret(&["ready-made-t0ken"]);
    assert!(world.requests().tokens().is_empty());
}

#[test]
fn a_ready_made_token_that_is_refused_is_3() {
    let world = World::new("");
    let run =
        world.job().with("client-secret", "").with("access-token", "unknown-t0ken").run().exits(3);
    run.assert_no_secret(&["unknown-t0ken"]);
    assert!(run.message().contains("401"), "{run}");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn a_401_in_the_midst_is_renewed_once() {
    let world =
        World::new("faults: [{on: 'GET /api/**/operations/*', nth: 2, do: {status: 401}}]\n");
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().tokens().0.len(), 2);
}

#[test]
fn a_401_of_the_post_is_repeated_with_a_new_token_and_starts_once() {
    let world = World::new("faults: [{on: 'POST /api/**/publish', nth: 1, do: {status: 401}}]\n");
    world.job().run().exits(0);
    let posts = world.requests().only(|exchange| exchange.path.ends_with("/publish"));
    assert_eq!(posts.0.iter().map(|exchange| exchange.handled).collect::<Vec<_>>(), [false, true]);
    assert_eq!(world.state()["offers"][0]["operations"].as_array().unwrap().len(), 1);
}

#[test]
fn a_401_for_ever_is_3() {
    let world =
        World::new("faults: [{on: 'GET /api/**', every: 1, count: 1000, do: {status: 401}}]\n");
    let run = world.job().run().exits(3);
    assert_eq!(world.requests().portal().0.len(), 2);
    assert_eq!(world.requests().tokens().0.len(), 2);
    assert!(run.stdout.contains("federated credential"), "{run}");
}

#[test]
fn a_forbidden_publisher_is_3_with_what_to_do_in_partner_center() {
    let world = World::new("auth: {forbidden-publishers: [contoso]}\n");
    let run = world.job().run().exits(3);
    assert_eq!(run.output("outcome"), "failed");
    assert!(run.message().contains("403"), "{run}");
    assert!(run.summary.contains("Partner Center"), "{run}");
    assert_eq!(world.requests().posts(), [""; 0]);
}

#[test]
fn the_authority_meets_a_bad_moment() {
    let world = World::new("faults: [{on: 'POST /*/oauth2/**', nth: 1, do: {status: 503}}]\n");
    world.job().run().exits(0);
    assert_eq!(world.requests().tokens().0.len(), 2);
}
