//! The portal's JSON, in this world's dialect.

use std::time::Duration;

use serde_json::{Value, json};

use super::dialect::{OldPublish, SignOff, Slots};
use super::offer::{Content, Offer, OldRow, Standing};
use super::operation::{Kind, Operation, Stage};
use super::{PUBLISHER, Portal, newest};
use crate::extra::Extra;
use crate::identity::MARK;
use crate::time::date;

/// What a hostile person puts into an offer: commands of the runner, markup, and characters that
/// hide or break lines.
pub const HOSTILE: &str = "x\r\n::set-env name=EVIL::1\u{2028}::stop-commands::EVIL\n##[add-path]EVIL <img src=EVIL> | @EVIL [a](javascript:EVIL)";

const STEPS: [(&str, &str); 4] = [
    ("displaydummycertify", "Validate Pre-Requisites"),
    ("displaycertify", "Certification"),
    ("publisher-signoff", "Publisher signoff"),
    ("live", "Live"),
];

impl Portal {
    pub(super) fn operation_json(&self, offer: &Offer, one: &Operation, at: Duration) -> Value {
        let mut value = json!({
            "status": self.operation_word(offer, one, at),
            "messages": [],
            "steps": self.steps(one.kind, one.stage(at), self.shows_sign_off_in_steps()),
            "previewLinks": [{ "displayText": "Preview", "uri": "https://portal.example/preview?a=1" }],
            "liveLinks": [],
        });
        if self.dialect.operation_ids {
            value["id"] = one.id.clone().into();
            value["submissionType"] = self.kind_word(one.kind).into();
        } else if !self.dialect.row_kinds {
            value["submissionType"] = self.kind_word(one.kind).into();
        }
        if self.dialect.in_array { json!([value]) } else { value }
    }

    pub(super) fn list_json(&self, offer: &Offer, now: Duration) -> Value {
        let at = now.saturating_sub(self.dialect.list_lag);
        let row = |one: &Operation| {
            let slot = if one.kind == Kind::GoLive { "production" } else { "staging" };
            let mut row = json!({
                "id": one.id, "offerId": offer.id, "publisherId": PUBLISHER, "slot": slot,
                "version": 636_576_975_611_768_314_i64, "publishingVersion": one.version,
                "submissionState": self.operation_word(offer, one, at),
            });
            if self.dialect.row_kinds {
                row["submissionType"] = self.kind_word(one.kind).into();
            }
            if self.dialect.row_times {
                row["changedTime"] = date(self.row_changed(offer, one, at)).to_string().into();
            }
            row
        };
        let seconds = |one: &Operation| i64::try_from(one.created().as_secs()).unwrap_or(i64::MAX);
        let mut rows: Vec<(i64, Value)> = offer
            .operations
            .iter()
            .rev()
            .filter(|one| one.created() <= at && !one.is_gone(now))
            .map(|one| (seconds(one), row(one)))
            .collect();
        rows.extend(offer.old_rows.iter().map(|row| (row.changed, self.old_row_json(offer, row))));
        rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
        if self.dialect.oldest_first && self.dialect.row_times {
            rows.reverse();
        }
        if self.dialect.list_in_object { json!({ "value": rows }) } else { Value::from(rows) }
    }

    pub(super) fn status_json(&self, offer: &Offer, now: Duration) -> Value {
        let at = now.saturating_sub(self.dialect.offer_lag);
        let standing = offer.standing(at);
        let word = match standing {
            _ if self.chance.per_mille(self.dialect.strange_offers) => "migrating",
            Standing::Never => "neverPublished",
            Standing::Running => "running",
            Standing::SignOff if self.dialect.offer_waits_in_word => "waiting",
            Standing::SignOff => "running",
            Standing::Succeeded => "succeeded",
            Standing::Failed => "failed",
            Standing::Canceled => self.dialect.canceled_offer,
        };
        let last = newest(&offer.operations, at).next();
        let steps = last.map(|one| self.steps(one.kind, one.stage(at), true)).unwrap_or_default();
        json!({ "status": self.dialect.spelled(word), "messages": [], "steps": steps, "previewLinks": [], "liveLinks": [] })
    }

