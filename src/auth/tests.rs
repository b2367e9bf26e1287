//! Each source against a scripted network: what is sent, whereto, and what comes of every answer.

mod oidc;
mod ready_made;

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use insta::assert_snapshot;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::*;
use crate::http::Lost;
use crate::http::testing::{FakeClock, Scripted, block_on};
use crate::problem::Code;
use crate::secrets::Secrets;

const AUTHORITY: &str = "https://login.example";

struct World {
    network: Rc<Scripted>,
    clock: Rc<FakeClock>,
    /// Everything that was masked, in order.
    masked: Arc<Mutex<Vec<String>>>,
    wire: Wire,
}

fn world() -> World {
    let network = Rc::new(Scripted::default());
    let clock = Rc::new(FakeClock::with_chance(0.5));
    let masked = Arc::new(Mutex::new(Vec::new()));
    let log = masked.clone();
    let secrets =
        Arc::new(Secrets::new(Box::new(move |value| log.lock().unwrap().push(value.to_owned()))));
    let wire = Wire { transport: network.clone(), clock: clock.clone(), secrets };
    World { network, clock, masked, wire }
}

impl World {
    fn client_secret(&self) -> ClientSecret {
        ClientSecret::new(app(), SecretString::from("s3cret&~+ value"), self.wire.clone())
    }

    /// The bodies that were posted.
    fn forms(&self) -> Vec<String> {
        let posts =
            self.network.asked().into_iter().filter(|request| request.method == Method::POST);
        posts.map(|request| String::from_utf8(request.body.unwrap().to_vec()).unwrap()).collect()
    }

    fn slept(&self) -> Vec<f64> {
        self.clock.slept().iter().map(Duration::as_secs_f64).collect()
    }
}

fn app() -> EntraApplication {
    EntraApplication::new(
        &Url::parse(AUTHORITY).unwrap(),
        "contoso.com",
        "client 1",
        "https://cloudpartner.azure.com",
    )
    .unwrap()
}

/// The token and its lifetime in seconds.
fn fetch(source: &dyn TokenSource) -> Result<(String, Option<u64>), Problem> {
    block_on(source.fetch()).map(|token| {
        (token.secret.expose_secret().to_owned(), token.lifetime.map(|lifetime| lifetime.as_secs()))
    })
}

fn shown(problem: &Problem) -> String {
    format!("{} {}\n=> {}", problem.code, problem.message, problem.hint.as_deref().unwrap_or("?"))
}

const TOKEN: &str = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"access-1"}"#;

#[test]
fn a_secret_is_posted_as_a_form() {
    let world = world();
    world.network.answer(200, TOKEN);
    assert_eq!(fetch(&world.client_secret()).unwrap(), ("access-1".to_owned(), Some(3599)));
    let request = world.network.asked().remove(0);
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.url.as_str(), "https://login.example/contoso.com/oauth2/v2.0/token");
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.headers.len(), 2);
    assert_snapshot!(
        world.forms().remove(0),
        @"client_id=client+1&scope=https%3A%2F%2Fcloudpartner.azure.com%2F.default\
          &grant_type=client_credentials&client_secret=s3cret%26%7E%2B+value"
    );
    assert_eq!(*world.masked.lock().unwrap(), ["s3cret&~+ value", "access-1"]);
}

