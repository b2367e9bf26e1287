//! The command line: flags generated from the table of inputs, and the commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches};
use clap_complete::Shell;

use super::Invocation;
use super::given::Flags;
use super::table::{self, Input, Takes};
use super::usage::is_used_by;
use crate::choices::{Command, meant_command};
use crate::nearest::find_nearest;
use crate::problem::{Code, Problem};

/// What the command line says.
pub enum Parsed {
    /// The values of the flags, and the scenario of a rehearsal.
    Inputs(Flags, Option<PathBuf>),
    /// The values of the flags of `show`.
    Show(Flags),
    /// Nothing is left to resolve.
    Done(Box<Invocation>),
}

pub fn parse(arguments: &[OsString]) -> Result<Parsed, Vec<Problem>> {
    check_unicode(arguments)?;
    let program = define_program();
    let arguments = settle_booleans(arguments, &program);
    let matches = match program.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            return translate_error(&error).map(answer_at_once).map_err(|problem| vec![problem]);
        }
    };
    // `--version` alone asks for the program's version; with a value it is the input.
    let given = matches.subcommand().map_or(&matches, |(_, given)| given);
    let version = given.try_get_one::<String>(table::VERSION.name).ok().flatten();
    if version.is_some_and(String::is_empty) {
        return Ok(answer_at_once(version_text()));
    }
    match matches.subcommand() {
        Some(("schema", _)) => Ok(answer_at_once(Invocation::Schema)),
        Some(("version", _)) => Ok(answer_at_once(version_text())),
        Some(("completions", given)) => {
            Ok(answer_at_once(Invocation::Completions(write_completions(given))))
        }
        Some(("simulate", given)) => {
            read_simulate(given).map(answer_at_once).map_err(|problem| vec![problem])
        }
        Some(("show", given)) => {
            read_show(given).map(Parsed::Show).map_err(|problem| vec![problem])
        }
        Some((command, given)) => {
            let scenario = if command == Command::Rehearse.as_str() {
                given.get_one::<String>("scenario").map(PathBuf::from)
            } else {
                None
            };
            read_command(command, given)
                .map(|flags| Parsed::Inputs(flags, scenario))
                .map_err(|problem| vec![problem])
        }
        None => Ok(Parsed::Inputs(read_flags(&matches), None)),
    }
}

