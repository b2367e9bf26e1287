//! The world: the offers, and what was done to them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::clock::{earlier, later};
use super::operation::{Operation, Progress, State, Stop};
use super::scenario::{self, Link, Phase, Scenario, Status, Step};

/// All offers.
#[derive(Debug)]
pub struct Offers {
    list: Vec<Offer>,
    any_offer: bool,
    script: Vec<Step>,
    start: Timestamp,
    next: Numbers,
}

/// The numbers that the next operation gets.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    id: u64,
    version: i64,
}

/// One offer.
#[derive(Debug)]
pub struct Offer {
    /// Publisher id.
    pub publisher: String,
    /// Offer id.
    pub id: String,
    /// Its other id.
    pub guid: String,
    /// Its status before any operation.
    pub initial: Status,
    /// Whether it was migrated to Partner Center.
    pub migrated: bool,
    /// The draft's version.
    pub version: i64,
    /// When the draft was last changed.
    pub changed: Timestamp,
    /// The draft.
    pub definition: Value,
    /// Links shown from the sign-off on.
    pub preview_links: Vec<Link>,
    /// Links shown when live.
    pub live_links: Vec<Link>,
    /// Its operations, oldest first.
    pub operations: Vec<Operation>,
    /// Its cancel operations: id, start and end, if it ends.
    pub cancels: Vec<(String, Timestamp, Option<Timestamp>)>,
    script: Vec<Step>,
    numbers: Numbers,
}

/// How far apart two submissions' versions are: a tenth of a microsecond each, so minutes.
const VERSION_STEP: i64 = 1_234_567_891;

