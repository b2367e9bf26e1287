//! Any manifest over any draft: what it says is carried out or refused with its line, what is not
//! named stays as it is, what is done is done once, and no signature is shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use offer_release::content::{
    Difference, Resolved, Variables, Wanted, apply, check_landing, complete_definition,
    documents_agree, find_foreign, find_missing, guess_offer_type, hide_signatures,
    list_hidden_secrets, resolve_content,
};
use offer_release::manifest;
use offer_release::problem::{Code, Problem};
use offer_release::secrets::find_signatures;
use serde_json::Value;

/// A secret that is in no input.
const SECRET: &str = "never-to-be-seen";

/// Reads the parts as a manifest, a draft and what is live.
///
/// # Panics
/// When a promise does not hold.
pub fn check(data: &[u8]) {
    let parts = super::parts(data);
    let json =
        |index: usize| parts.get(index).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let (Some(draft), live) = (json(1), json(2)) else { return };
    check_document(&draft);
    let Ok(manifest) = manifest::parse("offer.yml", &parts[0]) else { return };
    let read_file = |path: &str| {
        let refused = || Problem::new(Code::ManifestUnreadable, "no such file").hint("look");
        parts.get(3).filter(|_| path == "file").cloned().ok_or_else(refused)
    };
    let now = Timestamp::UNIX_EPOCH;
    for offer in &manifest.offers {
        match resolve_content(&manifest, offer, &variables(), &read_file, now) {
            Ok(Resolved { wanted, .. }) => carry_out(&wanted, &draft, live.as_ref()),
            Err(problems) => check_refusal(&problems),
        }
    }
}

fn variables() -> Variables {
    let disk = "https://x.example/new.vhd?sp=rl&sr=c&se=2099-01-01&sig=never-to-be-seen";
    let secrets = [("disk", disk), ("password", SECRET)];
    Variables {
        version: Some("2.0.0".into()),
        tag: Some("v2.0.0".into()),
        sha: Some("abc".into()),
        run: None,
        own: BTreeMap::from([("a".to_owned(), "${secret.password}".to_owned())]),
        secrets: secrets.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    }
}

/// What holds for a document alone.
fn check_document(draft: &Value) {
    let hidden = hide_signatures(draft);
    assert_eq!(find_signatures(&hidden), [""; 0], "{hidden}");
    assert!(documents_agree(draft, draft));
    let nothing = Wanted::default();
    assert!(find_missing(&nothing, draft, false).differences.is_empty());
    assert!(find_foreign(&nothing, draft, draft).is_empty());
    let _ = list_hidden_secrets(draft, &nothing);
}

fn carry_out(wanted: &Wanted, draft: &Value, live: Option<&Value>) {
    let _ = complete_definition(draft["definition"].clone(), wanted, guess_offer_type(wanted));
    if let Some(live) = live {
        find_foreign(wanted, draft, live).iter().for_each(check_shown);
    }
    let first = match apply(wanted, draft, live) {
        Ok(first) => first,
        Err(problems) => return check_refusal(&problems),
    };
    assert_eq!(first.is_empty(), first.document == *draft);
    first.differences.iter().for_each(check_shown);
    check_rest(wanted, draft, &first.document);
    let landing = check_landing(wanted, &first.document, &first.document);
    assert!(landing.lost.is_empty() && landing.added.is_empty(), "{landing:?}");
    // Edits that undo each other's ground fit once only, and are refused then.
    if let Ok(second) = apply(wanted, &first.document, live) {
        assert_eq!(second.document.to_string(), first.document.to_string());
        assert!(second.is_empty(), "{:?}", second.differences);
    }
}

/// Everything outside the definition, and every plan that is not named, is byte by byte the same.
fn check_rest(wanted: &Wanted, draft: &Value, document: &Value) {
    let rest = |document: &Value| {
        let mut rest = document.clone();
        if let Some(definition) = rest.get_mut("definition").and_then(Value::as_object_mut) {
            definition.remove("offer");
            if let Some(plans) = definition.get_mut("plans").and_then(Value::as_array_mut) {
                plans.retain(|plan| {
                    !wanted.plans.iter().any(|named| plan["planId"] == named.id.as_str())
                });
            }
        }
        rest.to_string()
    };
    // An edit may give a plan another id.
    let names_ids = |wanted: &Wanted| {
        let mut edits = wanted.plans.iter().flat_map(|plan| &plan.edits);
        edits.any(|edit| edit.pointer.tokens() == ["planId"])
    };
    if !names_ids(wanted) {
        assert_eq!(rest(draft), rest(document));
    }
}

fn check_shown(difference: &Difference) {
    for value in [&difference.before, &difference.after].into_iter().flatten() {
        assert_eq!(find_signatures(value), [""; 0], "{difference:?}");
        assert!(!value.to_string().contains(SECRET), "{difference:?}");
    }
    assert!(difference.lines().iter().all(|line| !line.text.contains(SECRET)), "{difference:?}");
}

fn check_refusal(problems: &[Problem]) {
    assert!(!problems.is_empty());
    for problem in problems {
        assert!(problem.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "{problem:?}");
        assert!(!problem.message.contains(SECRET), "{problem:?}");
    }
}
