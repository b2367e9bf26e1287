//! One world: everything outside the program, driven by one seed.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::chance::Chance;
use crate::deployments::Deployment;
use crate::extra::Extras;
use crate::github::Page;
use crate::identity::Identity;
use crate::oracle::{Oracle, STALE};
use crate::plan::Plan;
use crate::portal::Portal;
use crate::portal::operation::{By, Kind};
use crate::time::Time;
use crate::trace::Trace;

pub struct World {
    pub time: Rc<Time>,
    pub chance: Rc<Chance>,
    pub trace: Trace,
    pub plan: Plan,
    pub portal: Portal,
    pub identity: Identity,
    pub page: RefCell<Page>,
    pub deployments: RefCell<Vec<Deployment>>,
    pub oracle: Oracle,
    /// No more faults, and nobody interferes.
    pub calm: Cell<bool>,
    /// Nothing gets through until then.
    pub outage: Cell<Duration>,
    /// The process of this run is to be killed now.
    pub kill: Cell<Option<usize>>,
    pub requests: Cell<usize>,
    /// Whether the other job goes live.
    pub second_goes_live: OnceCell<bool>,
}

impl World {
    pub fn new(seed: u64, traced: bool) -> Rc<Self> {
        let (time, chance) = (Rc::new(Time::default()), Rc::new(Chance::new(seed)));
        let trace = Trace::new(Rc::clone(&time), traced);
        let plan = Plan::draw(&chance, Extras::draw(seed));
        let portal = Portal::new(Rc::clone(&chance), plan.clone());
        trace.say(|| {
            format!("seed {seed}\n{plan:#?}\n{:#?}\n{:#?}", portal.dialect, portal.offers.borrow())
        });
        Rc::new(Self {
            identity: Identity::new(Rc::clone(&chance)),
            page: RefCell::default(),
            deployments: RefCell::default(),
            oracle: Oracle::default(),
            calm: Cell::new(false),
            outage: Cell::default(),
            kill: Cell::default(),
            requests: Cell::default(),
            second_goes_live: OnceCell::new(),
            time,
            chance,
            trace,
            plan,
            portal,
        })
    }

    pub fn now(&self) -> Duration {
        self.time.now()
    }

    /// The portal's views are as old as this at most, and some seconds for the requests.
    pub fn stale(&self) -> Duration {
        let dialect = &self.portal.dialect;
        let lag = dialect.list_lag.max(dialect.offer_lag).max(dialect.absent);
        STALE.max(Duration::from_secs(4) + lag)
    }

    /// Somebody edits a draft.
    pub fn others_edit(&self) {
        let (now, offer) = (self.now(), self.chance.below(self.plan.offers));
        if !self.calm.get() {
            self.portal.offers.borrow_mut()[offer].change_draft(now, self.chance.one_in(3));
            self.trace.say(|| format!("others at offer {offer}: change the draft"));
        }
    }

    /// Something that other people do at the portal.
    pub fn others_interfere(&self) {
        if self.calm.get() {
            return;
        }
        let (now, offer) = (self.now(), self.chance.below(self.plan.offers));
        let what = match self.chance.below(6) {
            0 | 1 => format!(
                "publish: {:?}",
                self.portal.start(offer, Kind::Publish, By::Others, now, false)
            ),
            2 => format!(
                "go live: {:?}",
                self.portal.start(offer, Kind::GoLive, By::Others, now, false)
            ),
            3 => format!("cancel: {:?}", self.portal.cancel(offer, now)),
            4 => {
                let canceled = self.portal.cancel(offer, now);
                let published = self.portal.start(offer, Kind::Publish, By::Others, now, false);
                format!("replace: {canceled:?} {published:?}")
            }
            _ => {
                self.portal.offers.borrow_mut()[offer].change_draft(now, false);
                "change the draft".to_owned()
            }
        };
        self.trace.say(|| format!("others at offer {offer}: {what}"));
    }
}
