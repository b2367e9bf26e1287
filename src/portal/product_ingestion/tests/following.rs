//! What became of an operation.

use super::*;

#[test]
fn a_publish_is_done_when_its_job_and_its_submission_are() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    service
        .with(&[
            json!([draft(), live]),
            json!([live, draft()]),
            json!([entry(NEW, "preview", "running", "pending"), live]),
            json!([entry(NEW, "preview", "completed", "succeeded"), live]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 404, json!({}));
    let (api, time) = api(&service);
    let accepted = time.run(api.publish(&[])).unwrap();
    let operation = accepted.operation.unwrap();
    assert_eq!((operation.address(), operation.is_listed()), ("configure/j-1", false));
    let posts = service.posts();
    let expected = json!({
        "$schema": "https://schema.mp.microsoft.com/schema/configure/2022-03-01-preview2",
        "resources": [{
            "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
            "product": "product/3f8b", "target": {"targetType": "preview"}}]});
    assert_eq!(posts, [("POST configure".to_owned(), Some(expected))]);

    let mut seen = Vec::new();
    for _ in 0..4 {
        let view = look(&api, &time, &operation);
        seen.push((view.status.state(), view.id));
    }
    let number = || Some(NEW.to_owned());
    assert_eq!(
        seen,
        [
            (State::Running, None),
            (State::Unknown, None),
            (State::Running, number()),
            (State::Succeeded, number()),
        ]
    );
}

#[test]
fn a_publish_that_was_replaced_is_not_taken_for_the_one_that_took_its_place() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    let detail = json!({"resources": [{"id": format!("submission/{PRODUCT}/canceled")}]});
    service
        .with(&[
            json!([draft(), live]),
            json!([entry(NEW, "preview", "completed", "succeeded"), live]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 200, detail);
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let error = time.run(api.read_operation(&operation)).unwrap_err();
    assert_eq!(error.problem.code, Code::PreviewChanged, "{}", error.problem.message);
}

#[test]
fn a_failed_certification_is_told_in_the_apis_own_words() {
    let service = Rc::new(Service::default());
    let errors = json!([{"resourceId": "submission/2d541119", "code": "internalServerError",
        "message": "Operation failed", "details": [{"code": "invalidState",
        "message": "Certification", "details": [{"code": "invalidState",
        "message": "Issues found during Certification."}]}]}]);
    service
        .with(&[json!([])])
        .answer("POST configure", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "failed", errors))
        .answer("GET plan", 500, json!({}));
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let view = look(&api, &time, &operation);
    assert_eq!(view.status.state(), State::Failed);
    let texts: Vec<_> = view.messages.iter().map(|message| message.html.as_str()).collect();
    assert_eq!(
        texts,
        ["internalServerError: Operation failed (submission/2d541119)<ul><li>invalidState: \
          Certification<ul><li>invalidState: Issues found during \
          Certification.</li></ul></li></ul>"]
    );
}

#[test]
fn an_error_of_a_plan_names_it() {
    let plan = "5b9f2a10-0000-4000-8000-000000000001";
    let kind = "virtual-machine-plan-technical-configuration";
    let errors = json!([{"resourceId": format!("{kind}/3f8b/{plan}"), "code": "badRequest",
        "message": "Invalid resource"}]);
    let plans = json!({"value": [{"id": format!("plan/3f8b/{plan}"),
        "identity": {"externalID": "standard"}}]});
    let service = Rc::new(Service::default());
    service
        .with(&[json!([])])
        .answer("POST configure", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "failed", errors))
        .answer("GET plan", 200, plans);
    let (api, time) = api(&service);
    let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
    let view = look(&api, &time, &operation);
    let expected = format!("badRequest: Invalid resource ({kind}/3f8b/{plan}, plan standard)");
    assert_eq!(view.messages[0].html, expected);
}

#[test]
fn a_resumed_job_proves_nothing_for_another_offer() {
    let service = Rc::new(Service::default());
    let of = |product: &str| json!({"resources": [{"id": format!("submission/{product}/{NEW}")}]});
    service
        .with(&[json!([entry(NEW, "preview", "completed", "succeeded")])])
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])))
        .answer("GET configure/j-1", 200, of("another"))
        .answer("GET configure/j-1", 404, json!({}))
        .answer("GET configure/j-1", 200, of(PRODUCT));
    let (api, time) = api(&service);
    let operation = api.parse_operation("configure/j-1").unwrap();
    assert_eq!(time.run(api.read_operation(&operation)).unwrap_err().trouble, Trouble::Refused);
    assert_eq!(look(&api, &time, &operation).status.state(), State::Unknown);
    let view = look(&api, &time, &operation);
    assert_eq!((view.status.state(), view.id.as_deref()), (State::Succeeded, Some(NEW)));
    let found = api.parse_operation("submission/another/7").unwrap();
    assert_eq!(time.run(api.read_operation(&found)).unwrap_err().trouble, Trouble::Refused);
}

#[test]
fn a_preview_whose_number_is_gone_was_replaced() {
    let service = Rc::new(Service::default());
    service.with(&[json!([entry(NEW, "preview", "running", "pending")])]);
    let (api, time) = api(&service);
    let ours = api.parse_operation(&format!("submission/3f8b/{OLD}")).unwrap();
    let error = time.run(api.read_operation(&ours)).unwrap_err();
    assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::PreviewChanged));
}
