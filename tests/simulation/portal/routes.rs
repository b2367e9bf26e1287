//! Requests to the portal, carried out.

use std::time::Duration;

use offer_release::http::Request;
use serde_json::{Value, json};

use super::dialect::{Conflict, Form, Header, Location};
use super::operation::{By, Kind, Operation};
use super::{Deed, ORIGIN, PUBLISHER, Portal, Refusal};

/// An answer before it is put on the wire.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl Answer {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    pub(super) fn error(status: u16, code: &str) -> Self {
        Self::json(
            status,
            json!({ "error": { "code": code, "message": format!("the world says {code}") } }),
        )
    }
}

impl Portal {
    /// Carries a request out.
    pub fn carry_out(
        &self,
        request: &Request,
        by: By,
        now: Duration,
        calm: bool,
    ) -> (Answer, Option<Deed>) {
        let (method, url) = (&request.method, &request.url);
        let path = url.path().trim_start_matches('/').trim_end_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        let not_found = || (Answer::error(404, "NotFound"), None);
        if !url.query_pairs().any(|(name, value)| name == "api-version" && value == "2017-10-31") {
            return (Answer::error(400, "InvalidAPIVersion"), None);
        }
        let (id, rest) = match parts[..] {
            ["api", "operations", id] => return (self.legacy(id, now), None),
            ["api", "publishers", PUBLISHER, "offers", "another", ref rest @ ..] => {
                return (self.another(rest), None);
            }
            ["api", "publishers", PUBLISHER, "offers", id, ref rest @ ..] => (id, rest),
            _ => return not_found(),
        };
        let Some(index) = self.offers.borrow().iter().position(|offer| offer.id == id) else {
            return not_found();
        };
        match (method.as_str(), rest) {
            ("POST", ["publish"]) => self.post(index, Kind::Publish, by, now, calm),
            ("POST", ["golive"]) => self.post(index, Kind::GoLive, by, now, calm),
            ("POST", ["cancel"]) => {
                let remembered = !self.chance.per_mille(self.dialect.cancels_forgotten * 125);
                let operation = if remembered { self.cancel(index, now) } else { None };
                let status = if self.dialect.cancel_is_synchronous { 200 } else { 202 };
                (
                    Answer { status, headers: Vec::new(), body: None },
                    Some(Deed::CancelAccepted { offer: index, operation }),
                )
            }
            ("GET", []) => {
                let offer = &self.offers.borrow()[index];
                let mut answer = Answer::json(200, self.draft_json(offer, now));
                answer.headers.extend(self.etag(offer, now).map(|etag| ("etag", etag)));
                let content = offer.draft_content(now);
                (answer, Some(Deed::Read { offer: index, content }))
            }
            ("PUT", []) => {
                let named = request.headers.get("if-match").and_then(|name| name.to_str().ok());
                self.write(index, request.body.as_deref(), named, now)
            }
            ("GET", ["slot", slot]) => {
                let held = self.slot_json(&self.offers.borrow()[index], slot, now);
                (held.map_or_else(|| not_found().0, |held| Answer::json(200, held)), None)
            }
            ("GET", ["status"]) => {
                (Answer::json(200, self.status_json(&self.offers.borrow()[index], now)), None)
            }
            ("GET", ["submissions"]) => {
                (Answer::json(200, self.list_json(&self.offers.borrow()[index], now)), None)
            }
            ("GET", ["operations", id]) => {
                let offer = &self.offers.borrow()[index];
                let old = offer.old_rows.iter().find(|row| row.id == *id);
                let answer = match old {
                    Some(row) => Answer::json(
                        200,
                        json!({ "status": self.old_word(row), "submissionType": row.kind, "steps": [] }),
                    ),
                    None => self.one(index, now, |one| one.id == *id),
                };
                (answer, None)
            }
            _ => not_found(),
        }
    }

    /// Another offer of the publisher, live for long.
    fn another(&self, rest: &[&str]) -> Answer {
        let done = |kind: &str| {
            json!({
                "status": self.dialect.spelled("complete"), "submissionType": kind, "messages": [],
                "steps": [], "previewLinks": [], "liveLinks": [],
            })
        };
        match rest {
            ["operations", _] => Answer::json(200, done("publish")),
            _ => Answer::error(404, "NotFound"),
        }
    }

