//! The offers as a matrix of jobs, for a workflow that releases each of them in a job of its own.

use serde_json::{Value, json};

/// GitHub makes no more jobs of one matrix.
const MOST_JOBS: usize = 256;

/// A job for each offer; of more offers than a matrix has jobs, as many to a job as it takes.
#[must_use]
pub fn build_matrix(offers: &[&str]) -> Value {
    let a_job = offers.len().div_ceil(MOST_JOBS).max(1);
    let jobs: Vec<Value> = offers.chunks(a_job).map(build_job).collect();
    json!({ "include": jobs })
}

fn build_job(offers: &[&str]) -> Value {
    let name = match offers {
        [first, .., last] => format!("{first} to {last}"),
        _ => offers.concat(),
    };
    json!({ "name": name, "offers": offers.join(",") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offer_is_in_one_job_and_no_matrix_is_too_large() {
        for count in [1, 2, 255, 256, 257, 512, 513, 1_000, 10_000] {
            let ids: Vec<String> = (0..count).map(|number| format!("offer-{number}")).collect();
            let matrix = build_matrix(&ids.iter().map(String::as_str).collect::<Vec<_>>());
            let jobs = matrix["include"].as_array().unwrap();
            assert!(jobs.len() <= MOST_JOBS, "{count} offers make {} jobs", jobs.len());
            assert_eq!(
                jobs.len() == count,
                count <= MOST_JOBS,
                "{count} offers make {} jobs",
                jobs.len()
            );
            let told: Vec<&str> =
                jobs.iter().flat_map(|job| job["offers"].as_str().unwrap().split(',')).collect();
            assert_eq!(told, ids);
        }
    }

    #[test]
    fn a_job_is_named_after_its_offers() {
        assert_eq!(
            build_matrix(&["one"]).to_string(),
            r#"{"include":[{"name":"one","offers":"one"}]}"#
        );
        assert_eq!(
            build_job(&["a", "b", "c"]).to_string(),
            r#"{"name":"a to c","offers":"a,b,c"}"#
        );
    }
}
