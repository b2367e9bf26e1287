mod reading;

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use url::Url;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::github::client::LARGEST_BODY;
use crate::github::testing::{client_at, secrets};
use crate::github::{AnnotationLevel, Conclusion};
use crate::http::ReqwestTransport;
use crate::http::testing::{FakeClock, block_on};
use crate::ids::Repository;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn checks_at(api: &str) -> GithubChecks {
    GithubChecks::new(client_at(api))
}

fn request(status: CheckRunStatus) -> CheckRunRequest {
    CheckRunRequest {
        name: "Marketplace: contoso-offer".to_owned(),
        head_sha: SHA.to_owned(),
        external_id: Some("run-1/contoso-offer".to_owned()),
        details_url: Some("https://github.com/contoso/offers/actions/runs/1".to_owned()),
        status,
        started_at: Some("2026-11-20T12:00:00.999Z".parse().unwrap()),
        completed_at: Some("2026-11-20T13:00:00Z".parse().unwrap()),
        title: "Publishing".to_owned(),
        summary: "All *well*".to_owned(),
        annotations: Vec::new(),
        elsewhere: "the job log".to_owned(),
    }
}

fn annotation(message: &str) -> Annotation {
    Annotation {
        path: "offer.yml".to_owned(),
        start_line: 3,
        end_line: 3,
        start_column: Some(5),
        end_column: Some(9),
        level: AnnotationLevel::Failure,
        message: message.to_owned(),
        title: None,
    }
}

/// One answer to whatever is asked, and what was asked.
async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(answer).mount(&server).await;
    server
}

async fn only_request(server: &MockServer) -> Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(json!({
        "id": 42,
        "html_url": "https://github.com/x",
        "pull_requests": [{"odd": []}],
        "app": null,
    }))
}

#[test]
fn creates_a_check_run() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/repos/contoso/offers/check-runs"))
            .and(header("authorization", "Bearer ghs_token"))
            .and(header("accept", "application/vnd.github+json"))
            .and(header("content-type", "application/json"))
            .and(body_json(json!({
                "name": "Marketplace: contoso-offer",
                "head_sha": SHA,
                "external_id": "run-1/contoso-offer",
                "details_url": "https://github.com/contoso/offers/actions/runs/1",
                "status": "in_progress",
                "started_at": "2026-11-20T12:00:00Z",
                "output": {"title": "Publishing", "summary": "All *well*"},
            })))
            .respond_with(created())
            .mount(&server)
            .await;
        let made =
            checks_at(&server.uri()).create(request(CheckRunStatus::InProgress)).await.unwrap();
        assert_eq!(
            made,
            CheckRunRef {
                id: 42,
                html_url: Some("https://github.com/x".to_owned()),
                ..CheckRunRef::default()
            }
        );
        let asked = only_request(&server).await;
        assert_eq!(asked.url.query(), None);
        // Once each: octocrab adds headers, it does not replace them.
        for (name, value) in [
            ("x-github-api-version", "2022-11-28"),
            ("authorization", "Bearer ghs_token"),
            ("user-agent", "octocrab"),
        ] {
            let values: Vec<_> = asked.headers.get_all(name).iter().collect();
            assert_eq!(values, [value], "{name}");
        }
    });
}

#[test]
fn completes_a_check_run_on_a_github_server() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("PATCH"))
            .and(path("/api/v3/repos/contoso/offers/check-runs/42"))
            .and(body_json(json!({
                "name": "Marketplace: contoso-offer",
                "external_id": "run-1/contoso-offer",
                "details_url": "https://github.com/contoso/offers/actions/runs/1",
                "status": "completed",
                "conclusion": "timed_out",
                "started_at": "2026-11-20T12:00:00Z",
                "completed_at": "2026-11-20T13:00:00Z",
                "output": {
                    "title": "Publishing",
                    "summary": "All *well*",
                    "annotations": [{
                        "path": "offer.yml",
                        "start_line": 3,
                        "end_line": 3,
                        "start_column": 5,
                        "end_column": 9,
                        "annotation_level": "failure",
                        "message": "wrong",
                        "title": "plan",
                    }],
                },
            })))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": 42})))
            .expect(2)
            .mount(&server)
            .await;
        let mut request = request(CheckRunStatus::Completed(Conclusion::TimedOut));
        request.annotations =
            vec![Annotation { title: Some("plan".to_owned()), ..annotation("wrong") }];
        for slash in ["", "/"] {
            let changed = checks_at(&format!("{}/api/v3{slash}", server.uri()))
                .update(42, request.clone())
                .await
                .unwrap();
            assert_eq!(changed, CheckRunRef { id: 42, ..CheckRunRef::default() });
        }
    });
}

