//! What is posted, and what becomes of it.

use super::*;

#[test]
fn only_the_preview_that_was_meant_goes_live() {
    let service = Rc::new(Service::default());
    let live = entry(OLD, "live", "completed", "succeeded");
    let waits = entry(NEW, "preview", "completed", "succeeded");
    service
        .with(&[
            json!([waits, live]),
            json!([waits, live]),
            json!([entry(NEW, "live", "running", "pending"), live]),
            json!([entry(NEW, "live", "completed", "succeeded"), waits]),
        ])
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])));
    let (api, time) = api(&service);
    let error = time.run(api.go_live(Some("7"))).unwrap_err();
    assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::PreviewChanged));
    assert_eq!(service.posts(), []);

    let operation = time.run(api.go_live(Some(NEW))).unwrap().operation.unwrap();
    let body = service.posts()[0].1.clone().unwrap();
    let expected = json!({
        "$schema": "https://schema.mp.microsoft.com/schema/submission/2022-03-01-preview2",
        "id": format!("submission/3f8b/{NEW}"), "product": "product/3f8b",
        "target": {"targetType": "live"}});
    assert_eq!(body["resources"], json!([expected]));
    let states: Vec<_> = (0..2).map(|_| look(&api, &time, &operation).status.state()).collect();
    assert_eq!(states, [State::Running, State::Succeeded]);
    assert_eq!(time.run(api.read_offer()).unwrap().status.state(), State::Succeeded);
}

#[test]
fn a_conflict_is_one_in_whatever_form_it_comes() {
    let runs = "An In Progress submission 1234567890 already exists.";
    let stale = "The submission cannot be pushed to live as its not the latest submission.";
    let http =
        |text: &str| json!({"error": {"code": "badRequest", "message": text, "details": []}});
    let tree = |text: &str| {
        json!([{"resourceId": "submission/2d54", "code": "internalServerError", "message": text,
                "details": [{"code": "invalidResource", "message": "Failure for resource"}]}])
    };
    for (text, expected) in [
        (runs, (Trouble::Conflict, Code::PortalRefused)),
        (stale, (Trouble::Refused, Code::PreviewChanged)),
    ] {
        for status in [400, 409, 423, 500] {
            let service = Rc::new(Service::default());
            service.with(&[json!([])]).answer("POST configure", status, http(text));
            let (api, time) = api(&service);
            let error = time.run(api.publish(&[])).unwrap_err();
            assert_eq!((error.trouble, error.problem.code), expected, "{status} {text}");
        }
        let service = Rc::new(Service::default());
        service
            .with(&[json!([])])
            .answer("POST configure", 202, job("notStarted", "pending", json!([])))
            .answer("GET configure/j-1/status", 200, job("completed", "failed", tree(text)));
        let (api, time) = api(&service);
        let operation = time.run(api.publish(&[])).unwrap().operation.unwrap();
        let error = time.run(api.read_operation(&operation)).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), expected, "{text}");
    }
}

#[test]
fn without_a_job_in_the_answer_nothing_is_known() {
    for (status, body) in
        [(0, Value::Null), (502, Value::Null), (202, json!({})), (200, json!("x"))]
    {
        let service = Rc::new(Service::default());
        service.with(&[json!([])]).answer("POST configure", status, body);
        let (api, time) = api(&service);
        assert_eq!(time.run(api.publish(&[])).unwrap_err().trouble, Trouble::Passing, "{status}");
        assert_eq!(service.posts().len(), 1);
    }
}

#[test]
fn a_list_that_cannot_be_read_is_read_again_before_the_post() {
    for (broken, posts) in [(1, 1), (3, 1), (4, 0)] {
        let service = Rc::new(Service::default());
        service.with(&[]);
        for _ in 0..broken {
            service.answer("GET submission/3f8b", 502, Value::Null);
        }
        service.answer("GET submission/3f8b", 200, json!({"value": []})).answer(
            "POST configure",
            202,
            job("running", "pending", json!([])),
        );
        let (api, time) = api(&service);
        assert_eq!(time.run(api.publish(&[])).is_ok(), posts == 1, "{broken}");
        assert_eq!(service.posts().len(), posts, "{broken}");
    }
}

#[test]
fn a_throttled_configure_is_posted_again_but_not_for_ever() {
    let service = Rc::new(Service::default());
    service.with(&[json!([])]).answer("POST configure", 429, json!({}));
    let (api, time) = api(&service);
    assert_eq!(time.run(api.publish(&[])).unwrap_err().trouble, Trouble::Passing);
    assert_eq!((service.posts().len(), time.elapsed().as_secs()), (4, 30));
}

#[test]
fn only_a_known_job_is_canceled() {
    let service = Rc::new(Service::default());
    service
        .with(&[json!([])])
        .answer("POST configure/j-1/cancel", 200, job("completed", "cancelled", json!([])))
        .answer(
            "POST configure/j-1/cancel",
            400,
            json!({"error": {"code": "badRequest",
            "message": "Cannot cancel job, job has already completed.", "details": []}}),
        );
    let (api, time) = api(&service);
    let known = api.parse_operation("configure/j-1").unwrap();
    time.run(api.cancel(Some(&known))).unwrap();
    let error = time.run(api.cancel(Some(&known))).unwrap_err();
    assert!(error.problem.message.contains("already completed"), "{error}");
    let found = api.parse_operation(&format!("submission/3f8b/{NEW}")).unwrap();
    for unknown in [None, Some(&found)] {
        let error = time.run(api.cancel(unknown)).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), (Trouble::Refused, Code::CancelRefused));
    }
    assert_eq!(service.posts().len(), 2);
}
