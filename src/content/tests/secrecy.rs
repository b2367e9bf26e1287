//! Signatures, secrets, and what the service hides.

use jiff::Timestamp;

use super::*;

#[test]
fn every_signature_is_found_whole_as_query_and_alone_raw_and_decoded() {
    let document = json!({
        "a": "https://x.example/a.vhd?sv=1&sig=b2xk%2B1%3D",
        "html": "<a href=\"http://x.example/b?SIG=q&amp;se=1\">b</a>",
        "csv": ["see https://x.example/c.csv?se=1&sig=Yw%3D%3D for more"],
        "plain": "https://x.example/?signature=1#sig=2",
    });
    insta::assert_debug_snapshot!(find_signatures(&document), @r#"
    [
        "SIG=q&amp;se=1",
        "Yw%3D%3D",
        "Yw==",
        "b2xk%2B1%3D",
        "b2xk+1=",
        "http://x.example/b?SIG=q&amp;se=1",
        "https://x.example/a.vhd?sv=1&sig=b2xk%2B1%3D",
        "https://x.example/c.csv?se=1&sig=Yw%3D%3D",
        "q",
        "se=1&sig=Yw%3D%3D",
        "sv=1&sig=b2xk%2B1%3D",
    ]
    "#);
    let hidden = hide_signatures(&document);
    assert_eq!(find_signatures(&hidden), [""; 0]);
    assert_eq!(hidden["csv"][0], "see x.example/c.csv (signature hidden) for more");
    assert_eq!(hidden["plain"], document["plain"]);
}

#[test]
fn a_difference_never_holds_a_secret() {
    let mut wanted = offer(vec![
        create(1, "/key", json!({ "deep": ["pass s3cr3t-value"] })),
        set(
            2,
            "/microsoft-azure-marketplace.smallLogo",
            json!("https://x.example/l.png?sig=abcdef"),
        ),
    ]);
    wanted.confidential = vec!["pass s3cr3t-value".into()];
    let change = apply(&wanted, &fixture("machine"), None).unwrap();
    assert!(change.document.to_string().contains("s3cr3t-value"), "it is written");
    insta::assert_snapshot!(shown(&change.differences), @r#"
    /microsoft-azure-marketplace.smallLogo (line 2)
    - "mpstore.example/s.png (expires 2027-04-13T00:00:00Z) (signature hidden)"
    + "x.example/l.png (signature hidden)"
    /key (line 1)
    + {
    +   "deep": [
    +     "(secret)"
    +   ]
    + }
    "#);
}

/// A query → what is said of it on 21 November 2026.
#[test]
fn a_sas_uri_is_checked_offline() {
    let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let check = |text: &str| {
        let sas = match Sas::parse(text) {
            Ok(sas) => sas,
            Err(error) => return format!("refused: {error}"),
        };
        let concerns = sas.check(now).into_iter().map(|concern| match concern {
            Concern::Wrong(text) => format!("wrong: {text}"),
            Concern::Doubtful(text) => format!("doubtful: {text}"),
        });
        format!("{sas}: {}", concerns.collect::<Vec<_>>().join("; "))
    };
    let table: String = [
        "https://x.example/v/a.vhd?sp=rl&sr=c&st=2026-11-20&se=2027-06-01T00:00:00Z&sig=x",
        "https://x.example/v/a.vhd?sp=rl&se=2026-11-20T00%3A00%3A00Z&sig=x",
        "https://x.example/v/a.vhd?sp=rl&se=2026-12-01&sig=x",
        "https://x.example/v/a.vhd?sp=rl&se=2027-12-01T10:00Z&sig=x",
        "https://x.example/v/a.vhd?sp=rl&se=2027-12-01&ske=2026-11-28T00:00:00Z&sig=x",
        "https://x.example/v/a.vhd?sp=rl&se=2026-11-24&ske=2026-11-28T00:00:00Z&sig=x",
        "https://x.example/v/a.vhd?sp=rl&st=2026-11-22T00:00:00Z&se=2027-12-01&sig=x",
        "https://x.example/v/a.vhd?sp=w&se=2027-12-01&sig=x",
        "https://x.example/v/a.VHD?si=policy&sig=x",
        "https://x.example/v/a.vhdx?sp=r&se=never",
        "https://x.example/a.vhd",
        "https://x.example/a b.vhd?sig=x",
        "http://x.example/a.vhd?sig=x",
        "a.vhd",
    ]
    .map(|text| format!("{}\n", check(text)))
    .concat();
    insta::assert_snapshot!(table);
}

#[test]
fn what_the_service_hides_on_reading_is_named_unless_the_manifest_supplies_it() {
    let none = Wanted::default();
    assert_eq!(list_hidden_secrets(&fixture("machine"), &none), [""; 0]);
    let draft = fixture("unknown");
    insta::assert_debug_snapshot!(list_hidden_secrets(&draft, &none), @r#"
    [
        "`microsoft-azure-marketplace.leadDestination` is `Table`, and its connection has a secret",
        "plan `basic` has a container registry, which has a password",
    ]
    "#);
    let mut supplied = offer(vec![create(
        1,
        "/microsoft-azure-marketplace.tableLeadConfiguration/connectionString",
        json!("secret"),
    )]);
    supplied.plans.push(WantedPlan {
        edits: vec![create(2, "/microsoft-azure-something-new.registry.password", json!("secret"))],
        ..plan("basic")
    });
    assert_eq!(list_hidden_secrets(&draft, &supplied), [""; 0]);
}

#[test]
fn signatures_in_lines_are_found_without_an_address_and_blanked_in_place() {
    let text = "a: sp=r&sig=b2xk%2B1%3D\nb: design=nothing sig= x";
    assert_eq!(find_signatures_in_lines(text), ["b2xk%2B1%3D", "b2xk+1="]);
    assert_eq!(
        blank_signatures("d: 'https://x.example/é?se=1&sig=añb&sp=r' # sig=cut…"),
        "d: 'https://x.example/é?se=1&sig=***&sp=r' # sig=****"
    );
    assert_eq!(blank_signatures("sig=sig=x sig=&SIG=é sig="), "sig=***** sig=&SIG=* sig=");
    // One that never ends is looked at once, not once for each of its beginnings.
    let endless = "sig=".repeat(100_000);
    assert_eq!(find_signatures_in_lines(&endless).len(), 1);
}
