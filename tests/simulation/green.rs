//! Whether a run that says "succeeded" says the truth.

use std::time::Duration;

use crate::extra::Extra;
use crate::log::{Named, Said, said};
use crate::oracle::Run;
use crate::plan::Github;
use crate::portal::ingestion::submission_number;
use crate::portal::offer::{Content, Offer};
use crate::portal::operation::{By, Kind, Operation, Stage};
use crate::world::World;

/// What is wrong with the claims of a run that ended with this code about its offers.
pub fn objections(world: &World, run: &Run, code: u8, log: &str) -> Vec<String> {
    let offers = world.portal.offers.borrow();
    let claim = |(index, offer): (usize, &Offer)| {
        let said = said(log, &offer.id);
        // Without this, a log that is written in another way would have no claims to be wrong.
        if code == 0
            && run.job.wait
            && !said.succeeded
            && !matches!(run.job.command, "status" | "plan")
        {
            return Some(format!("offer {index}: exit code 0 without a word of success"));
        }
        if said.succeeded && run.job.command == "release" {
            let live = run.job.go_live && !(world.plan.veto && index == 1);
            world.oracle.succeed(
                world,
                run,
                index,
                if live { Kind::GoLive } else { Kind::Publish },
            );
        }
        if let Some(why) = red(world, run, offer, &said) {
            return Some(format!("offer {index}: {why}: {said:?}\n{:#?}", offer.operations));
        }
        if let Some(why) = unbound(world, run, offer, &said) {
            return Some(format!("offer {index}: {why}: {said:?}\n{:#?}", offer.operations));
        }
        let why = said.succeeded.then(|| objection(world, run, index, offer, &said)).flatten()?;
        Some(format!("offer {index}: succeeded, but {why}: {said:?}\n{:#?}", offer.operations))
    };
    offers.iter().enumerate().filter_map(claim).collect()
}

fn objection(world: &World, run: &Run, index: usize, offer: &Offer, said: &Said) -> Option<String> {
    let now = run.ended.unwrap_or_else(|| world.now());
    let since = run.began.saturating_sub(world.stale());
    let wants_live =
        run.job.command == "go-live" || (run.job.go_live && !(world.plan.veto && index == 1));
    match run.job.command {
        "status" | "plan" => None,
        "release" if said.message.starts_with("an earlier attempt of this workflow run") => {
            let last = if wants_live { Kind::GoLive } else { Kind::Publish };
            // The earlier one may have been killed before it said so.
            let ours = |one: &Operation| world.oracle.is_of_job(one.by, run) && one.kind == last;
            let done = |one: &Operation| match last {
                Kind::Publish => one.was_done(Duration::ZERO, now),
                Kind::GoLive => one.is_live(now),
            };
            let out = offer.operations.iter().any(|one| ours(one) && done(one));
            let known = world.oracle.has_succeeded(run, index, last);
            (!known && !out).then(|| "no earlier attempt released it".to_owned())
        }
        // The manifest's veto: there was nothing to do, and the oracle sees to it that nothing was
        // done.
        "go-live" if world.plan.veto && index == 1 => None,
        "resume" if said.message.starts_with("the ledger has no open release") => {
            let forgotten = |one: &&Operation| {
                world.oracle.is_of_job(one.by, run)
                    && one.created() <= since
                    && one.stage(since).is_busy()
                    && one.stage(now).is_busy()
            };
            // Where GitHub takes every mark, none is missing.
            let sure = world.plan.github == Github::Good;
            let left = offer.operations.iter().find(forgotten).filter(|_| sure);
            left.map(|one| format!("operation {} of this job runs", one.number))
        }
        "cancel" => {
            let at_rest = !world.plan.has(Extra::CancelsTheOne)
                && offer.operations.iter().any(|one| one.stage(now) == Stage::Canceled);
            let runs = |one: &Operation| {
                !one.is_gone(now) && one.stage(since).is_busy() && one.stage(now).is_busy()
            };
            let quiet = !offer.operations.iter().any(|one| one.created() <= since && runs(one));
            (!at_rest && !quiet).then(|| "the operation runs".to_owned())
        }
        "go-live" | "release" | "resume" if wants_live || run.job.command == "go-live" => {
            let named = said.go_live.as_ref();
            // A resume that was shown a go-live follows that; without kinds a portal cannot say
            // what it is.
            let kindless = !world.portal.dialect.row_kinds;
            if run.job.command == "release" {
                match content(world, run, index, offer, &held(offer, since, now, false)) {
                    Known::Is => return None,
                    Known::IsNot(why) => return Some(why),
                    Known::Unknown => {}
                }
            } else if world.plan.has(Extra::Content)
                && world.portal.tells_content(offer, now)
                && offer.preview_content(now).is_some()
                && offer.live_content(now) >= offer.preview_content(now)
            {
                // What waits is live already, by whomever.
                return None;
            }
            named_operations(offer, named, Kind::GoLive, kindless).err().or_else(|| {
                let named =
                    named_operations(offer, named, Kind::GoLive, kindless).unwrap_or_default();
                not_ours(world, run, &named, said.go_live.as_ref()).or_else(|| {
                    let live = named.iter().any(|one| one.is_live(now));
                    (!live).then(|| "its go-live did not make the offer live".to_owned())
                })
            })
        }
        _ => {
            if run.job.command == "release" {
                match content(world, run, index, offer, &held(offer, since, now, true)) {
                    Known::Is => return None,
                    Known::IsNot(why) => return Some(why),
                    Known::Unknown => {}
                }
            }
            let named = named_operations(
                offer,
                said.publish.as_ref().or(said.go_live.as_ref()),
                Kind::Publish,
                true,
            );
            match named {
                Err(why) => Some(why),
                Ok(named) => not_ours(world, run, &named, said.publish.as_ref()).or_else(|| {
                    let done = named.iter().any(|one| one.was_done(since, now));
                    (!done).then(|| "its publish did not succeed".to_owned())
                }),
            }
        }
    }
}

