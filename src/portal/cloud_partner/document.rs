//! The offer's document: read with its entity tag, written whole on the condition that nobody else
//! wrote it since.

use std::time::Duration;

use http::header::{ETAG, HeaderValue, IF_MATCH};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::{Call, CloudPartnerPortal, wire};
use crate::http::{Response, Transport};
use crate::portal::json::{find_field, read_text};
use crate::portal::refusal::{Subject, read_refusal};
use crate::portal::{CallError, Draft, Trouble};

/// Writes took longer than a minute in 2020 (devigned/pub raised its limit to this).
const WRITE_TIMEOUT: Duration = Duration::from_mins(5);

/// Keys that the service gives and refuses to take back (seen by Debian's client in 2024).
const REFUSED_KEYS: [&str; 2] = ["legacyOfferId", "legacyPublisherId"];

impl<T: Transport> CloudPartnerPortal<T> {
    /// One read of the offer's document; the tag that a write names is in a header.
    pub(super) async fn read_document(
        &self,
        subject: Subject,
        rest: &str,
    ) -> Result<Draft, CallError> {
        let (draft, headers) = self.read(subject, self.offer_url(rest), wire::read_draft).await?;
        let etag = headers.get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Draft { etag, ..draft })
    }

    /// One write of the whole document in the place of `read`. Its answer may be the document as it
    /// was before, so it is not looked at.
    pub(super) async fn write_document(
        &self,
        subject: Subject,
        read: &Draft,
        body: &Value,
    ) -> Result<(), CallError> {
        let etag = read.etag.as_deref().unwrap_or("*");
        let condition =
            HeaderValue::try_from(etag).unwrap_or_else(|_| HeaderValue::from_static("*"));
        let call = Call {
            method: Method::PUT,
            url: self.offer_url(""),
            headers: HeaderMap::from_iter([(IF_MATCH, condition)]),
            body: Some(writable(body).to_string().into()),
            timeout: WRITE_TIMEOUT,
            head_is_enough: true,
        };
        let answer = self.client.send(&subject.doing, call).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        let error = read_refusal(&subject, &answer, self.retry_after(&answer), self.secrets());
        Err(CallError { trouble: classify_write(&answer).unwrap_or(error.trouble), ..error })
    }
}

/// What a refused write means beyond its status: two different 409, and a 500 that is a conflict
/// between the service's own parts ("resulted in an internal conflict! Retry is OK.").
fn classify_write(answer: &Response) -> Option<Trouble> {
    let json = answer.json();
    let code = json.as_ref().and_then(|json| read_text(find_field(json, &["error"])?, &["code"]));
    let unconditional = code.is_some_and(|code| code.eq_ignore_ascii_case("InvalidResourceId"));
    let says =
        |words: &str| String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains(words);
    match answer.status {
        StatusCode::PRECONDITION_FAILED => Some(Trouble::Changed),
        StatusCode::CONFLICT if unconditional => Some(Trouble::Refused),
        StatusCode::INTERNAL_SERVER_ERROR if says("internal conflict") || says("retry is ok") => {
            Some(Trouble::Changed)
        }
        _ => None,
    }
}

