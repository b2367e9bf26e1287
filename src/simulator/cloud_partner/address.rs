//! The answer to an accepted POST, with the address of its operation.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::reply::reply_json;
use crate::simulator::offers::offer::SimulatedOffer;
use crate::simulator::scenario::{
    Accepted, AcceptedBody, Address, AddressForm, AddressHeader, PortalSwitches,
};
use crate::simulator::simulation::Simulation;

const API_VERSION: &str = "?api-version=2017-10-31";

/// Says that an operation was started, and where it is.
pub fn answer_start(
    sim: &Simulation,
    offer: &SimulatedOffer,
    operation: &str,
    address: Address,
    answer: Accepted,
) -> Response {
    let portal = &sim.scenario.portal;
    let status = match answer {
        Accepted::Usual => StatusCode::ACCEPTED,
        Accepted::Ok => StatusCode::OK,
        Accepted::Created => StatusCode::CREATED,
        Accepted::NoContent => StatusCode::NO_CONTENT,
    };
    let mut response = match portal.accepted_body {
        _ if status == StatusCode::NO_CONTENT => status.into_response(),
        AcceptedBody::Empty => status.into_response(),
        AcceptedBody::Null => reply_json(status, &serde_json::Value::Null),
        AcceptedBody::Text => (status, "Accepted").into_response(),
        AcceptedBody::Operation => {
            reply_json(status, &json!({"id": operation, "status": "notStarted"}))
        }
    };
    let own = write_address(sim, portal, offer, operation, address.form);
    for (name, value) in list_address_headers(offer, address.header, own) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The headers of an accepted start; `own` is the operation's address.
fn list_address_headers(
    offer: &SimulatedOffer,
    header: AddressHeader,
    own: String,
) -> Vec<(HeaderName, String)> {
    let operation_location = HeaderName::from_static("operation-location");
    let with_offer = |other: &str| {
        let location = format!("/api/publishers/{}/offers/{}{other}", offer.publisher, offer.id);
        vec![(header::LOCATION, location), (operation_location.clone(), own.clone())]
    };
    match header {
        AddressHeader::Location => vec![(header::LOCATION, own)],
        AddressHeader::OperationLocation => vec![(operation_location, own)],
        AddressHeader::Both => vec![(header::LOCATION, own.clone()), (operation_location, own)],
        AddressHeader::WithOffer => with_offer(""),
        AddressHeader::WithOtherOffer => with_offer("-other"),
        AddressHeader::Absent => Vec::new(),
    }
}

fn write_address(
    sim: &Simulation,
    portal: &PortalSwitches,
    offer: &SimulatedOffer,
    operation: &str,
    form: AddressForm,
) -> String {
    let origin = portal.public_url.as_deref().unwrap_or(&sim.base_url);
    let path =
        format!("/api/publishers/{}/offers/{}/operations/{operation}", offer.publisher, offer.id);
    match form {
        AddressForm::Relative => format!("{path}{API_VERSION}"),
        AddressForm::WithoutApiVersion => path,
        AddressForm::Absolute => format!("{origin}{path}"),
        AddressForm::AbsoluteWithApiVersion => format!("{origin}{path}{API_VERSION}"),
        AddressForm::Legacy => {
            format!("/api/operations/{}${}$2$preview{API_VERSION}", offer.publisher, offer.id)
        }
        AddressForm::LegacyGuid => {
            format!("/api/operations/{}${}$2$preview{API_VERSION}", offer.publisher, offer.guid)
        }
    }
}
