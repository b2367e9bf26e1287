//! Where and for what this process runs: the runner's variables and the event that started the
//! workflow, as a value.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::environment::Environment;
use super::event::{self, WorkflowEvent};
use crate::ids::{Repository, RepositoryIds};

/// What is known of the run. Outside GitHub Actions nearly everything is missing.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Context {
    /// This process runs in GitHub Actions (or in something that says so).
    pub in_actions: bool,
    /// The checked-out repository, or the working directory.
    pub workspace: PathBuf,
    /// The repository of the workflow.
    pub repository: Option<Repository>,
    /// The commit that a check run belongs to.
    pub head_sha: Option<String>,
    /// The tag that started the workflow.
    pub tag: Option<String>,
    /// `https://github.com`, or the server of an enterprise.
    pub server_url: Option<Url>,
    /// `https://api.github.com`, or the REST API of an enterprise server.
    pub api_url: Option<Url>,
    /// Number of the workflow run.
    pub run_id: Option<u64>,
    /// Name of the file of the workflow that was started, below `.github/workflows`.
    pub workflow_file: Option<String>,
    /// How often the run was started, from 1.
    pub run_attempt: Option<u32>,
    /// The file of the job summary; only in GitHub Actions.
    pub step_summary: Option<PathBuf>,
    /// The file of the outputs; only in GitHub Actions.
    pub output: Option<PathBuf>,
    /// Step debugging is on.
    pub debug: bool,
    /// Colours are shown where the log goes, and wanted (<https://no-color.org>).
    pub colour: bool,
    /// Somebody watches at a terminal, where lines may be drawn anew.
    pub watched: bool,
    /// Columns that the log's lines should keep to: `COLUMNS`, else those of the terminal. Actions
    /// wraps lines itself.
    pub columns: Option<usize>,
    /// The numbers by which GitHub knows the repository, whatever its name is.
    pub repository_ids: Option<RepositoryIds>,
    /// Where this job gets OIDC tokens, if it may.
    pub oidc: Option<OidcEndpoint>,
}

/// A workflow's page, from which it can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowPage {
    /// Name of its file.
    pub file: String,
    /// Address.
    pub url: String,
}

/// Where a job gets OIDC tokens.
#[derive(Debug, Clone)]
pub struct OidcEndpoint {
    /// Address; it has a query already, and the audience is added to it.
    pub url: Url,
    /// What the endpoint wants as a bearer token.
    pub token: SecretString,
}

impl Context {
    /// Reads the runner's variables and the event's file. What is missing or malformed is left out.
    #[must_use]
    pub fn read(environment: &Environment) -> Self {
        let text = |name: &str| environment.get(name).map(str::to_owned);
        let path = |name: &str| environment.get(name).map(PathBuf::from);
        let event_name = text("GITHUB_EVENT_NAME");
        let event =
            path("GITHUB_EVENT_PATH").map(|path| WorkflowEvent::read(&path)).unwrap_or_default();
        let sha = text("GITHUB_SHA").filter(|sha| event::is_sha(sha));
        let in_actions = environment.get("GITHUB_ACTIONS") == Some("true");
        let watched =
            !in_actions && environment.is_terminal() && environment.get("TERM") != Some("dumb");
        Self {
            in_actions,
            workspace: path("GITHUB_WORKSPACE")
                .unwrap_or_else(|| environment.directory().to_owned()),
            repository: environment
                .get("GITHUB_REPOSITORY")
                .and_then(|text| Repository::parse(text).ok()),
            head_sha: event_name.as_deref().and_then(|name| event.head_sha(name)).or(sha),
            tag: text("GITHUB_REF_NAME")
                .filter(|_| environment.get("GITHUB_REF_TYPE") == Some("tag")),
            server_url: read_url(environment, "GITHUB_SERVER_URL", "https://github.com"),
            api_url: read_url(environment, "GITHUB_API_URL", "https://api.github.com"),
            run_id: environment.get("GITHUB_RUN_ID").and_then(|id| id.parse().ok()),
            workflow_file: environment.get("GITHUB_WORKFLOW_REF").and_then(find_workflow_file),
            run_attempt: environment
                .get("GITHUB_RUN_ATTEMPT")
                .and_then(|attempt| attempt.parse().ok()),
            step_summary: path("GITHUB_STEP_SUMMARY").filter(|_| in_actions),
            output: path("GITHUB_OUTPUT").filter(|_| in_actions),
            debug: environment.get("RUNNER_DEBUG") == Some("1"),
            colour: (in_actions || watched) && environment.get("NO_COLOR").is_none(),
            watched,
            columns: environment.columns().filter(|_| !in_actions),
            repository_ids: read_repository_ids(environment),
            oidc: OidcEndpoint::find(environment),
        }
    }

