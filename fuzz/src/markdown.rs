//! Markdown as GitHub shows it: read by a parser that is not ours, and looked through for
//! everything that text from outside must not be able to make.

use pulldown_cmark::{Event, Options, Parser, Tag};

/// The only HTML that reports have.
const OURS: [&str; 4] = ["<details>", "</details>", "<summary>", "</summary>"];

/// What there is in a report.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub headings: usize,
    pub tables: usize,
    pub links: usize,
    pub code_blocks: usize,
}

/// Reads a report.
///
/// # Panics
/// When there is something in it that none of our reports has.
pub fn shape(report: &str) -> Shape {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_FOOTNOTES;
    let mut shape = Shape::default();
    let mut text = String::new();
    let mut in_block = false;
    for event in Parser::new_ext(report, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let foreign = OURS.iter().fold(html.to_string(), |rest, tag| rest.replace(tag, ""));
                assert!(!foreign.contains('<'), "HTML {html:?} in {report}");
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://"), "a link to {dest_url} in {report}");
                shape.links += 1;
            }
            Event::Start(Tag::Heading { .. }) => shape.headings += 1,
            Event::Start(Tag::Table(_)) => shape.tables += 1,
            Event::Start(Tag::CodeBlock(_)) => {
                shape.code_blocks += 1;
                in_block = true;
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_block = false,
            Event::Start(
                tag @ (Tag::Image { .. }
                | Tag::BlockQuote(Some(_))
                | Tag::FootnoteDefinition(_)
                | Tag::Strikethrough),
            ) => {
                panic!("{tag:?} in {report}")
            }
            Event::Rule | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {
                panic!("{event:?} in {report}")
            }
            Event::Text(part) if !in_block => text.push_str(&part),
            // What stands between two texts ends words, but for emphasis, which does not.
            Event::Start(Tag::Strong | Tag::Emphasis) => {}
            _ => text.push('\n'),
        }
    }
    assert_eq!(acts(&text), None, "in {report}");
    shape
}

/// What GitHub makes links and mentions of, without any markup.
fn acts(text: &str) -> Option<String> {
    let word = |c: char| c.is_ascii_alphanumeric();
    let around = |at: usize| text[at..].chars().take(20).collect::<String>();
    for (at, mark) in text.char_indices() {
        let next = text[at + mark.len_utf8()..].chars().next();
        let acts = match mark {
            '@' => next.is_some_and(word),
            '#' => next.is_some_and(|c| c.is_ascii_digit()),
            ':' => text[at..].starts_with("://"),
            'w' | 'W' => {
                text.get(at..at + 4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
                    && text[at + 4..].starts_with(word)
            }
            _ => false,
        };
        if acts {
            return Some(around(at));
        }
    }
    None
}

/// The rows of a table have as many cells as its head, by the bars that are in them.
pub fn rows_fit(report: &str) {
    let mut wanted = None;
    for line in report.lines() {
        let bars = line.starts_with('|').then(|| line.matches('|').count());
        if wanted.is_some() && bars.is_some() {
            assert_eq!(bars, wanted, "a row of another width: {line}");
        }
        wanted = bars.and(wanted.or(bars));
    }
}
