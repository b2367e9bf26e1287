//! The inputs: one table of them, read from flags, `INPUT_*` variables and defaults, and parsed
//! once into types that cannot hold nonsense.

mod arguments;
mod combinations;
mod given;
pub mod reference;
pub mod table;
mod usage;
mod values;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::environment::Environment;
use crate::choices::{Command, ForeignChanges, Keep, OnCancel, WhenRunning, WhenUnchanged};
use crate::ids::OfferId;
use crate::problem::Problem;
use given::{Given, Reported};

/// What this process is asked to do.
#[derive(Debug, Clone)]
pub enum Invocation {
    /// Work with the portal; the command is never [`Command::Rehearse`].
    Command(Inputs),
    /// The whole release against the embedded simulator; the command is [`Command::Rehearse`].
    Rehearse {
        /// The inputs; their addresses and credentials are not used.
        inputs: Inputs,
        /// What the simulator plays; a release without trouble if not given.
        scenario: Option<PathBuf>,
    },
    /// Print the draft of one offer; the command is [`Command::Status`].
    Show(Inputs),
    /// Serve the simulator alone.
    Simulate {
        /// Address and port to listen on.
        listen: std::net::SocketAddr,
        /// What the simulator plays; its own default if not given.
        scenario: Option<PathBuf>,
    },
    /// Print the manifest's JSON Schema.
    Schema,
    /// Print this script, by which a shell completes the command line.
    Completions(String),
    /// Print this help, of the program or of a command.
    Help(String),
    /// Print this line with the program's version.
    Version(String),
}

/// All inputs, resolved. `Debug` does not print secrets.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The input `command`, or the command on the command line.
    pub command: Command,
    /// The manifest's path as given, relative to the workspace or inside it.
    pub manifest: String,
    /// Only these offers; all if empty.
    pub offers: Vec<OfferId>,
    /// Go live after publish.
    pub go_live: bool,
    /// Follow the operation; else start it and leave.
    pub wait: bool,
    /// How long to follow, all phases together.
    pub timeout: Duration,
    /// How often to ask the portal.
    pub poll_interval: PollInterval,
    /// What to do about an operation that is already running.
    pub when_running: WhenRunning,
    /// What to do about the operation when the workflow is cancelled.
    pub on_cancel: OnCancel,
    /// Address or id of the operation to follow or to cancel.
    pub operation: Option<String>,
    /// Offers released at the same time.
    pub max_parallel: NonZeroUsize,
    /// Directory (tenant) of the Microsoft Entra application: a GUID or a domain name.
    pub tenant_id: Option<String>,
    /// Id of the Microsoft Entra application.
    pub client_id: Option<String>,
    /// Secret of the Microsoft Entra application.
    pub client_secret: Option<SecretString>,
    /// A token for the portal, got elsewhere.
    pub access_token: Option<SecretString>,
    /// Audience of GitHub's OIDC token.
    pub audience: String,
    /// Token for the check run.
    pub github_token: Option<SecretString>,
    /// Whether to keep a deployment for each offer.
    pub deployment: Keep,
    /// Whether to make a check run.
    pub check_run: Keep,
    /// Origin of the portal.
    pub portal_url: Url,
    /// Origin of the token endpoint.
    pub authority_url: Url,
    /// Audience of the portal token, without `/.default`; kept as written, for a slash at its end
    /// means something to Entra.
    pub resource: String,
    /// Path below the workspace to write the record to.
    pub record: Option<String>,
    /// What `${version}` becomes; if it is not given, the tag that started the workflow.
    pub version: Option<String>,
    /// What `${var.NAME}` becomes, by name.
    pub variables: BTreeMap<String, String>,
    /// What `${secret.NAME}` becomes, by name.
    pub secrets: BTreeMap<String, SecretString>,
    /// The preview to go live with.
    pub preview: Option<String>,
    /// What to do when there is nothing to release.
    pub when_unchanged: WhenUnchanged,
    /// What to do about changes of the draft that are not the manifest's.
    pub foreign_changes: ForeignChanges,
    /// Origin of the Product Ingestion API.
    pub ingestion_url: Url,
    /// Audience of the token for the Product Ingestion API, as [`Inputs::resource`].
    pub ingestion_resource: String,
}

impl Inputs {
    /// Every secret among the inputs.
    pub fn list_secrets(&self) -> impl Iterator<Item = &SecretString> {
        [&self.client_secret, &self.access_token, &self.github_token]
            .into_iter()
            .flatten()
            .chain(self.secrets.values())
    }
}

/// Inputs that cannot be worked with.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
    /// The manifest's path, as far as it is right: what is wrong in there can be told with the
    /// rest.
    pub manifest: Option<String>,
    /// Every secret that was given, right or wrong.
    pub secrets: Vec<SecretString>,
    /// The command was `show`, whose stdout is the draft or nothing.
    pub shows: bool,
    /// A token was given for all the offers of the manifest.
    pub has_token_for_all: bool,
}

/// How often to ask the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollInterval {
    /// Often at first and near a step's end, seldom in between.
    Auto,
    /// Always after this time, which is not zero.
    Fixed(Duration),
}

