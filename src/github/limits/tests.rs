use proptest::prelude::*;

use super::*;

fn cut(text: &str, limit: usize) -> String {
    shorten_markdown(text, limit, "the log")
}

#[test]
fn short_texts_are_left_alone() {
    assert_eq!(cut("```\nnot closed", 20), "```\nnot closed");
    assert_eq!(cut(&"é".repeat(10), 20), "é".repeat(10));
}

#[test]
fn tables_are_cut_between_rows() {
    let text = format!("| a |\n|---|\n{}", "| some row |\n".repeat(9));
    assert_eq!(
        cut(&text, 100),
        "| a |\n|---|\n| some row |\n| some row |\n\n\
         *91 bytes are left out here; the whole is in the log.*\n"
    );
}

#[test]
fn code_and_details_are_closed() {
    let text = format!(
        "<details><summary>x</summary>\n\n  ~~~~ text\n  ```\n{}",
        "  line of code\n".repeat(9)
    );
    assert_eq!(
        cut(&text, 150),
        "<details><summary>x</summary>\n\n  ~~~~ text\n  ```\n  line of code\n  \
           ~~~~\n\n</details>\n\n*120 bytes are left out here; the whole is in the log.*\n"
    );
}

#[test]
fn what_was_closed_is_not_closed_again() {
    let text = format!(
        "<details>\n```\n</details>\n```\n</details>\nsay `<details>`\n{}",
        "x\n".repeat(90)
    );
    let shown = cut(&text, 150);
    assert_eq!(shown.matches("```").count(), 2);
    assert_eq!(shown.matches("</details>").count(), 2);
}

#[test]
fn one_endless_line_is_cut_between_characters() {
    assert_eq!(
        cut(&"é".repeat(99), 80),
        format!("{}\n\n*176 bytes are left out here; the whole is in the log.*\n", "é".repeat(11))
    );
    assert_eq!(
        cut(&"| cell ".repeat(30), 80),
        "\n*210 bytes are left out here; the whole is in the log.*\n"
    );
}

#[test]
fn titles_are_one_line() {
    assert_eq!(shorten_title(" a\n b "), "a b");
    assert_eq!(shorten_title(&"é".repeat(255)), "é".repeat(255));
    assert_eq!(shorten_title(&"é".repeat(256)), format!("{}…", "é".repeat(254)));
}

fn annotation(lines: (u32, u32), columns: (Option<u32>, Option<u32>)) -> Annotation {
    Annotation {
        path: "offer.yml".to_owned(),
        start_line: lines.0,
        end_line: lines.1,
        start_column: columns.0,
        end_column: columns.1,
        level: crate::github::AnnotationLevel::Failure,
        message: "é".repeat(MESSAGE),
        title: Some("t".repeat(TITLE + 1)),
    }
}

#[test]
fn columns_stay_only_where_github_allows_them() {
    let columns = |lines, columns| {
        let mut annotation = annotation(lines, columns);
        fit_annotation(&mut annotation);
        (annotation.start_line, annotation.end_line, annotation.start_column, annotation.end_column)
    };
    assert_eq!(columns((3, 3), (Some(2), Some(5))), (3, 3, Some(2), Some(5)));
    assert_eq!(columns((3, 4), (Some(2), Some(5))), (3, 4, None, None));
    assert_eq!(columns((3, 3), (Some(5), Some(2))), (3, 3, Some(5), None));
    assert_eq!(columns((3, 3), (None, Some(2))), (3, 3, None, None));
    assert_eq!(columns((0, 0), (Some(0), Some(0))), (1, 1, None, None));
    assert_eq!(columns((9, 2), (Some(1), Some(1))), (9, 9, Some(1), Some(1)));
}

#[test]
fn texts_of_annotations_are_cut() {
    let mut annotation = annotation((1, 1), (None, None));
    fit_annotation(&mut annotation);
    assert!(
        annotation.message.len() <= MESSAGE && annotation.message.contains("é… (640"),
        "{}",
        &annotation.message[63_900..]
    );
    assert!(
        annotation.message.ends_with(" bytes are left out here; Partner Center has the whole)")
    );
    let once = annotation.clone();
    fit_annotation(&mut annotation);
    assert_eq!(annotation, once);
    assert!(annotation.title.is_some_and(|title| title.chars().count() == TITLE));
}

/// Whether fences and details are balanced, by a rule of its own: no indentation, three
/// backticks only.
fn is_balanced(text: &str) -> bool {
    let (mut fence, mut details) = (false, 0_i32);
    for line in text.lines() {
        if line.starts_with("```") {
            fence = !fence;
        } else if !fence {
            details += i32::from(line == "<details>") - i32::from(line == "</details>");
        }
    }
    !fence && details <= 0
}

/// A line of a text, some of which open what another one closes.
const LINE: &str = "(```|<details>|</details>|\\| a \\| b \\||some words|é)";

proptest! {
    #[test]
    fn markdown_fits_and_says_so(text in ".{0,400}", limit in 80_usize..400) {
        let shown = cut(&text, limit);
        prop_assert!(shown.len() <= limit);
        prop_assert!(shown == text || shown.contains("left out here"));
    }

    #[test]
    fn nothing_stays_open(
        lines in prop::collection::vec(LINE, 60..120),
        limit in 80_usize..300,
    ) {
        let text = format!("{}\n", lines.join("\n"));
        let shown = cut(&text, limit);
        prop_assert!(shown.len() <= limit);
        if shown != text {
            prop_assert!(is_balanced(&shown), "{}", shown);
            let mut rows = shown.lines().filter(|line| line.starts_with('|'));
            prop_assert!(rows.all(|row| row == "| a | b |"));
        }
    }

    #[test]
    fn tiny_limits_hold_too(text in ".{0,90}", limit in 3_usize..80) {
        prop_assert!(cut(&text, limit).len() <= limit);
        prop_assert!(shorten_text(&text, limit).len() <= limit);
    }
}
