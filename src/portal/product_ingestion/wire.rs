//! The API's JSON, read with tolerance: `jobId` and `jobID`, `externalId` and `externalID`, kinds
//! with any host, dates that are none.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::calls::SCHEMA;
use crate::portal::json::{find_field, read_text, read_time};
use crate::portal::{Kind, Level, Message, State, Word};

/// More details of errors than this are not shown.
const MOST_NODES: usize = 500;

/// What is shorter than this may stand in a text by chance.
const SHORTEST_GUID: usize = 8;

/// A product, as the API calls an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Product {
    /// Its GUID.
    pub guid: String,
    /// `azureVirtualMachine`, `azureContainer`, …; empty if the API does not say.
    pub offer_type: String,
}

/// The products of a page whose offer id is this one.
pub(super) fn read_products(page: &Value, offer: &str) -> Option<Vec<Product>> {
    let product = |value: &Value| {
        let external = read_text(find_field(value, &["identity"])?, &["externalId"])?;
        let guid = read_text(value, &["id"])?.strip_prefix("product/")?.to_owned();
        let offer_type = read_text(value, &["type"]).unwrap_or_default();
        external.eq_ignore_ascii_case(offer).then_some(Product { guid, offer_type })
    };
    Some(read_page(page)?.iter().filter_map(product).collect())
}

/// One entry of the list of submissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// 64 bits and more than a double holds, so it stays text.
    pub number: String,
    /// `preview` or `live`.
    pub kind: Kind,
    /// Status and result as one word.
    pub status: Word,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// The submissions of a page, without the draft's own entry, which was never submitted.
pub(super) fn read_submissions(page: &Value) -> Option<Vec<Entry>> {
    Some(read_page(page)?.iter().filter_map(read_submission).collect())
}

fn read_submission(value: &Value) -> Option<Entry> {
    let id = read_text(value, &["id"])?;
    let number = id.rsplit('/').next().filter(|number| !number.is_empty() && *number != "0")?;
    let target = read_text(find_field(value, &["target"])?, &["targetType"])?;
    let kind = match target.to_ascii_lowercase().as_str() {
        "preview" => Kind::Publish,
        "live" => Kind::GoLive,
        "draft" => return None,
        _ => Kind::Other(target),
    };
    Some(Entry {
        number: number.to_owned(),
        kind,
        status: read_status(read_text(value, &["status"]), read_text(value, &["result"])),
        created: read_time(value, &["created"]),
    })
}

/// A configure job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    /// Its id.
    pub id: Option<String>,
    /// Status and result as one word.
    pub status: Word,
    /// The trees of errors.
    pub errors: Vec<Message>,
}

/// A job's status, as a POST and a look answer it.
pub(super) fn read_job(answer: &Value) -> Option<Job> {
    let status = read_text(answer, &["jobStatus"]);
    let id = read_text(answer, &["jobId"]);
    if status.is_none() && id.is_none() {
        return None;
    }
    let errors = find_field(answer, &["errors"]).and_then(Value::as_array);
    let errors = read_errors(errors.map_or(&[][..], Vec::as_slice));
    Some(Job { id, status: read_status(status, read_text(answer, &["jobResult"])), errors })
}

/// The submission that a job made, as (product, number), from the detail of a finished job.
pub(super) fn read_submission_of_job(detail: &Value) -> Option<(String, String)> {
    let resources = find_field(detail, &["resources"])?.as_array()?;
    resources.iter().find_map(|resource| {
        let id = read_text(resource, &["id"])?;
        let (product, number) = id.strip_prefix("submission/")?.split_once('/')?;
        Some((product.to_owned(), number.to_owned()))
    })
}

/// The resources of a tree as the definition of a document, which is what is compared and edited;
/// in an order of their own, for trees have none.
pub(super) fn read_tree(tree: &Value) -> Option<Value> {
    let mut resources: Vec<Value> = find_field(tree, &["resources"])?.as_array()?.clone();
    resources.retain(|resource| !is_submission(resource));
    resources.iter_mut().for_each(name_living_schema);
    resources.sort_by_key(|resource| read_text(resource, &["id"]));
    Some(serde_json::json!({ "definition": { "resources": resources } }))
}

