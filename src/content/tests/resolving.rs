//! From a manifest and variables to what is wanted.

use std::collections::BTreeMap;

use super::*;
use crate::manifest;

const NOW: &str = "2026-11-21T12:00:00Z";
const FAR: &str = "https://c.example/v/a.vhd?sp=rl&sr=c&se=2027-06-01T00:00:00Z&sig=YWJjZGVm";

fn variables(secrets: &[(&str, &str)]) -> Variables {
    let pairs = |all: &[(&str, &str)]| -> BTreeMap<String, String> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    Variables {
        version: Some("1.2.3".into()),
        own: pairs(&[("region", "AZ")]),
        secrets: pairs(secrets),
        ..Variables::default()
    }
}

fn read_file(path: &str) -> Result<String, Problem> {
    match path {
        "text.html" => Ok("<p>${version} &amp; more</p>".into()),
        "signed.html" => Ok(format!("<a href=\"{FAR}\">")),
        _ => Err(Problem::new(crate::problem::Code::ManifestUnreadable, format!("no {path}"))
            .hint("look")),
    }
}

fn resolved(offer: &str, variables: &Variables) -> Result<Resolved, Vec<Problem>> {
    let text = format!("publisher: contoso\noffers:\n  - id: one\n{offer}");
    let manifest = manifest::parse("offer.yml", &text).unwrap();
    resolve_content(&manifest, &manifest.offers[0], variables, &read_file, NOW.parse().unwrap())
}

#[test]
fn variables_and_files_become_values_and_secrets_are_remembered() {
    let offer = r#"
    edit:
      - set: /a
        value: { "${version}": ["v${version}", 1.50, null] }
      - set: /b
        value: { file: text.html }
      - set: /c
        value: { template: text.html }
      - set: /d
        value: "key=${secret.key}"
        create: true
    plans:
      - id: standard
        image: { version: "${version}", disk: "${secret.disk}" }
        keep-versions: 5
"#;
    let variables = variables(&[("key", "s3cr3t"), ("disk", FAR)]);
    let Resolved { wanted, warnings } = resolved(offer, &variables).unwrap();
    let values: Vec<String> = wanted
        .edits
        .iter()
        .map(|edit| match &edit.action {
            Action::Set { value, .. } => format!("{} = {value}", edit.pointer),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        values,
        [
            r#"/a = {"${version}":["v1.2.3",1.50,null]}"#,
            r#"/b = "<p>${version} &amp; more</p>""#,
            r#"/c = "<p>1.2.3 &amp; more</p>""#,
            r#"/d = "key=s3cr3t""#,
        ]
    );
    assert_eq!(wanted.confidential, ["key=s3cr3t"], "a SAS is shown without its signature");
    let plan = &wanted.plans[0];
    assert_eq!(plan.image.as_ref().unwrap().version.as_str(), "1.2.3");
    assert_eq!(plan.keep_versions.as_ref().unwrap().1.line, 18);
    assert!(warnings.is_empty());
}

#[test]
fn what_cannot_be_resolved_is_told_all_of_it_at_its_line() {
    let offer = r#"
    edit:
      - set: /a
        value: ["${version}", "${tag}"]
      - set: /b
        value: { file: nowhere.html }
      - set: /c
        value: { file: signed.html }
    plans:
      - id: a
        image: { version: "${secret.disk}", disk: "${secret.dsk}" }
      - id: b
        image: { version: "v${version}", disk: "${secret.old}" }
      - id: c
        image: { version: "1.0.0", disk: "${secret.text}" }
"#;
    let old = "https://c.example/v/a?sp=w&se=2026-11-01&sig=YWJjZGVm";
    let variables = variables(&[("disk", FAR), ("old", old), ("text", "C:\\disk.vhd")]);
    let problems = resolved(offer, &variables).unwrap_err();
    assert!(problems.iter().all(|problem| problem.source_line.is_some()), "with an excerpt");
    insta::assert_snapshot!(told(&problems));
}

#[test]
fn a_sas_uri_that_ends_soon_is_a_warning() {
    let offer = "    plans: [{ id: a, image: { version: 1.0.0, disk: '${secret.disk}' } }]\n";
    let soon = FAR.replace("2027-06-01", "2026-12-01");
    let resolved = resolved(offer, &variables(&[("disk", &soon)])).unwrap();
    insta::assert_snapshot!(told(&resolved.warnings));
}

#[test]
fn a_manifest_without_content_wants_nothing() {
    let resolved = resolved("    plans: [{ id: a }]\n", &Variables::default()).unwrap();
    assert!(resolved.wanted.is_empty());
}

fn resolved_at_ingestion(plan: &str, variables: &Variables) -> Result<Wanted, Vec<Problem>> {
    let offer = format!("    api: product-ingestion\n    plans:\n      - id: standard\n{plan}");
    resolved(&offer, variables).map(|resolved| resolved.wanted)
}

#[test]
fn disks_of_every_kind_are_read() {
    let plan = r#"
        image:
          version: "${version}"
          disks:
            x64Gen1: "${secret.disk}"
            x64Gen2: { os: "${secret.disk}", data: ["${secret.disk}", "${secret.disk}"] }
            arm64Gen2:
              gallery: "/subscriptions/s/galleries/g/images/i/versions/${version}"
              tenant: t
"#;
    let wanted = resolved_at_ingestion(plan, &variables(&[("disk", FAR)])).unwrap();
    let disks = &wanted.plans[0].image.as_ref().unwrap().disks;
    let shown: Vec<String> = disks
        .iter()
        .map(|(image_type, disk)| match disk {
            Disk::Blobs { os, data } => format!("{image_type:?} {os} and {}", data.len()),
            Disk::Gallery { resource, tenant } => format!("{image_type:?} {resource} of {tenant}"),
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    Some(X64Gen1) c.example/v/a.vhd (expires 2027-06-01T00:00:00Z) and 0
    Some(X64Gen2) c.example/v/a.vhd (expires 2027-06-01T00:00:00Z) and 2
    Some(Arm64Gen2) /subscriptions/s/galleries/g/images/i/versions/1.2.3 of t
    ");
}

#[test]
fn what_is_wrong_with_containers_and_sources_is_told_at_its_line() {
    let secrets = variables(&[("disk", "https://c.example/v/a.iso?sp=rl&sr=c&sig=YWJj")]);
    let plans = [
        r#"
        container:
          bundle: { tag: "${version}", digest: "sha256:${var.region}", registry: "" }
"#,
        r#"
        container: { tags: ["${version}", "${var.unknown}", "${secret.disk}"] }
"#,
        r#"
        image:
          version: "${version}"
          disks:
            x64Gen2: { gallery: "https://c.example/i/versions/1", tenant: t }
            x64Gen1: { os: "${secret.disk}", data: ["no address"] }
"#,
    ];
    let told: String = plans
        .iter()
        .map(|plan| told(&resolved_at_ingestion(plan, &secrets).unwrap_err()))
        .collect();
    insta::assert_snapshot!(told);
}
