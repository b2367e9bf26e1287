//! A token that was got elsewhere (`access-token`), such as from `az account get-access-token`.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use http::HeaderValue;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Claims, Token, TokenSource};
use crate::clock::Clock;
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

/// The token of the input `access-token`.
pub struct ReadyMade {
    secret: SecretString,
    expires: Option<Timestamp>,
    clock: Rc<dyn Clock>,
}

impl ReadyMade {
    /// Takes the token as it is; its end is read from it if it is a JWT.
    ///
    /// # Errors
    /// If it does not fit an HTTP header, such as a token with a line break in it.
    pub fn new(
        secret: &SecretString,
        clock: Rc<dyn Clock>,
        secrets: &Secrets,
    ) -> Result<Self, Problem> {
        let text = secret.expose_secret().trim();
        secrets.register(text);
        if text.is_empty() || !fits_a_header(text) {
            return Err(Problem::new(
                Code::InputInvalid,
                "input `access-token` is not a token: it \
                is empty, or has spaces or line breaks in it",
            )
            .hint(
                "give the bare token: `az account get-access-token --resource \
                    https://cloudpartner.azure.com --query accessToken --output tsv`",
            ));
        }
        let expires = Claims::of(text).and_then(|claims| claims.expires);
        let secret = SecretString::from(text);
        Ok(Self { secret, expires, clock })
    }

    /// When the token ends, by its own word.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires
    }
}

/// Whether `Authorization: Bearer …` can carry it: visible ASCII only.
pub(super) fn fits_a_header(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic()) && HeaderValue::from_str(token).is_ok()
}

impl TokenSource for ReadyMade {
    /// The same token again. One that has ended by its own word is used all the same: this
    /// machine's date may be wrong, and the portal knows best.
    fn fetch(&self) -> LocalBoxFuture<'_, Result<Token, Problem>> {
        let lifetime = self.expires.map(|end| {
            Duration::try_from(end.duration_since(self.clock.now())).unwrap_or_default()
        });
        let token = Token { secret: self.secret.clone(), lifetime };
        Box::pin(std::future::ready(Ok(token)))
    }

    fn last_word(&self) -> Option<Problem> {
        let end = match self.expires {
            Some(end) if end <= self.clock.now() => {
                format!("; by its own word it ended at {end:.0}")
            }
            Some(end) => format!(
                "; by its own word it is good until {end:.0}, so it may be for another resource or \
                 tenant"
            ),
            None => String::new(),
        };
        Some(
            Problem::new(
                Code::PortalUnauthorized,
                format!("the portal answered 401 to the token of input `access-token`{end}"),
            )
            .hint(
                "a ready-made token cannot be renewed, and a release takes longer than the hour \
                 that tokens live: remove `access-token` and give `tenant-id` and \
                 `client-id`, with `client-secret` or with the permission `id-token: write`; or \
                 get a new token for the resource https://cloudpartner.azure.com and \
                 continue with `command: resume`",
            ),
        )
    }
}
