//! Each way in which a release can end.

use super::*;
use crate::problem::{Code, Problem};
use crate::release::Ending;
use crate::release::event::{DraftNews, Verified};

const VALIDATE: &str = "Validate Pre-Requisites";

fn validated(status: &'static str) -> Seen<'static> {
    (VALIDATE, status, "< 15 min", &[])
}

fn failed(step: &str, says: &str) -> Verdict {
    let message = format!("publish operation 1001 failed at step `{step}`");
    let hint = "correct what the messages name in Partner Center, then run the release again: it \
        will publish anew";
    let problem = Problem {
        portal_says: Some(says.to_owned()),
        ..Problem::new(Code::OperationFailed, message).hint(hint)
    };
    Verdict::problem(Some(Phase::Publish), problem)
}

/// A publish, in which certification is reached after so many minutes.
fn reach_certification(told: &mut Told, minutes: i64) {
    told.starts(0, Phase::Publish).sees(
        0,
        Phase::Publish,
        "running",
        &[validated("inProgress"), ("Certification", "notStarted", "< 5 day", &[])],
    );
    told.after(minutes).sees(
        0,
        Phase::Publish,
        "running",
        &[validated("complete"), ("Certification", "inProgress", "< 5 day", &[])],
    );
}

#[test]
fn success() {
    let mut told = Told::one();
    let preview = [link_to(
        "Preview in the Azure portal",
        "https://portal.azure.com/#create/contoso.contoso-offer",
    )];
    let live = [link_to(
        "Azure Marketplace",
        "https://azuremarketplace.microsoft.com/marketplace/apps/contoso.contoso-offer",
    )];
    reach_certification(&mut told, 14);
    let steps = [
        validated("complete"),
        (
            "Certification",
            "complete",
            "< 5 day",
            &[(Level::Information, "<p>Certification passed.</p>")][..],
        ),
        ("Publisher signoff", "complete", "", &[]),
    ];
    told.after(2_160).sees_with(0, Phase::Publish, "complete", &steps, &preview, &[]);
    told.starts(0, Phase::GoLive).sees(
        0,
        Phase::GoLive,
        "running",
        &[("Live", "inProgress", "~2-5 days", &[])],
    );
    told.after(1_500).sees_with(
        0,
        Phase::GoLive,
        "complete",
        &[("Live", "complete", "~2-5 days", &[])],
        &[],
        &live,
    );
    told.tell(0, What::Version("1.2.3".to_owned()));
    told.tell(0, What::Draft(DraftNews::default()));
    told.tell(0, What::Verified(Phase::GoLive, Verified::True));
    told.ends(0, Verdict::done(Some(Phase::GoLive), "the offer is live"));
    told.story.offers[0].check_run_url =
        Some("https://github.com/contoso/offers/runs/5000000001".into());
    insta::assert_snapshot!(told.summary());
}

#[test]
fn failure_with_messages() {
    let mut told = Told::one();
    reach_certification(&mut told, 31);
    let messages = [
        (
            Level::Error,
            "<p>Plan <b>premium</b>: the image <code>1.2.3</code> was refused:</p><ul><li>port \
             <b>22</b> is open to the internet</li>\
             <li>the kernel is older than <i>5.4</i></li></ul><p>See <a \
             href=\"https://aka.ms/ports\">the policy</a>.</p>",
        ),
        (
            Level::Warning,
            "Plan <standard>: the description is short. More: https://aka.ms/listing.",
        ),
    ];
    told.after(1_200).sees(
        0,
        Phase::Publish,
        "failed",
        &[validated("complete"), ("Certification", "rejected", "< 5 day", &messages)],
    );
    told.asks(
        0,
        "GET",
        "https://cloudpartner.azure.com/api/publishers/contoso/offers/contoso-offer\
         /operations/1001",
        200,
        "3f1c0000-0000-0000-0000-00000000beef",
    );
    told.ends(
        0,
        failed(
            "Certification",
            "Plan premium: the image 1.2.3 was refused: port 22 is open to the internet",
        ),
    );
    insta::assert_snapshot!(told.summary());
}

#[test]
fn blocked_then_recovered() {
    let mut told = Told::one();
    let error: &[_] =
        &[(Level::Error, "No virtual machine image was found for the plan <b>standard</b>.")];
    told.starts(0, Phase::Publish).sees(
        0,
        Phase::Publish,
        "running",
        &[("Certification", "inProgress", "< 5 day", &[])],
    );
    told.after(60).sees(
        0,
        Phase::Publish,
        "running",
        &[("Certification", "blocked", "< 5 day", error)],
    );
    insta::assert_snapshot!("blocked", told.summary());
    told.after(362).sees(
        0,
        Phase::Publish,
        "running",
        &[("Certification", "inProgress", "< 5 day", error)],
    );
    told.after(600).sees(
        0,
        Phase::Publish,
        "complete",
        &[
            ("Certification", "complete", "< 5 day", error),
            ("Publisher signoff", "waitingForPublisherReview", "", &[]),
        ],
    );
    told.tell(0, What::Preview("3f1c0000-0000-1000-0000-000000001001".to_owned()));
    told.ends(
        0,
        Verdict::done(Some(Phase::Publish), "published: the preview is ready")
            .hint("look at the preview, then run `command: go-live`"),
    );
    insta::assert_snapshot!("recovered", told.summary());
}

#[test]
fn pending_at_timeout() {
    let mut told = Told::one();
    reach_certification(&mut told, 14);
    told.after(316).ends(
        0,
        Verdict::pending(
            Ending::TimedOut,
            Some(Phase::Publish),
            "the publish was still running when `timeout` was over",
        )
        .hint(
            "follow it with `command: resume`, or run the same command again: it follows what runs",
        ),
    );
    insta::assert_snapshot!(told.summary());
}

#[test]
fn cancelled() {
    let mut told = Told::one();
    told.starts(0, Phase::Publish).sees(0, Phase::Publish, "running", &[validated("inProgress")]);
    told.after(10).sees(0, Phase::Publish, "canceled", &[validated("canceled")]);
    let problem = Problem::new(
        Code::OperationCanceled,
        "publish operation 1001 was canceled at step `Validate Pre-Requisites`",
    )
    .hint("someone canceled it; run the release again if that was not meant");
    told.ends(0, Verdict::problem(Some(Phase::Publish), problem));
    insta::assert_snapshot!(told.summary());
}

#[test]
fn three_offers_one_failed() {
    let mut told = Told::new("  - id: first\n  - id: second\n  - id: third\n    go-live: false\n");
    for offer in 0..3 {
        told.starts(offer, Phase::Publish).sees(
            offer,
            Phase::Publish,
            "running",
            &[("Certification", "inProgress", "< 5 day", &[])],
        );
    }
    let error: &[_] = &[(Level::Error, "No <b>image</b>")];
    told.after(90)
        .sees(1, Phase::Publish, "failed", &[("Certification", "failed", "< 5 day", error)])
        .ends(1, failed("Certification", "No image"));
    for offer in [0, 2] {
        let steps = [
            ("Certification", "complete", "< 5 day", &[][..]),
            ("Publisher signoff", "waitingForPublisherReview", "", &[]),
        ];
        told.after(30).sees(offer, Phase::Publish, "complete", &steps);
    }
    told.ends(
        2,
        Verdict::done(Some(Phase::Publish), "published: the preview is ready").hint(
            "look at the preview; the manifest says `go-live: false`, so the offer goes live only \
             by hand, in Partner Center",
        ),
    );
    told.starts(0, Phase::GoLive).after(60).sees(
        0,
        Phase::GoLive,
        "complete",
        &[("Live", "complete", "", &[])],
    );
    told.ends(0, Verdict::done(Some(Phase::GoLive), "the offer is live"));
    insta::assert_snapshot!(told.summary());
}

#[test]
fn hostile_text() {
    let evil = "</details><script>alert(1)</script><img src=x onerror=alert(1) alt=\"@team\">\n\n\
        # heading\n| a | b |\n```\n::error::x\n\
                ${{ secrets.X }} @octocat #1 GH-2 <!-- <b>never closed <ul><li><a \
                href='javascript:alert(1)'>click</a> \
                <a href='https://user:pass@evil.example'>me</a> <pre>```\n</details>";
    let name = "A :a, b;#35; %%{init: {}}%% \n section B ``` | <b>";
    let mut told = Told::one();
    let messages: &[_] = &[(Level::Error, evil), (Level::Information, evil)];
    told.starts(0, Phase::Publish).sees(
        0,
        Phase::Publish,
        evil,
        &[(name, "inProgress", "< 5 day | <i>", &[])],
    );
    let links = [
        link_to("](https://evil.example) @team", "javascript:alert(1)"),
        link_to("\u{202e}", "https://good.example/a|b)c"),
    ];
    told.after(30).sees_with(
        0,
        Phase::Publish,
        evil,
        &[(name, evil, "< 5 day | <i>", messages)],
        &links,
        &[],
    );
    told.ends(0, failed(evil, evil));
    insta::assert_snapshot!(told.summary());
}
