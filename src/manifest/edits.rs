//! What is wrong with the edits and images of a manifest, and cannot be told by one key alone.

use super::document::Api;
use super::source::Finding;
use super::tree::{MappingEntry, Node, NodeValue};
use super::values::{list_items, read_json, read_text};
use crate::secrets::has_signed_address;

/// Everything that is wrong with what is said of drafts.
pub fn check_edits_and_images(root: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    for offer in list_items(root, "offers") {
        let api = read_api(offer.get("api").or_else(|| root.get("api")));
        check_edits(offer, api, &mut findings);
        for plan in list_items(offer, "plans") {
            check_edits(plan, api, &mut findings);
            if let Some(image) = plan.get("image") {
                check_image(image, api, &mut findings);
            }
            if let Some(container) = plan.entry("container") {
                check_container(container, api, &mut findings);
            }
        }
    }
    findings
}

fn read_api(node: Option<&Node>) -> Api {
    let ingestion =
        node.and_then(read_text).is_some_and(|text| text == Api::ProductIngestion.name());
    if ingestion { Api::ProductIngestion } else { Api::CloudPartner }
}

fn is_empty_mapping(node: &Node) -> bool {
    matches!(&node.value, NodeValue::Mapping(entries) if entries.is_empty())
}

fn check_edits(parent: &Node, api: Api, findings: &mut Vec<Finding>) {
    for edit in list_items(parent, "edit") {
        if !matches!(edit.value, NodeValue::Mapping(_)) {
            continue;
        }
        check_keys(edit, findings);
        check_resource(edit, api, findings);
        for key in ["set", "remove", "test"] {
            let Some(node) = edit.get(key) else { continue };
            if let Some(why) = read_text(node).and_then(refuse_pointer) {
                let hint = "write the pointer as in RFC 6901, such as \
                            `/microsoft-azure-marketplace.summary`";
                findings.push(Finding::invalid(node.at, format!("`{key}`: {why}"), hint));
            }
        }
        if let Some(value) = edit.get("value") {
            findings.extend(read_json(value).err());
            refuse_signatures(value, findings);
        }
    }
}

fn check_keys(edit: &Node, findings: &mut Vec<Finding>) {
    let has = |key: &str| edit.get(key).is_some();
    let verbs: Vec<&str> = ["set", "remove", "test"].into_iter().filter(|key| has(key)).collect();
    let mut tell = |message: String, hint: &str| {
        findings.push(Finding::invalid(edit.at, message, hint));
    };
    match verbs.as_slice() {
        ["remove"] if has("value") => {
            tell("`remove` has a `value`".into(), "leave out `value`, or write `set` instead");
        }
        ["remove" | "test"] if has("create") => {
            tell(format!("`{}` has `create`", verbs[0]), "`create` belongs to `set`");
        }
        ["set" | "test"] if !has("value") => {
            tell(format!("`{}` lacks the key `value`", verbs[0]), "add `value:` with any value");
        }
        [_] => {}
        _ => tell(
            "an edit needs one of `set`, `remove`, `test`".into(),
            "write each edit as an item of its own",
        ),
    }
}

/// Which resource an edit is about is said at the one API, and there are none at the other.
fn check_resource(edit: &Node, api: Api, findings: &mut Vec<Finding>) {
    let mut tell = |at, message: &str, hint: &str| {
        findings.push(Finding::invalid(at, message, hint));
    };
    match (api, edit.entry("in"), edit.entry("language")) {
        (Api::CloudPartner, Some(entry), _) | (Api::CloudPartner, None, Some(entry)) => tell(
            entry.key_at,
            &format!("`{}` is for `api: product-ingestion` only", entry.key),
            "with `api: cloud-partner` a pointer is relative to the offer or plan: leave it out",
        ),
        (Api::ProductIngestion, None, _) => tell(
            edit.at,
            "the edit does not say which resource it is about",
            "add `in:` with the kind of resource, such as `in: listing`; `offer-release show` \
             prints the draft's resources",
        ),
        (_, in_kind, language) => {
            for entry in [in_kind, language].into_iter().flatten() {
                let usable = |c: char| c.is_ascii_alphanumeric() || c == '-';
                if read_text(&entry.value)
                    .is_some_and(|text| text.is_empty() || !text.chars().all(usable))
                {
                    tell(
                        entry.value.at,
                        &format!("`{}` has characters that no name of the API has", entry.key),
                        "write it as `offer-release show` prints it, such as `in: plan-listing` or \
                         `language: en-us`",
                    );
                }
            }
        }
    }
}

