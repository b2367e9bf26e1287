//! What is wrong with the edits and images of a manifest, and cannot be told by one key alone.

use super::scalar::{self, Type};
use super::source::Finding;
use super::tree::{Node, Value};
use super::values::read_json;
use crate::secrets::has_signed_address;

/// Everything that is wrong with what is said of drafts.
pub fn check(root: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    for offer in items(root, "offers") {
        check_edits(offer, &mut findings);
        for plan in items(offer, "plans") {
            check_edits(plan, &mut findings);
            if let Some(image) = plan.get("image") {
                check_image(image, &mut findings);
            }
        }
    }
    findings
}

fn items<'a>(parent: &'a Node, key: &str) -> &'a [Node] {
    parent.get(key).map(Node::items).unwrap_or_default()
}

/// The text of a node that is one.
fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar { text, plain } if !plain || scalar::plain(text) == Type::Text => Some(text),
        _ => None,
    }
}

fn check_edits(parent: &Node, findings: &mut Vec<Finding>) {
    for edit in items(parent, "edit") {
        if !matches!(edit.value, Value::Mapping(_)) {
            continue;
        }
        check_keys(edit, findings);
        for key in ["set", "remove", "test"] {
            let Some(node) = edit.get(key) else { continue };
            if let Some(why) = text(node).and_then(refuse_pointer) {
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

fn check_image(image: &Node, findings: &mut Vec<Finding>) {
    if !matches!(image.value, Value::Mapping(_)) {
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
        (None, Some(disks)) if matches!(&disks.value, Value::Mapping(all) if all.is_empty()) => {
            findings.push(Finding::invalid(
                disks.at,
                "`disks` names no image type",
                "add `x64Gen1:`, `x64Gen2:` or `arm64Gen2:`",
            ));
        }
        _ => {}
    }
    refuse_signatures(image, findings);
}

/// A signed address is a secret: it must not stand in a repository.
fn refuse_signatures(node: &Node, findings: &mut Vec<Finding>) {
    match &node.value {
        Value::Scalar { text, .. } if has_signed_address(text) => findings.push(Finding::invalid(
            node.at,
            "a SAS URI stands here in clear",
            "it is a secret: make a new one, hand it over by the input `secrets`, and write \
             `${secret.NAME}` here",
        )),
        Value::List(items) => {
            for item in items {
                refuse_signatures(item, findings);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                refuse_signatures(&entry.value, findings);
            }
        }
        _ => {}
    }
}
