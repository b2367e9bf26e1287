//! The offer, its submissions, and its draft.

use super::*;

#[test]
fn an_offer_is_exactly_one_product_of_a_type_that_is_served() {
    let product = |id: &str, kind: &str| {
        json!({"id": format!("product/{id}"), "identity": {"externalId": "contoso-offer"},
               "type": kind})
    };
    for (products, expected) in [
        (json!([]), (Trouble::NotFound, Code::OfferNotFound)),
        (
            json!([product("1", "azureVirtualMachine"), product("2", "azureContainer")]),
            (Trouble::Refused, Code::PortalRefused),
        ),
        (json!([product("1", "azureApplication")]), (Trouble::Refused, Code::PortalRefused)),
    ] {
        let service = Rc::new(Service::default());
        service.answer("GET product", 200, json!({ "value": products }));
        let (api, time) = api(&service);
        let error = time.run(api.publish(&[])).unwrap_err();
        assert_eq!((error.trouble, error.problem.code), expected);
        assert!(error.problem.hint.is_some());
    }
}

#[test]
fn lists_are_read_to_their_last_page_and_never_off_the_api() {
    let service = Rc::new(Service::default());
    let done = |number, target| entry(number, target, "completed", "succeeded");
    let page = |one: Value, next: &str| json!({"value": [one], "@nextLink": next});
    let api_root = "https://graph.microsoft.com/rp/product-ingestion";
    let second = "submission/3f8b?continuationToken=2&$version=2022-07-01";
    let third = format!("{api_root}/submission/3f8b?%24version=2022-07-01");
    let elsewhere = "https://evil.example/rp/product-ingestion/submission/3f8b";
    service
        .with(&[])
        .answer("GET submission/3f8b", 200, page(draft(), second))
        .answer("GET submission/3f8b", 200, page(done(OLD, "live"), &third))
        .answer("GET submission/3f8b", 200, page(done(NEW, "preview"), elsewhere));
    let (api, time) = api(&service);
    let error = time.run(api.list_submissions()).unwrap_err();
    assert!(error.problem.message.contains("not on this API"), "{error}");
    service.answers.borrow_mut().remove("GET submission/3f8b");
    let second = "/rp/product-ingestion/submission/3f8b?$version=2022-07-01&page=2";
    service.answer("GET submission/3f8b", 200, page(done(OLD, "live"), second)).answer(
        "GET submission/3f8b",
        200,
        json!({"value": [done(OLD, "preview")]}),
    );
    let rows = time.run(api.list_submissions()).unwrap();
    let kinds: Vec<_> =
        rows.iter().map(|row| (row.id.clone(), row.kind.clone().unwrap())).collect();
    assert_eq!(
        kinds,
        [(format!("{OLD}-live"), Kind::GoLive), (OLD.to_owned(), Kind::Publish)],
        "one number stands for both halves"
    );
}

#[test]
fn the_list_of_submissions_is_the_offers_status() {
    let live = || entry(OLD, "live", "completed", "succeeded");
    let preview = |status, result| entry(NEW, "preview", status, result);
    let mut table = String::new();
    for (what, list) in [
        ("never published", json!([draft()])),
        ("publishing", json!([draft(), live(), preview("running", "pending")])),
        ("a preview waits", json!([live(), preview("completed", "succeeded")])),
        ("live, nothing waits", json!([live(), entry(OLD, "preview", "completed", "succeeded")])),
        ("going live", json!([live(), entry(NEW, "live", "running", "pending")])),
        ("first go-live", json!([entry(NEW, "live", "running", "pending")])),
        ("failed go-live", json!([live(), entry(NEW, "live", "completed", "failed")])),
        ("failed publish", json!([live(), preview("completed", "failed")])),
        ("unknown word", json!([live(), preview("paused", "pending")])),
    ] {
        let service = Rc::new(Service::default());
        service.with(&[list]);
        let (api, time) = api(&service);
        let status = time.run(api.read_offer()).unwrap().status;
        let _ = writeln!(table, "{what} → {:?}", status.state());
    }
    insta::assert_snapshot!(table, @"
    never published → NeverPublished
    publishing → Running
    a preview waits → WaitingForPublisher
    live, nothing waits → Succeeded
    going live → Running
    first go-live → Running
    failed go-live → Failed
    failed publish → Failed
    unknown word → Unknown
    ");
}

#[test]
fn a_tree_that_cannot_be_read_is_read_twice() {
    let deep = || (0..200).fold(json!(1), |inner, _| json!([inner]));
    let service = Rc::new(Service::default());
    service
        .with(&[])
        .answer("GET resource-tree/product/3f8b", 200, deep())
        .answer("GET resource-tree/product/3f8b", 200, json!({"resources": []}))
        .answer("GET resource-tree/product/3f8b", 200, deep());
    let (api, time) = api(&service);
    assert!(time.run(api.read_draft()).is_ok());
    assert_eq!(time.run(api.read_draft()).unwrap_err().trouble, Trouble::Unreadable);
}

#[test]
fn a_draft_is_written_by_its_changed_resources_and_the_end_of_the_job_is_awaited() {
    let service = Rc::new(Service::default());
    let schema = |kind: &str| format!("https://x.example/schema/{kind}/2022-03-01-preview5");
    let tree = |target: &str| {
        json!({"root": "product/3f8b", "target": {"targetType": target}, "resources": [
            {"$schema": schema("listing"), "id": "listing/3f8b", "title": "T"},
            {"$schema": schema("submission"), "id": "submission/3f8b/1"},
            {"$schema": schema("property"), "id": "a/3f8b"}]})
    };
    service
        .with(&[json!([])])
        .answer("GET resource-tree/product/3f8b", 200, tree("draft"))
        .answer("GET resource-tree/product/3f8b", 200, tree("live"))
        .answer("GET resource-tree/product/3f8b", 404, json!({}))
        .answer("POST configure", 202, job("notStarted", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("running", "pending", json!([])))
        .answer("GET configure/j-1/status", 200, job("completed", "succeeded", json!([])));
    let (api, time) = api(&service);
    let read = time.run(api.read_draft()).unwrap();
    assert_eq!(read.body, time.run(api.read_slot(Slot::Production)).unwrap().body);
    assert_eq!(time.run(api.read_slot(Slot::Preview)).unwrap_err().trouble, Trouble::NotFound);
    time.run(api.write_draft(&read, &read.body)).unwrap();
    assert_eq!(service.posts(), [], "nothing changed, nothing written");
    let mut body = read.body.clone();
    body["definition"]["resources"][1]["title"] = json!("U");
    time.run(api.write_draft(&read, &body)).unwrap();
    let posted = service.posts()[0].1.clone().unwrap();
    let mut written = body["definition"]["resources"][1].clone();
    written["$schema"] =
        json!("https://schema.mp.microsoft.com/schema/listing/2022-03-01-preview5");
    assert_eq!(
        posted["resources"],
        json!([written]),
        "schemas of the host that is gone are refused"
    );
    assert_eq!(time.elapsed().as_secs(), 65, "one look soon, then one a minute");
}
