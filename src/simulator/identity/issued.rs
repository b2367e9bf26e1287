//! The tokens that were handed out.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use jiff::Timestamp;

use crate::simulator::clock::add_time;
use crate::simulator::scenario::TokenSwitches;

/// An access token that was given out.
#[derive(Debug)]
struct AccessToken {
    token: String,
    resource: String,
    until: Timestamp,
}

/// The tokens that were handed out.
#[derive(Debug, Default)]
pub struct IssuedTokens {
    access: Vec<AccessToken>,
    /// `jti`s that were handed out, and whether they were used.
    pub id_tokens: BTreeMap<String, bool>,
    strangers: Vec<String>,
}

impl IssuedTokens {
    /// A new access token.
    pub fn access_token(&mut self, resource: &str, auth: &TokenSwitches, now: Timestamp) -> String {
        let token =
            format!("simulated-access-token-{}-{:016x}", self.access.len() + 1, fastrand::u64(..));
        self.access.push(AccessToken {
            token: token.clone(),
            resource: resource.to_owned(),
            until: add_time(now, auth.token_lifetime.0),
        });
        token
    }

    /// Whether an API lets in who shows that token; if not, why.
    pub fn admits(
        &self,
        token: Option<&str>,
        resource: &str,
        auth: &TokenSwitches,
        now: Timestamp,
    ) -> Result<(), &'static str> {
        let token = token.ok_or("Authorization has been denied for this request.")?;
        if auth.access_tokens.iter().any(|known| known == token) {
            return Ok(());
        }
        match self.access.iter().find(|issued| issued.token == token) {
            Some(issued) if issued.resource != resource => {
                Err("Access token validation failure. Invalid audience.")
            }
            Some(issued) if now < issued.until => Ok(()),
            Some(_) => Err("The access token has expired."),
            None => Err("The access token is invalid."),
        }
    }

    /// How many access tokens there are.
    pub fn count(&self) -> usize {
        self.access.len()
    }

    /// A name for a token, so that the journal never holds the token itself.
    pub fn name(&mut self, token: &str, auth: &TokenSwitches) -> String {
        if let Some(index) = self.access.iter().position(|issued| issued.token == token) {
            return format!("token-{}", index + 1);
        }
        if token == auth.request_token {
            return "request-token".to_owned();
        }
        let known = self.strangers.iter().position(|stranger| stranger == token);
        let index = known.unwrap_or_else(|| {
            self.strangers.push(token.to_owned());
            self.strangers.len() - 1
        });
        format!("other-{}", index + 1)
    }
}

/// The bearer token of a request; GitHub's scheme `token` is one too.
pub fn read_bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    ["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()).then_some(token.trim())
}