    fn post(
        &self,
        index: usize,
        kind: Kind,
        by: By,
        now: Duration,
        calm: bool,
    ) -> (Answer, Option<Deed>) {
        match (self.start(index, kind, by, now, calm), self.dialect.conflict) {
            (Ok(operation), _) => {
                (self.accepted(index, operation), Some(Deed::Created { offer: index, operation }))
            }
            (Err(Refusal::NotAtSignOff), _) => (Answer::error(400, "BadRequest"), None),
            (Err(Refusal::Busy(busy)), Conflict::Same)
                if self.offers.borrow()[index].operations[busy].kind == kind =>
            {
                (self.accepted(index, busy), None)
            }
            (Err(Refusal::Busy(_)), Conflict::BadRequest) => {
                (Answer::error(400, "OperationInProgress"), None)
            }
            (Err(Refusal::Busy(_)), _) => (Answer::error(409, "OperationInProgress"), None),
        }
    }

    fn accepted(&self, index: usize, operation: usize) -> Answer {
        let offers = self.offers.borrow();
        let (offer, one) = (&offers[index], &offers[index].operations[operation]);
        let plain =
            format!("/api/publishers/{PUBLISHER}/offers/{}/operations/{}", offer.id, one.id);
        let address = match self.dialect.form {
            _ if self.dialect.location == Location::PublishOfGoLive && one.kind == Kind::GoLive => {
                format!(
                    "/api/operations/{PUBLISHER}${}${}$preview?api-version=2017-10-31",
                    offer.id, one.version
                )
            }
            Form::Legacy if one.kind == Kind::Publish => {
                format!(
                    "/api/operations/{PUBLISHER}${}${}$preview?api-version=2017-10-31",
                    offer.id, one.version
                )
            }
            Form::Absolute => format!("{ORIGIN}{plain}"),
            Form::WithoutVersion => plain,
            Form::Relative | Form::Legacy => format!("{plain}?api-version=2017-10-31"),
        };
        let foreign = "https://evil.example/api/operations/1".to_owned();
        let resource = match self.dialect.location {
            Location::Plain | Location::PublishOfGoLive => None,
            Location::Offer => Some(format!("/api/publishers/{PUBLISHER}/offers/{}", offer.id)),
            Location::OtherOffer => {
                let other = "00000000-0000-1000-0000-000000000001";
                Some(format!("/api/publishers/{PUBLISHER}/offers/another/operations/{other}"))
            }
        };
        let headers = match self.dialect.header {
            Header::Both | Header::OperationLocation if resource.is_some() => {
                vec![("location", resource.unwrap_or_default()), ("operation-location", address)]
            }
            Header::None if resource.is_some() => vec![("location", resource.unwrap_or_default())],
            Header::Location => vec![("location", address)],
            Header::OperationLocation => vec![("operation-location", address)],
            Header::Both => vec![("operation-location", address.clone()), ("location", address)],
            Header::None => Vec::new(),
            Header::Foreign => vec![("location", foreign)],
            Header::ForeignThenGood => vec![("location", foreign), ("operation-location", address)],
        };
        Answer { status: 202, headers, body: None }
    }

    fn legacy(&self, id: &str, now: Duration) -> Answer {
        let parts: Vec<&str> = id.split('$').collect();
        let [PUBLISHER, offer, version, "preview"] = parts[..] else {
            return Answer::error(404, "NotFound");
        };
        let index = self.offers.borrow().iter().position(|known| known.id == offer);
        let version: u32 = version.parse().unwrap_or_default();
        match index {
            Some(index) => {
                self.one(index, now, |one| one.kind == Kind::Publish && one.version == version)
            }
            None => Answer::error(404, "NotFound"),
        }
    }

    fn one(&self, index: usize, now: Duration, wanted: impl Fn(&Operation) -> bool) -> Answer {
        let offers = self.offers.borrow();
        let offer = &offers[index];
        match offer.operations.iter().find(|one| {
            wanted(one) && one.created() + self.dialect.absent <= now && !one.is_gone(now)
        }) {
            Some(one) => Answer::json(200, self.operation_json(offer, one, now)),
            None => Answer::error(404, "NotFound"),
        }
    }
}
