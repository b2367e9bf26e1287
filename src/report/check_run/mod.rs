//! What a check run shows: one for each offer, and one for a manifest that is wrong.

mod adoption;
mod known;
mod pages;

use std::fmt::Write as _;

use jiff::Timestamp;

use super::annotated::Annotated;
use super::duration::format_short;
use super::offer_story::OfferStory;
use super::progress::find_progress;
use super::story::Story;
use super::summary::write_offer;
use crate::choices::Command;
use crate::github::{Annotation, AnnotationLevel, CheckRunRequest, CheckRunStatus, Conclusion};
use crate::portal::Level;
use crate::problem::{Place, Problem};
use crate::release::{Ending, Outcome};

pub use self::pages::CheckRunPages;

/// Where a check run belongs.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The full hash of the commit.
    pub sha: String,
    /// Page of the workflow run.
    pub run_url: Option<String>,
    /// Identifies the workflow run and its attempt among all that make check runs on this commit:
    /// `42.1`.
    pub run_id: String,
}

impl Commit {
    fn elsewhere(&self) -> String {
        self.run_url
            .as_ref()
            .map_or_else(|| "the job log".to_owned(), |url| format!("[the job log]({url})"))
    }
}

/// The check run of an offer, without annotations. `began` is when the check run began, maybe in an
/// earlier job.
#[must_use]
pub fn build_request(
    commit: &Commit,
    story: &Story,
    offer: &OfferStory,
    began: Option<Timestamp>,
    now: Timestamp,
) -> CheckRunRequest {
    let status = choose_status(offer);
    let mut summary = write_offer(story, offer, now);
    if let Some(url) = &commit.run_url {
        let _ = writeln!(summary, "[Workflow run]({url})");
    }
    CheckRunRequest {
        name: name_check_run(story, offer),
        head_sha: commit_of(commit, offer).to_owned(),
        external_id: Some(external_id(commit, story, offer)),
        details_url: commit.run_url.clone(),
        status,
        started_at: began,
        completed_at: matches!(status, CheckRunStatus::Completed(_))
            .then_some(offer.ended.unwrap_or(now)),
        title: write_title(offer, began, now),
        summary,
        annotations: Vec::new(),
        elsewhere: commit.elsewhere(),
    }
}

/// The commit that is released: where the ledger knows it, that of the release, which a schedule
/// does not run on.
fn commit_of<'a>(commit: &'a Commit, offer: &'a OfferStory) -> &'a str {
    offer.mark.as_ref().map_or(&commit.sha, |mark| &mark.commit)
}

fn choose_status(offer: &OfferStory) -> CheckRunStatus {
    let Some(verdict) = &offer.verdict else { return CheckRunStatus::InProgress };
    CheckRunStatus::Completed(match (verdict.outcome, verdict.ending) {
        (Outcome::Succeeded, _) => Conclusion::Success,
        (Outcome::Failed, _) => Conclusion::Failure,
        (Outcome::Cancelled, _) | (Outcome::Pending, Ending::Interrupted(_)) => {
            Conclusion::Cancelled
        }
        // Left running on purpose: whoever continues it ends the check run.
        (Outcome::Pending, Ending::Left) => return CheckRunStatus::InProgress,
        // Whether the portal did not end in time or could not be asked: nobody knows yet, and a
        // check that is required must not pass.
        (Outcome::Pending, _) => Conclusion::TimedOut,
    })
}

/// The same for all commands that move the offer's release on, so that the later ones continue the
/// check run of the earlier ones. GitHub may list it under any workflow of the commit, so it says
/// by itself what it is.
#[must_use]
pub fn name_check_run(story: &Story, offer: &OfferStory) -> String {
    format!("Marketplace: {} / {}", story.manifest.publisher, offer.offer)
}

/// Whether a check run that has ended so is continued, rather than a new one begun. A release after
/// one that the portal has decided is another release: on the old check run, the old annotations
/// would speak against it, and none can be taken back.
#[must_use]
pub fn may_continue(story: &Story, conclusion: &str) -> bool {
    match story.command {
        Command::Release => matches!(conclusion, "timed_out" | "cancelled" | "stale"),
        _ => true,
    }
}

