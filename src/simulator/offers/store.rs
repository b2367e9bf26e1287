//! All offers of the simulation.

use jiff::Timestamp;
use serde_json::Value;

use super::offer::{Numbers, SimulatedOffer};
use super::operation::SimulatedOperation;
use crate::simulator::scenario::{OfferSetup, Scenario, ScriptStep};

/// The offers of the scenario, and those that were asked for.
#[derive(Debug)]
pub struct OfferStore {
    list: Vec<SimulatedOffer>,
    any_offer: bool,
    script: Vec<ScriptStep>,
    start: Timestamp,
    next: Numbers,
}

impl OfferStore {
    /// The offers of a scenario.
    pub fn new(scenario: &Scenario, start: Timestamp) -> Self {
        let mut offers = Self {
            list: Vec::new(),
            any_offer: scenario.any_offer,
            script: scenario.steps.clone(),
            start,
            next: Numbers { id: 0, version: scenario.portal.first_submission_version },
        };
        for described in &scenario.offers {
            offers.add(described);
        }
        offers
    }

    /// An offer; one that nobody described exists as well if the scenario says so.
    pub fn find(&mut self, publisher: &str, id: &str) -> Option<&mut SimulatedOffer> {
        let known = self
            .list
            .iter()
            .position(|offer| offer.publisher == publisher && (offer.id == id || offer.guid == id));
        match known {
            Some(index) => self.list.get_mut(index),
            None if self.any_offer => {
                self.add(&OfferSetup::unheard_of(publisher, id));
                self.list.last_mut()
            }
            None => None,
        }
    }

    /// Makes an offer that does not exist.
    pub fn create(
        &mut self,
        publisher: &str,
        id: &str,
        offer_type: &str,
        definition: Value,
        now: Timestamp,
    ) -> Option<&mut SimulatedOffer> {
        self.add(&OfferSetup {
            offer_type: offer_type.to_owned(),
            document: Some(definition),
            ..OfferSetup::unheard_of(publisher, id)
        });
        let offer = self.list.last_mut()?;
        (offer.changed, offer.modified) = (now, now);
        Some(offer)
    }

    /// Makes the changes of drafts by somebody else whose time has come.
    pub fn make_due_edits(&mut self, now: Timestamp) {
        self.list.iter_mut().for_each(|offer| offer.make_due_edits(now));
    }

    /// Makes the changes of drafts that wait for this request.
    pub fn note_request(&mut self, method: &str, path: &str, now: Timestamp) {
        self.list.iter_mut().for_each(|offer| offer.note_request(method, path, now));
    }

    /// Whether an offer exists without any-offer's help.
    pub fn knows(&self, publisher: &str, id: &str) -> bool {
        self.list.iter().any(|offer| offer.publisher == publisher && offer.id == id)
    }

    /// The offers that exist, in the order in which they came up.
    pub fn all(&self) -> &[SimulatedOffer] {
        &self.list
    }

    /// The operation with that id, of whatever offer.
    pub fn operation(&mut self, id: &str) -> Option<&mut SimulatedOperation> {
        self.list
            .iter_mut()
            .flat_map(|offer| &mut offer.operations)
            .find(|operation| operation.id == id)
    }

    fn add(&mut self, described: &OfferSetup) {
        // Each offer numbers its own operations, far enough from its neighbour's.
        self.next.id += 1;
        let numbers = Numbers { id: self.next.id * 1000, version: self.next.version };
        self.next.version += 1;
        let guid = format!("56615b67-2185-49fe-80d2-{:012x}", self.next.id);
        self.list.push(SimulatedOffer::new(described, guid, &self.script, numbers, self.start));
    }
}
