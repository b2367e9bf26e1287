//! Tokens for the portal: from a client secret, from GitHub's OIDC token, or ready-made; cached and
//! renewed.

mod cache;
mod claims;
mod client_secret;
mod entra;
mod entra_error;
mod github_oidc;
mod ready_made;
mod subject;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use secrecy::SecretString;

pub use cache::Credentials;
pub use claims::Claims;
pub use client_secret::ClientSecret;
pub use entra::{EntraApplication, Wire};
pub use github_oidc::{GithubOidc, IdTokenService, oidc_not_permitted};
pub use ready_made::ReadyMade;

use crate::problem::Problem;

/// A token for the portal. It is registered as a secret before anyone gets to hold one.
#[derive(Debug, Clone)]
pub struct Token {
    /// The value of the `Authorization: Bearer` header; fits a header.
    pub secret: SecretString,
    /// How long it is good, from now; `None` if nobody knows.
    pub lifetime: Option<Duration>,
}

/// Where tokens come from.
pub trait TokenSource {
    /// Gets a token; repeats what is worth repeating. Every call makes a new exchange.
    fn fetch(&self) -> LocalBoxFuture<'_, Result<Token, Problem>>;

    /// Why a token that was refused cannot be replaced by another; `None` if it can.
    fn last_word(&self) -> Option<Problem> {
        None
    }
}

#[cfg(test)]
mod tests;
