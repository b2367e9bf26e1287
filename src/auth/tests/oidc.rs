use serde_json::json;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::auth::claims::tests::jwt;
use crate::http::ReqwestTransport;

const GITHUB: &str = "https://vstoken.example/idtoken?api-version=2.0";

impl World {
    fn github_oidc(&self) -> GithubOidc {
        let service = id_token_service(GITHUB, "request-token", &self.wire.secrets).unwrap();
        GithubOidc::new(app(), service, "api://AzureADTokenExchange", self.wire.clone())
    }
}

fn id_token_service(url: &str, token: &str, secrets: &Secrets) -> Result<IdTokenService, Problem> {
    IdTokenService::new(Url::parse(url).unwrap(), SecretString::from(token), secrets)
}

fn id_token(subject: &str) -> String {
    jwt(&json!({
        "iss": "https://token.example",
        "sub": subject,
        "aud": "api://AzureADTokenExchange",
    }))
}

#[test]
fn githubs_word_is_exchanged_for_a_token() {
    let world = world();
    let first = id_token("repo:o/r:environment:live");
    world.network.answer(200, &json!({"count": 1, "value": first}).to_string()).answer(200, TOKEN);
    assert_eq!(fetch(&world.github_oidc()).unwrap(), ("access-1".to_owned(), Some(3599)));
    let asked = world.network.asked();
    assert_eq!(asked[0].method, Method::GET);
    assert_eq!(
        asked[0].url.as_str(),
        "https://vstoken.example/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
    );
    assert_eq!(asked[0].headers["authorization"], "Bearer request-token");
    assert!(asked[0].headers["authorization"].is_sensitive());
    assert_eq!(asked[0].body, None);
    assert_eq!(asked[1].url.as_str(), "https://login.example/contoso.com/oauth2/v2.0/token");
    assert!(!asked[1].headers.contains_key("authorization"));
    assert_snapshot!(
        world.forms().remove(0).replace(&first, "ID-TOKEN"),
        @"client_id=client+1&scope=https%3A%2F%2Fcloudpartner.azure.com%2F.default\
          &grant_type=client_credentials\
          &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
          &client_assertion=ID-TOKEN"
    );
    assert_eq!(*world.masked.lock().unwrap(), ["request-token", &first, "access-1"]);
}