    /// The page of this run, with its attempt if it is known.
    #[must_use]
    pub fn run_url(&self) -> Option<String> {
        let server = self.server_url.as_ref()?.as_str().trim_end_matches('/');
        let repository = self.repository.as_ref()?;
        let attempt =
            self.run_attempt.map(|attempt| format!("/attempts/{attempt}")).unwrap_or_default();
        Some(format!("{server}/{repository}/actions/runs/{}{attempt}", self.run_id?))
    }

    /// Where a person starts this run's workflow by hand.
    #[must_use]
    pub fn workflow_page(&self) -> Option<WorkflowPage> {
        let server = self.server_url.as_ref()?.as_str().trim_end_matches('/');
        let (repository, file) = (self.repository.as_ref()?, self.workflow_file.clone()?);
        let url = format!("{server}/{repository}/actions/workflows/{file}");
        Some(WorkflowPage { file, url })
    }
}

/// The file of `OWNER/REPOSITORY/.github/workflows/FILE@REF`, if its name is a plain one.
fn find_workflow_file(reference: &str) -> Option<String> {
    let (path, _) = reference.split_once('@')?;
    let (_, file) = path.split_once("/.github/workflows/")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!file.is_empty() && file.chars().all(plain)).then(|| file.to_owned())
}

fn read_repository_ids(environment: &Environment) -> Option<RepositoryIds> {
    let number = |name: &str| environment.get(name)?.parse().ok();
    Some(RepositoryIds {
        owner: number("GITHUB_REPOSITORY_OWNER_ID")?,
        repository: number("GITHUB_REPOSITORY_ID")?,
    })
}

impl OidcEndpoint {
    fn find(environment: &Environment) -> Option<Self> {
        let url = Url::parse(environment.get("ACTIONS_ID_TOKEN_REQUEST_URL")?).ok()?;
        let token = environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")?.trim();
        (!token.is_empty()).then(|| Self { url, token: SecretString::from(token) })
    }
}

