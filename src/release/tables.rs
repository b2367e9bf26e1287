//! Tables of examples: a row is what a stage sees, one sight after another, and what it decides on
//! the last. [`play`] says how a sight is written. Waits in between are over by themselves.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::begin::Purpose;
use super::event::{Origin, What};
use super::goal::{Aim, DraftOrigin, Goal, ManifestOf, WhenRunning, WhenUnchanged};
use super::ledger::Earlier;
use super::machine::{Act, Ask, Interruption, Moment, Release, Run, Seen, Stage, Stop};
use super::tests::can_come_of;
use super::verdict::{Ending, Verdict};
use crate::choices::ForeignChanges;
use crate::ids::OfferId;
use crate::portal::{
    Accepted, CancelScope, Capabilities, Draft, Feature, Kind, Looked, OfferView, Operation,
    OperationView, Slot, Step, Submission, Word,
};
use crate::problem::{Code, Problem};

/// So many characters of a message tell which one it is.
const LONGEST_MESSAGE: usize = 46;

/// Each row in its words, and what is decided on it by a stage that begins so.
pub(super) fn table(begin: impl Fn(&mut Run) -> Stage, rows: &[&str]) -> String {
    table_with(begin, &[], rows)
}

/// The same, with words of its own: each stands for these sights.
pub(super) fn table_with(
    begin: impl Fn(&mut Run) -> Stage,
    words: &[(&str, &str)],
    rows: &[&str],
) -> String {
    let width = rows.iter().map(|row| row.chars().count()).max().unwrap_or_default();
    let line = |row: &&str| {
        let sights = |row: String, (word, sights): &(&str, &str)| row.replace(word, sights);
        let decision = play(&begin, &words.iter().fold((*row).to_owned(), sights));
        format!("{row:width$} → {decision}\n")
    };
    rows.iter().map(line).collect()
}

/// The decision on the last of these sights, which are separated by semicolons:
///
/// * `op running`, `op 2 running`, `op go-live running`, `op running, sign-off waits`: an
///   operation, with its id, its kind or a step, if it shows them;
/// * `offer complete`, `offer running, sign-off waits`: the offer's status;
/// * `list: 3 running, go-live 2 complete, ? 1 failed`: the list, newest first, each with its id,
///   its word and its kind, if that is not publish;
/// * `slot one`, `slot empty`: a document with this content, or with none;
/// * `404`, `403`, `400`, `409`, `lost`, `lost, wait 60s`: answers without a sight;
/// * `accepted`, `accepted 2`: to a POST, with the operation that the answer names, if any;
/// * `90s`, `10m`: so much time goes by;
/// * `timeout`, `outage`, `stop`, `stop+cancel`: an end from outside.
///
/// `at first` is no sight. Any sight may be followed by `x3`: it comes so often.
fn play(begin: impl Fn(&mut Run) -> Stage, row: &str) -> String {
    let mut player = Player::begin(begin);
    for sight in row.split("; ").filter(|sight| *sight != "at first") {
        match sight.rsplit_once(" x") {
            Some((sight, times)) => {
                (0..times.parse().unwrap()).for_each(|_: u32| player.show(sight));
            }
            None => player.show(sight),
        }
    }
    player.describe()
}

struct Player {
    release: Release,
    begun_as: &'static str,
    elapsed: Duration,
    told: Vec<What>,
}

impl Player {
    fn begin(begin: impl Fn(&mut Run) -> Stage) -> Self {
        let can =
            Capabilities::new(CancelScope::AnyRunning, &[Feature::Slots, Feature::SignOffInOffer]);
        let mut release = Release::new(goal(), can);
        release.stage = begin(&mut release.run);
        release.run.events.clear();
        let begun_as = name_stage(&release.stage);
        Self { release, begun_as, elapsed: Duration::ZERO, told: Vec::new() }
    }

    fn show(&mut self, sight: &str) {
        let stopped = |cancel| Interruption::Stopped(Stop { signal: 15, cancel });
        let why = match sight {
            "timeout" => Interruption::TimedOut(None),
            "outage" => Interruption::Unreachable(problem(Code::Unavailable)),
            "stop" => stopped(false),
            "stop+cancel" => stopped(true),
            _ => match parse_duration(sight) {
                Some(time) => return self.elapsed += time,
                None => return self.take(sight),
            },
        };
        self.told = self.release.interrupt(why);
    }

