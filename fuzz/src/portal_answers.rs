//! Any answers to every call of the portal: nothing leads off the portal, nothing is a success that
//! was not called one, and whatever the portal says is shown and does nothing.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt as _;
use offer_release::auth::{
    ClientSecret, Credentials, EntraApplication, ReadyMade, TokenSource as _, Wire,
};
use offer_release::choices::Command;
use offer_release::clock::Clock;
use offer_release::http::read_json;
use offer_release::ids::{OfferId, PublisherId};
use offer_release::manifest;
use offer_release::portal::cloud_partner::CloudPartnerPortal;
use offer_release::portal::{
    Access, CallError, Level, Operation, Phase, Portal as _, Slot, State, Step, Word,
};
use offer_release::release::Verdict;
use offer_release::release::event::{Event, Origin, What};
use offer_release::report::console::Console;
use offer_release::report::offer_story::OfferStory;
use offer_release::report::outputs::list_outputs;
use offer_release::report::story::Story;
use offer_release::report::summary::write_summary;
use offer_release::report::{JobLog, Reports};
use offer_release::secrets::Secrets;
use secrecy::SecretString;
use url::Url;

use super::world::{Answers, Instantly, Log};
use super::{markdown, parts, runner};

const PORTAL: &str = "https://portal.example";
const TOKEN: &str = "the-token-of-the-portal";
const MANIFEST: &str =
    "publisher: contoso\noffers:\n- id: contoso-offer\n  plans: [{id: standard}]\n";

/// The words that mean success, in small letters.
const SUCCESS: [&str; 4] = ["complete", "completed", "succeeded", "published"];

/// Gives the parts as answers to each call in turn.
///
/// # Panics
/// When a promise does not hold.
pub fn check(data: &[u8]) {
    let parts = parts(data);
    let run = Run::new(&parts);
    run.starts();
    run.looks();
    run.given(&parts);
    run.reports();
    token(&parts);
}

struct Run {
    parts: Vec<String>,
    offer: OfferId,
    reports: Reports,
    log: Log,
    /// Whether the last answer has a word of success.
    said: Cell<bool>,
}

impl Run {
    fn new(parts: &[String]) -> Self {
        let manifest = manifest::parse("offer.yml", MANIFEST).unwrap();
        let offers = manifest.offers.iter().map(OfferStory::new).collect();
        let offer = manifest.offers[0].id.clone();
        let story = Story {
            command: Command::Release,
            manifest: Rc::new(manifest),
            go_live: true,
            workflow: None,
            offers,
        };
        let log = Log::default();
        let console = Arc::new(Console::new(Box::new(log.clone()), true, false));
        let clock: Rc<dyn Clock> = Rc::new(Instantly::default());
        let secrets = console.secrets();
        let reports = Reports::new(story, clock, secrets, vec![Rc::new(JobLog::new(console))]);
        Self { parts: parts.to_vec(), offer, reports, log, said: Cell::new(false) }
    }

    /// One call with fresh answers, which must not have taken the token off the portal.
    fn call<T>(
        &self,
        call: impl AsyncFnOnce(&CloudPartnerPortal<Rc<Answers>>) -> Result<T, CallError>,
    ) -> Option<T> {
        let answers = Rc::new(Answers::read(&self.parts));
        let clock: Rc<dyn Clock> = Rc::new(Instantly::default());
        let secrets = Arc::new(Secrets::new(Box::new(|_| {})));
        let token =
            ReadyMade::new(&SecretString::from(TOKEN), Rc::clone(&clock), &secrets).unwrap();
        let credentials = Rc::new(Credentials::new(Box::new(token), Rc::clone(&clock)));
        let publisher = PublisherId::parse("contoso").unwrap();
        let access = Access { origin: Url::parse(PORTAL).unwrap(), credentials, secrets };
        let portal = CloudPartnerPortal::new(
            access,
            publisher,
            self.offer.clone(),
            Rc::clone(&answers),
            clock,
        );
        let result = call(&portal).now_or_never().expect("nothing here waits");

        let asked = answers.asked.borrow();
        assert!(asked.len() <= 2, "one attempt, and one with a renewed token");
        for request in asked.iter() {
            assert_eq!(
                request.url.origin(),
                Url::parse(PORTAL).unwrap().origin(),
                "{}",
                request.url
            );
            assert!(request.url.path().starts_with("/api/"), "{}", request.url);
        }
        match result {
            Ok(value) => {
                if let Some(last) = asked.len().checked_sub(1) {
                    let answer = answers.get(last).as_ref().expect("no answer, no value");
                    assert!(answer.status.is_success(), "{} is no success", answer.status);
                    self.said.set(read_json(&answer.body).is_some_and(|json| says_success(&json)));
                }
                Some(value)
            }
            Err(error) => {
                let CallError { problem, .. } = error;
                assert!(
                    !problem.message.is_empty() && !problem.message.contains(TOKEN),
                    "{problem:?}"
                );
                self.tell(What::Note(Level::Warning, problem.to_string()));
                self.tell(What::Ended(Verdict::problem(None, problem)));
                None
            }
        }
    }