/// GitHub Enterprise names its own addresses; the defaults are github.com's.
fn read_url(environment: &Environment, name: &str, default: &str) -> Option<Url> {
    Url::parse(environment.get(name).unwrap_or(default)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789012345678901234567890123456789";
    const HEAD: &str = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

    fn head_sha(event_name: &str, payload: &str) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("event.json");
        std::fs::write(&path, payload).unwrap();
        let path = path.to_str().unwrap();
        let environment = Environment::from_pairs([
            ("GITHUB_SHA", SHA),
            ("GITHUB_EVENT_NAME", event_name),
            ("GITHUB_EVENT_PATH", path),
        ]);
        Context::read(&environment).head_sha
    }

    #[test]
    fn a_check_run_belongs_to_the_commit_that_people_look_at() {
        let pull_request =
            format!(r#"{{"pull_request":{{"number":1,"head":{{"sha":"{HEAD}"}}}}}}"#);
        let workflow_run = format!(r#"{{"workflow_run":{{"id":1,"head_sha":"{HEAD}"}}}}"#);
        for event in ["pull_request", "pull_request_target", "pull_request_review"] {
            assert_eq!(head_sha(event, &pull_request).as_deref(), Some(HEAD), "{event}");
        }
        assert_eq!(head_sha("workflow_run", &workflow_run).as_deref(), Some(HEAD));
        for event in ["push", "release", "workflow_dispatch", "schedule", "merge_group"] {
            assert_eq!(head_sha(event, &pull_request).as_deref(), Some(SHA), "{event}");
        }
    }

    #[test]
    fn a_strange_payload_falls_back_to_the_runners_commit() {
        for payload in [
            "",
            "[]",
            "{",
            "null",
            r#"{"pull_request":null}"#,
            r#"{"pull_request":{"head":{"sha":"../x"}}}"#,
        ] {
            assert_eq!(head_sha("pull_request", payload).as_deref(), Some(SHA), "{payload}");
        }
    }

    #[test]
    fn an_enterprise_server_has_its_own_addresses() {
        let context = Context::read(&Environment::from_pairs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://ghe.contoso.com"),
            ("GITHUB_API_URL", "https://ghe.contoso.com/api/v3"),
            ("GITHUB_REPOSITORY", "contoso/offers"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_WORKFLOW_REF", "contoso/offers/.github/workflows/go-on.yml@refs/heads/a@b"),
            ("RUNNER_DEBUG", "1"),
        ]));
        assert!(context.in_actions && context.debug);
        assert_eq!(context.api_url.as_ref().unwrap().as_str(), "https://ghe.contoso.com/api/v3");
        assert_eq!(
            context.run_url().unwrap(),
            "https://ghe.contoso.com/contoso/offers/actions/runs/42/attempts/2"
        );
        assert_eq!(
            context.workflow_page().unwrap().url,
            "https://ghe.contoso.com/contoso/offers/actions/workflows/go-on.yml"
        );
    }

    #[test]
    fn a_workflow_with_a_strange_name_has_no_page() {
        for reference in [
            "",
            "go-on.yml",
            "contoso/offers/.github/workflows/@refs/heads/main",
            "contoso/offers/.github/workflows/a)b.yml@refs/heads/main",
            "contoso/offers/.github/workflows/../x@refs/heads/main",
        ] {
            assert_eq!(find_workflow_file(reference), None, "{reference}");
        }
    }

    #[test]
    fn outside_actions_nearly_everything_is_missing() {
        let context = Context::read(&Environment::from_pairs::<&str, &str>([]));
        assert!(!context.in_actions && !context.debug);
        assert_eq!(context.workspace, PathBuf::from("."));
        assert_eq!((context.run_url(), context.workflow_page()), (None, None));
        assert_eq!(context.api_url.unwrap().as_str(), "https://api.github.com/");
        assert!(context.oidc.is_none() && context.head_sha.is_none() && context.output.is_none());
    }

    #[test]
    fn colour_is_for_actions_unless_unwanted_and_never_for_a_pipe() {
        let colour = |pairs: &[(&str, &str)]| {
            Context::read(&Environment::from_pairs(pairs.iter().copied())).colour
        };
        assert!(colour(&[("GITHUB_ACTIONS", "true")]));
        assert!(colour(&[("GITHUB_ACTIONS", "true"), ("NO_COLOR", "")]));
        assert!(!colour(&[("GITHUB_ACTIONS", "true"), ("NO_COLOR", "1")]));
        assert!(!colour(&[]));
    }

    #[test]
    fn the_oidc_endpoint_needs_both_variables_and_hides_the_token() {
        let address = ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example/?api-version=2");
        assert!(Context::read(&Environment::from_pairs([address])).oidc.is_none());
        let blank = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", " ");
        assert!(Context::read(&Environment::from_pairs([address, blank])).oidc.is_none());
        let both =
            Environment::from_pairs([address, ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hunter2")]);
        let context = Context::read(&both);
        assert_eq!(context.oidc.as_ref().unwrap().url.query(), Some("api-version=2"));
        assert!(!format!("{context:?}").contains("hunter2"));
    }
}
