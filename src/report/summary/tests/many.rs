//! Many offers, much text, little room.

use proptest::prelude::*;

use super::*;
use crate::problem::{Code, Problem};

fn many(count: usize) -> Told {
    let offers: Vec<String> =
        (0..count).map(|number| format!("  - id: offer-{number:03}\n")).collect();
    Told::new(&offers.concat())
}

fn failed(told: &mut Told, offer: usize, html: &str) {
    let messages: Vec<_> = (0..15).map(|_| (Level::Error, html)).collect();
    told.starts(offer, Phase::Publish).sees(
        offer,
        Phase::Publish,
        "failed",
        &[("Certification", "failed", "< 5 day", &messages)],
    );
    told.ends(
        offer,
        Verdict::problem(Some(Phase::Publish), Problem::new(Code::OperationFailed, html)),
    );
}

#[test]
fn details_are_of_those_that_need_attention() {
    let mut told = many(256);
    for offer in 0..256 {
        if offer == 200 {
            failed(&mut told, offer, "No image");
        } else {
            told.tell(offer, What::Began)
                .ends(offer, Verdict::done(Some(Phase::GoLive), "the offer is live"));
        }
    }
    let text = told.summary();
    let details: Vec<&str> = text.lines().filter(|line| line.starts_with("### ")).collect();
    assert_eq!(details, ["### offer-200"]);
    let first = text.lines().find(|line| line.starts_with("| **")).unwrap();
    assert!(first.starts_with("| **offer-200** | ❌\u{a0}failed "), "{first}");
    assert_eq!(text.lines().filter(|line| line.starts_with("| **")).count(), 256);
    assert!(text.contains("No details are shown of 255 offers"), "{text}");
    insta::assert_snapshot!(text.split("| **offer-000**").next().unwrap());
}

#[test]
fn whatever_the_portal_says_it_fits() {
    let mut told = many(256);
    let html = "<p>|&<b>`@#</b></p><ul><li>x</ul>".repeat(20);
    for offer in 0..256 {
        failed(&mut told, offer, &html);
    }
    for room in [ROOM, 100_000, 10_000, 1_000, 10, 0] {
        let text = write_summary(&told.story, told.now, room);
        assert!(text.len() <= room, "{} of {room}", text.len());
        if room <= 100_000 {
            rendered::assert_harmless(&text);
        }
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        if (10_000..ROOM).contains(&room) {
            assert!(text.contains("**Left out here:**"), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn nothing_of_the_portal_acts(
        html in rendered::hostile(),
        name in rendered::hostile(),
        word in rendered::hostile(),
    ) {
        let mut told = Told::one();
        let messages =
            [(Level::Error, &*html), (Level::Warning, &*name), (Level::Information, &*word)];
        let running = [(&*name, "inProgress", &*html, &messages[..])];
        told.starts(0, Phase::Publish).sees(0, Phase::Publish, &word, &running);
        let steps = [(&*name, &*word, &*html, &messages[..])];
        let preview = [link_to(&word, &html)];
        let live = [link_to(&html, &format!("https://x.example/{word}"))];
        told.after(200).sees_with(0, Phase::Publish, &word, &steps, &preview, &live);
        told.asks(0, "GET", &html, 500, &name);
        let problem = Problem::new(Code::OperationFailed, &html).hint(&word);
        told.ends(0, Verdict::problem(Some(Phase::Publish), problem));
        told.summary();
    }
}

#[test]
fn offers_that_all_failed_are_not_out_and_can_be_released_again() {
    let mut told = many(2);
    failed(&mut told, 0, "No image");
    failed(&mut told, 1, "No licence");
    let text = told.summary();
    assert!(text.contains("**Are they out?** No: none of 2 is live."), "{text}");
    assert!(text.contains("**To release them again**, as inputs of the action:"), "{text}");
    assert!(text.contains("  offers: offer-000,offer-001"), "{text}");
}

#[test]
fn a_failure_that_was_overcome_explains_no_end() {
    let mut told = Told::one();
    told.starts(0, Phase::Publish).asks(0, "GET", "https://portal/", 401, "handled");
    told.asks(0, "GET", "https://portal/", 200, "later");
    assert_eq!(told.story.offers[0].last_failure(), None);
    told.asks(0, "GET", "https://portal/", 503, "last");
    assert_eq!(told.story.offers[0].last_failure(), Some("last"));
}

#[test]
fn a_running_publish_is_not_called_never_published() {
    let mut told = many(2);
    told.tell(0, What::Began);
    let view = crate::portal::OfferView {
        status: Word::new("neverPublished"),
        steps: Vec::new(),
        messages: Vec::new(),
        preview_links: Vec::new(),
        live_links: Vec::new(),
    };
    told.tell(0, What::Offer(view));
    assert!(told.summary().contains("never published"));
    told.starts(0, Phase::Publish);
    assert!(!told.summary().contains("never published"), "{}", told.summary());
}
