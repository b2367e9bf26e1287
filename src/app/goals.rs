//! Inputs and an offer of the manifest, as a goal.

use crate::actions::inputs::{Inputs, PollInterval};
use crate::choices::Command;
use crate::manifest::Offer;
use crate::portal::Portal;
use crate::problem::{Code, Problem};
use crate::release::ledger::Earlier;
use crate::release::{Aim, DraftOrigin, Goal, Schedule};

/// What is wanted of the offer; the ledger is not read yet.
///
/// # Errors
/// When `operation` is no operation of this offer at this portal.
pub fn goal(inputs: &Inputs, offer: &Offer, portal: &impl Portal) -> Result<Goal, Problem> {
    let aim = match inputs.command {
        Command::Release | Command::Rehearse => Aim::Release,
        Command::GoLive => Aim::GoLive,
        Command::Resume => {
            let address =
                inputs.operation.as_ref().map(|text| portal.parse_operation(text)).transpose();
            Aim::Resume(address.map_err(|why| {
                Problem::new(Code::InputInvalid, format!("input `operation`: {why}")).hint(
                    "give the address or the id of an operation of this offer, as an earlier \
                        run printed it",
                )
            })?)
        }
        // A draft is all that is wanted: the release is not reached.
        Command::Status | Command::Draft => Aim::Status,
        Command::Plan => Aim::Plan,
        Command::Cancel => Aim::Cancel,
    };
    // Going live cannot be taken back, so the manifest's veto wins over everything.
    let go_live = offer.go_live && (inputs.go_live || aim == Aim::GoLive);
    Ok(Goal {
        offer: offer.id.clone(),
        earlier: Earlier::Unknown,
        notify: offer.notification_emails.clone(),
        aim,
        go_live,
        vetoed: !offer.go_live,
        wait: inputs.wait,
        when_running: inputs.when_running,
        when_unchanged: inputs.when_unchanged,
        draft: DraftOrigin::Found,
        content: None,
        preview: inputs.preview.clone(),
    })
}

/// How often to look.
pub fn schedule(inputs: &Inputs) -> Schedule {
    match inputs.poll_interval {
        PollInterval::Auto => Schedule::Auto,
        PollInterval::Fixed(interval) => Schedule::Fixed(interval),
    }
}
