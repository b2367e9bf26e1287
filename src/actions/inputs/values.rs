//! The text of one input → its value.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;
use secrecy::SecretString;
use url::Url;

use super::PollInterval;
use crate::choices::{Keep, meant_command};
use crate::http::is_loopback;
use crate::ids::OfferId;
use crate::nearest::find_nearest;

/// Why a text is refused, and what to give instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Continues "input `x` is "y", …".
    pub why: String,
    /// What to give instead, for the problem's hint.
    pub cure: String,
}

impl Refused {
    fn new(why: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { why: why.into(), cure: cure.into() }
    }

    /// The text is none of the allowed words.
    pub fn not_among(text: &str, allowed: impl Iterator<Item = &'static str> + Clone) -> Self {
        let list = allowed.clone().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let meant = meant_command(text).filter(|meant| allowed.clone().any(|word| word == *meant));
        let near = meant
            .or_else(|| find_nearest(text, allowed))
            .map(|word| format!("did you mean `{word}`? "))
            .unwrap_or_default();
        Self::new("which is none of the allowed values", format!("{near}allowed: {list}"))
    }
}

/// YAML 1.2's booleans, as the toolkit's `getBooleanInput` reads them.
pub fn parse_boolean(text: &str) -> Result<bool, Refused> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(Refused::new("which is not a boolean", "allowed: `true`, `false`")),
    }
}

pub fn parse_keep(text: &str) -> Result<Keep, Refused> {
    if text == "auto" {
        return Ok(Keep::Auto);
    }
    let required = parse_boolean(text)
        .map_err(|_| Refused::not_among(text, ["auto", "true", "false"].into_iter()))?;
    Ok(if required { Keep::Required } else { Keep::Off })
}

/// A workflow run lasts 35 days at most.
const LONGEST: Duration = Duration::from_hours(35 * 24);

pub fn parse_timeout(text: &str) -> Result<Duration, Refused> {
    let cure = "write it like `90s`, `5m`, `5h 30m` or `2d`";
    let span = SpanParser::new().parse_span(text).map_err(|_| {
        Refused::new("which is not a duration", format!("{cure}; a number needs its unit"))
    })?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err(Refused::new("and months and years have no fixed length", cure));
    }
    let length = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .ok()
        .and_then(|length| Duration::try_from(length).ok());
    match length {
        Some(length) if length <= LONGEST => Ok(length),
        Some(_) => {
            Err(Refused::new("which is longer than the 35 days that a workflow run can last", cure))
        }
        None => Err(Refused::new("which is negative", cure)),
    }
}

pub fn parse_poll_interval(text: &str) -> Result<PollInterval, Refused> {
    if text == "auto" {
        return Ok(PollInterval::Auto);
    }
    let cure = "give `auto`, or a duration like `30s` or `5m`";
    match parse_timeout(text) {
        Ok(Duration::ZERO) => Err(Refused::new("which would ask the portal without a pause", cure)),
        Ok(interval) => Ok(PollInterval::Fixed(interval)),
        Err(refused) => Err(Refused::new(refused.why, cure)),
    }
}

pub fn parse_count(text: &str) -> Result<NonZeroUsize, Refused> {
    match text.parse::<NonZeroUsize>() {
        Ok(count) if count.get() <= 1000 => Ok(count),
        _ => Err(Refused::new(
            "which is not a whole number from 1 to 1000",
            "give a number such as `4`",
        )),
    }
}

pub fn parse_offers(text: &str) -> Result<Vec<OfferId>, Refused> {
    let mut offers = Vec::new();
    let parts = || text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
    if !text.is_empty() && parts().next().is_none() {
        return Err(Refused::new(
            "which names no offer",
            "give the ids of offers, or leave `offers` empty for all of them",
        ));
    }
    for part in parts() {
        let offer = OfferId::parse(part).map_err(|malformed| {
            Refused::new(format!("and {malformed}"), "separate the ids by commas or line breaks")
        })?;
        if !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    Ok(offers)
}

/// A text without blanks and control characters.
pub fn parse_word(text: &str) -> Result<String, Refused> {
    match text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        Some(wrong) => Err(Refused::new(
            format!("which has {wrong:?} in it"),
            "give it without blanks and line breaks",
        )),
        None => Ok(text.to_owned()),
    }
}

/// A path; whether it is below the workspace shows when it is opened.
pub fn parse_path(text: &str) -> Result<String, Refused> {
    match text.chars().find(|c| c.is_control()) {
        Some(wrong) => Err(Refused::new(
            format!("which has {wrong:?} in it"),
            "give one path, below the workspace",
        )),
        None => Ok(text.to_owned()),
    }
}

