//! What the inputs must be together: none of these rules belongs to one input alone.

use super::super::environment::Environment;
use super::given::{Given, Reported};
use super::table::{self, Input};
use crate::choices::Command;
use crate::ids::OfferId;
use crate::problem::{Code, Problem};

pub fn check_combinations(
    given: &mut Given,
    command: Result<Command, Reported>,
    environment: &Environment,
    offers: &[OfferId],
) {
    check_record(given);
    check_single(given, &table::OPERATION, offers);
    check_single(given, &table::PREVIEW, offers);
    if let Ok(command) = command {
        check_operation(given, command);
        check_preview(given, command);
        if command != Command::Rehearse {
            check_credentials(given, environment);
        }
    }
}

fn check_operation(given: &mut Given, command: Command) {
    if !given.has(&table::OPERATION) {
        return;
    }
    if !matches!(command, Command::Resume | Command::Cancel) {
        let message = format!(
            "input `operation` is given with `command: {command}`, which neither follows nor \
             cancels a given operation"
        );
        let hint = "give `command: resume` or `command: cancel`, or leave `operation` out";
        given.report(Problem::new(Code::InputInvalid, message).hint(hint));
    }
}

/// An operation and a preview belong to one offer. How many there are without `offers`, the
/// manifest says.
fn check_single(given: &mut Given, input: &Input, offers: &[OfferId]) {
    if given.has(input) && offers.len() > 1 {
        let named = offers.iter().map(|offer| format!("`{offer}`")).collect::<Vec<_>>().join(", ");
        let name = input.name;
        let message = format!("input `{name}` belongs to one offer, but `offers` names {named}");
        given.report(
            Problem::new(Code::InputInvalid, message).hint("name the one offer that it belongs to"),
        );
    }
}

/// A `release` makes a preview of its own.
fn check_preview(given: &mut Given, command: Command) {
    if given.has(&table::PREVIEW) && !matches!(command, Command::GoLive | Command::Resume) {
        let message = format!(
            "input `preview` is given with `command: {command}`, which does not go live with a \
             preview of another run"
        );
        let hint = "give `command: go-live` or `command: resume`, or leave `preview` out";
        given.report(Problem::new(Code::InputInvalid, message).hint(hint));
    }
}

fn check_record(given: &mut Given) {
    let manifest = given.effective(&table::MANIFEST);
    if given.effective(&table::RECORD) == manifest {
        let message = format!("input `record` is {manifest:?}, which is the manifest");
        given.report(
            Problem::new(Code::InputInvalid, message).hint("write the record to another file"),
        );
    }
}

/// A token, or an application with either a secret or GitHub's word for this job.
fn check_credentials(given: &mut Given, environment: &Environment) {
    if given.has(&table::ACCESS_TOKEN) {
        return;
    }
    for (input, what) in [
        (&table::TENANT_ID, "the directory (tenant) id of the Microsoft Entra application"),
        (&table::CLIENT_ID, "the application (client) id of the Microsoft Entra application"),
    ] {
        if !given.has(input) {
            given.report(report_missing(input, what));
        }
    }
    if given.has(&table::CLIENT_SECRET) || offers_oidc(environment) {
        return;
    }
    given.report(if environment.get("GITHUB_ACTIONS").is_some() {
        Problem::new(
            Code::OidcNotPermitted,
            "GitHub gives this job no OIDC token, and neither \
            `client-secret` nor `access-token` is given",
        )
        .hint(
            "add `permissions: id-token: write` to the job (a pull request from a fork never \
                 gets it), or give `client-secret`; if it is given, it arrived empty: a secret of \
                 an environment needs a job that names the environment",
        )
    } else {
        report_missing(&table::CLIENT_SECRET, "a secret of the Microsoft Entra application").hint(
            "outside GitHub Actions there is no OIDC token: give `--client-secret` or \
                `--access-token`, or set `INPUT_CLIENT-SECRET` or `INPUT_ACCESS-TOKEN`",
        )
    });
}

fn report_missing(input: &Input, what: &str) -> Problem {
    let message = format!("input `{}` is missing: {what}", input.name);
    let hint = format!(
        "give `{}` (`--{}` on a command line), or a ready `access-token`",
        input.name, input.name
    );
    Problem::new(Code::InputMissing, message).hint(hint)
}

fn offers_oidc(environment: &Environment) -> bool {
    ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        .iter()
        .all(|name| environment.get(name).is_some())
}
