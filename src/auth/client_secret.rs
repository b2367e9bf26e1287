//! The classic: an application proves itself by a secret.

use futures_util::future::LocalBoxFuture;
use secrecy::{ExposeSecret as _, SecretString};

use super::entra::repeat_exchange;
use super::entra_error::Proof;
use super::{EntraApplication, Token, TokenSource, Wire};
use crate::problem::Problem;

/// Tokens by the input `client-secret`.
pub struct ClientSecret {
    app: EntraApplication,
    secret: SecretString,
    wire: Wire,
}

impl ClientSecret {
    /// Registers the secret; nothing is sent yet.
    #[must_use]
    pub fn new(app: EntraApplication, secret: SecretString, wire: Wire) -> Self {
        wire.secrets.register(secret.expose_secret());
        Self { app, secret, wire }
    }
}

impl TokenSource for ClientSecret {
    fn fetch(&self) -> LocalBoxFuture<'_, Result<Token, Problem>> {
        Box::pin(async move {
            let fields = [("client_secret", self.secret.expose_secret())];
            repeat_exchange(&self.wire, async || {
                self.app.exchange(&self.wire, &fields, Proof::Secret).await
            })
            .await
        })
    }
}
