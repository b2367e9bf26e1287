//! The built program against the simulator over real sockets: killed, told to stop, and given what
//! no one would write.

#![allow(
    clippy::format_collect,
    clippy::type_complexity,
    clippy::needless_pass_by_value,
    reason = "inputs of tests, written as they are read"
)]
#![allow(clippy::single_char_pattern, reason = "a name")]

#[cfg(test)]
mod job;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod world;
