use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::*;

fn app() -> EntraApplication {
    let authority = Url::parse("https://login.microsoftonline.com").unwrap();
    EntraApplication::new(
        &authority,
        "contoso.onmicrosoft.com",
        "client-1",
        "https://cloudpartner.azure.com",
    )
    .unwrap()
}

fn claims() -> Claims {
    Claims {
        issuer: Some("https://token.actions.githubusercontent.com".to_owned()),
        subject: Some("repo:o@1/r@2:environment:it's live".to_owned()),
        audience: Some("api://AzureADTokenExchange".to_owned()),
        expires: None,
        ids: None,
    }
}

/// The whole of what a person reads.
fn shown(proof: Proof<'_>, status: u16, json: &Value) -> String {
    let answer = EntraAnswer::read(StatusCode::from_u16(status).unwrap(), json, |text| {
        text.replace("hunter2", "***")
    })
    .unwrap();
    let problem = explain_refusal(&app(), proof, &answer);
    assert_eq!(problem.code, Code::TokenRefused);
    format!("{}\n=> {}", problem.message, problem.hint.unwrap())
}

#[test]
fn a_wrong_secret() {
    let answer = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided: hunter2.\r\n\
         Trace ID: t-1\r\nCorrelation ID: c-1\r\nTimestamp: 2026-11-20 12:00:00Z",
        "error_codes": [7_000_215],
        "timestamp": "2026-11-20 12:00:00Z",
        "trace_id": "t-1",
        "correlation_id": "c-1",
        "error_uri": "https://login.microsoftonline.com/error?code=7000215",
    });
    assert_snapshot!(shown(Proof::Secret, 401, &answer), @"
    Microsoft Entra gives application `client-1` of tenant `contoso.onmicrosoft.com` no token \
    (HTTP 401, invalid_client): AADSTS7000215: Invalid client secret provided: ***; trace id t-1; \
    correlation id c-1
    => `client-secret` is wrong: it must be the Value that was shown when the secret was made, not \
    its Secret ID, and it must belong to this application
    ");
}

#[test]
fn an_unknown_subject_shows_what_was_presented_and_the_command_that_mends_it() {
    let answer = json!({
        "error": "invalid_client",
        "error_description": "AADSTS700213: No matching federated identity record found for \
         presented assertion subject 'repo:o@1/r@2:environment:it's live'.",
        "error_codes": [700_213],
        "trace_id": "t-1",
        "correlation_id": "c-1",
    });
    assert_snapshot!(shown(Proof::IdToken(Some(&claims())), 400, &answer));
}

