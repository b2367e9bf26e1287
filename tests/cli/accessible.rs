//! For every reader: what a colour, a symbol or a chart says is said in words too, and every table
//! has a header.

use crate::harness::{Run, World, side_by_side};
use crate::outcomes::ENDLESS;
use crate::stories::{STEPS, WALKED, certification, steady};

/// Every way in which a release goes: the scenario and the exit code.
fn stories() -> Vec<(&'static str, String, i32)> {
    let messages =
        "messages: [{level: error, html: 'No image was found for the plan <b>standard</b>.'}]";
    vec![
        ("success", format!("{WALKED}{STEPS}"), 0),
        (
            "failure",
            certification(&format!(
                "  fails: {{after: 1h, as: rejected, operation: failed, {messages}}}\n"
            )),
            1,
        ),
        (
            "recovered",
            certification(&format!("  blocked: {{after: 1h, for: 1h, {messages}}}\n")),
            0,
        ),
        ("canceled", certification("  fails: {after: 1h, as: canceled, operation: canceled}\n"), 1),
        ("pending", format!("{WALKED}{ENDLESS}"), 4),
        ("refused", "auth: {forbidden-publishers: [contoso]}\n".to_owned(), 3),
    ]
}

/// The run of a story, and the texts that GitHub shows as Markdown.
fn told(scenario: &str, code: i32) -> (Run, Vec<String>) {
    let world = World::new(scenario);
    let run = world.job().with("timeout", "3s").with("go-live", "true").run().exits(code);
    let check_run = world.check_runs()[0]["output"]["summary"].as_str().unwrap().to_owned();
    let summary = run.summary.clone();
    (run, vec![summary, check_run])
}

/// Whether it is a symbol that means something: neither a letter nor a mark of a sentence.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
        && !matches!(c, '→')
}

/// Demands a word behind each symbol.
#[track_caller]
fn words_beside_symbols(text: &str) -> usize {
    let mut symbols = 0;
    for line in text.lines() {
        for (at, symbol) in line.char_indices().filter(|(_, c)| is_symbol(*c)) {
            let after =
                line[at + symbol.len_utf8()..].trim_start_matches(['\u{fe0f}', '\u{a0}', ' ', '*']);
            assert!(
                after.starts_with(char::is_alphabetic),
                "{symbol} has no word beside it: {line}"
            );
            symbols += 1;
        }
    }
    symbols
}

/// Demands a header with a name for each column.
#[track_caller]
fn headers_of_tables(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |line: Option<&&str>| line.is_some_and(|line| line.starts_with('|'));
    let mut tables = 0;
    for (number, line) in lines.iter().enumerate() {
        if is_row(Some(line)) && !is_row(number.checked_sub(1).and_then(|before| lines.get(before)))
        {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert!(
                cells.iter().all(|cell| cell.contains(char::is_alphabetic)),
                "a column has no name: {line}"
            );
            assert_eq!(lines[number + 1], format!("|{}", "---|".repeat(cells.len())), "{line}");
            tables += 1;
        }
    }
    tables
}

/// Demands of each chart a title and a description, words on each bar, and that the table above has
/// each of its steps.
#[track_caller]
fn words_beside_charts(text: &str) -> usize {
    let mut charts = 0;
    let mut before = String::new();
    let mut parts = text.split("```mermaid\n");
    before.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (chart, after) = part.split_once("```").unwrap();
        let value = |name: &str| {
            chart.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap_or_default().trim()
        };
        assert!(value("accTitle:").len() > 10 && value("accDescr:").len() > 10, "{chart}");
        assert!(before.trim_end().ends_with("the table above says the same in words."), "{before}");
        let steps: Vec<&str> =
            chart.lines().filter_map(|line| line.trim().strip_prefix("section ")).collect();
        for step in &steps {
            let (_, name) = step.split_once(' ').unwrap();
            assert!(
                before.contains(&format!("\n| {name} | ")),
                "{name} is not in the table: {before}"
            );
        }
        let bars: Vec<&str> = chart
            .lines()
            .filter_map(|line| line.split_once(" :"))
            .map(|(label, _)| label.trim())
            .collect();
        assert!(!steps.is_empty() && bars.len() >= steps.len(), "{chart}");
        assert!(bars.iter().all(|label| label.starts_with(char::is_alphabetic)), "{bars:?}");
        before.push_str(after);
        charts += 1;
    }
    charts
}

#[test]
fn what_is_shown_is_said_in_words() {
    side_by_side(stories(), |(name, scenario, code)| {
        let (run, texts) = told(&scenario, code);
        for text in &texts {
            words_beside_symbols(text);
            words_beside_charts(text);
            assert!(headers_of_tables(text) > 0 || name == "refused", "{name}: {text}");
        }
        // Steps that take a second of real time, and have an estimate.
        assert!(
            words_beside_charts(&texts[0]) > 0 || !matches!(name, "recovered" | "pending"),
            "{name}: {run}"
        );
        assert!(words_beside_symbols(&texts[0]) > 1, "{name}");
        words_beside_symbols(&run.stdout);
    });
}

/// The text without the escapes that colour it, and how many there were.
fn without_colours(text: &str) -> (String, usize) {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    let mut escapes = 0;
    for part in parts {
        let (_, rest) = part.split_once('m').unwrap();
        plain.push_str(rest);
        escapes += 1;
    }
    (plain, escapes)
}

#[test]
fn the_log_says_the_same_without_its_colours() {
    side_by_side(stories(), |(name, scenario, code)| {
        let world = World::new(&scenario);
        let coloured = world.job().with("timeout", "3s").without("NO_COLOR").run().exits(code);
        let (plain, escapes) = without_colours(&coloured.stdout);
        assert!(escapes > 0, "{name}: {coloured}");
        let world = World::new(&scenario);
        let expected = world.job().with("timeout", "3s").run().exits(code);
        assert_eq!(steady(&coloured.scrub(&plain)), steady(&expected.scrubbed_log()), "{name}");
    });
}
