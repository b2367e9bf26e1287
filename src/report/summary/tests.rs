//! Whole summaries, as they are read.

mod charts;
mod many;
mod planned;
mod told;

use std::rc::Rc;

use jiff::Timestamp;

use super::*;
use crate::choices::Command;
use crate::http::Exchange;
use crate::manifest;
use crate::portal::{Level, Link, Message, Operation, OperationView, Phase, Step, Word};
use crate::release::Verdict;
use crate::release::event::{Event, Origin, What};

/// A job's room.
const ROOM: usize = 1024 * 1024;

/// A release under way, told hour by hour.
struct Told {
    story: Story,
    now: Timestamp,
}

/// A step: its name, status, estimate and messages.
type Seen<'a> = (&'a str, &'a str, &'a str, &'a [(Level, &'a str)]);

impl Told {
    fn new(offers: &str) -> Self {
        let text = format!("publisher: contoso\noffers:\n{offers}");
        let manifest = manifest::parse("offer.yml", &text).unwrap();
        let offers = manifest.offers.iter().map(OfferStory::new).collect();
        let story = Story {
            command: Command::Release,
            manifest: Rc::new(manifest),
            go_live: true,
            workflow: None,
            offers,
        };
        Self { story, now: "2026-11-21T09:00:00Z".parse().unwrap() }
    }

    fn one() -> Self {
        Self::new("  - id: contoso-offer\n    plans:\n      - id: standard\n      - id: premium\n")
    }

    fn after(&mut self, minutes: i64) -> &mut Self {
        self.now += jiff::SignedDuration::from_mins(minutes);
        self
    }

    fn tell(&mut self, offer: usize, what: What) -> &mut Self {
        self.story.apply(&Event { at: self.now, offer, what });
        self
    }

    fn starts(&mut self, offer: usize, phase: Phase) -> &mut Self {
        if self.story.offers[offer].began.is_none() {
            self.tell(offer, What::Began);
        }
        let (verb, id) =
            if phase == Phase::Publish { ("publish", "1001") } else { ("golive", "1002") };
        let base = format!(
            "https://cloudpartner.azure.com/api/publishers/contoso/offers/{}",
            self.story.offers[offer].offer
        );
        let operation = Operation::of(&format!("{base}/operations/{id}?api-version=2017-10-31"));
        self.asks(
            offer,
            "POST",
            &format!("{base}/{verb}"),
            202,
            &format!("3f1c0000-0000-0000-0000-00000000{id}"),
        );
        self.tell(offer, What::Phase { phase, origin: Origin::Started, operation: Some(operation) })
    }

    fn asks(&mut self, offer: usize, method: &str, url: &str, status: u16, id: &str) -> &mut Self {
        let exchange = Exchange {
            at: self.now,
            took: std::time::Duration::from_millis(120),
            method: method.parse().unwrap(),
            url: url.into(),
            status: Some(status),
            correlation_id: Some(id.into()),
            error: None,
        };
        self.tell(offer, What::Exchange(exchange))
    }

    fn sees(&mut self, offer: usize, phase: Phase, status: &str, steps: &[Seen<'_>]) -> &mut Self {
        self.sees_with(offer, phase, status, steps, &[], &[])
    }

    fn sees_with(
        &mut self,
        offer: usize,
        phase: Phase,
        status: &str,
        steps: &[Seen<'_>],
        preview: &[Link],
        live: &[Link],
    ) -> &mut Self {
        let message = |(level, html): &(Level, &str)| Message {
            level: *level,
            html: (*html).into(),
            at: None,
        };
        let step = |(name, status, estimate, messages): &Seen<'_>| Step {
            id: (*name).into(),
            name: (*name).into(),
            status: Word::new(status),
            progress: None,
            estimate: Some((*estimate).to_owned()).filter(|estimate| !estimate.is_empty()),
            messages: messages.iter().map(message).collect(),
        };
        let view = OperationView {
            id: None,
            kind: Some(phase.into()),
            status: Word::new(status),
            steps: steps.iter().map(step).collect(),
            messages: Vec::new(),
            preview_links: preview.to_vec(),
            live_links: live.to_vec(),
        };
        self.tell(offer, What::Operation(phase, view))
    }

    fn ends(&mut self, offer: usize, verdict: Verdict) -> &mut Self {
        self.tell(offer, What::Ended(verdict))
    }

    fn summary(&self) -> String {
        let text = write_summary(&self.story, self.now, ROOM);
        rendered::assert_harmless(&text);
        text
    }
}

fn link_to(text: &str, address: &str) -> Link {
    Link { text: text.into(), address: address.into() }
}

use super::super::markdown::rendered;
