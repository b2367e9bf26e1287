//! Publishes and go-lives, from scripted answers.

use std::rc::Rc;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use url::Url;

use super::CloudPartnerPortal;
use crate::auth::{Credentials, ReadyMade};
use crate::clock::Clock;
use crate::clock::testing::VirtualClock;
use crate::http::testing::{Scripted, block_on};
use crate::http::{Lost, TransportError};
use crate::ids::{OfferId, PublisherId};
use crate::portal::{Access, Portal as _, Trouble};
use crate::secrets::Secrets;

/// The offer of these tests, with a ready-made token.
pub(super) fn portal(scripted: &Rc<Scripted>) -> CloudPartnerPortal<Rc<Scripted>> {
    let clock: Rc<dyn Clock> = Rc::new(VirtualClock::default());
    let secrets = Arc::new(Secrets::new(Box::new(|_| {})));
    let token = SecretString::from("the-token-of-the-portal");
    let token = ReadyMade::new(&token, Rc::clone(&clock), &secrets).unwrap();
    let credentials = Rc::new(Credentials::new(Box::new(token), Rc::clone(&clock)));
    let origin = Url::parse("https://cloudpartner.azure.com").unwrap();
    let (publisher, offer) =
        (PublisherId::parse("contoso").unwrap(), OfferId::parse("contoso-offer").unwrap());
    let access = Access { origin, credentials, secrets };
    CloudPartnerPortal::new(access, publisher, offer, Rc::clone(scripted), clock)
}

pub(super) use crate::http::testing::block_on as run;

fn head(status: u16, pairs: &[(&'static str, &'static str)]) -> TransportError {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    let head = Some((StatusCode::from_u16(status).unwrap(), headers));
    TransportError { head, ..TransportError::new(Lost::Unknown, "the answer broke off") }
}

#[test]
fn a_202_whose_body_breaks_off_is_an_acceptance() {
    let scripted = Rc::new(Scripted::default());
    let address = "/api/publishers/contoso/offers/contoso-offer/operations/7";
    scripted.fail(head(202, &[("location", address)])).fail(head(503, &[]));
    let portal = portal(&scripted);
    let accepted = block_on(portal.publish(&[])).unwrap();
    assert_eq!(accepted.operation.unwrap().id(), "7");
    assert_eq!(block_on(portal.go_live(None)).unwrap_err().trouble, Trouble::Passing);
}

#[test]
fn a_publish_that_names_the_offer_or_another_one_names_no_operation() {
    let offer = "/api/publishers/contoso/offers/contoso-offer";
    let other = "/api/publishers/contoso/offers/another/operations/8";
    for location in [offer, other] {
        let scripted = Rc::new(Scripted::default());
        scripted.answer_with(202, &[("location", location)], "");
        let accepted = block_on(portal(&scripted).publish(&[])).unwrap();
        assert_eq!(accepted.operation, None);
        assert!(accepted.remark.unwrap().contains("contoso-offer"), "{location}");
    }
}
