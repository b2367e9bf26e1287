//! The job log's only way out: the one owner of stdout. Whatever is printed is redacted, and text
//! from outside can be no command and no colour.

use std::collections::HashSet;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};
use tracing::field::{Field, Visit};
use tracing::{Level as TraceLevel, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::line::{LogLine, Paint};
use crate::actions::commands;
use crate::manifest;
use crate::portal::Level;
use crate::problem::{Place, Problem};
use crate::secrets::Secrets;

/// Where log lines go.
pub type Sink = Box<dyn Write + Send>;

/// The job log: stdout, with secrets taken out.
pub struct Console {
    out: Arc<Mutex<Sink>>,
    in_actions: bool,
    debug: bool,
    colour: bool,
    bars: Option<MultiProgress>,
    width: Option<usize>,
    warned: Mutex<HashSet<String>>,
    secrets: OnceLock<Arc<Secrets>>,
    results: Option<Mutex<Sink>>,
}

impl Console {
    /// A log for GitHub Actions or for a terminal; `debug` shows debug lines outside Actions, where
    /// the runner does not hide them.
    #[must_use]
    pub fn new(out: Sink, in_actions: bool, debug: bool) -> Self {
        Self {
            out: Arc::new(Mutex::new(out)),
            in_actions,
            debug,
            colour: false,
            bars: None,
            width: None,
            warned: Mutex::default(),
            secrets: OnceLock::new(),
            results: None,
        }
    }

    /// With results apart from the log.
    #[must_use]
    pub fn printing_results_to(self, sink: Sink) -> Self {
        Self { results: Some(Mutex::new(sink)), ..self }
    }

    /// With colours, where they are shown; with progress bars, where lines can be drawn anew.
    #[must_use]
    pub fn looking(self, colour: bool, watched: bool) -> Self {
        Self {
            colour,
            bars: watched.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stdout())),
            ..self
        }
    }

    /// With lines that keep to so many columns; without, they are as long as they are.
    #[must_use]
    pub fn within(self, width: Option<usize>) -> Self {
        Self { width, ..self }
    }

    /// The bars, where there are any. What is written on them has to be [`Console::harmless`].
    #[must_use]
    pub fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref()
    }

    /// The registry of secrets of this process: each is masked by the runner before it is used for
    /// the first time.
    #[must_use]
    pub fn secrets(&self) -> Arc<Secrets> {
        let (out, in_actions) = (Arc::clone(&self.out), self.in_actions);
        let mask = move |secret: &str| {
            if in_actions {
                print(&out, &commands::add_mask(secret));
            }
        };
        Arc::clone(self.secrets.get_or_init(|| Arc::new(Secrets::new(Box::new(mask)))))
    }

    /// A line as it is, without colour.
    pub fn line(&self, text: &str) {
        self.print(&self.harmless(text));
    }

    /// A line of columns.
    pub fn columns(&self, line: &LogLine) {
        self.print(&line.render_within(self.width, self.colour, |text| self.redact(text)));
    }

    /// Something that is not right, but ends nothing. The same is not said twice.
    pub fn warning(&self, text: &str) {
        if self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
            self.columns(&LogLine::of(Paint::Doubtful, format!("warning: {text}")));
        }
    }

    /// The text without secrets, as one line that does nothing.
    #[must_use]
    pub fn harmless(&self, text: &str) -> String {
        commands::neutralise(&self.redact(text))
    }

    /// A line for those who look for a fault.
    pub fn debug(&self, text: &str) {
        if self.in_actions && self.debug {
            self.print(&commands::render_debug(&self.redact(text)));
        } else if self.debug {
            self.line(text);
        }
    }

    /// A message on a place of a file; nothing outside Actions. No group may be open, or it would
    /// be folded away.
    pub fn annotate(&self, level: Level, place: Option<&Place>, title: &str, message: &str) {
        if !self.in_actions {
            return;
        }
        let level = match level {
            Level::Information => commands::CommandLevel::Notice,
            Level::Warning => commands::CommandLevel::Warning,
            Level::Error => commands::CommandLevel::Error,
        };
        let place = place.map(|place| Place { file: self.redact(&place.file), ..place.clone() });
        self.print(&commands::render_annotation(
            level,
            place.as_ref(),
            &self.redact(title),
            &self.redact(message),
        ));
    }

    /// Lines that fold away.
    pub fn group(&self, title: &str, lines: impl IntoIterator<Item = LogLine>) {
        if self.in_actions {
            self.print(&commands::open_group(&self.redact(title)));
        } else {
            self.columns(&LogLine::of(Paint::Strong, title));
        }
        for line in lines {
            self.columns(&line);
        }
        if self.in_actions {
            self.print(&commands::end_group());
        }
    }

    /// A problem: an excerpt of the manifest if it is about a place there, with a mark under it and
    /// nothing else; then the message, then what to do.
    pub fn problem(&self, problem: &Problem) {
        if let (Some(place), Some(line)) = (&problem.place, &problem.source_line) {
            for line in manifest::draw_excerpt(line, place, "").lines() {
                self.line(line);
            }
        }
        // The runner shows an annotation's title everywhere but in the log, so the code is in the
        // message too.
        let (code, hint) = (problem.code, problem.hint.as_ref());
        if self.in_actions {
            let hint = hint.map(|hint| format!("\nWhat to do now: {hint}")).unwrap_or_default();
            let message = format!("{problem} [{code}]{hint}");
            return self.annotate(
                Level::Error,
                problem.place.as_ref(),
                &code.to_string(),
                &message,
            );
        }
        let at = problem
            .place
            .as_ref()
            .map(|at| format!("{}:{}:{}: ", at.file, at.line, at.column))
            .unwrap_or_default();
        self.columns(&LogLine::of(Paint::Bad, format!("error: {at}{problem} [{code}]")));
        for (number, line) in hint.iter().flat_map(|hint| hint.lines().enumerate()) {
            let first = if number == 0 { "What to do now: " } else { "  " };
            self.line(&format!("  {first}{line}"));
        }
    }

    /// Text that is the result of the program itself, such as the schema; printed as it is.
    pub fn result(&self, text: &str) {
        match &self.results {
            Some(results) => print(results, text),
            None => self.print(text),
        }
    }

    /// Above the bars, if there are any.
    fn print(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| print(&self.out, text)),
            None => print(&self.out, text),
        }
    }

    fn redact(&self, text: &str) -> String {
        self.secrets.get().map_or_else(|| text.to_owned(), |secrets| secrets.redact(text))
    }
}

/// A log that cannot be written is nobody's to tell, and no reason to stop a release.
fn print(out: &Mutex<Sink>, text: &str) {
    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Puts the program's own diagnostics into the job log.
pub struct Diagnostics(pub Arc<Console>);

impl<S: Subscriber> Layer<S> for Diagnostics {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        // What libraries trace is about their insides, and may quote what they send.
        if !event.metadata().target().starts_with("offer_release") {
            return;
        }
        let mut text = MessageVisitor(String::new());
        event.record(&mut text);
        match *event.metadata().level() {
            TraceLevel::ERROR | TraceLevel::WARN => self.0.warning(&text.0),
            TraceLevel::INFO => self.0.line(&text.0),
            _ => self.0.debug(&text.0),
        }
    }
}

/// The message, then the fields.
struct MessageVisitor(String);

impl Visit for MessageVisitor {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}{}", self.0);
        } else {
            let _ = fmt::Write::write_fmt(&mut self.0, format_args!(" {}={value:?}", field.name()));
        }
    }
}