    fn take(&mut self, sight: &str) {
        while let Some(wait) = find_wait(&self.release.next_act()) {
            self.elapsed += wait;
            self.release.take(Seen::Rested, self.now());
        }
        let act = self.release.next_act();
        let seen = parse_sight(sight, &act);
        let possible = can_come_of(&act, &seen)
            || matches!((&act, &seen), (Act::Ask(Ask::Operation(_)), Seen::InTheWay(_)));
        assert!(possible, "`{sight}` cannot come of `{}`", describe_act(&act));
        self.told = self.release.take(seen, self.now());
    }

    fn now(&self) -> Moment {
        let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        Moment { elapsed: self.elapsed, date: noon + self.elapsed }
    }

    /// What was told of halves and slots, the stage if it is another one, and what it does next.
    fn describe(&self) -> String {
        let mut words: Vec<String> = self.told.iter().filter_map(describe_news).collect();
        let act = describe_act(&self.release.next_act());
        words.push(match &self.release.stage {
            Stage::End(_) => act,
            Stage::Survey(survey) => {
                format!("survey to {}: {act}", describe_purpose(&survey.purpose))
            }
            stage if name_stage(stage) == self.begun_as => act,
            stage => format!("{}: {act}", name_stage(stage)),
        });
        words.join(", ")
    }
}

fn goal() -> Goal {
    Goal {
        offer: OfferId::parse("contoso-offer").unwrap(),
        notify: Vec::new(),
        aim: Aim::Release,
        go_live: true,
        vetoed: false,
        wait: true,
        when_running: WhenRunning::Adopt,
        when_unchanged: WhenUnchanged::Succeed,
        draft: DraftOrigin::Found,
        content: None,
        preview: None,
        preview_at: None,
        manifest: ManifestOf::Release,
        foreign: ForeignChanges::Warn,
        earlier: Earlier::Unknown,
    }
}

fn problem(code: Code) -> Problem {
    Problem::new(code, "the answer of the portal")
}

/// An operation that is listed by this id, or with a `$` in it, by another.
pub(super) fn operation(id: &str) -> Operation {
    Operation::of(&format!("https://portal.example/operations/{id}"))
}

fn word(text: &str) -> Word {
    Word::new(if text == "waits" { "waitingForPublisherReview" } else { text })
}

fn kind(text: &str) -> Option<Kind> {
    match text {
        "?" => None,
        "publish" => Some(Kind::Publish),
        "go-live" => Some(Kind::GoLive),
        other => Some(Kind::Other(other.to_owned())),
    }
}

/// `3 running, go-live 2 complete, ? 1 failed`: a publish, unless it says what it is.
pub(super) fn rows(text: &str) -> Vec<Submission> {
    let row = |text: &str| {
        let (what, id, status) = match text.split(' ').collect::<Vec<_>>()[..] {
            [id, status] => ("publish", id, status),
            [what, id, status] => (what, id, status),
            _ => panic!("{text}"),
        };
        Submission {
            preview: None,
            id: id.to_owned(),
            operation: Some(operation(id)),
            kind: kind(what),
            status: word(status),
            started: None,
            changed: None,
        }
    };
    text.trim().split(", ").filter(|text| !text.is_empty()).map(row).collect()
}

/// A document with this content.
pub(super) fn document(content: &str) -> Draft {
    let body = match content {
        "empty" => json!({}),
        content => json!({"definition": {"displayText": content}}),
    };
    Draft { changed: None, etag: None, body }
}

/// `running`, `running, sign-off waits`.
pub(super) fn offer(text: &str) -> OfferView {
    let (status, steps) = parse_status(text);
    OfferView {
        status,
        steps,
        messages: Vec::new(),
        preview_links: Vec::new(),
        live_links: Vec::new(),
    }
}

fn parse_status(text: &str) -> (Word, Vec<Step>) {
    let (status, sign_off) = text.split_once(", sign-off ").unwrap_or((text, ""));
    let step = |status| Step {
        id: "publisher-signoff".to_owned(),
        name: "Publisher signoff".to_owned(),
        status,
        progress: None,
        estimate: None,
        messages: Vec::new(),
    };
    let steps = Some(sign_off).filter(|it| !it.is_empty()).map(|it| step(word(it)));
    (word(status), steps.into_iter().collect())
}

