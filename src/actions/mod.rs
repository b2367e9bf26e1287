//! The GitHub Actions runner's protocol: inputs, workflow commands, file commands and the event
//! that started the workflow.

pub mod commands;
pub mod context;
pub mod environment;
mod event;
pub mod files;
pub mod inputs;
pub mod outputs;
