//! Answers as the documentation and real clients have them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::portal::State;

#[test]
fn the_documented_operation_as_object_and_as_array() {
    let object = json!({
        "status": "running", "messages": [], "publishingVersion": 2, "offerVersion": 1,
        "cancellationRequestState": "canCancel",
        "steps": [
            {"estimatedTimeFrame": "< 15 min", "id": "displaydummycertify",
             "stepName": "Validate Pre-Requisites",
             "description": "Offer settings provided are validated", "status": "complete",
             "messages": [{"messageHtml": "Step completed.", "level": "information",
                           "timestamp": "2017-03-28T19:50:36.500052Z"}],
             "progressPercentage": 100},
            {"id": "displaycertify", "stepName": "Certification", "status": "blocked",
             "estimatedTimeFrame": "< 5 day",
             "messages": [{"messageHtml": "No image was found for the plan contoso.",
                           "level": "error", "timestamp": "2017-03-28T19:50:39.5506018Z"}],
             "progressPercentage": 0},
            {"id": "publisher-signoff", "stepName": "Publisher signoff",
             "status": "notStarted", "messages": []}
        ],
        "previewLinks": [{"displayText": "Preview", "uri": "https://example.com/p"}],
        "liveLinks": ["https://example.com/l"],
        "notificationEmails": "jondoe@contoso.com"
    });
    let view = read_operation(&object).unwrap();
    assert_eq!(read_operation(&json!([object])).unwrap(), view);
    assert_eq!(view.status.state(), State::Running);
    assert_eq!(view.steps.len(), 3);
    assert_eq!(view.steps[0].progress, Some(100));
    assert_eq!(view.steps[1].messages[0].level, Level::Error);
    assert_eq!(view.steps[1].messages[0].at.unwrap().to_string(), "2017-03-28T19:50:39.5506018Z");
    assert!(view.steps[2].is_sign_off() && view.steps[2].estimate.is_none());
    assert!(!view.at_sign_off());
    assert_eq!(view.preview_links[0].address, "https://example.com/p");
    assert_eq!(view.live_links[0].address, "https://example.com/l");
}

#[test]
fn sign_off_is_found_by_id_by_name_and_at_the_top() {
    let waiting = "waitingForPublisherReview";
    let with_step = |status: &str, key: &str, name: &str, state: &str| {
        let steps = json!([{key: name, "status": state}]);
        json!({"status": status, "steps": steps})
    };
    for answer in [
        with_step("running", "id", "publisher-signoff", waiting),
        with_step("running", "stepName", "Publisher signoff", "WaitingForPublisherReview"),
        with_step("running", "stepName", "publisher-signoff", waiting),
        json!({"Status": waiting}),
    ] {
        assert!(read_offer(&answer).unwrap().at_sign_off(), "{answer}");
        assert!(read_operation(&answer).unwrap().at_sign_off(), "{answer}");
    }
    let other = with_step("running", "id", "review", waiting);
    assert!(!read_offer(&other).unwrap().at_sign_off());
    let failed = with_step("failed", "id", "publisher-signoff", waiting);
    assert!(!read_offer(&failed).unwrap().at_sign_off());
}

#[test]
fn the_list_has_versions_beyond_a_double_and_times_without_zone() {
    let rows = read_rows(&json!([
        {"id": "5a63deb5", "submissionType": "publish", "submissionState": "running",
         "version": 636_576_975_611_768_314_i64, "changedTime": "2018-03-26T21:46:01.179948Z"},
        {"id": "b", "submissionType": "GoLive", "submissionState": "complete",
         "changedTime": "2022-06-02T12:25:56.651"},
        {"submissionType": "cancel"}, {"id": ""}, "garbage", null
    ]))
    .unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        [&rows[0].kind, &rows[1].kind, &rows[2].kind, &rows[3].kind],
        [&Some(Kind::Publish), &Some(Kind::GoLive), &Some(Kind::Other("cancel".to_owned())), &None]
    );
    assert_eq!(rows[1].changed.unwrap().to_string(), "2022-06-02T12:25:56.651Z");
    assert_eq!((rows[2].id.as_str(), rows[2].status.state()), ("", State::Unknown));
}

#[test]
fn of_too_many_rows_those_that_matter_are_kept() {
    let row = |n: usize, state: &str| {
        let (hour, minute) = (n / 60, n % 60);
        json!({"id": n.to_string(), "submissionState": state,
               "changedTime": format!("2026-11-20T{hour:02}:{minute:02}:00Z")})
    };
    let mut list: Vec<Value> = (0..MOST + 50).map(|n| row(n, "complete")).collect();
    list[3] = row(3, "running");
    let kept = read_rows(&Value::from(list)).unwrap();
    let ids: Vec<&str> = kept.iter().map(|row| row.id.as_str()).collect();
    assert_eq!((ids.len(), ids[0], ids[1]), (MOST, "3", "51"));
    assert_eq!(*ids.last().unwrap(), (MOST + 49).to_string());
}

#[test]
fn an_operation_s_error_is_a_message() {
    let view =
        read_operation(&json!({"status": "failed", "error": {"code": "X", "message": "it broke"}}))
            .unwrap();
    assert_eq!(
        (view.messages[0].level, view.messages[0].html.as_str()),
        (Level::Error, "X: it broke")
    );
    assert_eq!(
        read_operation(&json!({"status": "failed", "error": "it broke"})).unwrap().messages[0].html,
        "it broke"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("status".to_owned()),
        Just("steps".to_owned()),
        Just("messages".to_owned()),
        Just("error".to_owned()),
        Just("previewLinks".to_owned()),
        Just("id".to_owned()),
        Just("progressPercentage".to_owned()),
        "\\PC{0,8}"
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_the_portal_says_breaks_the_reader(value in any_json()) {
        let _ = (read_operation(&value), read_offer(&value));
        let _ = (read_draft(&value), read_rows(&value));
    }
}
