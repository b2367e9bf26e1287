//! Everything about one offer.

use jiff::Timestamp;

use super::super::offer_story::OfferStory;
use super::super::story::Story;
use super::messages::Limits;
use super::{answers, draft, gantt, messages, steps, support};

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As much as a page of one offer can hold.
    Full,
    /// What fits if there are many.
    Short,
}

/// Whether the page has the messages that stand already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingMessages {
    /// Each of them, and all of it.
    Told,
    /// Not, or not all.
    NotTold,
}

impl StandingMessages {
    /// Those of an offer whose answers are on the page.
    pub fn beside_answers(story: &Story, offer: &OfferStory) -> Self {
        if answers::tells_all_messages(story, offer) { Self::Told } else { Self::NotTold }
    }
}

impl Length {
    fn limits(self) -> Limits {
        match self {
            Self::Full => Limits { count: 12, length: 2_000 },
            Self::Short => Limits { count: 2, length: 300 },
        }
    }
}

/// The details of an offer; with a chart of its steps, if one is wanted and tells something.
pub fn write_details(
    story: &Story,
    offer: &OfferStory,
    now: Timestamp,
    length: Length,
    messages: StandingMessages,
    chart: bool,
) -> String {
    let limits = length.limits();
    let mut text = match messages {
        StandingMessages::Told => String::new(),
        StandingMessages::NotTold => messages::show_standing(story, offer, limits),
    };
    text.push_str(&messages::show_recovered(offer, limits));
    text.push_str(&draft::describe_draft(offer));
    text.push_str(&steps::write_steps(offer, now));
    if chart {
        text.push_str(&gantt::draw_chart(offer, now));
    }
    text.push_str(&support::show_links("Preview", &offer.preview_links));
    text.push_str(&support::show_links("Live", &offer.live_links));
    text.push_str(&support::show_page(offer));
    text.push_str(&support::code_of_error(offer));
    text.push_str(&support::show_operations(offer));
    if length == Length::Full {
        text.push_str(&messages::show_remarks(offer, limits));
        text.push_str(&support::show_requests(offer));
    }
    text
}
