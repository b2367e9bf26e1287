//! What the fuzz targets check: from any bytes, a promise of the program that must hold. `cargo
//! test` runs the same functions over the committed corpus (`replay.rs`), without the fuzzer.

pub mod commands;
pub mod content;
pub mod manifest;
mod markdown;
pub mod portal_answers;
mod runner;
mod world;

/// The parts of an input that are texts: what stands between lines of `---`.
fn parts(data: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(data).split("\n---\n").map(str::to_owned).collect()
}
