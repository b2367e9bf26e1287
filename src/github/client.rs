//! The REST API of one repository, through octocrab's raw requests.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::GithubError;
use super::error::GithubResource;
use crate::clock::Clock;
use crate::http::{ReqwestTransport, check_protected, list_causes, quote, read_json};
use crate::ids::Repository;
use crate::secrets::Secrets;

/// Largest answer that is read, in bytes: a page of a hundred check runs is less than this.
pub(super) const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// One repository on github.com, ghe.com or a GitHub server. Sends each request once, and reads
/// answers as JSON.
pub struct GithubClient {
    octocrab: Octocrab,
    repository: Repository,
    clock: Rc<dyn Clock>,
    secrets: Arc<Secrets>,
}

impl GithubClient {
    /// Sets up the client for the API at `api` (`GITHUB_API_URL`; its path is kept). Must be called
    /// on a runtime, where octocrab starts a task. The time that a call may take is the HTTP
    /// client's own limit.
    ///
    /// # Errors
    /// If the address may not receive a token, or the token fits no header.
    pub fn new(
        http: &ReqwestTransport,
        api: &Url,
        repository: Repository,
        token: &SecretString,
        clock: Rc<dyn Clock>,
        secrets: Arc<Secrets>,
    ) -> Result<Self, GithubError> {
        let invalid = |why: String| GithubError::Invalid(GithubResource::Repository.says(why));
        secrets.register(token.expose_secret());
        check_protected(api).map_err(|why| invalid(format!("GITHUB_API_URL {why}")))?;
        // octocrab unwraps what it makes of the token.
        if token.expose_secret().is_empty() || HeaderValue::from_str(token.expose_secret()).is_err()
        {
            let why = "input `github-token` is empty, or no token";
            return Err(GithubError::NotPermitted(GithubResource::Repository.says(why)));
        }
        let octocrab = Octocrab::builder()
            .base_uri(api.as_str())
            .map_err(|error| invalid(list_causes(&error)))?
            .personal_token(token.clone())
            .add_header(http::header::ACCEPT, "application/vnd.github+json".to_owned())
            .build_with_reqwest(http.client_for(api).clone())
            .map_err(|error| invalid(list_causes(&error)))?;
        Ok(Self { octocrab, repository, clock, secrets })
    }

    /// The text without secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        self.secrets.redact(text)
    }

    /// GET below `/repos/OWNER/NAME/`.
    pub(super) async fn get(&self, of: GithubResource, route: &str) -> Result<Value, GithubError> {
        self.read_answer(of, self.octocrab._get(self.route(route)).await).await
    }

    /// POST below `/repos/OWNER/NAME/`.
    pub(super) async fn post<B: Serialize>(
        &self,
        of: GithubResource,
        route: &str,
        body: &B,
    ) -> Result<Value, GithubError> {
        self.read_answer(of, self.octocrab._post(self.route(route), Some(body)).await).await
    }

    /// PATCH below `/repos/OWNER/NAME/`.
    pub(super) async fn patch<B: Serialize>(
        &self,
        of: GithubResource,
        route: &str,
        body: &B,
    ) -> Result<Value, GithubError> {
        self.read_answer(of, self.octocrab._patch(self.route(route), Some(body)).await).await
    }

    fn route(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.repository)
    }

    /// Reads an answer, bounded, as JSON.
    async fn read_answer(
        &self,
        of: GithubResource,
        sent: octocrab::Result<http::Response<BoxBody<Bytes, octocrab::Error>>>,
    ) -> Result<Value, GithubError> {
        let unavailable = |why: String| GithubError::Unavailable(of.says(why));
        let (head, body) = sent.map_err(|error| unavailable(list_causes(&error)))?.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await;
        let body = body
            .map_err(|error| {
                unavailable(format!("the answer broke off: {}", list_causes(&*error)))
            })?
            .to_bytes();
        let words = quote(&body, &self.secrets);
        match read_json(&body) {
            Some(value) if head.status.is_success() => Ok(value),
            None if head.status.is_success() => {
                Err(unavailable(format!("HTTP {} without JSON: {words}", head.status.as_u16())))
            }
            value => Err(GithubError::of_answer(
                of,
                head.status,
                &head.headers,
                &value.unwrap_or_default(),
                &words,
                self.clock.now(),
            )),
        }
    }
}