    fn starts(&self) {
        let starts = [
            (Phase::Publish, self.call(async |portal| portal.publish(&[]).await)),
            (Phase::GoLive, self.call(async |portal| portal.go_live(None).await)),
        ];
        for (phase, accepted) in
            starts.into_iter().filter_map(|(phase, accepted)| Some((phase, accepted?)))
        {
            assert!(
                accepted.operation.is_some() || accepted.remark.is_some(),
                "an odd answer is remarked upon"
            );
            accepted.operation.iter().for_each(ours);
            self.tell(What::Phase {
                phase,
                origin: Origin::Started,
                operation: accepted.operation,
            });
            self.tell(What::Note(Level::Information, accepted.remark.unwrap_or_default()));
        }
        self.call(async |portal| portal.cancel(None).await);
    }

    fn looks(&self) {
        if let Some(looked) = self.call(async |portal| {
            portal.read_operation(&portal.parse_operation("1-2-3").unwrap()).await
        }) {
            self.earned(&looked.view.status, &looked.view.steps);
            self.tell(What::Operation(Phase::Publish, looked.view));
        }
        for row in self.call(async |portal| portal.list_submissions().await).unwrap_or_default() {
            self.earned(&row.status, &[]);
            row.operation.iter().for_each(ours);
        }
        if let Some(view) = self.call(async |portal| portal.read_offer().await) {
            self.earned(&view.status, &view.steps);
            self.tell(What::Offer(view));
        }
        self.call(async |portal| portal.read_draft().await);
        self.call(async |portal| portal.read_slot(Slot::Preview).await);
    }

    /// What a person gave as an operation.
    fn given(&self, texts: &[String]) {
        for text in texts {
            let operation = self.call(async |portal| Ok(portal.parse_operation(text)));
            operation.and_then(Result::ok).iter().for_each(ours);
        }
    }

    /// A success is what the portal called one.
    fn earned(&self, status: &Word, steps: &[Step]) {
        for word in std::iter::once(status).chain(steps.iter().map(|step| &step.status)) {
            assert!(
                word.state() != State::Succeeded || self.said.get(),
                "{word:?} is in no answer"
            );
        }
    }

    fn tell(&self, what: What) {
        self.reports.take(&Event { at: Instantly::default().now(), offer: 0, what });
    }

    fn reports(&self) {
        for command in runner::lines(&self.log.text()).filter_map(runner::command) {
            assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{command:?}");
        }
        let story = self.reports.story();
        let report = write_summary(&story, Instantly::default().now(), 1024 * 1024);
        markdown::rows_fit(&report);
        let shape = markdown::shape(&report);
        assert!(
            shape.headings == 2 && shape.tables <= 4 && shape.code_blocks <= 3,
            "{shape:?} in {report}"
        );
        let written = list_outputs(&story, None);
        let expected: Vec<_> =
            written.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        assert_eq!(
            runner::outputs(&offer_release::actions::files::render_outputs(&written)),
            Ok(expected)
        );
    }
}

fn ours(operation: &Operation) {
    let url = Url::parse(operation.address()).expect("an address of this API is whole");
    assert_eq!(url.origin(), Url::parse(PORTAL).unwrap().origin(), "{url}");
    assert!(url.path().starts_with("/api/") && url.username().is_empty(), "{url}");
    assert!(url.query().is_some_and(|query| query.contains("api-version=2017-10-31")), "{url}");
}

/// Whether one of the words of success is a status anywhere in the answer.
fn says_success(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::Array(items) => items.iter().any(says_success),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| {
            let status =
                ["status", "submissionState"].iter().any(|known| name.eq_ignore_ascii_case(known));
            status && value.as_str().is_some_and(is_success) || says_success(value)
        }),
        _ => false,
    }
}

/// Whatever stands around the letters, none may be left out.
fn is_success(text: &str) -> bool {
    let letters: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_')).collect();
    SUCCESS.contains(&letters.to_ascii_lowercase().as_str())
}

/// The token endpoint may answer anything too.
fn token(parts: &[String]) {
    let clock: Rc<dyn Clock> = Rc::new(Instantly::default());
    let secrets = Arc::new(Secrets::new(Box::new(|_| {})));
    let wire = Wire { transport: Rc::new(Answers::read(parts)), clock, secrets };
    let authority = Url::parse("https://authority.example").unwrap();
    let app = EntraApplication::new(
        &authority,
        "contoso.example",
        "application",
        "https://portal.example",
    )
    .unwrap();
    let secret = "the-secret-of-the-application";
    let got = ClientSecret::new(app, SecretString::from(secret), wire)
        .fetch()
        .now_or_never()
        .expect("nothing here waits");
    if let Err(problem) = got {
        assert!(
            !problem.to_string().contains(secret) && !problem.message.is_empty(),
            "{problem:?}"
        );
    }
}
