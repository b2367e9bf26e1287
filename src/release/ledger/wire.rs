//! How a mark and its statuses are written, and read again by a later job: the deployment's payload,
//! and the one line of text that a status has.

use serde_json::{Value, json};

use super::{Mark, Names, RunAttempt, Standing};
use crate::ids::OfferId;
use crate::portal::Phase;

/// In every payload, so that nobody else's deployment of the same environment is taken for ours.
const MADE_BY: &str = "offer-release";

/// Longest description that GitHub takes, in characters.
const LONGEST: usize = 140;

/// What a status of a release that is live begins with.
const LIVE: &str = "Live";

/// What a status begins with that is written just before a go-live is asked for.
const ASKING: &str = "Asking to go live";

/// Between two parts of a description.
const SEPARATOR: &str = " · ";

impl Mark {
    /// The payload of the deployment.
    #[must_use]
    pub fn to_payload(&self) -> Value {
        json!({
            "madeBy": MADE_BY,
            "offer": self.offer.as_str(),
            "version": self.version,
            "run": self.run.map(|run| run.run),
            "attempt": self.run.map(|run| run.attempt),
            "before": self.before,
            "preview": self.preview,
        })
    }

    /// Reads a payload; `None` if it is not one of ours.
    #[must_use]
    pub fn from_payload(payload: &Value) -> Option<Self> {
        let text = |name: &str| payload[name].as_str().map(str::to_owned);
        if payload["madeBy"] != MADE_BY {
            return None;
        }
        let run = payload["run"].as_u64().map(|run| RunAttempt {
            run,
            attempt: payload["attempt"].as_u64().and_then(|n| n.try_into().ok()).unwrap_or(1),
        });
        Some(Self {
            offer: OfferId::parse(payload["offer"].as_str()?).ok()?,
            version: text("version"),
            run,
            before: text("before"),
            preview: text("preview"),
        })
    }
}

/// What a status says in its one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What happened, in a few words.
    pub words: &'static str,
    /// What it happened to.
    pub names: Names,
}

impl Description {
    /// What the status of a release that is live says.
    #[must_use]
    pub fn live(names: Names) -> Self {
        Self { words: LIVE, names }
    }

    /// What is written just before a go-live with this preview is asked for.
    #[must_use]
    pub fn asking(preview: Option<String>) -> Self {
        Self { words: ASKING, names: Names { preview, ..Names::default() } }
    }

    /// The line: at most 140 characters. Names that do not fit are left out whole, the preview's
    /// last.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut line = self.words.to_owned();
        for (key, id) in [
            ("preview", &self.names.preview),
            ("go-live", &self.names.go_live),
            ("publish", &self.names.publish),
        ] {
            let Some(id) = id else { continue };
            let part = format!("{SEPARATOR}{key} {id}");
            if line.chars().count() + part.chars().count() <= LONGEST {
                line.push_str(&part);
            }
        }
        line
    }
}

/// Takes out of a line what [`Description::to_line`] put there, where it is not known yet.
fn read_names(line: &str, names: &mut Names) {
    for part in line.split(SEPARATOR).skip(1) {
        let (key, id) = part.split_once(' ').unwrap_or_default();
        let known = match key {
            "publish" => &mut names.publish,
            "preview" => &mut names.preview,
            "go-live" => &mut names.go_live,
            _ => continue,
        };
        known.get_or_insert_with(|| id.to_owned());
    }
}

/// Where a release stands, and what its statuses name; `statuses` are GitHub's words and the lines,
/// the newest first.
#[must_use]
pub fn standing_of<'a>(
    statuses: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> (Standing, Names) {
    let (mut standing, mut names, mut replaced) = (None, Names::default(), false);
    for (state, line) in statuses {
        read_names(line, &mut names);
        if standing.is_some() {
            continue;
        }
        standing = match state {
            "success" if line.starts_with(LIVE) => Some(Standing::Live),
            "success" => Some(Standing::Published),
            "failure" | "error" => Some(Standing::Failed),
            // A later release's success makes this one inactive, whatever it was before; ours is
            // written when a release was canceled.
            "inactive" => {
                replaced = true;
                None
            }
            _ if replaced => None,
            _ => Some(Standing::Open),
        };
    }
    (standing.unwrap_or(if replaced { Standing::Failed } else { Standing::Open }), names)
}

