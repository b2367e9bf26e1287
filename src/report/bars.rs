//! What a terminal shows below the log: a bar for each offer, with its step, the time that it takes and the portal's estimate.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::console::Console;
use super::duration::short;
use super::progress::{Progress, progress};
use super::reporter::Reporter;
use super::story::{OfferStory, Story};
use crate::clock::Clock;

/// Time between two drawings, of whoever watches.
const PACE: Duration = Duration::from_millis(250);

/// Bars that are drawn; more would push the log out of sight.
const MOST_BARS: usize = 12;

/// The bars of a run.
pub struct Bars {
    console: Arc<Console>,
    bars: Vec<(usize, ProgressBar)>,
}

impl Bars {
    /// None at first; none ever where nobody watches.
    #[must_use]
    pub fn new(console: Arc<Console>) -> Self {
        Self { console, bars: Vec::new() }
    }

    /// Draws the bars anew, again and again; ends only by being dropped.
    pub async fn keep(mut self, reporter: &Reporter, clock: &dyn Clock) -> Infallible {
        if self.console.bars().is_none() {
            return std::future::pending().await;
        }
        loop {
            self.draw(&reporter.story.borrow(), clock.now());
            clock.sleep(PACE.mul_f64(clock.speed())).await;
        }
    }

    fn draw(&mut self, story: &Story, now: Timestamp) {
        let Some(all) = self.console.bars() else {
            return;
        };
        self.bars.retain(|(index, bar)| {
            let goes_on = progress(&story.offers[*index], now).is_some();
            if !goes_on {
                bar.finish_and_clear();
                all.remove(bar);
            }
            goes_on
        });
        let width = story.offers.iter().map(|offer| offer.offer.len()).max().unwrap_or_default();
        for (index, offer) in story.offers.iter().enumerate() {
            let Some(progress) = progress(offer, now) else {
                continue;
            };
            let known = self.bars.iter().position(|(known, _)| *known == index);
            if known.is_none() && self.bars.len() < MOST_BARS {
                self.bars.push((index, all.add(ProgressBar::new(100).with_style(style()))));
            }
            if let Some((_, bar)) = self.bars.iter().find(|(known, _)| *known == index) {
                bar.set_message(self.console.harmless(&text(offer, width, &progress)));
                bar.set_position(progress.percent().unwrap_or(0));
            }
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        for (_, bar) in &self.bars {
            bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    // The template is a constant, so it cannot be wrong.
    ProgressStyle::with_template("[{bar:24}] {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

/// `contoso-offer  Certification · 2 of 6 · 3h 12m of < 5 day`
fn text(offer: &OfferStory, width: usize, progress: &Progress) -> String {
    let place = progress.place.map(|(number, all)| format!(" · {number} of {all}")).unwrap_or_default();
    let estimate = progress.estimate.as_ref().map(|estimate| format!(" of {estimate}")).unwrap_or_default();
    format!("{:width$}  {}{place} · {}{estimate}", offer.offer, progress.step, short(progress.took))
}