#[test]
fn the_subject_is_told_in_both_forms() {
    let hint = |subject: &str, ids: Option<crate::ids::RepositoryIds>| {
        let claims = Claims { subject: Some(subject.to_owned()), ids, ..claims() };
        let text = shown(
            Proof::IdToken(Some(&claims)),
            400,
            &json!({"error": "e", "error_codes": [70_021]}),
        );
        let (_, hint) = text.split_once("audience `api://AzureADTokenExchange`; ").unwrap();
        hint.split(". To make it").next().unwrap().to_owned()
    };
    let ids = Some(crate::ids::RepositoryIds { owner: 1, repository: 2 });
    let hints = [
        hint("repo:o/r:environment:live", ids),
        hint("repo:o/r:ref:refs/tags/v1", None),
        hint("repo:o@1/r@2:environment:live", ids),
        hint("repository_owner_id:1:repository_id:2", ids),
    ];
    assert_snapshot!(hints.join("\n"), @"
    the subject has the classic form, so a credential in the form with ids, \
    `repo:o@1/r@2:environment:live`, does not match; it will once the repository is renamed, \
    transferred or opts in
    the subject has the classic form, so a credential in the form with ids, \
    `repo:OWNER@OWNERID/REPO@REPOID:…`, does not match; it will once the repository is renamed, \
    transferred or opts in
    the subject has the form with ids (repositories created, renamed or transferred after 15 July \
    2026), so a credential in the classic form, `repo:o/r:environment:live`, does not match
    the subject has a form of the organisation's own, so the credential must copy it as it is
    ");
}

#[test]
fn an_id_token_that_cannot_be_read_is_not_quoted() {
    let answer = json!({"error": "invalid_client", "error_codes": [70_021]});
    assert_snapshot!(shown(Proof::IdToken(None), 400, &answer), @"
    Microsoft Entra gives application `client-1` of tenant `contoso.onmicrosoft.com` no token \
    (HTTP 400, invalid_client); code AADSTS70021
    => application `client-1` needs a federated credential with exactly the issuer, subject and \
    audience of the id token
    ");
}

#[test]
fn an_unknown_code_leads_to_its_page() {
    let answer = json!({
        "error": "invalid_request",
        "error_description": "AADSTS900144: The request body must contain: 'scope'.",
    });
    assert_snapshot!(shown(Proof::Secret, 400, &answer), @"
    Microsoft Entra gives application `client-1` of tenant `contoso.onmicrosoft.com` no token \
    (HTTP 400, invalid_request): AADSTS900144: The request body must contain: 'scope'
    => https://login.microsoftonline.com/error?code=900144 explains the code; the tenant's sign-in \
    log of service principals has the whole story
    ");
}

#[test]
fn an_error_without_anything_else() {
    assert_snapshot!(shown(Proof::Secret, 400, &json!({"error": "invalid_grant"})), @"
    Microsoft Entra gives application `client-1` of tenant `contoso.onmicrosoft.com` no token \
    (HTTP 400, invalid_grant)
    => check `tenant-id`, `client-id` and the credentials; the tenant's sign-in log of service \
    principals has the whole story
    ");
}

#[test]
fn each_known_code_has_its_hint() {
    let claims = claims();
    let hints: Vec<_> = [
        700_016, 7_000_215, 7_000_222, 700_024, 70_021, 700_211, 700_212, 700_213, 90_002, 500_011,
        501_051, 70_011, 53_003,
    ]
    .iter()
    .map(|code| {
        let text = shown(
            Proof::IdToken(Some(&claims)),
            400,
            &json!({"error": "e", "error_codes": [code]}),
        );
        let (_, hint) = text.split_once("\n=> ").unwrap();
        format!("{code}: {}", hint.split(", letter by letter").next().unwrap())
    })
    .collect();
    assert_snapshot!(hints.join("\n"), @"
    700016: tenant `contoso.onmicrosoft.com` has no application `client-1`: check `tenant-id`, \
    that `client-id` is the Application (client) ID and not an object id, and that the application \
    has a service principal in this tenant (`az ad sp create --id client-1` makes it)
    7000215: `client-secret` is wrong: it must be the Value that was shown when the secret was \
    made, not its Secret ID, and it must belong to this application
    7000222: the client secret has expired: make a new one (App registrations, Certificates & \
    secrets), or use GitHub's OIDC token, which does not expire: remove `client-secret`, add a \
    federated credential to the application and `permissions: id-token: write` to the job
    700024: GitHub's id token is made anew for each exchange, so a clock is wrong: if the GitHub \
    server is your own, check its time
    70021: application `client-1` needs a federated credential with exactly the issuer, subject \
    and audience of the id token
    700211: application `client-1` needs a federated credential with exactly the issuer of the id \
    token
    700212: application `client-1` needs a federated credential with exactly the audience of the \
    id token
    700213: application `client-1` needs a federated credential with exactly the issuer, subject \
    and audience of the id token
    90002: there is no tenant `contoso.onmicrosoft.com` at `https://login.microsoftonline.com`: \
    check `tenant-id`, and `authority-url` if the tenant is in a national cloud
    500011: tenant `contoso.onmicrosoft.com` does not know the resource \
    `https://cloudpartner.azure.com`: check input `resource`, and that `tenant-id` is the tenant \
    that is linked to the Partner Center account
    501051: an administrator of tenant `contoso.onmicrosoft.com` has to assign application \
    `client-1` to a role of `https://cloudpartner.azure.com`
    70011: input `resource` is `https://cloudpartner.azure.com`; it must be an application id URI \
    without `/.default`, such as `https://cloudpartner.azure.com`
    53003: a Conditional Access policy of the tenant blocks the application: its administrator \
    finds the policy in the sign-in log of service principals under the correlation id; policies \
    by location need a self-hosted runner, because GitHub's runners have no fixed addresses
    ");
}

#[test]
fn each_known_code_is_documented_and_no_other() {
    let page = include_str!("../../../docs/errors.md");
    let mut documented: Vec<u64> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| AADSTS")?.split(' ').next()?.parse().ok())
        .collect();
    documented.sort_unstable();
    let app = app();
    let known: Vec<u64> = (0..8_000_000)
        .filter(|code| suggest_cure(*code, &app, Proof::IdToken(None)).is_some())
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn only_two_codes_may_be_a_matter_of_seconds() {
    let unknown = |json: Value| {
        EntraAnswer::read(StatusCode::BAD_REQUEST, &json, str::to_owned)
            .unwrap()
            .is_unknown_credential()
    };
    assert!(unknown(json!({"error": "e", "error_codes": [70_021]})));
    assert!(unknown(json!({"error": "e", "error_description": "AADSTS700213: No matching"})));
    assert!(!unknown(json!({"error": "e", "error_codes": [700_211, 700_212]})));
}

#[test]
fn other_answers_are_none_of_a_token_endpoint() {
    for json in [
        json!(null),
        json!("error"),
        json!([]),
        json!({}),
        json!({"error": {"code": "x"}}),
        json!({"error": " "}),
    ] {
        assert_eq!(
            EntraAnswer::read(StatusCode::BAD_REQUEST, &json, str::to_owned),
            None,
            "{json}"
        );
    }
}

proptest! {
    #[test]
    fn any_description_gives_one_bounded_line(
        description in "(AADSTS|[0-9]{1,30}|Trace ID:|\r\n|.){0,200}",
    ) {
        let answer = json!({"error": "e", "error_description": description});
        let text = shown(Proof::Secret, 400, &answer);
        let (message, _) = text.split_once("\n=> ").unwrap();
        prop_assert!(!message.contains(['\r', '\n']), "{}", message);
        prop_assert!(message.chars().count() < 2_500, "{}", message);
    }
}
