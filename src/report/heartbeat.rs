//! Signs of life: a release may be silent for a day, and whoever looks at the log should see that
//! it is not stuck. The distance grows, and nothing is asked of the portal for it.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::console::Console;
use super::duration::format_short;
use super::line::{LogLine, Paint};
use super::log;
use super::news::TimelineEntry;
use super::offer_story::OfferStory;
use super::progress::{Progress, find_progress};
use super::reports::{Report, Reports};
use super::story::{News, Story};
use crate::clock::Clock;
use crate::release::event::Event;

/// Minutes of silence before each sign of life; after the last of them, so many minutes between
/// two.
const MINUTES: [u64; 6] = [1, 2, 5, 10, 30, 60];
const HOURLY: u64 = 60;

/// Offers that are named each time; of more, only the number.
const MOST_OFFERS: usize = 5;

/// The length of the silence after which the sign of life of this number is due, counted from 0.
#[must_use]
pub fn find_due(number: usize) -> Duration {
    let last = MINUTES.len() - 1;
    let later = u64::try_from(number.saturating_sub(last)).unwrap_or(u64::MAX);
    Duration::from_secs(
        MINUTES[number.min(last)].saturating_add(later.saturating_mul(HOURLY)).saturating_mul(60),
    )
}

/// What is under way, a line for each offer.
#[must_use]
pub fn write_lines(story: &Story, now: Timestamp) -> Vec<LogLine> {
    let width = story.width();
    let under_way: Vec<(&OfferStory, Progress)> =
        story.offers.iter().filter_map(|offer| Some((offer, find_progress(offer, now)?))).collect();
    let line = |(offer, progress): &(&OfferStory, Progress)| {
        let status =
            progress.status.as_ref().map(|status| format!("{status} ")).unwrap_or_default();
        let next = offer.next_look.filter(|next| *next > now);
        let next = next
            .map(|next| format!("; looks again in {}", format_short(next.duration_since(now))))
            .unwrap_or_default();
        let text = match offer.silent_since() {
            // What it is by now nobody knows.
            Some(since) => format!(
                "{status}when last heard of, {} ago; the portal has not answered since{next}",
                format_short(now.duration_since(since))
            ),
            None if progress.usual.is_some() => format!("still running, {}{next}", progress.time()),
            None => format!("still {status}after {}{next}", progress.time()),
        };
        log::begin_line(now, offer.offer.as_str(), width, &progress.step).cell(Paint::Dim, 0, text)
    };
    let mut lines: Vec<LogLine> = under_way.iter().take(MOST_OFFERS).map(line).collect();
    if under_way.len() > MOST_OFFERS {
        let more = format!("{} more offers are under way", under_way.len() - MOST_OFFERS);
        lines.push(log::begin_line(now, "", width, "").cell(Paint::Dim, 0, more));
    }
    lines
}

/// Gives signs of life whenever the log was silent; not where bars do so all the time.
pub struct Heartbeat {
    console: Arc<Console>,
    clock: Rc<dyn Clock>,
    /// When the last line was put into the log, but for signs of life.
    last_line: Cell<Option<Timestamp>>,
}

impl Heartbeat {
    /// Signs of life for a log in which nothing was written yet.
    #[must_use]
    pub fn new(console: Arc<Console>, clock: Rc<dyn Clock>) -> Self {
        Self { console, clock, last_line: Cell::new(None) }
    }

    async fn beat(&self, reports: &Reports) -> Infallible {
        let clock = &*self.clock;
        // Silence is what the watcher hears: in a rehearsal days pass in seconds.
        let speed = clock.speed();
        let start = clock.now();
        let (mut last, mut number) = (None, 0);
        loop {
            let heard = self.last_line.get();
            if heard != last {
                (last, number) = (heard, 0);
            }
            let quiet = clock.now().duration_since(last.unwrap_or(start));
            let quiet = Duration::try_from(quiet.max(SignedDuration::ZERO))
                .unwrap_or_default()
                .div_f64(speed);
            if quiet >= find_due(number) {
                self.print(&reports.story());
                // After a machine's sleep, one for all that were missed.
                while quiet >= find_due(number) {
                    number += 1;
                }
            }
            clock.sleep(find_due(number).saturating_sub(quiet).mul_f64(speed)).await;
        }
    }

    fn print(&self, story: &Story) {
        if self.console.bars().is_none() {
            for line in write_lines(story, self.clock.now()) {
                self.console.columns(&line);
            }
        }
    }
}

impl Report for Heartbeat {
    fn show(&self, _: &Story, _: &Event, news: &[News]) {
        let printed =
            |one: &&News| !one.repeated && !matches!(one.entry, TimelineEntry::Exchange(_));
        if let Some(line) = news.iter().rfind(printed) {
            self.last_line.set(Some(line.at));
        }
    }

