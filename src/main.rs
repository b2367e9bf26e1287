//! The process: runtime, signals, exit code.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use futures_util::FutureExt as _;
use offer_release::actions::environment::Environment;
use offer_release::app;
use offer_release::problem::Class;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let environment = Environment::capture();
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::from(Class::Bug.exit_code());
    };
    let code = runtime.block_on(async {
        let (sender, signals) = watch::channel(None);
        tokio::spawn(listen_for_signals(sender));
        let streams = app::Streams {
            out: Box::new(std::io::stdout()),
            log_of_results: Box::new(std::io::stderr()),
        };
        let run = app::run(&arguments, &environment, streams, signals);
        // The panic itself is printed by the default hook, to stderr.
        let code = AssertUnwindSafe(run).catch_unwind().await;
        code.unwrap_or_else(|_| app::crashed(&environment, Box::new(std::io::stdout())))
    });
    // A name look-up or a write to a file that hangs must not keep the process.
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Passes the first signal on; the second ends the process at once. As process 1 of a container,
/// without handlers no signal would do anything.
async fn listen_for_signals(sender: watch::Sender<Option<app::Signal>>) {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    loop {
        let number = tokio::select! {
            _ = interrupt.recv() => 2,
            _ = terminate.recv() => 15,
        };
        if sender.borrow().is_some() {
            exit_at_once(128 + number);
        }
        let _ = sender.send(Some(number));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the second signal: whoever sends it wants no more reports"
)]
fn exit_at_once(code: u8) -> ! {
    std::process::exit(i32::from(code))
}
