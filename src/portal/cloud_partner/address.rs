//! Operation addresses. The portal writes them in four forms, under two header names; a person may
//! give one, or an id.

use http::HeaderMap;
use url::Url;

use super::API_VERSION;
use crate::ids::{Malformed, OfferId, PublisherId};
use crate::portal::Operation;

/// Longer addresses are not real ones.
const LONGEST: usize = 2_000;

/// The address in an answer's `Location` or `Operation-Location`, whichever is usable. `Ok(None)`
/// if there is neither.
pub(super) fn from_headers(
    portal: &Url,
    headers: &HeaderMap,
) -> Result<Option<Operation>, Malformed> {
    let mut refused = None;
    for name in ["location", "operation-location"] {
        for value in headers.get_all(name) {
            match resolve(portal, &String::from_utf8_lossy(value.as_bytes())) {
                Ok(url) => return Ok(Some(operation(&url))),
                Err(why) => refused = Some(why),
            }
        }
    }
    refused.map_or(Ok(None), Err)
}

/// An address relative to the portal, or absolute on it. The token goes there, so another origin is
/// refused.
pub(super) fn resolve(portal: &Url, text: &str) -> Result<Url, Malformed> {
    let text = text.trim();
    let quoted: String = text.chars().take(200).collect();
    let malformed =
        |why: String| Malformed(format!("operation address {quoted:?} is not usable: {why}"));
    if text.is_empty() || text.len() > LONGEST {
        return Err(malformed("it is empty or too long".to_owned()));
    }
    let mut url = portal.join(text).map_err(|e| malformed(e.to_string()))?;
    if url.origin() != portal.origin() {
        return Err(malformed(format!("it is not on {}", portal.origin().ascii_serialization())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(malformed("it carries credentials".to_owned()));
    }
    if !url.path().starts_with("/api/") || url.path().len() <= "/api/".len() {
        return Err(malformed("its path is not below /api/".to_owned()));
    }
    url.set_fragment(None);
    set_api_version(&mut url);
    Ok(url)
}

/// The operation at an address. The id is the last part of the path; one with `$` is that of an
/// offer that was not migrated, and no row of the list of submissions carries it.
fn operation(url: &Url) -> Operation {
    let id = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if id.contains('$') {
        Operation::unlisted(id, url.as_str())
    } else {
        Operation::listed(id, url.as_str())
    }
}

/// The address of an operation of an offer, by its id. Ids with `$` are those of offers that were
/// not migrated.
pub(super) fn by_id(
    portal: &Url,
    publisher: &PublisherId,
    offer: &OfferId,
    id: &str,
) -> Result<Operation, Malformed> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '$');
    if id.is_empty() || id.len() > 300 || !id.chars().all(usable) || id.chars().all(|c| c == '.') {
        return Err(Malformed(format!("operation id {id:?} is not an id of the portal")));
    }
    if id.contains('$') {
        return resolve(portal, &format!("/api/operations/{id}")).map(|url| operation(&url));
    }
    let path = format!("/api/publishers/{publisher}/offers/{offer}/operations/{id}");
    resolve(portal, &path).map(|url| operation(&url))
}

/// What a person gave: an address, whole or from the path on, or an id.
pub(super) fn given(
    portal: &Url,
    publisher: &PublisherId,
    offer: &OfferId,
    text: &str,
) -> Result<Operation, Malformed> {
    let text = text.trim();
    if !text.contains('/') && !text.contains('\\') {
        return by_id(portal, publisher, offer, text);
    }
    let url = resolve(portal, text)?;
    let parts: Vec<&str> = url.path().split('/').collect();
    if let ["", "api", "publishers", of_publisher, "offers", of_offer, "operations", _, ..] =
        parts[..]
        && !(of_publisher.eq_ignore_ascii_case(publisher.as_str())
            && of_offer.eq_ignore_ascii_case(offer.as_str()))
    {
        return Err(Malformed(format!(
            "operation address {text:?} belongs to offer {of_offer} of {of_publisher}, not to \
             {offer} of {publisher}"
        )));
    }
    if !url.path().contains("/operations/") {
        return Err(Malformed(format!(
            "operation address {text:?} has no `/operations/` in its path"
        )));
    }
    Ok(operation(&url))
}