/// Names the schema of a resource on the host that serves schemas: trees may still name one that is
/// gone, which the API refuses to take back.
fn name_living_schema(resource: &mut Value) {
    let named = read_text(resource, &["$schema"]);
    let kind = named.as_ref().and_then(|named| Some(named.trim().split_once("/schema/")?.1));
    if let Some(kind) = kind {
        resource["$schema"] = format!("{SCHEMA}/{kind}").into();
    }
}

fn is_submission(resource: &Value) -> bool {
    read_text(resource, &["$schema"]).is_some_and(|schema| schema.contains("/schema/submission/"))
}

/// The address of the next page, if there is one.
pub(super) fn read_next_link(page: &Value) -> Option<String> {
    read_text(page, &["@nextLink", "nextLink"])
}

fn read_page(page: &Value) -> Option<&Vec<Value>> {
    page.as_array().or_else(|| find_field(page, &["value"])?.as_array())
}

/// Two words of the API as one: the result counts only of what is completed, and only by a word
/// that is known.
fn read_status(status: Option<String>, result: Option<String>) -> Word {
    let status = status.unwrap_or_default();
    let result = result.unwrap_or_default();
    let fold = |word: &str| word.to_ascii_lowercase().replace([' ', '-', '_'], "");
    let state = match (fold(&status).as_str(), fold(&result).as_str()) {
        ("notstarted", _) => State::NotStarted,
        ("running" | "inprogress", _) => State::Running,
        ("completed", "succeeded" | "success") => State::Succeeded,
        ("completed", "failed") => State::Failed,
        ("completed", "cancelled" | "canceled") => State::Canceled,
        _ => State::Unknown,
    };
    match state {
        State::Unknown if !result.is_empty() => {
            Word::meaning(&format!("{status}, {result}"), state)
        }
        State::Unknown | State::NotStarted | State::Running => Word::meaning(&status, state),
        _ => Word::meaning(&result, state),
    }
}

/// The trees of errors, each as one message: its root, and what is below it as a list.
fn read_errors(errors: &[Value]) -> Vec<Message> {
    let mut left = MOST_NODES;
    let trees = errors.iter().map(|error| write_error(error, &mut left));
    let message = |html: String| Message { level: Level::Error, html, at: None };
    trees.filter(|html| !html.is_empty()).map(message).collect()
}

/// A node and what is below it. A node may lack everything but one field.
fn write_error(node: &Value, left: &mut usize) -> String {
    if *left == 0 {
        return String::new();
    }
    *left -= 1;
    let what = [read_text(node, &["code"]), read_text(node, &["message"])];
    let what: Vec<String> = what.into_iter().flatten().collect();
    let mut line = what.join(": ");
    if let Some(resource) = read_resource(node).filter(|_| !line.is_empty()) {
        let _ = write!(line, " ({resource})");
    }
    let details = find_field(node, &["details"]).and_then(Value::as_array).into_iter().flatten();
    let below: Vec<String> =
        details.map(|detail| write_error(detail, left)).filter(|html| !html.is_empty()).collect();
    match (line.is_empty(), below.as_slice()) {
        (_, []) => escape_html(&line),
        // Of a node without words, what is below it stands in its place.
        (true, [only]) => only.clone(),
        _ => format!("{}<ul><li>{}</li></ul>", escape_html(&line), below.join("</li><li>")),
    }
}

/// The plans of a page, as their GUIDs and names.
pub(super) fn read_plans(page: &Value) -> Option<Vec<(String, String)>> {
    let plan = |value: &Value| {
        let name = read_text(find_field(value, &["identity"])?, &["externalId"])?;
        let guid = read_text(value, &["id"])?.rsplit('/').next()?.to_owned();
        Some((guid, name))
    };
    Some(read_page(page)?.iter().filter_map(plan).collect())
}

