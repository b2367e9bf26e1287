//! The simulator as its callers see it: started, and asked over HTTP.

mod answers;
mod checks;
mod deployments;
mod documents;
mod examples;
mod faults;
mod ingestion;
mod release;
mod switches;
mod tokens;

use std::cell::RefCell;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use super::{JournalEntry, Scenario, Simulator};

const OFFER: &str = "/api/publishers/contoso/offers/contoso-offer";

/// A script that is quick to tell: an hour each, then the sign-off, then an hour to live.
const SHORT: &str = "
steps:
- {id: displaycertify, name: Certification, takes: 1h, messages: [{after: 10m, html: <b>Fine</b>}]}
- {id: displaypackage, name: Packaging, takes: 1h, estimate: < 1 hour}
- {id: publisher-signoff, name: Publisher signoff}
- {id: live, name: Live, takes: 1h}
";

/// A simulator and a client with a token for it.
struct SimulatorClient {
    simulator: Simulator,
    client: Client,
    base: String,
    token: RefCell<String>,
}

/// What is compared of an answer.
#[derive(Debug)]
struct Seen {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Seen {
    async fn of(response: Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl SimulatorClient {
    /// Starts a scenario with the short script.
    async fn new(yaml: &str) -> Self {
        Self::with(Scenario::parse(&format!("{SHORT}{yaml}")).unwrap()).await
    }

    #[expect(clippy::disallowed_methods, reason = "a foreign client, which knows nothing of ours")]
    async fn with(scenario: Scenario) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let simulator = Simulator::start(scenario, listener).await.unwrap();
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let base = simulator.base_url();
        let driver = Self { simulator, client, base, token: RefCell::default() };
        driver.renew().await;
        driver
    }

    async fn renew(&self) {
        let answer = self.token("/tenant/oauth2/v2.0/token", &[]).await;
        *self.token.borrow_mut() = answer.json()["access_token"].as_str().unwrap().to_owned();
    }

    /// Asks for a token, with some fields other than the right ones.
    async fn token(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let mut form = std::collections::BTreeMap::from([
            ("grant_type", "client_credentials"),
            ("client_id", "app"),
            ("client_secret", "secret"),
            ("scope", "https://cloudpartner.azure.com/.default"),
            ("resource", "https://cloudpartner.azure.com"),
        ]);
        form.extend(fields.iter().copied());
        self.send(self.request(Method::POST, path).form(&form)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, request: RequestBuilder) -> Seen {
        Seen::of(request.send().await.unwrap()).await
    }

    /// A request to the portal, with token and api-version.
    fn portal(&self, method: Method, path: &str) -> RequestBuilder {
        let and = if path.contains('?') { '&' } else { '?' };
        self.request(method, &format!("{path}{and}api-version=2017-10-31"))
            .bearer_auth(self.token.borrow())
    }

    async fn get(&self, path: &str) -> Seen {
        self.send(self.portal(Method::GET, path)).await
    }

    async fn post(&self, path: &str) -> Seen {
        self.send(self.portal(Method::POST, path)).await
    }

    /// Publishes the offer, and gives the path of the operation.
    async fn publish(&self) -> String {
        let answer = self.post(&format!("{OFFER}/publish")).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.header("location").unwrap().split('?').next().unwrap().to_owned()
    }

    /// Lets time pass, and renews the token.
    async fn advance(&self, length: &str) {
        self.pass(length).await;
        self.renew().await;
    }

    async fn pass(&self, length: &str) {
        assert_eq!(
            self.send(self.request(Method::POST, &format!("/simulator/advance/{length}")))
                .await
                .status,
            200
        );
    }

    async fn control(&self, path: &str) -> Value {
        self.send(self.request(Method::POST, &format!("/simulator/{path}"))).await.json()
    }

    async fn status(&self) -> Value {
        self.get(&format!("{OFFER}/status")).await.json()
    }

    fn journal(&self) -> Vec<JournalEntry> {
        self.simulator.journal()
    }
}

fn marks(answer: &Value) -> String {
    let steps = answer["steps"].as_array().unwrap();
    let shown: Vec<String> = steps
        .iter()
        .map(|step| format!("{} {}", step["status"].as_str().unwrap(), step["progressPercentage"]))
        .collect();
    format!("{}: {}", answer["status"].as_str().unwrap(), shown.join(", "))
}

#[tokio::test]
async fn it_ends_when_it_is_stopped_even_with_a_request_that_hangs() {
    let driver = SimulatorClient::new("faults: [{on: GET /hanging, do: hang}]").await;
    let hanging = tokio::spawn(driver.request(Method::GET, "/hanging").send());
    while driver.journal().len() < 2 {
        tokio::task::yield_now().await;
    }
    driver.simulator.stop().await;
    assert!(hanging.await.unwrap().map_or(true, |answer| answer.status() == 200));
    assert!(driver.client.get(&driver.base).send().await.is_err());
}

#[tokio::test]
async fn the_first_line_is_the_address_and_a_bad_scenario_is_told_with_its_file() {
    let mut told = Vec::new();
    super::run("127.0.0.1:0", None, &mut told, std::future::ready(())).await.unwrap();
    assert!(String::from_utf8(told).unwrap().starts_with("http://127.0.0.1:"));

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "portal: {sign-off: maybe}").unwrap();
    let wrong = super::run("127.0.0.1:0", Some(file.path()), Vec::new(), std::future::ready(()))
        .await
        .unwrap_err();
    assert!(wrong.contains(file.path().to_str().unwrap()) && wrong.contains("line 1"), "{wrong}");
}

#[tokio::test]
async fn days_pass_in_seconds_on_the_callers_own_thread() {
    let scenario = Scenario::parse("auth: {token-lifetime: 30d}").unwrap();
    let driver = SimulatorClient::with(scenario.with_time_scale(200_000.0)).await;
    driver.publish().await;
    while driver.status().await["status"] != "waitingForPublisherReview" {}
    let state = driver.simulator.state();
    let days = |name: &str| {
        state["offers"][0]["operations"][0][name]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    assert_eq!(
        days("lastAction").duration_since(days("created")).as_mins(),
        15 + 36 * 60 + 6 * 60 + 40
    );
}
