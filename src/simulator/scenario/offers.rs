//! The offers that exist when the simulation begins.

use serde::Deserialize;

use super::length::LengthOfTime;
use super::steps::{Half, ScriptStep};

/// One offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfferSetup {
    /// Publisher id.
    pub publisher: String,
    /// Offer id.
    pub id: String,
    /// Where the offer stands at the beginning.
    #[serde(default)]
    pub status: OfferStatus,
    /// How long ago the operation behind `status` was started; by default so long that `status` is
    /// just true.
    pub since: Option<LengthOfTime>,
    /// With `status: running`, what runs.
    #[serde(default = "publish")]
    pub running: Half,
    /// Whether the draft was changed after the last publish.
    #[serde(default)]
    pub draft_changed: bool,
    /// The draft's version.
    #[serde(default = "one")]
    pub version: i64,
    /// `pcMigrationStatus`.
    #[serde(default = "yes")]
    pub migrated: bool,
    /// The draft's plans.
    #[serde(default)]
    pub plans: Vec<String>,
    /// Its own script.
    pub steps: Option<Vec<ScriptStep>>,
    /// Shown from the sign-off on; `null` for the built-in one.
    pub preview_links: Option<Vec<OfferLink>>,
    /// Shown when live; `null` for the built-in one.
    pub live_links: Option<Vec<OfferLink>>,
}

/// A link to the offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OfferLink {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub uri: String,
}

/// The statuses of an offer that the portal documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OfferStatus {
    /// No operation ever ran.
    #[default]
    NeverPublished,
    /// The same under another name.
    NotStarted,
    /// A publish waits for the publisher.
    WaitingForPublisherReview,
    /// An operation runs.
    Running,
    /// The offer is live.
    Succeeded,
    /// The last publish was canceled.
    Canceled,
    /// The last publish failed.
    Failed,
}

impl OfferSetup {
    /// An offer that nobody described.
    pub fn unheard_of(publisher: &str, id: &str) -> Self {
        Self {
            publisher: publisher.to_owned(),
            id: id.to_owned(),
            status: OfferStatus::default(),
            since: None,
            running: publish(),
            draft_changed: false,
            version: one(),
            migrated: yes(),
            plans: Vec::new(),
            steps: None,
            preview_links: None,
            live_links: None,
        }
    }
}

fn publish() -> Half {
    Half::Publish
}

fn one() -> i64 {
    1
}

fn yes() -> bool {
    true
}
