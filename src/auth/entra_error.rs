//! Why Microsoft Entra gives no token, for people. Microsoft warns not to program against the
//! AADSTS codes, so they only choose the hint (and two of them a short wait); the text of the
//! answer is always shown.

use http::StatusCode;
use serde_json::Value;

use super::subject::{Form, find_forms};
use super::{Claims, EntraApplication};
use crate::ids::RepositoryIds;
use crate::problem::{Code, Problem};
use crate::text::bound_line;

/// What was sent to prove who asks.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// The application proved itself by the input `client-secret`.
    Secret,
    /// GitHub's id token, with its claims if they could be read.
    IdToken(Option<&'a Claims>),
}

/// The error answer of the token endpoint (RFC 6749, 5.2, and Entra's additions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraAnswer {
    status: StatusCode,
    /// `invalid_client` and the like.
    pub error: String,
    description: String,
    codes: Vec<u64>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

impl EntraAnswer {
    /// Reads the answer; `None` if it is not one of a token endpoint. `redact` takes out known
    /// secrets.
    pub fn read(status: StatusCode, json: &Value, redact: impl Fn(&str) -> String) -> Option<Self> {
        let text = |key: &str| {
            json[key].as_str().map(|text| bound_line(&redact(text))).filter(|text| !text.is_empty())
        };
        let error = text("error")?;
        let description = json["error_description"].as_str().unwrap_or_default();
        // The ids and the time are appended to the description too, each on a line of its own.
        let own = description.split("Trace ID:").next().unwrap_or_default();
        let mut codes: Vec<u64> = json["error_codes"]
            .as_array()
            .map(|codes| codes.iter().filter_map(Value::as_u64).collect())
            .unwrap_or_default();
        for code in codes_in(description) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let description = bound_line(&redact(own)).trim_end_matches('.').to_owned();
        Some(Self {
            status,
            error,
            description,
            codes,
            trace_id: text("trace_id"),
            correlation_id: text("correlation_id"),
        })
    }

    /// Whether no federated credential matched. A credential that was made minutes ago may be known
    /// to one replica of Entra and not yet to the next.
    #[must_use]
    pub fn is_unknown_credential(&self) -> bool {
        self.codes.iter().any(|code| matches!(code, 70_021 | 700_213))
    }
}

fn codes_in(description: &str) -> impl Iterator<Item = u64> {
    description.split("AADSTS").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).take(12).collect();
        digits.parse().ok()
    })
}

/// The problem that a refusal is.
pub fn explain_refusal(app: &EntraApplication, proof: Proof<'_>, answer: &EntraAnswer) -> Problem {
    let mut message = format!(
        "Microsoft Entra gives application `{}` of tenant `{}` no token (HTTP {}, {})",
        app.client_id,
        app.tenant,
        answer.status.as_u16(),
        answer.error,
    );
    if !answer.description.is_empty() {
        message = format!("{message}: {}", answer.description);
    }
    for (name, value) in list_facts(proof, answer) {
        message = format!("{message}; {name} {value}");
    }
    let hint = answer
        .codes
        .iter()
        .find_map(|code| suggest_cure(*code, app, proof))
        .unwrap_or_else(|| general_hint(answer));
    Problem::new(Code::TokenRefused, message).hint(hint)
}

