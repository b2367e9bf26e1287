use proptest::prelude::*;

use super::*;

/// The runner's own parser (`ActionCommand.cs`), as far as it decides whether a line is a command
/// and what it says.
mod runner {
    /// A command as the runner understands it.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Command {
        pub name: String,
        pub properties: Vec<(String, String)>,
        pub data: String,
    }

    pub fn parse(line: &str) -> Option<Command> {
        parse_v2(line).or_else(|| parse_v1(line))
    }

    fn parse_v2(line: &str) -> Option<Command> {
        let rest = line.trim_start().strip_prefix("::")?;
        let (head, data) = rest.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let properties = properties
            .trim()
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), unescape_property(value)))
            .collect();
        Some(Command { name: name.to_lowercase(), properties, data: unescape_data(data) })
    }

    /// The older form, anywhere in the line.
    fn parse_v1(line: &str) -> Option<Command> {
        let (_, rest) = line.split_once("##[")?;
        let (head, data) = rest.split_once(']')?;
        let name = head.split(' ').next().unwrap_or_default().to_lowercase();
        Some(Command { name, properties: Vec::new(), data: data.to_owned() })
    }

    fn unescape_data(text: &str) -> String {
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    }

    fn unescape_property(text: &str) -> String {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    }
}

fn place() -> Place {
    Place { file: "sub/offer, 1:2.yml".into(), line: 7, column: 3, end_column: 9 }
}

fn property<'a>(command: &'a runner::Command, name: &str) -> Option<&'a str> {
    command.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[test]
fn an_annotation_has_its_place() {
    let text = render_annotation(
        CommandLevel::Error,
        Some(&place()),
        "manifest, or: so",
        "unknown key\n100%",
    );
    assert_eq!(
        text,
        "::error file=sub/offer%2C 1%3A2.yml,line=7,endLine=7,col=3,endColumn=9,title=manifest%2C \
         or%3A so::unknown key%0A100%25"
    );
    let command = runner::parse(&text).unwrap();
    assert_eq!(property(&command, "file"), Some("sub/offer, 1:2.yml"));
    assert_eq!(property(&command, "title"), Some("manifest, or: so"));
    assert_eq!(command.data, "unknown key\n100%");
}

#[test]
fn an_annotation_may_have_no_place_and_no_title() {
    assert_eq!(render_annotation(CommandLevel::Notice, None, "", "done"), "::notice::done");
    assert_eq!(
        render_annotation(CommandLevel::Warning, None, "slow", "x"),
        "::warning title=slow::x"
    );
}

#[test]
fn a_long_message_is_cut_between_characters() {
    for filler in ["x", "é", "漢", "😀"] {
        let command = runner::parse(&render_annotation(
            CommandLevel::Error,
            None,
            &filler.repeat(9000),
            &filler.repeat(9000),
        ))
        .unwrap();
        assert!(
            (4090..=4096).contains(&command.data.len()) && command.data.ends_with('…'),
            "{filler}: {}",
            command.data.len()
        );
        assert!(property(&command, "title").unwrap().len() <= 255);
    }
    let fits = "x".repeat(4096);
    assert_eq!(
        runner::parse(&render_annotation(CommandLevel::Error, None, "", &fits)).unwrap().data,
        fits
    );
}

#[test]
fn every_line_of_a_secret_is_masked() {
    assert_eq!(add_mask("hunter2"), "::add-mask::hunter2");
    assert_eq!(add_mask("a%b"), "::add-mask::a%25b");
    assert_eq!(
        add_mask("one\r\n\n  two \n"),
        "::add-mask::one%0D%0A%0A  two %0A\n::add-mask::one\n::add-mask::two"
    );
    assert_eq!(add_mask(""), "");
    assert_eq!(add_mask(" \n"), "");
}

#[test]
fn groups_and_debug_lines_are_commands() {
    assert_eq!(open_group("Offer a\nb"), "::group::Offer a%0Ab");
    assert_eq!(end_group(), "::endgroup::");
    assert_eq!(render_debug("50%\u{1b}[1m"), "::debug::50%25\\u{1b}[1m");
}

