//! Operation addresses. The portal writes them in four forms, under two header names; a person may
//! give one, or an id. Whoever gives it: it is followed only if it names an operation of this very
//! offer.

use http::HeaderMap;
use url::Url;

use super::API_VERSION;
use crate::ids::{Malformed, OfferId, PublisherId};
use crate::portal::Operation;

/// Longer addresses are not real ones.
const LONGEST: usize = 2_000;

/// Whose operations are meant, and where.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    /// The portal's origin.
    pub portal: &'a Url,
    /// The publisher.
    pub publisher: &'a PublisherId,
    /// The offer.
    pub offer: &'a OfferId,
}

impl Owner<'_> {
    /// The operation that an answer's headers name. `Ok(None)` if they name none. By Azure's
    /// convention `Operation-Location` is the operation and `Location` may be the offer itself.
    ///
    /// # Errors
    /// Why no header's address is usable.
    pub fn read_headers(self, headers: &HeaderMap) -> Result<Option<Operation>, Malformed> {
        let mut refused = None;
        for name in ["operation-location", "location"] {
            for value in headers.get_all(name) {
                match self.read_address(&String::from_utf8_lossy(value.as_bytes())) {
                    Ok(operation) => return Ok(Some(operation)),
                    Err(why) => refused = Some(why),
                }
            }
        }
        refused.map_or(Ok(None), Err)
    }

    /// The operation that a person gave: by its address, whole or from the path on, or by its id.
    ///
    /// # Errors
    /// Why it is no operation of this offer.
    pub fn read_input(self, text: &str) -> Result<Operation, Malformed> {
        let text = text.trim();
        if text.contains('/') || text.contains('\\') {
            self.read_address(text)
        } else {
            self.read_id(text)
        }
    }

    /// The operation with this id. Ids with `$` are those of offers that were not migrated.
    ///
    /// # Errors
    /// Why it is no operation of this offer.
    pub fn read_id(self, id: &str) -> Result<Operation, Malformed> {
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '$');
        let dots = id.chars().all(|c| c == '.');
        if id.is_empty() || id.len() > 300 || !id.chars().all(usable) || dots {
            return Err(Malformed(format!("operation id {id:?} is not an id of the portal")));
        }
        if id.contains('$') {
            return self.read_address(&format!("/api/operations/{id}"));
        }
        let Self { publisher, offer, .. } = self;
        self.read_address(&format!("/api/publishers/{publisher}/offers/{offer}/operations/{id}"))
    }

    /// The operation at this address.
    fn read_address(self, text: &str) -> Result<Operation, Malformed> {
        let url = resolve_address(self.portal, text)?;
        let path = url.path().trim_end_matches('/').replace("%24", "$");
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            ["", "api", "publishers", publisher, "offers", offer, "operations", id] => {
                self.check_owner(text, publisher, offer, false)?;
                Ok(Operation::listed(id, url))
            }
            ["", "api", "operations", id] if id.contains('$') => {
                let mut names = id.split('$');
                let publisher = names.next().unwrap_or_default();
                self.check_owner(text, publisher, names.next().unwrap_or_default(), true)?;
                Ok(Operation::shared(id, url))
            }
            _ => Err(Malformed(format!(
                "operation address {} does not name an operation of offer {}",
                quote_address(text),
                self.offer
            ))),
        }
    }

    /// Old addresses may name the offer by a GUID, which nothing here can be compared with.
    fn check_owner(
        self,
        text: &str,
        publisher: &str,
        offer: &str,
        guid_is_unknown: bool,
    ) -> Result<(), Malformed> {
        let its_offer =
            offer.eq_ignore_ascii_case(self.offer.as_str()) || guid_is_unknown && is_guid(offer);
        if publisher.eq_ignore_ascii_case(self.publisher.as_str()) && its_offer {
            return Ok(());
        }
        Err(Malformed(format!(
            "operation address {} belongs to offer {offer} of {publisher}, not to {} of {}",
            quote_address(text),
            self.offer,
            self.publisher
        )))
    }
}

