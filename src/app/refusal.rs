//! Wrong inputs and wrong manifests: everything that is wrong is told at once, in the log, the
//! summary, the outputs and, for the manifest, a check run. Nothing is asked of the portal.

use std::time::Duration;

use super::checks;
use super::outside::Outside;
use super::portals::refuse_token_for_two;
use crate::actions::context::Context;
use crate::actions::files::{OutputFile, SummaryFile};
use crate::actions::inputs::{Inputs, Wrong};
use crate::manifest;
use crate::problem::{Class, Problem};
use crate::report::check_run::wrong_manifest;
use crate::report::console::Console;
use crate::report::summary;

/// How long the check run of a wrong manifest may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Wrong inputs; what is wrong in the manifest is told with them.
pub fn refuse_inputs(wrong: Wrong, context: &Context, console: &Console) -> u8 {
    let Wrong { mut problems, manifest, has_token_for_all, .. } = wrong;
    if let Some(path) = manifest {
        match manifest::load(&context.workspace, &path, &console.secrets()) {
            Ok(manifest) if has_token_for_all => {
                problems.extend(refuse_token_for_two(&manifest.offers));
            }
            Ok(_) => {}
            Err(more) => problems.extend(more),
        }
    }
    report_problems(&problems, context, console)
}

/// A wrong manifest.
pub async fn refuse_manifest(
    problems: &[Problem],
    inputs: &Inputs,
    context: &Context,
    console: &Console,
    outside: Outside,
) -> u8 {
    let code = report_problems(problems, context, console);
    let Outside { clock, check_runs: Ok((runs, commit)), mut signals, .. } = outside else {
        return code;
    };
    if !checks::is_wanted(inputs, context) {
        return code;
    }
    let file = problems
        .iter()
        .find_map(|problem| problem.place.as_ref())
        .map_or(&inputs.manifest, |place| &place.file);
    let request = wrong_manifest(&commit, file, problems, clock.now());
    let made = tokio::select! {
        biased;
        made = runs.create(request) => made.map(|_| ()).map_err(|error| error.to_string()),
        () = clock.sleep(PATIENCE) => Err("GitHub did not answer in time".to_owned()),
        Ok(_) = signals.wait_for(Option::is_some) => Err("the job was canceled".to_owned()),
    };
    if let Err(why) = made {
        console.warning(&format!("there is no check run for the manifest: {why}"));
    }
    code
}

/// Tells the problems everywhere but in a check run; returns the exit code.
pub fn report_problems(problems: &[Problem], context: &Context, console: &Console) -> u8 {
    for problem in problems {
        console.problem(problem);
    }
    let secrets = console.secrets();
    let write = || -> std::io::Result<()> {
        if let Some(path) = &context.step_summary {
            SummaryFile::open(path)?
                .rewrite(&secrets.redact(&summary::write_problems(problems)))?;
        }
        if let Some(path) = &context.output {
            OutputFile::open(path)?
                .rewrite(&[("outcome", "failed".to_owned()), ("offers", "[]".to_owned())])?;
        }
        Ok(())
    };
    if let Err(error) = write() {
        console.warning(&format!("outputs and job summary cannot be written: {error}"));
    }
    let classes = || problems.iter().map(|problem| problem.code.class());
    let class = classes()
        .find(|class| *class == Class::Input)
        .or_else(|| classes().next())
        .unwrap_or(Class::Input);
    class.exit_code()
}
