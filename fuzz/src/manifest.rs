//! Any bytes as a manifest: what is wrong is told at places that exist, and what is accepted is
//! found again at its place.

use std::path::Path;

use offer_release::manifest::{self, Manifest, Route};
use offer_release::problem::{Place, Problem};
use offer_release::secrets::Secrets;

/// As many problems are told of one manifest, and one that there are more.
const MOST_PROBLEMS: usize = 51;

/// Reads the bytes as a manifest.
///
/// # Panics
/// When a promise does not hold.
pub fn check(data: &[u8]) {
    let lossy = String::from_utf8_lossy(data);
    let lines = lines(lossy.strip_prefix('\u{feff}').unwrap_or(&lossy));
    match read(data) {
        Ok(manifest) => accepted(&manifest, &lines, &lossy),
        Err(problems) => refused(&problems, &lines),
    }
}

/// Text is parsed as it is; what is no text comes out of a file, for that is where it is refused.
fn read(data: &[u8]) -> Result<Manifest, Vec<Problem>> {
    if let Ok(text) = str::from_utf8(data) {
        return manifest::parse("offer.yml", text);
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("offer.yml"), data).unwrap();
    let secrets = Secrets::new(Box::new(|_| ()));
    manifest::load(Path::new(directory.path()), "offer.yml", &secrets)
}

fn refused(problems: &[Problem], lines: &[&str]) {
    assert!(!problems.is_empty() && problems.len() <= MOST_PROBLEMS, "{} problems", problems.len());
    for problem in problems {
        assert!(!problem.message.contains(|c: char| c.is_control()), "{problem:?}");
        assert!(problem.hint.as_ref().is_some_and(|hint| !hint.is_empty()), "{problem:?}");
        // A file that is too large has no place.
        let Some(place) = &problem.place else { continue };
        let line = inside(place, lines);
        if let Some(shown) = &problem.source_line {
            assert_eq!(shown, line, "{problem:?}");
            let excerpt = manifest::draw_excerpt(shown, place, &problem.message);
            assert_eq!(excerpt.lines().count(), 4, "{excerpt}");
            assert!(!excerpt.contains(|c: char| c.is_control() && c != '\n'), "{excerpt:?}");
        }
    }
    let places: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.place.as_ref())
        .map(|at| (at.line, at.column))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

fn accepted(manifest: &Manifest, lines: &[&str], text: &str) {
    assert!(!manifest.offers.is_empty());
    let root = Route::root();
    let stands = |route: &Route, value: &str| {
        let place = manifest.place(route).unwrap_or_else(|| panic!("{route} is nowhere"));
        let line = inside(&place, lines);
        let (from, to) = (place.column as usize - 1, place.end_column as usize);
        let written: String = line.chars().skip(from).take(to - from).collect();
        // Quoted texts and blocks may be written in other characters than they mean.
        assert!(
            written == value || written.starts_with(['"', '\'', '|', '>']),
            "{route} is {value:?}, and at its place {written:?}"
        );
        inside(&manifest.key_place(route).unwrap_or_else(|| panic!("{route} has no key")), lines);
    };
    stands(&root.key("publisher"), manifest.publisher.as_str());
    let message: String = text.chars().take(500).collect();
    for (index, offer) in manifest.offers.iter().enumerate() {
        assert_eq!(offer.index, index);
        let route = root.key("offers").index(index);
        stands(&route.key("id"), offer.id.as_str());
        for (plan, id) in offer.plans.iter().enumerate() {
            stands(&route.key("plans").index(plan).key("id"), id.as_str());
        }
        inside(&manifest.offer_place(index), lines);
        inside(&manifest.place_for_message(index, &message), lines);
        let again = manifest.select(std::slice::from_ref(&offer.id)).unwrap();
        assert_eq!(again, std::slice::from_ref(offer), "an id means one offer");
    }
}

/// The line of a place, which is in the text.
fn inside<'a>(place: &Place, lines: &[&'a str]) -> &'a str {
    let line = lines
        .get(place.line as usize - 1)
        .unwrap_or_else(|| panic!("{place:?} is behind {} lines", lines.len()));
    let length = u32::try_from(line.chars().count()).unwrap();
    assert!(
        (1..=length + 1).contains(&place.column),
        "{place:?} is behind the {length} columns of {line:?}"
    );
    assert!(
        (place.column..=length.max(place.column)).contains(&place.end_column),
        "{place:?} ends behind {line:?}"
    );
    line
}

/// Broken as YAML does: at LF, CR LF and CR.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(['\n', '\r']) {
        lines.push(&rest[..end]);
        rest = if rest[end..].starts_with("\r\n") { &rest[end + 2..] } else { &rest[end + 1..] };
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}