/// Every call carries the version, and the addresses that the portal gives do not always.
fn set_api_version(url: &mut Url) {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| name != "api-version")
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("api-version", API_VERSION);
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn portal() -> Url {
        Url::parse("https://cloudpartner.azure.com").unwrap()
    }

    fn ids() -> (PublisherId, OfferId) {
        (PublisherId::parse("contoso").unwrap(), OfferId::parse("contoso-offer").unwrap())
    }

    #[test]
    fn the_four_forms_of_the_documentation() {
        let base = "https://cloudpartner.azure.com";
        let guid = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
        for (text, expected) in [
            (
                format!("/api/operations/contoso${guid}$2$preview?api-version=2017-10-31"),
                format!("{base}/api/operations/contoso${guid}$2$preview?api-version=2017-10-31"),
            ),
            (
                format!("{base}/api/publishers/contoso/offers/vm/operations/{guid}"),
                format!(
                    "{base}/api/publishers/contoso/offers/vm/operations/{guid}?api-version=2017-10-31"
                ),
            ),
            (
                format!(
                    "/api/publishers/contoso/offers/contoso-offer/operations/{guid}?api-version=2017-10-31"
                ),
                format!(
                    "{base}/api/publishers/contoso/offers/contoso-offer/operations/{guid}?api-version=2017-10-31"
                ),
            ),
            (
                "/api/operations/contoso$contoso-offer$2$preview?api-version=2017-10-31".to_owned(),
                format!(
                    "{base}/api/operations/contoso$contoso-offer$2$preview?api-version=2017-10-31"
                ),
            ),
            (
                "api/operations/x".to_owned(),
                format!("{base}/api/operations/x?api-version=2017-10-31"),
            ),
        ] {
            assert_eq!(resolve(&portal(), &text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn a_foreign_address_is_refused() {
        for text in [
            "https://evil.example/api/operations/x",
            "//evil.example/api/operations/x",
            "/\\evil.example/api/operations/x",
            "http://cloudpartner.azure.com/api/operations/x",
            "https://cloudpartner.azure.com:8443/api/operations/x",
            "https://user:pw@cloudpartner.azure.com/api/operations/x",
            "https://cloudpartner.azure.com@evil.example/api/operations/x",
            "/api/../other",
            "/api/",
            "",
        ] {
            assert!(resolve(&portal(), text).is_err(), "{text}");
        }
    }

    #[test]
    fn either_header_serves_and_a_broken_one_does_not_hide_the_other() {
        let mut headers = HeaderMap::new();
        assert_eq!(from_headers(&portal(), &headers).unwrap(), None);
        headers
            .insert("location", HeaderValue::from_static("https://evil.example/api/operations/1"));
        assert!(
            from_headers(&portal(), &headers)
                .unwrap_err()
                .0
                .contains("not on https://cloudpartner.azure.com")
        );
        headers.insert(
            "operation-location",
            HeaderValue::from_static("/api/operations/a$b$2$preview"),
        );
        assert_eq!(from_headers(&portal(), &headers).unwrap().unwrap().id(), "a$b$2$preview");
    }

    #[test]
    fn a_person_may_give_an_id_or_an_address() {
        let (publisher, offer) = ids();
        let given = |text| {
            let operation = given(&portal(), &publisher, &offer, text)?;
            Ok::<_, Malformed>(Url::parse(operation.address()).unwrap().path().to_owned())
        };
        assert_eq!(
            given("408a4835-0000").unwrap(),
            "/api/publishers/contoso/offers/contoso-offer/operations/408a4835-0000"
        );
        assert_eq!(given("contoso$x$2$preview").unwrap(), "/api/operations/contoso$x$2$preview");
        let slash = "/api/publishers/contoso/offers/contoso-offer/operations/7/";
        assert_eq!(given(slash).unwrap(), slash);
        assert!(
            given("/api/publishers/contoso/offers/another/operations/7")
                .unwrap_err()
                .0
                .contains("belongs to offer another")
        );
        assert!(given("/api/publishers/contoso").is_err());
        assert!(given("..").is_err());
        assert!(given("a b").is_err());
    }

    proptest! {
        #[test]
        fn no_text_leads_off_the_portal(text in "\\PC{0,60}") {
            if let Ok(url) = resolve(&portal(), &text) {
                prop_assert_eq!(url.origin(), portal().origin());
                prop_assert!(url.as_str().contains("api-version=2017-10-31"));
            }
        }
    }
}
