//! Benchmarks will stand here.
fn main() {}
