//! What a renderer of GitHub's Markdown makes of a report, for tests: nothing of others may act in
//! it.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

/// The HTML that our own texts use.
const OWN: [&str; 4] = ["<details>", "</details>", "<summary>", "</summary>"];

/// Demands that the Markdown, rendered, has no HTML but our own, no link but to https, no image,
/// mention, reference or emoji, and leaves nothing open.
#[track_caller]
pub fn assert_harmless(markdown: &str) {
    let arena = Arena::new();
    let mut options = Options::default();
    let on = &mut options.extension;
    (on.strikethrough, on.table, on.autolink, on.tasklist, on.footnotes) =
        (true, true, true, true, true);
    (on.math_dollars, on.math_code, on.alerts) = (true, true, true);
    let root = parse_document(&arena, markdown, &options);
    let mut depth = 0_i32;
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::HtmlBlock(html) => depth += own_html(&html.literal, markdown),
            NodeValue::HtmlInline(html) => depth += own_html(html, markdown),
            NodeValue::Link(link) => {
                assert!(link.url.starts_with("https://"), "link to {:?} in\n{markdown}", link.url);
            }
            NodeValue::Text(text) => inert(text, markdown),
            NodeValue::CodeBlock(code) => {
                assert!(
                    ["text", "yaml", "sh", "mermaid", "diff"].contains(&&*code.info),
                    "{:?} in\n{markdown}",
                    code.info
                );
            }
            NodeValue::Document
            | NodeValue::BlockQuote
            | NodeValue::List(_)
            | NodeValue::Item(_)
            | NodeValue::Paragraph
            | NodeValue::Heading(_)
            | NodeValue::Table(_)
            | NodeValue::TableRow(_)
            | NodeValue::TableCell
            | NodeValue::SoftBreak
            | NodeValue::LineBreak
            | NodeValue::Code(_)
            | NodeValue::Emph
            | NodeValue::Strong => {}
            other => panic!("{other:?} in\n{markdown}"),
        }
    }
    assert_eq!(depth, 0, "something is left open in\n{markdown}");
}

#[track_caller]
fn own_html(html: &str, markdown: &str) -> i32 {
    let mut rest = html.replace("<b>", "").replace("</b>", "");
    let depth = |text: &str, tag: &str| i32::try_from(text.matches(tag).count()).unwrap();
    let open = depth(&rest, "<details>") - depth(&rest, "</details>");
    for own in OWN {
        rest = rest.replace(own, "");
    }
    assert!(!rest.contains('<'), "HTML {html:?} in\n{markdown}");
    open
}

/// What GitHub would make a mention, a reference or an emoji of.
#[track_caller]
fn inert(text: &str, markdown: &str) {
    let letters: Vec<char> = text.chars().collect();
    for pair in letters.windows(2) {
        assert!(
            !(matches!(pair[0], '@' | '#') && pair[1].is_alphanumeric()),
            "{text:?} in\n{markdown}"
        );
    }
    let text = text.to_ascii_lowercase();
    assert!(!text.contains("gh-1") && !text.contains(":tada:"), "{text:?} in\n{markdown}");
}

/// Texts made of everything that has a meaning in HTML, Markdown, Mermaid or on GitHub.
#[expect(clippy::too_many_lines, reason = "a list")]
pub fn hostile() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "<",
        ">",
        "</",
        "/>",
        "<b>",
        "</b>",
        "<i>",
        "<code>",
        "</code>",
        "<pre>",
        "</pre>",
        "<ul>",
        "<ol>",
        "<li>",
        "</ul>",
        "<p>",
        "<br>",
        "<h1>",
        "<table>",
        "<td>",
        "<script>",
        "</script>",
        "<style>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<details>",
        "</details>",
        "<summary>",
        "<a href='https://x.example/'>",
        "<a href=javascript:alert(1)>",
        "<a href='http://x'>",
        "</a>",
        "<img alt='![x](y)' src=x>",
        "<plaintext>",
        "<textarea>",
        "<standard>",
        "&lt;b&gt;",
        "&#60;",
        "&amp;lt;",
        "&#x202e;",
        "&nbsp;",
        "&#10;",
        "&#0;",
        "`",
        "``",
        "```",
        "~~~",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "[^1]",
        "[x]",
        "- ",
        "+ ",
        "* ",
        "1. ",
        "2) ",
        "# ",
        "> ",
        "---",
        "===",
        "|",
        "|-|",
        "\\",
        "$",
        "$$",
        "@octocat",
        "#1",
        "GH-1",
        "gh-1",
        "owner/repo#1",
        ":tada:",
        "https://x.example/a_b",
        "https://",
        "http://x.example",
        "www.x.example",
        "a@b.example",
        "ftp://x",
        "mailto:a@b.example",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "    ",
        " ",
        "a",
        "b1",
        "é",
        "🦀",
        "\u{202e}",
        "\u{200b}",
        "\u{feff}",
        "\u{2028}",
        "\0",
        ":",
        ";",
        "%%{init}%%",
        "section x",
        "end",
        "click a href",
        "dateFormat X",
        "::error::",
        "<https://x.example>",
        "<a@b.example>",
        "\"",
        "'",
    ]);
    prop::collection::vec(prop_oneof![6 => word.prop_map(str::to_owned), 1 => "\\PC{0,6}"], 0..24)
        .prop_map(|words| words.concat())
}