/// An address relative to the portal, or absolute on it. The token goes there, so another origin is
/// refused.
///
/// # Errors
/// Why it is not usable.
pub(super) fn resolve_address(portal: &Url, text: &str) -> Result<Url, Malformed> {
    let text = text.trim();
    let malformed = |why: String| {
        Malformed(format!("operation address {} is not usable: {why}", quote_address(text)))
    };
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

fn quote_address(text: &str) -> String {
    format!("{:?}", text.chars().take(200).collect::<String>())
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
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
        let version = "api-version=2017-10-31";
        let long = "/api/publishers/contoso/offers/contoso-offer/operations";
        for (text, expected) in [
            (
                format!("/api/operations/contoso${guid}$2$preview?api-version=2017-10-31"),
                format!("{base}/api/operations/contoso${guid}$2$preview?api-version=2017-10-31"),
            ),
            (
                format!("{base}/api/publishers/contoso/offers/vm/operations/{guid}"),
                format!("{base}/api/publishers/contoso/offers/vm/operations/{guid}?{version}"),
            ),
            (format!("{long}/{guid}?{version}"), format!("{base}{long}/{guid}?{version}")),
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
            assert_eq!(resolve_address(&portal(), &text).unwrap().to_string(), expected);
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
            assert!(resolve_address(&portal(), text).is_err(), "{text}");
        }
    }

    fn read_headers(pairs: &[(&'static str, &'static str)]) -> Result<Option<String>, Malformed> {
        let (portal, (publisher, offer)) = (portal(), ids());
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let owner = Owner { portal: &portal, publisher: &publisher, offer: &offer };
        Ok(owner.read_headers(&headers)?.map(|operation| operation.id().to_owned()))
    }

    #[test]
    fn either_header_serves_and_a_broken_one_does_not_hide_the_other() {
        assert_eq!(read_headers(&[]).unwrap(), None);
        let foreign = ("location", "https://evil.example/api/operations/1");
        let why = read_headers(&[foreign]).unwrap_err().0;
        assert!(why.contains("not on https://cloudpartner.azure.com"), "{why}");
        let good = ("operation-location", "/api/operations/contoso$contoso-offer$2$preview");
        let id = "contoso$contoso-offer$2$preview";
        assert_eq!(read_headers(&[foreign, good]).unwrap().unwrap(), id);
    }

    #[test]
    fn of_two_headers_the_one_that_names_an_operation_of_this_offer_counts() {
        let offer = "/api/publishers/contoso/offers/contoso-offer";
        let ours = "/api/publishers/contoso/offers/contoso-offer/operations/7";
        let same = "/api/publishers/Contoso/offers/Contoso-Offer/operations/7";
        let other = "/api/publishers/contoso/offers/another/operations/8";
        for pairs in [
            [("location", offer), ("operation-location", ours)],
            [("location", ours), ("operation-location", offer)],
            [("location", other), ("operation-location", same)],
            [("location", ours), ("operation-location", other)],
        ] {
            assert_eq!(read_headers(&pairs).unwrap().unwrap(), "7", "{pairs:?}");
        }
        let why = read_headers(&[("location", offer)]).unwrap_err().0;
        assert!(why.contains("does not name an operation of offer contoso-offer"), "{why}");
        let why = read_headers(&[("location", other)]).unwrap_err().0;
        assert!(why.contains("belongs to offer another of contoso"), "{why}");
    }

    #[test]
    fn an_old_address_names_the_offer_or_a_guid() {
        let read = |address| read_headers(&[("location", address)]);
        assert!(read("/api/operations/contoso$contoso-offer$3$preview").is_ok());
        assert!(read("/api/operations/contoso%24contoso-offer%243%24preview").is_ok());
        assert!(
            read("/api/operations/contoso$56615b67-2185-49fe-80d2-c4ddf77bb2e8$2$preview").is_ok()
        );
        assert!(read("/api/operations/contoso$another$3$preview").is_err());
        assert!(read("/api/operations/fabrikam$contoso-offer$3$preview").is_err());
        assert!(read("/api/operations/7").is_err());
    }

    #[test]
    fn a_person_may_give_an_id_or_an_address() {
        let (portal, (publisher, offer)) = (portal(), ids());
        let owner = Owner { portal: &portal, publisher: &publisher, offer: &offer };
        let given = |text| {
            let operation = owner.read_input(text)?;
            let path = Url::parse(operation.address()).unwrap().path().to_owned();
            Ok::<_, Malformed>((path, operation.is_listed()))
        };
        let path = "/api/publishers/contoso/offers/contoso-offer/operations/408a4835-0000";
        assert_eq!(given("408a4835-0000").unwrap(), (path.to_owned(), true));
        let old = "contoso$contoso-offer$2$preview";
        assert_eq!(given(old).unwrap(), (format!("/api/operations/{old}"), false));
        let slash = "/api/publishers/contoso/offers/contoso-offer/operations/7/";
        assert_eq!(given(slash).unwrap(), (slash.to_owned(), true));
        let why = given("/api/publishers/contoso/offers/another/operations/7").unwrap_err().0;
        assert!(why.contains("belongs to offer another"), "{why}");
        assert!(given("contoso$another$2$preview").is_err());
        assert!(given("/api/publishers/contoso").is_err());
        assert!(given("..").is_err());
        assert!(given("a b").is_err());
    }

    proptest! {
        #[test]
        fn no_text_leads_off_the_portal(text in "\\PC{0,60}") {
            if let Ok(url) = resolve_address(&portal(), &text) {
                prop_assert_eq!(url.origin(), portal().origin());
                prop_assert!(url.as_str().contains("api-version=2017-10-31"));
            }
        }
    }
}