#[test]
fn lifetimes_come_in_many_shapes() {
    for (expires_in, lifetime) in [
        ("3599", Some(3599)),
        ("\"3599\"", Some(3599)),
        ("3599.0", Some(3599)),
        ("null", Some(300)),
        ("0", Some(300)),
        ("-5", Some(300)),
        ("\"soon\"", Some(300)),
        ("\"NaN\"", Some(300)),
        ("\"inf\"", Some(300)),
        ("1e300", Some(86_400)),
        ("[1]", Some(300)),
    ] {
        let world = world();
        world
            .network
            .answer(200, &format!(r#"{{"access_token":"access-1","expires_in":{expires_in}}}"#));
        assert_eq!(fetch(&world.client_secret()).unwrap().1, lifetime, "{expires_in}");
    }
}

#[test]
fn hiccups_are_repeated() {
    let world = world();
    world
        .network
        .answer(503, r#"{"error":"server_error"}"#)
        .lose(Lost::Unknown, "reset")
        .answer_with(429, &[("retry-after", "30")], "{}")
        .answer(200, "<html>Welcome to the hotel</html>")
        .answer(200, TOKEN);
    assert_eq!(fetch(&world.client_secret()).unwrap().0, "access-1");
    assert_eq!(world.slept(), [0.5, 1.0, 32.0, 4.0]);
}

#[test]
fn a_service_that_stays_down_is_unavailable() {
    let world = world();
    for _ in 0..5 {
        world.network.answer_with(
            502,
            &[("x-ms-request-id", "r-1")],
            "<html><title>Bad gateway of s3cret&~+ value</title></html>",
        );
    }
    let problem = fetch(&world.client_secret()).unwrap_err();
    assert_snapshot!(shown(&problem), @"
    offer-release/unavailable no token: https://login.example answered HTTP 502 `Bad gateway of \
    ***` (request id r-1) (after 5 attempts)
    => check input `authority-url`, and that this runner reaches it; if the service is down, run \
    the job again later
    ");
}

#[test]
fn answers_without_a_token_are_not_quoted() {
    for body in [
        r#"{"access_token":"","refresh_token":"other-secret"}"#,
        r#"{"access_token":"a b"}"#,
        r#"{"access_token":"a","token_type":"pop"}"#,
        "[]",
    ] {
        let world = world();
        for _ in 0..5 {
            world.network.answer(200, body);
        }
        let problem = fetch(&world.client_secret()).unwrap_err();
        assert_eq!(
            problem.message,
            "no token: https://login.example answered HTTP 200 with a body that holds no token \
             (after 5 attempts)"
        );
    }
}

#[test]
fn a_wait_beyond_all_patience_is_not_waited_for() {
    let world = world();
    world.network.answer_with(429, &[("retry-after", "301")], "");
    let problem = fetch(&world.client_secret()).unwrap_err();
    assert_eq!(problem.code, Code::Unavailable);
    assert!(world.slept().is_empty());
}

#[test]
fn a_refusal_is_final() {
    let world = world();
    world.network.answer(
        401,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: Not s3cret&~+ value."}"#,
    );
    let problem = fetch(&world.client_secret()).unwrap_err();
    assert_eq!(problem.code, Code::TokenRefused);
    assert!(problem.message.ends_with("AADSTS7000215: Not ***"), "{problem}");
}

#[test]
fn entras_own_word_for_later_is_a_hiccup() {
    let world = world();
    world.network.answer(400, r#"{"error":"temporarily_unavailable"}"#).answer(200, TOKEN);
    assert!(fetch(&world.client_secret()).is_ok());
}

#[test]
fn an_application_is_put_together_from_its_inputs() {
    let make = |authority: &str, tenant: &str, client: &str| {
        EntraApplication::new(&Url::parse(authority).unwrap(), tenant, client, "r")
            .map(|app| app.endpoint.to_string())
            .map_err(|p| p.message)
    };
    assert_eq!(
        make("https://login.example/sub/?q#f", "t-1", "c").unwrap(),
        "https://login.example/sub/t-1/oauth2/v2.0/token"
    );
    assert_eq!(make("http://[::1]:9", "t", "c").unwrap(), "http://[::1]:9/t/oauth2/v2.0/token");
    assert_snapshot!(
        make("http://login.example", "t", "c").unwrap_err(),
        @"input `authority-url` is `http://login.example/`, which must begin with `https://` \
          (plain `http://` is for loopback addresses only)"
    );
    assert_snapshot!(
        make("https://u:p@login.example", "t", "c").unwrap_err(),
        @"input `authority-url` is `https://login.example/`, which must not carry a user name or \
          password"
    );
    assert_snapshot!(
        make(AUTHORITY, "../x", "c").unwrap_err(),
        @"input `tenant-id` is `../x`, which is no tenant"
    );
    assert_snapshot!(
        make(AUTHORITY, "..", "c").unwrap_err(),
        @"input `tenant-id` is `..`, which is no tenant"
    );
    assert_snapshot!(make(AUTHORITY, "t", "").unwrap_err(), @"input `client-id` is empty");
}

#[test]
fn debug_output_shows_no_token() {
    let token = Token { secret: SecretString::from("access-1"), lifetime: None };
    assert!(!format!("{token:?}").contains("access-1"));
}
