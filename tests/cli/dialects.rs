//! The portal's dialects: every one that was documented or seen leads to the same release.

use crate::harness::{World, side_by_side};

const PUBLISH: &str = "POST /api/publishers/contoso/offers/contoso-offer/publish";
const GO_LIVE: &str = "POST /api/publishers/contoso/offers/contoso-offer/golive";

/// A release to the end, with exactly one publish and one go-live.
fn releases(portal: &str) {
    let world = World::new(&format!("portal: {portal}\n"));
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()), "{portal}: {run}");
    assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE], "{portal}: {run}");
    for exchange in &world.requests().portal().0 {
        assert_eq!(
            exchange.query.matches("api-version=2017-10-31").count(),
            1,
            "{portal}: {exchange:?}"
        );
    }
}

#[test]
fn every_form_of_an_address_under_every_header() {
    let forms = [
        "relative",
        "without-api-version",
        "absolute",
        "absolute-with-api-version",
        "legacy",
        "legacy-guid",
    ];
    let headers = ["location", "operation-location", "both"];
    for header in headers {
        side_by_side(forms, |form| {
            let address = format!("{{header: {header}, form: {form}}}");
            releases(&format!("{{address: {address}, go-live-address: {address}}}"));
        });
    }
}

#[test]
fn without_an_address_the_operation_is_found_in_the_list() {
    let world = World::new("portal: {address: {header: none}, go-live-address: {header: none}}\n");
    let run = world.job().with("go-live", "true").run().exits(0);
    assert_eq!(run.outcome(), ("succeeded".into(), "go-live".into()));
    assert_eq!(world.requests().posts(), [PUBLISH, GO_LIVE]);
    for half in ["publish", "go-live"] {
        assert!(run.output(&format!("{half}-operation")).contains("/operations/"), "{run}");
        assert!(run.summary.contains(&format!("- {half} (started here) `http")), "{run}");
    }
}

#[test]
fn every_answer_to_an_accepted_start() {
    side_by_side(["'200'", "'201'", "'202'", "'204'"], |status| {
        releases(&format!("{{publish-answer: {status}, go-live-answer: {status}}}"));
    });
    side_by_side(["empty", "operation", "'null'", "text"], |body| {
        releases(&format!("{{accepted-body: {body}}}"));
    });
}

#[test]
fn every_spelling_of_every_word() {
    let cases = ["complete", "completed", "succeeded"].into_iter().flat_map(|spelling| {
        ["camelCase", "PascalCase", "spaced", "UPPERCASE"].map(|case| (spelling, case))
    });
    for chunk in cases.collect::<Vec<_>>().chunks(6) {
        side_by_side(chunk, |(spelling, case)| {
            releases(&format!("{{spelling: {spelling}, case: {case}, step-running: running}}"));
        });
    }
}

#[test]
fn every_word_for_canceled() {
    for canceled in ["canceled", "cancelled"] {
        side_by_side(["camelCase", "PascalCase", "UPPERCASE"], |case| {
            let world = World::new(&format!(
                "portal: {{canceled: {canceled}, case: {case}}}\nsteps:\n- id: displaycertify\n  \
                   name: Certification\n  takes: 1h\n  \
                 fails: {{after: 30m, as: canceled, operation: canceled}}\n\
                 - {{id: publisher-signoff, name: Publisher signoff}}\n"
            ));
            let run = world.job().run().exits(1);
            assert_eq!(run.output("outcome"), "cancelled", "{canceled} {case}: {run}");
        });
    }
}

#[test]
fn the_sign_off_shows_in_one_of_three_places() {
    side_by_side(["operation", "step", "offer"], |place| {
        releases(&format!("{{sign-off: {place}}}"));
    });
}

#[test]
fn objects_arrays_and_times_in_every_form() {
    side_by_side(["object", "array"], |shape| releases(&format!("{{operation-shape: {shape}}}")));
    let forms = ["6-digits", "7-digits", "without-zone", "seconds", "offset"];
    side_by_side(forms, |form| releases(&format!("{{timestamps: {form}}}")));
}

