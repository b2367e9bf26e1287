//! Tokens: who gets one, and who does not.

use serde_json::json;

use super::*;

const TENANT: &str = "auth:
  token-lifetime: 20m
  subject: repo:contoso/offers:environment:live
  forbidden-publishers: [fabrikam]
  access-tokens: [ready-made]
  tenants:
  - id: tenant
    clients:
    - {id: app, secret: secret, subject: 'repo:contoso/offers:environment:live'}
    - {id: other-subject, subject: 'repo:contoso/offers:ref:refs/heads/main'}
    - {id: other-issuer, issuer: 'https://elsewhere'}
    - {id: other-audience, audience: 'api://elsewhere'}
";

const V2: &str = "/tenant/oauth2/v2.0/token";

impl SimulatorClient {
    async fn id_token(&self, audience: &str) -> String {
        let path = format!("/oidc/token?api-version=2.0&audience={audience}");
        let answer = self
            .send(self.request(Method::GET, &path).bearer_auth("simulated-request-token"))
            .await;
        answer.json()["value"].as_str().unwrap().to_owned()
    }

    async fn exchange(&self, client: &str, assertion: &str) -> Seen {
        let fields = [
            ("client_id", client),
            ("client_secret", ""),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        self.token(V2, &fields).await
    }
}

fn denied(answer: &Seen) -> String {
    let body = answer.json();
    for key in ["trace_id", "correlation_id", "timestamp"] {
        assert!(body[key].is_string(), "{body}");
    }
    let description = body["error_description"].as_str().unwrap();
    assert!(
        description.starts_with(&format!("AADSTS{}: ", body["error_codes"][0])),
        "{description}"
    );
    format!(
        "{} {} {}",
        answer.status.as_u16(),
        body["error"].as_str().unwrap(),
        body["error_codes"][0]
    )
}

#[tokio::test]
async fn a_secret_buys_a_token_in_both_versions() {
    let driver = SimulatorClient::new(TENANT).await;
    let v2 = driver.token(V2, &[]).await.json();
    assert_eq!((&v2["expires_in"], &v2["token_type"]), (&json!(1200), &json!("Bearer")));
    let v1 = driver.token("/tenant/oauth2/token", &[]).await.json();
    assert_eq!(
        (&v1["expires_in"], &v1["resource"]),
        (&json!("1200"), &json!("https://cloudpartner.azure.com"))
    );
    assert!(v1["expires_on"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000);
    for token in [&v1["access_token"], &v2["access_token"], &json!("ready-made")] {
        *driver.token.borrow_mut() = token.as_str().unwrap().to_owned();
        assert_eq!(driver.get(OFFER).await.status, 200);
    }
    assert_eq!(driver.get("/api/publishers/fabrikam/offers/x").await.status, 403);
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_is_told() {
    let driver = SimulatorClient::new(TENANT).await;
    driver.pass("19m").await;
    assert_eq!(driver.get(OFFER).await.status, 200);
    driver.pass("1m").await;
    assert_eq!(driver.get(OFFER).await.status, 401);
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let driver = SimulatorClient::new(TENANT).await;
    let mut seen = Vec::new();
    for (path, field, value) in [
        (V2, "client_secret", "wrong"),
        (V2, "client_secret", ""),
        (V2, "client_id", "nobody"),
        ("/nowhere/oauth2/v2.0/token", "client_id", "app"),
        (V2, "scope", "https://cloudpartner.azure.com"),
        (V2, "grant_type", "password"),
        ("/tenant/oauth2/token", "resource", "https://management.azure.com"),
    ] {
        seen.push(format!(
            "{path} {field}={value}: {}",
            denied(&driver.token(path, &[(field, value)]).await)
        ));
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    /tenant/oauth2/v2.0/token client_secret=wrong: 401 invalid_client 7000215
    /tenant/oauth2/v2.0/token client_secret=: 401 invalid_client 7000216
    /tenant/oauth2/v2.0/token client_id=nobody: 400 unauthorized_client 700016
    /nowhere/oauth2/v2.0/token client_id=app: 400 invalid_request 90002
    /tenant/oauth2/v2.0/token scope=https://cloudpartner.azure.com: 400 invalid_scope 70011
    /tenant/oauth2/v2.0/token grant_type=password: 400 invalid_request 900144
    /tenant/oauth2/token resource=https://management.azure.com: 400 invalid_resource 500011
    ");
}

#[tokio::test]
async fn an_id_token_is_exchanged_once_and_while_it_is_fresh() {
    let driver = SimulatorClient::new(TENANT).await;
    let recommended = "api://AzureADTokenExchange";
    let fresh = driver.id_token(recommended).await;
    assert_eq!(driver.exchange("app", &fresh).await.status, 200);
    assert_eq!(denied(&driver.exchange("app", &fresh).await), "401 invalid_client 700024");
    let stale = driver.id_token(recommended).await;
    driver.pass("5m").await;
    assert_eq!(denied(&driver.exchange("app", &stale).await), "401 invalid_client 700024");

    let mut seen = Vec::new();
    for client in ["other-subject", "other-issuer", "other-audience"] {
        let token = driver.id_token(recommended).await;
        seen.push(denied(&driver.exchange(client, &token).await));
    }
    seen.push(denied(&driver.exchange("app", "not a token").await));
    seen.push(denied(&driver.exchange("app", &driver.id_token("api://elsewhere").await).await));
    let codes = [700_213, 700_211, 700_212, 50_027, 700_212];
    assert_eq!(seen, codes.map(|code| format!("401 invalid_client {code}")));

    let lenient = SimulatorClient::new("auth: {id-token-reuse: accepted}").await;
    let token = lenient.id_token(recommended).await;
    assert_eq!(lenient.exchange("any", &token).await.status, 200);
    assert_eq!(lenient.exchange("any", &token).await.status, 200);
}

#[tokio::test]
async fn the_oidc_endpoint_checks_its_own_token() {
    let driver = SimulatorClient::new(
        "auth: {request-token: other, subject: s, issuer: i, id-token-lifetime: 1m}",
    )
    .await;
    let path = "/oidc/token?api-version=2.0&audience=a";
    assert_eq!(
        driver
            .send(driver.request(Method::GET, path).bearer_auth("simulated-request-token"))
            .await
            .status,
        401
    );
    let answer = driver.send(driver.request(Method::GET, path).bearer_auth("other")).await.json();
    let claims =
        crate::simulator::identity::read_claims(answer["value"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&claims["sub"], &claims["iss"], &claims["aud"]),
        (&json!("s"), &json!("i"), &json!("a"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
}

#[tokio::test]
async fn libraries_find_the_token_endpoint() {
    let driver = SimulatorClient::new(TENANT).await;
    let path = "/tenant/v2.0/.well-known/openid-configuration";
    let document = driver.send(driver.request(Method::GET, path)).await.json();
    assert_eq!(document["token_endpoint"], format!("{}{V2}", driver.base));
    let proxied = driver
        .request(Method::GET, path)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "login");
    assert_eq!(driver.send(proxied).await.json()["issuer"], "https://login/tenant/v2.0");
    assert_eq!(
        driver.send(driver.request(Method::GET, &path.replace("tenant", "nowhere"))).await.status,
        400
    );
    let instances = "/common/discovery/instance?api-version=1.1\
                     &authorization_endpoint=https://login/tenant/oauth2/v2.0/authorize";
    let found = driver.send(driver.request(Method::GET, instances)).await.json();
    assert_eq!(found["tenant_discovery_endpoint"], format!("{}{path}", driver.base));
}
