//! Takes secrets out of an event before any report sees it: whatever is cut, escaped or wrapped
//! afterwards, no part of a secret is in it.

use serde_json::Value as Json;

use crate::content::Difference;
use crate::http::Exchange;
use crate::portal::{Link, Message, OfferView, OperationView, Step, Word};
use crate::problem::Problem;
use crate::release::Verdict;
use crate::release::event::{DraftNews, Event, LineRemark, What};
use crate::secrets::Secrets;

/// The event without secrets.
pub fn redact_event(event: &Event, secrets: &Secrets) -> Event {
    let what = match &event.what {
        What::Operation(phase, view) => What::Operation(*phase, redact_operation(view, secrets)),
        What::Offer(view) => What::Offer(redact_offer(view, secrets)),
        What::Note(level, text) => What::Note(*level, secrets.redact(text)),
        What::Warning(problem) => What::Warning(redact_problem(problem, secrets)),
        What::OnLine(remark) => What::OnLine(LineRemark {
            text: secrets.redact(&remark.text),
            detail: secrets.redact(&remark.detail),
            ..remark.clone()
        }),
        What::Setback(problem, next) => {
            What::Setback(redact_problem(problem, secrets), secrets.redact(next))
        }
        What::Exchange(exchange) => What::Exchange(redact_exchange(exchange, secrets)),
        What::Ended(verdict) => What::Ended(redact_verdict(verdict, secrets)),
        What::Draft(news) => What::Draft(DraftNews {
            changes: redact_differences(&news.changes, secrets),
            foreign: redact_differences(&news.foreign, secrets),
        }),
        What::Version(version) => What::Version(secrets.redact(version)),
        What::Began
        | What::Phase { .. }
        | What::Rests(_)
        | What::Preview(_)
        | What::Verified(..)
        | What::Continues(_)
        | What::Marked(_)
        | What::NothingOpen
        | What::OfferPage(_)
        | What::CheckRun(_) => event.what.clone(),
    };
    Event { at: event.at, offer: event.offer, what }
}

fn redact_differences(differences: &[Difference], secrets: &Secrets) -> Vec<Difference> {
    let redacted = |difference: &Difference| Difference {
        resource: difference.resource.as_ref().map(|name| secrets.redact(name)),
        pointer: secrets.redact(&difference.pointer),
        before: difference.before.as_ref().map(|value| redact_json(value, secrets)),
        after: difference.after.as_ref().map(|value| redact_json(value, secrets)),
        ..difference.clone()
    };
    differences.iter().map(redacted).collect()
}

fn redact_json(value: &Json, secrets: &Secrets) -> Json {
    match value {
        Json::String(text) => Json::String(secrets.redact(text)),
        Json::Array(items) => items.iter().map(|item| redact_json(item, secrets)).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(key, value)| (secrets.redact(key), redact_json(value, secrets)))
            .collect(),
        other => other.clone(),
    }
}

fn redact_operation(view: &OperationView, secrets: &Secrets) -> OperationView {
    OperationView {
        status: redact_word(&view.status, secrets),
        steps: view.steps.iter().map(|step| redact_step(step, secrets)).collect(),
        messages: redact_messages(&view.messages, secrets),
        preview_links: redact_links(&view.preview_links, secrets),
        live_links: redact_links(&view.live_links, secrets),
        ..view.clone()
    }
}

fn redact_offer(view: &OfferView, secrets: &Secrets) -> OfferView {
    OfferView {
        status: redact_word(&view.status, secrets),
        steps: view.steps.iter().map(|step| redact_step(step, secrets)).collect(),
        messages: redact_messages(&view.messages, secrets),
        preview_links: redact_links(&view.preview_links, secrets),
        live_links: redact_links(&view.live_links, secrets),
    }
}