#[test]
fn messages_and_links_in_every_form() {
    side_by_side(["objects", "strings", "'null'"], |form| {
        releases(&format!("{{messages: {form}}}"));
    });
    side_by_side(["objects", "pascal-objects", "strings", "none"], |form| {
        releases(&format!("{{links: {form}}}"));
    });
}

#[test]
fn links_are_outputs_in_every_form() {
    side_by_side(["objects", "pascal-objects", "strings"], |form| {
        let world = World::new(&format!("portal: {{links: {form}}}\n"));
        let run = world.job().with("go-live", "true").run().exits(0);
        assert_eq!(
            run.output("preview-links"),
            "https://portal.azure.com/#create/contoso.contoso-offer",
            "{form}"
        );
        assert_eq!(
            run.output("live-links"),
            "https://azuremarketplace.microsoft.com/marketplace/apps/contoso.contoso-offer",
            "{form}"
        );
    });
}

#[test]
fn other_differences_do_not_matter() {
    let cases = [
        "{omit: [estimatedTimeFrame, version, percentComplete, slot]}",
        "{go-live-type: GoLive}",
        "{go-live-type: something-new}",
        "{old-publish: unchanged}",
        "{old-publish: gone}",
        "{submissions-order: oldest-first}",
        "{submissions-filter: ignored}",
        "{notification-emails: true}",
        "{etag: weak}",
        "{first-polls: {status: 404, count: 3}}",
    ];
    side_by_side(cases, releases);
}

#[test]
fn an_unknown_word_is_shown_and_is_not_success() {
    let world = World::new(
        "steps:\n- {id: displaycertify, name: Certification, takes: 10000d, shows: pondering}\n\
         - {id: publisher-signoff, name: Publisher signoff}\n",
    );
    let run = world.job().with("timeout", "1500ms").run().exits(4);
    assert!(run.count("Certification pondering") > 0, "{run}");
    assert!(run.summary.contains("pondering"), "{run}");
}

#[test]
fn every_body_of_an_error_is_read() {
    let forms = ["error", "message", "Message", "string", "text", "html"];
    side_by_side(forms, |form| {
        let world = World::new(&format!("any-offer: false\nportal: {{error-body: {form}}}\n"));
        let run = world.job().run().exits(1);
        let message = run.message();
        assert!(message.contains("the portal answered 404"), "{form}: {message}");
        // The portal's own words, without what surrounds them.
        assert!(
            message.contains("contoso-offer") && !message.contains(['<', '{']),
            "{form}: {message}"
        );
        assert!(message.contains("was not found"), "{form}: {message}");
    });
    let world = World::new("any-offer: false\nportal: {error-body: empty}\n");
    let run = world.job().run().exits(1);
    assert!(run.message().contains("the portal answered 404"), "{run}");
}

#[test]
fn go_live_too_early_is_a_failure() {
    for early in ["'400'", "'409'", "'202'"] {
        let world = World::new(&format!(
            "portal: {{go-live-early: {early}}}\n\
             offers: [{{publisher: contoso, id: contoso-offer, status: notStarted}}]\n"
        ));
        let run = world.job().with("command", "go-live").run().exits(1);
        assert_eq!(run.output("outcome"), "failed", "{early}: {run}");
        assert!(world.requests().posts().len() <= 2, "{early}: {run}");
    }
}

#[test]
fn a_publish_of_what_was_published_already() {
    for (answer, code) in
        [("new-operation", 0), ("finished-at-once", 0), ("'400'", 1), ("'409'", 1)]
    {
        // So long ago that it cannot be this release; only content could say that it is out.
        let world = World::new(&format!(
            "portal: {{republish-unchanged: {answer}, slots: not-found}}\n\
             offers: [{{publisher: contoso, id: contoso-offer, status: succeeded, since: 90d}}]\n"
        ));
        let run = world.job().run().exits(code);
        // A conflict with nothing that is seen is looked at for about a minute.
        let most = if answer == "'409'" { 5 } else { 2 };
        assert!((1..=most).contains(&world.requests().posts().len()), "{answer}: {run}");
    }
}