/// Reads what to do from the arguments (without the program's name) and the environment.
///
/// # Errors
/// Every problem of every input, together. Only a command line that cannot be taken apart is
/// reported alone, because what its flags say is then unknown.
pub fn resolve(arguments: &[OsString], environment: &Environment) -> Result<Invocation, Wrong> {
    let parsed = arguments::parse(arguments).map_err(|problems| Wrong {
        problems,
        manifest: None,
        secrets: Vec::new(),
        shows: arguments.iter().any(|argument| argument == "show"),
        has_token_for_all: false,
    })?;
    let (flags, scenario, shows) = match parsed {
        arguments::Parsed::Inputs(flags, scenario) => (flags, scenario, false),
        arguments::Parsed::Show(flags) => (flags, None, true),
        arguments::Parsed::Done(invocation) => return Ok(*invocation),
    };
    let mut given = Given::new(flags, environment);
    let secrets = given.list_secrets();
    let has_token_for_all = given.has(&table::ACCESS_TOKEN) && !given.has(&table::OFFERS);
    let manifest = given.value(&table::MANIFEST, values::parse_path);
    let inputs = read_inputs(&mut given, environment, manifest.clone());
    let problems = given.into_problems();
    match inputs {
        Ok(inputs) if problems.is_empty() && inputs.command == Command::Rehearse => {
            Ok(Invocation::Rehearse { inputs, scenario })
        }
        Ok(inputs) if problems.is_empty() && shows => Ok(Invocation::Show(inputs)),
        Ok(inputs) if problems.is_empty() => Ok(Invocation::Command(inputs)),
        _ => Err(Wrong { problems, manifest: manifest.ok(), secrets, shows, has_token_for_all }),
    }
}

fn read_inputs(
    given: &mut Given,
    environment: &Environment,
    manifest: Result<String, Reported>,
) -> Result<Inputs, Reported> {
    let command = given.choice(&table::COMMAND);
    let offers = given.value(&table::OFFERS, values::parse_offers);
    let go_live = given.value(&table::GO_LIVE, values::parse_boolean);
    let wait = given.value(&table::WAIT, values::parse_boolean);
    let timeout = given.value(&table::TIMEOUT, values::parse_timeout);
    let poll_interval = given.value(&table::POLL_INTERVAL, values::parse_poll_interval);
    let when_running = given.choice(&table::WHEN_RUNNING);
    let on_cancel = given.choice(&table::ON_CANCEL);
    let operation = given.optional(&table::OPERATION, values::parse_word);
    let max_parallel = given.value(&table::MAX_PARALLEL, values::parse_count);
    let tenant_id = given.optional(&table::TENANT_ID, values::parse_tenant);
    let client_id = given.optional(&table::CLIENT_ID, values::parse_word);
    let client_secret = given.optional(&table::CLIENT_SECRET, values::parse_secret);
    let access_token = given.optional(&table::ACCESS_TOKEN, values::parse_secret);
    let audience = given.value(&table::AUDIENCE, values::parse_word);
    let github_token = given.optional(&table::GITHUB_TOKEN, values::parse_secret);
    let deployment = given.value(&table::DEPLOYMENT, values::parse_keep);
    let check_run = given.value(&table::CHECK_RUN, values::parse_keep);
    let portal_url = given.value(&table::PORTAL_URL, values::parse_origin);
    let authority_url = given.value(&table::AUTHORITY_URL, values::parse_origin);
    let resource = given.value(&table::RESOURCE, values::parse_resource);
    let workspace = environment.get("GITHUB_WORKSPACE");
    let record = given.optional(&table::RECORD, |text| values::parse_path_below(text, workspace));
    let version = given.optional(&table::VERSION, values::parse_word);
    let variables = given.value(&table::VARIABLES, values::parse_variables);
    let secrets = given.value(&table::SECRETS, values::parse_secrets);
    let preview = given.optional(&table::PREVIEW, values::parse_word);
    let when_unchanged = given.choice(&table::WHEN_UNCHANGED);
    let foreign_changes = given.choice(&table::FOREIGN_CHANGES);
    let ingestion_url = given.value(&table::INGESTION_URL, values::parse_origin);
    let ingestion_resource = given.value(&table::INGESTION_RESOURCE, values::parse_resource);

    combinations::check_combinations(
        given,
        command,
        environment,
        offers.as_deref().unwrap_or_default(),
    );
    Ok(Inputs {
        command: command?,
        manifest: manifest?,
        offers: offers?,
        go_live: go_live?,
        wait: wait?,
        timeout: timeout?,
        poll_interval: poll_interval?,
        when_running: when_running?,
        on_cancel: on_cancel?,
        operation: operation?,
        max_parallel: max_parallel?,
        tenant_id: tenant_id?,
        client_id: client_id?,
        client_secret: client_secret?,
        access_token: access_token?,
        audience: audience?,
        github_token: github_token?,
        deployment: deployment?,
        check_run: check_run?,
        portal_url: portal_url?,
        authority_url: authority_url?,
        resource: resource?,
        record: record?,
        version: version?.or_else(|| version_of_tag(environment)),
        variables: variables?,
        secrets: secrets?,
        preview: preview?,
        when_unchanged: when_unchanged?,
        foreign_changes: foreign_changes?,
        ingestion_url: ingestion_url?,
        ingestion_resource: ingestion_resource?,
    })
}

/// The tag that started the workflow, without the `v` in front of its number.
fn version_of_tag(environment: &Environment) -> Option<String> {
    if environment.get("GITHUB_REF_TYPE") != Some("tag") {
        return None;
    }
    let tag = environment.get("GITHUB_REF_NAME")?;
    let number =
        tag.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    Some(number.unwrap_or(tag).to_owned())
}

#[cfg(test)]
mod tests;
