//! All products and jobs of the Product Ingestion API.

use jiff::Timestamp;

use super::job::{ConfigureJob, JobWork};
use super::product::{SimulatedProduct, replace_resource};
use crate::simulator::scenario::{ProductSetup, Scenario};

/// All products and jobs.
#[derive(Debug)]
pub struct ProductStore {
    /// The products, in the order in which they were made.
    pub products: Vec<SimulatedProduct>,
    /// The jobs, oldest first.
    pub jobs: Vec<ConfigureJob>,
    /// Requests so far, for throttling.
    pub requests: u64,
    /// How many of them were answered 429.
    pub throttled: u64,
    any_product: bool,
    first_submission: u64,
    start: Timestamp,
    /// Where the simulator is served: the origin of absolute addresses.
    pub base_url: String,
}

impl ProductStore {
    /// The products of a scenario.
    pub fn new(scenario: &Scenario, start: Timestamp, base_url: &str) -> Self {
        let mut store = Self {
            products: Vec::new(),
            jobs: Vec::new(),
            requests: 0,
            throttled: 0,
            any_product: scenario.ingestion.any_product,
            first_submission: scenario.ingestion.first_submission,
            start,
            base_url: base_url.to_owned(),
        };
        for setup in &scenario.products {
            store.add(setup);
        }
        store
    }

    /// Makes the product with that offer id, if it is not there and any product exists.
    pub fn ensure(&mut self, external_id: &str) {
        let is_known = self.products.iter().any(|product| product.external_id == external_id);
        if !is_known && self.any_product && !external_id.is_empty() {
            self.add(&ProductSetup::unheard_of(external_id));
        }
    }

    /// Index of the product with that guid.
    pub fn find(&self, guid: &str) -> Option<usize> {
        self.products.iter().position(|product| product.guid == guid)
    }

    /// Does what was to happen by now: changes by somebody else, and jobs that write drafts.
    pub fn settle(&mut self, now: Timestamp) {
        for product in &mut self.products {
            product.make_due_edits(now);
        }
        for job in &mut self.jobs {
            if let JobWork::Draft { ends, written } = &mut job.work
                && *ends <= now
                && !*written
            {
                *written = true;
                for resource in &job.resources {
                    replace_resource(&mut self.products[job.product].draft, resource);
                }
            }
        }
    }

    /// Makes the changes by somebody else that wait for this request.
    pub fn note_request(&mut self, method: &str, path: &str, now: Timestamp) {
        self.products.iter_mut().for_each(|product| product.note_request(method, path, now));
    }

    fn add(&mut self, setup: &ProductSetup) {
        let index = self.products.len();
        let product = SimulatedProduct::new(setup, index, self.first_submission, self.start);
        self.products.push(product);
    }
}
