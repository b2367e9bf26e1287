//! What to do about a refusal of the Cloud Partner Portal.

use http::StatusCode;

/// The advice for an answer of this status.
pub(super) fn advise(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        300..=399 => {
            "redirects are not followed, so that the token stays with the portal; check the input \
             `portal-url`"
        }
        400 => {
            "the portal calls the request malformed; check the offer in Partner Center, and that \
             its type is one this API serves"
        }
        401 => {
            "check `tenant-id`, `client-id` and the secret or federated credential, and that \
             `resource` is the audience that the \
             portal expects"
        }
        403 => {
            "add the application to the publisher's account in Partner Center (Account settings → \
             User management → Microsoft \
             Entra applications, role Manager), by the object id of its service principal, not of \
             the app registration; and check \
             `publisher` in the manifest"
        }
        404 => {
            "check `publisher` and the offer's `id` in the manifest: the id is the `Offer ID` \
             of Partner Center, neither the offer's name nor its alias; an offer made since \
             2022 is \
             on the other API, and \
             needs `api: product-ingestion`"
        }
        412 => "somebody else changed the offer's draft; run the same command again",
        409 => {
            "something else is changing the offer; wait for its end, or see the input \
             `when-running`"
        }
        422 => {
            "the offer does not pass validation; correct it in Partner Center, then run the \
             release again"
        }
        429 | 408 | 500..=599 => return None,
        _ => {
            "look at the offer in Partner Center; if nothing is wrong there, Microsoft's support \
             wants the correlation id and the time"
        }
    })
}
