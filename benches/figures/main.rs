//! What the program costs, as a table: `cargo bench`.
//!
//! The built program runs against the simulator in a process of its own, on this machine. Nothing
//! here passes or fails by time: the goals stand beside the figures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where it cannot go on"
)]
#![allow(clippy::disallowed_methods, reason = "what is measured is the machine's time")]

mod many;
mod one;
mod polls;
mod process;
mod table;

fn main() {
    // `cargo test --benches` wants to know only whether it runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    one::first_request();
    one::release();
    many::release();
    polls::delays();
}