/// The half whose request may have been sent without its answer being noted: its publish, as long as
/// nothing is named; its go-live, if the last status says that it is about to be asked for.
#[must_use]
pub fn find_unanswered(standing: Standing, names: &Names, newest: Option<&str>) -> Option<Phase> {
    let asked = newest.is_some_and(|line| line.starts_with(ASKING));
    match standing {
        Standing::Open if asked && names.go_live.is_none() => Some(Phase::GoLive),
        Standing::Open if names.publish.is_none() && names.preview.is_none() => {
            Some(Phase::Publish)
        }
        Standing::Open | Standing::Published | Standing::Live | Standing::Failed => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark() -> Mark {
        Mark {
            offer: OfferId::parse("contoso-offer").unwrap(),
            version: Some("1.2.3".to_owned()),
            run: Some(RunAttempt { run: 42, attempt: 2 }),
            before: Some("8f3a".to_owned()),
            preview: None,
        }
    }

    #[test]
    fn a_mark_survives_its_payload() {
        assert_eq!(Mark::from_payload(&mark().to_payload()), Some(mark()));
        let local = Mark { version: None, run: None, before: None, ..mark() };
        assert_eq!(Mark::from_payload(&local.to_payload()), Some(local));
    }

    #[test]
    fn what_others_deployed_is_no_mark() {
        for payload in [
            json!(null),
            json!(""),
            json!({"offer": "contoso-offer"}),
            json!({"madeBy": "offer-release", "offer": "../x"}),
            json!({"madeBy": "offer-release"}),
        ] {
            assert_eq!(Mark::from_payload(&payload), None, "{payload}");
        }
    }

    #[test]
    fn a_line_names_what_fits() {
        let names = |id: &str| Names {
            publish: Some(format!("configure/{id}")),
            preview: Some(id.to_owned()),
            go_live: None,
        };
        let line = |names| Description { words: "The preview waits", names }.to_line();
        assert_eq!(line(names("7")), "The preview waits · preview 7 · publish configure/7");
        assert_eq!(line(names(&"7".repeat(90))).len(), "The preview waits · preview ".len() + 90);
    }

    #[test]
    fn the_last_status_that_says_anything_counts() {
        let standing =
            |statuses: &[(&'static str, &'static str)]| standing_of(statuses.iter().copied()).0;
        assert_eq!(standing(&[]), Standing::Open);
        assert_eq!(standing(&[("queued", ""), ("failure", "")]), Standing::Open);
        assert_eq!(standing(&[("in_progress", "Publishing · publish 7")]), Standing::Open);
        assert_eq!(standing(&[("success", "The preview waits · preview 7")]), Standing::Published);
        assert_eq!(standing(&[("success", "Live · go-live 9")]), Standing::Live);
        assert_eq!(standing(&[("failure", "")]), Standing::Failed);
        assert_eq!(standing(&[("error", "")]), Standing::Failed);
        assert_eq!(standing(&[("inactive", ""), ("success", "Live")]), Standing::Live);
        assert_eq!(standing(&[("inactive", "Canceled"), ("in_progress", "")]), Standing::Failed);
        assert_eq!(standing(&[("word of tomorrow", "")]), Standing::Open);
    }

    #[test]
    fn names_come_from_the_newest_status_that_has_them() {
        let (_, names) = standing_of([
            ("success", "Live · go-live 9"),
            ("in_progress", "Going live · preview 8 · go-live 9"),
            ("success", "The preview waits · preview 7 · publish 6"),
        ]);
        let some = |id: &str| Some(id.to_owned());
        assert_eq!(names, Names { publish: some("6"), preview: some("8"), go_live: some("9") });
    }

    proptest! {
        #[test]
        fn what_a_line_names_is_read_again(
            preview in prop::option::of("[!-~]{1,60}"),
            publish in prop::option::of("[!-~]{1,60}"),
            go_live in prop::option::of("[!-~]{1,60}"),
        ) {
            let names = Names { publish, preview, go_live };
            let line = Description::live(names.clone()).to_line();
            prop_assert!(line.chars().count() <= LONGEST);
            let (standing, read) = standing_of([("success", line.as_str())]);
            prop_assert_eq!(standing, Standing::Live);
            prop_assert_eq!(&read.preview, &names.preview);
            prop_assert!(read.go_live.is_none() || read.go_live == names.go_live);
            prop_assert!(read.publish.is_none() || read.publish == names.publish);
        }
    }
}