fn version_text() -> Invocation {
    Invocation::Version(concat!("offer-release ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
}

/// The completions of a shell, as its script.
fn write_completions(given: &ArgMatches) -> String {
    let mut script = Vec::new();
    if let Some(shell) = given.get_one::<Shell>("SHELL") {
        clap_complete::generate(*shell, &mut define_program(), "offer-release", &mut script);
    }
    String::from_utf8_lossy(&script).into_owned()
}

fn answer_at_once(invocation: Invocation) -> Parsed {
    Parsed::Done(Box::new(invocation))
}

fn check_unicode(arguments: &[OsString]) -> Result<(), Vec<Problem>> {
    let problem = |argument: &OsString| {
        let message = format!("argument {:?} is not UTF-8", argument.to_string_lossy());
        Problem::new(Code::InputInvalid, message).hint("write the command line in UTF-8")
    };
    let problems: Vec<_> =
        arguments.iter().filter(|argument| argument.to_str().is_none()).map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Writes `--go-live` as `--go-live=true` where the next argument is a command or a file, not the
/// flag's value: clap would take any word.
fn settle_booleans(arguments: &[OsString], program: &clap::Command) -> Vec<OsString> {
    let is_boolean = |argument: &OsString| {
        let name = argument.to_str().and_then(|argument| argument.strip_prefix("--"));
        table::ALL.iter().any(|input| input.takes == Takes::Boolean && Some(input.name) == name)
    };
    let is_value = |argument: &OsString| {
        let text = argument.to_str().unwrap_or_default();
        !text.contains(['.', '/']) && program.find_subcommand(text).is_none()
    };
    let mut settled = arguments.to_vec();
    for (index, argument) in
        settled.iter_mut().enumerate().filter(|(_, argument)| is_boolean(argument))
    {
        if arguments.get(index + 1).is_some_and(|next| !is_value(next)) {
            argument.push("=true");
        }
    }
    settled
}

fn define_program() -> clap::Command {
    clap::Command::new("offer-release")
        .about(
            "Publishes Azure Marketplace offers, follows the operation and takes the offer live.",
        )
        .after_help(
            "Each flag is also an input of the action: INPUT_<NAME> in the environment, \
            which the flag overrides.",
        )
        .no_binary_name(true)
        .bin_name("offer-release")
        .subcommand_value_name("COMMAND")
        .args(table::ALL.iter().map(define_flag))
        .subcommands(COMMANDS.iter().map(|(name, about)| define_subcommand(name, about)))
        .mut_subcommand("rehearse", |command| {
            let scenario = Arg::new("scenario").long("scenario").value_name("file");
            command.args([
                Arg::new("MANIFEST").help("Offer manifest; the same as --manifest"),
                scenario.help("What the simulator plays; docs/simulator.md lists the keys"),
            ])
        })
        .mut_subcommand("show", |command| {
            command.arg(Arg::new("OFFER").help("Offer of the manifest; the same as --offers"))
        })
        .mut_subcommand("completions", |command| {
            let shell = Arg::new("SHELL").required(true).value_parser(clap::value_parser!(Shell));
            command.arg(shell.help("bash, elvish, fish, powershell or zsh"))
        })
        .mut_subcommand("simulate", |command| {
            let listen = Arg::new("listen")
                .long("listen")
                .value_name("address")
                .default_value("127.0.0.1:0");
            let scenario = Arg::new("scenario").long("scenario").value_name("file");
            command.args([
                listen.help("Address and port to listen on"),
                scenario.help("What the simulator plays"),
            ])
        })
}

/// A command, which takes every flag, and whose help shows those that it uses.
fn define_subcommand(name: &'static str, about: &'static str) -> clap::Command {
    let flags = table::ALL.iter().map(|input| define_flag(input).hide(!is_used_by(name, input)));
    clap::Command::new(name).about(about).args(flags)
}

/// The commands of the program: those of the input `command`, and those that need no inputs.
const COMMANDS: &[(&str, &str)] = &[
    ("release", "Write the draft, publish, then go live if asked [default]"),
    ("draft", "Only write the draft, as the manifest says"),
    ("go-live", "Only the second half"),
    ("resume", "Continue what the portal says is under way, never publish"),
    ("status", "Look, change nothing"),
    ("show", "Print an offer's draft as JSON, its secrets hidden"),
    ("plan", "Say what `release` would do, change nothing"),
    ("cancel", "Cancel the running operation and wait until it is canceled"),
    ("rehearse", "The whole release against the embedded simulator"),
    ("simulate", "The embedded simulator alone"),
    ("schema", "Print the manifest's JSON Schema"),
    ("completions", "Print the completions for a shell"),
    ("version", "Print the version"),
];

fn define_flag(input: &Input) -> Arg {
    let flag = Arg::new(input.name)
        .long(input.name)
        .global(true)
        .help(write_help(input))
        .hide_default_value(true);
    match input.takes {
        Takes::Text(what) if *input == table::VERSION => {
            // Without a value it asks for the program's version.
            let flag = flag.short('v').short_alias('V').value_name(what);
            flag.num_args(0..=1).default_missing_value("")
        }
        Takes::Text(what) => flag.value_name(what),
        Takes::Secret => flag.value_name("secret"),
        Takes::OneOf(words) => flag.value_name(words.join("|")),
        Takes::Boolean => {
            flag.value_name("true|false").num_args(0..=1).default_missing_value("true")
        }
    }
}

fn write_help(input: &Input) -> String {
    let text = input.description.replace('`', "");
    if input.default.is_empty() { text } else { format!("{text} [default: {}]", input.default) }
}

fn read_flags(matches: &ArgMatches) -> Flags {
    let value = |input: &Input| Some((input.name, matches.get_one::<String>(input.name)?.clone()));
    table::ALL.iter().filter_map(value).collect()
}

/// The flags of a command that is named on the command line.
fn read_command(command: &str, matches: &ArgMatches) -> Result<Flags, Problem> {
    let mut flags = read_flags(matches);
    take_argument(&mut flags, &table::COMMAND, command)?;
    if command == Command::Rehearse.as_str()
        && let Some(manifest) = matches.get_one::<String>("MANIFEST")
    {
        take_argument(&mut flags, &table::MANIFEST, manifest)?;
    }
    Ok(flags)
}

/// The flags of `show`, which looks as `status` does.
fn read_show(matches: &ArgMatches) -> Result<Flags, Problem> {
    let mut flags = read_flags(matches);
    flags.insert(table::COMMAND.name, Command::Status.to_string());
    if let Some(offer) = matches.get_one::<String>("OFFER") {
        take_argument(&mut flags, &table::OFFERS, offer)?;
    }
    Ok(flags)
}

/// Takes an argument for an input, which no flag may contradict.
fn take_argument(flags: &mut Flags, input: &Input, argument: &str) -> Result<(), Problem> {
    match flags.insert(input.name, argument.to_owned()) {
        Some(other) if other != argument => {
            let message =
                format!("the command line says `{argument}` and also `--{} {other}`", input.name);
            Err(Problem::new(Code::InputInvalid, message).hint("give one of the two"))
        }
        _ => Ok(()),
    }
}

fn read_simulate(matches: &ArgMatches) -> Result<Invocation, Problem> {
    let listen = matches.get_one::<String>("listen").map_or("127.0.0.1:0", String::as_str);
    let listen = listen.parse().map_err(|_| {
        let message = format!("`--listen` is {listen:?}, which is not an IP address with a port");
        Problem::new(Code::InputInvalid, message)
            .hint("write it like `127.0.0.1:0`; port 0 picks a free one")
    })?;
    let scenario = matches.get_one::<String>("scenario").map(PathBuf::from);
    Ok(Invocation::Simulate { listen, scenario })
}

/// What clap says, as ours: help and version are no errors, and an error has a message and a way
/// on.
fn translate_error(error: &clap::Error) -> Result<Invocation, Problem> {
    let text = error.to_string();
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.as_str(),
        _ => "",
    };
    let words = |kind| match error.get(kind) {
        Some(ContextValue::Strings(words)) => words.join(", "),
        _ => String::new(),
    };
    let (message, near) = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return Ok(Invocation::Help(text));
        }
        ErrorKind::DisplayVersion => return Ok(Invocation::Version(text)),
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand);
            let near = meant_command(word)
                .or_else(|| find_nearest(word, COMMANDS.iter().map(|(name, _)| *name)))
                .map(str::to_owned);
            (format!("unknown command {word:?}"), near)
        }
        ErrorKind::UnknownArgument => {
            let word = context(ContextKind::InvalidArg);
            let name = word.strip_prefix("--");
            let near =
                name.and_then(|name| find_nearest(name, table::ALL.iter().map(|input| input.name)));
            (format!("unexpected argument {word:?}"), near.map(|name| format!("--{name}")))
        }
        ErrorKind::InvalidValue if !words(ContextKind::ValidValue).is_empty() => {
            let (value, name) =
                (context(ContextKind::InvalidValue), context(ContextKind::InvalidArg));
            let allowed = words(ContextKind::ValidValue);
            (format!("{value:?} is no {name}; allowed: {allowed}"), None)
        }
        ErrorKind::MissingRequiredArgument => {
            (format!("{} is missing", words(ContextKind::InvalidArg)), None)
        }
        _ => {
            (text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(), None)
        }
    };
    let near = near.map(|word| format!("did you mean `{word}`? ")).unwrap_or_default();
    let hint = format!("{near}`offer-release --help` lists all commands and flags");
    Err(Problem::new(Code::InputInvalid, format!("command line: {message}")).hint(hint))
}