/// What was live, or in the preview too, at any moment of the run: other people may have replaced
/// it before the run was over with all its offers.
fn held(offer: &Offer, since: Duration, now: Duration, or_preview: bool) -> Vec<Content> {
    let changes = offer.operations.iter().flat_map(|one| [one.went_live(now), one.previewed(now)]);
    let moments = changes.flatten().filter(|at| *at > since).chain([since, now]);
    let shown = moments
        .flat_map(|at| [offer.live_content(at), offer.preview_content(at).filter(|_| or_preview)]);
    shown.flatten().collect()
}

/// What is sure of the content of a success.
enum Known {
    Is,
    IsNot(String),
    Unknown,
}

/// Whether what a release reports as out is the draft as it was when the run began, or a newer one.
fn content(world: &World, run: &Run, index: usize, offer: &Offer, held: &[Content]) -> Known {
    if !world.plan.has(Extra::Content) {
        return Known::Unknown;
    }
    let now = run.ended.unwrap_or_else(|| world.now());
    let wanted = offer.draft_content(run.began);
    let (is, readable) = if world.plan.has(Extra::Drafts) {
        // What the manifest says is what the release is for.
        (held.iter().any(|held| held.written), world.portal.tells_content(offer, now))
    } else {
        let new = held.iter().any(|held| held.edition >= wanted.edition);
        (new, world.portal.tells_content(offer, now))
    };
    if is {
        // With readable slots this is all that counts; without, the operation has to be right too.
        return if readable { Known::Is } else { Known::Unknown };
    }
    // Without slots and times the portal does not say of what it made the preview.
    let dialect = &world.portal.dialect;
    let edited = offer.drafts.iter().map(|(at, _)| *at).filter(|at| *at <= run.began).max();
    // The run cannot know more than the rows said when it first read the draft.
    let looked = world.oracle.first_read(run, index).unwrap_or(run.began);
    let seen = edited.filter(|at| *at > Duration::ZERO).is_some_and(|edited| {
        let rows = offer.operations.iter().filter(|one| one.created() <= looked);
        let newest = rows.map(|one| world.portal.row_changed(offer, one, looked)).max();
        newest.is_none_or(|changed| changed + TOLERANCE < edited)
    });
    let timed = dialect.row_times && dialect.draft_times && seen;
    let by_times = world.plan.has(Extra::ContentByTimes) && !world.plan.has(Extra::Drafts);
    if readable || timed && by_times {
        Known::IsNot(format!("{held:?} is out, and the draft was {wanted:?} when the run began"))
    } else {
        Known::Unknown
    }
}

