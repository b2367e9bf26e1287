//! The names of resources in differences: their kinds, languages and plans, not their ids.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::compare::Unequal;
use super::diff::Difference;
use super::pointer;
use super::resource::{kind_of, language_of, name_of_plan};
use crate::problem::Place;

/// The resources of some documents by their ids.
pub struct ResourceNames {
    resources: HashMap<String, Name>,
}

#[derive(Clone)]
struct Name {
    plan: Option<String>,
    resource: String,
}

impl ResourceNames {
    /// Reads them; documents that are not made of resources have none.
    pub fn read<'a>(documents: impl IntoIterator<Item = &'a Json>) -> Self {
        let mut resources = HashMap::new();
        for document in documents {
            let list = || document["definition"]["resources"].as_array().into_iter().flatten();
            let plans: HashMap<&str, &str> = list()
                .filter(|one| kind_of(one) == "plan")
                .filter_map(|one| Some((one["id"].as_str()?, name_of_plan(one)?)))
                .collect();
            for one in list() {
                let Some(id) = one["id"].as_str() else { continue };
                let plan = plans.get(one["plan"].as_str().unwrap_or(id));
                let language = language_of(one).map(|it| format!(" {it}")).unwrap_or_default();
                let resource = format!("{}{language}", kind_of(one));
                let plan = plan.map(|plan| (*plan).to_owned());
                resources.insert(id.to_owned(), Name { plan, resource });
            }
        }
        Self { resources }
    }

    /// A difference, with the name of its resource.
    pub fn describe(
        &self,
        unequal: Unequal,
        place: Option<Place>,
        confidential: &[String],
    ) -> Difference {
        let named = match unequal.path.as_slice() {
            [first, id, rest @ ..] if first == "resources" => {
                self.resources.get(id).map(|name| (name.clone(), pointer::write_pointer(rest)))
            }
            _ => None,
        };
        let difference = Difference::new(unequal, place, confidential);
        match named {
            Some((Name { plan, resource }, pointer)) => {
                Difference { plan, resource: Some(resource), pointer, ..difference }
            }
            None => difference,
        }
    }
}
