//! Each cause for which credentials are refused has a cure of its own, told alike wherever it is
//! read.

use std::sync::Mutex;

use crate::harness::{Run, World, side_by_side};

/// What to do, as the log's annotation says it.
fn cure(run: &Run) -> String {
    let annotations = run.annotations();
    let (_, cure) = annotations
        .iter()
        .find_map(|one| one.split_once("What to do now: "))
        .unwrap_or_else(|| panic!("{run}"));
    run.scrub(cure).trim_end().to_owned()
}

/// The same words, whatever marks them: Markdown escapes some, and begins a sentence with a
/// capital.
fn plain(text: &str) -> String {
    let text = text
        .replace('\\', "")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    text.to_lowercase()
}

/// Demands cure and code in the log, the summary, the annotation, the check run, and the code in
/// the outputs.
fn told(world: &World, run: &Run, code: &str) -> String {
    let cure = cure(run);
    let code = format!("offer-release/{code}");
    let annotation = run.scrub(&run.annotations().join("\n"));
    let check_run =
        run.scrub(world.check_runs()[0]["output"]["summary"].as_str().unwrap_or_default());
    for (place, text) in [
        ("log", run.scrubbed_log()),
        ("summary", run.scrubbed_summary()),
        ("annotation", annotation),
        ("check run", check_run),
    ] {
        assert!(
            plain(&text).contains(&plain(cure.trim_end_matches('.'))),
            "the {place} has not the cure\n{cure}\n{text}"
        );
        assert!(text.contains(&code), "the {place} has not the code {code}\n{text}");
    }
    assert_eq!(run.offers()[0]["code"], *code, "{run}");
    cure
}

/// An answer of Microsoft Entra's token endpoint with this code.
fn refusal(code: u32) -> String {
    let body = serde_json::json!({
        "error": "invalid_client",
        "error_description": format!("AADSTS{code}: Words. Trace ID: t-1 Correlation ID: c-1"),
        "error_codes": [code],
        "trace_id": "t-1",
        "correlation_id": "c-1",
    });
    format!(
        "faults: [{{on: 'POST /*/oauth2/**', do: {{status: 400, content-type: application/json, \
         body: '{body}'}}}}]\n"
    )
}

#[test]
fn every_cause_has_a_cure_of_its_own() {
    let portal =
        |status: u16| format!("faults: [{{on: 'GET /api/**', do: {{status: {status}}}}}]\n");
    let entra = |code: u32| {
        (
            format!("AADSTS{code}"),
            refusal(code),
            "token-refused",
            matches!(code, 70_021 | 700_024 | 700_213),
        )
    };
    let mut causes = vec![
        ("401".to_owned(), portal(401), "portal-unauthorized", false),
        ("403".to_owned(), portal(403), "portal-forbidden", false),
    ];
    causes.extend(
        [700_016, 7_000_215, 7_000_222, 700_024, 70_021, 700_213, 90_002, 500_011].map(entra),
    );
    let table = Mutex::new(Vec::new());
    side_by_side(causes.iter().enumerate(), |(number, (cause, scenario, code, federated))| {
        let world = World::new(scenario);
        let job = world.job();
        let run = if *federated { job.federated() } else { job }.run().exits(3);
        let cure = told(&world, &run, code);
        // The two codes for a federated credential that does not match have one cure.
        table.lock().unwrap().push((number, format!("{cause} [{code}]\n  {cure}")));
    });
    let mut table = table.into_inner().unwrap();
    table.sort_unstable();
    let rows: Vec<String> = table.into_iter().map(|(_, row)| row).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn a_refused_id_token_says_what_it_says_and_what_the_credential_must_say() {
    let classic = "repo:contoso/offers:environment:marketplace";
    let numbered = "repo:contoso@1234/offers@5678:environment:marketplace";
    let cases = [(classic, numbered, "the classic form"), (numbered, classic, "the form with ids")];
    side_by_side(cases, |(presented, other, form)| {
        // The credential has the form that the token has not.
        let world = World::new(&format!(
            "auth:\n  id-token-lifetime: 365d\n  subject: {presented}\n  tenants:\n  \
               - id: contoso.onmicrosoft.com\n    clients:\n    \
                   - {{id: application, subject: '{other}'}}\n"
        ));
        let job = world
            .job()
            .federated()
            .env("GITHUB_REPOSITORY_ID", "5678")
            .env("GITHUB_REPOSITORY_OWNER_ID", "1234");
        let run = job.run().exits(3);
        let cure = told(&world, &run, "token-refused");
        let says = format!(
            "says iss `https://token.actions.githubusercontent.com`, sub `{presented}`, aud \
             `api://AzureADTokenExchange`"
        );
        assert!(run.message().contains(&says), "{run}");
        let must_say = format!(
            "issuer `https://token.actions.githubusercontent.com`, subject `{presented}`, audience \
             `api://AzureADTokenExchange`"
        );
        assert!(cure.contains(&must_say) && cure.contains(form), "{cure}");
        assert!(cure.contains(&format!("`{other}`, does not match")), "{cure}");
        assert!(cure.contains(&format!(r#""subject":"{presented}""#)), "{cure}");
        // Never the token itself, nor its claims as they are in it.
        let exchanges = world.requests().tokens();
        let body: std::collections::BTreeMap<String, String> =
            url::form_urlencoded::parse(exchanges.0[0].body.as_bytes()).into_owned().collect();
        let token = &body["client_assertion"];
        let payload = token.split('.').nth(1).unwrap();
        run.assert_no_secret(&[token, payload, "simulated-request-token"]);
        assert!(!world.state()["checkRuns"].to_string().contains(payload));
    });
}