fn refuse_pointer(text: &str) -> Option<&'static str> {
    let tilde = |rest: &str| !rest.starts_with(['0', '1']);
    if text.is_empty() {
        Some("the empty pointer is the whole document")
    } else if !text.starts_with('/') {
        Some("a pointer starts with `/`")
    } else if text.split('~').skip(1).any(tilde) {
        Some("a `~` in a pointer is followed by `0` (for `~`) or `1` (for `/`)")
    } else {
        None
    }
}

fn check_container(container: &MappingEntry, api: Api, findings: &mut Vec<Finding>) {
    let node = &container.value;
    if !matches!(node.value, NodeValue::Mapping(_)) {
        return;
    }
    if api == Api::CloudPartner {
        findings.push(Finding::invalid(
            container.key_at,
            "`container` is for `api: product-ingestion` only",
            "say what changes by `edit`, or use the other API for this offer",
        ));
    }
    match (node.get("tags"), node.entry("bundle")) {
        (None, None) => findings.push(Finding::invalid(
            node.at,
            "the container names nothing to add",
            "add `tags:` if the plan's payload is images, or `bundle:` if it is a Kubernetes \
             application",
        )),
        (Some(_), Some(bundle)) => findings.push(Finding::invalid(
            bundle.key_at,
            "the container has `tags` and also `bundle`",
            "a plan has one payload: write `tags` for images, `bundle` for a Kubernetes \
             application",
        )),
        _ => {}
    }
}

fn check_image(image: &Node, api: Api, findings: &mut Vec<Finding>) {
    if !matches!(image.value, NodeValue::Mapping(_)) {
        return;
    }
    match (image.get("disk"), image.get("disks")) {
        (None, None) => findings.push(Finding::invalid(
            image.at,
            "the image lacks `disk`",
            "add `disk:` with a secret, such as `\"${secret.os-disk}\"`, or `disks:` for several \
             image types",
        )),
        (Some(_), Some(disks)) => findings.push(Finding::invalid(
            disks.at,
            "the image has `disk` and also `disks`",
            "write `disk` if the plan has one image type, `disks` if it has several",
        )),
        (None, Some(disks)) if is_empty_mapping(disks) => {
            findings.push(Finding::invalid(
                disks.at,
                "`disks` names no image type",
                "add `x64Gen1:`, `x64Gen2:` or `arm64Gen2:`",
            ));
        }
        (None, Some(disks)) if api == Api::CloudPartner => {
            for name in ["x64Gen1", "x64Gen2", "arm64Gen2"] {
                let disk = disks.get(name).filter(|it| matches!(it.value, NodeValue::Mapping(_)));
                findings.extend(disk.map(refuse_mapping));
            }
        }
        _ => {}
    }
    refuse_signatures(image, findings);
}

/// How data disks and galleries stand in the documents of the older API is not known.
fn refuse_mapping(disk: &Node) -> Finding {
    Finding::invalid(
        disk.at,
        "data disks and gallery images are for `api: product-ingestion` only",
        "give the SAS URI of the disk, from a secret: `\"${secret.os-disk}\"`",
    )
}

/// A signed address is a secret: it must not stand in a repository.
fn refuse_signatures(node: &Node, findings: &mut Vec<Finding>) {
    match &node.value {
        NodeValue::Scalar { text, .. } if has_signed_address(text) => {
            findings.push(Finding::invalid(
                node.at,
                "a SAS URI stands here in clear",
                "it is a secret: make a new one, hand it over by the input `secrets`, and write \
             `${secret.NAME}` here",
            ));
        }
        NodeValue::List(items) => {
            for item in items {
                refuse_signatures(item, findings);
            }
        }
        NodeValue::Mapping(entries) => {
            for entry in entries {
                refuse_signatures(&entry.value, findings);
            }
        }
        _ => {}
    }
}
