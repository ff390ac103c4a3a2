//! The course of events for other tools: the trace of a branch as a file of theirs.
//!
//! Writers take what [`Local::tell`](crate::target::Local::tell) tells and know nothing of commands or files.

pub mod csv;
pub mod format;
pub mod jsonl;
pub mod perfetto;
mod words;
