//! What a terminal shows below the log: a bar for each offer, with its step, the time that it takes
//! and the portal's estimate.

use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use console::Term;
use futures_util::future::LocalBoxFuture;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::console::Console;
use super::duration::format_short;
use super::offer_story::OfferStory;
use super::progress::{Progress, find_progress};
use super::reports::{Report, Reports};
use super::story::Story;
use crate::clock::Clock;

/// Time between two drawings, of whoever watches.
const PACE: Duration = Duration::from_millis(250);

/// Bars that are drawn; more would push the log out of sight.
const MOST_BARS: usize = 12;

/// Columns of a terminal below which there is no room for a bar beside the words.
const NARROW: u16 = 80;

/// Keeps the bars of a run.
pub struct Bars {
    console: Arc<Console>,
    clock: Rc<dyn Clock>,
}

impl Bars {
    /// None at first; none ever where nobody watches.
    #[must_use]
    pub fn new(console: Arc<Console>, clock: Rc<dyn Clock>) -> Self {
        Self { console, clock }
    }
}

impl Report for Bars {
    fn keep<'a>(&'a self, reports: &'a Reports) -> LocalBoxFuture<'a, Infallible> {
        Box::pin(async {
            if self.console.bars().is_none() {
                return std::future::pending().await;
            }
            let mut drawn = Drawn { console: &self.console, shown: Vec::new(), more: None };
            loop {
                drawn.draw(&reports.story(), self.clock.now());
                self.clock.sleep(PACE.mul_f64(self.clock.speed())).await;
            }
        })
    }
}

/// The bars that are on the terminal, until this is dropped.
struct Drawn<'a> {
    console: &'a Console,
    /// Each with its offer's place in the story.
    shown: Vec<(usize, ProgressBar)>,
    /// Says how many more are under way.
    more: Option<ProgressBar>,
}

impl Drawn<'_> {
    fn draw(&mut self, story: &Story, now: Timestamp) {
        let Some(all) = self.console.bars() else {
            return;
        };
        self.shown.retain(|(index, bar)| {
            let goes_on = find_progress(&story.offers[*index], now).is_some();
            if !goes_on {
                bar.finish_and_clear();
                all.remove(bar);
            }
            goes_on
        });
        let narrow = Term::stdout().size().1 < NARROW;
        let mut hidden = 0;
        let width = story.width();
        for (index, offer) in story.offers.iter().enumerate() {
            let Some(progress) = find_progress(offer, now) else {
                continue;
            };
            let known = self.shown.iter().position(|(known, _)| *known == index);
            if known.is_none() && self.shown.len() < MOST_BARS {
                let bar = all.insert(self.shown.len(), ProgressBar::new(100));
                self.shown.push((index, bar));
            }
            if let Some((_, bar)) = self.shown.iter().find(|(known, _)| *known == index) {
                bar.set_style(choose_style(narrow));
                let text = if narrow {
                    short_text(offer, &progress)
                } else {
                    write_text(offer, width, &progress)
                };
                bar.set_message(self.console.harmless(&text));
                bar.set_position(progress.percent().unwrap_or(0));
            } else {
                hidden += 1;
            }
        }
        self.count(hidden);
    }

    /// Says how many are under way that have no bar.
    fn count(&mut self, hidden: usize) {
        if hidden == 0 {
            if let Some(more) = self.more.take() {
                more.finish_and_clear();
            }
        } else if let Some(all) = self.console.bars() {
            let more = self.more.get_or_insert_with(|| {
                all.add(ProgressBar::new(100).with_style(choose_style(true)))
            });
            more.set_message(format!("and {hidden} more"));
        }
    }
}

impl Drop for Drawn<'_> {
    fn drop(&mut self) {
        for bar in self.shown.iter().map(|(_, bar)| bar).chain(&self.more) {
            bar.finish_and_clear();
        }
    }
}

fn choose_style(narrow: bool) -> ProgressStyle {
    let template = if narrow { "{wide_msg}" } else { "[{bar:24}] {wide_msg}" };
    // The templates are constants, so they cannot be wrong.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// `contoso-offer  Certification · 2 of 6 · 3h 12m of < 5 day`
fn write_text(offer: &OfferStory, width: usize, progress: &Progress) -> String {
    if progress.usual.is_some() {
        return format!("{:width$}  {} · {}", offer.offer, progress.step, progress.time());
    }
    let place =
        progress.place.map(|(number, all)| format!(" · {number} of {all}")).unwrap_or_default();
    let estimate =
        progress.estimate.as_ref().map(|estimate| format!(" of {estimate}")).unwrap_or_default();
    format!(
        "{:width$}  {}{place} · {}{estimate}",
        offer.offer,
        progress.step,
        format_short(progress.took)
    )
}

/// `contoso-offer · 3h 12m · Certification`: what matters most first, for the end may not fit.
fn short_text(offer: &OfferStory, progress: &Progress) -> String {
    format!("{} · {} · {}", offer.offer, format_short(progress.took), progress.step)
}
