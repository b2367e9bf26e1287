//! Who gives tokens: Microsoft Entra, and GitHub's OIDC. Every secret of the world carries one
//! mark, by which it is found anywhere.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use offer_release::http::Request;
use serde_json::json;

use crate::chance::Chance;
use crate::portal::Answer;
use crate::world::World;

/// In every secret, and nowhere else.
pub const MARK: &str = "zq9Secret";
pub const AUTHORITY: &str = "https://login.microsoftonline.com";
pub const OIDC: &str = "https://oidc.example";
pub const TENANT: &str = "contoso.onmicrosoft.com";
pub const CLIENT_SECRET: &str = "cs-zq9Secret~a+b/c=";
pub const OIDC_REQUEST_TOKEN: &str = "rt-zq9Secret-request";
pub const GITHUB_TOKEN: &str = "ghs_zq9Secret_github";

/// The tokens that were given, each with its end.
pub struct Identity {
    chance: Rc<Chance>,
    tokens: RefCell<Vec<(String, Duration)>>,
    given: Cell<usize>,
}

impl Identity {
    pub fn new(chance: Rc<Chance>) -> Self {
        Self { chance, tokens: RefCell::default(), given: Cell::default() }
    }

    /// A new token for the portal.
    pub fn give(&self, end: Duration) -> String {
        let number = self.given.replace(self.given.get() + 1);
        let token = format!("at-{MARK}-{number}-{:08x}", self.chance.number() >> 32);
        self.tokens.borrow_mut().push((token.clone(), end));
        token
    }

    pub fn accepts(&self, token: &str, now: Duration) -> bool {
        self.tokens.borrow().iter().any(|(known, end)| known == token && now < *end)
    }

    /// The portal does not take this token any more, whatever its end was to be.
    pub fn revoke(&self, token: &str) {
        self.tokens.borrow_mut().retain(|(known, _)| known != token);
    }
}

/// Carries out a request to one of the two.
pub fn carry_out(world: &World, request: &Request) -> Answer {
    let form: Vec<(String, String)> = request
        .body
        .as_ref()
        .map(|body| url::form_urlencoded::parse(body).into_owned().collect())
        .unwrap_or_default();
    let field =
        |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let refused = |error: &str| {
        Answer::json(401, json!({ "error": error, "error_description": "AADSTS7000215: no" }))
    };
    match request.url.origin().ascii_serialization().as_str() {
        OIDC => {
            Answer::json(200, json!({ "value": format!("id-{MARK}-{}", world.requests.get()) }))
        }
        AUTHORITY => {
            let by_secret = field("client_secret") == Some(CLIENT_SECRET);
            let by_id_token =
                field("client_assertion").is_some_and(|token| token.starts_with("id-"));
            if !by_secret && !by_id_token {
                return refused("invalid_client");
            }
            let life = world.plan.token_life;
            let token = world.identity.give(world.now() + life);
            Answer::json(
                200,
                json!({ "access_token": token, "token_type": "Bearer", "expires_in": life.as_secs() }),
            )
        }
        _ => Answer::json(200, json!({})),
    }
}