#[test]
fn foreign_text_cannot_act() {
    let cases = [
        ("::error::x", "\\::error::x"),
        ("  \u{a0}\u{2003}::set-output name=a::b", "\\  \u{a0}\u{2003}::set-output name=a::b"),
        ("\u{feff}\u{200b}:\u{ad}:stop-commands::x", "\\\u{feff}\u{200b}:\u{ad}:stop-commands::x"),
        ("\u{b}\u{c}::debug::x", "\\u{b}\\u{c}::debug::x"),
        ("text ##[add-mask]x", "text ##\\[add-mask]x"),
        ("###[error]##[group]x", "###\\[error]##\\[group]x"),
        ("#\u{200d}#\u{fe0f}[error]x", "#\u{200d}#\u{fe0f}\\[error]x"),
        ("a\n::error::x\r\n::error::y\r::error::z", "a\\n::error::x\\r\\n::error::y\\r::error::z"),
        (
            "a\u{2028}::error::x\u{85}::error::y\u{2029}",
            "a\\u{2028}::error::x\\u{85}::error::y\\u{2029}",
        ),
        ("\u{1b}[31mred\u{7}\u{202e}", "\\u{1b}[31mred\\u{7}\\u{202e}"),
        ("a :: b, a[1], # [x], tab\there, größe 漢", "a :: b, a[1], # [x], tab\there, größe 漢"),
    ];
    for (text, safe) in cases {
        assert_eq!(neutralise(text), safe, "{text:?}");
    }
}

/// Text out of the marks that matter.
fn hostile() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        ":",
        "::",
        "#",
        "##",
        "[",
        "]",
        "##[",
        "error",
        "add-mask",
        " ",
        ",",
        "=",
        "%",
        "%0A",
        "%25",
        "\\",
        "\n",
        "\r",
        "\t",
        "\u{b}",
        "\u{a0}",
        "\u{85}",
        "\u{2028}",
        "\u{200b}",
        "\u{feff}",
        "\u{ad}",
        "\u{1b}[0m",
        "é",
    ]);
    let piece = prop_oneof![
        5 => mark.prop_map(str::to_owned),
        1 => any::<char>().prop_map(|c| c.to_string()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn escapes_are_undone_by_the_runner(data in hostile(), value in hostile()) {
        let (title, message) = (escape_property(&value), escape_data(&data));
        let line = format!("::error title={title},line=1::{message}");
        prop_assert!(!line.contains(['\n', '\r']));
        let command = runner::parse(&line).unwrap();
        prop_assert_eq!(command.name.as_str(), "error");
        prop_assert_eq!(&command.data, &data);
        prop_assert_eq!(property(&command, "title").unwrap_or_default(), value);
    }

    #[test]
    fn an_annotation_is_one_command(file in hostile(), title in hostile(), message in hostile()) {
        let place = Place { file, line: 1, column: 2, end_column: 3 };
        let line = render_annotation(CommandLevel::Warning, Some(&place), &title, &message);
        prop_assert_eq!(line.lines().count(), 1);
        let command = runner::parse(&line).unwrap();
        prop_assert_eq!(command.name.as_str(), "warning");
        prop_assert_eq!(property(&command, "line"), Some("1"));
        prop_assert_eq!(command.data, show_control_characters(&message));
    }

    #[test]
    fn neutralised_text_is_one_line_and_no_command(text in hostile()) {
        let safe = neutralise(&text);
        let breaks =
            |c: char| c.is_control() && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}');
        prop_assert!(!safe.contains(breaks), "{safe:?}");
        prop_assert_eq!(runner::parse(&safe), None);
        // Nor is it one for a reader to whom invisible characters are nothing.
        let seen: String = safe.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        prop_assert_eq!(runner::parse(&seen), None);
        prop_assert_eq!(neutralise(&safe), safe);
    }
}