fn redact_step(step: &Step, secrets: &Secrets) -> Step {
    Step {
        id: secrets.redact(&step.id),
        name: secrets.redact(&step.name),
        status: redact_word(&step.status, secrets),
        progress: step.progress,
        estimate: step.estimate.as_deref().map(|estimate| secrets.redact(estimate)),
        messages: redact_messages(&step.messages, secrets),
    }
}

fn redact_messages(messages: &[Message], secrets: &Secrets) -> Vec<Message> {
    let redacted =
        |message: &Message| Message { html: secrets.redact(&message.html), ..message.clone() };
    messages.iter().map(redacted).collect()
}

fn redact_links(links: &[Link], secrets: &Secrets) -> Vec<Link> {
    let redacted = |link: &Link| Link {
        text: secrets.redact(&link.text),
        address: secrets.redact(&link.address),
    };
    links.iter().map(redacted).collect()
}

fn redact_word(word: &Word, secrets: &Secrets) -> Word {
    Word::new(&secrets.redact(word.text()))
}

fn redact_exchange(exchange: &Exchange, secrets: &Secrets) -> Exchange {
    Exchange {
        url: secrets.redact(&exchange.url),
        correlation_id: exchange.correlation_id.as_deref().map(|id| secrets.redact(id)),
        error: exchange.error.as_deref().map(|error| secrets.redact(error)),
        ..exchange.clone()
    }
}

fn redact_problem(problem: &Problem, secrets: &Secrets) -> Problem {
    let redact = |text: &Option<String>| text.as_deref().map(|text| secrets.redact(text));
    Problem {
        message: secrets.redact(&problem.message),
        correlation_id: redact(&problem.correlation_id),
        portal_says: redact(&problem.portal_says),
        hint: redact(&problem.hint),
        source_line: redact(&problem.source_line),
        code: problem.code,
        place: problem.place.clone(),
    }
}

fn redact_verdict(verdict: &Verdict, secrets: &Secrets) -> Verdict {
    Verdict {
        message: secrets.redact(&verdict.message),
        portal_says: verdict.portal_says.as_deref().map(|says| secrets.redact(says)),
        hint: verdict.hint.as_deref().map(|hint| secrets.redact(hint)),
        ..verdict.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::{Level, Phase};
    use crate::problem::Code;

    const SECRET: &str = "s3cr3t~Client_value";

    fn read_event(what: What) -> String {
        let secrets = Secrets::new(Box::new(|_| {}));
        secrets.register(SECRET);
        let at = jiff::Timestamp::UNIX_EPOCH;
        format!("{:?}", redact_event(&Event { at, offer: 0, what }, &secrets))
    }

    #[test]
    fn no_report_sees_a_secret_that_the_portal_quotes() {
        let message = || Message {
            level: Level::Error,
            html: format!("<p>the client {SECRET} is unknown</p>"),
            at: None,
        };
        let link = || Link { text: SECRET.to_owned(), address: format!("https://a/{SECRET}") };
        let step = Step {
            id: SECRET.to_owned(),
            name: format!("Step {SECRET}"),
            status: Word::new(SECRET),
            progress: None,
            estimate: Some(SECRET.to_owned()),
            messages: vec![message()],
        };
        let offer = OfferView {
            status: Word::new(SECRET),
            steps: vec![step],
            messages: vec![message()],
            preview_links: vec![link()],
            live_links: vec![link()],
        };
        let mut verdict = Verdict::done(Some(Phase::Publish), format!("quoted {SECRET}"));
        verdict.portal_says = Some(format!("says {SECRET}"));
        let setback = Problem {
            correlation_id: Some(SECRET.to_owned()),
            ..Problem::new(Code::Unavailable, format!("HTTP 503: {SECRET}"))
        };
        for what in [
            What::Offer(offer),
            What::Note(Level::Warning, format!("HTTP 503: {SECRET}")),
            What::Setback(setback, format!("again {SECRET}")),
            What::Ended(verdict.hint(SECRET)),
        ] {
            let seen = read_event(what);
            assert!(!seen.contains("s3cr3t") && seen.contains("***"), "{seen}");
        }
    }
}