/// The longest external id, in bytes; GitHub gives no limit, and this is what a database column
/// usually holds.
const LONGEST_EXTERNAL_ID: usize = 255;

/// `offer-release contoso/contoso-offer run 42.1: https://…`: whose check run it is, who wrote it
/// last, and the operation that it followed.
#[must_use]
pub fn external_id(commit: &Commit, story: &Story, offer: &OfferStory) -> String {
    let own = own_external_id_prefix(commit, story, offer);
    match offer.half().and_then(|half| half.operation.as_ref()) {
        Some(at) => {
            Some(format!("{own} {at}")).filter(|id| id.len() <= LONGEST_EXTERNAL_ID).unwrap_or(own)
        }
        None => own,
    }
}

/// With what the external id of every check run of this offer begins.
#[must_use]
pub fn external_id_prefix(story: &Story, offer: &OfferStory) -> String {
    format!("offer-release {}/{} ", story.manifest.publisher, offer.offer)
}

/// With what it begins as long as this workflow run was the last to write it.
#[must_use]
pub fn own_external_id_prefix(commit: &Commit, story: &Story, offer: &OfferStory) -> String {
    format!("{}run {}:", external_id_prefix(story, offer), commit.run_id)
}

/// `Certification · 2 of 6 · 3h 12m`
fn write_title(offer: &OfferStory, began: Option<Timestamp>, now: Timestamp) -> String {
    if let Some(verdict) = &offer.verdict {
        return verdict.whole_message().into_owned();
    }
    let Some(progress) = find_progress(offer, now) else {
        return "waiting for its turn".to_owned();
    };
    let mut parts = vec![progress.step];
    parts.extend(progress.place.map(|(number, all)| format!("{number} of {all}")));
    parts.extend(began.map(|began| format_short(now.duration_since(began))));
    parts.join(" · ")
}

/// A message on a line of the manifest.
#[must_use]
pub fn build_annotation(annotated: &Annotated) -> Annotation {
    let level = match annotated.level {
        Level::Information => AnnotationLevel::Notice,
        Level::Warning => AnnotationLevel::Warning,
        Level::Error => AnnotationLevel::Failure,
    };
    annotate_place(
        &annotated.place,
        level,
        annotated.title.clone(),
        annotated.whole.as_ref().unwrap_or(&annotated.text).clone(),
    )
}

fn annotate_place(
    place: &Place,
    level: AnnotationLevel,
    title: String,
    message: String,
) -> Annotation {
    Annotation {
        path: place.file.trim_start_matches('/').to_owned(),
        start_line: place.line,
        end_line: place.line,
        start_column: Some(place.column),
        end_column: Some(place.end_column),
        level,
        message,
        title: Some(title),
    }
}

/// The check run of a manifest that is wrong.
#[must_use]
pub fn wrong_manifest(
    commit: &Commit,
    file: &str,
    problems: &[Problem],
    now: Timestamp,
) -> CheckRunRequest {
    let count = problems.len();
    let annotations = problems
        .iter()
        .filter_map(|problem| {
            let hint = problem.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
            let message = format!("{problem}{hint}");
            Some(annotate_place(
                problem.place.as_ref()?,
                AnnotationLevel::Failure,
                problem.code.to_string(),
                message,
            ))
        })
        .collect();
    CheckRunRequest {
        name: format!("Marketplace: {file}"),
        head_sha: commit.sha.clone(),
        external_id: Some(format!("offer-release manifest run {}", commit.run_id)),
        details_url: commit.run_url.clone(),
        status: CheckRunStatus::Completed(Conclusion::Failure),
        started_at: Some(now),
        completed_at: Some(now),
        title: format!(
            "{count} problem{} in the offer manifest",
            if count == 1 { "" } else { "s" }
        ),
        summary: super::summary::write_problems(problems),
        annotations,
        elsewhere: commit.elsewhere(),
    }
}
