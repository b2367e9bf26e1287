//! Faults: what goes wrong, at which request, how often.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};

use super::length::LengthOfTime;
use super::target::RequestTarget;

/// A wrong answer of any of the simulated services.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedFault {
    /// The requests that it may befall.
    pub on: RequestTarget,
    /// From the so-many-th of them on (from 1), `count` times (by default once).
    pub nth: Option<u64>,
    /// The first so many of them.
    pub first: Option<u64>,
    /// Each so-many-th of them.
    pub every: Option<u64>,
    /// At most so many times.
    pub count: Option<u64>,
    /// What such a request is answered, and when.
    #[serde(rename = "do")]
    pub effect: FaultEffect,
}

/// What happens to a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultEffect {
    /// First of all, wait so long (in the machine's time).
    pub delay: Option<LengthOfTime>,
    /// Whether the request is carried out.
    pub handled: bool,
    /// The request is carried out so much later, in simulated time, whatever was answered.
    pub late: Option<LengthOfTime>,
    /// What the client gets to see.
    pub answer: FaultAnswer,
}

/// What the client gets to see.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum FaultAnswer {
    /// What the simulator answers anyway.
    #[default]
    True,
    /// The connection is reset (RST).
    Reset,
    /// The connection is closed in good order (FIN), without an answer.
    Close,
    /// Nothing, and the connection stays open.
    Hang,
    /// This answer in place of the service's own.
    FixedAnswer(FixedAnswer),
    /// The true one, announced longer than it is by so many bytes.
    Truncate(u64),
    /// The true one, followed by so many MiB of spaces.
    Huge(u64),
    /// The true one, a byte at a time.
    SlowDrip(LengthOfTime),
    /// The true one's status with this body instead.
    Body(&'static str, &'static str),
    /// The true one of the second of two equal requests.
    Duplicate,
}

/// An answer written in the scenario.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FixedAnswer {
    /// The HTTP status, from 200 to 599.
    #[serde(default)]
    pub status: u16,
    /// The body, as it is sent.
    #[serde(default)]
    pub body: String,
    /// Headers besides those with keys of their own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Retry-After`, in seconds or as it shall be sent; `date+30` is the date 30 simulated seconds
    /// from now.
    pub retry_after: Option<RetryAfter>,
}

/// `Retry-After`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u64),
    /// As written, or `date+SECONDS`.
    Written(String),
}

const WORDS: &str = "`reset`, `close`, `lose-answer`, `hang`, `hang-after`, `html`, `empty`, \
    `not-json`, `duplicate`, or a mapping \
                     with `status` (`body`, `headers`, `content-type`, `retry-after`), `redirect`, \
                     `truncate`, `huge` or `slow-drip`, \
                     each with `delay`, `handled` and `late` as you like";

const HTML: &str = "<!DOCTYPE html><html><head><title>Service \
    Unavailable</title></head><body><h2>Our services aren't available right \
                    now</h2></body></html>";

/// The mapping form of `do`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenFault {
    delay: Option<LengthOfTime>,
    handled: Option<bool>,
    late: Option<LengthOfTime>,
    status: Option<u16>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    content_type: Option<String>,
    retry_after: Option<RetryAfter>,
    redirect: Option<String>,
    truncate: Option<u64>,
    huge: Option<u64>,
    slow_drip: Option<LengthOfTime>,
    answer: Option<String>,
}

impl FaultEffect {
    fn parse_word(word: &str) -> Option<Self> {
        let (handled, answer) = match word {
            "reset" => (false, FaultAnswer::Reset),
            "close" => (false, FaultAnswer::Close),
            "lose-answer" => (true, FaultAnswer::Close),
            "hang" => (false, FaultAnswer::Hang),
            "hang-after" => (true, FaultAnswer::Hang),
            "html" => (true, FaultAnswer::Body("text/html; charset=utf-8", HTML)),
            "empty" => (true, FaultAnswer::Body("application/json; charset=utf-8", "")),
            "not-json" => {
                (true, FaultAnswer::Body("application/json; charset=utf-8", "{\"status\":\"run"))
            }
            "duplicate" => (true, FaultAnswer::Duplicate),
            _ => return None,
        };
        Some(Self { delay: None, handled, late: None, answer })
    }

    fn parse_mapping(mut written: WrittenFault) -> Result<Self, String> {
        let (delay, handled, late) = (written.delay, written.handled, written.late);
        let mut answers = Vec::new();
        answers.extend(written.truncate.map(|by| (true, FaultAnswer::Truncate(by))));
        answers.extend(written.huge.map(|size| (true, FaultAnswer::Huge(size))));
        answers.extend(written.slow_drip.map(|pause| (true, FaultAnswer::SlowDrip(pause))));
        let word = written.answer.take();
        if let Some(fixed) = parse_fixed(written)? {
            answers.push((false, FaultAnswer::FixedAnswer(fixed)));
        }
        if let Some(word) = word {
            let effect = Self::parse_word(&word)
                .ok_or_else(|| format!("{word:?} is no fault; allowed are {WORDS}"))?;
            answers.push((effect.handled, effect.answer));
        }
        if answers.len() > 1 {
            return Err("a fault answers in one way only".to_owned());
        }
        let (usually, answer) = answers.pop().unwrap_or((true, FaultAnswer::True));
        if answer == FaultAnswer::True && delay.is_none() {
            return Err(format!("this fault does nothing; allowed are {WORDS}"));
        }
        if late.is_some() && (usually || handled == Some(true)) {
            return Err("`late` needs an answer that does not wait for the request, such as a \
                        `status` or `reset`"
                .to_owned());
        }
        Ok(Self { delay, handled: handled.unwrap_or(usually), late, answer })
    }
}

/// An answer of which the status, or where it leads, is written.
fn parse_fixed(written: WrittenFault) -> Result<Option<FixedAnswer>, String> {
    let WrittenFault { status, redirect, body, mut headers, content_type, retry_after, .. } =
        written;
    let status = match (status, redirect) {
        (Some(status), _) if !(200..=599).contains(&status) => {
            return Err(format!("status {status} is not one of 200 to 599"));
        }
        (Some(status), _) => status,
        (None, Some(to)) => {
            headers.insert("location".to_owned(), to);
            307
        }
        (None, None) => {
            let is_bare = body.is_empty() && headers.is_empty();
            if is_bare && content_type.is_none() && retry_after.is_none() {
                return Ok(None);
            }
            let why = "`body`, `headers`, `content-type` and `retry-after` need a `status`";
            return Err(why.to_owned());
        }
    };
    Ok(Some(FixedAnswer { status, body, headers, content_type, retry_after }))
}

impl<'de> Deserialize<'de> for FaultEffect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = FaultEffect;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(WORDS)
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<FaultEffect, E> {
                FaultEffect::parse_word(word)
                    .ok_or_else(|| E::custom(format!("{word:?} is no fault; allowed are {WORDS}")))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FaultEffect, A::Error> {
                let written = WrittenFault::deserialize(MapAccessDeserializer::new(map))?;
                FaultEffect::parse_mapping(written).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
