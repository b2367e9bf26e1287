use super::*;

fn shown(line: &str, column: u32, end_column: u32) -> String {
    draw_excerpt(line, &Place { file: "offer.yml".into(), line: 12, column, end_column }, "label")
}

#[test]
fn the_mark_is_under_the_place() {
    insta::assert_snapshot!(shown("  go-live: yes", 12, 14), @r"
      --> offer.yml:12:12
       |
    12 |   go-live: yes
       |            ^^^ label
    ");
}

#[test]
fn a_label_may_be_missing() {
    let place = Place { file: "f".into(), line: 1, column: 1, end_column: 1 };
    insta::assert_snapshot!(draw_excerpt("a", &place, ""), @r"
     --> f:1:1
      |
    1 | a
      | ^
    ");
}

#[test]
fn tabs_and_wide_characters_shift_the_mark() {
    insta::assert_snapshot!(shown("\tid: 契約 x # y", 6, 7), @r"
      --> offer.yml:12:6
       |
    12 |     id: 契約 x # y
       |         ^^^^ label
    ");
    let combined = shown("xe\u{301}y", 4, 4);
    assert!(combined.ends_with("|   ^ label"), "{combined}");
}

#[test]
fn a_long_line_is_shown_around_the_place() {
    let line = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
    insta::assert_snapshot!(shown(&line, 501, 504));
}

#[test]
fn what_is_wide_before_the_place_does_not_push_it_out() {
    insta::assert_snapshot!(shown(&format!("a:{}b: {}", "\t".repeat(60), "c".repeat(60)), 63, 63));
}

#[test]
fn what_would_act_on_the_terminal_is_not_shown() {
    let text = shown("a\u{1b}[31m\u{202e}b\r", 1, 1);
    assert!(text.contains("a\u{fffd}[31m\u{fffd}b\u{fffd}"), "{text}");
}

#[test]
fn a_place_behind_the_line_is_marked_at_its_end() {
    insta::assert_snapshot!(shown("ab", 9, 12), @r"
      --> offer.yml:12:9
       |
    12 | ab
       |   ^ label
    ");
}
