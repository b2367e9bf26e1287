//! Operation addresses: `configure/<job>` and `submission/<product>/<number>`, as the API writes
//! them, whole or from the path on.

use url::Url;

use super::BASE_PATH;
use crate::ids::Malformed;
use crate::portal::{Operation, Phase};

/// What the id of a go-live ends with.
const LIVE: &str = "-live";

/// What an operation's address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AddressTarget {
    /// A configure job.
    Job(String),
    /// A submission on its way to preview or live.
    Submission {
        /// The product's GUID.
        product: String,
        /// Its number.
        number: String,
        /// Where it goes.
        phase: Phase,
    },
}

/// The operation that a job is. No row of the list of submissions carries a job's id.
pub(super) fn of_job(job: &str) -> Operation {
    Operation::unlisted(job, format!("configure/{job}"))
}

/// The operation that a submission is. One number stands for the publish and for the go-live of the
/// same preview, so the go-live says what it is.
pub(super) fn of_submission(product: &str, number: &str, phase: Phase) -> Operation {
    let address = format!("submission/{product}/{number}");
    match phase {
        Phase::Publish => Operation::listed(number, address),
        Phase::GoLive => {
            Operation::listed(&go_live_id(number), format!("{address}?targetType=live"))
        }
    }
}

/// The id of the go-live with this preview.
pub(super) fn go_live_id(number: &str) -> String {
    format!("{number}{LIVE}")
}

/// The number of a submission, by the id that its row has.
pub(super) fn read_number(id: &str) -> &str {
    id.strip_suffix(LIVE).unwrap_or(id)
}

/// What an operation's address names; only addresses of [`of_job`] and [`of_submission`] come here.
pub(super) fn read_target(operation: &Operation) -> Option<AddressTarget> {
    let (path, query) = operation.address().split_once('?').unwrap_or((operation.address(), ""));
    let phase = if query == "targetType=live" { Phase::GoLive } else { Phase::Publish };
    match path.split('/').collect::<Vec<_>>()[..] {
        ["configure", job] => Some(AddressTarget::Job(job.to_owned())),
        ["submission", product, number] => Some(AddressTarget::Submission {
            product: product.to_owned(),
            number: number.to_owned(),
            phase,
        }),
        _ => None,
    }
}

/// What a person or an earlier run gave: an address, whole or from the path on, or a job's id.
///
/// # Errors
/// Why it is no operation of this API.
pub(super) fn read_input(origin: &Url, text: &str) -> Result<Operation, Malformed> {
    let text = text.trim();
    let malformed = |why: &str| Malformed(format!("operation {text:?} is not usable: {why}"));
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let path = match path.split_once("://") {
        Some(_) => {
            let url = Url::parse(path).map_err(|error| malformed(&error.to_string()))?;
            if url.origin() != origin.origin() || !url.username().is_empty() {
                let origin = origin.origin().ascii_serialization();
                return Err(malformed(&format!("it is not on {origin}")));
            }
            url.path().to_owned()
        }
        None => path.to_owned(),
    };
    let below = path.trim_matches('/');
    let below = below.strip_prefix(BASE_PATH.trim_matches('/')).unwrap_or(below);
    let parts: Vec<&str> = below.trim_matches('/').split('/').collect();
    if !parts.iter().all(|part| is_name(part)) {
        return Err(malformed("it has characters that no id of the API has"));
    }
    match parts[..] {
        [job] if job.contains('-') => Ok(of_job(job)),
        ["configure", job] | ["configure", job, "status" | "cancel"] => Ok(of_job(job)),
        ["submission", product, number] if number.chars().all(|c| c.is_ascii_digit()) => {
            let live = query.split('&').any(|pair| pair == "targetType=live");
            let phase = if live { Phase::GoLive } else { Phase::Publish };
            Ok(of_submission(product, number, phase))
        }
        _ => Err(malformed("give `configure/JOB` or `submission/PRODUCT/NUMBER`")),
    }
}

fn is_name(part: &str) -> bool {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !part.is_empty() && part.len() <= 100 && part.chars().all(usable)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn both_addresses_are_taken_whole_and_from_the_path_on() {
        let origin = Url::parse("https://graph.microsoft.com").unwrap();
        let mut table = String::new();
        for text in [
            "configure/0a-1",
            "/rp/product-ingestion/configure/0a-1/status?$version=2022-07-01",
            "https://graph.microsoft.com/rp/product-ingestion/configure/0a-1",
            "0a-1",
            "submission/3f-2/1152921515689848683",
            "submission/3f-2/1152921515689848683?targetType=live",
            "https://evil.example/rp/product-ingestion/configure/0a-1",
            "https://u:p@graph.microsoft.com/rp/product-ingestion/configure/0a-1",
            "product/3f-2",
            "submission/3f-2/new",
            "configure/../product",
            "1152921515689848683",
            "",
        ] {
            let read = read_input(&origin, text);
            let line = match &read {
                Ok(operation) => format!("{operation} {:?}", read_target(operation).unwrap()),
                Err(why) => why.0.clone(),
            };
            let _ = writeln!(table, "{text} → {line}");
        }
        insta::assert_snapshot!(table);
    }
}
