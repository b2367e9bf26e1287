//! The offers as a matrix of jobs, for a workflow that releases each of them in a job of its own.

use serde_json::{Value, json};

/// GitHub makes no more jobs of one matrix.
const MOST_JOBS: usize = 256;

/// A job for each offer; of more offers than a matrix has jobs, as many to a job as it takes.
#[must_use]
pub fn build_matrix(offers: &[&str]) -> Value {
    json!({ "include": share_out(offers).map(build_job).collect::<Vec<_>>() })
}

/// The same of offers with a preview that waits. A job of several goes live with none by its name.
#[must_use]
pub fn build_waiting_matrix(offers: &[(&str, Option<&str>)]) -> Value {
    let jobs = share_out(offers).map(|some| {
        let ids: Vec<&str> = some.iter().map(|(id, _)| *id).collect();
        let mut job = build_job(&ids);
        job["preview"] = match some {
            [(_, preview)] => preview.unwrap_or_default().into(),
            _ => "".into(),
        };
        job
    });
    json!({ "include": jobs.collect::<Vec<_>>() })
}

fn share_out<T>(offers: &[T]) -> impl Iterator<Item = &[T]> {
    offers.chunks(offers.len().div_ceil(MOST_JOBS).max(1))
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
    fn only_the_preview_of_a_job_of_one_offer_is_named() {
        assert_eq!(
            build_waiting_matrix(&[("one", Some("p-1")), ("two", None)])["include"],
            json!([
                {"name": "one", "offers": "one", "preview": "p-1"},
                {"name": "two", "offers": "two", "preview": ""},
            ])
        );
        let many = vec![("one", Some("p-1")); 257];
        let matrix = build_waiting_matrix(&many);
        assert_eq!(matrix["include"][0]["preview"], "");
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
