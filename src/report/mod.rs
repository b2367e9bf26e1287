//! What people see of a release. Events go in; the job log, the job summary, the check runs, the
//! outputs and the record come out. Every text is a pure function of the [`story::Story`], and no
//! report asks the portal for anything.

mod annotated;
mod bars;
pub mod check_run;
pub mod console;
pub mod deployment;
mod duration;
mod estimate;
mod files;
mod heartbeat;
mod job_log;
mod line;
mod log;
mod markdown;
mod matrix;
mod news;
mod offer_events;
pub mod offer_story;
mod output_limit;
pub mod outputs;
pub mod pages;
mod progress;
mod record;
mod redaction;
mod reports;
mod step_story;
pub mod story;
pub mod summary;

pub use bars::Bars;
pub use files::{FilePaths, Files};
pub use heartbeat::Heartbeat;
pub use job_log::JobLog;
pub use line::{LogLine, Paint};
pub use reports::{Report, Reports, Unfinished};