/// A path of a file to write: relative to the workspace, without a way out. The runner rewrites
/// `${{ github.workspace }}` to the container's path, so the workspace's own path in front is taken
/// off.
pub fn parse_path_below(text: &str, workspace: Option<&str>) -> Result<String, Refused> {
    let cure = "give the path of a file below the workspace, such as `release-record.json`";
    let text = parse_path(text)?;
    let inside = workspace
        .and_then(|workspace| text.strip_prefix(workspace))
        .and_then(|rest| rest.strip_prefix('/'));
    let relative = inside.unwrap_or(&text);
    if relative.starts_with('/') {
        return Err(Refused::new("which is not below the workspace", cure));
    }
    let parts: Vec<_> =
        relative.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(Refused::new("which leaves the workspace by `..`", cure));
    }
    if parts.is_empty() || relative.ends_with('/') {
        return Err(Refused::new("which is a directory", cure));
    }
    Ok(parts.join("/"))
}

/// A directory (tenant) of Microsoft Entra: it becomes a segment of the token endpoint's path.
pub fn parse_tenant(text: &str) -> Result<String, Refused> {
    let cure = "give the directory (tenant) id of the application's overview page, or a domain \
        such as `contoso.onmicrosoft.com`";
    let label = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if is_guid(text) || (text.contains('.') && text.len() <= 253 && text.split('.').all(label)) {
        return Ok(text.to_owned());
    }
    if matches!(text, "common" | "organizations" | "consumers") {
        return Err(Refused::new(
            "which stands for many directories; an application signs in to one",
            cure,
        ));
    }
    Err(Refused::new("which is neither a GUID nor a domain name", cure))
}

fn is_guid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.concat().chars().all(|c| c.is_ascii_hexdigit())
}

/// A secret. All of them are one line of printable ASCII; anything else is a paste that went wrong,
/// and would break a header.
pub fn parse_secret(text: &str) -> Result<SecretString, Refused> {
    match text.char_indices().find(|(_, c)| !c.is_ascii_graphic()) {
        Some((at, wrong)) => Err(Refused::new(
            format!(
                "has a blank, a control character or a non-ASCII character (U+{:04X}) at position \
                 {}",
                u32::from(wrong),
                at + 1
            ),
            "store the secret again, as one line without blanks",
        )),
        None => Ok(SecretString::from(text)),
    }
}

/// Lines `name=value`, for the manifest.
pub fn parse_variables(text: &str) -> Result<BTreeMap<String, String>, Refused> {
    let lines = parse_assignments(text)
        .map_err(|refused| Refused { why: format!("which {}", refused.why), ..refused })?;
    Ok(lines.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Lines `name=value`, for the manifest; no refusal quotes a value.
pub fn parse_secrets(text: &str) -> Result<BTreeMap<String, SecretString>, Refused> {
    let lines = parse_assignments(text)?;
    Ok(lines
        .into_iter()
        .map(|(name, value)| (name.to_owned(), SecretString::from(value)))
        .collect())
}

/// Names and values, both without the blanks around them; a value may have `=` in it.
fn parse_assignments(text: &str) -> Result<BTreeMap<&str, &str>, Refused> {
    let mut assignments = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Some((name, value)) = line.split_once('=').map(|(n, v)| (n.trim(), v.trim())) else {
            let why = format!("has no `=` in line {number}");
            return Err(Refused::new(why, "write each line as `name=value`"));
        };
        let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let others = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !first || !others {
            return Err(Refused::new(
                format!("has no name before the `=` of line {number}"),
                "begin a name with a letter, and use letters, digits, `-` and `_`",
            ));
        }
        if assignments.insert(name, value).is_some() {
            let why = format!("names `{name}` twice, again in line {number}");
            return Err(Refused::new(why, "give each name once"));
        }
    }
    Ok(assignments)
}

/// The origin of a service: scheme, host and port, nothing else, so that the token can be tied to
/// it.
pub fn parse_origin(text: &str) -> Result<Url, Refused> {
    let cure = "give scheme and host only, such as `https://cloudpartner.azure.com`";
    let url = Url::parse(text)
        .map_err(|error| Refused::new(format!("which is not a URL ({error})"), cure))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(Refused::new(
                "and `http` would send the token readable over the network",
                "use `https`",
            ));
        }
        _ => return Err(Refused::new("which is not an `https` address", cure)),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::new("which has a user name or password in it", cure));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Refused::new("which has more than scheme, host and port", cure));
    }
    Ok(url)
}

/// The identifier of an API: a URL that is never opened, only named, so it is kept as written.
pub fn parse_resource(text: &str) -> Result<String, Refused> {
    let cure =
        "give the API's identifier, such as `https://cloudpartner.azure.com`, without `/.default`";
    let text = parse_word(text)?;
    let url = Url::parse(&text)
        .map_err(|error| Refused::new(format!("which is not a URL ({error})"), cure))?;
    if !matches!(url.scheme(), "https" | "api") || url.host_str().is_none_or(str::is_empty) {
        return Err(Refused::new("which is neither an `https:` nor an `api:` identifier", cure));
    }
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(Refused::new("which has a query, a fragment or a user name in it", cure));
    }
    if text.ends_with("/.default") {
        return Err(Refused::new("which ends in `/.default`; that is added", cure));
    }
    Ok(text)
}
