//! Images of containers in a draft that is made of resources.

use super::resources::resource;
use super::*;

fn contain(id: &str, payload: Payload) -> Wanted {
    of_plan(WantedPlan { container: Some(Container { payload, at: line(50) }), ..plan(id) })
}

fn bundle(tag: &str, last: char, registry: Option<&str>, repository: Option<&str>) -> Payload {
    let digest = format!("sha256:{}{last}", "0".repeat(63));
    let [registry, repository] = [registry, repository].map(|name| name.map(str::to_owned));
    Payload::Bundle { tag: tag.to_owned(), digest, registry, repository }
}

#[test]
fn tags_and_bundles_are_added_once() {
    let draft = fixture("containers");
    let tags = |tags: &[&str]| {
        contain("images", Payload::Tags(tags.iter().map(|tag| (*tag).to_owned()).collect()))
    };
    let change = apply(&tags(&["1.0.0", "1.1.0"]), &draft, None).unwrap();
    let images = resource(&change.document, "container-plan-technical-configuration/8b/1");
    assert_eq!(images["imageTags"], json!(["latest", "1.0.0", "1.1.0"]));
    assert_eq!(images["imageRepositoryDetails"]["password"], "*********", "sent back as it came");
    assert!(apply(&tags(&["1.0.0", "1.1.0"]), &change.document, None).unwrap().is_empty());

    let wanted = contain("kubernetes", bundle("1.1.0", '2', None, None));
    let change = apply(&wanted, &draft, None).unwrap();
    let cnab = resource(&change.document, "container-plan-technical-configuration/8b/2");
    let added = json!({"tenantId": "d2b4", "subscriptionId": "s", "resourceGroupName": "g",
        "registryName": "contosoreg", "repositoryName": "contoso/bundle", "tag": "1.1.0",
        "digest": format!("sha256:{}2", "0".repeat(63))});
    assert_eq!(cnab["cnabReferences"][1], added);
    assert!(apply(&wanted, &change.document, None).unwrap().is_empty());
    let another = contain("kubernetes", bundle("1.0.0", '2', None, Some("contoso/other")));
    let change = apply(&another, &draft, None).unwrap();
    let cnab = resource(&change.document, "container-plan-technical-configuration/8b/2");
    assert_eq!(cnab["cnabReferences"][1]["repositoryName"], "contoso/other");
}

#[test]
fn a_payload_that_does_not_fit_is_refused() {
    let draft = fixture("containers");
    let many = (0..15).map(|number| number.to_string()).collect();
    let refusals = [
        contain("kubernetes", bundle("1.0.0", '2', None, None)),
        contain("kubernetes", bundle("1.1.0", '2', Some("another"), None)),
        contain("kubernetes", Payload::Tags(vec!["1.1.0".into()])),
        contain("images", bundle("1.1.0", '2', None, None)),
        contain("images", Payload::Tags(many)),
    ]
    .map(|wanted| refused(&wanted, &draft));
    insta::assert_snapshot!(refusals.concat());
}
