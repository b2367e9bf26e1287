//! What the manifest should be told of the APIs that it names: what one of them ignores, and that
//! the other is in maintenance.

use std::fmt::Write as _;

use crate::choices::Command;
use crate::manifest::content::Content;
use crate::manifest::{Api, Manifest, Offer, Route};
use crate::portal::Level;
use crate::problem::{Code, Place, Problem};
use crate::release::event::What;

const KEY: &str = "notification-emails";

/// What is to be told of the offers, each with its place among them.
pub fn list_notes(command: Command, manifest: &Manifest, offers: &[Offer]) -> Vec<(usize, What)> {
    let mut notes = Vec::new();
    if matches!(command, Command::Release | Command::Plan) {
        let warnings = list_ignored_addresses(manifest, offers);
        notes.extend(warnings.map(|(index, warning)| (index, What::Warning(warning))));
    }
    if command == Command::Plan
        && let Some(index) = offers.iter().position(is_mailed)
    {
        notes.push((index, What::Note(Level::Information, describe_mails())));
    }
    if command == Command::Plan
        && let Some(index) = offers.iter().position(|offer| offer.api == Api::CloudPartner)
    {
        let text = describe_move(&offers[index]);
        notes.push((index, What::Note(Level::Information, text)));
    }
    notes
}

/// Whether the portal is given addresses for the offer.
fn is_mailed(offer: &Offer) -> bool {
    offer.api == Api::CloudPartner && !offer.notification_emails.is_empty()
}

/// Who gets the mails; which offers were migrated, no request shows.
fn describe_mails() -> String {
    format!(
        "`{KEY}` are given to the portal; of an offer that was migrated to Partner Center, it \
         mails the seller contact of the account instead"
    )
}

/// The addresses that an API without mails ignores, each at its key; those of the manifest once.
fn list_ignored_addresses<'a>(
    manifest: &'a Manifest,
    offers: &'a [Offer],
) -> impl Iterator<Item = (usize, Problem)> {
    let ignored = offers.iter().enumerate().filter(|(_, offer)| {
        offer.api == Api::ProductIngestion && !offer.notification_emails.is_empty()
    });
    let mut told: Vec<Place> = Vec::new();
    ignored.filter_map(move |(index, offer)| {
        let own = Route::root().key("offers").index(offer.index).key(KEY);
        let place =
            manifest.key_place(&own).or_else(|| manifest.key_place(&Route::root().key(KEY)));
        let place = place.filter(|place| !told.contains(place))?;
        told.push(place.clone());
        let message = format!(
            "`{KEY}` of {} is not used: the Product Ingestion API writes no mails to addresses",
            offer.id
        );
        let hint = "remove the key, and set the notifications in Partner Center";
        Some((index, Problem::new(Code::ManifestInvalid, message).hint(hint).at(place)))
    })
}

/// What changing one line would do to an offer at the older API.
fn describe_move(offer: &Offer) -> String {
    let mut text = format!(
        "the API of the Cloud Partner Portal is in maintenance; with `api: product-ingestion`, {} \
         would be released at its successor by the same commands",
        offer.id
    );
    match count_edits(&offer.content) {
        0 => {}
        1 => text.push_str("; its edit would need `in:` and another pointer"),
        edits => {
            let _ = write!(text, "; its {edits} edits would need `in:` and other pointers");
        }
    }
    if !offer.notification_emails.is_empty() {
        let _ = write!(text, "; `{KEY}` would not be used");
    }
    text.push_str(" (docs/moving.md)");
    text
}

fn count_edits(content: &Content) -> usize {
    content.edits.len() + content.plans.iter().map(|plan| plan.edits.len()).sum::<usize>()
}
