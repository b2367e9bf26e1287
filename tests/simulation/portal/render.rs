//! The portal's JSON, in this world's dialect.

use std::time::Duration;

use serde_json::{Value, json};

use super::dialect::SignOff;
use super::offer::{Offer, Standing};
use super::operation::{Kind, Operation, Stage};
use super::{PUBLISHER, Portal, newest};
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
            value["submissionType"] = kind_word(one.kind).into();
        } else if !self.dialect.row_kinds {
            value["submissionType"] = kind_word(one.kind).into();
        }
        if self.dialect.in_array { json!([value]) } else { value }
    }

    pub(super) fn list_json(&self, offer: &Offer, now: Duration) -> Value {
        let at = now.saturating_sub(self.dialect.list_lag);
        let row = |one: &Operation| {
            let mut row = json!({
                "id": one.id, "offerId": offer.id, "publisherId": PUBLISHER, "slot": "staging",
                "version": 636_576_975_611_768_314_i64, "publishingVersion": one.version,
                "submissionState": self.operation_word(offer, one, at),
            });
            if self.dialect.row_kinds {
                row["submissionType"] = kind_word(one.kind).into();
            }
            if self.dialect.row_times {
                row["changedTime"] = date(one.changed(at)).to_string().into();
            }
            row
        };
        let rows: Vec<Value> = offer
            .operations
            .iter()
            .rev()
            .filter(|one| one.created() <= at && !one.is_gone(now))
            .map(row)
            .collect();
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

    pub(super) fn draft_json(&self, offer: &Offer) -> Value {
        let mut value = json!({ "id": offer.id, "publisherId": PUBLISHER, "version": 5, "definition": { "plans": [] } });
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
        self.dialect.spelled(match one.stage(at) {
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

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Publish => "publish",
        Kind::GoLive => "GoLive",
    }
}