/// By times alone, an edit so soon after the last word of a publish is not told from the publish.
const TOLERANCE: Duration = Duration::from_secs(125);

/// A run that says that it failed while what it started goes on.
fn red(world: &World, run: &Run, offer: &Offer, said: &Said) -> Option<String> {
    let now = run.ended.unwrap_or_else(|| world.now());
    if !said.failed || !world.plan.has(Extra::PendingWhileItRuns) {
        return None;
    }
    let named = said.go_live.as_ref().or(said.publish.as_ref())?;
    let one = offer.operations.iter().find(|one| Some(&one.id) == named.id.as_ref())?;
    let then = now.saturating_sub(world.stale());
    let runs = |at: Duration| one.created() <= at && one.stage(at).is_busy();
    let seen = runs(then) && runs(now) && one.strange.is_none() && one.gone.is_none();
    (seen && named.how == "started" && world.oracle.is_of_job(one.by, run))
        .then(|| "said to have failed while its operation runs".to_owned())
}

/// A go-live of this run that took another preview live than the one that the run had published or
/// was shown. What replaced it so shortly before that nobody can have seen it does not count.
fn unbound(world: &World, run: &Run, offer: &Offer, said: &Said) -> Option<String> {
    if !world.plan.has(Extra::Bound) {
        return None;
    }
    let wanted = run
        .operation
        .as_deref()
        .and_then(|url| url.rsplit('/').next())
        .or_else(|| said.publish.as_ref().and_then(|named| named.id.as_deref()))?;
    let wanted = offer.operations.iter().find(|one| {
        one.kind == Kind::Publish && (one.id == wanted || is_legacy(one, offer, wanted))
    })?;
    let ours = |one: &&Operation| {
        one.kind == Kind::GoLive && matches!(one.by, By::Us { run: by, .. } if by == run.number)
    };
    offer.operations.iter().filter(ours).find_map(|one| {
        let took = &offer.operations[one.took?];
        let late = took.previewed(one.created())? + world.stale() > one.created();
        (took.number != wanted.number && !late)
            .then(|| format!("went live with preview {} instead of {}", took.number, wanted.number))
    })
}

/// The operations that the run can have meant: the one that it named, or any of the kind if the
/// portal never named one.
fn named_operations<'a>(
    offer: &'a Offer,
    named: Option<&Named>,
    kind: Kind,
    any: bool,
) -> Result<Vec<&'a Operation>, String> {
    let Some(named) = named else { return Err("it never named an operation".to_owned()) };
    let found: Vec<&Operation> = match &named.id {
        Some(id) => offer
            .operations
            .iter()
            .filter(|one| {
                let half = one.kind == kind || one.kind == Kind::Publish;
                let number = one.kind == kind && submission_number(offer, one).to_string() == *id;
                one.id == *id || number || (half && is_legacy(one, offer, id))
            })
            .collect(),
        None => offer.operations.iter().rev().filter(|one| one.kind == kind || any).collect(),
    };
    if found.is_empty() {
        Err(format!("the portal has no such operation: {named:?}"))
    } else {
        Ok(found)
    }
}

fn is_legacy(one: &Operation, offer: &Offer, id: &str) -> bool {
    id == format!("contoso${}${}$preview", offer.id, one.version)
}

/// What a run says that it started must be of its own making, unless the portal gave it another's
/// address.
fn not_ours(
    world: &World,
    run: &Run,
    meant: &[&Operation],
    named: Option<&Named>,
) -> Option<String> {
    // A go-live may carry its publish's address, so that both can be meant.
    let ours = meant.iter().find(|one| matches!(one.by, By::Us { .. }));
    let (one, named) = (ours.or(meant.first())?, named?);
    let foreign = matches!(one.by, By::Others)
        && named.how == "started"
        && named.id.is_some()
        // What the list did not show yet when the run began, and the portal gave as its own.
        && one.created() + world.portal.dialect.list_lag < run.began;
    foreign.then(|| "what it says that it started was started by others before it".to_owned())
}