    /// When a row was changed last. A publish that a go-live overtook was so just before that; or
    /// long after it.
    pub fn row_changed(&self, offer: &Offer, one: &Operation, at: Duration) -> Duration {
        let changed = one.changed(at);
        let after = |other: &&Operation| other.number > one.number && other.created() <= at;
        let Some(next) = offer.operations.iter().find(after) else { return changed };
        match self.dialect.old_publish {
            OldPublish::TouchedLast if one.kind == Kind::Publish && next.kind == Kind::GoLive => {
                let touched = next.changed(at) + Duration::from_secs(60);
                if next.stage(at).is_final() && touched <= at { touched } else { changed }
            }
            _ if self.dialect.oldest_first && changed == next.created() => {
                changed - Duration::from_millis(1)
            }
            _ => changed,
        }
    }

    fn old_row_json(&self, offer: &Offer, row: &OldRow) -> Value {
        let mut value = json!({
            "id": row.id, "offerId": offer.id, "publisherId": PUBLISHER, "slot": "staging",
            "version": 636_576_975_611_768_314_i64, "publishingVersion": 0,
            "submissionState": self.old_word(row),
        });
        if self.dialect.row_kinds {
            value["submissionType"] = row.kind.into();
        }
        if self.dialect.row_times {
            let changed = jiff::SignedDuration::from_secs(row.changed);
            let changed = date(Duration::ZERO).saturating_add(changed).unwrap_or_default();
            value["changedTime"] = changed.to_string().into();
        }
        value
    }

    /// Without times nobody could tell that an unknown word is one of long ago.
    pub(super) fn old_word(&self, row: &OldRow) -> &'static str {
        if self.dialect.row_times { row.word } else { "canceled" }
    }

    /// What a slot holds, once it follows.
    pub(super) fn slot_json(&self, offer: &Offer, slot: &str, now: Duration) -> Option<Value> {
        if self.dialect.slots == Slots::Absent {
            return None;
        }
        let at = now.saturating_sub(self.dialect.slot_lag);
        let content = match slot.to_ascii_lowercase().as_str() {
            "draft" => Some(offer.draft_content(now)),
            "preview" => offer.preview_content(at),
            "production" => offer.live_content(at),
            _ => None,
        }?;
        Some(json!({
            "id": offer.id, "publisherId": PUBLISHER, "version": 6,
            "definition": definition(content, now.as_secs()),
        }))
    }

    pub(super) fn draft_json(&self, offer: &Offer, now: Duration) -> Value {
        let definition = definition(offer.draft_content(now), now.as_secs());
        let mut value = json!({
            "id": offer.id, "publisherId": PUBLISHER, "version": 5, "definition": definition,
        });
        if self.plan.has(Extra::Drafts) {
            value["definition"]["offer"][LEGACY] = "".into();
        }
        if self.dialect.draft_times {
            let newest = offer.draft_changes.iter().max().copied().unwrap_or_default();
            let changed = date(Duration::ZERO)
                .saturating_add(jiff::SignedDuration::from_secs(newest))
                .unwrap_or_default();
            value["changedTime"] = changed.strftime("%Y-%m-%dT%H:%M:%S.123456").to_string().into();
        }
        value
    }

    fn operation_word(&self, offer: &Offer, one: &Operation, at: Duration) -> &'static str {
        if let Some(word) = one.strange_word(at) {
            return word;
        }
        // Whatever a publish says while its preview waits, it says `complete` once that is live or
        // overtaken.
        let overtaken =
            newest(&offer.operations, at).next().is_some_and(|last| last.number > one.number);
        let next = offer.operations.get(one.number + 1);
        let stays = self.dialect.old_publish == OldPublish::AsBefore
            && one.kind == Kind::Publish
            && one.previewed(at).is_some()
            && next.is_some_and(|next| next.kind == Kind::GoLive);
        let (stage, overtaken) = match one.stage(at) {
            Stage::Complete if stays => (Stage::SignOff, false),
            stage => (stage, overtaken),
        };
        self.dialect.spelled(match stage {
            Stage::Running(_) | Stage::Blocked(_) => "running",
            Stage::SignOff if overtaken => "complete",
            Stage::SignOff => match self.dialect.sign_off {
                SignOff::Operation => "complete",
                SignOff::Step | SignOff::Offer => "running",
                SignOff::Word => "waiting",
            },
            Stage::Complete => "complete",
            Stage::Failed => "failed",
            Stage::Canceled => "canceled",
        })
    }

    fn kind_word(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Publish => "publish",
            Kind::GoLive => self.dialect.go_live_word,
        }
    }

    fn shows_sign_off_in_steps(&self) -> bool {
        self.dialect.sign_off != SignOff::Offer
    }

    fn steps(&self, kind: Kind, stage: Stage, sign_off_shows: bool) -> Vec<Value> {
        let (reached, word) = match (kind, stage) {
            (Kind::Publish, Stage::Running(step)) => (step, "running"),
            (Kind::GoLive, Stage::Running(_)) => (3, "running"),
            (Kind::Publish, Stage::Blocked(step)) => (step, "blocked"),
            (Kind::GoLive, Stage::Blocked(_)) => (3, "blocked"),
            (_, Stage::SignOff) => (2, if sign_off_shows { "waiting" } else { "notStarted" }),
            (Kind::Publish, Stage::Complete) => (2, "complete"),
            (Kind::GoLive, Stage::Complete) => (3, "complete"),
            (_, Stage::Failed) => (1, "failed"),
            (_, Stage::Canceled) => (1, "canceled"),
        };
        let step = |(index, (id, name)): (usize, &(&str, &str))| {
            let word = match index.cmp(&reached) {
                std::cmp::Ordering::Less => "complete",
                std::cmp::Ordering::Equal => word,
                std::cmp::Ordering::Greater => "notStarted",
            };
            let mut step = json!({ "id": id, "stepName": name, "status": self.dialect.spelled(word), "progressPercentage": 0 });
            if index == reached && self.plan.hostile {
                step["messages"] = json!([{ "level": "error", "messageHtml": HOSTILE }]);
                step["description"] = HOSTILE.into();
                step["estimatedTimeFrame"] = HOSTILE.into();
            }
            step
        };
        STEPS.iter().enumerate().map(step).collect()
    }
}

