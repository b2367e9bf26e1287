//! Inputs that are one of a few words. The words stand here once; the flags, the reference and the
//! errors take them from here.

/// A value that is one of a few words.
pub trait Choice: Copy + 'static {
    /// Every word with its meaning.
    const ALL: &'static [(&'static str, Self)];

    /// The meaning of the word, written exactly so.
    fn from_word(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every word that may be given.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The word as it is given.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl Choice for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)*];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

choice!(
    /// The input `command`, or the command on the command line.
    Command {
        /// Publish, then go live if asked.
        Release = "release",
        /// Write the draft as the manifest says, and publish nothing.
        Draft = "draft",
        /// Only the second half.
        GoLive = "go-live",
        /// Continue what the portal says is under way.
        Resume = "resume",
        /// Look at the state of each offer, and change nothing.
        Status = "status",
        /// Check what can be checked and say what `release` would do.
        Plan = "plan",
        /// Cancel the running operation.
        Cancel = "cancel",
        /// The whole release against the embedded simulator.
        Rehearse = "rehearse",
    }
);
impl Command {
    /// Whether it changes nothing anywhere.
    #[must_use]
    pub fn only_looks(self) -> bool {
        matches!(self, Self::Status | Self::Plan)
    }
}

/// The command that people mean by another word.
#[must_use]
pub fn meant_command(word: &str) -> Option<&'static str> {
    let meant = match word {
        "publish" | "deploy" | "submit" | "run" => Command::Release,
        "golive" | "live" | "promote" | "approve" => Command::GoLive,
        "continue" | "follow" | "watch" => Command::Resume,
        "show-status" | "list" | "get" | "info" => Command::Status,
        "validate" | "check" | "lint" | "diff" | "dry-run" => Command::Plan,
        "abort" | "stop" => Command::Cancel,
        "demo" | "test" | "try" => Command::Rehearse,
        _ => return None,
    };
    Some(meant.as_str())
}

choice!(
    /// What to do about an operation that is already running on the offer.
    WhenRunning {
        /// Follow it as if it were ours.
        Adopt = "adopt",
        /// Wait for its end, then start.
        Wait = "wait",
        /// Cancel it, then start.
        Cancel = "cancel",
        /// Stop with an error.
        Fail = "fail",
    }
);
choice!(
    /// What to do about the operation when the workflow is cancelled.
    OnCancel {
        /// Leave the operation running at the portal.
        Leave = "leave",
        /// Cancel the operation that this run started.
        Cancel = "cancel",
    }
);
choice!(
    /// What to do when there is nothing to release.
    WhenUnchanged {
        /// That is what was wanted.
        Succeed = "succeed",
        /// Stop with an error.
        Fail = "fail",
    }
);
choice!(
    /// What to do about changes of the draft that are neither live nor the manifest's.
    ForeignChanges {
        /// Publish them, with a warning.
        Warn = "warn",
        /// Stop with an error, before anything is written.
        Refuse = "refuse",
        /// Publish them without a word.
        Allow = "allow",
    }
);

/// Whether to keep something on GitHub: a check run, a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keep {
    /// Make one, and go on without if that is not permitted.
    Auto,
    /// That it cannot be made is an error, before anything is posted.
    Required,
    /// Make none, whatever is permitted.
    Off,
}
