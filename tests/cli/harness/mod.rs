//! A world outside the process (`World`), a run of the program in it (`Job`), and what a runner
//! makes of what it leaves (`Run`).

mod commands;
mod job;
mod outputs;
mod run;
mod scrub;
mod world;

use std::thread;

pub use self::job::{Job, SHA};
pub use self::run::Run;
pub use self::world::{Requests, World};

/// Runs the cases side by side: most of the time of a run is waiting.
pub fn side_by_side<C: Send>(cases: impl IntoIterator<Item = C>, test: impl Fn(C) + Sync) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| test(case));
        }
    });
}
