//! What people see of a release. Events go in; the job log, the job summary, the check runs, the
//! outputs and the record come out. Every text is a pure function of the [`story::Story`], and no
//! report asks the portal for anything.

mod annotated;
mod bars;
pub mod check_run;
pub mod checks;
pub mod console;
mod duration;
mod estimate;
mod heartbeat;
mod line;
mod log;
mod markdown;
mod matrix;
pub mod outputs;
mod progress;
mod record;
mod reporter;
mod step_story;
pub mod story;
pub mod summary;

pub use bars::Bars;
pub use heartbeat::keep as keep_alive;
pub use line::{Line, Paint};
pub use reporter::{Files, Reporter};
