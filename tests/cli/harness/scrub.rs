//! Takes out of a text what is different in every run: addresses, dates, lengths of time, ids.

/// The text with `base` as `http://portal`, and with placeholders for what time and chance make.
pub fn scrub(text: &str, base: &str) -> String {
    let text = text.replace(base, "http://portal");
    let text = without_charts(&text);
    let mut lines: Vec<String> = text.lines().map(row).map(|text| line(&text)).collect();
    lines.push(String::new());
    lines.join("\n")
}

/// Which steps were seen long enough for a bar is a matter of time; the reports' own tests hold the
/// charts.
fn without_charts(text: &str) -> String {
    let mut out = String::new();
    let mut in_chart = false;
    for line in text.lines().filter(|line| !line.starts_with("Each step's time (upper bar)")) {
        in_chart |= line == "```mermaid";
        if !in_chart {
            out.push_str(line);
            out.push('\n');
        }
        in_chart &= line != "```";
    }
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

/// What the status of a step begins with.
const MARKS: [char; 7] = ['✅', '❌', '🚫', '⛔', '✋', '▫', '⏳'];

/// The row of an offer or a step. The time of a step is empty if it was too short to be seen under
/// way.
fn row(line: &str) -> String {
    let cells: Vec<&str> = line.split(" | ").collect();
    match cells[..] {
        // The operation and the offer say differently that the preview is there, and either may be
        // asked first.
        [name, outcome, "publish", _, time, said] if outcome.ends_with("succeeded") => {
            format!("{name} | {outcome} | publish | [state] | {time} | {said}")
        }
        [name, outcome, "publish", _, time] if outcome.ends_with("succeeded") => {
            format!("{name} | {outcome} | publish | [state] | {time}")
        }
        // The operation or the offer: either may be asked last.
        [sent, request, "200", id] if request.starts_with("`GET ") => {
            format!("{sent} | `GET [the last]` | 200 | {id}")
        }
        [name, status, _, estimate] if status.starts_with(MARKS) => {
            format!("{name} | {status} | [time] | {estimate}")
        }
        _ => line.to_owned(),
    }
}

fn line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let boundary = !out.ends_with(|c: char| c.is_ascii_alphanumeric());
        let found = boundary
            .then(|| {
                [date, guid, check_run, milliseconds, duration]
                    .into_iter()
                    .find_map(|find| find(rest))
            })
            .flatten();
        if let Some((length, placeholder)) = found {
            out.push_str(placeholder);
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// Matches `0` for a digit, `x` for a hexadecimal digit, everything else for itself.
fn matches(text: &str, pattern: &str) -> bool {
    let mut characters = text.chars();
    pattern.chars().all(|wanted| {
        characters.next().is_some_and(|c| match wanted {
            '0' => c.is_ascii_digit(),
            'x' => c.is_ascii_hexdigit(),
            wanted => c == wanted,
        })
    })
}

/// `2026-01-01 00:00:00` or RFC 3339, with any fraction and zone.
fn date(text: &str) -> Option<(usize, &'static str)> {
    if !matches(text, "0000-00-00 00:00:00") && !matches(text, "0000-00-00T00:00:00") {
        return None;
    }
    let length = 19
        + text[19..]
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | 'Z'))
            .unwrap_or(text.len() - 19);
    Some((length, "[date]"))
}

fn guid(text: &str) -> Option<(usize, &'static str)> {
    matches(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx").then_some((36, "[id]"))
}

/// The id of a check run of the simulator: several offers' are made in any order.
fn check_run(text: &str) -> Option<(usize, &'static str)> {
    (text.starts_with("50000000") && matches(text, "0000000000")).then_some((10, "[number]"))
}

fn milliseconds(text: &str) -> Option<(usize, &'static str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    (digits > 0 && text[digits..].starts_with(" ms")).then_some((digits + 3, "[time]"))
}

/// `0s`, `12m 5s`, `3h 12m`: not what a simulation's estimates look like.
fn duration(text: &str) -> Option<(usize, &'static str)> {
    let one = |text: &str| {
        let digits = text.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
        let after = &text[digits..];
        let ends = after[1..].chars().next().is_none_or(|c| !c.is_ascii_alphanumeric());
        (after.starts_with(['s', 'm', 'h', 'd']) && ends).then_some(digits + 1)
    };
    let first = one(text)?;
    let second =
        text[first..].strip_prefix([' ', '\u{a0}']).and_then(one).map_or(0, |length| length + 1);
    Some((first + second, "[time]"))
}
