use serde_json::json;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::github::testing::client_at;
use crate::github::{DeploymentState, limits};
use crate::http::testing::block_on;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn deployments_at(server: &MockServer) -> GithubDeployments {
    GithubDeployments::new(client_at(&server.uri()))
}

fn request() -> DeploymentRequest {
    DeploymentRequest::new(
        SHA.to_owned(),
        "contoso/contoso-offer".to_owned(),
        "contoso-offer 1.2.3",
        json!({"offer": "contoso-offer"}),
    )
}

#[test]
fn a_deployment_merges_nothing_and_waits_for_no_check() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/repos/contoso/offers/deployments"))
            .and(header("authorization", "Bearer ghs_token"))
            .and(body_json(json!({
                "ref": SHA,
                "environment": "contoso/contoso-offer",
                "description": "contoso-offer 1.2.3",
                "payload": {"offer": "contoso-offer"},
                "auto_merge": false,
                "required_contexts": [],
                "production_environment": false,
            })))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({
                "id": 7, "sha": SHA, "payload": {"offer": "contoso-offer"},
                "created_at": "2026-11-20T12:00:00Z", "creator": null,
            })))
            .expect(1)
            .mount(&server)
            .await;
        let made = deployments_at(&server).create_deployment(request()).await.unwrap();
        assert_eq!((made.id, made.commit.as_str()), (7, SHA));
        assert_eq!(made.payload["offer"], "contoso-offer");
    });
}

#[test]
fn deployments_of_an_environment_come_newest_first_with_either_form_of_payload() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/repos/contoso/offers/deployments"))
            .and(query_param("environment", "contoso/contoso-offer"))
            .and(query_param("per_page", "30"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!([
                {"id": 3, "sha": SHA, "payload": "{\"run\": 1}"},
                {"id": 9, "sha": SHA, "payload": {"run": 2}},
                {"id": 5, "sha": SHA, "payload": ""},
                {"sha": SHA},
            ])))
            .mount(&server)
            .await;
        let found =
            deployments_at(&server).list_deployments("contoso/contoso-offer").await.unwrap();
        let shown: Vec<_> = found.iter().map(|one| (one.id, one.payload["run"].as_u64())).collect();
        assert_eq!(shown, [(9, Some(2)), (5, None), (3, Some(1))]);
    });
}

#[test]
fn statuses_are_added_and_read_newest_first_without_secrets() {
    block_on(async {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/repos/contoso/offers/deployments/7/statuses"))
            .and(body_json(json!({
                "state": "in_progress",
                "description": "a *** b",
                "log_url": "https://github.com/contoso/offers/actions/runs/1",
                "auto_inactive": false,
            })))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({"id": 1})))
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(method("GET"))
            .and(path("/repos/contoso/offers/deployments/7/statuses"))
            .and(query_param("per_page", "100"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!([
                {"id": 1, "state": "queued", "description": null},
                {"id": 2, "state": "in_progress", "description": "publish x"},
            ])))
            .mount(&server)
            .await;
        let deployments = deployments_at(&server);
        let status = DeploymentStatusRequest {
            state: DeploymentState::InProgress,
            description: "a hunter2-secret b".to_owned(),
            log_url: Some("https://github.com/contoso/offers/actions/runs/1".to_owned()),
            environment_url: None,
            auto_inactive: false,
        };
        deployments.create_status(7, status).await.unwrap();
        let found = deployments.list_statuses(7).await.unwrap();
        let words: Vec<_> = found.iter().map(|one| one.state.as_str()).collect();
        assert_eq!(words, ["in_progress", "queued"]);
    });
}

#[test]
fn a_refusal_names_the_permission_and_is_not_repeated() {
    let refused = |status: u16, message: &str| {
        block_on(async {
            let server = MockServer::start().await;
            let body = json!({"message": message});
            Mock::given(wiremock::matchers::any())
                .respond_with(ResponseTemplate::new(status).set_body_json(body))
                .expect(1)
                .mount(&server)
                .await;
            let error = deployments_at(&server).create_deployment(request()).await.unwrap_err();
            server.verify().await;
            error.to_string()
        })
    };
    insta::assert_snapshot!(
        [
            refused(403, "Resource not accessible by integration"),
            refused(404, "Not Found"),
            refused(409, "Conflict: Commit status checks failed for main."),
            refused(502, "Bad gateway"),
        ]
        .join("\n"),
    );
}

#[test]
fn descriptions_have_140_characters_at_most() {
    let long = DeploymentRequest::new(String::new(), String::new(), &"é".repeat(141), json!({}));
    assert_eq!(long.description.chars().count(), limits::DESCRIPTION);
}
