//! The answer to an accepted POST, with the address of its operation.

use axum::http::{HeaderValue, StatusCode, header};
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
    let names = match address.header {
        AddressHeader::Location => vec![header::LOCATION],
        AddressHeader::OperationLocation => {
            vec![header::HeaderName::from_static("operation-location")]
        }
        AddressHeader::Both => {
            vec![header::LOCATION, header::HeaderName::from_static("operation-location")]
        }
        AddressHeader::WithOffer | AddressHeader::WithOtherOffer => {
            let other = if address.header == AddressHeader::WithOffer { "" } else { "-other" };
            let location =
                format!("/api/publishers/{}/offers/{}{other}", offer.publisher, offer.id);
            if let Ok(value) = HeaderValue::from_str(&location) {
                response.headers_mut().insert(header::LOCATION, value);
            }
            vec![header::HeaderName::from_static("operation-location")]
        }
        AddressHeader::Absent => Vec::new(),
    };
    if let Ok(value) =
        HeaderValue::from_str(&write_address(sim, portal, offer, operation, address.form))
    {
        for name in names {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
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
