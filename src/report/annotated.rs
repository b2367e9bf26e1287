//! What is shown on the lines of the manifest: as annotations of the job log and of the check run.

use super::news::{StoryChange, TimelineEntry};
use crate::manifest::Manifest;
use crate::portal::Level;
use crate::problem::{Code, Place, Problem};
use crate::release::event::LineRemark;
use crate::release::{Outcome, Verdict};
use crate::text::html_to_plain;

/// The longest message that the job log annotates, in bytes: it is cut at 4,096, without a word.
const LONGEST_MESSAGE: usize = 4_000;

/// Something to be shown on a line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotated {
    /// Whether it is shown as a notice, a warning or an error.
    pub level: Level,
    /// The line of the manifest that it is about.
    pub place: Place,
    /// What it is about.
    pub title: String,
    /// Plain text, not too long for the job log.
    pub text: String,
    /// All of it, if it is too long for the job log.
    pub whole: Option<String>,
}

impl Annotated {
    fn new(level: Level, place: Place, title: String, whole: String) -> Self {
        if whole.len() <= LONGEST_MESSAGE {
            return Self { level, place, title, text: whole, whole: None };
        }
        let text =
            whole.get(..whole.floor_char_boundary(LONGEST_MESSAGE - 100)).unwrap_or_default();
        let left_out = whole.len() - text.len();
        let text =
            format!("{text}… ({left_out} bytes are left out here; more is in the check run)");
        Self { level, place, title, text, whole: Some(whole) }
    }
}

/// What an entry puts on a line of the manifest: what the portal complains of, and
/// a bad end that may be this offer's fault. `index` is
/// the offer's place in the manifest.
pub fn annotate(
    offer: &str,
    index: usize,
    manifest: &Manifest,
    entry: &TimelineEntry,
) -> Option<Annotated> {
    match entry {
        TimelineEntry::Change(StoryChange::Message(step, message))
            if message.level > Level::Information =>
        {
            let whole = html_to_plain(&message.html, usize::MAX);
            let title =
                step.as_ref().map_or_else(|| offer.to_owned(), |step| format!("{offer}: {step}"));
            Some(Annotated::new(
                message.level,
                manifest.place_for_message(index, &whole),
                title,
                whole,
            ))
        }
        TimelineEntry::Change(StoryChange::Ended(verdict))
            if verdict.outcome <= Outcome::Cancelled
                && verdict.code().is_none_or(Code::is_about_an_offer) =>
        {
            let title = choose_title(offer, verdict);
            let place = verdict.place.clone().unwrap_or_else(|| manifest.offer_place(index));
            Some(Annotated::new(Level::Error, place, title, verdict.sentence()))
        }
        _ => None,
    }
}

/// A warning about a line of the manifest.
pub fn annotate_warning(offer: &str, warning: &Problem) -> Option<Annotated> {
    let hint = warning.hint.as_ref().map(|hint| format!(" What to do now: {hint}"));
    let whole = format!("{}.{}", warning.message, hint.unwrap_or_default());
    let place = warning.place.clone()?;
    Some(Annotated::new(Level::Warning, place, offer.to_owned(), whole))
}

/// What is said of a line of the manifest.
pub fn annotate_line(offer: &str, remark: &LineRemark) -> Annotated {
    let whole = [&*remark.text, &*remark.detail].join("\n").trim_end().to_owned();
    Annotated::new(remark.level, remark.place.clone(), offer.to_owned(), whole)
}

/// The code is in the title too: lists of annotations show nothing else.
fn choose_title(offer: &str, verdict: &Verdict) -> String {
    let code = verdict.code().map(|code| format!(" [{code}]")).unwrap_or_default();
    format!("{offer}: {}{code}", verdict.outcome)
}
