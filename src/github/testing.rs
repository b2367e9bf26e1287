//! A client for tests.

use std::rc::Rc;
use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::GithubClient;
use crate::http::ReqwestTransport;
use crate::http::testing::FakeClock;
use crate::ids::Repository;
use crate::secrets::Secrets;

/// One that hides `hunter2-secret`.
pub fn secrets() -> Arc<Secrets> {
    let secrets = Secrets::new(Box::new(|_| {}));
    secrets.register("hunter2-secret");
    Arc::new(secrets)
}

/// A client of the repository `contoso/offers` at this API.
pub fn client_at(api: &str) -> Rc<GithubClient> {
    let clock = Rc::new(FakeClock::with_chance(0.0));
    let repository = Repository::parse("contoso/offers").unwrap();
    let http = ReqwestTransport::new().unwrap();
    let (api, token) = (Url::parse(api).unwrap(), SecretString::from("ghs_token"));
    Rc::new(GithubClient::new(&http, &api, repository, &token, clock, secrets()).unwrap())
}
