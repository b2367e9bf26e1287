//! Writing a draft.

use super::*;

#[tokio::test]
async fn a_draft_is_written_by_a_job_and_published_images_stay() {
    let api = Ingestion::new(", status: live", "").await;
    let mut configuration = api.configuration("draft").await;
    let mut version = configuration["vmImageVersions"][0].clone();
    version["versionNumber"] = json!("1.1.0");
    configuration["vmImageVersions"].as_array_mut().unwrap().push(version);
    configuration.as_object_mut().unwrap().remove("id");
    configuration["plan"] = json!({"externalId": "standard"});
    configuration["product"] = json!({"externalId": "contoso-offer"});
    let started = api.configure(json!([configuration])).await;
    assert_eq!(api.configuration("draft").await["vmImageVersions"].as_array().unwrap().len(), 1);
    assert_eq!(api.finish(started).await["jobResult"], "succeeded");
    let written = api.configuration("draft").await;
    assert_eq!(written["vmImageVersions"][1]["versionNumber"], "1.1.0");
    assert!(written["id"].is_string() && written["plan"].is_string());
    assert_eq!(api.configuration("live").await["vmImageVersions"].as_array().unwrap().len(), 1);

    let mut without = written.clone();
    without["vmImageVersions"].as_array_mut().unwrap().remove(0);
    let job = api.configure(json!([without])).await;
    assert_eq!(
        errors(&api.finish(job).await),
        "\"completed\" \"failed\": \"Cannot delete image '1.0.0' of type 'X64Gen2' as it is \
         already published.\""
    );
    let mut changed = written;
    changed["vmImageVersions"][0]["vmImages"][0]["source"]["osDisk"]["uri"] = json!("https://x");
    let job = api.configure(json!([changed])).await;
    assert!(errors(&api.finish(job).await).contains("Cannot change image '1.0.0'"));
}

#[tokio::test]
async fn a_secret_is_masked_and_its_mask_keeps_it() {
    let api = Ingestion::new(", type: azureContainer", "").await;
    let tree = api.get(&format!("resource-tree/product/{GUID}?targetType=draft")).await.json();
    let container =
        tree["resources"].as_array().unwrap().iter().find(|one| one["payloadType"] == "image");
    let mut container = container.unwrap().clone();
    assert_eq!(container["imageRepositoryDetails"]["password"], "*********");
    container["imageTags"] = json!(["latest", "2.0.0"]);
    let job = api.configure(json!([container])).await;
    assert_eq!(api.finish(job).await["jobResult"], "succeeded");
    let stored = api.0.simulator.state()["ingestion"]["products"][0]["draft"].clone();
    let stored = stored
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["payloadType"] == "image")
        .unwrap()
        .clone();
    assert_eq!(stored["imageRepositoryDetails"]["password"], "registry-password");
    assert_eq!(stored["imageTags"][1], "2.0.0");
}

#[tokio::test]
async fn somebody_else_works_on_a_product_too() {
    let edit = "{after: GET /rp/product-ingestion/resource-tree/**, set: /0/alias, value: Theirs}";
    let api = Ingestion::new(&format!(", edits: [{edit}]"), "").await;
    let alias = async || api.get(&format!("product/{GUID}")).await.json()["alias"].clone();
    assert_eq!(alias().await, "contoso-offer");
    api.configuration("draft").await;
    assert_eq!(alias().await, "Theirs");
    api.0.control("products/contoso-offer/publish").await;
    assert_eq!(api.submissions().await, "draft 1 - -, preview 2 running pending");
    api.0.pass("2h").await;
    api.0.control("products/contoso-offer/go-live").await;
    assert_eq!(api.submissions().await, "draft 1 - -, live 2 running pending");
    let deprecated = json!([{"$schema": format!("{SCHEMAS}/submission/2022-03-01-preview2"),
        "product": format!("product/{GUID}"), "target": {"targetType": "live"},
        "id": format!("submission/{GUID}/{}", api.number()), "lifecycleState": "deprecated"}]);
    api.0.pass("1h").await;
    api.configure(deprecated).await;
    let product = api.0.simulator.state()["ingestion"]["products"][0].clone();
    assert_eq!(product["deprecated"], true, "an echoed field takes the product out of the shop");
}