/// What the support of Microsoft asks for, and what the description does not say.
fn list_facts(
    proof: Proof<'_>,
    answer: &EntraAnswer,
) -> impl Iterator<Item = (&'static str, String)> {
    let unnamed: Vec<_> = answer
        .codes
        .iter()
        .map(|code| format!("AADSTS{code}"))
        .filter(|code| !answer.description.contains(code))
        .collect();
    let claims = match proof {
        Proof::IdToken(claims) => claims,
        Proof::Secret => None,
    };
    let facts = [
        ("code", Some(unnamed.join(", ")).filter(|codes| !codes.is_empty())),
        ("trace id", answer.trace_id.clone()),
        ("correlation id", answer.correlation_id.clone()),
        ("the id token that was presented says", claims.map(ToString::to_string)),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

fn suggest_cure(code: u64, app: &EntraApplication, proof: Proof<'_>) -> Option<String> {
    let EntraApplication { tenant, client_id, resource, .. } = app;
    Some(match code {
        700_016 => format!(
            "tenant `{tenant}` has no application `{client_id}`: check `tenant-id`, that \
             `client-id` is the Application (client) ID and not an object id, and that the \
             application has a service principal in this tenant (`az ad sp create --id \
             {client_id}` makes it)"
        ),
        7_000_229 => format!(
            "application `{client_id}` has no service principal in tenant `{tenant}`: make it by \
             `az ad sp create --id {client_id}`, and check that `tenant-id` is the right tenant"
        ),
        7_000_215 => "`client-secret` is wrong: it must be the Value that was shown when the \
            secret was made, not its Secret ID, and it must belong to this application"
            .to_owned(),
        7_000_222 => "the client secret has expired: make a new one (App registrations, \
            Certificates & secrets), or use GitHub's OIDC token, which does not \
             expire: remove `client-secret`, add a federated credential to the application and \
             `permissions: id-token: write` to the job"
            .to_owned(),
        700_024 => "GitHub's id token is made anew for each exchange, so a clock is wrong: if the \
            GitHub server is your own, check its time"
            .to_owned(),
        70_021 | 700_211 | 700_212 | 700_213 => credential_hint(code, app, proof),
        90_002 => format!(
            "there is no tenant `{tenant}` at `{}`: check `tenant-id`, and `authority-url` if the \
             tenant is in a national cloud",
            app.endpoint.origin().ascii_serialization()
        ),
        500_011 => format!(
            "tenant `{tenant}` does not know the resource `{resource}`: check input `resource`, \
             and that `tenant-id` is the tenant that is linked to the Partner Center account"
        ),
        501_051 => format!(
            "an administrator of tenant `{tenant}` has to assign application \
            `{client_id}` to a role of `{resource}`"
        ),
        70_011 => format!(
            "input `resource` is `{resource}`; it must be an application id URI \
            without `/.default`, such as `https://cloudpartner.azure.com`"
        ),
        53_003 => "a Conditional Access policy of the tenant blocks the application: its \
            administrator finds the policy in the sign-in log of service principals \
             under the correlation id; policies by location need a self-hosted runner, because \
             GitHub's runners have no fixed addresses"
            .to_owned(),
        _ => return None,
    })
}

/// What the federated credential must say. Entra compares all three letter by letter.
fn credential_hint(code: u64, app: &EntraApplication, proof: Proof<'_>) -> String {
    let wrong = match code {
        700_211 => "issuer",
        700_212 => "audience",
        _ => "issuer, subject and audience",
    };
    let cure = format!(
        "application `{}` needs a federated credential with exactly the {wrong} of the id token",
        app.client_id
    );
    let Proof::IdToken(Some(Claims {
        issuer: Some(issuer),
        subject: Some(subject),
        audience: Some(audience),
        ids,
        ..
    })) = proof
    else {
        return cure;
    };
    let cure = format!(
        "{cure}, letter by letter: issuer `{issuer}`, subject `{subject}`, audience `{audience}`"
    );
    let form = if matches!(code, 70_021 | 700_213) {
        format!("; {}", describe_form(subject, *ids))
    } else {
        String::new()
    };
    let command = write_credential_command(app, issuer, subject, audience);
    let also = match code {
        700_212 => "or set input `audience` to that of the credential",
        _ => "one that was made just now takes effect within minutes",
    };
    format!("{cure}{form}. To make it: `{command}`; {also}")
}

/// The command that makes the federated credential. The line is made to be copied into a shell, and
/// an environment's name may have a quote in it. It is code, for in anything else the summary parts
/// addresses and references by characters that nobody sees; so no backtick may end it.
fn write_credential_command(
    app: &EntraApplication,
    issuer: &str,
    subject: &str,
    audience: &str,
) -> String {
    let parameters = serde_json::json!({
        "name": "github-actions",
        "issuer": issuer,
        "subject": subject,
        "audiences": [audience],
    });
    let parameters = parameters.to_string().replace('`', r"\u0060").replace('\'', r"'\''");
    format!(
        "az ad app federated-credential create --id {} --parameters '{parameters}'",
        app.client_id
    )
}

/// What is to be known about the subject's form. A credential in the other one looks right, and
/// does not match.
fn describe_form(subject: &str, ids: Option<RepositoryIds>) -> String {
    match find_forms(subject, ids) {
        Some((Form::Classic, other)) => {
            let other = other.unwrap_or_else(|| "repo:OWNER@OWNERID/REPO@REPOID:…".to_owned());
            format!(
                "the subject has the classic form, so a credential in the form with ids, \
                 `{other}`, does not match; it will once the repository is renamed, transferred or \
                 opts in"
            )
        }
        Some((Form::Immutable, other)) => format!(
            "the subject has the form with ids (repositories created, renamed or transferred after \
             15 July 2026), so a credential in the classic form, `{}`, does not match",
            other.unwrap_or_else(|| "repo:OWNER/REPO:…".to_owned())
        ),
        None => "the subject has a form of the organisation's own, so the credential must copy it \
            as it is"
            .to_owned(),
    }
}

fn general_hint(answer: &EntraAnswer) -> String {
    match answer.codes.first() {
        Some(code) => format!(
            "https://login.microsoftonline.com/error?code={code} explains the code; the tenant's \
             sign-in log of service principals has the whole story"
        ),
        None => "check `tenant-id`, `client-id` and the credentials; the tenant's sign-in log of \
            service principals has the whole story"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;