/// A message that names plans by their GUIDs, with their names behind them.
pub(super) fn name_plans(message: &mut Message, plans: &[(String, String)]) {
    for (guid, name) in plans.iter().filter(|(guid, _)| guid.len() >= SHORTEST_GUID) {
        let named = format!("{guid}, plan {}", escape_html(name));
        message.html = message.html.replace(guid.as_str(), &named);
    }
}

/// Which resource an error is about: a durable id, or the name that the request gave it.
fn read_resource(node: &Value) -> Option<String> {
    read_text(node, &["resourceId"])
        .or_else(|| read_text(find_field(node, &["resourceId"])?, &["externalId"]))
        .or_else(|| read_text(node, &["resourceName"]))
}

/// The API writes plain text; messages are HTML.
fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_and_a_result_are_one_word() {
        let mut table = String::new();
        for (status, result) in [
            ("notStarted", "pending"),
            ("running", "pending"),
            ("Running", ""),
            ("completed", "succeeded"),
            ("Completed", "Success"),
            ("completed", "failed"),
            ("completed", "cancelled"),
            ("completed", "pending"),
            ("completed", "partially"),
            ("completed", ""),
            ("succeeded", "succeeded"),
            ("", "succeeded"),
            ("", ""),
        ] {
            let word = read_status(Some(status.to_owned()), Some(result.to_owned()));
            let _ = writeln!(table, "{status:?} {result:?} → {:?} {word}", word.state());
        }
        insta::assert_snapshot!(table, @r#"
        "notStarted" "pending" → NotStarted notStarted
        "running" "pending" → Running running
        "Running" "" → Running Running
        "completed" "succeeded" → Succeeded succeeded
        "Completed" "Success" → Succeeded Success
        "completed" "failed" → Failed failed
        "completed" "cancelled" → Canceled cancelled
        "completed" "pending" → Unknown completed, pending
        "completed" "partially" → Unknown completed, partially
        "completed" "" → Unknown completed
        "succeeded" "succeeded" → Unknown succeeded, succeeded
        "" "succeeded" → Unknown , succeeded
        "" "" → Unknown no status
        "#);
    }

    #[test]
    fn a_tree_of_errors_is_one_message_with_a_list() {
        let job = read_job(&json!({"jobID": "j", "jobStatus": "completed", "jobResult": "failed",
            "jobStart": "2022-03-01-T13:32:43.123456Z",
            "errors": [{"resourceId": {"externalId": "standard"}, "code": "internalServerError",
                "message": "Operation <failed>", "details": [
                    {"code": "invalidState", "message": "Certification", "details": [
                        {"message": "Issues found during Certification."}]}]},
                "garbage", {"details": "none"},
                {"message": "one of two", "details": [{"code": "a"}, {"code": "b"}, {}]},
                {"details": [{"message": "without words above"}]}]}))
        .unwrap();
        let texts: Vec<&str> = job.errors.iter().map(|message| message.html.as_str()).collect();
        assert_eq!(
            texts,
            [
                "internalServerError: Operation &lt;failed&gt; (standard)<ul><li>invalidState: \
                 Certification<ul><li>Issues found during Certification.</li></ul></li></ul>",
                "one of two<ul><li>a</li><li>b</li></ul>",
                "without words above",
            ]
        );
        assert_eq!(job.id.as_deref(), Some("j"));
    }

    #[test]
    fn the_drafts_entry_is_no_submission_and_numbers_keep_all_their_digits() {
        let page = json!({"value": [
            {"id": "submission/p/0", "target": {"targetType": "draft"}},
            {"id": "submission/p/1152921515689848683", "target": {"targetType": "preview"},
             "status": "completed", "result": "succeeded",
             "created": "2022-02-04T20:07:22.4220588Z"},
            {"id": "submission/p/7", "target": {"targetType": "flight"}, "status": "running"},
        ]});
        let entries = read_submissions(&page).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].number, "1152921515689848683");
        assert_eq!(
            (&entries[0].kind, entries[0].status.state()),
            (&Kind::Publish, State::Succeeded)
        );
        assert_eq!(entries[1].kind, Kind::Other("flight".to_owned()));
    }
}
