//! What is seen in forms that other programs read: the trace of a branch, who waits for whom.
//!
//! Writers take what [`TraceReplay`] hands them and know nothing of commands or files.

mod csv;
mod dot;
mod format;
mod jsonl;
mod perfetto;
mod replay;
mod words;

pub use dot::dot;
pub use format::Format;
pub use jsonl::TraceObject;
pub use replay::{TraceReplay, Traced};
pub use words::service_name;
