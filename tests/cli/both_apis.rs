//! One table of worlds for both APIs: where commands, faults and dialects mean the same, so does
//! what comes of them.

use std::time::Duration;

use crate::harness::{Run, World, side_by_side};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    CloudPartner,
    ProductIngestion,
}

use Api::{CloudPartner, ProductIngestion};

const APIS: [Api; 2] = [CloudPartner, ProductIngestion];

/// Where the offer stands, in words of both.
#[derive(Debug, Clone, Copy)]
enum Stands {
    New,
    Publishing,
    Previewed,
    Live,
}

impl Api {
    fn name(self) -> &'static str {
        match self {
            CloudPartner => "cloud-partner",
            ProductIngestion => "product-ingestion",
        }
    }

    /// An offer that is published within hours, or a year.
    fn world(self, stands: Stands, slow: bool, more: &str) -> World {
        let takes = if slow { "365d" } else { "2h" };
        let offer = match (self, stands) {
            (CloudPartner, Stands::New) => "status: neverPublished",
            (CloudPartner, Stands::Publishing) => "status: running",
            (CloudPartner, Stands::Previewed) => "status: waitingForPublisherReview",
            (CloudPartner, Stands::Live) => "status: succeeded",
            (ProductIngestion, Stands::New) => "status: never-published",
            (ProductIngestion, Stands::Publishing) => "status: publishing",
            (ProductIngestion, Stands::Previewed) => "status: previewed",
            (ProductIngestion, Stands::Live) => "status: live",
        };
        let scenario = match self {
            CloudPartner => format!(
                "steps:\n- {{id: displaycertify, name: Certification, takes: {takes}}}\n\
                 - {{id: publisher-signoff, name: Publisher signoff}}\n\
                 - {{id: live, name: Live, takes: 2h}}\n\
                 offers: [{{publisher: contoso, id: contoso-offer, {offer}}}]\n{more}"
            ),
            ProductIngestion => format!(
                "products: [{{id: contoso-offer, {offer}, preview-takes: {takes}, \
                 live-takes: 2h}}]\n{more}"
            ),
        };
        let api = self.name();
        let manifest = format!("api: {api}\npublisher: contoso\noffers: [{{id: contoso-offer}}]\n");
        World::with_manifest(&scenario, &manifest)
    }

    /// How often a publish, a go-live and a cancel were asked for.
    fn asked(self, world: &World) -> [usize; 3] {
        let posts = world.requests().only(|one| one.method == "POST");
        let count = |end: &str| posts.only(|one| one.path.ends_with(end)).0.len();
        let target = |name: &str| {
            let configures = posts.only(|one| one.path.ends_with("/configure")).bodies();
            let is =
                |body: &&serde_json::Value| body["resources"][0]["target"]["targetType"] == name;
            configures.iter().filter(is).count()
        };
        match self {
            CloudPartner => [count("/publish"), count("/golive"), count("/cancel")],
            ProductIngestion => [target("preview"), target("live"), count("/cancel")],
        }
    }

    fn start(self) -> &'static str {
        match self {
            CloudPartner => "POST /api/**/publish",
            ProductIngestion => "POST /rp/**/configure",
        }
    }

    fn reads(self) -> &'static str {
        match self {
            CloudPartner => "GET /api/**",
            ProductIngestion => "GET /rp/**",
        }
    }
}

/// Exit code, outcome, phase, and what was asked for.
fn seen(api: Api, world: &World, run: &Run) -> String {
    let (outcome, phase) = run.outcome();
    let [publishes, go_lives, cancels] = api.asked(world);
    let code = run.code.unwrap_or(-1);
    format!("{code} {outcome} {phase} · {publishes} {go_lives} {cancels}")
}

