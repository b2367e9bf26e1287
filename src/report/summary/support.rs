//! Addresses and ids: what a support ticket asks for.

use super::super::duration::{format_date, format_short};
use super::super::markdown::{escape, escape_code, escape_link};
use super::super::news::TimelineEntry;
use super::super::offer_story::{HalfStory, OfferStory};
use crate::http::Exchange;
use crate::manifest::Api;
use crate::portal::Link;
use crate::release::event::Origin;
use crate::text::cut_text;

/// Links and failed requests that are shown.
const MOST: usize = 20;
const MOST_FAILED: usize = 3;

/// Links to preview or live page.
pub fn show_links(kind: &str, links: &[Link]) -> String {
    if links.is_empty() {
        return String::new();
    }
    let each: Vec<String> =
        links.iter().take(MOST).map(|one| escape_link(&one.text, &one.address)).collect();
    format!("**{kind}:** {}\n\n", each.join(" · "))
}

/// The code under which the error is explained.
pub fn code_of_error(offer: &OfferStory) -> String {
    let error = offer.verdict.as_ref().and_then(crate::release::Verdict::code);
    error
        .map(|error| format!("**Code of this error:** {}\n\n", escape_code(&error.to_string())))
        .unwrap_or_default()
}

/// The addresses of the operations.
pub fn show_operations(offer: &OfferStory) -> String {
    let line = |name: &str, half: &Option<HalfStory>| {
        let half = half.as_ref()?;
        let how = match half.origin {
            Origin::Started => "started here",
            Origin::Adopted => "found running, and followed",
            Origin::Finished => "found finished",
            Origin::Found => "found",
        };
        let address = half
            .operation
            .as_ref()
            .map(|operation| escape_code(operation.address()))
            .unwrap_or_default();
        let more = if offer.api == Api::ProductIngestion { describe(half) } else { String::new() };
        Some(format!("- {name} ({how}) {address}{more}\n"))
    };
    let lines: Vec<String> = [line("publish", &offer.publish), line("go-live", &offer.go_live)]
        .into_iter()
        .flatten()
        .collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("**Operations at the portal:**\n\n{}\n", lines.concat())
    }
}

/// What else is known of a half whose operation shows no steps: its submission, and how long it
/// took if this run saw all of it.
fn describe(half: &HalfStory) -> String {
    let number = half.id.as_deref().map(|id| id.strip_suffix("-live").unwrap_or(id));
    let number =
        number.map(|number| format!(", submission {}", escape_code(number))).unwrap_or_default();
    let took = half.ended.filter(|_| half.origin == Origin::Started);
    let took =
        took.map(|ended| format!(", took {}", format_short(ended.duration_since(half.began))));
    format!("{number}{}", took.unwrap_or_default())
}

/// The page of the offer in Partner Center.
pub fn show_page(offer: &OfferStory) -> String {
    let page = offer.page.as_ref();
    page.map(|page| format!("**In Partner Center:** {}\n\n", escape_link("the offer", page)))
        .unwrap_or_default()
}

/// The requests that matter, with the portal's ids of them: those that changed something, the last
/// ones that failed, the last one. Only once all is over, for every poll is another last one.
pub fn show_requests(offer: &OfferStory) -> String {
    if offer.verdict.is_none() {
        return String::new();
    }
    let all: Vec<&Exchange> = offer
        .timeline
        .iter()
        .filter_map(
            |(_, entry)| if let TimelineEntry::Exchange(one) = entry { Some(one) } else { None },
        )
        .collect();
    let failed = |one: &Exchange| one.status.is_none_or(|status| status >= 400);
    let failures = all.iter().filter(|one| failed(one)).count();
    let mut seen = 0;
    let rows: String = all
        .iter()
        .enumerate()
        .filter(|(index, one)| {
            seen += usize::from(failed(one));
            let late = failed(one) && seen + MOST_FAILED > failures;
            let posts = one.method == http::Method::POST && *index < 1_000;
            one.correlation_id.is_some() && (posts || late || index + 1 == all.len())
        })
        .take(MOST)
        .map(|(_, one)| show_request(one))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<details><summary>Correlation ids for a support ticket</summary>\n\n\
         | Sent (UTC) | Request | Answer | Correlation id \
         |\n|---|---|---|---|\n{rows}\n</details>\n\n"
    )
}

fn show_request(one: &Exchange) -> String {
    let path =
        url::Url::parse(&one.url).map_or_else(|_| one.url.clone(), |url| url.path().to_owned());
    let answer = one.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    let id = one.correlation_id.as_deref().unwrap_or_default();
    let request = escape_code(&cut_text(&format!("{} {path}", one.method), 300));
    format!(
        "| {} | {request} | {} | {} |\n",
        format_date(one.at),
        escape(&answer),
        escape_code(&cut_text(id, 100))
    )
}
