//! The offers of a manifest, each at its API, with a token for that API only.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::access;
use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::clock::Clock;
use crate::http::Transport;
use crate::ids::PublisherId;
use crate::manifest::{Api, Offer};
use crate::portal::cloud_partner::CloudPartnerPortal;
use crate::portal::product_ingestion::ProductIngestion;
use crate::portal::{Access, AnyPortal};
use crate::problem::{Code, Problem};
use crate::secrets::Secrets;

/// The problem of an `access-token` for offers at both APIs: it cannot be for both.
pub fn refuse_token_for_two(offers: &[Offer]) -> Option<Problem> {
    let at = |api: Api| offers.iter().any(|offer| offer.api == api);
    let message = "input `access-token` is for one API, and the selected offers use two";
    let problem = Problem::new(Code::InputInvalid, message).hint(
        "give `tenant-id` and `client-id`, from which a token for each is got, or select the \
         offers of one API by `offers`",
    );
    (at(Api::CloudPartner) && at(Api::ProductIngestion)).then_some(problem)
}

/// Access to each API that the selected offers need.
pub struct Portals {
    publisher: PublisherId,
    clock: Rc<dyn Clock>,
    access: BTreeMap<Api, Access>,
}

impl Portals {
    /// Sets up the access; no token is asked for yet.
    ///
    /// # Errors
    /// What is missing of the credentials.
    pub fn new(
        inputs: &Inputs,
        context: &Context,
        offers: &[Offer],
        publisher: PublisherId,
        tokens: &Rc<dyn Transport>,
        clock: &Rc<dyn Clock>,
        secrets: &Arc<Secrets>,
    ) -> Result<Self, Problem> {
        let mut access = BTreeMap::new();
        for api in offers.iter().map(|offer| offer.api) {
            if access.contains_key(&api) {
                continue;
            }
            let (origin, resource) = match api {
                Api::CloudPartner => (&inputs.portal_url, &inputs.resource),
                Api::ProductIngestion => (&inputs.ingestion_url, &inputs.ingestion_resource),
            };
            let tokens = Rc::clone(tokens);
            let credentials = Rc::new(access::make_credentials(
                inputs, context, resource, tokens, clock, secrets,
            )?);
            let secrets = Arc::clone(secrets);
            access.insert(api, Access { origin: origin.clone(), credentials, secrets });
        }
        Ok(Self { publisher, clock: Rc::clone(clock), access })
    }

    /// The offer at its API.
    ///
    /// # Errors
    /// A bug of ours: an offer that was not among those selected.
    pub fn open<T: Transport>(&self, offer: &Offer, transport: T) -> Result<AnyPortal<T>, Problem> {
        let access = self.access.get(&offer.api).cloned();
        let access =
            access.ok_or_else(|| super::bug(format!("offer {} has no access", offer.id)))?;
        let (id, clock) = (offer.id.clone(), Rc::clone(&self.clock));
        Ok(match offer.api {
            Api::CloudPartner => AnyPortal::CloudPartner(CloudPartnerPortal::new(
                access,
                self.publisher.clone(),
                id,
                transport,
                clock,
            )),
            Api::ProductIngestion => {
                AnyPortal::ProductIngestion(ProductIngestion::new(access, id, transport, clock))
            }
        })
    }
}
