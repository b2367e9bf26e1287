//! The seed's dice. Everything that happens by chance in a world is drawn here, in one order.

use std::cell::RefCell;
use std::time::Duration;

/// The dice of one world.
pub struct Chance(RefCell<fastrand::Rng>);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(RefCell::new(fastrand::Rng::with_seed(seed)))
    }

    /// True in one of `n` draws.
    pub fn one_in(&self, n: u32) -> bool {
        self.0.borrow_mut().u32(0..n) == 0
    }

    /// True in `per_mille` of 1000 draws.
    pub fn per_mille(&self, per_mille: u32) -> bool {
        self.0.borrow_mut().u32(0..1000) < per_mille
    }

    pub fn below(&self, n: usize) -> usize {
        self.0.borrow_mut().usize(0..n)
    }

    pub fn unit(&self) -> f64 {
        self.0.borrow_mut().f64()
    }

    pub fn number(&self) -> u64 {
        self.0.borrow_mut().u64(..)
    }

    pub fn pick<T: Copy>(&self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Evenly on a logarithmic scale: seconds are as likely as days.
    pub fn between(&self, shortest: Duration, longest: Duration) -> Duration {
        let (low, high) =
            (shortest.as_secs_f64().max(0.001).ln(), longest.as_secs_f64().max(0.001).ln());
        Duration::from_secs_f64((low + (high - low) * self.unit()).exp())
    }

    pub fn seconds(&self, shortest: u64, longest: u64) -> Duration {
        self.between(Duration::from_secs(shortest), Duration::from_secs(longest))
    }

    pub fn millis(&self, shortest: u64, longest: u64) -> Duration {
        self.between(Duration::from_millis(shortest), Duration::from_millis(longest))
    }
}