#[test]
fn commands_come_to_the_same() {
    let worlds: [(Stands, &str, &str); 19] = [
        (Stands::New, "", "0 succeeded publish · 1 0 0"),
        (Stands::New, "go-live=true", "0 succeeded go-live · 1 1 0"),
        (Stands::New, "wait=false", "0 pending publish · 1 0 0"),
        (Stands::New, "command=go-live", "1 failed  · 0 0 0"),
        (Stands::New, "command=status", "0 succeeded  · 0 0 0"),
        (Stands::New, "command=plan", "0 succeeded  · 0 0 0"),
        (Stands::Publishing, "", "0 succeeded publish · 0 0 0"),
        (Stands::Publishing, "go-live=true", "0 succeeded go-live · 0 1 0"),
        (Stands::Publishing, "command=resume", "0 succeeded publish · 0 0 0"),
        (Stands::Publishing, "command=plan", "0 succeeded  · 0 0 0"),
        (Stands::Previewed, "", "0 succeeded publish · 0 0 0"),
        (Stands::Previewed, "go-live=true", "0 succeeded go-live · 0 1 0"),
        (Stands::Previewed, "command=go-live", "0 succeeded go-live · 0 1 0"),
        (Stands::Live, "", "0 succeeded go-live · 0 0 0"),
        (Stands::Live, "go-live=true", "0 succeeded go-live · 0 0 0"),
        (Stands::Live, "command=plan", "0 succeeded  · 0 0 0"),
        (Stands::New, "command=cancel", "0 succeeded  · 0 0 0"),
        (Stands::Previewed, "command=cancel", "0 succeeded  · 0 0 0"),
        (Stands::Live, "command=cancel", "0 succeeded  · 0 0 0"),
    ];
    for some in worlds.chunks(6) {
        side_by_side(some.iter().copied(), |(stands, input, expected)| {
            for api in APIS {
                let world = api.world(stands, false, "");
                let job = world.job();
                let run = match input.split_once('=') {
                    Some((name, value)) => job.with(name, value).run(),
                    None => job.run(),
                };
                assert_eq!(seen(api, &world, &run), expected, "{api:?} {stands:?} {input}: {run}");
            }
        });
    }
}

#[test]
fn what_outlasts_the_timeout_is_pending() {
    side_by_side(APIS, |api| {
        let world = api.world(Stands::New, true, "");
        let run = world.job().with("timeout", "1s").run();
        assert_eq!(seen(api, &world, &run), "4 pending publish · 1 0 0", "{run}");
    });
}

#[test]
fn what_an_earlier_run_started_is_canceled() {
    side_by_side(APIS, |api| {
        let world = api.world(Stands::New, true, "");
        let started = world.job().with("wait", "false").run().exits(0);
        let operation = started.output("publish-operation");
        let run = world.job().with("command", "cancel").with("operation", &operation).run();
        assert_eq!(seen(api, &world, &run), "0 succeeded publish · 1 0 1", "{api:?}: {run}");
        assert_eq!(run.output("publish-operation"), operation, "{api:?}: {run}");
    });
}

#[test]
fn an_operation_that_does_not_run_is_not_canceled_by_way_of_another() {
    let world = CloudPartner.world(Stands::Publishing, true, "");
    let other = "00000000-0000-1000-0000-00000000ffff";
    let run = world.job().with("command", "cancel").with("operation", other).run();
    assert_eq!(seen(CloudPartner, &world, &run), "1 failed publish · 0 0 0", "{run}");
    assert!(run.message().contains("is not the one that runs"), "{run}");
}

#[test]
fn what_the_ledger_names_is_canceled() {
    side_by_side(APIS, |api| {
        let world = api.world(Stands::New, true, "ingestion: {cancelled-submission: gone}\n");
        let job = || world.job().with("deployment", "true");
        job().with("wait", "false").run().exits(0);
        let run = job().with("command", "cancel").run();
        assert_eq!(seen(api, &world, &run), "0 succeeded publish · 1 0 1", "{api:?}: {run}");
    });
}

#[test]
fn what_runs_is_not_touched_if_that_is_asked_for() {
    side_by_side(APIS, |api| {
        let world = api.world(Stands::Publishing, true, "");
        let run = world.job().with("when-running", "fail").run();
        assert_eq!(seen(api, &world, &run), "1 failed  · 0 0 0", "{run}");
    });
}