    fn keep<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, Infallible> {
        Box::pin(self.beat(reports))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::choices::Command;
    use crate::http::testing::{FakeClock, block_on};
    use crate::manifest;
    use crate::portal::{OperationView, Phase, Step, Word};
    use crate::problem::{Code, Problem};
    use crate::release::event::{Origin, What};
    use crate::report::JobLog;

    #[test]
    fn the_distance_grows_to_an_hour() {
        let minutes: Vec<u64> = (0..9).map(|number| find_due(number).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 5, 10, 30, 60, 120, 180, 240]);
        assert!(find_due(usize::MAX) > find_due(1_000));
    }

    #[test]
    fn a_silent_portal_is_not_said_to_go_on() {
        let manifest = manifest::parse("offer.yml", "publisher: contoso\noffers: [{id: one}]\n");
        let manifest = Rc::new(manifest.unwrap());
        let offers = manifest.offers.iter().map(OfferStory::new).collect();
        let mut story =
            Story { command: Command::Release, manifest, go_live: false, workflow: None, offers };
        let second = |second: i64| Timestamp::from_second(second).unwrap();
        let exchange = |at: i64, status: Option<u16>| {
            let exchange = crate::http::Exchange {
                at: second(at),
                took: Duration::from_secs(1),
                method: http::Method::GET,
                url: "https://portal/".to_owned(),
                status,
                correlation_id: None,
                error: None,
            };
            Event { at: second(at), offer: 0, what: What::Exchange(exchange) }
        };
        let line = |story: &Story, at: i64| {
            let lines = write_lines(story, second(at));
            lines.iter().map(|line| line.render(false, str::to_owned)).collect::<String>()
        };
        story.apply(&Event { at: second(0), offer: 0, what: What::Began });
        story.apply(&exchange(10, Some(200)));
        story.apply(&exchange(20, Some(404)));
        assert!(line(&story, 60).ends_with("still after 1m"), "{}", line(&story, 60));
        story.apply(&exchange(40, Some(503)));
        story.apply(&exchange(80, None));
        let said = line(&story, 261);
        let end = "when last heard of, 4m ago; the portal has not answered since";
        assert!(said.ends_with(end), "{said}");
        story.apply(&exchange(280, Some(200)));
        assert!(line(&story, 300).ends_with("still after 5m"), "{}", line(&story, 300));
    }

    /// What is printed, for the test to read.
    #[derive(Clone, Default)]
    struct Printed(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Printed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_silent_log_shows_that_it_is_alive() {
        let manifest = Rc::new(
            manifest::parse("offer.yml", "publisher: contoso\noffers: [{id: one}, {id: other}]\n")
                .unwrap(),
        );
        let offers = manifest.offers.iter().map(OfferStory::new).collect();
        let story =
            Story { command: Command::Release, manifest, go_live: false, workflow: None, offers };
        let printed = Printed::default();
        let console = Arc::new(Console::new(Box::new(printed.clone()), false, false));
        let clock: Rc<dyn Clock> = Rc::new(FakeClock::with_chance(0.5));
        let log = Rc::new(JobLog::new(Arc::clone(&console)));
        let secrets = console.secrets();
        let beats = Rc::new(Heartbeat::new(console, Rc::clone(&clock)));
        let reports = Reports::new(story, Rc::clone(&clock), secrets, vec![log, beats]);
        let tell = |what| reports.take(&Event { at: clock.now(), offer: 0, what });
        tell(What::Began);
        let step = Step {
            id: "certify".to_owned(),
            name: "Certification".to_owned(),
            status: Word::new("inProgress"),
            progress: None,
            estimate: Some("< 5 day".to_owned()),
            messages: Vec::new(),
        };
        let view = OperationView {
            id: None,
            kind: None,
            status: Word::new("running"),
            steps: vec![step],
            messages: Vec::new(),
            preview_links: Vec::new(),
            live_links: Vec::new(),
        };
        tell(What::Phase { phase: Phase::Publish, origin: Origin::Started, operation: None });
        tell(What::Operation(Phase::Publish, view));
        tell(What::Rests(Duration::from_secs(11_000)));
        let until = async |time| {
            while clock.elapsed() < time {
                tokio::task::yield_now().await;
            }
        };
        block_on(async {
            tokio::select! {
                biased;
                () = async {
                    until(Duration::from_hours(3)).await;
                    // A line begins the silence anew, and the same warning is no line.
                    for id in [1, 2] {
                        let problem = Problem {
                            correlation_id: Some(id.to_string()),
                            ..Problem::new(Code::Unavailable, "HTTP 503")
                        };
                        tell(What::Setback(problem, "asking again".to_owned()));
                    }
                    until(clock.elapsed() + Duration::from_mins(3)).await;
                } => {}
                never = reports.keep() => match never {},
            }
        });
        let printed = String::from_utf8(printed.0.lock().unwrap().clone()).unwrap();
        insta::assert_snapshot!(printed);
    }
}