/// What the manifest wants the summary to be.
pub const WANTED: &str = "release 7";

const SUMMARY: &str = "microsoft-azure-marketplace.summary";
const LOGO: &str = "microsoft-azure-marketplace.smallLogo";
const LEGACY: &str = "microsoft-azure-corevm.legacyOfferId";

/// What a written document holds, and where it lost what the document of that edition had. `None`:
/// the service refuses it.
pub fn read(id: &str, body: &Value) -> Option<(Content, Vec<String>)> {
    let offer = body["definition"]["offer"].as_object()?;
    if offer.contains_key(LEGACY) || body["id"] != id {
        return None;
    }
    let title = offer.get("microsoft-azure-marketplace.title")?.as_str()?;
    let edition = title.strip_prefix("edition ")?.parse().ok()?;
    let written = offer.get(SUMMARY)?.as_str()? == WANTED;
    let content = Content { edition, written };
    let before = definition(content, 0);
    let mut lost: Vec<String> = ["displayText", "plans"]
        .into_iter()
        .filter(|key| body["definition"][key] != before[key])
        .map(str::to_owned)
        .collect();
    let had = before["offer"].as_object()?.iter();
    lost.extend(
        had.filter(|(key, _)| key.as_str() != LOGO)
            .filter(|(key, value)| offer.get(*key) != Some(*value) && key.as_str() != SUMMARY)
            .map(|(key, _)| key.clone()),
    );
    Some((content, lost))
}

/// The document, with a text that tells its version and a link whose signature is new each time.
pub fn definition(content: Content, signature: u64) -> Value {
    let summary =
        if content.written { WANTED.to_owned() } else { format!("by hand {}", content.edition) };
    let logo = format!("https://store.example/logo.png?sv=2019-07-07&sig={MARK}-{signature}");
    json!({
        "displayText": "Contoso",
        "offer": {
            "microsoft-azure-marketplace.title": format!("edition {}", content.edition),
            SUMMARY: summary,
            "microsoft-azure-marketplace.customAmendments": null,
            "microsoft-azure-marketplace.leadNotificationEmails": "",
            "microsoft-azure-marketplace.screenshots": [],
            "microsoft-azure-marketplace.revision": 9_007_199_254_740_993_i64,
            LOGO: logo,
            "microsoft-azure-marketplace.leadDestination": "None",
        },
        "plans": [{ "planId": "standard", "regions": ["AZ"] }],
    })
}