fn parse_operation(text: &str) -> OperationView {
    let (head, step) =
        text.split_once(',').map_or((text, ""), |(head, _)| (head, &text[head.len()..]));
    let (name, status) = head.rsplit_once(' ').unwrap_or(("", head));
    let (status, steps) = parse_status(&format!("{status}{step}"));
    let is_id = name.starts_with(|c: char| c.is_ascii_digit());
    OperationView {
        id: is_id.then(|| name.to_owned()),
        kind: if is_id || name.is_empty() { None } else { kind(name) },
        status,
        steps,
        messages: Vec::new(),
        preview_links: Vec::new(),
        live_links: Vec::new(),
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let number = |unit| text.strip_suffix(unit).and_then(|number| number.parse().ok());
    number('s').map(Duration::from_secs).or_else(|| number('m').map(Duration::from_mins))
}

fn parse_sight(text: &str, act: &Act) -> Seen {
    let accepted = |operation| Seen::Accepted(Accepted { operation, remark: None });
    match text {
        "404" => return Seen::Absent(problem(Code::OfferNotFound)),
        "403" => return Seen::Refused(problem(Code::PortalForbidden)),
        "400" => return Seen::Refused(problem(Code::PortalRefused)),
        "409" => return Seen::InTheWay(problem(Code::OperationRunning)),
        "lost" => return Seen::Lost(problem(Code::Unavailable), None),
        "accepted" if matches!(act, Act::Cancel(_)) => return Seen::CancelAccepted,
        "accepted" => return accepted(None),
        _ => {}
    }
    let (what, rest) = text.split_once([' ', ':']).unwrap_or((text, ""));
    match what {
        "op" => Seen::Operation(Looked { view: parse_operation(rest), retry_after: None }),
        "offer" => Seen::Offer(offer(rest)),
        "list" => Seen::Operations(rows(rest)),
        "slot" => Seen::Document(document(rest)),
        "accepted" => accepted(Some(operation(rest))),
        "lost," => {
            let wait = rest.strip_prefix("wait ").and_then(parse_duration);
            Seen::Lost(problem(Code::Unavailable), wait)
        }
        _ => panic!("{text}"),
    }
}

fn find_wait(act: &Act) -> Option<Duration> {
    match act {
        Act::Rest => Some(Duration::ZERO),
        Act::Settle(wait) => Some(*wait),
        _ => None,
    }
}

fn name_stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Survey(_) => "survey",
        Stage::Start(_) => "start",
        Stage::Follow(_) => "follow",
        Stage::Verify(_) => "verify",
        Stage::Cancel(_) => "cancel",
        Stage::Inspect(_) => "inspect",
        Stage::End(_) => "end",
    }
}

fn describe_purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Begin => "begin".to_owned(),
        Purpose::BeginAfterOthers => "begin after others".to_owned(),
        Purpose::BeginAfterOutdated => "begin after an outdated one".to_owned(),
        Purpose::BeginAfterAdopting(adopted) => {
            format!("judge {}", adopted.binding.describe())
        }
        Purpose::GoOn(binding) => format!("go on with {}", binding.describe()),
    }
}

fn describe_news(what: &What) -> Option<String> {
    match what {
        What::Phase { phase, origin, .. } => {
            let how = match origin {
                Origin::Started => "started",
                Origin::Adopted => "adopted",
                Origin::Finished => "finished",
                Origin::Found => "found",
            };
            Some(format!("{phase} {how}"))
        }
        What::Verified(_, verified) => Some(format!("verified {}", verified.name())),
        _ => None,
    }
}

fn describe_act(act: &Act) -> String {
    let id = |operation: &Option<Operation>| {
        operation.as_ref().map(|operation| format!(" of {}", operation.id())).unwrap_or_default()
    };
    match act {
        Act::Ask(Ask::Operations) => "ask list".to_owned(),
        Act::Ask(Ask::Offer) => "ask offer".to_owned(),
        Act::Ask(Ask::Draft) => "ask draft".to_owned(),
        Act::Ask(Ask::Slot(Slot::Preview)) => "ask preview".to_owned(),
        Act::Ask(Ask::Slot(Slot::Production)) => "ask live".to_owned(),
        Act::Ask(Ask::Operation(operation)) => format!("ask operation {}", operation.id()),
        Act::Publish => "POST publish".to_owned(),
        Act::GoLive(None) => "POST go-live".to_owned(),
        Act::GoLive(Some(preview)) => format!("POST go-live of {preview}"),
        Act::Cancel(operation) => format!("POST cancel{}", id(operation)),
        Act::Rest => "rest".to_owned(),
        Act::Settle(wait) => format!("wait {}s", wait.as_secs()),
        Act::End(verdict) => describe_end(verdict),
    }
}

fn describe_end(verdict: &Verdict) -> String {
    let why = match verdict.ending {
        Ending::Left => "left running",
        Ending::Problem(code) => code.name(),
        Ending::Done | Ending::TimedOut | Ending::Interrupted(_) => &*verdict.message,
    };
    let mut beginning: String = why.chars().take(LONGEST_MESSAGE).collect();
    if beginning != why {
        beginning.push('…');
    }
    format!("end {}: {beginning}", verdict.outcome)
}
