use comrak::{Options, markdown_to_html};

use super::super::rendered::{assert_harmless, hostile};
use super::*;
use proptest::prelude::*;

#[test]
fn paragraphs_lists_emphasis_code_and_links_are_kept() {
    let html = "<p>Plan <b>premium</b>: the <em>image</em> <code>1.2.3</code> has<br>open \
        ports:</p>\
                <ol><li>port <b>22</b><ul><li>by <a href=\"https://aka.ms/p?a=1&amp;b=(2)\">the \
                rule</a></li></ul></li><li>port 23</li></ol>\
                <h3>Then</h3><pre>line `1`\n  \
                  line 2</pre><table><tr><th>a</th><td>b</td></tr></table>Tail & more";
    insta::assert_snapshot!(quote_message(html, 1_000), @r"
    > Plan **premium**: the *image* `1.2.3` has\
    > open ports:
    >
    > 1. port **22**
    >    - by [the rule](<https://aka.ms/p?a=1&b=%282%29>)
    > 2. port 23
    >
    > **Then**
    >
    > ```text
    > line '1'
    >   line 2
    > ```
    >
    > a · b
    >
    > Tail &amp; more
    ");
}

#[test]
fn text_that_nobody_escaped_is_kept() {
    assert_eq!(
        quote_message("the plan <standard> has 1 < 2 images & more", 100),
        "> the plan &lt;standard&gt; has 1 &lt; 2 images &amp; more\n"
    );
    assert_eq!(one_line("a<p>b<ul><li>c<li>d</ul>", 100), "a · b · c · d");
}

#[test]
fn only_https_leads_somewhere() {
    for (html, shown) in [
        ("see https://aka.ms/x.", "> see [https:\u{200b}//aka.ms/x](<https://aka.ms/x>).\n"),
        ("<a href='http://aka.ms/x'>rule</a>", "> rule (`http://aka.ms/x`)\n"),
        ("<a href='javascript:alert(1)'>rule</a>", "> rule (`javascript:alert(1)`)\n"),
        (
            "<a href='https://u:p@x.example/'>rule</a>",
            "> rule https:\u{200b}//u:\u{200b}p@\u{200b}x.example/\n",
        ),
        ("<a>rule</a>", "> rule\n"),
    ] {
        assert_eq!(quote_message(html, 200), shown, "{html}");
    }
}

#[test]
fn what_is_cut_says_so_and_leaves_nothing_open() {
    let html = format!("<p>{}</p>", "<b>word</b> ".repeat(1_000));
    let text = quote_message(&html, 50);
    assert!(
        text.ends_with("> … (cut here; the record and Partner Center have it whole)\n"),
        "{text}"
    );
    assert!(text.len() < 400, "{text}");
}

#[test]
fn marks_that_would_not_work_get_a_space() {
    for (html, rendered) in [
        ("<b>Plan:</b>standard", "<p><strong>Plan:</strong> standard</p>"),
        ("x<b>(y)</b>z", "<p>x <strong>(y)</strong> z</p>"),
        ("<b>a</b><i>b</i>", "<p><strong>a</strong> <em>b</em></p>"),
        ("<b>a</b>b", "<p><strong>a</strong>b</p>"),
        ("a <b> b </b> c", "<p>a <strong>b</strong> c</p>"),
    ] {
        assert_eq!(
            markdown_to_html(&one_line(html, 100), &Options::default()).trim(),
            rendered,
            "{html}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_message_acts(html in hostile()) {
        assert_harmless(&format!("before\n\n{}\nafter\n", quote_message(&html, 500)));
        assert_harmless(&format!("| a |\n|---|\n| {} |\n", one_line(&html, 500)));
        prop_assert!(!one_line(&html, 500).contains('\n'));
    }

    #[test]
    fn a_message_stays_in_its_quote(html in hostile()) {
        prop_assert!(quote_message(&html, 500).lines().all(|line| line.starts_with('>')));
    }

    #[test]
    fn no_text_acts(text in hostile()) {
        assert_harmless(&escape(&text));
        assert_harmless(&super::super::escape_sentence(&text));
        let (code, link) = (escape_code(&text), escape_link(&text, &text));
        assert_harmless(&format!("| a |\n|---|\n| {code} {link} |\n"));
    }

    #[test]
    fn a_message_of_any_length_is_bounded(html in hostile(), most in 0_usize..200) {
        let long = html.repeat(20);
        prop_assert!(quote_message(&long, most).len() <= 40 * most + 400);
    }
}
