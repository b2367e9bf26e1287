//! The inputs' credentials, as access to the portal.

use std::rc::Rc;
use std::sync::Arc;

use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::auth::{
    ClientSecret, Credentials, EntraApplication, GithubOidc, IdTokenService, ReadyMade,
    TokenSource, Wire, oidc_not_permitted,
};
use crate::clock::Clock;
use crate::http::Transport;
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

/// A ready-made token, else the client's secret, else GitHub's OIDC token: for the API of this
/// audience.
///
/// # Errors
/// What is missing.
pub fn make_credentials(
    inputs: &Inputs,
    context: &Context,
    resource: &str,
    transport: Rc<dyn Transport>,
    clock: &Rc<dyn Clock>,
    secrets: &Arc<Secrets>,
) -> Result<Credentials, Problem> {
    let source: Box<dyn TokenSource> = if let Some(token) = &inputs.access_token {
        Box::new(ReadyMade::new(token, Rc::clone(clock), secrets)?)
    } else {
        let missing = |input: &str| {
            Problem::new(Code::InputMissing, format!("input `{input}` is missing")).hint(
                "give `tenant-id` and `client-id` of the Microsoft Entra application, or an \
                    `access-token`",
            )
        };
        let tenant = inputs.tenant_id.as_deref().ok_or_else(|| missing("tenant-id"))?;
        let client = inputs.client_id.as_deref().ok_or_else(|| missing("client-id"))?;
        let app = EntraApplication::new(&inputs.authority_url, tenant, client, resource)?;
        let wire = Wire { transport, clock: Rc::clone(clock), secrets: Arc::clone(secrets) };
        if let Some(secret) = &inputs.client_secret {
            Box::new(ClientSecret::new(app, secret.clone(), wire))
        } else {
            let endpoint = context.oidc.clone().ok_or_else(oidc_not_permitted)?;
            let service = IdTokenService::new(endpoint.url, endpoint.token, secrets)?;
            let oidc = GithubOidc::new(app, service, &inputs.audience, wire);
            Box::new(oidc.of_repository(context.repository_ids))
        }
    };
    Ok(Credentials::new(source, Rc::clone(clock)))
}
