//! Any texts through everything that is printed, written as an output or shown in a report: the
//! runner sees no command but ours, and reads the outputs that were meant.

use offer_release::actions::commands::{
    CommandLevel, add_mask, neutralise, open_group, render_annotation, render_debug,
};
use offer_release::actions::files::render_outputs;
use offer_release::portal;
use offer_release::problem::{Code, Place, Problem};
use offer_release::report::console::Console;
use offer_release::report::{LogLine, Paint, summary};

use super::world::Log;
use super::{markdown, parts, runner};

/// Shorter values are not kept secret, longer ones are no tokens.
const SECRETS: std::ops::Range<usize> = 6..2000;

/// Takes the parts as texts for every purpose in turn.
///
/// # Panics
/// When a promise does not hold.
pub fn check(data: &[u8]) {
    let parts = parts(data);
    let part = |index: usize| parts[index % parts.len()].as_str();
    let (one, two, three) = (part(0), part(1), part(2));
    harmless(one);
    commands(one, two, three);
    masks(one);
    outputs(one, two);
    console(one, two, three);
    problems(one, two, three);
}

fn harmless(text: &str) {
    let safe = neutralise(text);
    assert!(!safe.contains(|c: char| c.is_control() && c != '\t'), "{safe:?}");
    assert!(!safe.contains(['\u{2028}', '\u{2029}', '\u{202e}']), "{safe:?}");
    assert_eq!(runner::command(&safe), None, "{safe:?}");
    assert_eq!(neutralise(&safe), safe);
}

fn place(file: &str) -> Place {
    Place { file: file.to_owned(), line: 7, column: 3, end_column: 9 }
}

fn commands(title: &str, message: &str, file: &str) {
    let line = render_annotation(CommandLevel::Warning, Some(&place(file)), title, message);
    let command = only(&line);
    assert_eq!(command.name, "warning");
    let known = ["file", "line", "endLine", "col", "endColumn", "title"];
    assert!(command.properties.iter().all(|(name, _)| known.contains(&name.as_str())), "{line}");
    for (name, value) in [("line", "7"), ("endLine", "7"), ("col", "3"), ("endColumn", "9")] {
        assert_eq!(command.property(name), value, "{line}");
    }
    assert!(command.data.len() <= 4096 && command.property("title").len() <= 255, "{line}");
    for (line, name) in [(open_group(title), "group"), (render_debug(message), "debug")] {
        assert_eq!(only(&line).name, name, "{line}");
    }
}

/// The one command that a text is.
fn only(text: &str) -> runner::Command {
    assert_eq!(runner::lines(text).count(), 1, "{text:?}");
    runner::command(text).unwrap_or_else(|| panic!("no command: {text:?}"))
}

fn masks(secret: &str) {
    let text = add_mask(secret);
    let masks: Vec<runner::Command> = runner::lines(&text).map(only).collect();
    assert!(masks.iter().all(|mask| mask.name == "add-mask" && !mask.data.is_empty()), "{text:?}");
    for line in secret.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(
            masks.iter().any(|mask| mask.data == line || mask.data == secret),
            "{line:?} is not masked by {text:?}"
        );
    }
}

fn outputs(one: &str, two: &str) {
    let written = [
        ("outcome", one.to_owned()),
        ("preview-links", two.to_owned()),
        ("offers", format!("{two}\n{one}")),
    ];
    let expected: Vec<_> =
        written.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    assert_eq!(runner::outputs(&render_outputs(&written)), Ok(expected));
}

/// Everything that the program's one way out prints, with a secret among it.
fn console(secret: &str, text: &str, title: &str) {
    for (in_actions, colour) in [(true, true), (true, false), (false, true)] {
        let log = Log::default();
        let console = Console::new(Box::new(log.clone()), in_actions, true).looking(colour, false);
        console.secrets().register(secret);
        let masked = log.text();
        let text = format!("{text}{secret}{text}");
        console.line(&text);
        console.debug(&text);
        console.warning(&text);
        let paints = [Paint::Plain, Paint::Dim, Paint::Bad];
        let lines = paints.map(|paint| {
            LogLine::of(paint, title).cell(Paint::Plain, 9, secret).cell(paint, 0, &text)
        });
        console.group(title, lines);
        console.annotate(portal::Level::Error, Some(&place(&text)), title, &text);
        console.problem(
            &Problem::new(Code::ManifestInvalid, text.clone())
                .hint(title)
                .at(place("offer.yml"))
                .showing(text),
        );
        let log = log.text();
        let printed = log.strip_prefix(&masked).unwrap();
        for command in runner::lines(printed).filter_map(runner::command) {
            let ours = in_actions
                && ["debug", "group", "endgroup", "error"].contains(&command.name.as_str());
            assert!(ours, "{command:?} in {printed:?}");
        }
        hidden(secret, printed);
    }
}

/// A secret made of letters, digits and dashes, as tokens are: such a text cannot come about where
/// two others meet.
fn hidden(secret: &str, printed: &str) {
    let own = ["endColumn", "endLine", "endgroup", "manifest-invalid"];
    let secret = secret.trim();
    let token = SECRETS.contains(&secret.len())
        && secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if token && !own.iter().any(|word| word.contains(secret)) {
        assert!(!printed.contains(secret), "{secret:?} is seen in {printed:?}");
    }
}

fn problems(message: &str, hint: &str, file: &str) {
    let problem = Problem::new(Code::ManifestInvalid, message).hint(hint).at(place(file));
    let report = summary::write_problems(&[problem.clone(), problem]);
    assert_eq!(report.lines().count(), 6, "{report}");
    markdown::rows_fit(&report);
    let shape = markdown::shape(&report);
    assert_eq!(
        shape,
        markdown::Shape { headings: 1, tables: 1, links: 0, code_blocks: 0 },
        "{report}"
    );
}