/// The document less the keys that the service refuses: they stand at the top and beside the
/// offer's other keys, alone or after the offer type and a dot.
fn writable(body: &Value) -> Value {
    let mut body = body.clone();
    for place in ["", "/definition", "/definition/offer"] {
        if let Some(object) = body.pointer_mut(place).and_then(Value::as_object_mut) {
            object.retain(|key, _| {
                let last = key.rsplit('.').next().unwrap_or_default();
                !REFUSED_KEYS.contains(&last)
            });
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::rc::Rc;

    use serde_json::json;

    use super::*;
    use crate::http::Lost;
    use crate::http::testing::Scripted;
    use crate::portal::cloud_partner::tests::{portal, run};
    use crate::portal::{Portal as _, Slot};
    use crate::problem::Code;

    fn draft(etag: Option<&str>) -> Draft {
        Draft { changed: None, etag: etag.map(str::to_owned), body: Value::Null }
    }

    #[test]
    fn a_draft_keeps_its_keys_its_numbers_and_its_tag() {
        let body = concat!(
            r#"{"id":"contoso-offer","version":1152921504606846977,"#,
            r#""definition":{"a.b":null,"c":[]}}"#
        );
        let scripted = Rc::new(Scripted::default());
        scripted.answer_with(200, &[("etag", "\"7\"")], body).answer(404, "");
        let portal = portal(&scripted);
        let read = run(portal.read_draft()).unwrap();
        assert_eq!(read.etag.as_deref(), Some("\"7\""));
        assert_eq!(read.body, serde_json::from_str::<Value>(body).unwrap());
        let absent = run(portal.read_slot(Slot::Preview)).unwrap_err();
        assert_eq!(absent.trouble, Trouble::NotFound);
        let paths: Vec<_> = scripted.asked().iter().map(|one| one.url.path().to_owned()).collect();
        let offer = "/api/publishers/contoso/offers/contoso-offer";
        assert_eq!(paths, [offer.to_owned(), format!("{offer}/slot/preview")]);
    }

    #[test]
    fn a_write_is_conditional_and_leaves_out_what_is_refused() {
        let scripted = Rc::new(Scripted::default());
        scripted.answer(200, "{}").answer(201, "");
        let portal = portal(&scripted);
        let body = json!({"id": "contoso-offer", "legacyOfferId": "x", "definition": {"offer": {
            "microsoft-azure-corevm.legacyOfferId": "",
            "microsoft-azure-corevm.legacyPublisherId": "",
            "microsoft-azure-corevm.title": "T"}, "plans": [{"a.legacyPlanId": "p"}]}});
        run(portal.write_draft(&draft(Some("\"7\"")), &body)).unwrap();
        run(portal.write_draft(&draft(None), &body)).unwrap();
        let asked = scripted.asked();
        let tags: Vec<_> =
            asked.iter().map(|one| one.headers[IF_MATCH].to_str().unwrap()).collect();
        assert_eq!(tags, ["\"7\"", "*"]);
        assert_eq!((asked[0].method.as_str(), asked[0].timeout), ("PUT", WRITE_TIMEOUT));
        let written: Value = serde_json::from_slice(asked[0].body.as_ref().unwrap()).unwrap();
        let expected = json!({"id": "contoso-offer", "definition": {
            "offer": {"microsoft-azure-corevm.title": "T"}, "plans": [{"a.legacyPlanId": "p"}]}});
        assert_eq!(written, expected);
    }

    #[test]
    fn each_answer_to_a_write_has_its_meaning() {
        let variant = concat!(
            r#"{"Variant":{"serviceName":"Variant","error":"#,
            r#""snapshot() resulted in an internal conflict! Retry is OK."}}"#
        );
        let unconditional = r#"{"error":{"code":"InvalidResourceId","message":"m"}}"#;
        let busy = r#"{"error":{"code":"OperationInProgress","message":"m"}}"#;
        let mut table = String::new();
        for (status, what, body) in [
            (200, "nothing", ""),
            (201, "JSON", "{}"),
            (204, "nothing", ""),
            (412, "nothing", ""),
            (409, "OperationInProgress", busy),
            (409, "InvalidResourceId", unconditional),
            (409, "nothing", ""),
            (500, "a conflict inside", variant),
            (500, "JSON", "{}"),
            (503, "nothing", ""),
            (400, "JSON", "{}"),
            (403, "JSON", "{}"),
            (404, "JSON", "{}"),
            (422, "an exception", "\"Microsoft.Ingestion.Api.Common.Exceptions.Http422Exception\""),
        ] {
            let scripted = Rc::new(Scripted::default());
            scripted.answer(status, body);
            let written = run(portal(&scripted).write_draft(&draft(None), &json!({})));
            let meaning = written
                .map_or_else(|error| format!("{:?}", error.trouble), |()| "written".to_owned());
            let _ = writeln!(table, "{status} with {what} → {meaning}");
        }
        let scripted = Rc::new(Scripted::default());
        scripted.lose(Lost::Unknown, "reset");
        let lost = run(portal(&scripted).write_draft(&draft(None), &json!({}))).unwrap_err();
        let _ = writeln!(table, "no answer → {:?}", lost.trouble);
        insta::assert_snapshot!(table, @"
        200 with nothing → written
        201 with JSON → written
        204 with nothing → written
        412 with nothing → Changed
        409 with OperationInProgress → Conflict
        409 with InvalidResourceId → Refused
        409 with nothing → Conflict
        500 with a conflict inside → Changed
        500 with JSON → Passing
        503 with nothing → Passing
        400 with JSON → Refused
        403 with JSON → Auth
        404 with JSON → NotFound
        422 with an exception → Refused
        no answer → Passing
        ");
    }

    #[test]
    fn a_draft_that_is_too_large_or_too_deep_is_no_outage() {
        let scripted = Rc::new(Scripted::default());
        let deep =
            format!("{{\"id\":\"x\",\"definition\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        scripted
            .lose(Lost::TooLarge, "too large")
            .answer(200, &deep)
            .answer(200, "<html>[[")
            .answer(200, "{\"id\":");
        let portal = portal(&scripted);
        let mut troubles = Vec::new();
        for _ in 0..4 {
            let error = run(portal.read_draft()).unwrap_err();
            troubles.push((error.trouble, error.problem.code));
        }
        assert_eq!(
            troubles,
            [
                (Trouble::Unreadable, Code::AnswerUnreadable),
                (Trouble::Unreadable, Code::AnswerUnreadable),
                (Trouble::Passing, Code::Unavailable),
                (Trouble::Passing, Code::Unavailable),
            ]
        );
    }
}
