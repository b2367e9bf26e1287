//! How it ended.

use std::borrow::Cow;
use std::fmt;

use crate::portal::Phase;
use crate::problem::{Class, Code, Place, Problem};

/// The word for people and scripts, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It failed or was refused.
    Failed,
    /// It was canceled.
    Cancelled,
    /// It goes on without us, or it is not known how it goes on.
    Pending,
    /// It is done.
    Succeeded,
}

impl Outcome {
    /// The name in outputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// What was wanted is done.
    Done,
    /// Started and left, as asked (`wait: false`), or looked at while it runs (`status`).
    Left,
    /// Still running at `timeout`.
    TimedOut,
    /// The job was told to stop; the signal's number.
    Interrupted(u8),
    /// It ended badly; the problem says how.
    Problem(Code),
}

/// How one offer's release ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The word.
    pub outcome: Outcome,
    /// Why.
    pub ending: Ending,
    /// The half that was reached, if any.
    pub phase: Option<Phase>,
    /// One or two sentences for people.
    pub message: String,
    /// The line of the manifest that is at fault, if it is one.
    pub place: Option<Place>,
    /// The portal's own words about it, for reports that do not show them beside.
    pub portal_says: Option<String>,
    /// What to do now, if there is something to do.
    pub hint: Option<String>,
}

impl Verdict {
    /// What was wanted is done.
    #[must_use]
    pub fn done(phase: Option<Phase>, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Succeeded,
            ending: Ending::Done,
            phase,
            message: message.into(),
            place: None,
            portal_says: None,
            hint: None,
        }
    }

    /// It goes on without us.
    #[must_use]
    pub fn pending(ending: Ending, phase: Option<Phase>, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Pending,
            ending,
            phase,
            message: message.into(),
            place: None,
            portal_says: None,
            hint: None,
        }
    }

    /// It ended badly. What could not be reached may still be running, so that is pending and not
    /// failed.
    #[must_use]
    pub fn problem(phase: Option<Phase>, problem: Problem) -> Self {
        let outcome = match problem.code {
            Code::OperationCanceled => Outcome::Cancelled,
            Code::Unavailable | Code::StartUnknown => Outcome::Pending,
            _ => Outcome::Failed,
        };
        Self {
            outcome,
            ending: Ending::Problem(problem.code),
            phase,
            message: problem.to_string(),
            place: problem.place,
            portal_says: problem.portal_says,
            hint: problem.hint,
        }
    }

    /// The portal refuses to show what runs, so that nobody knows how it goes on.
    #[must_use]
    pub fn out_of_sight(phase: Option<Phase>, problem: Problem) -> Self {
        let code =
            if problem.code.class() == Class::Auth { problem.code } else { Code::Unavailable };
        let message = format!("what runs can no longer be followed: {problem}");
        Self {
            portal_says: problem.portal_says,
            ..Self::pending(Ending::Problem(code), phase, message)
        }
    }

    /// Adds what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The code of the problem, if it ended badly.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        if let Ending::Problem(code) = self.ending { Some(code) } else { None }
    }

    /// What happened, with the portal's own words.
    #[must_use]
    pub fn whole_message(&self) -> Cow<'_, str> {
        match &self.portal_says {
            Some(words) => format!("{}; the portal says: {words}", self.message).into(),
            None => (&*self.message).into(),
        }
    }

    /// What happened, its code if there is one, and what to do now, in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let code = self.code().map(|code| format!(" [{code}]")).unwrap_or_default();
        let hint =
            self.hint.as_ref().map(|hint| format!(". What to do now: {hint}")).unwrap_or_default();
        format!("{}{code}{hint}", self.whole_message())
    }

    /// The exit code of a process that released this offer alone.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.ending {
            Ending::Done | Ending::Left => 0,
            Ending::TimedOut => 4,
            Ending::Interrupted(signal) => 128 + signal,
            Ending::Problem(code) => code.class().exit_code(),
        }
    }
}
