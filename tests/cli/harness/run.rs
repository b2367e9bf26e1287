//! A run that has ended, as the runner sees it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::commands::{self, Command};
use super::job::SECRETS;
use super::{outputs, scrub};

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// How long its end was waited for.
    pub waited: Duration,
    /// Its stdout.
    pub stdout: String,
    /// Its stderr.
    pub stderr: String,
    /// `GITHUB_OUTPUT`.
    pub output_file: String,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: String,
    /// The simulator's address.
    pub base: String,
}

impl Run {
    /// Demands an exit code, and what is true of every run: nothing on stderr, and no secret
    /// anywhere.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert_eq!(self.stderr, "", "{self}");
        self.assert_no_secret(&SECRETS);
        self
    }

    /// Demands that none of these is to be seen, but for the lines that mask it.
    #[track_caller]
    pub fn assert_no_secret(&self, secrets: &[&str]) {
        let log: Vec<&str> =
            self.stdout.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
        for (place, text) in [
            ("stdout", &log.join("\n")),
            ("stderr", &self.stderr),
            ("outputs", &self.output_file),
            ("summary", &self.summary),
        ] {
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} is in {place}:\n{text}");
            }
        }
    }

    /// The outputs as the runner reads them.
    #[track_caller]
    pub fn outputs(&self) -> BTreeMap<String, String> {
        outputs::parse(&self.output_file)
    }

    /// One output.
    #[track_caller]
    pub fn output(&self, name: &str) -> String {
        self.outputs().remove(name).unwrap_or_default()
    }

    /// The output `offers`.
    #[track_caller]
    pub fn offers(&self) -> Vec<Value> {
        let offers: Value = serde_json::from_str(&self.output("offers")).unwrap();
        offers.as_array().unwrap().clone()
    }

    /// Outcome and last phase.
    #[track_caller]
    pub fn outcome(&self) -> (String, String) {
        (self.output("outcome"), self.output("phase"))
    }

    /// What was said of the only offer.
    #[track_caller]
    pub fn message(&self) -> String {
        self.offers()[0]["message"].as_str().unwrap().to_owned()
    }

    /// The commands that the runner would find in the log, on both streams.
    pub fn commands(&self) -> Vec<Command> {
        commands::parse(&format!("{}\n{}", self.stdout, self.stderr))
    }

    /// The commands of that name.
    pub fn commands_named(&self, name: &str) -> Vec<Command> {
        self.commands().into_iter().filter(|command| command.name == name).collect()
    }

    /// The annotations, as `file:line:column title: message`.
    pub fn annotations(&self) -> Vec<String> {
        let annotations = self
            .commands()
            .into_iter()
            .filter(|one| matches!(&*one.name, "error" | "warning" | "notice"));
        annotations
            .map(|one| {
                let property = |name: &str| one.properties.get(name).cloned().unwrap_or_default();
                let at = format!("{}:{}:{}", property("file"), property("line"), property("col"));
                format!("{} {at} {}: {}", one.name, property("title"), one.data)
            })
            .collect()
    }

    /// How many lines of the log have this in them, whatever the width of the columns.
    pub fn count(&self, text: &str) -> usize {
        self.stdout.lines().filter(|line| squeezed(line).contains(text)).count()
    }

    /// All outputs without what is different in every run.
    #[track_caller]
    pub fn scrubbed_outputs(&self) -> String {
        let mut outputs = self.outputs();
        let mut offers = self.offers();
        // Whether a short step was seen under way is a matter of time.
        // So is who says first that the preview is there, the operation or the offer.
        for offer in offers
            .iter_mut()
            .filter(|offer| offer["phase"] == "publish" && offer["outcome"] == "succeeded")
        {
            offer["state"] = "[state]".into();
        }
        let steps = offers.iter_mut().flat_map(|offer| offer["steps"].as_array_mut().unwrap());
        steps.for_each(|step| {
            for key in ["startedAt", "finishedAt"] {
                step[key] = "[time]".into();
            }
        });
        outputs.insert("offers".to_owned(), format!("{:#}", Value::from(offers)));
        let lines: Vec<String> =
            outputs.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        self.scrub(&lines.join("\n"))
    }

    /// The summary without what is different in every run.
    pub fn scrubbed_summary(&self) -> String {
        self.scrub(&self.summary)
    }

    /// The log without what is different in every run.
    pub fn scrubbed_log(&self) -> String {
        self.scrub(&self.stdout)
    }

    /// A text of this run without what is different in every run.
    pub fn scrub(&self, text: &str) -> String {
        scrub::scrub(text, &self.base)
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, stdout, stderr, output_file, summary, .. } = self;
        write!(
            f,
            "exit code {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n\
             --- outputs\n{output_file}\n--- summary\n{summary}"
        )
    }
}

/// A line of the log without the widths of its columns.
pub fn squeezed(line: &str) -> String {
    line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
