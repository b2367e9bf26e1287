//! The forms in which a value turns up in what servers and libraries print, and in what this
//! program writes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Encodings may stand in each other: a percent-encoded value in JSON in HTML.
const DEEPEST: usize = 4;

/// The forms that are found as they are: the value, its form encoding, and the value inside a
/// longer text that was encoded in base 64 as a whole.
pub fn list_forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned(), value.replace(' ', "+")];
    forms.extend(list_base64_forms(value));
    forms
}

/// In base 64 (`user:secret` of basic authentication): in each of the three places a group of four
/// may start, without the outer characters, which depend on the neighbours.
fn list_base64_forms(value: &str) -> impl Iterator<Item = String> {
    (0..3_usize).flat_map(move |shift| {
        let mut bytes = vec![0_u8; shift];
        bytes.extend_from_slice(value.as_bytes());
        let skip = [0, 2, 3][shift];
        let tail = usize::from(!bytes.len().is_multiple_of(3));
        [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)].map(|encoded| {
            encoded.get(skip..encoded.len().saturating_sub(tail)).unwrap_or_default().to_owned()
        })
    })
}

/// A text without its encodings, which still knows where each character came from.
pub struct Decoded {
    /// The text: percent, HTML, JSON and Markdown escapes are undone, and characters that are not
    /// seen are left out.
    pub text: String,
    /// For each byte of the text, the bytes of the original.
    places: Vec<(usize, usize)>,
}

impl Decoded {
    /// Undoes all encodings; `None` if there are none.
    pub fn of(text: &str) -> Option<Self> {
        if !text.contains(|c| matches!(c, '%' | '&' | '\\' | '`' | '¦') || is_unseen(c)) {
            return None;
        }
        let mut units: Vec<Unit> = text
            .char_indices()
            .map(|(start, c)| Unit { c, start, end: start + c.len_utf8() })
            .collect();
        for _ in 0..DEEPEST {
            let decoded = decode_once(&units);
            let unchanged = decoded.len() == units.len();
            units = decoded;
            if unchanged {
                break;
            }
        }
        let places =
            units.iter().flat_map(|unit| vec![(unit.start, unit.end); unit.c.len_utf8()]).collect();
        Some(Self { text: units.iter().map(|unit| unit.c).collect(), places })
    }

    /// Where these bytes of the text stand in the original.
    pub fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }
}

/// A character, and the bytes of the original that it stands for.
#[derive(Clone, Copy)]
struct Unit {
    c: char,
    start: usize,
    end: usize,
}

fn decode_once(units: &[Unit]) -> Vec<Unit> {
    let mut decoded = Vec::with_capacity(units.len());
    let mut rest = units;
    while let Some((first, others)) = rest.split_first() {
        let found = match first.c {
            '%' => read_percent(rest),
            '&' => read_entity(rest),
            '\\' => read_backslash(rest),
            // What this program makes of a backtick and a bar inside code.
            '`' => Some(('\'', 1)),
            '¦' => Some(('|', 1)),
            c if is_unseen(c) => {
                rest = others;
                continue;
            }
            _ => None,
        };
        let (c, length) = found.unwrap_or((first.c, 1));
        let (taken, after) = rest.split_at(length);
        decoded.push(Unit { c, start: first.start, end: taken.last().unwrap_or(first).end });
        rest = after;
    }
    decoded
}

/// `%7E`, and several of them for a character beyond ASCII.
fn read_percent(units: &[Unit]) -> Option<(char, usize)> {
    let mut bytes = Vec::new();
    for triple in units.chunks(3).take(4) {
        let [percent, high, low] = triple else { break };
        let (Some(high), Some(low)) = (high.c.to_digit(16), low.c.to_digit(16)) else { break };
        if percent.c != '%' {
            break;
        }
        bytes.push(u8::try_from(16 * high + low).ok()?);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            return Some((text.chars().next()?, 3 * bytes.len()));
        }
    }
    None
}

/// `&amp;`, `&#126;`, `&#x7e;`.
fn read_entity(units: &[Unit]) -> Option<(char, usize)> {
    let end = units.iter().take(12).position(|unit| unit.c == ';')?;
    let name: String = units.get(1..end)?.iter().map(|unit| unit.c).collect();
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => ENTITIES.iter().find(|(_, entity)| *entity == name)?.0,
    };
    Some((c, end + 1))
}

/// `\u007e` of JSON, and punctuation behind a backslash, of JSON and Markdown.
fn read_backslash(units: &[Unit]) -> Option<(char, usize)> {
    let next = units.get(1)?.c;
    if next.is_ascii_punctuation() {
        return Some((next, 2));
    }
    let digits: String = units.get(2..6)?.iter().map(|unit| unit.c).collect();
    let code = u32::from_str_radix(&digits, 16).ok().filter(|_| next == 'u')?;
    Some((char::from_u32(code)?, 6))
}

/// Characters that nobody sees, with which addresses and mentions are parted.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The named references of HTML for ASCII punctuation.
const ENTITIES: [(char, &str); 34] = [
    ('&', "amp"),
    ('<', "lt"),
    ('>', "gt"),
    ('"', "quot"),
    ('\'', "apos"),
    ('!', "excl"),
    ('#', "num"),
    ('$', "dollar"),
    ('%', "percnt"),
    ('(', "lpar"),
    (')', "rpar"),
    ('*', "ast"),
    ('+', "plus"),
    (',', "comma"),
    ('.', "period"),
    ('/', "sol"),
    (':', "colon"),
    (';', "semi"),
    ('=', "equals"),
    ('?', "quest"),
    ('@', "commat"),
    ('[', "lsqb"),
    ('[', "lbrack"),
    ('\\', "bsol"),
    (']', "rsqb"),
    (']', "rbrack"),
    ('^', "Hat"),
    ('_', "lowbar"),
    ('`', "grave"),
    ('{', "lcub"),
    ('|', "verbar"),
    ('|', "vert"),
    ('}', "rcub"),
    ('~', "tilde"),
];
