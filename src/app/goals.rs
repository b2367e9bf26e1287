//! Inputs and an offer of the manifest, as a goal.

use crate::actions::inputs::{Inputs, PollInterval};
use crate::choices::Command;
use crate::manifest::Offer;
use crate::portal::{Operation, Portal};
use crate::problem::{Code, Problem};
use crate::release::ledger::Earlier;
use crate::release::{Aim, DraftOrigin, Goal, ManifestOf, Schedule};

/// What is wanted of the offer; the ledger is not read yet.
///
/// # Errors
/// When `operation` is no operation of this offer at this portal.
pub fn make_goal(inputs: &Inputs, offer: &Offer, portal: &impl Portal) -> Result<Goal, Problem> {
    let aim = match inputs.command {
        Command::Release | Command::Rehearse => Aim::Release,
        Command::GoLive => Aim::GoLive,
        Command::Resume => Aim::Resume(read_operation(inputs, portal)?),
        // A draft is all that is wanted: the release is not reached.
        Command::Status | Command::Draft => Aim::Status,
        Command::Plan => Aim::Plan,
        Command::Cancel => Aim::Cancel(read_operation(inputs, portal)?),
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
        manifest: ManifestOf::Release,
        foreign: inputs.foreign_changes,
        preview: inputs.preview.clone(),
        preview_at: inputs.preview.as_ref().and_then(|name| portal.parse_operation(name).ok()),
    })
}

/// The operation that the input names.
fn read_operation(inputs: &Inputs, portal: &impl Portal) -> Result<Option<Operation>, Problem> {
    let operation = inputs.operation.as_ref().map(|text| portal.parse_operation(text)).transpose();
    operation.map_err(|why| {
        let hint = "give the address or the id of an operation of this offer, as an earlier run \
                    printed it";
        Problem::new(Code::InputInvalid, format!("input `operation`: {why}")).hint(hint)
    })
}

/// How often to look.
pub fn choose_schedule(inputs: &Inputs) -> Schedule {
    match inputs.poll_interval {
        PollInterval::Auto => Schedule::Auto,
        PollInterval::Fixed(interval) => Schedule::Fixed(interval),
    }
}
