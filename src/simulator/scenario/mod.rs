//! The scenario: everything that a simulation is configured with, as YAML. Documented in
//! `docs/simulator.md`.

mod auth;
mod checks;
mod draft_switches;
mod edits;
mod faults;
mod ingestion;
mod length;
mod offers;
mod operation_switches;
mod portal;
mod steps;
mod switch;
mod target;
mod text;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

pub use self::auth::{Reuse, TenantClient, TokenSwitches, default_audience};
pub use self::checks::{CheckSwitches, DeploymentSwitches, GithubAnswer, GithubCall, GithubCalls};
pub use self::draft_switches::*;
pub use self::edits::DraftEdit;
pub use self::faults::{FaultAnswer, FaultEffect, FixedAnswer, RetryAfter, ScriptedFault};
pub use self::ingestion::*;
pub use self::length::LengthOfTime;
pub use self::offers::{OfferLink, OfferSetup, OfferStatus, PastSubmission};
pub use self::operation_switches::*;
pub use self::portal::*;
pub use self::steps::{FailedAs, FailedOperation, Fails, ReleaseHalf, ScriptMessage, ScriptStep};
pub use self::target::RequestTarget;

use super::guid::product_guid;
use super::offers::default_documents::default_definition;
use super::product_ingestion::default_resources::default_resources;