#[test]
fn what_is_sent_is_redacted_and_cut() {
    block_on(async {
        let server = server(created()).await;
        let mut request = request(CheckRunStatus::Queued);
        let secret = "a hunter2-secret b";
        request.title = secret.to_owned();
        request.summary = format!("{secret}\n{}", "x\n".repeat(40_000));
        request.annotations = (0..60).map(|_| annotation(secret)).collect();
        request.annotations[0].title = Some(secret.to_owned());
        checks_at(&server.uri()).create(request).await.unwrap();
        let body: Value = only_request(&server).await.body_json().unwrap();
        assert!(!body.to_string().contains("hunter2"));
        let output = &body["output"];
        assert_eq!(output["title"], "a *** b");
        let first = &output["annotations"][0];
        assert_eq!([&first["title"], &first["message"]], ["a *** b"; 2]);
        assert_eq!(output["annotations"].as_array().unwrap().len(), limits::ANNOTATIONS);
        let summary = output["summary"].as_str().unwrap();
        assert!(
            summary.len() <= limits::MARKDOWN
                && summary.ends_with("; the whole is in the job log.*\n"),
            "{}",
            summary.len()
        );
    });
}

#[test]
fn opening_again_changes_nothing_else_and_says_what_became_of_it() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("PATCH"))
            .and(path("/repos/contoso/offers/check-runs/42"))
            .and(body_json(json!({"status": "in_progress"})))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(
                    json!({"id": 42, "status": "completed", "conclusion": "timed_out"}),
                ),
            )
            .mount(&server)
            .await;
        assert_eq!(
            checks_at(&server.uri()).reopen(42).await.unwrap().conclusion.as_deref(),
            Some("timed_out")
        );
    });
}

#[test]
fn answers_become_errors() {
    let outcome = |answer: ResponseTemplate| {
        block_on(async {
            let server = server(answer).await;
            let result = checks_at(&server.uri()).create(request(CheckRunStatus::InProgress)).await;
            // A POST is never repeated, whatever the answer.
            only_request(&server).await;
            result.unwrap_err()
        })
    };
    let say = |status: u16, message: &str| {
        ResponseTemplate::new(status).set_body_json(json!({"message": message}))
    };
    assert!(matches!(
        outcome(say(403, "Resource not accessible by integration")),
        GithubError::NotPermitted(said) if said.to_string()
            == r#"HTTP 403: {"message":"Resource not accessible by integration"}"#
    ));
    assert!(matches!(
        outcome(say(403, "no").insert_header("retry-after", "7")),
        GithubError::RateLimited { retry_after, .. } if retry_after == Duration::from_secs(7)
    ));
    assert!(matches!(
        outcome(say(422, "summary of hunter2-secret exceeds a maximum bytesize of 65535")),
        GithubError::Invalid(said) if said.to_string().contains("summary of *** exceeds")
    ));
    assert!(matches!(outcome(say(502, "")), GithubError::Unavailable(_)));
    assert!(matches!(outcome(say(500, "")), GithubError::Unavailable(_)));
    assert!(matches!(
        outcome(say(307, "Moved").insert_header("location", "/elsewhere")),
        GithubError::Invalid(_)
    ));
    assert!(matches!(
        outcome(ResponseTemplate::new(200).set_body_string("<html>Hotel</html>")),
        GithubError::Unavailable(said) if said.to_string() == "HTTP 200 without JSON: Hotel"
    ));
    assert!(matches!(
        outcome(ResponseTemplate::new(200).set_body_string("[]")),
        GithubError::Unavailable(_)
    ));
    let endless = ResponseTemplate::new(200).set_body_bytes(vec![b' '; LARGEST_BODY + 1]);
    assert!(matches!(
        outcome(endless),
        GithubError::Unavailable(said) if said.to_string().starts_with("the answer broke off: ")
    ));
}

#[test]
fn no_answer_is_unavailable() {
    block_on(async {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = checks_at(&format!("http://{free}")).annotations(1).await.unwrap_err();
        let refused = error.to_string().contains("refused");
        assert!(refused && matches!(error, GithubError::Unavailable(_)), "{error}");
    });
}

#[test]
fn what_cannot_work_is_said_before_anything_is_sent() {
    block_on(async {
        let http = ReqwestTransport::new().unwrap();
        let make = |api: &str, token: &str| {
            let repository = Repository::parse("o/r").unwrap();
            let clock = Rc::new(FakeClock::with_chance(0.0));
            GithubClient::new(
                &http,
                &Url::parse(api).unwrap(),
                repository,
                &SecretString::from(token),
                clock,
                secrets(),
            )
            .err()
        };
        assert!(matches!(make("http://api.example", "t"), Some(GithubError::Invalid(_))));
        assert!(matches!(make("https://api.example", ""), Some(GithubError::NotPermitted(_))));
        assert!(matches!(make("https://api.example", "a\nb"), Some(GithubError::NotPermitted(_))));
        assert_eq!(make("https://api.example", "t"), None);
    });
}