#[test]
fn a_lost_answer_starts_nothing_twice() {
    let deeds = ["lose-answer", "{status: 502, handled: true}", "{truncate: 10}", "not-json"];
    side_by_side(deeds, |deed| {
        for api in APIS {
            let fault = format!("faults: [{{on: {}, nth: 1, do: {deed}}}]\n", api.start());
            let world = api.world(Stands::New, false, &fault);
            let run = world.job().with("go-live", "true").run();
            assert_eq!(seen(api, &world, &run), "0 succeeded go-live · 1 1 0", "{deed}: {run}");
        }
    });
}

#[test]
fn broken_answers_to_reads_are_asked_again() {
    side_by_side(["reset", "{truncate: 10}", "html"], |deed| {
        for api in APIS {
            let on = api.reads();
            let fault = format!("faults: [{{on: '{on}', every: 3, count: 2, do: {deed}}}]\n");
            let world = api.world(Stands::New, false, &fault);
            let run = world.job().with("go-live", "true").run();
            assert_eq!(seen(api, &world, &run), "0 succeeded go-live · 1 1 0", "{deed}: {run}");
            // No read that was broken was taken for a POST that may have started something.
            assert!(run.waited < Duration::from_mins(1), "{api:?} {deed}: {run}");
        }
    });
}

#[test]
fn dialects_come_to_the_same() {
    let dialects = [
        ["portal: {case: UPPERCASE}", "ingestion: {case: UPPERCASE}"],
        ["portal: {case: PascalCase}", "ingestion: {case: PascalCase}"],
        [
            "portal: {publish-answer: '200', go-live-answer: '200'}",
            "ingestion: {configure-answer: '200'}",
        ],
        [
            "portal: {first-polls: {status: 404, count: 2}}",
            "ingestion: {first-polls: {status: 404, count: 2}}",
        ],
        [
            "portal: {first-polls: {status: 500, count: 2}}",
            "ingestion: {first-polls: {status: 500, count: 2}}",
        ],
    ];
    side_by_side(dialects, |dialect| {
        for (api, dialect) in APIS.into_iter().zip(dialect) {
            let world = api.world(Stands::New, false, &format!("{dialect}\n"));
            let run = world.job().with("go-live", "true").run();
            assert_eq!(seen(api, &world, &run), "0 succeeded go-live · 1 1 0", "{dialect}: {run}");
        }
    });
}

#[test]
fn a_look_names_the_preview_with_which_the_offer_goes_live() {
    let workflow: serde_json::Value =
        serde_yaml::from_str(include_str!("../../.github/workflows/resume.yml")).unwrap();
    let job = &workflow["jobs"]["go-live"];
    let matrix = "${{ fromJSON(needs.look.outputs.matrix || '{}') }}";
    assert_eq!(job["strategy"]["matrix"], matrix);
    let inputs = &job["steps"].as_array().unwrap().last().unwrap()["with"];
    assert_eq!(inputs["preview"], "${{ matrix.preview }}");
    assert_eq!(inputs["offers"], "${{ matrix.offers }}");

    side_by_side(APIS, |api| {
        let world = api.world(Stands::New, false, "");
        let look = world.job().with("command", "status").run().exits(0);
        assert_eq!((look.output("preview"), look.output("matrix")), (String::new(), String::new()));
        world.job().run().exits(0);

        let look = world.job().with("command", "status").run().exits(0);
        let matrix: serde_json::Value = serde_json::from_str(&look.output("matrix")).unwrap();
        let only = &matrix["include"][0];
        let preview = only["preview"].as_str().unwrap();
        assert_eq!(only["offers"], "contoso-offer");
        assert_eq!(preview, look.output("preview"), "{look}");
        assert_eq!(preview, look.offers()[0]["preview"], "{look}");

        let go_live =
            |preview| world.job().with("command", "go-live").with("preview", preview).run();
        let other = go_live("1152921515689000001");
        assert_eq!(other.code, Some(1), "{other}");
        let run = go_live(preview);
        assert_eq!(seen(api, &world, &run), "0 succeeded go-live · 1 1 0", "{api:?}: {run}");
        assert!(!run.stdout.contains("nothing bound it"), "{run}");
        let look = world.job().with("command", "status").run().exits(0);
        assert_eq!(look.output("preview"), "", "{look}");
    });
}
