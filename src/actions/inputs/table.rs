//! The table of inputs: what the flags, `action.yml` and the README are made of, or checked
//! against.

use crate::choices::{Command, ForeignChanges, OnCancel, WhenRunning, WhenUnchanged};

/// One input of the action, which is also a flag of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Name, as in `with:`.
    pub name: &'static str,
    /// What is taken if nothing is given; empty if nothing is.
    pub default: &'static str,
    /// The default that `action.yml` has instead, because only GitHub can fill it in.
    pub expression: Option<&'static str>,
    /// What it is for, in one line of Markdown.
    pub description: &'static str,
    /// What may be given.
    pub takes: Takes,
}

/// What may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A text; the word stands for it in the help.
    Text(&'static str),
    /// A text that is never printed.
    Secret,
    /// `true` or `false`; as a flag, also nothing.
    Boolean,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Input {
    /// The variable by which the runner hands the input over: dashes stay.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("INPUT_{}", self.name.replace(' ', "_").to_uppercase())
    }
}

macro_rules! inputs {
    ($(#[$doc:meta])* $list:ident: $(
        $constant:ident = $name:literal, $takes:expr,
        $default:literal $(or $expression:literal)?, $description:literal;
    )*) => {
        $(
            #[doc = concat!("Input `", $name, "`.")]
            pub const $constant: Input = Input {
                name: $name,
                default: $default,
                expression: inputs!(@expression $($expression)?),
                description: $description,
                takes: $takes,
            };
        )*

        $(#[$doc])*
        pub const $list: &[Input] = &[$($constant,)*];
    };
    (@expression) => { None };
    (@expression $expression:literal) => { Some($expression) };
}

inputs! {
    /// Every input, in the order of the documentation.
    ALL:
    COMMAND = "command", Takes::OneOf(Command::WORDS), "release",
        "`release`: write the draft as the manifest says, publish, then go live if asked; `draft`: \
         only write the draft; `go-live`: only the second half; `resume`: \
         continue what the portal says is under way, never publish; `status`: look, change \
         nothing; `plan`: say what `release` would do, change nothing; `cancel`: cancel the \
         running operation; `rehearse`: the whole release against an embedded simulator.";
    MANIFEST = "manifest", Takes::Text("path"), "offer.yml",
        "Offer manifest, a path below the workspace.";
    OFFERS = "offers", Takes::Text("ids"), "",
        "Only these offer ids of the manifest, separated by commas or line breaks. Default: all.";
    GO_LIVE = "go-live", Takes::Boolean, "false",
        "Go live after publish. An offer whose manifest says `go-live: false` never does.";
    WAIT = "wait", Takes::Boolean, "true",
        "Follow the operation to its end. `false`: start it and leave, with outcome `pending`.";
    TIMEOUT = "timeout", Takes::Text("duration"), "5h 30m",
        "How long to follow, all phases together. Then the outcome is `pending`, and the log says \
         how to resume.";
    POLL_INTERVAL = "poll-interval", Takes::Text("duration"), "auto",
        "How often to ask the portal: `auto`, or a fixed duration such as `30s` or `5m`.";
    WHEN_RUNNING = "when-running", Takes::OneOf(WhenRunning::WORDS), "adopt",
        "An operation is already running on the offer: `adopt` it, `wait` for its end and then \
         start, `cancel` it and then start, or `fail`.";
    ON_CANCEL = "on-cancel", Takes::OneOf(OnCancel::WORDS), "leave",
        "The workflow is cancelled: `leave` the operation running, or `cancel` it too.";
    OPERATION = "operation", Takes::Text("address or id"), "",
        "Address or id of the operation to follow, or to cancel; only with `command: resume` and \
         `command: cancel`.";
    MAX_PARALLEL = "max-parallel", Takes::Text("number"), "4",
        "Offers released at the same time, 1 to 1000.";
    TENANT_ID = "tenant-id", Takes::Text("id"), "",
        "Directory (tenant) of the Microsoft Entra application: its id or a domain name.";
    CLIENT_ID = "client-id", Takes::Text("id"), "",
        "Application (client) id of the Microsoft Entra application.";
    CLIENT_SECRET = "client-secret", Takes::Secret, "",
        "Secret of the Microsoft Entra application. Without it and without `access-token`, \
         GitHub's OIDC token is exchanged, which needs `permissions: id-token: write`.";
    ACCESS_TOKEN = "access-token", Takes::Secret, "",
        "A token for the portal, got elsewhere.";
    AUDIENCE = "audience", Takes::Text("audience"), "api://AzureADTokenExchange",
        "Audience of GitHub's OIDC token.";
    GITHUB_TOKEN = "github-token", Takes::Secret, "" or "${{ github.token }}",
        "Token for the check run, which needs `permissions: checks: write`, and for the \
         deployment.";
    DEPLOYMENT = "deployment", Takes::OneOf(&["auto", "true", "false"]), "auto",
        "Keep a GitHub deployment for each offer, by which later jobs find the release; needs \
         `permissions: deployments: write`. `auto`: if permitted; `true`: no deployment is an \
         error, before anything is posted; `false`: keep none.";
    CHECK_RUN = "check-run", Takes::OneOf(&["auto", "true", "false"]), "auto",
        "`auto`: make a check run, and go on without if that is not permitted; `true`: no check \
         run is an error, before anything is posted; `false`: make none.";
    PORTAL_URL = "portal-url", Takes::Text("url"), "https://cloudpartner.azure.com",
        "Origin of the portal; `https` only, except on this machine.";
    AUTHORITY_URL = "authority-url", Takes::Text("url"), "https://login.microsoftonline.com",
        "Origin of the token endpoint; `https` only, except on this machine.";
    RESOURCE = "resource", Takes::Text("url"), "https://cloudpartner.azure.com",
        "Audience of the portal token; the scope is `<resource>/.default`.";
    INGESTION_URL = "ingestion-url", Takes::Text("url"), "https://graph.microsoft.com",
        "Origin of the Product Ingestion API; `https` only, except on this machine.";
    INGESTION_RESOURCE = "ingestion-resource", Takes::Text("url"), "https://graph.microsoft.com",
        "Audience of the token for the Product Ingestion API; the scope is `<resource>/.default`.";
    RECORD = "record", Takes::Text("path"), "",
        "Path below the workspace: write the whole record there as JSON.";
    PREVIEW = "preview", Takes::Text("preview"), "",
        "Go live with exactly this preview, which is the output `preview` of the run that \
         published it; any other one that waits is refused.";
    WHEN_UNCHANGED = "when-unchanged", Takes::OneOf(WhenUnchanged::WORDS), "succeed",
        "There is nothing to release, because what the manifest (or, without content, the draft) \
         says is live already: `succeed` or `fail`.";
    VERSION = "version", Takes::Text("version"), "",
        "What `${version}` in the manifest becomes. Default: the tag without a leading `v`, if a \
         tag started the workflow.";
    VARIABLES = "variables", Takes::Text("name=value"), "",
        "Lines `name=value`, for `${var.name}` in the manifest.";
    SECRETS = "secrets", Takes::Secret, "",
        "Lines `name=value`, for `${secret.name}` in the manifest; each value is masked before \
         anything else happens.";
    FOREIGN_CHANGES = "foreign-changes", Takes::OneOf(ForeignChanges::WORDS), "warn",
        "With content in the manifest: the draft holds changes that are neither live nor the \
         manifest's, and would be published too: `warn`, `refuse` or `allow`.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_stay_in_the_variables() {
        assert_eq!(POLL_INTERVAL.variable(), "INPUT_POLL-INTERVAL");
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = ALL.iter().map(|input| input.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
