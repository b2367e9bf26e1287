//! How much the first screen shows.

/// The longest message of the portal on the first screen.
pub const LONGEST: usize = 300;

/// Offers, or messages, that the first screen names.
pub const MOST: usize = 5;
