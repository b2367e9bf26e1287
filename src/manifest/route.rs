//! Routes: the way from the manifest's root to a value, such as `offers[0].id`.

use std::fmt;

/// One step of a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteStep {
    /// Into a mapping, to the value of this key.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

/// The way from the root to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route(Vec<RouteStep>);

impl Route {
    /// The route to the root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// One step further, into a mapping.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(RouteStep::Key(key.to_owned()))
    }

    /// One step further, into a list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(RouteStep::Index(index))
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> &[RouteStep] {
        &self.0
    }

    fn then(&self, step: RouteStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl FromIterator<RouteStep> for Route {
    fn from_iter<I: IntoIterator<Item = RouteStep>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |key: &str| {
            !key.is_empty()
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        for (position, step) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            match step {
                RouteStep::Index(index) => write!(f, "[{index}]")?,
                RouteStep::Key(key) if plain(key) => write!(f, "{dot}{key}")?,
                RouteStep::Key(key) => write!(f, "{dot}{key:?}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_reads_like_a_path() {
        let route = Route::root().key("offers").index(0).key("notification-emails").index(12);
        assert_eq!(route.to_string(), "offers[0].notification-emails[12]");
        assert_eq!(Route::root().key("a.b").key("c").to_string(), r#""a.b".c"#);
        assert_eq!(Route::root().to_string(), "");
    }
}
