//! `show`: an offer's draft as JSON on stdout, and nothing else there.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::outside::{make_http_client, trace_exchange};
use super::portals::Portals;
use super::{Signal, refusal};
use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::clock::Clock;
use crate::content::hide_signatures;
use crate::http::{Recorded, Retry, Transport, repeat};
use crate::ids::OfferId;
use crate::manifest::{self, Manifest, Offer};
use crate::portal::{Draft, Portal as _};
use crate::problem::{Code, Problem};
use crate::report::console::Console;
use crate::secrets::{Secrets, find_signatures};

/// An unreachable portal is told within a minute.
const PATIENCE: Retry =
    Retry { attempts: 6, base: Duration::from_secs(1), cap: Duration::from_secs(16) };

/// Prints the draft; returns the exit code.
pub async fn run(
    inputs: &Inputs,
    context: &Context,
    console: &Console,
    clock: Rc<dyn Clock>,
    mut signals: watch::Receiver<Option<Signal>>,
) -> u8 {
    let secrets = console.secrets();
    let read = tokio::select! {
        read = read_draft(inputs, context, clock, &secrets) => read,
        signal = signals.wait_for(Option::is_some) => {
            let number = signal.ok().and_then(|signal| *signal).unwrap_or_default();
            return number.saturating_add(128);
        }
    };
    match read {
        Ok(draft) => {
            for signature in find_signatures(&draft.body) {
                secrets.register(&signature);
            }
            let text = format!("{:#}", hide_signatures(&draft.body));
            console.result(&secrets.redact(&text));
            0
        }
        Err(problems) => refusal::report_problems(&problems, context, console),
    }
}

/// The draft of the offer that is meant.
async fn read_draft(
    inputs: &Inputs,
    context: &Context,
    clock: Rc<dyn Clock>,
    secrets: &Arc<Secrets>,
) -> Result<Draft, Vec<Problem>> {
    let manifest = manifest::load(&context.workspace, &inputs.manifest, secrets)?;
    let offer = choose_offer(&manifest, &inputs.offers)?;
    let read = async {
        let told = Box::new(trace_exchange);
        let transport = Recorded::new(make_http_client()?, Rc::clone(&clock), told);
        let transport: Rc<dyn Transport> = Rc::new(transport);
        let (publisher, offers) = (manifest.publisher.clone(), std::slice::from_ref(&offer));
        let portals =
            Portals::new(inputs, context, offers, publisher, &transport, &clock, secrets)?;
        let portal = portals.open(&offer, transport)?;
        let deadline = Some(clock.elapsed().saturating_add(inputs.timeout));
        let look = async || portal.read_draft().await;
        let read = repeat(&*clock, PATIENCE, deadline, look, |_, _, _| {}).await;
        read.map_err(|error| error.problem)
    };
    read.await.map_err(|problem| vec![problem])
}

/// The offer that is named, or the only one of the manifest.
fn choose_offer(manifest: &Manifest, named: &[OfferId]) -> Result<Offer, Vec<Problem>> {
    let mut offers = manifest.select(named)?;
    if offers.len() == 1
        && let Some(offer) = offers.pop()
    {
        return Ok(offer);
    }
    let ids: Vec<_> = offers.iter().map(|offer| format!("`{}`", offer.id)).collect();
    let (count, file) = (offers.len(), manifest.file());
    let message = format!(
        "`show` prints the draft of one offer, and {count} of {file} are selected: {}",
        ids.join(", ")
    );
    let first = offers.first().map(|offer| offer.id.as_str()).unwrap_or_default();
    Err(vec![
        Problem::new(Code::InputInvalid, message)
            .hint(format!("name one of them: `offer-release show {first}`")),
    ])
}
