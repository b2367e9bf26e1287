//! What to do about a refusal of the Product Ingestion API.

use http::StatusCode;

/// The advice for an answer of this status.
pub(super) fn advise(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        300..=399 => {
            "redirects are not followed, so that the token stays with the API; check the input \
             `ingestion-url`"
        }
        401 => {
            "check `tenant-id`, `client-id` and the secret or federated credential, and that \
             `ingestion-resource` is the audience that the API expects"
        }
        403 => {
            "add the application to the publisher's account in Partner Center (Account settings → \
             User management → Microsoft Entra applications), with the role Manager"
        }
        404 => {
            "check the offer's `id` in the manifest: it is the `Offer ID` of Partner Center, \
             neither the offer's name nor its alias; an offer made in the old portal may need \
             `api: cloud-partner`"
        }
        429 | 408 | 500..=599 => return None,
        _ => "correct in Partner Center what the message names, then run the same command again",
    })
}
