//! What was given for each input, and by which way.

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use super::super::environment::Environment;
use super::table::{self, Input, Takes};
use super::values::Refused;
use crate::choices::Choice;
use crate::problem::{Code, Problem};

/// The values of the flags, by input name.
pub type Flags = BTreeMap<&'static str, String>;

/// The problem is noted, and nothing more is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

/// All inputs as they were given, and the problems found with them so far.
pub struct Given<'a> {
    flags: Flags,
    environment: &'a Environment,
    problems: Vec<Problem>,
}

impl<'a> Given<'a> {
    pub fn new(flags: Flags, environment: &'a Environment) -> Self {
        Self { flags, environment, problems: Vec::new() }
    }

    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Something other than blanks was given for this input.
    pub fn has(&self, input: &Input) -> bool {
        self.text(input).is_some() || self.environment.is_not_unicode(&input.variable())
    }

    /// The text that counts for this input: what was given, else the default.
    pub fn effective(&self, input: &Input) -> String {
        self.text(input).unwrap_or(input.default).to_owned()
    }

    /// Every secret that was given, whether it can be one or not.
    pub fn list_secrets(&self) -> Vec<SecretString> {
        let lines = self.text(&table::SECRETS).unwrap_or_default().lines();
        let values = lines.filter_map(|line| Some(line.split_once('=')?.1.trim()));
        [&table::CLIENT_SECRET, &table::ACCESS_TOKEN, &table::GITHUB_TOKEN]
            .into_iter()
            .filter_map(|input| self.text(input))
            .chain(values)
            .map(SecretString::from)
            .collect()
    }

    /// An input with a default.
    pub fn value<T>(
        &mut self,
        input: &Input,
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Result<T, Reported> {
        self.unicode(input)?;
        let text = self.text(input).unwrap_or(input.default).to_owned();
        parse(&text).map_err(|refused| self.refuse(input, &text, refused))
    }

    /// An input without a default.
    pub fn optional<T>(
        &mut self,
        input: &Input,
        parse: impl Fn(&str) -> Result<T, Refused>,
    ) -> Result<Option<T>, Reported> {
        self.unicode(input)?;
        let Some(text) = self.text(input).map(str::to_owned) else {
            return Ok(None);
        };
        parse(&text).map(Some).map_err(|refused| self.refuse(input, &text, refused))
    }

    /// An input that is one of a few words.
    pub fn choice<T: Choice>(&mut self, input: &Input) -> Result<T, Reported> {
        let known = || T::ALL.iter().map(|(word, _)| *word);
        self.value(input, |text| {
            T::from_word(text).ok_or_else(|| Refused::not_among(text, known()))
        })
    }

    /// The flag, else the variable, trimmed; what is then empty counts as not given.
    fn text(&self, input: &Input) -> Option<&str> {
        let given = |text: &'_ str| !text.trim().is_empty();
        let flag = self.flags.get(input.name).map(String::as_str).filter(|text| given(text));
        flag.or_else(|| self.environment.get(&input.variable()).filter(|text| given(text)))
            .map(str::trim)
    }

    fn unicode(&mut self, input: &Input) -> Result<(), Reported> {
        let variable = input.variable();
        if self.flags.contains_key(input.name) || !self.environment.is_not_unicode(&variable) {
            return Ok(());
        }
        let message = format!("input `{}` (from `{variable}`) is not UTF-8", input.name);
        self.report(Problem::new(Code::InputInvalid, message).hint("write the value in UTF-8"));
        Err(Reported)
    }

    fn refuse(&mut self, input: &Input, text: &str, refused: Refused) -> Reported {
        let name = input.name;
        let origin = if self.flags.get(name).is_some_and(|text| !text.trim().is_empty()) {
            format!("from `--{name}`")
        } else {
            format!("from `{}`", input.variable())
        };
        let received = if input.takes == Takes::Secret {
            String::new()
        } else {
            format!(" is {},", quote_value(text))
        };
        let message = format!("input `{name}` ({origin}){received} {}", refused.why);
        self.report(Problem::new(Code::InputInvalid, message).hint(refused.cure));
        Reported
    }
}

/// Quotes what was received, shortened, so that line breaks and the like are seen, and without the
/// password of an address.
fn quote_value(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut text = text.to_owned();
    if let Ok(mut url) = Url::parse(&text)
        && url.password().is_some()
        && url.set_password(Some("***")).is_ok()
    {
        text = url.to_string();
    }
    if text.chars().count() <= LONGEST {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{:?}", start + "…")
}
