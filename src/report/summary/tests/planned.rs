//! What a release would change in the draft.

use super::*;
use crate::content::{Variables, apply, find_foreign, resolve_content};
use crate::release::event::DraftNews;

const OFFER: &str = r#"  - id: contoso-db
    edit:
      - set: /microsoft-azure-marketplace.summary
        value: "Contoso DB ${version}"
      - set: /microsoft-azure-marketplace.description
        value: "<p>Fast &amp; small</p><ul><li>one</li><li>three</li></ul>"
    plans:
      - id: standard
        image:
          version: "${version}"
          disk: "https://contoso.blob.core.windows.net/vhds/db-${version}.vhd?${secret.sas}"
        keep-versions: 2
"#;

#[test]
fn plan() {
    let mut told = Told::new(OFFER);
    told.story.command = Command::Plan;
    let live = include_str!("../../../../tests/fixtures/content/machine.json");
    let live: serde_json::Value = serde_json::from_str(live).unwrap();
    let mut draft = live.clone();
    draft["definition"]["offer"]["microsoft-azure-marketplace.privacyURL"] =
        "https://contoso.example/new-privacy".into();
    let variables = Variables {
        version: Some("1.1.0".into()),
        secrets: [("sas".to_owned(), "sp=rl&sr=c&se=2027-01-31T00:00:00Z&sig=c2ln".to_owned())]
            .into(),
        ..Variables::default()
    };
    let manifest = Rc::clone(&told.story.manifest);
    let read_file = |_: &str| unreachable!("no file is named");
    let resolved =
        resolve_content(&manifest, &manifest.offers[0], &variables, &read_file, told.now).unwrap();
    let changes = apply(&resolved.wanted, &draft, Some(&live)).unwrap().differences;
    let foreign = find_foreign(&resolved.wanted, &draft, &live);
    let count = changes.len();
    told.tell(0, What::Began).tell(0, What::Draft(DraftNews { changes, foreign }));
    let message = format!("would write {count} changes into the draft, publish it and go live");
    told.ends(0, Verdict::done(None, message));
    insta::assert_snapshot!(told.summary());
}
