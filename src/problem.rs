//! What can be wrong, as data: every error that a person sees has a stable code, a message, a hint
//! what to do, and a place if it has one.

/// A stretch of one line of a file. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path as the user wrote it, below the workspace.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// First column, from 1.
    pub column: u32,
    /// Last column, included; from 1.
    pub end_column: u32,
}

/// What ends the process, and with which exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The portal refused, or the operation failed or was canceled.
    Refused,
    /// Inputs or manifest are wrong.
    Input,
    /// A credential or a permission is missing or refused.
    Auth,
    /// The portal or the network is unavailable after retries.
    Unavailable,
    /// A bug of ours.
    Bug,
}

impl Class {
    /// The process's exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Input => 2,
            Self::Auth => 3,
            Self::Unavailable => 5,
            Self::Bug => 70,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $class:ident;)*) => {
        /// Stable name of a kind of problem. Users search for it and scripts branch on it: never
        /// rename one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code as it is printed, after `offer-release/`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How it ends the process.
            #[must_use]
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }
        }
    };
}

codes! {
    /// An input has a value that is not allowed, or is unknown, or contradicts another.
    InputInvalid = "input-invalid", Input;
    /// A credential or another needed input is missing.
    InputMissing = "input-missing", Input;
    /// The manifest cannot be read: missing, not a file, too large, outside the workspace, not
    /// UTF-8.
    ManifestUnreadable = "manifest-unreadable", Input;
    /// The manifest is not YAML, or uses a feature of YAML that is not allowed here.
    ManifestSyntax = "manifest-syntax", Input;
    /// The manifest is YAML but not an offer manifest.
    ManifestInvalid = "manifest-invalid", Input;
    /// What the manifest says of the draft does not fit the draft as it is.
    ContentMismatch = "content-mismatch", Input;
    /// The scenario of the simulator cannot be read.
    ScenarioInvalid = "scenario-invalid", Input;

    /// GitHub gives this job no OIDC token.
    OidcNotPermitted = "oidc-not-permitted", Auth;
    /// GitHub's token endpoint refused or broke.
    OidcRefused = "oidc-refused", Auth;
    /// Microsoft Entra refused the credentials.
    TokenRefused = "token-refused", Auth;
    /// The portal answered 401, also to a fresh token.
    PortalUnauthorized = "portal-unauthorized", Auth;
    /// The portal answered 403.
    PortalForbidden = "portal-forbidden", Auth;
    /// `check-run: true`, and GitHub does not let this job make check runs.
    CheckRunNotPermitted = "check-run-not-permitted", Auth;
    /// `deployment: true`, and GitHub does not let this job make deployments.
    DeploymentNotPermitted = "deployment-not-permitted", Auth;

    /// The portal does not know the publisher or the offer.
    OfferNotFound = "offer-not-found", Refused;
    /// The portal refused the request for a reason of its own.
    PortalRefused = "portal-refused", Refused;
    /// The image version is there already with another disk, or is not greater than those there.
    VersionTaken = "version-taken", Refused;
    /// What the portal answered is larger or nested deeper than this program reads.
    AnswerUnreadable = "answer-unreadable", Refused;
    /// The draft has changes that are neither live nor the manifest's, and `foreign-changes` says
    /// `refuse`.
    ForeignChanges = "foreign-changes", Refused;
    /// Somebody else changed the draft whenever it was to be written.
    DraftConflict = "draft-conflict", Refused;
    /// An operation is already running and `when-running` says `fail`, or it is not of the kind
    /// that was asked for.
    OperationRunning = "operation-running", Refused;
    /// There is nothing to go live, to resume, or to follow.
    NothingToContinue = "nothing-to-continue", Refused;
    /// The operation ended in failure.
    OperationFailed = "operation-failed", Refused;
    /// The operation was canceled.
    OperationCanceled = "operation-canceled", Refused;
    /// The portal no longer knows the operation.
    OperationVanished = "operation-vanished", Refused;
    /// Another operation took the place of the one that was followed.
    OperationReplaced = "operation-replaced", Refused;
    /// Another publish took the place of the preview that was to go live.
    PreviewChanged = "preview-changed", Refused;
    /// The operation succeeded, and the slot that it fills does not hold the release.
    NotInEffect = "not-in-effect", Refused;
    /// There is nothing to release, and `when-unchanged` says `fail`.
    NothingChanged = "nothing-changed", Refused;
    /// The portal did not cancel the operation.
    CancelRefused = "cancel-refused", Refused;

    /// The portal, the token endpoint or the network did not answer usefully, after retries.
    Unavailable = "unavailable", Unavailable;
    /// A POST's answer was lost, and whether it started anything could not be found out.
    StartUnknown = "start-unknown", Unavailable;

    /// A bug of ours.
    Bug = "bug", Bug;
}

impl Code {
    /// Whether it may be the fault of one offer; credentials, permissions and the network are those
    /// of all.
    #[must_use]
    pub fn is_about_an_offer(self) -> bool {
        matches!(self.class(), Class::Refused | Class::Input)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "offer-release/{}", self.name())
    }
}

/// One thing that is wrong. Displayed, it is the message, then the correlation id in parentheses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", show_correlation_id(correlation_id.as_deref()))]
pub struct Problem {
    /// Its stable name, which decides the exit code.
    pub code: Code,
    /// What happened, naming the thing and quoting what was received.
    pub message: String,
    /// The service's id of the request that failed; another one for each request.
    pub correlation_id: Option<String>,
    /// The portal's own words about it, for reports that do not show them beside.
    pub portal_says: Option<String>,
    /// What to do now.
    pub hint: Option<String>,
    /// Where it is in a file.
    pub place: Option<Place>,
    /// The line at that place as it stands in the file, for an excerpt.
    pub source_line: Option<String>,
}

fn show_correlation_id(id: Option<&str>) -> String {
    id.map(|id| format!(" (correlation id {id})")).unwrap_or_default()
}

impl Problem {
    /// A problem without hint and place.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            correlation_id: None,
            portal_says: None,
            hint: None,
            place: None,
            source_line: None,
        }
    }

    /// Adds what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds where it is.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
    /// Adds the line at the place.
    #[must_use]
    pub fn showing(mut self, source_line: impl Into<String>) -> Self {
        self.source_line = Some(source_line.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../docs/errors.md");

    #[test]
    fn each_code_has_its_section_and_each_section_its_code() {
        let documented: Vec<&str> =
            PAGE.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
        let known: Vec<String> = Code::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(documented, known);
    }

    #[test]
    fn each_section_says_the_exit_code_and_what_to_do() {
        for code in Code::ALL {
            let (_, rest) = PAGE.split_once(&format!("\n## `{code}`\n\n")).unwrap();
            let section = rest.split("\n#").next().unwrap();
            assert!(
                section.starts_with(&format!("**Exit code {}", code.class().exit_code())),
                "{code}"
            );
            assert!(section.contains("\n*What to do:* "), "{code}");
        }
    }
}
