//! What is seen in forms that other programs read: the trace of a branch, who waits for whom.
//!
//! Writers take what [`Local`](crate::backend::Local) replays and know nothing of commands or files.

pub mod csv;
mod dot;
pub mod format;
pub mod jsonl;
pub mod perfetto;
mod words;

pub use dot::dot;
