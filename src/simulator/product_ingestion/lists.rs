//! Lists, page by page.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answers::reply_json;
use crate::simulator::scenario::{IngestionSwitches, NextLink};

const TOKEN: &str = "continuationToken";

/// One page of a list, with the address of the next one.
pub fn reply_list(
    switches: &IngestionSwitches,
    base_url: &str,
    path: &str,
    query: &[(String, String)],
    list: Vec<Value>,
) -> Response {
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let asked = value("$maxpagesize").and_then(|size| size.parse().ok());
    let size = asked.unwrap_or(switches.page_size).clamp(1, switches.page_size.max(1));
    let from: usize = value(TOKEN).and_then(|from| from.parse().ok()).unwrap_or(0);
    let has_more = list.len() > from.saturating_add(size);
    let page: Vec<Value> = list.into_iter().skip(from).take(size).collect();
    let mut shown = json!({"value": page});
    if has_more {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        next.extend_pairs(query.iter().filter(|(key, _)| key != TOKEN));
        next.append_pair(TOKEN, &(from + size).to_string());
        let link = format!("/rp/product-ingestion/{path}?{}", next.finish());
        shown["@nextLink"] = json!(match switches.next_link {
            NextLink::Relative => link,
            NextLink::Absolute => format!("{base_url}{link}"),
        });
    }
    reply_json(StatusCode::OK, &shown)
}
