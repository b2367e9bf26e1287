//! Whether there are check runs, and where they go.

use std::rc::Rc;
use std::sync::Arc;

use crate::actions::context::Context;
use crate::actions::inputs::Inputs;
use crate::choices::Keep;
use crate::clock::Clock;
use crate::github::{CheckRuns, GithubChecks, GithubClient, GithubError, GithubResource};
use crate::http::ReqwestTransport;
use crate::problem::{Code, Problem};
use crate::report::Reports;
use crate::report::check_run::{CheckRunPages, Commit};
use crate::report::console::Console;
use crate::report::pages::{Throttle, Upkeep};
use crate::secrets::Secrets;

/// Whether there are to be check runs: in GitHub Actions unless forbidden, elsewhere only if
/// demanded. A command that only looks makes none: a verdict beside the release's own would be
/// taken for it.
pub fn is_wanted(inputs: &Inputs, context: &Context) -> bool {
    if inputs.command.only_looks() {
        return false;
    }
    match inputs.check_run {
        Keep::Auto => context.in_actions,
        Keep::Required => true,
        Keep::Off => false,
    }
}

/// The client of GitHub's API.
///
/// # Errors
/// What is missing for it.
pub fn connect_to_github(
    inputs: &Inputs,
    context: &Context,
    http: &ReqwestTransport,
    clock: &Rc<dyn Clock>,
    secrets: &Arc<Secrets>,
) -> Result<Rc<GithubClient>, GithubError> {
    let repository = context.repository.clone().ok_or_else(|| say_missing("GITHUB_REPOSITORY"))?;
    let api = context.api_url.as_ref().ok_or_else(|| say_missing("GITHUB_API_URL"))?;
    let token = inputs.github_token.as_ref().ok_or_else(|| say_missing("input `github-token`"))?;
    let (clock, secrets) = (Rc::clone(clock), Arc::clone(secrets));
    GithubClient::new(http, api, repository, token, clock, secrets).map(Rc::new)
}

/// The check runs and the commit that they belong to.
///
/// # Errors
/// The commit is not known.
pub fn open_check_runs(
    context: &Context,
    github: Rc<GithubClient>,
) -> Result<(Box<dyn CheckRuns>, Commit), GithubError> {
    let sha = context.head_sha.clone().ok_or_else(|| say_missing("GITHUB_SHA"))?;
    let commit = Commit {
        sha,
        run_url: context.run_url(),
        run_id: context.run_id.map_or_else(
            || "local".to_owned(),
            |id| format!("{id}.{}", context.run_attempt.unwrap_or(1)),
        ),
    };
    Ok((Box::new(GithubChecks::new(github)), commit))
}

fn say_missing(what: &str) -> GithubError {
    GithubError::NotPermitted(GithubResource::CheckRun.says(format!("{what} is missing")))
}

/// The check runs, if they are wanted and possible.
///
/// # Errors
/// When they are required and not possible.
pub fn prepare_check_runs(
    inputs: &Inputs,
    context: &Context,
    check_runs: Result<(Box<dyn CheckRuns>, Commit), GithubError>,
    clock: &Rc<dyn Clock>,
    console: &Arc<Console>,
    offers: usize,
    throttle: &Rc<Throttle>,
) -> Result<Option<Rc<Upkeep<CheckRunPages>>>, Problem> {
    if !is_wanted(inputs, context) {
        return Ok(None);
    }
    let (client, commit) = match check_runs {
        Ok(found) => found,
        Err(error) if inputs.check_run == Keep::Required => return Err(refuse(&error)),
        Err(error) => {
            console.warning(&format!("there will be no check run: {error}"));
            return Ok(None);
        }
    };
    let (of_pages, of_upkeep) = (Arc::clone(console), Arc::clone(console));
    let turns = Rc::clone(throttle);
    let pages = CheckRunPages::new(client, offers, Rc::clone(clock), of_pages, commit, turns);
    Ok(Some(Rc::new(Upkeep::new(pages, offers, Rc::clone(clock), of_upkeep, Rc::clone(throttle)))))
}

/// `check-run: true` makes them before anything is posted.
///
/// # Errors
/// When they are required and not possible.
pub async fn begin_check_runs(
    inputs: &Inputs,
    check_runs: Option<&Upkeep<CheckRunPages>>,
    reports: &Reports,
) -> Result<(), Problem> {
    match check_runs {
        Some(check_runs) if inputs.check_run == Keep::Required => {
            check_runs.begin(reports).await.map_err(|error| refuse(&error))
        }
        _ => Ok(()),
    }
}

/// `check-run: true`, and there can be none.
fn refuse(error: &GithubError) -> Problem {
    let (code, hint) = match error {
        GithubError::NotPermitted(_)
        | GithubError::NotOurs(_)
        | GithubError::Gone(_)
        | GithubError::Invalid(_) => (
            Code::CheckRunNotPermitted,
            "give the job `permissions: checks: write`, or set `check-run: auto`",
        ),
        GithubError::RateLimited { .. } | GithubError::Unavailable(_) => (
            Code::Unavailable,
            "nothing was started; run the same command again later, or set `check-run: auto`",
        ),
    };
    Problem::new(code, format!("input `check-run` is `true`, but: {error}")).hint(hint)
}
