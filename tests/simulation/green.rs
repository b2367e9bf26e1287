//! Whether a run that says "succeeded" says the truth.

use crate::log::{Named, Said, said};
use crate::oracle::{Run, STALE};
use crate::portal::offer::Offer;
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
        let why = said.succeeded.then(|| objection(world, run, index, offer, &said)).flatten()?;
        Some(format!("offer {index}: succeeded, but {why}: {said:?}\n{:#?}", offer.operations))
    };
    offers.iter().enumerate().filter_map(claim).collect()
}

fn objection(world: &World, run: &Run, index: usize, offer: &Offer, said: &Said) -> Option<String> {
    let now = world.now();
    let since = run.began.saturating_sub(STALE);
    let wants_live =
        run.job.command == "go-live" || (run.job.go_live && !(world.plan.veto && index == 1));
    match run.job.command {
        "status" | "plan" => None,
        // The manifest's veto: there was nothing to do, and the oracle sees to it that nothing was
        // done.
        "go-live" if world.plan.veto && index == 1 => None,
        "cancel" => {
            let at_rest = offer.operations.iter().any(|one| one.stage(now) == Stage::Canceled);
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
            named_operations(offer, named, Kind::GoLive, kindless).err().or_else(|| {
                let named =
                    named_operations(offer, named, Kind::GoLive, kindless).unwrap_or_default();
                not_ours(run, named.first().copied(), said.go_live.as_ref()).or_else(|| {
                    let live = named.iter().any(|one| one.is_live(now));
                    (!live).then(|| "its go-live did not make the offer live".to_owned())
                })
            })
        }
        _ => {
            let named = named_operations(
                offer,
                said.publish.as_ref().or(said.go_live.as_ref()),
                Kind::Publish,
                true,
            );
            match named {
                Err(why) => Some(why),
                Ok(named) => {
                    not_ours(run, named.first().copied(), said.publish.as_ref()).or_else(|| {
                        let done = named.iter().any(|one| one.was_done(since, now));
                        (!done).then(|| "its publish did not succeed".to_owned())
                    })
                }
            }
        }
    }
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
            .filter(|one| one.id == *id || is_legacy(one, offer, id))
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
    one.kind == Kind::Publish && id == format!("contoso${}${}$preview", offer.id, one.version)
}

/// What a run says that it started must be of its own making, unless the portal gave it another's
/// address.
fn not_ours(run: &Run, one: Option<&Operation>, named: Option<&Named>) -> Option<String> {
    let (one, named) = (one?, named?);
    let foreign = matches!(one.by, By::Others)
        && named.how == "started"
        && named.id.is_some()
        && one.created() < run.began;
    foreign.then(|| "what it says that it started was started by others before it".to_owned())
}
