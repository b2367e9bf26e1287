//! What the schema cannot say, or says less well: ids and addresses with a reason, and that ids are
//! unique.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::route::Route;
use super::source::Finding;
use super::tree::Node;
use super::values::{list_items, read_text};
use crate::ids::{Email, Malformed, OfferId, PlanId, PublisherId};

/// Everything about the tree's texts that is wrong. What has the wrong shape is passed over: that
/// is told elsewhere.
pub fn check_meaning(root: &Node) -> Vec<Finding> {
    let mut reader = MeaningReader { findings: Vec::new() };
    let top = Route::root();
    reader.check_text(
        root,
        &top,
        "publisher",
        PublisherId::parse,
        "use the publisher's id as in the address of the portal",
    );
    reader.check_addresses(root, &top);
    reader.check_ids(
        root,
        &top,
        "offers",
        OfferId::parse,
        "use the offer's id as in the address of the portal, not its name nor its alias",
    );
    for (index, offer) in list_items(root, "offers").iter().enumerate() {
        let route = top.key("offers").index(index);
        reader.check_addresses(offer, &route);
        reader.check_ids(
            offer,
            &route,
            "plans",
            PlanId::parse,
            "use the plan's id as in the portal",
        );
    }
    reader.findings
}

struct MeaningReader {
    findings: Vec<Finding>,
}

type Parse<T> = fn(&str) -> Result<T, Malformed>;

impl MeaningReader {
    fn check_text<T>(
        &mut self,
        parent: &Node,
        route: &Route,
        key: &str,
        parse: Parse<T>,
        hint: &str,
    ) {
        if let Some(node) = parent.get(key) {
            self.check_scalar(node, &route.key(key), parse, hint);
        }
    }

    fn check_addresses(&mut self, parent: &Node, route: &Route) {
        const KEY: &str = "notification-emails";
        for (index, address) in list_items(parent, KEY).iter().enumerate() {
            let hint = "write one address a list item, such as `release@contoso.com`";
            self.check_scalar(address, &route.key(KEY).index(index), Email::parse, hint);
        }
    }

    /// The portal's addresses do not tell upper from lower case, so neither does this.
    fn check_ids<T>(
        &mut self,
        parent: &Node,
        route: &Route,
        key: &str,
        parse: Parse<T>,
        hint: &str,
    ) {
        let mut seen: HashMap<String, u32> = HashMap::new();
        for (index, item) in list_items(parent, key).iter().enumerate() {
            let route = route.key(key).index(index);
            self.check_text(item, &route, "id", parse, hint);
            let Some((node, id)) = item.get("id").and_then(|node| Some((node, read_text(node)?)))
            else {
                continue;
            };
            match seen.entry(id.to_ascii_lowercase()) {
                Entry::Vacant(first) => _ = first.insert(node.at.line),
                Entry::Occupied(first) => {
                    let message = format!(
                        "`{route}` has the id {id:?} a second time; the first is on line {}",
                        first.get()
                    );
                    self.report(node, message, "remove one of the two");
                }
            }
        }
    }

    fn check_scalar<T>(&mut self, node: &Node, route: &Route, parse: Parse<T>, hint: &str) {
        if let Some(Err(malformed)) = read_text(node).map(parse) {
            self.report(node, format!("`{route}`: {malformed}"), hint);
        }
    }

    fn report(&mut self, node: &Node, message: String, hint: &str) {
        self.findings.push(Finding::invalid(node.at, message, hint));
    }
}