/// The configuration of a simulation. By default everything works, and a release takes its
/// realistic days.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Scenario {
    /// Simulated seconds a real second.
    pub(super) time_scale: f64,
    /// The simulated date at the beginning; by default the machine's.
    pub(super) start: Option<Timestamp>,
    /// Whether offers that are not listed exist too.
    pub(super) any_offer: bool,
    /// The script of offers without one of their own.
    pub(super) steps: Vec<ScriptStep>,
    pub(super) offers: Vec<OfferSetup>,
    pub(super) portal: PortalSwitches,
    pub(super) auth: TokenSwitches,
    pub(super) checks: CheckSwitches,
    pub(super) deployments: DeploymentSwitches,
    pub(super) products: Vec<ProductSetup>,
    pub(super) ingestion: IngestionSwitches,
    pub(super) faults: Vec<ScriptedFault>,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            time_scale: 1.0,
            start: None,
            any_offer: true,
            steps: steps::realistic_script(),
            offers: Vec::new(),
            portal: PortalSwitches::default(),
            auth: TokenSwitches::default(),
            checks: CheckSwitches::default(),
            deployments: DeploymentSwitches::default(),
            products: Vec::new(),
            ingestion: IngestionSwitches::default(),
            faults: Vec::new(),
        }
    }
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Says what is wrong, and at which line and column if it is a matter of one place.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        let scenario: Option<Self> =
            serde_yaml::from_str(yaml).map_err(|error| error.to_string())?;
        let scenario = scenario.unwrap_or_default();
        scenario.check()?;
        Ok(scenario)
    }

    /// The same with so many simulated seconds a real second.
    #[must_use]
    pub fn with_time_scale(self, time_scale: f64) -> Self {
        Self { time_scale, ..self }
    }

    /// The same with access tokens that live so long, in simulated time.
    #[must_use]
    pub fn with_token_lifetime(mut self, lifetime: SignedDuration) -> Self {
        self.auth.token_lifetime = LengthOfTime(lifetime);
        self
    }

    /// The same with an offer of this type on the Cloud Partner Portal, its draft's `definition`
    /// the type's own with a change. What the scenario says of an offer stays.
    #[must_use]
    pub fn with_draft(
        mut self,
        publisher: &str,
        id: &str,
        offer_type: &str,
        plans: &[&str],
        change: impl FnOnce(serde_json::Value) -> serde_json::Value,
    ) -> Self {
        if !self.offers.iter().any(|listed| listed.publisher == publisher && listed.id == id) {
            let mut offer = OfferSetup::unheard_of(publisher, id);
            if !plans.is_empty() {
                offer.plans = plans.iter().map(|plan| (*plan).to_owned()).collect();
            }
            offer.document = Some(change(default_definition(offer_type, id, &offer.plans)));
            offer_type.clone_into(&mut offer.offer_type);
            self.offers.push(offer);
        }
        self
    }

    /// The same with a product of this type on the Product Ingestion API, its draft's resources the
    /// type's own with a change. What the scenario says of a product stays.
    #[must_use]
    pub fn with_product(
        mut self,
        id: &str,
        product_type: &str,
        plans: &[&str],
        change: impl FnOnce(Vec<serde_json::Value>) -> Vec<serde_json::Value>,
    ) -> Self {
        if !self.products.iter().any(|listed| listed.id == id) {
            let mut product = ProductSetup::unheard_of(id);
            if !plans.is_empty() {
                product.plans = plans.iter().map(|plan| (*plan).to_owned()).collect();
            }
            let guid = product_guid(self.products.len());
            let own = default_resources(&guid, id, product_type, &product.plans);
            product.resources = change(own);
            product_type.clone_into(&mut product.product_type);
            self.products.push(product);
        }
        self
    }

    /// The same with an offer on the Cloud Partner Portal and a product on the Product Ingestion
    /// API that have these plans; without any, they have a plan of the simulator's own.
    #[must_use]
    pub fn with_offer(mut self, publisher: &str, id: &str, plans: &[&str]) -> Self {
        let mut offer = OfferSetup::unheard_of(publisher, id);
        let mut product = ProductSetup::unheard_of(id);
        if !plans.is_empty() {
            let plans: Vec<String> = plans.iter().map(|plan| (*plan).to_owned()).collect();
            product.plans.clone_from(&plans);
            offer.plans = plans;
        }
        // What the scenario says of an offer stays.
        if !self.offers.iter().any(|listed| listed.publisher == publisher && listed.id == id) {
            self.offers.push(offer);
        }
        if !self.products.iter().any(|listed| listed.id == id) {
            self.products.push(product);
        }
        self
    }

    fn check(&self) -> Result<(), String> {
        if !self.time_scale.is_finite() || self.time_scale <= 0.0 {
            return Err(format!("time-scale: {} is not a number above 0", self.time_scale));
        }
        let scripts =
            self.offers.iter().filter_map(|offer| offer.steps.as_ref()).chain([&self.steps]);
        if scripts.into_iter().any(Vec::is_empty) {
            return Err("steps: a release needs at least one step".to_owned());
        }
        for (index, offer) in self.offers.iter().enumerate() {
            if self.offers[..index]
                .iter()
                .any(|other| other.publisher == offer.publisher && other.id == offer.id)
            {
                return Err(format!(
                    "offers[{index}]: {}/{} is listed twice",
                    offer.publisher, offer.id
                ));
            }
        }
        for (index, fault) in self.faults.iter().enumerate() {
            if [fault.nth, fault.first, fault.every].iter().flatten().count() > 1 {
                return Err(format!(
                    "faults[{index}]: only one of `nth`, `first` and `every` can be given"
                ));
            }
            if [fault.nth, fault.first, fault.every, fault.count].contains(&Some(0)) {
                return Err(format!(
                    "faults[{index}]: `nth`, `first`, `every` and `count` count from 1"
                ));
            }
        }
        if self.ingestion.throttle.is_some_and(|throttle| throttle.every == 0) {
            return Err("ingestion.throttle.every: counts from 1".to_owned());
        }
        if self.portal.throttle.is_some_and(|throttle| throttle.every == 0) {
            return Err("portal.throttle.every: counts from 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_written_is_the_default() {
        for empty in ["", "# only a comment\n", "{}"] {
            let scenario = Scenario::parse(empty).unwrap();
            assert!(scenario.any_offer && scenario.steps.len() == 6, "{empty:?}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_what_is_allowed() {
        let wrong = [
            "portal:\n  sign-off: maybe\n",
            "time-scael: 2\n",
            "portal: {nonsense: 1}",
            "steps:\n- id: live\n  name: Live\n  takes: soon\n",
            "faults:\n- on: POST publish\n  do: reset\n",
            "faults:\n- on: POST /**\n  do: explode\n",
            "faults:\n- on: POST /**\n  do: {body: x}\n",
            "faults:\n- on: POST /**\n  do: {delay: 1s, handled: true, status: 700}\n",
            "faults:\n- on: POST /**\n  do: {huge: 1, truncate: 1}\n",
            "faults:\n- on: POST /**\n  do: {handled: true}\n",
            "faults:\n- on: POST /**\n  nth: 1\n  every: 2\n  do: hang\n",
            "faults:\n- on: POST /**\n  nth: 0\n  do: hang\n",
            "portal: {throttle: {every: 0}}",
            "time-scale: 0",
            "steps: []",
            "offers: [{publisher: a, id: b}, {publisher: a, id: b}]",
            "time-scale: 1\ntime-scale: 2",
        ];
        insta::assert_snapshot!(wrong.map(|yaml| Scenario::parse(yaml).unwrap_err()).join("\n"));
    }

    #[test]
    fn numbers_are_words_too() {
        let scenario =
            Scenario::parse("portal: {go-live-early: 409, cancel: 200, go-live-answer: '204'}")
                .unwrap();
        assert_eq!(scenario.portal.go_live_early, OutOfTurn::Conflict);
        assert_eq!(scenario.portal.cancel, Cancel::Done);
        assert_eq!(scenario.portal.go_live_answer, Accepted::NoContent);
    }
}
