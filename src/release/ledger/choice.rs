//! Which of an offer's earlier releases a command is about.

use super::{Names, Standing};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerQuery {
    /// The release of this commit, unless it failed: a re-run after a failure is another one.
    OfCommit(String),
    /// The release whose preview this is, whatever commit it is of.
    OfPreview(String),
    /// The newest release that is still open, whatever commit it is of.
    Open {
        /// One whose preview waits counts too: it is to go live.
        or_published: bool,
    },
}

/// What to do with an earlier release, looking from the newest to the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It is the one.
    Take,
    /// It is the one, unless an older one is open too: two jobs at once make two marks, and the
    /// older one is continued.
    TakeUnlessOlder,
    /// Not this one; look at the next.
    Skip,
    /// Not this one, and none that is older.
    Stop,
}

impl LedgerQuery {
    /// Whether a release of this commit may be the one, before its statuses are known.
    #[must_use]
    pub fn concerns(&self, commit: &str) -> bool {
        match self {
            Self::OfCommit(wanted) => wanted == commit,
            Self::OfPreview(_) | Self::Open { .. } => true,
        }
    }

    /// What a release that stands so is to this command.
    #[must_use]
    pub fn decide(&self, standing: Standing, names: &Names) -> Look {
        match (self, standing) {
            (Self::OfPreview(preview), _) => {
                if names.preview.as_ref() == Some(preview) {
                    Look::Take
                } else {
                    Look::Skip
                }
            }
            (Self::OfCommit(_) | Self::Open { .. }, Standing::Open) => Look::TakeUnlessOlder,
            (Self::OfCommit(_), Standing::Published | Standing::Live)
            | (Self::Open { or_published: true }, Standing::Published) => Look::Take,
            (Self::OfCommit(_), Standing::Failed)
            | (Self::Open { .. }, Standing::Published | Standing::Live) => Look::Stop,
            // The newest failed before it started anything; what it found running may be ours.
            (Self::Open { .. }, Standing::Failed) => Look::Skip,
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn which_release_a_command_is_about() {
        let names = Names { preview: Some("p1".to_owned()), ..Names::default() };
        let wanted = [
            ("of this commit", LedgerQuery::OfCommit("c1".to_owned())),
            ("of preview p1", LedgerQuery::OfPreview("p1".to_owned())),
            ("of preview p2", LedgerQuery::OfPreview("p2".to_owned())),
            ("open", LedgerQuery::Open { or_published: false }),
            ("open or published", LedgerQuery::Open { or_published: true }),
        ];
        let mut rows = Vec::new();
        for (name, wanted) in &wanted {
            for standing in [Standing::Open, Standing::Published, Standing::Live, Standing::Failed]
            {
                let (standing_name, look) =
                    (format!("{standing:?}"), wanted.decide(standing, &names));
                rows.push(format!("{name:<18} {standing_name:<10} {look:?}"));
            }
        }
        assert_snapshot!(rows.join("\n"), @"
        of this commit     Open       TakeUnlessOlder
        of this commit     Published  Take
        of this commit     Live       Take
        of this commit     Failed     Stop
        of preview p1      Open       Take
        of preview p1      Published  Take
        of preview p1      Live       Take
        of preview p1      Failed     Take
        of preview p2      Open       Skip
        of preview p2      Published  Skip
        of preview p2      Live       Skip
        of preview p2      Failed     Skip
        open               Open       TakeUnlessOlder
        open               Published  Stop
        open               Live       Stop
        open               Failed     Skip
        open or published  Open       TakeUnlessOlder
        open or published  Published  Take
        open or published  Live       Stop
        open or published  Failed     Skip
        ");
    }

    #[test]
    fn only_releases_of_the_commit_are_looked_into() {
        assert!(!LedgerQuery::OfCommit("c1".to_owned()).concerns("c2"));
        assert!(LedgerQuery::OfCommit("c1".to_owned()).concerns("c1"));
        assert!(LedgerQuery::Open { or_published: false }.concerns("c2"));
        assert!(LedgerQuery::OfPreview("p1".to_owned()).concerns("c2"));
    }
}
