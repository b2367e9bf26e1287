//! Check runs that are there already, and their annotations.

use super::*;

#[test]
fn finds_our_own_check_runs_again() {
    block_on(async {
        let server = MockServer::start().await;
        let runs = json!({"total_count": 5, "check_runs": [
            {"id": 7, "external_id": "run-1/b", "html_url": "https://x/7"},
            {"id": 9, "external_id": "run-2/b"},
            {
                "id": 8,
                "external_id": "run-1/a",
                "html_url": "https://x/8",
                "status": "completed",
                "conclusion": "stale",
                "started_at": "2026-11-20T12:00:00Z",
            },
            {"id": 10, "external_id": null},
            {"external_id": "run-1/c"},
        ]});
        Mock::given(method("GET"))
            .and(path(format!("/repos/contoso/offers/commits/{SHA}/check-runs")))
            .and(query_param("check_name", "Marketplace: a&b / é"))
            .and(query_param("filter", "all"))
            .and(query_param("per_page", "100"))
            .respond_with(ResponseTemplate::new(200).set_body_json(runs))
            .expect(2)
            .mount(&server)
            .await;
        let checks = checks_at(&server.uri());
        let found = checks.find("Marketplace: a&b / é", SHA, "run-1/").await.unwrap();
        let stale = CheckRunRef {
            id: 8,
            html_url: Some("https://x/8".to_owned()),
            started_at: Some("2026-11-20T12:00:00Z".parse().unwrap()),
            conclusion: Some("stale".to_owned()),
        };
        let open = CheckRunRef {
            id: 7,
            html_url: Some("https://x/7".to_owned()),
            ..CheckRunRef::default()
        };
        assert_eq!(found, [stale, open]);
        assert_eq!(checks.find("Marketplace: a&b / é", SHA, "run-3/").await.unwrap(), []);
        let no_commit = checks.find("x", "../../x", "").await.unwrap_err();
        assert_eq!(
            no_commit.to_string(),
            "GitHub refused the check run: `../../x` is not the hash of a commit"
        );
    });
}

#[test]
fn lists_annotations_page_by_page() {
    block_on(async {
        let server = MockServer::start().await;
        let one = |line: usize| {
            json!({
                "path": "offer.yml",
                "start_line": line,
                "title": "plan",
                "message": "two\nlines",
                "annotation_level": "failure",
            })
        };
        for (page, lines) in [("1", 1..=100), ("2", 101..=120)] {
            Mock::given(method("GET"))
                .and(path("/repos/contoso/offers/check-runs/42/annotations"))
                .and(query_param("per_page", "100"))
                .and(query_param("page", page))
                .respond_with(
                    ResponseTemplate::new(200).set_body_json(lines.map(one).collect::<Vec<_>>()),
                )
                .expect(1)
                .mount(&server)
                .await;
        }
        let keys = checks_at(&server.uri()).annotations(42).await.unwrap();
        assert_eq!(keys.len(), 120);
        let sent = Annotation { title: Some("plan".to_owned()), ..annotation("two lines") };
        assert_eq!(keys[2], sent.key());
        assert_ne!(keys[3], sent.key());
    });
}