#[test]
fn the_exchange_works_over_a_real_socket() {
    block_on(async {
        let server = MockServer::start().await;
        let id = id_token("s");
        Mock::given(method("GET"))
            .and(path("/idtoken"))
            .and(query_param("api-version", "2.0"))
            .and(query_param("audience", "api://x"))
            .and(header("authorization", "Bearer request-token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"value": id})))
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .and(path("/t/oauth2/v2.0/token"))
            .and(header("content-type", "application/x-www-form-urlencoded"))
            .and(body_string(format!(
                "client_id=c&scope=r%2F.default&grant_type=client_credentials\
                &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
                client-assertion-type%3Ajwt-bearer&client_assertion={id}"
            )))
            .respond_with(ResponseTemplate::new(200).set_body_string(TOKEN))
            .expect(1)
            .mount(&server)
            .await;
        let wire = Wire { transport: Rc::new(ReqwestTransport::new().unwrap()), ..world().wire };
        let request_url = format!("{}/idtoken?api-version=2.0", server.uri());
        let service = id_token_service(&request_url, "request-token", &wire.secrets).unwrap();
        let app =
            EntraApplication::new(&Url::parse(&server.uri()).unwrap(), "t", "c", "r").unwrap();
        let token = GithubOidc::new(app, service, "api://x", wire).fetch().await.unwrap();
        assert_eq!(token.secret.expose_secret(), "access-1");
    });
}

#[test]
fn each_exchange_has_an_id_token_of_its_own() {
    let world = world();
    let source = world.github_oidc();
    for number in ["1", "2"] {
        world
            .network
            .answer(200, &json!({"value": id_token(number)}).to_string())
            .answer(200, TOKEN);
        fetch(&source).unwrap();
    }
    let forms = world.forms();
    assert!(forms[0].contains(&id_token("1")) && forms[1].contains(&id_token("2")));
}

#[test]
fn an_unknown_credential_is_tried_twice_more_with_new_id_tokens() {
    let refusal = json!({
        "error": "invalid_client",
        "error_description": "AADSTS700213: No matching",
        "error_codes": [700_213],
    });
    let world = world();
    for number in ["1", "2", "3"] {
        world
            .network
            .answer(200, &json!({"value": id_token(number)}).to_string())
            .answer(400, &refusal.to_string());
    }
    let problem = fetch(&world.github_oidc()).unwrap_err();
    assert_eq!(world.slept(), [5.5, 6.0]);
    assert_eq!(problem.code, Code::TokenRefused);
    assert!(problem.message.contains("sub `3`, aud `api://AzureADTokenExchange`"), "{problem}");
    let forms = world.forms();
    assert!(
        forms[0].contains(&id_token("1"))
            && forms[1].contains(&id_token("2"))
            && forms[2].contains(&id_token("3"))
    );
}

#[test]
fn github_may_refuse_too() {
    let world = world();
    world.network.answer(401, "token request-token ended");
    assert_snapshot!(shown(&fetch(&world.github_oidc()).unwrap_err()), @"
    offer-release/oidc-refused https://vstoken.example gives no id token for audience \
    `api://AzureADTokenExchange` (HTTP 401): `token *** ended`
    => the job's request token may have ended: GitHub's hosted jobs end after 6 hours; continue in \
    a new job with `command: resume`
    ");
    world.network.answer(400, "");
    assert_snapshot!(shown(&fetch(&world.github_oidc()).unwrap_err()), @"
    offer-release/oidc-refused https://vstoken.example gives no id token for audience \
    `api://AzureADTokenExchange` (HTTP 400)
    => check input `audience`
    ");
}

#[test]
fn github_may_stumble_too() {
    let world = world();
    let id = json!({"value": id_token("1")}).to_string();
    world
        .network
        .answer(500, "")
        .answer(200, "{}")
        .lose(Lost::Unsent, "no route")
        .answer(200, &id)
        .answer(200, TOKEN);
    assert!(fetch(&world.github_oidc()).is_ok());
    for _ in 0..5 {
        world.network.answer(500, "");
    }
    assert_snapshot!(shown(&fetch(&world.github_oidc()).unwrap_err()), @"
    offer-release/unavailable no id token from GitHub: https://vstoken.example answered HTTP 500 \
    without a body (after 5 attempts)
    => look at https://www.githubstatus.com; if the service is down, run the job again later
    ");
}

#[test]
fn a_job_without_the_permission_is_told_the_cure() {
    assert_snapshot!(shown(&oidc_not_permitted()), @"
    offer-release/oidc-not-permitted GitHub gives this job no OIDC token: \
    ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set
    => add to the job:

    permissions:
      id-token: write
      contents: read

    (a called workflow needs it from its caller too). Pull requests from forks never get an OIDC \
    token. Elsewhere than in a workflow, give `client-secret` or `access-token`.
    ");
}

#[test]
fn the_request_token_goes_to_https_only() {
    let secrets = world().wire.secrets;
    let refused =
        |url, token| id_token_service(url, token, &secrets).err().map(|problem| problem.message);
    assert_snapshot!(
        refused("http://vstoken.example/?token=x", "t").unwrap(),
        @"ACTIONS_ID_TOKEN_REQUEST_URL is `http://vstoken.example/?token=***`, which must begin \
          with `https://` (plain `http://` is for loopback addresses only)"
    );
    assert_snapshot!(
        refused(GITHUB, "two words").unwrap(),
        @"ACTIONS_ID_TOKEN_REQUEST_TOKEN is not a token: it has spaces or line breaks in it"
    );
    assert_eq!(refused("http://127.0.0.1:1/", "t"), None);
}
