//! Who may have a token, and how long it lives.

use serde::Deserialize;

use super::length::LengthOfTime;

/// The token endpoint and GitHub's OIDC endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TokenSwitches {
    /// The tenants; none listed: every tenant, client and secret is right.
    pub tenants: Vec<Tenant>,
    /// The resource that tokens of the Cloud Partner Portal are for.
    pub resource: String,
    /// The resource that tokens of the Product Ingestion API are for.
    pub ingestion_resource: String,
    /// How long an access token lives, in simulated time.
    pub token_lifetime: LengthOfTime,
    /// Access tokens that are right without having been issued here.
    pub access_tokens: Vec<String>,
    /// Publishers that answer 403.
    pub forbidden_publishers: Vec<String>,
    /// The bearer token of the OIDC endpoint (`ACTIONS_ID_TOKEN_REQUEST_TOKEN`).
    pub request_token: String,
    /// `sub` of the id-tokens.
    pub subject: String,
    /// `iss` of the id-tokens.
    pub issuer: String,
    /// How long an id-token lives, in simulated time.
    pub id_token_lifetime: LengthOfTime,
    /// Whether an id-token may be used twice.
    pub id_token_reuse: Reuse,
}

/// A Microsoft Entra tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tenant {
    /// Its id or domain.
    pub id: String,
    /// The applications that have a secret in this tenant.
    #[serde(default)]
    pub clients: Vec<TenantClient>,
}

/// An application of Microsoft Entra.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TenantClient {
    /// Its client id.
    pub id: String,
    /// Its secret; without one, no secret is right.
    pub secret: Option<String>,
    /// The subject of its federated credential; without one, every subject is right.
    pub subject: Option<String>,
    /// The audience of its federated credential.
    #[serde(default = "default_audience")]
    pub audience: String,
    /// The issuer of its federated credential; without one, every issuer is right.
    pub issuer: Option<String>,
}

/// What a used id-token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// AADSTS700024: one id-token, one exchange.
    Refused,
    /// As long as it is fresh.
    Accepted,
}

impl Default for TokenSwitches {
    fn default() -> Self {
        Self {
            tenants: Vec::new(),
            resource: "https://cloudpartner.azure.com".to_owned(),
            ingestion_resource: "https://graph.microsoft.com".to_owned(),
            token_lifetime: LengthOfTime::hours(1),
            access_tokens: Vec::new(),
            forbidden_publishers: Vec::new(),
            request_token: "simulated-request-token".to_owned(),
            subject: "repo:contoso/offers:environment:marketplace".to_owned(),
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            id_token_lifetime: LengthOfTime::minutes(5),
            id_token_reuse: Reuse::Refused,
        }
    }
}

/// The audience that Microsoft recommends.
pub fn default_audience() -> String {
    "api://AzureADTokenExchange".to_owned()
}
