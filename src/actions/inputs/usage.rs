//! Which inputs a command uses, for its help. All are taken by all: in a workflow the runner sets
//! every input, whatever the command.

use super::table::Input;

/// What only those commands use that sign in.
const SIGN_IN: &[&str] = &[
    "tenant-id",
    "client-id",
    "client-secret",
    "access-token",
    "audience",
    "portal-url",
    "authority-url",
    "resource",
    "ingestion-url",
    "ingestion-resource",
];

/// What only those commands use that start or follow an operation.
const FOLLOW: &[&str] =
    &["wait", "timeout", "poll-interval", "when-running", "on-cancel", "deployment"];

/// What only those commands use that publish.
const PUBLISH: &[&str] = &["version", "variables", "secrets", "when-unchanged", "foreign-changes"];

/// Whether the help of the command shows the input.
pub fn is_used_by(command: &str, input: &Input) -> bool {
    let name = input.name;
    let among = |lists: &[&[&str]]| lists.iter().any(|list| list.contains(&name));
    match command {
        "release" => !matches!(name, "command" | "operation" | "preview"),
        "go-live" => !among(&[PUBLISH]) && !matches!(name, "command" | "operation" | "go-live"),
        "resume" => !among(&[PUBLISH]) && name != "command",
        "draft" => {
            !among(&[FOLLOW]) && !matches!(name, "command" | "operation" | "preview" | "go-live")
        }
        "plan" => !among(&[FOLLOW]) && !matches!(name, "command" | "operation" | "preview"),
        "status" | "show" => {
            !among(&[FOLLOW, PUBLISH])
                && !matches!(name, "command" | "operation" | "preview" | "go-live")
        }
        "cancel" => {
            !among(&[PUBLISH])
                && !matches!(name, "command" | "preview" | "go-live" | "when-running" | "on-cancel")
        }
        "rehearse" => {
            !among(&[SIGN_IN])
                && !matches!(
                    name,
                    "command"
                        | "operation"
                        | "preview"
                        | "check-run"
                        | "github-token"
                        | "deployment"
                )
        }
        _ => false,
    }
}