impl Offers {
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
    pub fn find(&mut self, publisher: &str, id: &str) -> Option<&mut Offer> {
        let known = self
            .list
            .iter()
            .position(|offer| offer.publisher == publisher && (offer.id == id || offer.guid == id));
        match known {
            Some(index) => self.list.get_mut(index),
            None if self.any_offer => {
                self.add(&scenario::Offer::unheard_of(publisher, id));
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
        definition: Value,
        now: Timestamp,
    ) -> Option<&mut Offer> {
        self.add(&scenario::Offer::unheard_of(publisher, id));
        let offer = self.list.last_mut()?;
        offer.definition = definition;
        offer.changed = now;
        Some(offer)
    }

    /// Whether an offer exists without any-offer's help.
    pub fn knows(&self, publisher: &str, id: &str) -> bool {
        self.list.iter().any(|offer| offer.publisher == publisher && offer.id == id)
    }

    /// All offers.
    pub fn all(&self) -> &[Offer] {
        &self.list
    }

    /// The operation with that id, of whatever offer.
    pub fn operation(&mut self, id: &str) -> Option<&mut Operation> {
        self.list
            .iter_mut()
            .flat_map(|offer| &mut offer.operations)
            .find(|operation| operation.id == id)
    }

    fn add(&mut self, described: &scenario::Offer) {
        // Each offer numbers its own operations, far enough from its neighbour's.
        self.next.id += 1;
        let numbers = Numbers { id: self.next.id * 1000, version: self.next.version };
        self.next.version += 1;
        let link = |text: &str, path: &str| {
            let (publisher, id) = (&described.publisher, &described.id);
            vec![Link { text: text.to_owned(), uri: format!("https://{path}/{publisher}.{id}") }]
        };
        let preview = link("Preview in the Azure portal", "portal.azure.com/#create");
        let live = link("Azure Marketplace", "azuremarketplace.microsoft.com/marketplace/apps");
        let plans: Vec<Value> =
            described.plans.iter().map(|plan| json!({"planId": plan})).collect();
        let mut offer = Offer {
            publisher: described.publisher.clone(),
            id: described.id.clone(),
            guid: format!("56615b67-2185-49fe-80d2-{:012x}", self.next.id),
            initial: described.status,
            migrated: described.migrated,
            version: described.version,
            changed: self.start,
            definition: json!({"displayText": described.id, "offer": {}, "plans": plans}),
            preview_links: described.preview_links.clone().unwrap_or(preview),
            live_links: described.live_links.clone().unwrap_or(live),
            operations: Vec::new(),
            cancels: Vec::new(),
            script: described.steps.clone().unwrap_or_else(|| self.script.clone()),
            numbers,
        };
        offer.set_back(described, self.start);
        self.list.push(offer);
    }
}

impl Offer {
    /// Gives the offer the past that its status needs.
    fn set_back(&mut self, described: &scenario::Offer, start: Timestamp) {
        let half = |phase| {
            self.script.iter().filter(|step| step.phase() == phase).fold(
                SignedDuration::ZERO,
                |sum, step| {
                    let stood_still = step
                        .blocked
                        .as_ref()
                        .and_then(|blocked| blocked.lasts)
                        .map_or(SignedDuration::ZERO, |l| l.0);
                    sum.saturating_add(step.takes.0).saturating_add(stood_still)
                },
            )
        };
        let (publish, go_live) = (half(Phase::Publish), half(Phase::GoLive));
        let long = SignedDuration::from_hours(24 * 10);
        let ago = |default: SignedDuration| {
            earlier(start, described.since.map_or(default, |since| since.0))
        };
        let begun = match described.status {
            Status::NeverPublished | Status::NotStarted => start,
            Status::WaitingForPublisherReview => {
                ago(publish.saturating_add(SignedDuration::from_hours(1)))
            }
            Status::Running => ago(SignedDuration::from_mins(1)),
            Status::Succeeded => ago(publish.saturating_add(go_live).saturating_add(long)),
            Status::Canceled | Status::Failed => ago(long),
        };
        let needs_preview =
            described.status == Status::Running && described.running == Phase::GoLive;
        let published = if needs_preview { earlier(begun, publish) } else { begun };
        self.changed = earlier(published, SignedDuration::from_hours(1));
        match described.status {
            Status::NeverPublished | Status::NotStarted => {}
            Status::WaitingForPublisherReview => {
                self.begin(Phase::Publish, published, String::new());
            }
            Status::Running => {
                self.begin(Phase::Publish, published, String::new());
                if needs_preview {
                    self.begin(Phase::GoLive, begun, String::new());
                }
            }
            Status::Succeeded => {
                self.begin(Phase::Publish, published, String::new());
                self.begin(Phase::GoLive, later(published, publish), String::new());
            }
            Status::Canceled | Status::Failed => {
                let state = if described.status == Status::Failed {
                    State::Failed
                } else {
                    State::Canceled
                };
                let at = later(published, SignedDuration::from_mins(1));
                self.begin(Phase::Publish, published, String::new()).stopped =
                    Some(Stop { at, state, reason: "The last publish failed.".to_owned() });
            }
        }
        if described.draft_changed {
            self.changed = earlier(start, SignedDuration::from_secs(1)).max(published);
        }
    }

    /// Starts an operation; what waited for the publisher waits no longer.
    pub fn begin(&mut self, kind: Phase, now: Timestamp, emails: String) -> &mut Operation {
        if let Some(last) = self.operations.last_mut() {
            last.closed.get_or_insert(now);
        }
        if kind == Phase::Publish {
            self.version += 1;
        }
        let operation = Operation {
            id: self.next_id(),
            kind,
            created: now,
            script: self.script.clone(),
            draft: self.changed,
            offer_version: self.version,
            version: self.numbers.version,
            emails,
            stopped: None,
            closed: None,
            polls: 0,
        };
        self.numbers.version = self.numbers.version.saturating_add(VERSION_STEP);
        let index = self.operations.len();
        self.operations.push(operation);
        &mut self.operations[index]
    }

    /// The id of the next operation: not a random one, like those of migrated offers.
    pub fn next_id(&mut self) -> String {
        self.numbers.id += 1;
        format!("408a4835-0000-1000-0000-{:012}", self.numbers.id)
    }

    /// The last operation and how far it is.
    pub fn last(&self, now: Timestamp) -> Option<(&Operation, Progress)> {
        self.operations.last().map(|operation| (operation, operation.progress(now)))
    }

    /// Where the offer stands.
    pub fn status(&self, now: Timestamp) -> Status {
        match self.last(now) {
            None => self.initial,
            Some((operation, progress)) => match progress.state {
                State::Running => Status::Running,
                State::Complete if operation.kind == Phase::GoLive => Status::Succeeded,
                State::SignOff | State::Complete => Status::WaitingForPublisherReview,
                State::Failed => Status::Failed,
                State::Canceled => Status::Canceled,
            },
        }
    }

    /// Whether the draft is what was last published.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.operations.iter().rfind(|operation| operation.kind == Phase::Publish).is_some_and(
            |publish| {
                publish.draft == self.changed
                    && !matches!(publish.progress(now).state, State::Failed | State::Canceled)
            },
        )
    }

    /// Whether there is a preview that can go live.
    pub fn is_previewed(&self, now: Timestamp) -> bool {
        match self.last(now) {
            None => false,
            Some((last, progress)) => match last.kind {
                Phase::Publish => progress.state == State::SignOff,
                Phase::GoLive => matches!(progress.state, State::Failed | State::Canceled),
            },
        }
    }

    /// Whether a preview was ever reached.
    pub fn was_previewed(&self, now: Timestamp) -> bool {
        self.operations.iter().any(|operation| {
            operation.kind == Phase::GoLive
                || matches!(operation.progress(now).state, State::SignOff | State::Complete)
        })
    }

    /// Whether the offer was ever live.
    pub fn was_live(&self, now: Timestamp) -> bool {
        self.operations.iter().any(|operation| {
            operation.kind == Phase::GoLive && operation.progress(now).state == State::Complete
        })
    }

    /// Changes the draft.
    pub fn edit(&mut self, definition: Option<Value>, now: Timestamp) {
        if let Some(definition) = definition {
            self.definition = definition;
        }
        self.version += 1;
        self.changed = now;
    }
}
