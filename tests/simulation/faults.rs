//! What becomes of a request on its way.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use offer_release::http::{Lost, Request, Response};

use crate::extra::Extra;
use crate::portal::HOSTILE;
use crate::time::date;
use crate::world::World;

/// The way of one request and its answer.
#[derive(Debug)]
pub enum Fate {
    Delivered {
        there: Duration,
        back: Duration,
    },
    /// Some gateway sends it twice.
    Doubled {
        there: Duration,
        later: Duration,
        back: Duration,
    },
    AnswerLost {
        there: Duration,
        back: Duration,
    },
    AnswerReplaced {
        there: Duration,
        back: Duration,
        by: Noise,
    },
    RequestLost {
        back: Duration,
        kind: Lost,
    },
    Intercepted {
        back: Duration,
        by: Noise,
    },
    /// Neither carried out nor answered.
    Swallowed,
    /// Carried out long after it was given up.
    CarriedOutLate {
        there: Duration,
        back: Duration,
        by: Option<Noise>,
    },
}

/// An answer that nobody on the other side gave.
#[derive(Debug, Clone)]
pub struct Noise {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
    /// Only the body is replaced.
    body_only: bool,
    /// It quotes what was sent, credentials included.
    echo: bool,
}

const BODIES: [&str; 8] = [
    "",
    "{\"status\":\"comp",
    "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
    "null",
    "\"Microsoft.Ingestion.Api.Common.Exceptions.Http422Exception: no\\r\\n   at X\"",
    "{}",
    "\u{feff}not json at all",
    HOSTILE,
];

pub fn draw(world: &World, request: &Request) -> Fate {
    let (chance, plan) = (&world.chance, &world.plan);
    let short = || chance.millis(5, 900);
    if world.calm.get() {
        return Fate::Delivered { there: short(), back: short() };
    }
    if plan.outages && world.outage.get() <= world.now() && chance.one_in(200) {
        world.outage.set(world.now() + chance.seconds(30, 7_200));
    }
    let kind = chance.pick(&[Lost::Unsent, Lost::Unknown]);
    if world.now() < world.outage.get() || chance.per_mille(plan.lost_requests) {
        return if chance.one_in(4) {
            Fate::Swallowed
        } else {
            Fate::RequestLost { back: short(), kind }
        };
    }
    if plan.has(Extra::LatePosts)
        && request.method == Method::POST
        && request.url.as_str().starts_with(world.portal.origin())
        && chance.one_in(4)
    {
        let by = chance.one_in(2).then(|| Noise {
            status: chance.pick(&[500, 502, 503, 504]),
            headers: Vec::new(),
            body: "",
            body_only: false,
            echo: false,
        });
        return Fate::CarriedOutLate { there: chance.seconds(1, 118), back: short(), by };
    }
    if plan.has(Extra::OddAnswers) && request.method == Method::GET && chance.one_in(40) {
        let by = Noise {
            status: chance.pick(&[400, 403]),
            headers: Vec::new(),
            body: "{\"error\":{\"code\":\"Odd\",\"message\":\"not now\"}}",
            body_only: false,
            echo: false,
        };
        return Fate::Intercepted { back: short(), by };
    }
    let (there, back) = (short(), short());
    if chance.per_mille(plan.lost_answers) {
        return Fate::AnswerLost { there, back };
    }
    if chance.per_mille(plan.late_answers) {
        return Fate::Delivered { there, back: chance.seconds(1, 90) };
    }
    if chance.per_mille(plan.late_requests) {
        // Of what starts something, few are that late: see "what is not promised" in
        // docs/reliability.md.
        let there = if request.method == Method::POST {
            chance.seconds(1, 45)
        } else {
            chance.seconds(1, 90)
        };
        return Fate::Delivered { there, back };
    }
    if chance.per_mille(plan.doubled_requests) {
        return Fate::Doubled { there, later: chance.millis(1, 900), back };
    }
    if chance.per_mille(plan.gateway_errors) {
        let by = gateway(world);
        // 429 is said at the door.
        let carried_out = by.status != 429 && by.status >= 500 && chance.one_in(2);
        return if carried_out {
            Fate::AnswerReplaced { there, back, by }
        } else {
            Fate::Intercepted { back, by }
        };
    }
    if chance.per_mille(plan.broken_bodies) {
        let body = chance.pick(&BODIES);
        let by = Noise { status: 200, headers: Vec::new(), body, body_only: true, echo: false };
        return if chance.one_in(3) {
            Fate::Intercepted { back, by }
        } else {
            Fate::AnswerReplaced { there, back, by }
        };
    }
    Fate::Delivered { there, back }
}

fn gateway(world: &World) -> Noise {
    let chance = &world.chance;
    let status = chance.pick(&[429, 429, 408, 500, 502, 503, 504, 302]);
    let seconds = chance.seconds(1, 900).as_secs();
    let mut headers = vec![("x-ms-correlation-request-id", "11111111-2222".to_owned())];
    match chance.below(4) {
        0 => headers.push(("retry-after", seconds.to_string())),
        1 => {
            let then = date(world.now() + Duration::from_secs(seconds));
            headers.push(("retry-after", then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        }
        2 => headers.push(("retry-after", "soon".to_owned())),
        _ => {}
    }
    if status == 302 {
        headers.push(("location", "https://evil.example/api/operations/1".to_owned()));
    }
    Noise {
        status,
        headers,
        body: chance.pick(&BODIES),
        body_only: false,
        echo: world.plan.hostile,
    }
}

impl Noise {
    /// In place of a true answer.
    pub fn instead_of(&self, answer: &Response) -> Response {
        if self.body_only {
            Response { body: Bytes::from(self.body), ..answer.clone() }
        } else {
            self.response(self.body.into())
        }
    }

    /// By a gateway that has only the request to talk about.
    pub fn of_gateway(&self, request: &Request) -> Response {
        if !self.echo {
            return self.response(self.body.into());
        }
        let sent = request
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let form = request
            .body
            .as_ref()
            .map(|body| String::from_utf8_lossy(body).into_owned())
            .unwrap_or_default();
        self.response(format!("{} you sent {sent} {form}", self.body))
    }

    fn response(&self, body: String) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        Response {
            status: StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK),
            headers,
            body: body.into(),
        }
    }
}
