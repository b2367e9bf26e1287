//! The script of an operation: its steps, how long each takes and what it says meanwhile.

use serde::Deserialize;

use super::length::LengthOfTime;

/// Which half of a release a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseHalf {
    /// Up to the publisher's sign-off.
    Publish,
    /// From the sign-off on.
    GoLive,
}

/// A step of a release, as a script says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptStep {
    /// `id`, such as `displaycertify`. `publisher-signoff` is where publish stops.
    pub id: String,
    /// `stepName`.
    pub name: String,
    /// `description`.
    #[serde(default)]
    pub description: String,
    /// `estimatedTimeFrame`; without it the field is absent.
    pub estimate: Option<String>,
    /// How long it really takes.
    #[serde(default = "no_time")]
    pub takes: LengthOfTime,
    /// Its half of the release; `live` is of the second unless told otherwise.
    pub phase: Option<ReleaseHalf>,
    /// What it says, and when.
    #[serde(default)]
    pub messages: Vec<ScriptMessage>,
    /// A time of being `blocked`, which comes on top of `takes`.
    pub blocked: Option<Blocked>,
    /// The step fails, and the operation with it.
    pub fails: Option<Fails>,
    /// The word shown instead of `inProgress`.
    pub shows: Option<String>,
}

/// A message that a step says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptMessage {
    /// How long after the step began (in a `blocked` or `fails`: after that began).
    #[serde(default = "no_time")]
    pub after: LengthOfTime,
    /// `level`.
    #[serde(default = "default_level")]
    pub level: String,
    /// `messageHtml`.
    pub html: String,
}

/// A step that stands still under a running operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blocked {
    /// How long after the step began.
    #[serde(default = "no_time")]
    pub after: LengthOfTime,
    /// How long it stays blocked; without it, for ever.
    #[serde(rename = "for")]
    pub lasts: Option<LengthOfTime>,
    /// What is said about it.
    #[serde(default)]
    pub messages: Vec<ScriptMessage>,
}

/// A step that ends badly.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fails {
    /// How long after the step began.
    #[serde(default = "no_time")]
    pub after: LengthOfTime,
    /// The status that the step ends with.
    #[serde(rename = "as", default)]
    pub mark: FailedAs,
    /// What becomes of the operation.
    #[serde(default)]
    pub operation: FailedOperation,
    /// What is said about it.
    #[serde(default)]
    pub messages: Vec<ScriptMessage>,
}

/// The status of a step that ended badly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailedAs {
    /// `rejected`.
    #[default]
    Rejected,
    /// `failed`.
    Failed,
    /// `blocked`: the operation ends all the same.
    Blocked,
    /// `canceled`.
    Canceled,
}

/// The status of an operation with a step that ended badly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailedOperation {
    /// `failed`.
    #[default]
    Failed,
    /// `canceled`: what Microsoft's review does on a critical issue.
    Canceled,
}

impl ScriptStep {
    /// Its half of the release.
    pub fn phase(&self) -> ReleaseHalf {
        self.phase.unwrap_or(if self.id == "live" {
            ReleaseHalf::GoLive
        } else {
            ReleaseHalf::Publish
        })
    }

    /// Whether the publisher is asked here.
    pub fn is_sign_off(&self) -> bool {
        self.id == "publisher-signoff"
    }
}

fn no_time() -> LengthOfTime {
    LengthOfTime::minutes(0)
}

fn default_level() -> String {
    "information".to_owned()
}

/// The release of a virtual machine offer: the documented steps, with the times that real ones
/// take.
pub fn realistic_script() -> Vec<ScriptStep> {
    let step = |id: &str,
                name: &str,
                description: &str,
                estimate: Option<&str>,
                takes: LengthOfTime,
                messages: &[(i64, &str)]| ScriptStep {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        estimate: estimate.map(str::to_owned),
        takes,
        phase: None,
        messages: messages
            .iter()
            .map(|(hours, html)| ScriptMessage {
                after: LengthOfTime::hours(*hours),
                level: default_level(),
                html: (*html).to_owned(),
            })
            .collect(),
        blocked: None,
        fails: None,
        shows: None,
    };
    vec![
        step(
            "displaydummycertify",
            "Validate Pre-Requisites",
            "Offer settings provided are validated",
            Some("< 15 min"),
            LengthOfTime::minutes(15),
            &[],
        ),
        step(
            "displaycertify",
            "Certification",
            "Your offer is analyzed by our certification systems for issues.",
            Some("< 5 day"),
            LengthOfTime::hours(36),
            &[
                (
                    2,
                    "Certification <b>started</b>. See the <a \
                     href=\"https://aka.ms/vm-certification\">certification policies</a>.",
                ),
                (30, "Malware scan finished &amp; found no issues."),
            ],
        ),
        step(
            "displayprovision",
            "Provisioning",
            "Your virtual machine is being replicated in our production systems.",
            Some("< 1 day"),
            LengthOfTime::hours(6),
            &[],
        ),
        step(
            "displaypackage",
            "Packaging and Lead Generation Registration",
            "Your virtual machine is being packaged for customers. Additionally, lead systems are \
             being configured and setup.",
            Some("< 1 hour"),
            LengthOfTime::minutes(40),
            &[],
        ),
        step(
            "publisher-signoff",
            "Publisher signoff",
            "Offer is available to preview. Ensure that everything looks good before making your \
             offer live.",
            None,
            LengthOfTime::minutes(0),
            &[],
        ),
        step(
            "live",
            "Live",
            "Offer is publicly visible and is available for purchase.",
            Some("~2-5 days"),
            LengthOfTime::hours(24),
            &[],
        ),
    ]
}
