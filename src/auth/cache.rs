//! One token for all who need one: renewed before its end, by one exchange however many ask at
//! once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::TokenSource;
use crate::clock::Clock;
use crate::problem::Problem;

/// Tokens are renewed this long before their end, which covers slow requests, slow clocks and a
/// portal that rounds.
const LONGEST_MARGIN: Duration = Duration::from_mins(5);

/// Even the shortest-lived token is renewed a little early: a request has to arrive.
const SHORTEST_MARGIN: Duration = Duration::from_millis(300);

/// No token lives longer; who says so is not believed.
const LONGEST_LIFETIME: Duration = Duration::from_hours(24);

/// After a renewal that failed while the old token is still good, the next one waits this long at
/// most.
const POSTPONED: Duration = Duration::from_mins(1);

/// A token and when it ends, in [`Clock::elapsed`], which no change of the date disturbs.
struct HeldToken {
    secret: SecretString,
    renew_at: Duration,
    end: Duration,
}

/// The cache of one API's token.
pub struct Credentials {
    source: Box<dyn TokenSource>,
    clock: Rc<dyn Clock>,
    held: RefCell<Option<HeldToken>>,
    /// Held while a token is being got; everyone else waits for that exchange and takes its result.
    exchange: Mutex<()>,
    /// How many exchanges have ended, and the problem of the last, if it failed.
    ended: Cell<u64>,
    failure: RefCell<Option<Problem>>,
}

impl Credentials {
    /// An empty cache; nothing is fetched yet.
    pub fn new(source: Box<dyn TokenSource>, clock: Rc<dyn Clock>) -> Self {
        Self {
            source,
            clock,
            held: RefCell::default(),
            exchange: Mutex::default(),
            ended: Cell::default(),
            failure: RefCell::default(),
        }
    }

    /// A token that is good for now.
    ///
    /// # Errors
    /// The source's problem, if there is no token that is still good.
    pub async fn token(&self) -> Result<SecretString, Problem> {
        let seen = self.ended.get();
        if let Some(secret) = self.fresh() {
            return Ok(secret);
        }
        if let Some(secret) = self.alive() {
            // Renewal is due but not pressing: one task does it, the others go on with the old
            // token.
            let Ok(_turn) = self.exchange.try_lock() else { return Ok(secret) };
            return match self.fetch().await {
                Ok(renewed) => Ok(renewed),
                Err(problem) => {
                    tracing::warn!(
                        "the portal token could not be renewed yet, the old one is still good: \
                         {problem}"
                    );
                    self.postpone();
                    Ok(secret)
                }
            };
        }
        let _turn = self.exchange.lock().await;
        if let Some(secret) = self.fresh() {
            return Ok(secret);
        }
        self.result_of_others(seen)?;
        self.fetch().await
    }

    /// Another token, after the portal answered 401 to `refused`. If that one has been replaced
    /// meanwhile, its successor is returned without an exchange.
    ///
    /// # Errors
    /// The source's problem, or its last word if its tokens cannot be replaced.
    pub async fn renew(&self, refused: &SecretString) -> Result<SecretString, Problem> {
        if let Some(problem) = self.source.last_word() {
            return Err(problem);
        }
        let seen = self.ended.get();
        let _turn = self.exchange.lock().await;
        if let Some(successor) =
            self.alive().filter(|held| held.expose_secret() != refused.expose_secret())
        {
            return Ok(successor);
        }
        self.result_of_others(seen)?;
        // Nobody else shall be given the refused one while its successor is on the way.
        self.held.replace(None);
        self.fetch().await
    }

    fn fresh(&self) -> Option<SecretString> {
        let now = self.clock.elapsed();
        self.held
            .borrow()
            .as_ref()
            .filter(|held| now < held.renew_at)
            .map(|held| held.secret.clone())
    }

    fn alive(&self) -> Option<SecretString> {
        let now = self.clock.elapsed();
        self.held.borrow().as_ref().filter(|held| now < held.end).map(|held| held.secret.clone())
    }

    /// If an exchange ended since `seen` and failed, its problem is everyone's: twenty tasks that
    /// wait must not try twenty times.
    fn result_of_others(&self, seen: u64) -> Result<(), Problem> {
        match &*self.failure.borrow() {
            Some(problem) if self.ended.get() != seen => Err(problem.clone()),
            _ => Ok(()),
        }
    }

    async fn fetch(&self) -> Result<SecretString, Problem> {
        let result = self.source.fetch().await;
        self.ended.set(self.ended.get().wrapping_add(1));
        match result {
            Ok(token) => {
                self.failure.replace(None);
                self.held.replace(Some(plan_renewal(
                    token.secret.clone(),
                    token.lifetime,
                    self.clock.elapsed(),
                )));
                Ok(token.secret)
            }
            Err(problem) => {
                self.failure.replace(Some(problem.clone()));
                Err(problem)
            }
        }
    }

    fn postpone(&self) {
        let now = self.clock.elapsed();
        if let Some(held) = self.held.borrow_mut().as_mut() {
            held.renew_at = now + (held.end.saturating_sub(now) / 4).min(POSTPONED);
        }
    }
}

/// Plans the renewal: a sixth of its life before the end, between [`SHORTEST_MARGIN`] and
/// [`LONGEST_MARGIN`].
fn plan_renewal(secret: SecretString, lifetime: Option<Duration>, now: Duration) -> HeldToken {
    let Some(lifetime) = lifetime.map(|lifetime| lifetime.min(LONGEST_LIFETIME)) else {
        return HeldToken { secret, renew_at: Duration::MAX, end: Duration::MAX };
    };
    let margin = (lifetime / 6).clamp(SHORTEST_MARGIN, LONGEST_MARGIN);
    HeldToken { secret, renew_at: now + lifetime.saturating_sub(margin), end: now + lifetime }
}

#[cfg(test)]
mod tests;
